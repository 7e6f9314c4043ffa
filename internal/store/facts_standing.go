package store

import (
	"slices"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
)

// plain tells whether money alone decides what becomes of an account, and not
// its days: nothing is past due, nothing was decided but that coverage began,
// and no first payment is partly there or has come back.
func (f *Facts) plain(now civil.Instant) bool {
	today := now.DateIn(time.UTC) // ahead of every cut-off, which does no harm
	for _, d := range f.Decisions {
		if d.Kind != standing.DecisionEffectuate {
			return false
		}
	}
	return !slices.ContainsFunc(f.Charges, func(c Charge) bool {
		overdue := c.DueOn.Before(today)
		switch {
		case !f.begun(c.EnrollmentID):
			return overdue || c.Unpaid.Less(c.Premium.Member)
		case c.Unpaid.IsPositive():
			return overdue || c.Binder
		}
		return false
	})
}

// dueToday tells whether a month is due today and open, and money came that
// counts today: it may have paid an older month late, which then is past due
// still (R-DUE-3). Only who reads what is not billed yet learns of it: the pages.
func (f *Facts) dueToday(now civil.Instant) bool {
	today := now.DateIn(time.UTC)
	paid := f.LastBill != nil && !f.LastBill.IssuedOn.Before(today) || slices.ContainsFunc(f.Unbilled, func(a Activity) bool { return !a.On.Before(today) })
	return paid && slices.ContainsFunc(f.Charges, func(c Charge) bool { return c.DueOn == today && c.Unpaid.IsPositive() })
}

// Plain tells whether a payment can change no decision and no letter of the
// account, but the start of its coverage.
func (f *Facts) Plain(now civil.Instant) bool { return f.plain(now) && !f.relieved() }

// begun tells whether coverage has started: a renewal always has.
func (f *Facts) begun(id enrollment.ID) bool {
	if e := f.enrollment(id); e != nil && e.Renewal {
		return true
	}
	return slices.ContainsFunc(f.Decisions, func(d Decision) bool { return d.EnrollmentID == id && d.Kind == standing.DecisionEffectuate })
}

// Standing gives the facts in the form that standing.Evaluate reads.
func (f *Facts) Standing() standing.Facts {
	facts := standing.Facts{Kind: f.Account.Kind, Enrollments: make([]standing.Enrollment, len(f.Enrollments)), Extensions: f.Relief.Extensions}
	for i, e := range f.Enrollments {
		facts.Enrollments[i] = f.enrollmentFacts(e)
	}
	for _, c := range f.Credits {
		facts.Credits = append(facts.Credits, standing.Credit{On: c.EffectiveOn, Amount: c.Open})
	}
	return facts
}

func (f *Facts) enrollmentFacts(e *EnrollmentRow) standing.Enrollment {
	s := standing.Enrollment{
		ID: e.ID, Kind: e.Kind, Renewal: e.Renewal, First: e.First, Last: e.Last, WindowEnds: e.WindowEndsOn, Segments: e.Segments,
		Waivers: f.Relief.Waivers[e.ID], Holds: f.Relief.Holds[e.ID], Arrangements: f.Relief.Arrangements[e.ID],
	}
	for _, c := range f.Charges {
		if c.EnrollmentID == e.ID {
			s.Charges = append(s.Charges, c.standing())
		}
	}
	for _, c := range f.taken {
		if c.EnrollmentID == e.ID && !f.Charged(e.ID, c.Month) && f.lastTaken(c) {
			reversed := c.standing()
			reversed.Reversed, reversed.Paid, reversed.PaidOn, reversed.FirstPaidOn = true, money.Zero, civil.Date{}, civil.Date{}
			s.Charges = append(s.Charges, reversed)
		}
	}
	for _, d := range f.Decisions {
		if d.EnrollmentID == e.ID {
			s.Decisions = append(s.Decisions, d.Decision)
		}
	}
	if f.Notices == nil {
		return s
	}
	s.Notices = []standing.Sent{}
	for _, n := range f.Notices {
		if n.EnrollmentID == e.ID {
			s.Notices = append(s.Notices, n.Sent)
		}
	}
	return s
}

func (c *Charge) standing() standing.Charge {
	return standing.Charge{
		Month: c.Month, DueOn: c.DueOn, Share: c.Premium.Member, Gross: c.Premium.Gross, Paid: c.Due().Sub(c.Unpaid),
		PaidOn: c.PaidOn, Raised: c.Raised, RaisedDueOn: c.RaisedDueOn, FirstPaidOn: c.FirstPaidOn, Subsidised: c.Premium.Subsidised(), Returned: c.Returned,
	}
}

// lastTaken tells whether a reversed charge is the last one of its month.
func (f *Facts) lastTaken(c Charge) bool {
	return !slices.ContainsFunc(f.taken, func(x Charge) bool {
		return x.EnrollmentID == c.EnrollmentID && x.Month == c.Month && x.Generation > c.Generation
	})
}
