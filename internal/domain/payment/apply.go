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
	Raised       money.Amount // the last part of the charge, due on RaisedDueOn; paid when the rest is (R-BILL-7)
	RaisedDueOn  civil.Date
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
// and none of the money goes to debt of an ended enrollment (R-BIND-3). What a
// month was raised by comes after what is due sooner (R-BILL-7).
func Apply(amount money.Amount, charges []Payable) (applications []Application, left money.Amount) {
	binder := slices.ContainsFunc(charges, func(c Payable) bool { return c.Binder })
	left = amount
	for _, p := range inOrder(charges) {
		if left.IsZero() {
			break
		}
		if binder && p.OldDebt || !p.amount.IsPositive() {
			continue
		}
		part := money.Min(left, p.amount)
		left = left.Sub(part)
		i := slices.IndexFunc(applications, func(a Application) bool { return p.raise && a.Charge == p.Charge })
		if i < 0 {
			i = len(applications)
			applications = append(applications, Application{Charge: p.Charge, EnrollmentID: p.EnrollmentID, CarrierID: p.CarrierID})
		}
		a := &applications[i]
		a.Amount = a.Amount.Add(part)
		a.Closes = a.Amount == p.Unpaid
	}
	return applications, left
}

// part is what of a charge is due on one day.
type part struct {
	Payable
	due    civil.Date
	amount money.Amount
	raise  bool
}

// inOrder gives the parts of charges in the order in which they are paid: a
// raise after everything that is due by its own day.
func inOrder(charges []Payable) []part {
	order, raises := make([]part, 0, len(charges)), []part(nil)
	for _, c := range charges {
		raised := money.Min(c.Raised, c.Unpaid)
		order = append(order, part{c, c.DueOn, c.Unpaid.Sub(raised), false})
		if raised.IsPositive() {
			raises = append(raises, part{c, c.RaisedDueOn, raised, true})
		}
	}
	slices.SortFunc(order, byMonth)
	slices.SortFunc(raises, func(a, b part) int { return cmp.Or(a.due.Compare(b.due), byMonth(a, b)) })
	for _, r := range raises {
		at := len(order)
		for at > 0 && order[at-1].due.After(r.due) {
			at--
		}
		order = slices.Insert(order, at, r)
	}
	return order
}

func byMonth(a, b part) int {
	return cmp.Or(
		boolFirst(a.Binder, b.Binder), a.Month.Compare(b.Month), cmp.Compare(a.Kind.Rank(), b.Kind.Rank()),
		a.EnrollmentID.Compare(b.EnrollmentID.UUID), a.Charge.Compare(b.Charge.UUID),
	)
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
