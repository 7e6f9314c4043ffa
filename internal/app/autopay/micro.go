package autopay

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

func (s *Service) microRules(on civil.Date) ach.MicroRules {
	a := s.profile.ACH
	return ach.MicroRules{
		Attempts: a.MicroAttempts.On(on), AnswerDays: a.MicroAnswerDays.On(on), Most: a.MicroMost.On(on),
		PeriodDays: a.MicroPeriodDays.On(on), WaitDays: a.MicroWaitDays.On(on), DayMost: a.MicroDayMost.On(on),
	}
}

// begin sends micro-entries to a bank account with the next file (ACH-11),
// unless this was done too often for its number or by the person, or too many
// come back.
func (s *Service) begin(tx *store.Tx, in Save, b store.SavedBank, m ach.Micro) error {
	today := s.profile.Today(tx.Now())
	rules := s.microRules(today)
	past, err := tx.MicroPast(in.Bank, in.Who.Person, today.AddDays(-rules.PeriodDays), today)
	if err != nil {
		return err
	}
	if err := rules.Begin(past, today); err != nil {
		return err
	}
	if err := s.microStopped(tx, today); err != nil {
		return err
	}
	v := ach.Verification{
		ID: ach.VerificationID{UUID: tx.NewID()}, AccountID: in.Account, Bank: b.ID, Person: in.Who.Person, State: ach.VerificationWaiting,
		StartedOn: today, ArrivesOn: s.arrives(tx.Now()),
	}
	tx.BeginVerification(v, m, in.Bank, in.Who.actor())
	auditCheck(tx, v, "bank.micro", in.Who.actor(), "micro-entries go with the next file")
	return nil
}

// microStopped refuses another verification while too many come back (ACH-11).
func (s *Service) microStopped(tx *store.Tx, today civil.Date) error {
	a := s.profile.ACH
	n, err := tx.MicroCounts(today.AddDays(-a.GuardDays.On(today)), today)
	if err != nil {
		return err
	}
	ceilings := ach.Ceilings{AlarmPercent: a.AlarmPercent.On(today), LeastReturns: a.LeastReturns.On(today)}
	if ach.JudgeMicro(n, ceilings, a.MicroReturned.On(today)).Level == ach.LevelStop {
		return fault.New(fault.Unavailable, ach.CodeMicroFull, "No more accounts can be checked this way just now: use another one, or pay another way")
	}
	return nil
}

// arrives is the bank day on which the entries of the next file settle.
func (s *Service) arrives(now civil.Instant) civil.Date {
	for day := civil.BankDays.OnOrAfter(s.profile.Today(now)); ; day = civil.BankDays.Add(day, 1) {
		if settles := ach.Settles(day); !now.After(s.profile.AutoPayCutoff(settles)) {
			return settles
		}
	}
}

// checks tells how far the verifications of an account's bank accounts are.
func (s *Service) checks(tx *store.ReadTx, account enrollment.AccountID) (map[payment.BankAccountID]Check, error) {
	all, err := tx.VerificationsOf(account)
	if err != nil {
		return nil, err
	}
	checks := map[payment.BankAccountID]Check{}
	today := s.profile.Today(tx.Now())
	for _, v := range all {
		checks[v.Bank] = Check{v.Wait(), v.Left(s.microRules(today))}
	}
	return checks, nil
}

// Confirm judges what a member says has reached a bank account (ACH-11). The
// right amounts make it one that may be debited, AutoPay that waits included;
// after the last wrong answer it is taken out. What was answered is counted also
// when it is wrong, so that nobody can guess.
func (s *Service) Confirm(ctx context.Context, in Confirm) (Confirmed, error) {
	if err := access.Check(in.Who.Role, access.ConfirmBankAccount); err != nil {
		return Confirmed{}, err
	}
	var out Confirmed
	err := s.db.InTx(ctx, "confirm bank account", func(tx *store.Tx) error {
		out = Confirmed{}
		v, err := tx.VerificationOf(in.Account, in.Bank)
		if fault.KindOf(err) == fault.NotFound {
			return errNotSaved
		}
		if err != nil {
			return err
		}
		micro, err := tx.MicroOf(v)
		if err != nil {
			return err
		}
		today := s.profile.Today(tx.Now())
		rules := s.microRules(today)
		next, answer := v.Answered(rules, micro.Are(in.Amounts[0], in.Amounts[1]), s.db.MicroTry(v.ID, in.Amounts[0], in.Amounts[1]), today)
		out = Confirmed{Answer: answer, Left: next.Left(rules), AnswerBy: next.AnswerBy}
		return s.answered(tx, v, next, answer, in.Who.actor(), today)
	})
	return out, err
}

// answered does what follows from an answer.
func (s *Service) answered(tx *store.Tx, v, next ach.Verification, answer ach.Answer, actor string, today civil.Date) error {
	switch {
	case answer == ach.AnswerLast:
		return s.failed(tx, v, next, actor, today)
	case answer == ach.AnswerLate && v.Expired(today):
		return s.failed(tx, v, v.Fail(ach.EndExpired, ""), actor, today)
	case answer == ach.AnswerWrong && next.Tries > v.Tries:
		tx.UpdateVerification(next, v.State, today)
		auditCheck(tx, next, "bank.micro_wrong", actor, "other amounts were told")
	case answer == ach.AnswerRight && next.State != v.State:
		tx.UpdateVerification(next, v.State, today)
		tx.ConfirmSaved(v.AccountID, v.Bank, "confirmed "+today.String())
		auditCheck(tx, next, "bank.micro_confirmed", actor, "the amounts were told")
		return s.oweCheck(tx, next, mandate.LetterBankConfirmed)
	}
	return nil
}

// failed ends a verification for good: the account is taken out, AutoPay that
// waited for it is off, and the member is told.
func (s *Service) failed(tx *store.Tx, v, end ach.Verification, actor string, on civil.Date) error {
	tx.UpdateVerification(end, v.State, on)
	auditCheck(tx, end, "bank.micro_failed", actor, "the account is taken out")
	why := mandate.ReasonUnverified
	if end.End == ach.EndReturned {
		why = mandate.ReasonBankAccount
	}
	if _, _, err := s.takeOut(tx, v.AccountID, v.Bank, why, on); err != nil {
		return err
	}
	return s.oweCheck(tx, end, mandate.LetterBankFailed)
}

// oweCheck owes a letter about a verification.
func (s *Service) oweCheck(tx *store.Tx, v ach.Verification, kind mandate.LetterKind) error {
	return s.owe(tx, mandate.Mandate{ID: mandate.ID{UUID: v.ID.UUID}, AccountID: v.AccountID, Version: 1}, kind, mandate.DraftID{})
}

// abandon ends the verification of a bank account that the member took away, or
// that needs none any more. What no file has yet is not sent.
func (s *Service) abandon(tx *store.Tx, account enrollment.AccountID, bank payment.BankAccountID, actor string) error {
	v, err := tx.VerificationOf(account, bank)
	if fault.KindOf(err) == fault.NotFound || err == nil && !v.State.UnderWay() {
		return nil
	}
	if err != nil {
		return err
	}
	today := s.profile.Today(tx.Now())
	if _, err := tx.DropMicro(v, actor, today); err != nil {
		return err
	}
	tx.UpdateVerification(v.Fail(ach.EndRemoved, ""), v.State, today)
	return nil
}

// MicroReturned does what follows when a bank sends a micro-entry back: whatever
// the member says of the amounts, it can not be debited. It is called in the
// transaction that takes the return in, for each of the entries.
func (s *Service) MicroReturned(tx *store.Tx, e ach.Entry, code string, on civil.Date) error {
	if !e.IsCredit() {
		tx.MicroReturned(e, Actor, on)
	}
	v, err := tx.VerificationOfEntry(e.AccountID, e.ID)
	if err != nil || v.State == ach.VerificationFailed {
		return err
	}
	return s.failed(tx, v, v.Fail(ach.EndReturned, code), Actor, on)
}

// redirect has a verification go on with a bank account as its bank has
// corrected it (ACH-40).
func redirect(tx *store.Tx, account enrollment.AccountID, from, to payment.BankAccountID, on civil.Date) error {
	v, err := tx.VerificationOf(account, from)
	if err != nil {
		return err
	}
	v.Bank = to
	tx.UpdateVerification(v, v.State, on)
	return nil
}

// verificationsPage is how many verifications are looked up at a time.
const verificationsPage = 500

// verifications asks the members whose amounts have arrived, and ends what
// nobody has answered in time. It may be repeated.
func (s *Service) verifications(ctx context.Context, on civil.Date) (PlanCounts, error) {
	var counts PlanCounts
	var err error
	counts.Asked, err = s.eachVerification(ctx, on, (*store.ReadTx).VerificationsArrived, s.arrived)
	if err != nil {
		return counts, err
	}
	counts.Expired, err = s.eachVerification(ctx, on, (*store.ReadTx).VerificationsExpired, s.expired)
	return counts, err
}

func (s *Service) arrived(tx *store.Tx, v ach.Verification, settled civil.Date) error {
	today := s.profile.Today(tx.Now())
	open := v.Open(s.microRules(today), settled, today)
	tx.UpdateVerification(open, v.State, today)
	return s.oweCheck(tx, open, mandate.LetterBankSent)
}

func (s *Service) expired(tx *store.Tx, v ach.Verification, last civil.Date) error {
	return s.failed(tx, v, v.Fail(ach.EndExpired, ""), Actor, last.AddDays(1))
}

// duePage gives verifications, after one, whose day has come.
type duePage func(tx *store.ReadTx, after store.VerificationDue, on civil.Date, limit int) ([]store.VerificationDue, error)

// eachVerification does something to verifications that are under way, one
// transaction each, and counts them.
func (s *Service) eachVerification(ctx context.Context, on civil.Date, next duePage, do func(*store.Tx, ach.Verification, civil.Date) error) (int, error) {
	done := 0
	var after store.VerificationDue
	for {
		var page []store.VerificationDue
		err := s.db.Read(ctx, "verifications", func(tx *store.ReadTx) (err error) {
			page, err = next(tx, after, on, verificationsPage)
			return err
		})
		if err != nil || len(page) == 0 {
			return done, err
		}
		for _, due := range page {
			err := s.db.InTx(ctx, "verification", func(tx *store.Tx) error {
				v, err := tx.Verification(due.AccountID, due.ID)
				if err != nil || !v.State.UnderWay() { // answered meanwhile
					return err
				}
				return do(tx, v, due.On)
			})
			if err != nil {
				return done, err
			}
			done++
		}
		after = page[len(page)-1]
	}
}
