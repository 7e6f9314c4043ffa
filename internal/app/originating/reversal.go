package originating

import (
	"context"
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// Payments takes back payments that were collected in error.
type Payments interface {
	// TakeBack undoes a payment, and tells whether it was not undone before.
	TakeBack(tx *store.Tx, account enrollment.AccountID, id payment.ID, code string, on civil.Date) (isNew bool, err error)
}

// AskReversal asks that a debit which was our error be reversed (ACH-36): a
// duplicate, a wrong amount, receiver or date. It is checked now and again when
// the second person approves it.
func (s *Service) AskReversal(ctx context.Context, r store.ACHReversal, by access.Actor) error {
	if err := by.Check(access.AskReversal, r.Reason); err != nil {
		return err
	}
	r.AskedBy = by.Name
	return s.db.InTx(ctx, "ask reversal", func(tx *store.Tx) error {
		if _, err := s.reversible(tx, r); err != nil {
			return err
		}
		tx.AskReversal(r)
		s.auditReversal(tx, r, by, access.AskReversal, "asked for", r.Reason)
		return nil
	})
}

// ApproveReversal takes the payment back and queues the credit that gives the
// money back, for the next file.
func (s *Service) ApproveReversal(ctx context.Context, account enrollment.AccountID, entry ach.EntryID, by access.Actor, reason string) error {
	if err := by.Check(access.ApproveReversal, reason); err != nil {
		return err
	}
	if s.payments == nil {
		return fault.New(fault.Internal, "reversal.payments", "reversals need the use cases of payments")
	}
	return s.db.InTx(ctx, "approve reversal", func(tx *store.Tx) error {
		r, err := tx.Reversal(account, entry)
		switch {
		case err != nil:
			return err
		case r.AskedBy == by.Name:
			return errTwoPeople
		}
		wrong, err := s.reversible(tx, r)
		if err != nil {
			return err
		}
		today := s.today()
		if _, err := s.payments.TakeBack(tx, account, wrong.PaymentID, ach.CodeReversal, today); err != nil {
			return err
		}
		id := tx.NewACHEntryID()
		tx.PutACHEntry(ach.Entry{
			ID: id, AccountID: account, Kind: ach.KindReversal, PaymentID: wrong.PaymentID, FirstID: wrong.ID, Bank: wrong.Bank,
			SEC: ach.CreditClass(wrong.SEC), Amount: wrong.Amount, SettleOn: today,
		})
		tx.ApproveReversal(r, by.Name, id)
		s.auditReversal(tx, r, by, access.ApproveReversal, "approved", reason)
		return nil
	})
}

// reversible gives the wrong entry if the rules let it be reversed with the next
// file: it leaves then, not when somebody says yes, and an error that was found
// after Friday's file can not wait for Monday's (ACH-36).
func (s *Service) reversible(tx *store.Tx, r store.ACHReversal) (ach.Entry, error) {
	e, err := tx.ACHEntry(r.AccountID, r.Entry)
	if err != nil {
		return e, err
	}
	now := tx.Now()
	leaves := s.profile.NextFile(now)
	check := ach.Reversal{
		Entry: e, Why: r.Why, FoundAt: r.FoundAt, AskedAt: now, SentAt: leaves, SettleOn: ach.Settles(s.profile.Today(leaves)),
	}
	if e.Trace != "" {
		f, err := tx.ACHFile(e.FileID)
		if err != nil {
			return e, err
		}
		check.Settled = f.SettleOn
	}
	return e, check.Check()
}

func (s *Service) auditReversal(tx *store.Tx, r store.ACHReversal, by access.Actor, op access.Operation, did, reason string) {
	tx.Audit(store.AuditEvent{
		AccountID: r.AccountID, Operation: string(op), Actor: by.Name, Subject: "ACH entry " + r.Entry.String(),
		Summary: fmt.Sprintf("reversal (%s) %s", r.Why, did), Reason: reason,
	})
}
