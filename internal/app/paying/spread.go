package paying

import (
	"slices"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// spread gives what a payment pays and what is left of it. Money that was there
// in time is spread as if nothing had been decided for want of it, so that the
// order of arrival changes nothing (R-PAY-4): what falls to months that were
// taken back waits on the account for the review, which undoes the decision and
// charges them again.
func (s *Service) spread(facts *store.Facts, payables []payment.Payable, p payment.Payment) (applications []payment.Application, left money.Amount, waits bool) {
	if taken := facts.TakenBack(); len(taken) > 0 {
		pays, rest := payment.Apply(p.Amount, slices.Concat(payables, taken))
		applications = slices.DeleteFunc(pays, func(a payment.Application) bool {
			back := slices.ContainsFunc(taken, func(c payment.Payable) bool { return c.Charge == a.Charge })
			if back {
				rest = rest.Add(a.Amount)
			}
			return back
		})
		if s.undoes(*facts, applications, payment.Credit{PaymentID: p.ID, Open: rest, EffectiveOn: p.EffectiveOn}) {
			return applications, rest, true
		}
	}
	applications, left = payment.Apply(p.Amount, payables)
	return applications, left, false
}

// undoes tells whether money undoes a decision on coverage.
func (s *Service) undoes(then store.Facts, applications []payment.Application, left payment.Credit) bool {
	then.Charges = slices.Clone(then.Charges)
	then.Credits = append(slices.Clone(then.Credits), left)
	for _, a := range applications {
		then.MarkPaid(a, left.EffectiveOn)
	}
	return standing.Evaluate(s.profile, then.Standing(), s.profile.Today(s.db.Now())).Undoes()
}
