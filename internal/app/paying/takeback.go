package paying

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// CodeRefunded marks a return of money that went back to the payer by another
// way already: nothing of it is left to undo, and staff settle it with the bank.
const CodeRefunded = "payment.refunded"

// Return undoes a payment that the bank or the card holder took back: what it
// had paid is open again with its old due date (product rules R-PAY-3,
// R-AUTO-7). code is the bank's reason, such as R01. A second return of the
// same payment changes nothing.
func (s *Service) Return(ctx context.Context, account enrollment.AccountID, id payment.ID, code string, on civil.Date) error {
	return s.db.InTx(ctx, "return payment", func(tx *store.Tx) error {
		_, err := s.TakeBack(tx, account, id, code, on)
		return err
	})
}

// TakeBack is Return in a transaction of the caller, which has more to do in
// it. It tells whether the payment was not returned before.
func (s *Service) TakeBack(tx *store.Tx, account enrollment.AccountID, id payment.ID, code string, on civil.Date) (isNew bool, err error) {
	p, err := tx.Payment(account, id)
	if err != nil {
		return false, err
	}
	if _, err := tx.ReturnOf(account, id); fault.KindOf(err) != fault.NotFound {
		return false, err
	}
	facts, err := tx.MoneyOf(account)
	if err != nil {
		return false, err
	}
	undone, err := undoApplications(tx, facts, id, on)
	if err != nil {
		return false, err
	}
	for _, c := range facts.Credits {
		if c.PaymentID == id {
			tx.UseCredit(account, payment.Application{PaymentID: id, Amount: c.Open, EmptiesCredit: true})
			undone = undone.Add(c.Open)
		}
	}
	if undone != p.Amount {
		return false, fault.New(fault.Conflict, CodeRefunded, "%s of this payment was paid out already: settle the return with the bank", p.Amount.Sub(undone))
	}
	tx.ReviewOn(account, s.profile.Today(tx.Now()), store.ReviewStanding)
	if err := tx.ReturnPayment(p, clearingOf(p.Channel, p.Method), code, on, actorSystem); err != nil {
		return false, err
	}
	tx.Audit(store.AuditEvent{
		AccountID: account, Operation: "payment.return", Actor: actorSystem, Subject: "payment " + id.String(),
		Summary: p.Amount.String() + " taken back", Reason: code,
	})
	return true, nil
}

// undoApplications opens again what a payment has paid, and gives how much.
func undoApplications(tx *store.Tx, facts *store.Facts, id payment.ID, on civil.Date) (undone money.Amount, err error) {
	applications, err := tx.ApplicationsOf(facts.Account.ID, id)
	if err != nil {
		return undone, err
	}
	for _, a := range applications {
		for _, c := range facts.Charges {
			if c.ID == a.Charge {
				a.EnrollmentID, a.CarrierID = c.EnrollmentID, c.CarrierID
			}
		}
		tx.UndoApplication(facts.Account.ID, a, on, actorSystem)
		undone = undone.Add(a.Amount)
	}
	return undone, nil
}
