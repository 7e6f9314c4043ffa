package paying

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// Restart is how coverage that ended for non-payment is had back without a gap
// (R-DUE-6). What it takes grows with each due date that passes.
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

// restart tells how the coverage of an account is had back. Nothing is
// calculated here: the standing of each day says what that day takes.
func (s *Service) restart(facts *store.Facts, now standing.Standing, today civil.Date) Restart {
	if !endedUnpaid(facts) {
		return Restart{}
	}
	var r Restart
	for _, e := range now.Enrollments {
		if e.Reinstate.By.IsZero() {
			continue
		}
		r.Kinds = append(r.Kinds, e.Kind)
		if r.By.IsZero() || e.Reinstate.By.Before(r.By) {
			r.By = e.Reinstate.By
		}
		if back := e.EndMonth.Next(); r.From.IsZero() || back.Before(r.From) {
			r.From = back
		}
	}
	if len(r.Kinds) == 0 {
		return Restart{}
	}
	r.Paid = slices.ContainsFunc(now.Conclusions, func(c standing.Conclusion) bool { return c.Kind == standing.DecisionReinstate })
	credit, known := facts.Credit(), facts.Standing()
	on := func(day civil.Date) money.Amount { return toRestart(standing.Evaluate(s.profile, known, day), credit) }
	r.Amount, r.Later = on(today), on(r.By)
	r.Until = r.By
	if r.Later != r.Amount {
		for r.Until = today; on(r.Until.AddDays(1)) == r.Amount; {
			r.Until = r.Until.AddDays(1)
		}
	}
	return r
}

// endedUnpaid tells whether coverage of an account has ever ended for
// non-payment; of most accounts none has.
func endedUnpaid(facts *store.Facts) bool {
	return slices.ContainsFunc(facts.Decisions, func(d store.Decision) bool { return d.Kind == standing.DecisionEnd })
}

// toRestart is everything that an account has to pay to have all coverage back
// that can be had back.
func toRestart(s standing.Standing, credit money.Amount) money.Amount {
	sum := credit.Neg()
	for _, e := range s.Enrollments {
		if e.Reinstate.By.IsZero() {
			sum = sum.Add(e.Unpaid)
		} else {
			sum = sum.Add(e.Reinstate.Amount)
		}
	}
	return money.Max(sum, money.Zero)
}

// through gives the month through which coverage is paid, with nothing past
// due, once an amount is paid today: of all coverage that has not ended. It is
// zero when the amount does not do that.
func (s *Service) through(facts *store.Facts, now standing.Standing, amount money.Amount, today civil.Date) civil.Month {
	if !amount.IsPositive() {
		return civil.Month{}
	}
	then := *facts
	then.Charges, then.Credits = slices.Clone(facts.Charges), nil
	applications, _ := payment.Apply(amount.Add(facts.Credit()), facts.Payables(now))
	for _, a := range applications {
		then.MarkPaid(a, today)
	}
	byKind := map[enrollment.Kind]civil.Month{}
	for _, e := range standing.Evaluate(s.profile, then.Standing(), today).Enrollments {
		switch {
		case e.State == standing.StateEnded || e.State == standing.StateLapsed:
		case e.State != standing.StateActive:
			return civil.Month{}
		case e.PaidThrough.After(byKind[e.Kind]): // next year's enrollment goes on from this year's
			byKind[e.Kind] = e.PaidThrough
		}
	}
	var through civil.Month
	for _, month := range byKind {
		if through.IsZero() || month.Before(through) {
			through = month
		}
	}
	return through
}
