package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
)

// Facts is what is known of one account. The order of its lists does not
// matter.
type Facts struct {
	Kind        enrollment.AccountKind
	Enrollments []Enrollment
	Credits     []Credit    // money that is not applied to any charge
	Extensions  []Extension // due dates that were moved (R-CAL-3)
}

// Enrollment is what is known of one enrollment.
type Enrollment struct {
	ID           enrollment.ID
	Kind         enrollment.Kind
	Renewal      bool
	First        civil.Month
	Last         civil.Month
	WindowEnds   civil.Date           // last day on which a plan may be selected; zero: not known, open (R-BIND-2)
	Segments     []enrollment.Segment // prices of months to come; without them the newest charge tells
	Charges      []Charge
	Decisions    []Decision
	Waivers      []Waiver
	Holds        []Hold
	Arrangements []Arrangement
	// Notices are those sent. Nil means that nobody keeps them: then none is
	// owed, and each counts as sent on its day.
	Notices []Sent
}

// Charge is one month's charge and how far it is paid. There is at most one
// live charge of a month (I10).
type Charge struct {
	Month  civil.Month
	DueOn  civil.Date
	Share  money.Amount // the member share
	Gross  money.Amount // full price; only the threshold on the gross premium asks for it
	Paid   money.Amount // money applied to it; what a waiver takes off is no money
	PaidOn civil.Date   // the latest effective date among the payments of it; zero: not known, in time
	// Raised is the part of Share that was asked for after the rest of it; it is
	// due later (R-BILL-7).
	Raised      money.Amount
	RaisedDueOn civil.Date
	FirstPaidOn civil.Date // when the rest was paid; zero: not known, in time
	Subsidised  bool
	Returned    bool // a payment of it was returned and undone (R-PAY-3)
	// Reversed charges were taken back when a start moved, a selection lapsed
	// or coverage ended. They count for nothing but to test that decision
	// against evidence that came later (R-PAY-4), and to price a return.
	Reversed bool
}

// Unpaid is what is missing.
func (c Charge) Unpaid() money.Amount { return c.Share.Sub(c.Paid) }

// Credit is money received and not applied.
type Credit struct {
	On     civil.Date // effective
	Amount money.Amount
}

// Extension moves a due date for whoever it was given to: a cohort, one
// account, or everybody after the portal was down (R-CAL-3).
type Extension struct {
	Due   civil.Date // the due date as the calendar has it
	Until civil.Date // what counts instead
}

// Hold stops the clock: no deadline falls on a day from From to To (R-DUE-8).
// The balance stays what it is.
type Hold struct {
	From, To civil.Date // zero To: until further notice
}

func (h Hold) holds(d civil.Date) bool {
	return !d.Before(h.From) && (h.To.IsZero() || !d.After(h.To))
}

// Arrangement spreads what is owed of the months up to Through over several
// payments (R-DUE-9).
type Arrangement struct {
	MadeOn   civil.Date
	Through  civil.Month
	Payments []Installment
}

// Installment is one payment of an arrangement.
type Installment struct {
	DueOn  civil.Date
	Amount money.Amount
}

// Sent is a notice that went out. Month is that of the Notice.
type Sent struct {
	Kind  NoticeKind
	Month civil.Month
	On    civil.Date
}
