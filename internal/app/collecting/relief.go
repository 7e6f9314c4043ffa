package collecting

import (
	"context"
	"fmt"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// Codes of relief that is refused.
const (
	CodeHoldCause          = "hold.cause"
	CodeHoldDates          = "hold.dates"
	CodeNoHold             = "hold.none"
	CodeArrangementOff     = "arrangement.disabled"
	CodeArrangementRunning = "arrangement.running"
	CodeArrangementNotDue  = "arrangement.not_past_due"
	CodeArrangementDates   = "arrangement.dates"
	CodeArrangementSum     = "arrangement.sum"
)

// HoldCause is why a clock stands (R-DUE-8).
type HoldCause string

// The causes of a hold.
const (
	HoldAppeal        HoldCause = "appeal"
	HoldDisaster      HoldCause = "disaster"
	HoldInvestigation HoldCause = "investigation"
)

// GrantHold lets the clock of an enrollment stand from a day to another, or
// until further notice: no deadline falls into it, and the balance shows as
// before (R-DUE-8). The same hold twice is one.
func (s *Service) GrantHold(ctx context.Context, a Act, h standing.Hold, cause HoldCause) error {
	switch {
	case !slices.Contains([]HoldCause{HoldAppeal, HoldDisaster, HoldInvestigation}, cause):
		return fault.New(fault.Invalid, CodeHoldCause, "%q is no cause of a hold", cause)
	case h.From.IsZero() || !h.To.IsZero() && h.To.Before(h.From):
		return fault.New(fault.Invalid, CodeHoldDates, "a hold needs a first day, and a last one that is not before it")
	}
	return s.on(ctx, a, string(access.GrantHold), 1, func(tx *store.Tx, c acted) (string, error) {
		if slices.Contains(c.facts.Relief.Holds[a.Enrollment], h) {
			return "", nil
		}
		tx.GrantHold(a.granted(c.today), h, string(cause))
		if h.To.IsZero() {
			return fmt.Sprintf("%s, from %s", cause, h.From), nil
		}
		return fmt.Sprintf("%s, from %s to %s", cause, h.From, h.To), nil
	})
}

// EndHold lets today be the last day of every hold of an enrollment. From
// tomorrow the clock goes on from where it stood.
func (s *Service) EndHold(ctx context.Context, a Act) error {
	return s.on(ctx, a, string(access.EndHold), 1, func(tx *store.Tx, c acted) (string, error) {
		n, err := tx.EndHolds(a.Account, a.Enrollment, c.today)
		if err == nil && n == 0 {
			err = fault.New(fault.Conflict, CodeNoHold, "no hold goes on after today")
		}
		return fmt.Sprintf("held to %s", c.today), err
	})
}

func (a Act) granted(today civil.Date) store.Granted {
	return store.Granted{AccountID: a.Account, EnrollmentID: a.Enrollment, On: today, Actor: a.Actor, Reason: a.Reason}
}

// MakeArrangement spreads what is past due of the months up to one over dated
// payments that come to the same sum (R-DUE-9). While they are kept nothing
// ends; when one is missed the clock goes on from where it stood. The same
// arrangement twice is one.
func (s *Service) MakeArrangement(ctx context.Context, a Act, through civil.Month, payments []standing.Installment) error {
	return s.on(ctx, a, string(access.MakeArrangement), 1, func(tx *store.Tx, c acted) (string, error) {
		known := slices.ContainsFunc(c.facts.Relief.Arrangements[a.Enrollment], func(x standing.Arrangement) bool {
			return x.Through == through && slices.Equal(x.Payments, payments)
		})
		if known && c.now.Arrangement == standing.ArrangementKept {
			return "", nil
		}
		if err := s.mayArrange(c, through, payments); err != nil {
			return "", err
		}
		tx.MakeArrangement(a.granted(c.today), standing.Arrangement{MadeOn: c.today, Through: through, Payments: payments})
		last := payments[len(payments)-1]
		return fmt.Sprintf("past due through %s, %d payments to %s", through, len(payments), last.DueOn), nil
	})
}

// mayArrange tells whether staff may agree to such payments.
func (s *Service) mayArrange(c acted, through civil.Month, payments []standing.Installment) error {
	most := s.profile.Arrangement.MaxMonths.On(c.today)
	owed := c.owedThrough(through)
	switch {
	case !s.profile.Arrangement.Enabled.On(c.today):
		return fault.New(fault.Denied, CodeArrangementOff, "this marketplace makes no payment arrangements")
	case c.now.Arrangement == standing.ArrangementKept:
		return fault.New(fault.Conflict, CodeArrangementRunning, "an arrangement is being kept")
	case c.now.State != standing.StatePastDue && c.now.State != standing.StateEnding || c.now.PastDue.Less(owed):
		return fault.New(fault.Conflict, CodeArrangementNotDue, "only what is past due can be spread: %s", c.now.PastDue)
	case len(payments) == 0 || len(payments) > most || !datedWithin(payments, c.today, most):
		return fault.New(fault.Invalid, CodeArrangementDates, "up to %d payments, each later than the one before, from today on for %d months", most, most)
	case !owed.IsPositive() || sumOf(payments) != owed:
		return fault.New(fault.Invalid, CodeArrangementSum, "the payments come to %s; %s is owed through %s", sumOf(payments), owed, through)
	}
	return nil
}

// owedThrough is what is unpaid of covered months up to one.
func (c acted) owedThrough(through civil.Month) money.Amount {
	sum := money.Zero
	for _, x := range c.facts.Charges {
		if x.EnrollmentID == c.row.ID && c.now.Covers(x.Month) && !x.Month.After(through) {
			sum = sum.Add(x.Unpaid)
		}
	}
	return sum
}

func datedWithin(payments []standing.Installment, today civil.Date, months int) bool {
	before, last := today.AddDays(-1), today.Month().Add(months).On(today.Day())
	for _, p := range payments {
		if !p.DueOn.After(before) || p.DueOn.After(last) {
			return false
		}
		before = p.DueOn
	}
	return true
}

// sumOf adds payments up; one that is nothing, or less, makes it zero.
func sumOf(payments []standing.Installment) money.Amount {
	sum := money.Zero
	for _, p := range payments {
		if !p.Amount.IsPositive() {
			return money.Zero
		}
		sum = sum.Add(p.Amount)
	}
	return sum
}
