package paying

import (
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// oweRepeat has the member asked about a payment that seems to repeat one of
// the days before, by whatever channel (R-PAY-7, M15). Of most payments nothing
// is left over: they are spared the look.
func (s *Service) oweRepeat(tx *store.Tx, p payment.Payment, left money.Amount) error {
	if !payment.MostlyLeft(p.Amount, left) {
		return nil
	}
	since := p.ReceivedOn.AddDays(-s.profile.Payment.RepeatDays.On(p.ReceivedOn))
	before, err := tx.PaymentsKeptSince(p.AccountID, since)
	if err != nil {
		return err
	}
	if r, is := payment.RepeatOf(p, left, before); is {
		tx.OweRepeat(r, s.profile.Today(tx.Now()))
	}
	return nil
}
