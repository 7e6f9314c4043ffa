package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
)

var (
	qReopenCharge = stmt("reopen_charge", `
		INSERT INTO open_charge (account_id, charge_id, open_cents) VALUES ($1, $2, $3)
		ON CONFLICT (account_id, charge_id) DO UPDATE SET open_cents = open_charge.open_cents + excluded.open_cents`)
	qInsertReturn = stmt("insert_payment_return", `
		INSERT INTO payment_return (account_id, payment_id, code, amount_cents, returned_on, entry_id) VALUES ($1, $2, $3, $4, $5, $6)`)
	qReturnOf = stmt("payment_return_of", `
		SELECT code, amount_cents, returned_on FROM payment_return WHERE account_id = $1 AND payment_id = $2`)
	qDropClearing = stmt("drop_clearing", `
		UPDATE clearing_item SET closed_on = $3 WHERE account_id = $1 AND payment_id = $2 AND closed_on IS NULL`)
	qNeverSent = stmt("ach_entries_never_sent", `
		SELECT COUNT(*) FROM ach_entry WHERE account_id = $1 AND payment_id = $2 AND state = 'waiting'`)
	qReturnedACH = stmt("return_ach_entry", `
		UPDATE ach_entry SET state = CASE WHEN trace IS NULL THEN 'dropped' ELSE 'returned' END WHERE account_id = $1 AND payment_id = $2`)
	qPaymentByID = stmt("payment_by_id", `SELECT `+paymentColumns+` FROM payment WHERE account_id = $1 AND payment_id = $2`)
)

// Payment finds a payment by its key, or fault.NotFound.
func (tx *ReadTx) Payment(account enrollment.AccountID, id payment.ID) (payment.Payment, error) {
	return one(tx, qPaymentByID, scanPayment, account, id)
}

// PaymentReturn is money that was taken back.
type PaymentReturn struct {
	Code   string
	Amount money.Amount
	On     civil.Date
}

// ReturnOf gives the return of a payment, or fault.NotFound.
func (tx *ReadTx) ReturnOf(account enrollment.AccountID, id payment.ID) (PaymentReturn, error) {
	return one(tx, qReturnOf, func(row func(...any) error) (PaymentReturn, error) {
		var r PaymentReturn
		err := row(&r.Code, &r.Amount, &r.On)
		return r, err
	}, account, id)
}

// UndoApplication posts that money no longer pays a charge, which is open
// again with its old due date. original is the day the application counted.
func (tx *Tx) UndoApplication(account enrollment.AccountID, a payment.Application, on civil.Date, actor string) {
	entry := ledger.Entry{
		ID: tx.NewEntryID(), AccountID: account, Kind: ledger.EntryUnapplied, EffectiveOn: on,
		Source: ledger.Source{Kind: "application", ID: a.ID.String()}, Actor: actor,
		Transfers: ledger.Reverse(ledger.Apply(a.EnrollmentID, a.CarrierID, a.Amount)),
	}
	tx.Post(entry)
	tx.queue(qUndoApplication, account, tx.NewID(), a.PaymentID, a.Charge, a.Amount, entry.ID, on)
	tx.queue(qReopenCharge, account, a.Charge, a.Amount)
}

// ReturnPayment posts that a payment was taken back, after its applications
// have been undone, and lists it for the next bill. Money that the bank has
// moved, or will, comes and goes in two lines of its statement: the return has
// an item of its own, below zero. A debit that was never sent moves nothing.
func (tx *Tx) ReturnPayment(p payment.Payment, clearing ledger.Account, code string, on civil.Date, actor string) error {
	waiting, err := one(tx.ReadTx, qNeverSent, scalar[int64], p.AccountID, p.ID)
	if err != nil {
		return err
	}
	entry := ledger.Entry{
		ID: tx.NewEntryID(), AccountID: p.AccountID, Kind: ledger.EntryReturn, EffectiveOn: on,
		Source: ledger.Source{Kind: "payment", ID: p.ID.String()}, Actor: actor, Reason: code,
		Transfers: ledger.Return(clearing, p.Amount),
	}
	tx.Post(entry)
	tx.queue(qInsertReturn, p.AccountID, p.ID, code, p.Amount, on, entry.ID)
	if waiting > 0 {
		tx.queue(qDropClearing, p.AccountID, p.ID, on)
	} else {
		tx.insert(insertClearing, p.AccountID, tx.NewID(), string(clearing), p.ID, p.Amount.Neg(), on)
	}
	tx.queue(qReturnedACH, p.AccountID, p.ID)
	tx.insert(insertUnbilled, p.AccountID, tx.NewID(), string(bill.LineReturn), on, p.Amount)
	return nil
}
