// Package standing concludes from facts what a member's coverage is, how far
// it is paid, what is due next, which decisions and letters are owed, and when
// a date alone can change any of it. It is one pure function: nothing
// schedules a check, and a night that was missed is evaluated later with the
// same answer.
//
// Facts carry the days that count, not the days they became known. A decision
// that is recorded is a fact like others; where later evidence contradicts it,
// the standing is as if that had been known, and undoing it is owed (R-PAY-4).
//
// Past due ends when nothing is past due any more (R-DUE-3): by the next due
// date that is all that is owed, the month just billed included. Until then
// the first missed month fixes the track, the days and the end.
package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
)

// Standing is what Evaluate concludes of an account. Steps, Conclusions and
// Notices name their enrollment by its index and stand together by enrollment.
type Standing struct {
	Enrollments   []EnrollmentStanding // in the order of Facts
	TotalDue      money.Amount         // everything charged and unpaid that may be paid
	PastDue       money.Amount         // of it, what missed its due date
	KeepsCoverage money.Amount         // what must be paid by KeepsBy so that nothing gets worse
	KeepsBy       civil.Date
	Restart       Restart      // how coverage that ended is had back
	NextReview    civil.Date   // when a date alone can change the answer; zero: never
	Steps         []Step       // timelines
	Conclusions   []Conclusion // decisions that are owed, in the order to record them
	Notices       []Notice     // letters that are owed
}

// EnrollmentStanding is what Evaluate concludes of one enrollment.
type EnrollmentStanding struct {
	ID          enrollment.ID
	Kind        enrollment.Kind
	State       State
	Rule        string      // the rule that decided State
	Basis       Basis       // the fact that decided State
	PaidThrough civil.Month // last month of unbroken paid coverage; zero: none
	FirstUnpaid civil.Month // C, the month that fixes the track; zero: nothing past due
	Track       Track
	GraceMonth  int          // 1 to 3 on the long track, from the 1st of C
	Unpaid      money.Amount // all of it, of covered months
	PastDue     money.Amount
	Keeps       money.Amount // what must be paid by CureBy, or when due, so that nothing gets worse
	CureBy      civil.Date   // the next day by which to pay, while past due or not started
	EndsBy      civil.Date   // the last day to pay before the end, while past due
	EndMonth    civil.Month  // last covered month once ended, or if it ends now
	Start       civil.Month  // first month of coverage as it stands
	CoveredTo   civil.Month  // last month of coverage as it stands: as selected, or by a decision
	Effectuates bool         // a start is owed: the first month is paid in time (R-BIND-1)
	OnHold      bool         // the clock stands today (R-DUE-8)
	Arrangement ArrangementState
	ReleaseFrom civil.Date    // while ending: the first day on which nothing may come by mail any more (R-PAY-4)
	Reinstate   Reinstatement // while it can be had back
	// Whether its dates count what is owed of the enrollment that it continues, and
	// of that which continues it.
	withBefore, withAfter bool
}

// Reinstatement is how coverage that ended for non-payment is had back without
// a gap (R-DUE-6).
type Reinstatement struct {
	By     civil.Date   // the last day; zero: it can not
	Amount money.Amount // everything owed of it and the next month, today
	Later  money.Amount // the same on the last day
}

// Covers tells whether a month may be charged: it lies between the start and
// the last month as decided.
func (s *EnrollmentStanding) Covers(m civil.Month) bool {
	return s.State != StateLapsed && !m.Before(s.Start) && (s.CoveredTo.IsZero() || !m.After(s.CoveredTo))
}

// Evaluate concludes the standing of an account on a day.
func Evaluate(p *profile.Profile, facts Facts, asOf civil.Date) Standing {
	room := &room{}
	s := Standing{Enrollments: room.enrollments[:0], Steps: room.steps[:0], Conclusions: room.conclusions[:0], Notices: room.notices[:0]}
	EvaluateInto(&s, p, &facts, asOf)
	s.Steps, s.Conclusions, s.Notices = unlessEmpty(s.Steps), unlessEmpty(s.Conclusions), unlessEmpty(s.Notices)
	return s
}

// room is what the standing of most accounts takes, in one piece of memory.
type room struct {
	enrollments [2]EnrollmentStanding
	steps       [8]Step
	conclusions [2]Conclusion
	notices     [2]Notice
}

func unlessEmpty[T any](list []T) []T {
	if len(list) == 0 {
		return nil
	}
	return list
}

// EvaluateInto is Evaluate into a standing whose slices are used again.
func EvaluateInto(s *Standing, p *profile.Profile, facts *Facts, asOf civil.Date) {
	evaluateInto(s, p, facts, asOf)
	s.countFirst(p, facts, asOf)
	s.restart(p, facts, asOf)
}

func evaluateInto(s *Standing, p *profile.Profile, facts *Facts, asOf civil.Date) {
	evaluateFrom(s, p, facts, asOf, asOf)
}

// evaluateFrom evaluates facts as they will be on a day ahead of today.
func evaluateFrom(s *Standing, p *profile.Profile, facts *Facts, asOf, today civil.Date) {
	*s = Standing{Enrollments: s.Enrollments[:0], Steps: s.Steps[:0], Conclusions: s.Conclusions[:0], Notices: s.Notices[:0]}
	var over overflow
	e := evaluator{p: p, facts: facts, asOf: asOf, today: today, out: s, spill: &over}
	for i := range facts.Enrollments {
		x := &facts.Enrollments[i]
		s.Enrollments = append(s.Enrollments, EnrollmentStanding{ID: x.ID, Kind: x.Kind})
	}
	if len(facts.Credits) == 0 || len(facts.Enrollments) == 1 {
		for i := range facts.Enrollments {
			e.evaluate(i)
		}
	} else {
		e.evaluateInRank()
	}
	for i := range s.Enrollments {
		x := &s.Enrollments[i]
		s.TotalDue = s.TotalDue.Add(x.Unpaid)
		s.PastDue = s.PastDue.Add(x.PastDue)
		s.KeepsCoverage = s.KeepsCoverage.Add(x.Keeps)
	}
	s.KeepsCoverage = s.KeepsCoverage.Add(e.toCome)
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

// Undoes tells whether a lapse, a moved start or an end is owed to be undone, as
// the money for it was there in time (R-PAY-4).
func (s Standing) Undoes() bool {
	for _, c := range s.Conclusions {
		switch c.Kind {
		case DecisionUndoLapse, DecisionUndoRoll, DecisionUndoEnd:
			return true
		}
	}
	return false
}

// Timeline gives the dated steps of an enrollment, the index of its standing.
func (s Standing) Timeline(enrollment int) []Step {
	from := 0
	for from < len(s.Steps) && s.Steps[from].Enrollment != enrollment {
		from++
	}
	to := from
	for to < len(s.Steps) && s.Steps[to].Enrollment == enrollment {
		to++
	}
	return s.Steps[from:to]
}

// evaluator is one evaluation of one account.
type evaluator struct {
	p     *profile.Profile
	facts *Facts
	asOf  civil.Date
	today civil.Date // before asOf if it looks ahead
	out   *Standing
	spill *overflow
	spent money.Amount // of the credits, by enrollments evaluated before
	// toCome is what next year's enrollments will be charged and this year's need.
	toCome money.Amount
}

// evaluateInRank evaluates enrollments in the order in which money is applied,
// so that two never count on the same credit.
func (e *evaluator) evaluateInRank() {
	all := e.facts.Enrollments
	done := -1
	for range all {
		next := -1
		for i := range all {
			if (done < 0 || ranksBefore(&all[done], &all[i])) && (next < 0 || ranksBefore(&all[i], &all[next])) {
				next = i
			}
		}
		e.evaluate(next)
		done = next
	}
}

func ranksBefore(a, b *Enrollment) bool {
	if a.Kind.Rank() != b.Kind.Rank() {
		return a.Kind.Rank() < b.Kind.Rank()
	}
	return a.ID.Compare(b.ID.UUID) < 0
}

// review asks to look again on a day.
func (e *evaluator) review(on civil.Date) {
	if on.After(e.asOf) {
		e.out.NextReview = earlier(e.out.NextReview, on)
	}
}
