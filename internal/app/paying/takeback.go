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
// it. It tells whether the payment was not returned before. A payment of which
// something was paid out is refused with payment.CodeRefunded, before anything
// of it is undone, so that the caller may go on.
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
	applied, err := tx.ApplicationsOf(account, id)
	if err != nil {
		return false, err
	}
	var open money.Amount
	for _, c := range facts.Credits {
		if c.PaymentID == id {
			open = open.Add(c.Open)
		}
	}
	left := open
	for _, a := range applied {
		left = left.Add(a.Amount)
	}
	if left != p.Amount {
		return false, fault.New(fault.Conflict, payment.CodeRefunded, "%s of this payment was paid out already: settle the return with the bank", p.Amount.Sub(left))
	}
	undoApplications(tx, facts, applied, on)
	if !open.IsZero() {
		tx.UseCredit(account, payment.Application{PaymentID: id, Amount: open, EmptiesCredit: true})
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

// undoApplications opens again what a payment has paid.
func undoApplications(tx *store.Tx, facts *store.Facts, applied []payment.Application, on civil.Date) {
	for _, a := range applied {
		for _, c := range facts.Charges {
			if c.ID == a.Charge {
				a.EnrollmentID, a.CarrierID = c.EnrollmentID, c.CarrierID
			}
		}
		tx.UndoApplication(facts.Account.ID, a, on, actorSystem)
	}
}
