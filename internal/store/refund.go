package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
)

const refundColumns = `account_id, refund_id, payment_id, bank_account_id, amount_cents, state, reason, asked_by, asked_at, needs_two, decided_by, closed_on`

var (
	qInsertRefund = stmt("insert_refund", `
		INSERT INTO refund (account_id, refund_id, payment_id, bank_account_id, amount_cents, state, reason, asked_by, asked_at, needs_two, decided_by)
		VALUES ($1, $2, $3, $4, $5, 'asked', $6, $7, $8, $9, '')`)
	qRefund       = stmt("refund", `SELECT `+refundColumns+` FROM refund WHERE account_id = $1 AND refund_id = $2`)
	qRefundsAsked = stmt("refunds_asked", `
		SELECT `+refundColumns+` FROM refund WHERE state = 'asked' AND (account_id, refund_id) > ($1, $2) ORDER BY account_id, refund_id LIMIT $3`)
	qRefundsOf     = stmt("refunds_of", `SELECT `+refundColumns+` FROM refund WHERE account_id = $1 ORDER BY refund_id DESC LIMIT 100`)
	qApproveRefund = stmt("approve_refund", `
		UPDATE refund SET state = 'approved', decided_by = $3, decided_at = $4, entry_id = $5 WHERE account_id = $1 AND refund_id = $2 AND state = 'asked'`)
	qDeclineRefund = stmt("decline_refund", `
		UPDATE refund SET state = 'declined', decided_by = $3, decided_at = $4 WHERE account_id = $1 AND refund_id = $2 AND state = 'asked'`)
	qCloseRefund = stmt("close_refund", `
		UPDATE refund SET state = $3, closed_on = $4 WHERE account_id = $1 AND refund_id = $2 AND (state = 'approved' OR state = 'paid')`)
	qAddCredit = stmt("add_credit", `
		INSERT INTO open_credit (account_id, payment_id, open_cents) VALUES ($1, $2, $3)
		ON CONFLICT (account_id, payment_id) DO UPDATE SET open_cents = open_credit.open_cents + excluded.open_cents`)
	qAskACHReversal = stmt("insert_ach_reversal", `
		INSERT INTO ach_reversal (account_id, first_entry_id, why, found_at, reason, asked_by, asked_at, approved_by)
		VALUES ($1, $2, $3, $4, $5, $6, $7, '')`)
	qACHReversal = stmt("ach_reversal", `
		SELECT account_id, first_entry_id, why, found_at, reason, asked_by, approved_by FROM ach_reversal WHERE account_id = $1 AND first_entry_id = $2`)
	qApproveACHReversal = stmt("approve_ach_reversal", `
		UPDATE ach_reversal SET approved_by = $3, approved_at = $4, ach_entry_id = $5 WHERE account_id = $1 AND first_entry_id = $2 AND approved_by = ''`)
)

func scanRefund(row func(...any) error) (payment.Refund, error) {
	var r payment.Refund
	err := row(&r.AccountID, &r.ID, &r.PaymentID, &r.Bank, &r.Amount, &r.State, &r.Reason, &r.AskedBy, &r.AskedAt, &r.NeedsTwo, &r.DecidedBy, &r.ClosedOn)
	return r, err
}

// AskRefund keeps that somebody asks for a refund.
func (tx *Tx) AskRefund(r payment.Refund) {
	tx.queue(qInsertRefund, r.AccountID, r.ID, r.PaymentID, r.Bank, r.Amount, r.Reason, r.AskedBy, tx.now, r.NeedsTwo)
}

// Refund finds a refund, or fault.NotFound.
func (tx *ReadTx) Refund(account enrollment.AccountID, id payment.RefundID) (payment.Refund, error) {
	return one(tx, qRefund, scanRefund, account, id)
}

// RefundsAsked gives up to limit refunds that wait for a second person, after
// one that was given before.
func (tx *ReadTx) RefundsAsked(after payment.Refund, limit int) ([]payment.Refund, error) {
	return collect(tx, qRefundsAsked, scanRefund, orLowest(after.AccountID.UUID), orLowest(after.ID.UUID), limit)
}

// RefundsOf gives the refunds of an account, the newest first.
func (tx *ReadTx) RefundsOf(account enrollment.AccountID) ([]payment.Refund, error) {
	return collect(tx, qRefundsOf, scanRefund, account)
}

var errRefundElsewhere = fault.New(fault.Conflict, "refund.decided", "somebody else has decided on this refund")

// ApproveRefund posts that money goes back, and lists it for the next bill. The
// credit that it is taken from is used by the caller.
func (tx *Tx) ApproveRefund(r payment.Refund, by string, on civil.Date) {
	id := tx.postRefund(r, ledger.Refund(r.Amount), by, on)
	tx.expect(errRefundElsewhere, qApproveRefund, r.AccountID, r.ID, by, tx.now, id)
	tx.insert(insertUnbilled, r.AccountID, tx.NewID(), string(bill.LineRefund), on, r.Amount)
}

// DeclineRefund records that the second person said no.
func (tx *Tx) DeclineRefund(r payment.Refund, by string) {
	tx.expect(errRefundElsewhere, qDeclineRefund, r.AccountID, r.ID, by, tx.now)
}

// RefundPaid posts that the bank has paid a refund out.
func (tx *Tx) RefundPaid(r payment.Refund, on civil.Date) {
	tx.postRefund(r, ledger.RefundPaid(r.Amount), "bank", on)
	tx.expect(errRefundElsewhere, qCloseRefund, r.AccountID, r.ID, string(payment.RefundPaid), on)
}

// RefundPaidAndBack posts that the bank has paid out a refund of which it is
// known already that it came back.
func (tx *Tx) RefundPaidAndBack(r payment.Refund, on civil.Date) {
	tx.postRefund(r, ledger.RefundPaid(r.Amount), "bank", on)
}

// RefundFailed posts that a refund came back: it is credit again, and the next
// bill says so.
func (tx *Tx) RefundFailed(r payment.Refund, on civil.Date) {
	tx.postRefund(r, ledger.Reverse(ledger.Refund(r.Amount)), "bank", on)
	tx.expect(errRefundElsewhere, qCloseRefund, r.AccountID, r.ID, string(payment.RefundFailed), on)
	tx.queue(qAddCredit, r.AccountID, r.PaymentID, r.Amount)
	tx.insert(insertUnbilled, r.AccountID, tx.NewID(), string(bill.LineRefund), on, r.Amount.Neg())
}

func (tx *Tx) postRefund(r payment.Refund, transfers []ledger.Transfer, actor string, on civil.Date) ledger.EntryID {
	id := tx.NewEntryID()
	tx.Post(ledger.Entry{
		ID: id, AccountID: r.AccountID, Kind: ledger.EntryRefund, EffectiveOn: on, Source: ledger.Source{Kind: "refund", ID: r.ID.String()},
		Actor: actor, Reason: r.Reason, Transfers: transfers,
	})
	return id
}

// ACHReversal is the wish to reverse an entry that was an error (ACH-36).
type ACHReversal struct {
	AccountID  enrollment.AccountID
	Entry      ach.EntryID
	Why        ach.ReversalWhy
	FoundAt    civil.Instant
	Reason     string
	AskedBy    string
	ApprovedBy string
}

// AskReversal keeps that somebody wants an entry reversed; a second time fails
// as a duplicate.
func (tx *Tx) AskReversal(r ACHReversal) {
	tx.queue(qAskACHReversal, r.AccountID, r.Entry, string(r.Why), r.FoundAt, r.Reason, r.AskedBy, tx.now)
}

// Reversal finds the wish to reverse an entry, or fault.NotFound.
func (tx *ReadTx) Reversal(account enrollment.AccountID, entry ach.EntryID) (ACHReversal, error) {
	return one(tx, qACHReversal, func(row func(...any) error) (ACHReversal, error) {
		var r ACHReversal
		err := row(&r.AccountID, &r.Entry, &r.Why, &r.FoundAt, &r.Reason, &r.AskedBy, &r.ApprovedBy)
		return r, err
	}, account, entry)
}

// ApproveReversal records who else wants it, and the entry that carries it.
func (tx *Tx) ApproveReversal(r ACHReversal, by string, reversal ach.EntryID) {
	tx.expect(fault.New(fault.Conflict, "reversal.decided", "this reversal was approved before"), qApproveACHReversal, r.AccountID, r.Entry, by, tx.now, reversal)
}
