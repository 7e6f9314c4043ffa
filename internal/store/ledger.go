package store

import (
	"quittance.org/quittance/internal/domain/ledger"
)

var (
	entryColumns    = []string{"account_id", "entry_id", "kind", "effective_on", "recorded_at", "source_kind", "source_id", "actor", "reason", "reverses_id"}
	transferColumns = []string{"account_id", "entry_id", "seq", "debit", "debit_owner", "credit", "credit_owner", "amount_cents"}

	insertEntries   = insertsOf("entry", entryColumns)
	insertTransfers = insertsOf("transfer", transferColumns)
)

// Post appends an entry with its transfers. All that is posted before the next
// round trip is inserted together.
func (tx *Tx) Post(e ledger.Entry) {
	tx.gather(insertEntries, tx.entryRow(e))
	for i, t := range e.Transfers {
		tx.gather(insertTransfers, transferRow(e, i, t))
	}
}

// entryRow is an entry as a row. One without transfers is a programmer's error:
// it would say that something happened and move nothing.
func (tx *Tx) entryRow(e ledger.Entry) []any {
	if len(e.Transfers) == 0 {
		panic("store: entry without transfers: " + string(e.Kind))
	}
	return []any{e.AccountID, e.ID, string(e.Kind), e.EffectiveOn, tx.now, e.Source.Kind, e.Source.ID, e.Actor, e.Reason, e.Reverses}
}

func transferRow(e ledger.Entry, seq int, t ledger.Transfer) []any {
	return []any{e.AccountID, e.ID, int64(seq + 1), string(t.Debit.Account), t.Debit.Owner, string(t.Credit.Account), t.Credit.Owner, t.Amount}
}
