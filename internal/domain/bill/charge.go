// Package bill makes charges and bills: what each covered month costs, what a
// bill says line by line, and why (R-BILL-1 to 5).
package bill

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
)

// ChargeID names a charge.
type ChargeID = ident.ID[Charge]

// Charge is the debit for one enrollment and coverage month. It is never
// edited: a correction reverses it and adds the next generation.
type Charge struct {
	ID           ChargeID
	AccountID    enrollment.AccountID
	EnrollmentID enrollment.ID
	CarrierID    string
	Kind         enrollment.Kind // not stored with the charge: it is the enrollment's
	Month        civil.Month
	Generation   int64
	Premium      enrollment.Premium
	DueOn        civil.Date
	Binder       bool // the first month of a new enrollment (R-BIND-1)
	ChargedOn    civil.Date
	Waived       money.Amount // of the member's share (R-DUE-8); a fact of its own, not stored with the charge
}

// Due is what the month asks of the member: the share less what is waived.
func (c Charge) Due() money.Amount { return c.Premium.Member.Sub(c.Waived) }

// ChargesFor gives the charges that an account still needs for a coverage
// month: one per enrollment that covers it and has no live charge for it.
// charged tells whether it has one, and the generation of the last, which may
// have been reversed; 0 is none.
func ChargesFor(
	p *profile.Profile, account enrollment.AccountKind, enrollments []*enrollment.Enrollment, month civil.Month, today civil.Date,
	charged func(enrollment.ID) (generation int64, live bool),
) []Charge {
	var charges []Charge
	for _, e := range enrollments {
		premium, covered := e.PremiumFor(month)
		generation, live := charged(e.ID)
		if !covered || live {
			continue
		}
		charges = append(charges, Charge{
			AccountID: e.AccountID, EnrollmentID: e.ID, CarrierID: e.CarrierID, Kind: e.Kind,
			Month: month, Generation: generation + 1, Premium: premium,
			DueOn: DueOn(p, account, month, today), Binder: month == e.First && !e.Renewal, ChargedOn: today,
		})
	}
	return charges
}

// DueOn gives the day a charge made today for a coverage month is due: the
// 23rd before the month, but for retroactive months at least
// retro.min_days_to_pay days from now (R-BILL-7). Employers have their own
// rule for weekends (MA-SHOP-5).
func DueOn(p *profile.Profile, account enrollment.AccountKind, month civil.Month, today civil.Date) civil.Date {
	due := p.DueOn(month)
	if account == enrollment.AccountGroup {
		due = p.GroupDueOn(month)
	}
	if due.Before(today) {
		return today.AddDays(p.Retro.MinDaysToPay.On(today))
	}
	return due
}

// Open is a live charge with what is still unpaid of it.
type Open struct {
	Charge
	Unpaid money.Amount
}
