package autopay

import (
	"context"
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/store"
)

// Change gives the mandate other terms, which are agreed to anew: the words are
// kept beside the first ones, and a copy is sent. Another day counts this month
// while the cut-off of both days lies ahead, else from the next month on; a cap
// is asked for at once.
func (s *Service) Change(ctx context.Context, in Change) (Changed, error) {
	if err := s.checkTerms(in.Who, in.Terms, in.Given); err != nil {
		return Changed{}, err
	}
	var out Changed
	err := s.db.InTx(ctx, "change autopay", func(tx *store.Tx) error {
		out = Changed{}
		facts, err := tx.FactsOf(in.Account)
		if err != nil {
			return err
		}
		m, err := live(tx.ReadTx, in.Account)
		if err != nil {
			return err
		}
		known, err := s.replayed(tx, in.Operation, in.Account, in.Terms)
		if err != nil {
			return err
		}
		if known {
			out.Mandate, out.First = m, mandate.FirstDebit(s.profile, m.Day, tx.Now())
			return nil
		}
		if err := s.mayChange(tx, in, m, facts); err != nil {
			return err
		}
		m.Terms = in.Terms
		m.Version++
		if out, err = s.redraft(tx, m, facts); err != nil {
			return err
		}
		tx.UpdateMandate(m, m.State, in.Who.actor())
		tx.Audit(store.AuditEvent{
			AccountID: in.Account, Operation: "autopay.change", Actor: in.Who.actor(), Subject: "mandate " + m.ID.String(),
			Summary: fmt.Sprintf("version %d: on the %d, from %s", m.Version, m.Day, out.First),
		})
		return s.grant(tx, in.Operation, m, in.Who, in.Given, mandate.LetterChanged)
	})
	return out, err
}

func (s *Service) mayChange(tx *store.Tx, in Change, m mandate.Mandate, f *store.Facts) error {
	least := s.expected(f, mandate.MonthPaid(s.profile, mandate.FirstDebit(s.profile, in.Terms.Day, tx.Now())), tx.Now())
	if in.Terms.Cap.IsPositive() && in.Terms.Cap != m.Cap && in.Terms.Cap.Less(least) {
		return fault.At("cap", CodeCapLow, "Limit must be at least %s", least.Format())
	}
	return isSaved(tx.ReadTx, in.Account, in.Who, in.Terms.BankAccount, in.Terms.BankAccount == m.BankAccount)
}

// redraft brings the open draft of the month in line with new terms.
func (s *Service) redraft(tx *store.Tx, m mandate.Mandate, f *store.Facts) (Changed, error) {
	out := Changed{Mandate: m}
	drafts, err := tx.DraftsOf(m.AccountID, recentDrafts)
	if err != nil {
		return out, err
	}
	for _, d := range drafts {
		if d.Mandate != m.ID || !d.State.Open() || d.Attempt > 0 {
			continue
		}
		moved := s.moved(d, m, tx.Now())
		out.First, out.Later = moved.DebitOn, moved.DebitOn.Day() != m.Day && moved.DebitOn == d.DebitOn
		if out.Later {
			out.First = mandate.NextDebit(m.Day, d.DebitOn)
		}
		return out, s.rewrite(tx, d, moved)
	}
	offer := s.dayOffer(f, m.Day, tx.Now())
	if len(drafts) > 0 && !drafts[0].Month.Before(offer.Month) { // this month is taken care of
		out.First = mandate.NextDebit(m.Day, drafts[0].DebitOn)
		out.Later = true
		return out, nil
	}
	out.First = offer.First
	if !offer.Known || m.State != mandate.Active {
		return out, nil
	}
	before, err := tx.BeforeOf(m.AccountID, m.ID)
	if err != nil {
		return out, err
	}
	// The page told the amount and the member agreed to it.
	before.Last, before.Usual = offer.Amount, money.Max(before.Usual, offer.Amount)
	return out, tx.InsertDrafts([]mandate.Draft{s.firstDraft(tx, m, f.LastBill.Number, offer, before)})
}

// recentDrafts is how many drafts back anybody looks.
const recentDrafts = 24

// moved is an open draft on the terms of its mandate: on another day, if both
// can still be met, and asked about anew.
func (s *Service) moved(d mandate.Draft, m mandate.Mandate, now civil.Instant) mandate.Draft {
	debit := mandate.DebitFor(s.profile, m.Day, d.Month)
	if !now.After(s.profile.AutoPayCutoff(debit)) && !now.After(s.profile.AutoPayCutoff(d.DebitOn)) {
		d.DebitOn, d.SettleOn, d.NoticeBy = debit, mandate.SettleOn(debit), mandate.NoticeBy(s.profile, debit)
	}
	if d.Released {
		return d
	}
	told := d.NoticedOn
	if told.IsZero() { // the bill's letter has not gone out yet
		told = s.profile.Today(now)
	}
	d.State, d.Reason = mandate.Planned, mandate.Question(s.profile, m.Terms, d.Before, d.Noticed, told, d.DebitOn)
	if d.Reason != "" {
		d.State = mandate.Held
	}
	return d
}

// rewrite replaces an open draft by another one, in place where it stays on
// its day.
func (s *Service) rewrite(tx *store.Tx, d, moved mandate.Draft) error {
	if moved.DebitOn == d.DebitOn {
		tx.UpdateDraft(moved, d.State)
		return nil
	}
	cancelDraft(tx, d, mandate.ReasonMoved)
	moved.ID = mandate.DraftID{UUID: tx.NewID()}
	return tx.InsertDrafts([]mandate.Draft{moved})
}

// Stop ends the mandate now, or after the next debit (R-AUTO-5, REG-42). Now is
// too late once the next debit is with the bank: then it ends after that.
func (s *Service) Stop(ctx context.Context, in Stop) (Stopped, error) {
	if err := access.Check(in.Who.Role, access.ManageAutoPay); err != nil {
		return Stopped{}, err
	}
	var out Stopped
	err := s.db.InTx(ctx, "stop autopay", func(tx *store.Tx) error {
		out = Stopped{}
		if _, err := tx.MoneyOf(in.Account); err != nil { // what is frozen meanwhile is seen
			return err
		}
		m, err := live(tx.ReadTx, in.Account)
		if err != nil {
			return err
		}
		drafts, err := tx.DraftsOf(in.Account, recentDrafts)
		if err != nil {
			return err
		}
		today := s.profile.Today(tx.Now())
		sent := sentDebit(drafts, today)
		if in.When == StopNow || m.State == mandate.Paused {
			if !sent.IsZero() {
				return fault.New(fault.Conflict, CodeTooLate, "The payment of %s is with the bank already. AutoPay can stop after it.", sent)
			}
			if err := s.move(tx, m, mandate.Stopped, mandate.ReasonMember, today, in.Who.actor()); err != nil {
				return err
			}
			return s.owe(tx, m, mandate.LetterStopped, mandate.DraftID{})
		}
		if out.Last = sent; out.Last.IsZero() {
			out.Last = s.nextDebit(m, drafts, tx.Now())
		}
		if m.StopOn == out.Last {
			return nil // asked for before, and told
		}
		m.StopOn = out.Last
		tx.UpdateMandate(m, m.State, in.Who.actor())
		tx.Audit(store.AuditEvent{
			AccountID: in.Account, Operation: "autopay.stop_after", Actor: in.Who.actor(), Subject: "mandate " + m.ID.String(),
			Summary: "after the debit of " + out.Last.String(),
		})
		return s.owe(tx, m, mandate.LetterStopped, mandate.DraftID{})
	})
	return out, err
}

// sentDebit is the day of a debit that is with the bank; zero: there is none.
func sentDebit(drafts []mandate.Draft, today civil.Date) civil.Date {
	for _, d := range drafts {
		if d.State == mandate.Frozen && !d.SettleOn.Before(today) {
			return d.DebitOn
		}
	}
	return civil.Date{}
}

// nextDebit is the day of the next debit that can still be met.
func (s *Service) nextDebit(m mandate.Mandate, drafts []mandate.Draft, now civil.Instant) civil.Date {
	next := mandate.FirstDebit(s.profile, m.Day, now)
	for _, d := range drafts {
		switch {
		case d.Mandate != m.ID || d.State == mandate.Canceled || d.Attempt > 0:
		case d.State.Open():
			return d.DebitOn
		case d.Month == mandate.MonthPaid(s.profile, next):
			return mandate.NextDebit(m.Day, next)
		}
	}
	return next
}
