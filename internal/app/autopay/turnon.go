package autopay

import (
	"context"
	"fmt"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// TurnOn makes a mandate (R-AUTO-1) and, where the bill of its first debit is
// out, the draft for it: the page that the member confirmed has told the
// amount. The copy of the authorization is sent at once (REG-40). The same
// operation again gives the same mandate.
func (s *Service) TurnOn(ctx context.Context, in TurnOn) (mandate.Mandate, error) {
	if err := s.checkTerms(in.Who, in.Terms, in.Given); err != nil {
		return mandate.Mandate{}, err
	}
	var made mandate.Mandate
	err := s.db.InTx(ctx, "turn autopay on", func(tx *store.Tx) error {
		facts, err := tx.FactsOf(in.Account)
		if err != nil {
			return err
		}
		known, err := s.replayed(tx, in.Operation, in.Account, in.Terms)
		if err != nil {
			return err
		}
		if known {
			made, err = tx.Mandate(in.Account, mandate.ID{UUID: in.Operation})
			return err
		}
		today := s.profile.Today(tx.Now())
		offer := s.dayOffer(facts, in.Terms.Day, tx.Now())
		if err := s.mayTurnOn(tx, in, facts, offer, today); err != nil {
			return err
		}
		made = mandate.Mandate{
			ID: mandate.ID{UUID: in.Operation}, AccountID: in.Account, Person: in.Who.Person, Terms: in.Terms, First: offer.Amount,
			State: mandate.Active, StateOn: today, LiveAt: tx.Now(), AuthorizedAt: tx.Now(), Version: 1,
		}
		tx.InsertMandate(made, in.Who.actor())
		tx.Audit(store.AuditEvent{
			AccountID: in.Account, Operation: "autopay.on", Actor: in.Who.actor(), Subject: "mandate " + made.ID.String(),
			Summary: fmt.Sprintf("on the %d, first on %s", made.Day, offer.First),
		})
		if offer.Known {
			before := mandate.Before{Last: offer.Amount, Usual: offer.Amount}
			if err := tx.InsertDrafts([]mandate.Draft{s.firstDraft(tx, made, facts.LastBill.Number, offer, before)}); err != nil {
				return err
			}
		}
		return s.grant(tx, in.Operation, made, in.Who, in.Given, mandate.LetterOn)
	})
	return made, err
}

// mayTurnOn refuses what can not be turned on. A mandate that pauses gives way.
func (s *Service) mayTurnOn(tx *store.Tx, in TurnOn, f *store.Facts, offer DayOffer, today civil.Date) error {
	if in.Terms.Cap.IsPositive() && in.Terms.Cap.Less(offer.Amount) {
		return fault.At("cap", CodeCapLow, "Limit must be at least %s", offer.Amount.Format())
	}
	if err := isSaved(tx.ReadTx, in.Account, in.Who, in.Terms.BankAccount, false); err != nil {
		return err
	}
	if !mandate.HasCoverage(standing.Evaluate(s.profile, f.Standing(), today), today) {
		return fault.New(fault.Conflict, CodeNoCoverage, "AutoPay needs coverage to pay for")
	}
	old, err := tx.NewestMandate(in.Account)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return nil
	case err != nil:
		return err
	case old.State == mandate.Active:
		return fault.New(fault.Conflict, CodeOn, "AutoPay is on already: change it")
	case old.State == mandate.Paused:
		return s.move(tx, old, mandate.Stopped, mandate.ReasonReplaced, today, in.Who.actor())
	}
	return nil
}

// checkTerms refuses terms that can not be, whatever the account.
func (s *Service) checkTerms(who Who, t mandate.Terms, g Given) error {
	if err := access.Check(who.Role, access.ManageAutoPay); err != nil {
		return err
	}
	if g.TextVersion == "" || g.Wording == "" || who.Person.IsZero() {
		return fault.New(fault.Invalid, CodeNoWording, "an authorization needs its words, their version, and who gave it")
	}
	var problems fault.List
	if !mandate.DayOffered(s.profile, t.Day, s.profile.Today(s.db.Now())) {
		problems.Add("day", CodeDay, "Select a day")
	}
	if t.Cap.IsNegative() {
		problems.Add("cap", CodeCapLow, "Limit must be more than $0")
	}
	switch {
	case t.Notice == mandate.NoticeOver && !t.NoticeOver.IsPositive():
		problems.Add("notice_over", CodeNoticeOver, "Enter an amount of more than $0")
	case t.Notice != mandate.NoticeOver && t.Notice != mandate.NoticeAlways:
		problems.Add("notice", CodeNoticeOver, "Select when you want to be told")
	}
	return problems.Err()
}

// replayed tells whether an operation was done before; another one under the
// same id is refused.
func (s *Service) replayed(tx *store.Tx, operation ident.UUID, account enrollment.AccountID, t mandate.Terms) (bool, error) {
	known, err := tx.GrantOf(operation)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return false, nil
	case err != nil:
		return false, err
	case known.AccountID != account || known.Terms != t:
		return false, fault.New(fault.Conflict, CodeOther, "this was already sent with other details")
	}
	return true, nil
}

// grant keeps the authorization for good and owes the member a copy.
func (s *Service) grant(tx *store.Tx, operation ident.UUID, m mandate.Mandate, who Who, g Given, kind mandate.LetterKind) error {
	tx.InsertGrant(operation, mandate.Authorization{
		Mandate: m.ID, AccountID: m.AccountID, Version: m.Version, TextVersion: g.TextVersion, Language: g.Language, Wording: g.Wording,
		Channel: g.Channel, Network: g.Network, SessionHash: g.SessionHash, Method: g.Method, Role: who.Role, Person: who.Person, Terms: m.Terms, At: tx.Now(),
	})
	return s.owe(tx, m, kind, mandate.DraftID{})
}

// owe owes a letter about a mandate and asks for it to be written at once.
func (s *Service) owe(tx *store.Tx, m mandate.Mandate, kind mandate.LetterKind, draft mandate.DraftID) error {
	l := mandate.Letter{
		ID: mandate.LetterID{UUID: tx.NewID()}, AccountID: m.AccountID, Mandate: m.ID, Kind: kind, Version: m.Version, Draft: draft,
		OwedOn: s.profile.Today(tx.Now()),
	}
	tx.OweMandateLetter(l)
	return s.jobs.SendMandateLetter(tx, m.AccountID, l.ID)
}

// firstDraft is the draft for a bill that is out when the terms are agreed to.
func (s *Service) firstDraft(tx *store.Tx, m mandate.Mandate, billNo string, o DayOffer, before mandate.Before) mandate.Draft {
	return mandate.Draft{
		ID: mandate.DraftID{UUID: tx.NewID()}, AccountID: m.AccountID, Mandate: m.ID, Month: o.Month, BillNo: billNo,
		DebitOn: o.First, SettleOn: o.Settles, Noticed: o.Amount, NoticedOn: s.profile.Today(tx.Now()), Before: before, State: mandate.Planned,
		NoticeBy: mandate.NoticeBy(s.profile, o.First),
	}
}

// move brings a mandate into another state, with its open drafts where it may
// not debit any more.
func (s *Service) move(tx *store.Tx, m mandate.Mandate, to mandate.State, why mandate.Reason, on civil.Date, actor string) error {
	if !m.State.CanBecome(to) {
		return fault.New(fault.Internal, "autopay.state", "a mandate that is %s can not become %s", m.State, to)
	}
	from := m.State
	m.State, m.Reason, m.StateOn, m.StopOn = to, why, on, civil.Date{}
	if to == mandate.Active {
		m.LiveAt = tx.Now()
	}
	tx.UpdateMandate(m, from, actor)
	tx.Audit(store.AuditEvent{
		AccountID: m.AccountID, Operation: "autopay." + string(to), Actor: actor, Subject: "mandate " + m.ID.String(),
		Summary: fmt.Sprintf("%s → %s", from, to), Reason: string(why),
	})
	if to.Live() {
		return nil
	}
	open, err := tx.OpenDrafts(m.AccountID)
	if err != nil {
		return err
	}
	for _, d := range open {
		if d.Mandate == m.ID {
			cancelDraft(tx, d, why)
		}
	}
	return nil
}

func cancelDraft(tx *store.Tx, d mandate.Draft, why mandate.Reason) {
	from := d.State
	d.State, d.Reason = mandate.Canceled, why
	tx.UpdateDraft(d, from)
}

// isSaved refuses a bank account that nobody saved, and so nobody checked, and
// one that somebody else saved: a helper does not let the member's bank account
// be debited, nor the member the helper's (REG-40). One that is not verified
// yet will do: AutoPay waits with it (R-AUTO-8). One that was taken out of the
// list will do only where AutoPay uses it already.
func isSaved(tx *store.ReadTx, account enrollment.AccountID, who Who, id payment.BankAccountID, inUse bool) error {
	saved, err := tx.SavedBanks(account)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(saved, func(b store.SavedBank) bool {
		return b.ID == id && b.Person == who.Person && (inUse || b.RemovedOn.IsZero())
	}) {
		return fault.At("bank_account", CodeNotSaved, "Select a bank account")
	}
	return nil
}

// live finds the account's mandate that can be changed or stopped.
func live(tx *store.ReadTx, account enrollment.AccountID) (mandate.Mandate, error) {
	m, err := tx.NewestMandate(account)
	if fault.KindOf(err) == fault.NotFound && err != nil || err == nil && m.State != mandate.Active && m.State != mandate.Paused {
		return m, fault.New(fault.NotFound, CodeOff, "AutoPay is off")
	}
	return m, err
}

// nilIfOff forgives that AutoPay was turned off meanwhile.
func nilIfOff(err error) error {
	if fault.Is(err, CodeOff) {
		return nil
	}
	return err
}
