package autopay

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/store"
)

// debitsTold is how many debits a page lists (brief A7).
const debitsTold = 6

// Status tells how AutoPay stands: whether it is on, the next debit, what waits
// for the member's answer, and the last debits (brief A7).
func (s *Service) Status(ctx context.Context, who Who, account enrollment.AccountID) (Status, error) {
	if err := access.Check(who.Role, access.SeeAutoPay); err != nil {
		return Status{}, err
	}
	var out Status
	err := s.db.Read(ctx, "autopay status", func(tx *store.ReadTx) error {
		out = Status{}
		m, err := tx.NewestMandate(account)
		if fault.KindOf(err) == fault.NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		out.Mandate, out.On = &m, m.State == mandate.Active
		return s.fill(tx, &out, m)
	})
	return out, err
}

func (s *Service) fill(tx *store.ReadTx, out *Status, m mandate.Mandate) error {
	facts, err := tx.FactsOf(m.AccountID)
	if err != nil {
		return err
	}
	drafts, err := tx.DraftsOf(m.AccountID, recentDrafts)
	if err != nil {
		return err
	}
	if out.Debits, err = debits(tx, m.AccountID, drafts); err != nil {
		return err
	}
	outcomes, err := tx.Outcomes(m.AccountID, m.ID)
	if err != nil {
		return err
	}
	out.Returned = mandate.UncollectedInRow(outcomes, civil.Month{})
	if out.Bank, err = s.bankOf(tx, m); err != nil || m.State != mandate.Active {
		return err
	}
	for _, d := range drafts {
		if d.State == mandate.Held {
			out.Held, out.Usual = &d, d.Usual
		}
	}
	out.Next = s.next(facts, m, drafts, tx.Now())
	if out.Next != nil {
		out.StopBy = s.profile.AutoPayCutoff(out.Next.On)
		out.StopNow = !out.Next.Sent
	}
	return nil
}

// next tells of the next debit: what is with the bank, else what is planned,
// else what is to come. A debit that is held is no debit.
func (s *Service) next(f *store.Facts, m mandate.Mandate, drafts []mandate.Draft, now civil.Instant) *Next {
	today := s.profile.Today(now)
	for _, d := range drafts {
		if d.State == mandate.Frozen && !d.SettleOn.Before(today) {
			return &Next{On: d.DebitOn, Settles: d.SettleOn, Amount: d.Amount, Known: true, Month: d.Month, Retry: d.Attempt > 0, Sent: true}
		}
	}
	for _, d := range drafts {
		if d.State == mandate.Planned && (d.Attempt > 0 || d.Mandate == m.ID) {
			if amount := money.Min(d.Noticed, unpaidThrough(f, d.Month)); amount.IsPositive() {
				return &Next{On: d.DebitOn, Settles: d.SettleOn, Amount: amount, Known: true, Month: d.Month, Retry: d.Attempt > 0}
			}
		}
	}
	on := mandate.FirstDebit(s.profile, m.Day, now)
	for _, d := range drafts {
		if d.Mandate == m.ID && d.Attempt == 0 && d.State != mandate.Canceled && d.Month == mandate.MonthPaid(s.profile, on) {
			on = mandate.NextDebit(m.Day, on)
		}
	}
	if !m.StopOn.IsZero() && on.After(m.StopOn) {
		return nil
	}
	month := mandate.MonthPaid(s.profile, on)
	return &Next{On: on, Settles: mandate.SettleOn(on), Amount: s.expected(f, month, now), Month: month}
}

func debits(tx *store.ReadTx, account enrollment.AccountID, drafts []mandate.Draft) ([]Debit, error) {
	var all []Debit
	for _, d := range drafts {
		if d.State != mandate.Frozen || len(all) == debitsTold {
			continue
		}
		p, err := tx.Payment(account, d.PaymentID)
		if err != nil {
			return nil, err
		}
		one := Debit{Draft: d, Confirmation: p.Confirmation}
		returned, err := tx.ReturnOf(account, d.PaymentID)
		switch {
		case err == nil:
			one.Returned = returned.Code
		case fault.KindOf(err) != fault.NotFound:
			return nil, err
		}
		if one.Settled, err = tx.Cleared(account, d.PaymentID); err != nil {
			return nil, err
		}
		one.Settled = one.Settled && one.Returned == ""
		all = append(all, one)
	}
	return all, nil
}

// Release lets a draft that is held be taken on its day: the member was asked
// about this amount and said yes.
func (s *Service) Release(ctx context.Context, in Answer) error {
	return s.answer(ctx, in, "autopay.release", func(d *mandate.Draft) {
		d.State, d.Reason, d.Released = mandate.Planned, "", true
	})
}

// Decline says no to a draft that is held: this bill is paid another way, or
// not. AutoPay stays on.
func (s *Service) Decline(ctx context.Context, in Answer) error {
	return s.answer(ctx, in, "autopay.decline", func(d *mandate.Draft) {
		d.State, d.Reason = mandate.Skipped, mandate.ReasonDeclined
	})
}

func (s *Service) answer(ctx context.Context, in Answer, operation string, change func(*mandate.Draft)) error {
	if err := access.Check(in.Who.Role, access.ManageAutoPay); err != nil {
		return err
	}
	return s.db.InTx(ctx, operation, func(tx *store.Tx) error {
		if _, err := tx.MoneyOf(in.Account); err != nil {
			return err
		}
		d, err := tx.Draft(in.Account, in.Draft)
		switch {
		case fault.KindOf(err) == fault.NotFound && err != nil || err == nil && d.State != mandate.Held:
			return fault.New(fault.Conflict, CodeNothingHeld, "Nothing is waiting for your answer any more")
		case err != nil:
			return err
		case d.Noticed != in.Amount:
			return fault.New(fault.Conflict, CodeAmountChanged, "The amount has changed: look at it again")
		}
		change(&d)
		tx.UpdateDraft(d, mandate.Held)
		tx.Audit(store.AuditEvent{
			AccountID: in.Account, Operation: operation, Actor: in.Who.actor(), Subject: "draft " + d.ID.String(),
			Summary: d.Noticed.String() + " on " + d.DebitOn.String(),
		})
		return nil
	})
}

// Proof gives everything that shows an authorization (ACH-04, REG-40), or
// fault.NotFound. With the zero id it is that of the newest mandate.
func (s *Service) Proof(ctx context.Context, who Who, account enrollment.AccountID, id mandate.ID) (Proof, error) {
	if err := access.Check(who.Role, access.SeeAutoPay); err != nil {
		return Proof{}, err
	}
	var proof Proof
	err := s.db.Read(ctx, "autopay proof", func(tx *store.ReadTx) (err error) {
		if id.IsZero() {
			proof.Mandate, err = tx.NewestMandate(account)
		} else {
			proof.Mandate, err = tx.Mandate(account, id)
		}
		if err != nil {
			return err
		}
		if proof.Authorizations, err = tx.Grants(account, proof.Mandate.ID); err != nil {
			return err
		}
		if proof.Events, err = tx.MandateEvents(account, proof.Mandate.ID); err != nil {
			return err
		}
		a, err := tx.Account(account)
		if err != nil {
			return err
		}
		proof.FirstName, proof.LastName, proof.SubscriberID = a.FirstName, a.LastName, a.SubscriberID
		if proof.Emails, err = emails(tx, proof.Authorizations); err != nil {
			return err
		}
		proof.Banks, err = tx.StoredBanks(account)
		return err
	})
	return proof, err
}

func emails(tx *store.ReadTx, all []mandate.Authorization) (map[ident.UUID]string, error) {
	found := map[ident.UUID]string{}
	for _, a := range all {
		if found[a.Person] != "" || a.Person.IsZero() {
			continue
		}
		p, err := tx.Person(identity.PersonID{UUID: a.Person})
		if fault.KindOf(err) == fault.NotFound {
			continue // it was given with the help of staff
		}
		if err != nil {
			return nil, err
		}
		found[a.Person] = p.Email.Reveal()
	}
	return found, nil
}

// Mandates gives all mandates that an account ever had, first the one whose proof
// is given unless another is named, then the newest: a bank may ask for the proof of
// one that was replaced long ago (ACH-04).
func (s *Service) Mandates(ctx context.Context, who Who, account enrollment.AccountID) (all []mandate.Mandate, err error) {
	if err := access.Check(who.Role, access.SeeAutoPay); err != nil {
		return nil, err
	}
	err = s.db.Read(ctx, "mandates", func(tx *store.ReadTx) (err error) {
		all, err = tx.Mandates(account)
		return err
	})
	return all, err
}

// AccountOf finds the account of a Subscriber ID, or fault.NotFound: staff are
// asked by it.
func (s *Service) AccountOf(ctx context.Context, who Who, id ident.SubscriberID) (account enrollment.AccountID, err error) {
	if err := access.Check(who.Role, access.SeeAutoPay); err != nil {
		return account, err
	}
	err = s.db.Read(ctx, "account by number", func(tx *store.ReadTx) error {
		a, err := tx.AccountBySubscriber(id)
		account = a.ID
		return err
	})
	return account, err
}
