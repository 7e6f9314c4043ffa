package payment

import (
	"cmp"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
)

// Payable is an unpaid charge as the order of application sees it.
type Payable struct {
	Charge       bill.ChargeID
	EnrollmentID enrollment.ID
	CarrierID    string
	Kind         enrollment.Kind
	Month        civil.Month
	DueOn        civil.Date
	Unpaid       money.Amount
	Binder       bool // the first month of an enrollment that has not started
	OldDebt      bool // of an enrollment that has ended
}

// ApplicationID names an application.
type ApplicationID = ident.ID[Application]

// Application is how much of a payment paid a charge.
type Application struct {
	ID           ApplicationID
	PaymentID    ID
	Charge       bill.ChargeID
	EnrollmentID enrollment.ID
	CarrierID    string
	Amount       money.Amount
	Closes       bool // nothing of the charge is left unpaid
	// CountsOn is the day on which the money counts; ApplyCredits sets it.
	CountsOn civil.Date
	// EmptiesCredit is set when the money comes from what an earlier payment
	// left over, and nothing is left of that.
	EmptiesCredit bool
}

// Apply spreads amount over unpaid charges, oldest coverage month first and
// within a month medical before dental (architecture section 6); what is left
// stays as credit (R-PAY-8). While a first payment is open it is paid first,
// and none of the money goes to debt of an ended enrollment (R-BIND-3).
func Apply(amount money.Amount, charges []Payable) (applications []Application, left money.Amount) {
	binder := slices.ContainsFunc(charges, func(c Payable) bool { return c.Binder })
	order := slices.Clone(charges)
	slices.SortFunc(order, func(a, b Payable) int {
		return cmp.Or(
			boolFirst(a.Binder, b.Binder), a.Month.Compare(b.Month), cmp.Compare(a.Kind.Rank(), b.Kind.Rank()),
			a.EnrollmentID.Compare(b.EnrollmentID.UUID), a.Charge.Compare(b.Charge.UUID),
		)
	})
	left = amount
	for _, c := range order {
		if left.IsZero() {
			break
		}
		if binder && c.OldDebt || !c.Unpaid.IsPositive() {
			continue
		}
		part := money.Min(left, c.Unpaid)
		applications = append(applications, Application{
			Charge: c.Charge, EnrollmentID: c.EnrollmentID, CarrierID: c.CarrierID, Amount: part,
			Closes: part == c.Unpaid,
		})
		left = left.Sub(part)
	}
	return applications, left
}

func boolFirst(a, b bool) int {
	switch {
	case a && !b:
		return -1
	case b && !a:
		return 1
	}
	return 0
}
