// Package standing concludes from facts what a member's coverage is, how far
// it is paid and what is due next. It is one pure function: nothing schedules
// a check, and a night that was missed is evaluated later with the same answer.
package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
)

// Facts is what is known of one account. The order of its lists does not
// matter.
type Facts struct {
	Kind        enrollment.AccountKind
	Enrollments []Enrollment
}

// Enrollment is what is known of one enrollment.
type Enrollment struct {
	ID        enrollment.ID
	Kind      enrollment.Kind
	Renewal   bool
	First     civil.Month
	Last      civil.Month
	Charges   []Charge // the live ones
	Decisions []Decision
}

// Charge is one month's live charge and how far it is paid.
type Charge struct {
	Month      civil.Month
	DueOn      civil.Date
	Share      money.Amount // the member share
	Paid       money.Amount
	PaidOn     civil.Date // the latest effective date among the payments of it
	Subsidised bool
}

// Unpaid is what is missing.
func (c Charge) Unpaid() money.Amount { return c.Share.Sub(c.Paid) }

// DecisionKind is an act on coverage.
type DecisionKind string

// The decisions.
const (
	DecisionEffectuate DecisionKind = "effectuate"
	DecisionRoll       DecisionKind = "roll_start"
	DecisionLapse      DecisionKind = "lapse"
	DecisionGrace      DecisionKind = "enter_grace"
	DecisionEnd        DecisionKind = "end"
	DecisionReinstate  DecisionKind = "reinstate"
	DecisionCancel     DecisionKind = "cancel"
	DecisionWaive      DecisionKind = "waive"
)

// Decision is a recorded act. Month is the coverage month that it is about:
// the first month of coverage for a start, the last for an end.
type Decision struct {
	Kind  DecisionKind
	Month civil.Month
	On    civil.Date
}

// State is what coverage is.
type State string

// The states (brief 6.4).
const (
	StatePending State = "pending"  // not started: first payment needed
	StateActive  State = "active"   // nothing past due
	StatePastDue State = "past_due" // a due date was missed; GraceMonth counts on the long track
	StateEnding  State = "ending"   // the last date to cure has passed; an end is owed
	StateEnded   State = "ended"
	StateLapsed  State = "lapsed" // never started
)

// Track is how long an unpaid enrollment lasts (product rules section 7).
type Track string

// The tracks.
const (
	TrackShort Track = "short"
	TrackLong  Track = "long"
	TrackGroup Track = "group"
)

// Standing is what Evaluate concludes of an account.
type Standing struct {
	Enrollments   []EnrollmentStanding // in the order of Facts
	TotalDue      money.Amount         // everything charged and unpaid that may be paid
	PastDue       money.Amount         // of it, what missed its due date
	KeepsCoverage money.Amount         // what must be paid by KeepsBy so that nothing gets worse
	KeepsBy       civil.Date
	NextReview    civil.Date // when a date alone can change the answer; zero: never
}

// EnrollmentStanding is what Evaluate concludes of one enrollment.
type EnrollmentStanding struct {
	ID          enrollment.ID
	Kind        enrollment.Kind
	State       State
	Rule        string      // the rule that decided State
	PaidThrough civil.Month // last month of unbroken paid coverage; zero: none
	FirstUnpaid civil.Month // C, the month that fixes the track; zero: nothing past due
	Track       Track
	GraceMonth  int          // 1 to 3 on the long track
	Unpaid      money.Amount // all of it
	PastDue     money.Amount
	CureBy      civil.Date  // the next due date while past due
	EndsBy      civil.Date  // the last due date before the end, while past due
	EndMonth    civil.Month // last covered month once ended, or if it ends now
	Start       civil.Month // first month of coverage as it stands
	Effectuates bool        // a start is owed: the first month is paid in time (R-BIND-1)
}

// Evaluate concludes the standing of an account on a day.
func Evaluate(p *profile.Profile, facts Facts, asOf civil.Date) Standing {
	s := Standing{Enrollments: make([]EnrollmentStanding, len(facts.Enrollments))}
	for i := range facts.Enrollments {
		e := evaluate(p, facts.Kind, &facts.Enrollments[i], asOf)
		s.Enrollments[i] = e
		s.TotalDue = s.TotalDue.Add(e.Unpaid)
		s.PastDue = s.PastDue.Add(e.PastDue)
		for _, c := range facts.Enrollments[i].Charges {
			s.keep(c, asOf)
			s.NextReview = earlier(s.NextReview, reviewAfter(c, asOf))
		}
		if !e.EndsBy.IsZero() {
			s.NextReview = earlier(s.NextReview, firstAfter(asOf, e.CureBy, e.EndsBy))
		}
	}
	s.KeepsCoverage = s.TotalDue
	return s
}

// Starts gives the enrollments whose start is owed and not recorded yet
// (R-BIND-1).
func (s Standing) Starts() []EnrollmentStanding {
	var starts []EnrollmentStanding
	for _, e := range s.Enrollments {
		if e.Effectuates {
			starts = append(starts, e)
		}
	}
	return starts
}

// keep finds the next due date that something unpaid has.
func (s *Standing) keep(c Charge, asOf civil.Date) {
	if c.Unpaid().IsPositive() && !c.DueOn.Before(asOf) {
		s.KeepsBy = earlier(s.KeepsBy, c.DueOn)
	}
}

// reviewAfter gives the day after a due date that is still to come and not met.
func reviewAfter(c Charge, asOf civil.Date) civil.Date {
	if c.Unpaid().IsPositive() && !c.DueOn.Before(asOf) {
		return c.DueOn.AddDays(1)
	}
	return civil.Date{}
}

func firstAfter(asOf civil.Date, days ...civil.Date) civil.Date {
	var first civil.Date
	for _, d := range days {
		if !d.IsZero() && !d.Before(asOf) {
			first = earlier(first, d.AddDays(1))
		}
	}
	return first
}

func earlier(a, b civil.Date) civil.Date {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
