package notifying

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// TemplateReturned names the letter about a payment that the bank sent back.
const TemplateReturned = "payment_returned"

// returnedDays is for how long a letter about a returned payment that could
// not be written is tried again.
const returnedDays = 14

// SendReturned writes the letters about payments that the bank sent back (M12)
// and that have none yet. It may be repeated.
func (s *Service) SendReturned(ctx context.Context, on civil.Date) (Sent, error) {
	return round(ctx, s, "returned payments", func(tx *store.ReadTx, after store.ReturnedPayment) ([]store.ReturnedPayment, error) {
		return tx.ReturnsWithoutLetter(TemplateReturned, on.AddDays(-returnedDays), after, pageOf)
	}, func(r store.ReturnedPayment) (Sent, error) {
		e := store.LetterException{Account: r.Account, Source: r.PaymentID.UUID, About: store.AboutReturn}
		return s.each(ctx, e, func(tx *store.Tx) (Sent, error) { return s.returned(tx, r, e, on) })
	})
}

// round looks page by page for what letters are owed about, and has the letter
// of each written. next gives what follows after one that was given before.
func round[T any](ctx context.Context, s *Service, what string, next func(tx *store.ReadTx, after T) ([]T, error), write func(T) (Sent, error)) (Sent, error) {
	var total Sent
	var after T
	for {
		var page []T
		err := s.db.Read(ctx, what, func(tx *store.ReadTx) (err error) {
			page, err = next(tx, after)
			return err
		})
		if err != nil || len(page) == 0 {
			return total, err
		}
		for _, one := range page {
			sent, err := write(one)
			if err != nil {
				return total, err
			}
			total.add(sent)
		}
		after = page[len(page)-1]
	}
}

// each writes one letter in a transaction of its own, or sets it aside.
func (s *Service) each(ctx context.Context, e store.LetterException, write func(*store.Tx) (Sent, error)) (Sent, error) {
	var sent Sent
	err := s.db.InTx(ctx, "send letter", func(tx *store.Tx) (err error) {
		sent, err = write(tx)
		return err
	})
	if err != nil {
		return s.setAside(ctx, e, err)
	}
	return sent, nil
}

func (s *Service) returned(tx *store.Tx, r store.ReturnedPayment, e store.LetterException, on civil.Date) (Sent, error) {
	p, err := tx.Payment(r.Account, r.PaymentID)
	if err != nil {
		return Sent{}, err
	}
	to, now, err := s.now(tx, e, on)
	if err != nil {
		return Sent{}, err
	}
	retry, err := s.retryOf(tx.ReadTx, r)
	if err != nil {
		return Sent{}, err
	}
	words, err := s.letters.Returned(Returned{
		Reader: to.reader(false), Written: on, Payment: p, Code: r.Code, On: r.On, Standing: now, RetryOn: retry,
	})
	if err != nil {
		return Sent{}, err
	}
	return s.write(tx, to, words, e.Source)
}

// retryOf is the day on which AutoPay presents a returned debit again; zero: it
// does not, or nobody knows, because its bank account waits.
func (s *Service) retryOf(tx *store.ReadTx, r store.ReturnedPayment) (civil.Date, error) {
	d, err := tx.DraftOfPayment(r.Account, r.PaymentID)
	if fault.KindOf(err) == fault.NotFound {
		return civil.Date{}, nil
	}
	if err != nil {
		return civil.Date{}, err
	}
	open, err := tx.OpenDrafts(r.Account)
	for _, x := range open {
		if x.Mandate == d.Mandate && x.Month == d.Month && x.Attempt == d.Attempt+1 {
			again, err := told(tx, s.profile, x)
			if err != nil || again.Wait != nil {
				return civil.Date{}, err
			}
			return x.DebitOn, nil
		}
	}
	return civil.Date{}, err
}

// now gives who a letter goes to and the account's standing on a day.
func (s *Service) now(tx *store.Tx, e store.LetterException, on civil.Date) (recipient, standing.Standing, error) {
	to, facts, err := addressed(tx, e)
	if err != nil {
		return to, standing.Standing{}, err
	}
	return to, standing.Evaluate(s.profile, facts.Standing(), on), nil
}

// addressed gives who a letter goes to and the facts of the account.
func addressed(tx *store.Tx, e store.LetterException) (recipient, *store.Facts, error) {
	facts, err := tx.ReviewFacts(e.Account)
	if err != nil {
		return recipient{}, nil, err
	}
	to, err := recipientOf(tx.ReadTx, facts.Account, identity.DocumentNotice)
	if err == nil {
		err = settled(tx, to, false, e)
	}
	return to, facts, err
}

// SendExtended writes the letters about due dates that were moved (R-CAL-3,
// MA-NOTE-10), to whoever has something to pay. It may be repeated.
func (s *Service) SendExtended(ctx context.Context, on civil.Date) (Sent, error) {
	return round(ctx, s, "extensions", func(tx *store.ReadTx, after store.AccountExtension) ([]store.AccountExtension, error) {
		return tx.ExtensionsUntold(on, after, pageOf)
	}, func(x store.AccountExtension) (Sent, error) {
		e := store.LetterException{Account: x.Account, Source: x.Account.UUID, About: store.AboutExtension}
		return s.each(ctx, e, func(tx *store.Tx) (Sent, error) { return s.extended(tx, x, e, on) })
	})
}

func (s *Service) extended(tx *store.Tx, x store.AccountExtension, e store.LetterException, on civil.Date) (Sent, error) {
	first, err := tx.ExtensionTold(x, on)
	if err != nil || !first {
		return Sent{}, err
	}
	to, now, err := s.now(tx, e, on)
	if err != nil {
		return Sent{}, err
	}
	back := money.Zero
	for _, e := range now.Enrollments {
		if e.Reinstate.By == x.Until {
			back = now.Restart.Later
		}
	}
	if !now.TotalDue.IsPositive() && !back.IsPositive() { // paid meanwhile
		return Sent{Suppressed: 1}, nil
	}
	words, err := s.letters.Extended(Extended{Reader: to.reader(false), Written: on, Due: x.Due, Until: x.Until, Back: back, Standing: now})
	if err != nil {
		return Sent{}, err
	}
	return s.write(tx, to, words, tx.NewID())
}
