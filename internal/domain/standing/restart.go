package standing

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
)

// Restart is how all coverage of an account that ended for non-payment is had
// back without a gap (R-DUE-6). What it takes grows with each due date that
// passes, and with each bill for coverage that goes on: those take money first.
type Restart struct {
	Kinds  []enrollment.Kind // of the coverage that ended; empty: none can be had back
	From   civil.Month       // the first month that is given back
	Amount money.Amount      // everything to pay today, money to use taken off
	Until  civil.Date        // the last day on which Amount is enough
	Later  money.Amount      // what it takes on the last day
	By     civil.Date        // the last day
	Paid   bool              // the money is there: coverage comes back with the next review
}

// Open tells that coverage can be had back by a payment.
func (r Restart) Open() bool { return len(r.Kinds) > 0 && !r.Paid && r.Amount.IsPositive() }

// restart works out how the coverage is had back that can be. The standing of
// each day says what that day takes.
func (s *Standing) restart(p *profile.Profile, facts *Facts, asOf civil.Date) {
	var r Restart
	for _, e := range s.Enrollments {
		if e.Reinstate.By.IsZero() {
			continue
		}
		r.Kinds = append(r.Kinds, e.Kind)
		r.By = earlier(r.By, e.Reinstate.By)
		if back := e.EndMonth.Next(); r.From.IsZero() || back.Before(r.From) {
			r.From = back
		}
	}
	if len(r.Kinds) == 0 {
		return
	}
	r.Paid = slices.ContainsFunc(s.Conclusions, func(c Conclusion) bool { return c.Kind == DecisionReinstate })
	r.Amount, r.Later, r.Until = toRestart(p, facts, asOf), toRestart(p, facts, r.By), r.By
	if r.Later != r.Amount {
		for r.Until = asOf; toRestart(p, facts, r.Until.AddDays(1)) == r.Amount; {
			r.Until = r.Until.AddDays(1)
		}
	}
	if r.Until != r.By {
		s.NextReview = earlier(s.NextReview, r.Until.AddDays(1))
	}
	s.Restart = r
	for i := range s.Steps {
		if x := &s.Steps[i]; x.Kind == StepReinstate {
			x.Amount = r.Later
		}
	}
}

// toRestart is everything that an account has to pay on a day to have all
// coverage back that can be had back: what that takes, and what is open of other
// coverage by then.
func toRestart(p *profile.Profile, facts *Facts, on civil.Date) money.Amount {
	var then Standing
	evaluateInto(&then, p, facts, on)
	e := evaluator{p: p, facts: facts, asOf: on}
	sum := money.Zero
	for i := range then.Enrollments {
		x := &then.Enrollments[i]
		if x.Reinstate.By.IsZero() {
			sum = sum.Add(x.Unpaid).Add(e.notBilledYet(&facts.Enrollments[i], x))
		} else {
			sum = sum.Add(x.Reinstate.Amount)
		}
	}
	for _, c := range facts.Credits {
		sum = sum.Sub(c.Amount)
	}
	return money.Max(sum, money.Zero)
}

// notBilledYet is the price of the months that will have been billed by the day
// of the evaluation and are not charged yet. Of coverage that has not started
// only its first month is.
func (e *evaluator) notBilledYet(x *Enrollment, now *EnrollmentStanding) money.Amount {
	sum := money.Zero
	for m := newestOf(x, now.Start.Prev()).Next(); now.State != StatePending && now.Covers(m) && !e.p.BillOn(m).After(e.asOf); m = m.Next() {
		sum = sum.Add(e.priceOf(x, m))
	}
	return sum
}
