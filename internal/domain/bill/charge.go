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
	// Raised is the part of the share that was asked for after the rest of it,
	// when the price had risen; it is due later (R-BILL-7).
	Raised      money.Amount
	RaisedDueOn civil.Date // zero if nothing was raised
}

// Due is what the month asks of the member: the share less what is waived.
func (c Charge) Due() money.Amount { return c.Premium.Member.Sub(c.Waived) }

// DueFirst is what of it is due on DueOn; the rest is due on RaisedDueOn.
func (c Charge) DueFirst() money.Amount { return c.Due().Sub(money.Min(c.Due(), c.Raised)) }

// After gives the charge that takes the place of old. What was asked before
// stays due when it was; where there is more to pay, that has until a day of its
// own (R-BILL-7).
func (c Charge) After(old Charge, until civil.Date) Charge {
	asked, first := old.Due(), money.Min(c.Due(), old.DueFirst())
	c.DueOn, c.Raised, c.RaisedDueOn = old.DueOn, c.Due().Sub(first), old.RaisedDueOn
	if asked.Less(c.Due()) {
		c.RaisedDueOn = until
	}
	switch {
	case c.Raised.IsZero() || !c.DueOn.Before(c.RaisedDueOn):
		c.Raised, c.RaisedDueOn = money.Zero, civil.Date{}
	case first.IsZero():
		c.DueOn, c.Raised, c.RaisedDueOn = c.RaisedDueOn, money.Zero, civil.Date{}
	}
	return c
}

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

// Part is what is unpaid of a charge and due on one day.
type Part struct {
	DueOn  civil.Date
	Unpaid money.Amount
}

// Parts gives what is unpaid by the days on which it is due: what was asked
// first is paid first.
func (o Open) Parts() []Part {
	raised := money.Min(o.Raised, o.Unpaid)
	var parts []Part
	for _, p := range [...]Part{{o.DueOn, o.Unpaid.Sub(raised)}, {o.RaisedDueOn, raised}} {
		if p.Unpaid.IsPositive() {
			parts = append(parts, p)
		}
	}
	return parts
}
