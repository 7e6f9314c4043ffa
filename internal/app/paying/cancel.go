package paying

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// CodeTooLate marks a payment that is with the bank, or is none that its payer
// can cancel here.
const CodeTooLate = "payment.too_late_to_cancel"

// cancelBy tells until when a payment can be canceled: its debit waits for the
// file of that evening. Zero: it can not.
func (s *Service) cancelBy(tx *store.ReadTx, p payment.Payment, returned bool) (civil.Instant, error) {
	if returned || p.Channel != payment.ChannelWebAccount || p.Method != payment.MethodBank {
		return civil.Instant{}, nil
	}
	e, err := tx.ACHEntryOf(p.AccountID, p.ID)
	if missing := err != nil && fault.KindOf(err) == fault.NotFound; missing || err == nil && e.State != ach.StateWaiting {
		return civil.Instant{}, nil
	}
	return s.profile.NextFile(tx.Now()), err
}

// Cancel takes a payment back that was made here and is not with the bank yet
// (A12): nothing is taken, and what it had paid is open again. Canceled before,
// it stays so.
func (s *Service) Cancel(ctx context.Context, who identity.Who, number ident.Confirmation) error {
	if err := who.May(access.CancelPayment); err != nil {
		return err
	}
	return s.db.InTx(ctx, "cancel payment", func(tx *store.Tx) error {
		l, err := tx.PaymentLine(who.Account, number)
		if err != nil || l.ReturnCode == payment.Canceled {
			return err
		}
		by, err := s.cancelBy(tx.ReadTx, l.Payment, l.ReturnCode != "")
		if err != nil {
			return err
		}
		if by.IsZero() {
			return fault.New(fault.Conflict, CodeTooLate, "This payment is with the bank already")
		}
		if _, err := s.TakeBack(tx, who.Account, l.ID, payment.Canceled, s.profile.Today(tx.Now())); err != nil {
			return err
		}
		tx.Audit(store.AuditEvent{
			AccountID: who.Account, Operation: string(access.CancelPayment), Actor: who.Actor(), Subject: "payment " + l.ID.String(), Summary: l.Amount.String() + " canceled",
		})
		return nil
	})
}
