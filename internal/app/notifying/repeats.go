package notifying

import (
	"context"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// Repeated is the letter that asks whether a payment was meant to be made twice
// (M15, R-PAY-7).
type Repeated struct {
	Reader   Reader
	Written  civil.Date
	First    payment.Payment
	Second   payment.Payment
	Left     money.Amount      // of Second, and kept
	Standing standing.Standing // of the account
}

// SendRepeated writes the letters about payments that seem to have been made
// twice (M15). It may be repeated.
func (s *Service) SendRepeated(ctx context.Context, on civil.Date) (Sent, error) {
	return round(ctx, s, "repeated payments", func(tx *store.ReadTx, after store.RepeatOwed) ([]store.RepeatOwed, error) {
		return tx.RepeatsOwed(after, pageOf)
	}, func(r store.RepeatOwed) (Sent, error) {
		e := store.LetterException{Account: r.Account, Source: r.Second.UUID, About: store.AboutNotice}
		return s.each(ctx, e, func(tx *store.Tx) (Sent, error) { return s.repeated(tx, r, e, on) })
	})
}

func (s *Service) repeated(tx *store.Tx, r store.RepeatOwed, e store.LetterException, on civil.Date) (Sent, error) {
	left, err := stillRepeated(tx.ReadTx, r)
	if err != nil {
		return Sent{}, err
	}
	if !left.IsPositive() {
		tx.SettleRepeat(r, store.NoticeSuppressed, on)
		return Sent{Suppressed: 1}, nil
	}
	letter := Repeated{Written: on, Left: left}
	if letter.First, err = tx.Payment(r.Account, r.First); err != nil {
		return Sent{}, err
	}
	if letter.Second, err = tx.Payment(r.Account, r.Second); err != nil {
		return Sent{}, err
	}
	to, now, err := s.now(tx, e, on)
	if err != nil {
		return Sent{}, err
	}
	letter.Reader, letter.Standing = to.reader(false), now
	words, err := s.letters.Repeated(letter)
	if err != nil {
		return Sent{}, err
	}
	tx.SettleRepeat(r, store.NoticeSent, on)
	return s.write(tx, to, words, e.Source)
}

// stillRepeated gives how much of the second payment lies with us. There is
// nothing to ask once one of the two was taken back, somebody has asked for the
// money, or it has paid something or gone back.
func stillRepeated(tx *store.ReadTx, r store.RepeatOwed) (money.Amount, error) {
	for _, id := range []payment.ID{r.First, r.Second} {
		if _, err := tx.ReturnOf(r.Account, id); fault.KindOf(err) != fault.NotFound {
			return money.Zero, err
		}
	}
	refunds, err := tx.RefundsOf(r.Account)
	if err != nil || slices.ContainsFunc(refunds, func(x payment.Refund) bool {
		return x.PaymentID == r.Second && x.State == payment.RefundAsked
	}) {
		return money.Zero, err
	}
	credits, err := tx.CreditsOf(r.Account)
	for _, c := range credits {
		if c.PaymentID == r.Second {
			return c.Open, err
		}
	}
	return money.Zero, err
}
