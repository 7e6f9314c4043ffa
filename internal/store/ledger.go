package store

import (
	"quittance.org/quittance/internal/domain/ledger"
)

var (
	qInsertEntry = stmt("insert_entry", `
		INSERT INTO entry (account_id, entry_id, kind, effective_on, recorded_at, source_kind, source_id, actor, reason, reverses_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`)
	qInsertTransfer = stmt("insert_transfer", `
		INSERT INTO transfer (account_id, entry_id, seq, debit, debit_owner, credit, credit_owner, amount_cents)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)

	entryColumns    = []string{"account_id", "entry_id", "kind", "effective_on", "recorded_at", "source_kind", "source_id", "actor", "reason", "reverses_id"}
	transferColumns = []string{"account_id", "entry_id", "seq", "debit", "debit_owner", "credit", "credit_owner", "amount_cents"}
)

// Post appends an entry with its transfers. An entry without transfers is a
// programmer's error: it would say that something happened and move nothing.
func (tx *Tx) Post(e ledger.Entry) {
	tx.queue(qInsertEntry, tx.entryRow(e)...)
	for i, t := range e.Transfers {
		tx.queue(qInsertTransfer, transferRow(e, i, t)...)
	}
}

func (tx *Tx) entryRow(e ledger.Entry) []any {
	if len(e.Transfers) == 0 {
		panic("store: entry without transfers: " + string(e.Kind))
	}
	return []any{e.AccountID, e.ID, string(e.Kind), e.EffectiveOn, tx.now, e.Source.Kind, e.Source.ID, e.Actor, e.Reason, e.Reverses}
}

func transferRow(e ledger.Entry, seq int, t ledger.Transfer) []any {
	return []any{e.AccountID, e.ID, int64(seq + 1), string(t.Debit.Account), t.Debit.Owner, string(t.Credit.Account), t.Credit.Owner, t.Amount}
}
