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

// endedUnpaid tells whether coverage of an account has ever ended for
// non-payment; of most accounts none has.
func endedUnpaid(facts *store.Facts) bool {
	return slices.ContainsFunc(facts.Decisions, func(d store.Decision) bool { return d.Kind == standing.DecisionEnd })
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
