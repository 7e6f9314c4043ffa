package notifying

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// TemplateRefund names the letter about money that goes back.
const TemplateRefund = "refund_on_the_way"

// Refunded is the letter about money that goes back to who paid it (M16).
type Refunded struct {
	Reader  Reader
	Written civil.Date
	Amount  money.Amount
	Payment payment.Payment // that it is a part of
}

// SendRefunds writes the letters about refunds that were approved and have none
// yet (M16). It may be repeated.
func (s *Service) SendRefunds(ctx context.Context, on civil.Date) (Sent, error) {
	since := on.AddDays(-returnedDays).In(s.profile.Zone())
	return round(ctx, s, "refunds to tell of", func(tx *store.ReadTx, after payment.Refund) ([]payment.Refund, error) {
		return tx.RefundsWithoutLetter(TemplateRefund, since, after, pageOf)
	}, func(r payment.Refund) (Sent, error) {
		e := store.LetterException{Account: r.AccountID, Source: r.ID.UUID, About: store.AboutRefund}
		return s.each(ctx, e, func(tx *store.Tx) (Sent, error) { return s.refunded(tx, r, e, on) })
	})
}

func (s *Service) refunded(tx *store.Tx, r payment.Refund, e store.LetterException, on civil.Date) (Sent, error) {
	p, err := tx.Payment(r.AccountID, r.PaymentID)
	if err != nil {
		return Sent{}, err
	}
	to, _, err := s.now(tx, e, on)
	if err != nil {
		return Sent{}, err
	}
	words, err := s.letters.Refunded(Refunded{Reader: to.reader(false), Written: on, Amount: r.Amount, Payment: p})
	if err != nil {
		return Sent{}, err
	}
	return s.write(tx, to, words, e.Source)
}
