package originating

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// AutoRefunded is what looking for credit to give back came to.
type AutoRefunded struct {
	Refunds  int // posted, on their way
	Asked    int // above the limit of one person: another approves
	ByHand   int // not paid from a bank account: staff give it back the way it came
	SetAside int // accounts that could not be looked at
	Amount   money.Amount
}

const (
	autoReason  = "R-PAY-8: coverage has ended, nothing is owed"
	creditsPage = 500
)

// AutoRefund gives credit back that lies with an account whose coverage ended
// refund.auto_days ago and more, when nothing is owed and it is over
// refund.auto_over (R-PAY-8). It is evaluated as of date, may be repeated, and
// asks for the same money once: what a second person has declined, or the bank
// could not pay, is left to people.
func (s *Service) AutoRefund(ctx context.Context, date civil.Date) (AutoRefunded, error) {
	var total AutoRefunded
	var after enrollment.AccountID
	covered := date.AddDays(1 - s.profile.Refund.AutoDays.On(date)).Month()
	for {
		var page, due []enrollment.AccountID
		err := s.db.Read(ctx, "credits left", func(tx *store.ReadTx) (err error) {
			if page, err = tx.CreditsLeft(after, covered, creditsPage); err != nil {
				return err
			}
			due, err = s.refundsDue(tx, page, date)
			return err
		})
		if err != nil || len(page) == 0 {
			return total, err
		}
		after = page[len(page)-1]
		for _, id := range due {
			one, err := s.autoRefundOf(ctx, id, date)
			switch {
			case err == nil:
				total.add(one)
			case store.Blameable(err):
				s.log.ErrorContext(ctx, "a person must look: credit could not be given back", "account", id, "error", err)
				total.SetAside++
			default:
				return total, err
			}
		}
	}
}

func (t *AutoRefunded) add(x AutoRefunded) {
	t.Refunds += x.Refunds
	t.Asked += x.Asked
	t.ByHand += x.ByHand
	t.Amount = t.Amount.Add(x.Amount)
}

func (s *Service) autoRefundOf(ctx context.Context, id enrollment.AccountID, date civil.Date) (AutoRefunded, error) {
	var done AutoRefunded
	err := s.db.InTx(ctx, "automatic refund", func(tx *store.Tx) error {
		done = AutoRefunded{}
		facts, err := tx.MoneyOf(id)
		if err != nil || !s.refundDue(facts, date) {
			return err
		}
		for _, c := range facts.Credits {
			if err := s.autoRefund(tx, id, c, &done); err != nil {
				return err
			}
		}
		return nil
	})
	return done, err
}

// refundsDue gives those accounts of which credit goes back by itself: some of
// those that have any. Who can not be looked at with others is asked again.
func (s *Service) refundsDue(tx *store.ReadTx, ids []enrollment.AccountID, date civil.Date) ([]enrollment.AccountID, error) {
	all, err := tx.MoneyOfSome(ids)
	if err != nil {
		if store.Blameable(err) {
			return ids, nil
		}
		return nil, err
	}
	var due []enrollment.AccountID
	for _, f := range all {
		if s.refundDue(f, date) {
			due = append(due, f.Account.ID)
		}
	}
	return due, nil
}

// refundDue tells whether the credit of an account goes back by itself.
func (s *Service) refundDue(facts *store.Facts, date civil.Date) bool {
	now := standing.Evaluate(s.profile, facts.Standing(), date)
	last, over := now.OverSince()
	return over && !last.AddDays(s.profile.Refund.AutoDays.On(date)).After(date) &&
		!now.TotalDue.IsPositive() && s.profile.Refund.AutoOver.On(date).Less(facts.Credit())
}

// autoRefund gives the credit of one payment back, once the bank can not take
// the payment back any more.
func (s *Service) autoRefund(tx *store.Tx, account enrollment.AccountID, c payment.Credit, done *AutoRefunded) error {
	id := payment.RefundID{UUID: ident.Named([]byte("automatic refund of " + c.PaymentID.String() + " " + c.Open.String()))}
	if _, err := tx.Refund(account, id); fault.KindOf(err) != fault.NotFound {
		return err
	}
	debit, err := s.refundable(tx, RefundAsk{Account: account, Payment: c.PaymentID})
	switch {
	case fault.Is(err, CodeRefundEarly):
		return nil
	case fault.Is(err, CodeRefundMethod):
		done.ByHand++
		return nil
	case err != nil:
		return err
	}
	refund := payment.Refund{
		ID: id, AccountID: account, PaymentID: c.PaymentID, Bank: debit.Bank, Amount: c.Open, State: payment.RefundAsked,
		Reason: autoReason, AskedBy: actorSystem, AskedAt: tx.Now(), NeedsTwo: s.profile.Refund.DualControl.On(s.today()).Less(c.Open),
	}
	system := access.Actor{Name: actorSystem}
	tx.AskRefund(refund)
	s.auditRefund(tx, refund, system, access.AskRefund, "asked for", autoReason)
	if refund.NeedsTwo {
		done.Asked++
		return nil
	}
	done.Refunds++
	done.Amount = done.Amount.Add(refund.Amount)
	return s.payBack(tx, &refund, debit, system)
}
