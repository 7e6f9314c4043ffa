package originating

import (
	"context"
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// Codes of refunds that are refused.
const (
	CodeRefundMethod  = "refund.method"      // it was paid in a way that money does not go back by ACH
	CodeRefundEarly   = "refund.too_early"   // the money can still come back (ACH-30)
	CodeRefundMore    = "refund.too_much"    // more than is left of the payment
	CodeRefundStaff   = "refund.needs_staff" // above the limit staff must ask for it
	CodeRefundDecided = "refund.decided"     // it does not wait for anybody
)

// RefundAsk asks for money back. Operation makes asking again ask the same.
type RefundAsk struct {
	Operation payment.RefundID
	Account   enrollment.AccountID
	Payment   payment.ID
	Amount    money.Amount
	By        access.Actor
	Reason    string
}

// AskRefund asks for money back of a payment from a bank account, to that
// account (R-PAY-8). Up to the limit of one person it is posted at once; above,
// staff ask and a second person approves.
func (s *Service) AskRefund(ctx context.Context, a RefundAsk) (payment.Refund, error) {
	if err := a.By.Check(access.AskRefund, a.Reason); err != nil {
		return payment.Refund{}, err
	}
	if err := payment.CheckAmount(a.Amount, s.profile.Payment.MaxSingle.On(s.today())); err != nil {
		return payment.Refund{}, err
	}
	var refund payment.Refund
	err := s.db.InTx(ctx, "ask refund", func(tx *store.Tx) (err error) {
		refund, err = tx.Refund(a.Account, a.Operation)
		if fault.KindOf(err) != fault.NotFound {
			return err
		}
		debit, err := s.refundable(tx, a)
		if err != nil {
			return err
		}
		refund = payment.Refund{
			ID: a.Operation, AccountID: a.Account, PaymentID: a.Payment, Bank: debit.Bank, Amount: a.Amount, State: payment.RefundAsked,
			Reason: a.Reason, AskedBy: a.By.Name, AskedAt: tx.Now(), NeedsTwo: s.profile.Refund.DualControl.On(s.today()).Less(a.Amount),
		}
		if refund.NeedsTwo && a.By.Role == access.RoleMember {
			return fault.New(fault.Denied, CodeRefundStaff, "a refund of %s is looked at by two of our staff: call us", a.Amount.Format())
		}
		tx.AskRefund(refund)
		s.auditRefund(tx, refund, a.By, access.AskRefund, "asked for", a.Reason)
		if refund.NeedsTwo {
			return nil
		}
		return s.payBack(tx, &refund, debit, a.By)
	})
	return refund, err
}

func (s *Service) today() civil.Date { return s.profile.Today(s.db.Now()) }

// refundable gives the debit that collected a payment, if its money is ours to
// give back.
func (s *Service) refundable(tx *store.Tx, a RefundAsk) (ach.Entry, error) {
	debit, err := tx.ACHEntryOf(a.Account, a.Payment)
	if fault.KindOf(err) == fault.NotFound {
		return debit, fault.New(fault.Conflict, CodeRefundMethod, "this payment did not come from a bank account: it is refunded the way it was paid")
	}
	if err != nil {
		return debit, err
	}
	early := fault.New(fault.Conflict, CodeRefundEarly, "the bank can still take this payment back: it can be refunded some bank days after it has settled")
	if debit.State != ach.StateFiled && debit.State != ach.StateSettled {
		return debit, early
	}
	f, err := tx.ACHFile(debit.FileID)
	if err != nil {
		return debit, err
	}
	if s.today().Before(ach.FinalFrom(f.SettleOn)) {
		return debit, early
	}
	return debit, nil
}

// payBack posts an asked refund and queues the credit that carries it.
func (s *Service) payBack(tx *store.Tx, r *payment.Refund, debit ach.Entry, by access.Actor) error {
	credits, err := tx.CreditsOf(r.AccountID)
	if err != nil {
		return err
	}
	var open money.Amount
	for _, c := range credits {
		if c.PaymentID == r.PaymentID {
			open = c.Open
		}
	}
	if open.Less(r.Amount) {
		return fault.New(fault.Conflict, CodeRefundMore, "%s of this payment is left to give back, not %s", open.Format(), r.Amount.Format())
	}
	today := s.today()
	tx.UseCredit(r.AccountID, payment.Application{PaymentID: r.PaymentID, Amount: r.Amount, EmptiesCredit: open == r.Amount})
	tx.ApproveRefund(*r, by.Name, today)
	tx.PutACHEntry(ach.Entry{
		ID: tx.NewACHEntryID(), AccountID: r.AccountID, Kind: ach.KindRefund, RefundID: r.ID, Bank: r.Bank,
		SEC: ach.CreditClass(debit.SEC), Amount: r.Amount, SettleOn: today,
	})
	tx.ReviewOn(r.AccountID, today, store.ReviewStanding)
	r.State, r.DecidedBy = payment.RefundApproved, by.Name
	return nil
}

func (s *Service) auditRefund(tx *store.Tx, r payment.Refund, by access.Actor, op access.Operation, did, reason string) {
	tx.Audit(store.AuditEvent{
		AccountID: r.AccountID, Operation: string(op), Actor: by.Name, Subject: "payment " + r.PaymentID.String(),
		Summary: fmt.Sprintf("refund of %s %s", r.Amount, did), Reason: reason,
	})
}

// ApproveRefund lets a refund be paid out that waits for a second person.
func (s *Service) ApproveRefund(ctx context.Context, account enrollment.AccountID, id payment.RefundID, by access.Actor, reason string) error {
	return s.decideRefund(ctx, account, id, by, reason, "approved", func(tx *store.Tx, r payment.Refund) error {
		debit, err := s.refundable(tx, RefundAsk{Account: account, Payment: r.PaymentID})
		if err != nil {
			return err
		}
		return s.payBack(tx, &r, debit, by)
	})
}

// DeclineRefund says no to a refund that waits for a second person.
func (s *Service) DeclineRefund(ctx context.Context, account enrollment.AccountID, id payment.RefundID, by access.Actor, reason string) error {
	return s.decideRefund(ctx, account, id, by, reason, "declined", func(tx *store.Tx, r payment.Refund) error {
		tx.DeclineRefund(r, by.Name)
		return nil
	})
}

func (s *Service) decideRefund(ctx context.Context, account enrollment.AccountID, id payment.RefundID, by access.Actor, reason, did string, do func(*store.Tx, payment.Refund) error) error {
	if err := by.Check(access.ApproveRefund, reason); err != nil {
		return err
	}
	return s.db.InTx(ctx, "decide refund", func(tx *store.Tx) error {
		r, err := tx.Refund(account, id)
		switch {
		case err != nil:
			return err
		case r.State != payment.RefundAsked:
			return fault.New(fault.Conflict, CodeRefundDecided, "this refund waits for nobody: it is %s", r.State)
		case r.AskedBy == by.Name:
			return errTwoPeople
		}
		s.auditRefund(tx, r, by, access.ApproveRefund, did, reason)
		return do(tx, r)
	})
}

// RefundsAsked gives up to limit refunds that wait for a second person, after
// one that was given before.
func (s *Service) RefundsAsked(ctx context.Context, after payment.Refund, limit int) (all []payment.Refund, err error) {
	err = s.db.Read(ctx, "refunds asked for", func(tx *store.ReadTx) (err error) {
		all, err = tx.RefundsAsked(after, limit)
		return err
	})
	return all, err
}

// Refunds hears from the bank, in the transaction of whoever reads its files,
// what became of refunds.
type Refunds struct{}

// Paid posts that the bank has paid a refund out.
func (Refunds) Paid(tx *store.Tx, e ach.Entry, on civil.Date) error {
	r, err := tx.Refund(e.AccountID, e.RefundID)
	switch {
	case err != nil:
		return err
	case r.State == payment.RefundApproved:
		tx.RefundPaid(r, on)
	case r.State == payment.RefundFailed: // the statement came after the return
		tx.RefundPaidAndBack(r, on)
	}
	return nil
}

// CameBack posts that the bank could not pay a refund: it is credit again.
func (Refunds) CameBack(tx *store.Tx, e ach.Entry, _ string, on civil.Date) error {
	r, err := tx.Refund(e.AccountID, e.RefundID)
	if err == nil && r.State != payment.RefundFailed {
		tx.RefundFailed(r, on)
	}
	return err
}
