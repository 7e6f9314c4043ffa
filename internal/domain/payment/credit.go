package payment

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// Credit is money of one payment that is not applied yet.
type Credit struct {
	PaymentID   ID
	Open        money.Amount
	EffectiveOn civil.Date
}

// ApplyCredits pays charges from what earlier payments left over, the first of
// them first, in the order of Apply (R-PAY-8). It gives what stays unpaid.
func ApplyCredits(credits []Credit, charges []Payable) (applications []Application, unpaid []Payable) {
	unpaid = charges
	for _, credit := range credits {
		some, left := Apply(credit.Open, unpaid)
		for i := range some {
			some[i].PaymentID, some[i].CountsOn = credit.PaymentID, credit.EffectiveOn
			some[i].EmptiesCredit = left.IsZero() && i == len(some)-1
		}
		unpaid = Lessen(unpaid, some)
		applications = append(applications, some...)
	}
	return applications, unpaid
}

// Lessen gives what applications leave unpaid of charges.
func Lessen(charges []Payable, applications []Application) []Payable {
	var unpaid []Payable
	for _, c := range charges {
		for _, a := range applications {
			if a.Charge == c.Charge {
				c.Unpaid = c.Unpaid.Sub(a.Amount)
			}
		}
		if c.Unpaid.IsPositive() {
			unpaid = append(unpaid, c)
		}
	}
	return unpaid
}
