package collecting

import (
	"context"
	"fmt"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// Codes of waivers that are refused.
const (
	CodeWaiverOff       = "waiver.disabled"
	CodeWaiverCriterion = "waiver.criterion"
	CodeWaiverAmount    = "waiver.amount"
	CodeWaiverMonths    = "waiver.months"
	CodeWaiverCause     = "waiver.cause"
	CodeWaiverOver      = "waiver.over"
	CodeNoWaiver        = "waiver.none"
)

// DenyCause is why a waiver is not granted. The letter says it in words.
type DenyCause string

// The causes of a denial.
const (
	DenyNoHardship  DenyCause = "no_hardship"  // what was told is none of the criteria
	DenyNoProof     DenyCause = "no_proof"     // papers that were asked for did not come
	DenyNotEligible DenyCause = "not_eligible" // the program of the member has no waivers
)

// DenyCauses lists them.
var DenyCauses = []DenyCause{DenyNoHardship, DenyNoProof, DenyNotEligible}

// WithdrawCause is why a waiver is withdrawn. The letter says it in words.
type WithdrawCause string

// The causes of a withdrawal.
const (
	WithdrawOver        WithdrawCause = "hardship_over"
	WithdrawNotEligible WithdrawCause = "not_eligible" // the program of the member has no waivers any more
	WithdrawError       WithdrawCause = "granted_in_error"
)

// WithdrawCauses lists them.
var WithdrawCauses = []WithdrawCause{WithdrawOver, WithdrawNotEligible, WithdrawError}

// GrantWaiver grants relief for hardship: a part of the share of some months,
// past or to come, is not owed (R-DUE-8, MA-DLQ-16). It takes two people. What
// it takes off charges that are made is posted at once, and money that had paid
// it is free for other months; charges of months to come are made without it. A
// waived first month starts coverage (R-BIND-1). Several waivers of a month add
// up; the same one twice is one. A letter tells of it (MA-NOTE-11).
func (s *Service) GrantWaiver(ctx context.Context, a Act, w standing.Waiver, criterion string) error {
	return s.on(ctx, a, string(access.GrantWaiver), 2, func(tx *store.Tx, c acted) (string, error) {
		if slices.Contains(c.facts.Relief.Waivers[a.Enrollment], w) {
			return "", nil
		}
		if err := s.mayWaive(c, w, criterion); err != nil {
			return "", err
		}
		tx.GrantWaiver(a.granted(c.today), w, criterion, s.appealBy(c.today))
		a.decide(tx, decided{kind: standing.DecisionWaive, month: w.From, on: w.From.First(), rule: "R-DUE-8"}, c.today)
		part := w.Amount.Format()
		if w.Percent > 0 {
			part = fmt.Sprintf("%d %%", w.Percent)
		}
		return fmt.Sprintf("%s of %s to %s, %s", part, w.From, w.To, criterion), nil
	})
}

// appealBy is the last day to appeal what is decided about a waiver today.
func (s *Service) appealBy(today civil.Date) civil.Date {
	return today.AddDays(s.profile.Waiver.AppealDays.On(today))
}

// mayWaive tells whether the policy allows a waiver.
func (s *Service) mayWaive(c acted, w standing.Waiver, criterion string) error {
	p, most := &s.profile.Waiver, s.profile.Waiver.MaxMonths.On(c.today)
	byPercent := w.Percent > 0 && w.Percent <= 100 && w.Amount.IsZero()
	switch {
	case !p.Enabled.On(c.today):
		return fault.New(fault.Denied, CodeWaiverOff, "this marketplace grants no hardship waivers")
	case !slices.Contains(p.Criteria, criterion):
		return fault.New(fault.Invalid, CodeWaiverCriterion, "%q is no criterion of hardship", criterion)
	case !byPercent && (w.Percent != 0 || !w.Amount.IsPositive()):
		return fault.New(fault.Invalid, CodeWaiverAmount, "a waiver is for 1 to 100 percent of the share, or for an amount of each month")
	case !c.mayCover(w.From, w.To) || w.To.MonthsSince(w.From) >= most:
		return fault.New(fault.Invalid, CodeWaiverMonths, "a waiver is for up to %d months from %s to %s", most, c.row.First, c.row.Last)
	}
	return nil
}

// mayCover tells whether months lie within those that were enrolled in.
func (c acted) mayCover(from, to civil.Month) bool {
	return !from.Before(c.row.First) && !to.After(c.row.Last) && !to.Before(from)
}

// DenyWaiver records that a waiver was asked for, for some months, and is not
// granted. Nothing else changes; a letter tells the cause and how to appeal
// (MA-NOTE-11, MA-DLQ-17). The same denial on the same day is one.
func (s *Service) DenyWaiver(ctx context.Context, a Act, from, to civil.Month, cause DenyCause) error {
	return s.on(ctx, a, string(access.DenyWaiver), 1, func(tx *store.Tx, c acted) (string, error) {
		switch {
		case !slices.Contains(DenyCauses, cause):
			return "", fault.New(fault.Invalid, CodeWaiverCause, "%q is no cause of a denial", cause)
		case !c.mayCover(from, to):
			return "", fault.New(fault.Invalid, CodeWaiverMonths, "the coverage is from %s to %s", c.row.First, c.row.Last)
		}
		known, err := tx.WaiverDecisions(a.Account)
		if err != nil || slices.ContainsFunc(known, func(d store.WaiverDecision) bool {
			return d.Kind == standing.WaiverDenied && d.EnrollmentID == a.Enrollment && d.From == from && d.To == to && d.Cause == string(cause) && d.On == c.today
		}) {
			return "", err
		}
		tx.DenyWaiver(a.granted(c.today), from, to, string(cause), s.appealBy(c.today))
		return fmt.Sprintf("%s to %s not waived, %s", from, to, cause), nil
	})
}

// WithdrawWaiver lets a waiver take nothing more off: from the next month that
// is billed on, the share is owed again. What it took off months that are billed
// stays. It takes two people, and a letter tells of it. Withdrawing one again
// changes nothing.
func (s *Service) WithdrawWaiver(ctx context.Context, a Act, id store.WaiverID, cause WithdrawCause) error {
	return s.on(ctx, a, string(access.WithdrawWaiver), 2, func(tx *store.Tx, c acted) (string, error) {
		if !slices.Contains(WithdrawCauses, cause) {
			return "", fault.New(fault.Invalid, CodeWaiverCause, "%q is no cause of a withdrawal", cause)
		}
		all, err := tx.Waivers(a.Account)
		if err != nil {
			return "", err
		}
		i := slices.IndexFunc(all, func(w store.GrantedWaiver) bool { return w.ID == id && w.EnrollmentID == a.Enrollment })
		if i < 0 {
			return "", fault.New(fault.NotFound, CodeNoWaiver, "the coverage has no such waiver")
		}
		w, from := all[i], s.nextBilled(c, all[i].From)
		switch {
		case !w.WithdrawnFrom.IsZero():
			return "", nil
		case from.After(w.To):
			return "", fault.New(fault.Conflict, CodeWaiverOver, "every month of the waiver is billed: it takes nothing off %s", from)
		}
		tx.WithdrawWaiver(a.granted(c.today), w, from, string(cause), s.appealBy(c.today))
		a.decide(tx, decided{kind: standing.DecisionUnwaive, month: from, on: from.First(), rule: "R-DUE-8"}, c.today)
		return fmt.Sprintf("owed in full from %s, %s", from, cause), nil
	})
}

// nextBilled gives the first month, not before one, whose bill is not out: it
// was never charged, and its bill day is to come.
func (s *Service) nextBilled(c acted, from civil.Month) civil.Month {
	if next := s.profile.CoverageMonthBilledOn(c.today).Next(); next.After(from) {
		from = next
	}
	for {
		if generation, _ := c.facts.LastCharge(c.row.ID, from); generation == 0 {
			return from
		}
		from = from.Next()
	}
}

// Waivers gives the waivers of an account, whether they still hold or not, in the
// order in which they were granted.
func (s *Service) Waivers(ctx context.Context, account enrollment.AccountID) (all []store.GrantedWaiver, err error) {
	err = s.db.Read(ctx, "waivers", func(tx *store.ReadTx) error {
		all, err = tx.Waivers(account)
		return err
	})
	return all, err
}
