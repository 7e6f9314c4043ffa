package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
)

var (
	// The newest round of trace numbers: the one that a bank can still speak of.
	qFiledByTrace = stmt("filed_by_trace", `
		SELECT e.account_id, e.ach_entry_id, e.kind, e.payment_id, e.refund_id, e.mandate_id, e.first_entry_id, e.bank_account_id,
			e.sec_code, e.payment_type, e.amount_cents, f.settle_on, e.state, e.file_id, e.trace
		FROM ach_entry e JOIN ach_file f ON f.file_id = e.file_id
		WHERE e.trace = $1 ORDER BY e.trace_round DESC LIMIT 1`)
	qInsertACHReturn = stmt("insert_ach_return", `
		INSERT INTO ach_return (account_id, ach_entry_id, kind, code, class, amount_cents, returned_on, late) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qACHReturnOf = stmt("ach_return_of", `
		SELECT code, returned_on, late FROM ach_return WHERE account_id = $1 AND ach_entry_id = $2`)
	qBankReturns = stmt("bank_account_returns", `
		SELECT r.code, b.kind FROM ach_return r
		JOIN ach_entry e ON e.account_id = r.account_id AND e.ach_entry_id = r.ach_entry_id
		JOIN bank_account b ON b.account_id = e.account_id AND b.bank_account_id = e.bank_account_id
		WHERE r.account_id = $1 AND b.routing = $2 AND b.number_idx = $3 ORDER BY r.ach_entry_id LIMIT 100`)
	qMoveACHEntry = stmt("move_ach_entry", `
		UPDATE ach_entry SET state = $4 WHERE account_id = $1 AND ach_entry_id = $2 AND state = $3`)
	qCorrectWaiting = stmt("correct_waiting_entries", `
		UPDATE ach_entry SET bank_account_id = $3 WHERE account_id = $1 AND bank_account_id = $2 AND state = 'waiting'`)
	qPrenotesFiled = stmt("prenotes_filed", `
		SELECT e.account_id, e.ach_entry_id, e.bank_account_id, f.settle_on FROM ach_entry e JOIN ach_file f ON f.file_id = e.file_id
		WHERE e.kind = 'prenote' AND e.state = 'filed' AND f.settle_on <= $1
		ORDER BY e.account_id, e.ach_entry_id LIMIT $2`)
)

// FiledEntryByTrace finds the entry that the bank means by a trace number, with
// the day on which its file settles as its SettleOn; or fault.NotFound.
func (tx *ReadTx) FiledEntryByTrace(trace string) (ach.Entry, error) {
	return one(tx, qFiledByTrace, scanACHEntry, trace)
}

// ACHReturn is that the bank sent an entry back.
type ACHReturn struct {
	Code string
	On   civil.Date
	Late bool
}

// ACHReturnOf gives how an entry came back, or fault.NotFound.
func (tx *ReadTx) ACHReturnOf(account enrollment.AccountID, id ach.EntryID) (ACHReturn, error) {
	return one(tx, qACHReturnOf, func(row func(...any) error) (ACHReturn, error) {
		var r ACHReturn
		err := row(&r.Code, &r.On, &r.Late)
		return r, err
	}, account, id)
}

// BankReturn is a return from a bank account, which had been given as a type.
type BankReturn struct {
	Code string
	Type payment.AccountType
}

// BankReturns gives what came back to the account from a bank account, whatever
// type it was given as. It is found without decrypting a number.
func (tx *ReadTx) BankReturns(b payment.BankAccount) ([]BankReturn, error) {
	return collect(tx, qBankReturns, func(row func(...any) error) (BankReturn, error) {
		var r BankReturn
		err := row(&r.Code, &r.Type)
		return r, err
	}, b.AccountID, b.Routing, tx.db.vault.Index("bank_account.number", b.Number.Reveal()))
}

// ReturnACHEntry records that the bank sent an entry back: once for each entry.
func (tx *Tx) ReturnACHEntry(e ach.Entry, r ach.Reason, on civil.Date, late bool) {
	tx.queue(qInsertACHReturn, e.AccountID, e.ID, string(e.Kind), r.Code, string(r.Class), e.Amount, on, late)
}

var errEntryMoved = fault.New(fault.Conflict, "ach.entry_moved", "the entry has moved on meanwhile")

// MoveACHEntry moves an entry on from a state.
func (tx *Tx) MoveACHEntry(e ach.Entry, to ach.State) {
	tx.expect(errEntryMoved, qMoveACHEntry, e.AccountID, e.ID, string(e.State), string(to))
}

// CorrectWaiting has the entries that wait for the next file go to a bank
// account as its bank has corrected it (ACH-40).
func (tx *Tx) CorrectWaiting(account enrollment.AccountID, from, to payment.BankAccountID) {
	tx.queue(qCorrectWaiting, account, from, to)
}

// PrenotesFiled gives up to limit prenotes that settled on a day or before and
// that nobody has answered (ACH-10).
func (tx *ReadTx) PrenotesFiled(settled civil.Date, limit int) ([]ach.Entry, error) {
	return collect(tx, qPrenotesFiled, func(row func(...any) error) (ach.Entry, error) {
		e := ach.Entry{Kind: ach.KindPrenote, State: ach.StateFiled}
		err := row(&e.AccountID, &e.ID, &e.Bank, &e.SettleOn)
		return e, err
	}, settled, limit)
}
