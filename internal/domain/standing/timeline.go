package standing

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// StepKind is what a dated step of a timeline is (brief 7.5).
type StepKind string

// The steps, with what they carry.
const (
	StepPayFirst  StepKind = "pay_first" // pay Amount to start
	StepStarts    StepKind = "starts"    // coverage begins with Month
	StepUnpaid    StepKind = "unpaid"    // Month was not paid in full
	StepGrace     StepKind = "grace"     // extra time: Month of grace begins
	StepPay       StepKind = "pay"       // pay Amount to stay covered
	StepLastDay   StepKind = "last_day"  // pay Amount, or coverage ends with Month
	StepEnded     StepKind = "ended"     // it was decided that coverage ended with Month
	StepReinstate StepKind = "reinstate" // pay Amount to have it back without a gap
)

// Step is one dated step of an enrollment's timeline.
type Step struct {
	Enrollment int // index in Standing.Enrollments
	On         civil.Date
	Kind       StepKind
	Month      civil.Month
	Amount     money.Amount
	Here       bool // the one step that today is at
}

// Timeline is the dated steps of an enrollment, or of several to which the same
// happens on the same days: then the amounts are what all of them take.
type Timeline struct {
	Enrollments []EnrollmentStanding
	Steps       []Step
}

// Timelines gives the timelines of those enrollments that are wanted and have
// one, in their order.
func (s Standing) Timelines(wanted func(EnrollmentStanding) bool) []Timeline {
	var all []Timeline
	for i, e := range s.Enrollments {
		steps := s.Timeline(i)
		if len(steps) == 0 || !wanted(e) {
			continue
		}
		if k := slices.IndexFunc(all, func(t Timeline) bool { return t.alike(steps) }); k >= 0 {
			all[k].join(e, steps)
			continue
		}
		all = append(all, Timeline{[]EnrollmentStanding{e}, slices.Clone(steps)})
	}
	return all
}

func (t Timeline) alike(steps []Step) bool {
	return slices.EqualFunc(t.Steps, steps, func(a, b Step) bool {
		a.Enrollment, a.Amount = b.Enrollment, b.Amount
		return a == b
	})
}

func (t *Timeline) join(e EnrollmentStanding, steps []Step) {
	t.Enrollments = append(t.Enrollments, e)
	for i := range t.Steps {
		if t.Steps[i].Kind != StepReinstate { // which tells of all coverage of the account
			t.Steps[i].Amount = t.Steps[i].Amount.Add(steps[i].Amount)
		}
	}
}

func (s *subject) step(on civil.Date, kind StepKind, month civil.Month, amount money.Amount) {
	if cap(s.out.Steps) == 0 {
		s.out.Steps = make([]Step, 0, 8) // a whole timeline
	}
	s.out.Steps = append(s.out.Steps, Step{Enrollment: s.index, On: on, Kind: kind, Month: month, Amount: amount})
}

// here puts the steps in the order of their days and marks the last whose day
// has come, else the first.
func (s *subject) here(from int) {
	steps := s.out.Steps[from:]
	for i := range steps {
		for k := i; k > 0 && steps[k].On.Before(steps[k-1].On); k-- {
			steps[k], steps[k-1] = steps[k-1], steps[k]
		}
	}
	at := from
	for i := from; i < len(s.out.Steps); i++ {
		if !s.out.Steps[i].On.After(s.asOf) {
			at = i
		}
	}
	if at < len(s.out.Steps) {
		s.out.Steps[at].Here = true
	}
}

func (s *subject) startSteps(first *row, by civil.Date) {
	if by.IsZero() {
		return
	}
	from := len(s.out.Steps)
	s.step(by, StepPayFirst, first.month, first.owed())
	s.step(first.month.First(), StepStarts, first.month, money.Zero)
	s.here(from)
}

func (s *subject) pastDueSteps(x *episode) {
	from := len(s.out.Steps)
	s.step(x.c.due, StepUnpaid, x.c.month, x.c.need)
	for k := 0; k < x.steps && !x.ticks[k].IsZero(); k++ {
		if x.track == TrackLong {
			s.step(s.graceStart(x, k), StepGrace, s.graceStart(x, k).Month(), money.Zero)
		}
		if next := x.ticks[k+1]; k+1 < x.steps && !next.IsZero() {
			s.step(next, StepPay, civil.Month{}, s.takesBy(next))
		}
	}
	if !x.last.IsZero() {
		s.step(x.last, StepLastDay, s.s.EndMonth, s.takesBy(x.last))
	}
	s.here(from)
}

func (s *subject) endedSteps(end Decision) {
	from := len(s.out.Steps)
	s.step(end.On, StepEnded, end.Month, money.Zero)
	if r := s.s.Reinstate; !r.By.IsZero() {
		s.step(r.By, StepReinstate, end.Month.Next(), r.Later)
	}
	s.here(from)
}

// takesBy is what the account must pay by a day so that nothing is past due: what
// is owed by then, of the other year as well (R-DUE-4).
func (s *subject) takesBy(day civil.Date) money.Amount {
	charged, toCome := s.kinOwedBy(day)
	return s.owedBy(day).Add(charged).Add(toCome)
}

// kinOwedBy is what will be owed on a day of the enrollment that this one
// continues, or that continues it: what is charged and what will be.
func (s *subject) kinOwedBy(day civil.Date) (charged, toCome money.Amount) {
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; r.kin && r.counts() && !r.due.After(day) {
			charged = charged.Add(r.owed())
		}
	}
	_, after := s.kinOf(s.e)
	if after == nil || day.Before(s.asOf) {
		return charged, toCome
	}
	rec := summarize(after.Decisions)
	if !rec.ended.On.IsZero() || !rec.cancelled.On.IsZero() || !rec.lapsed.On.IsZero() {
		return charged, toCome
	}
	for m := newestOf(after, after.First.Prev()).Next(); !s.p.DueOn(m).After(day); m = m.Next() {
		toCome = toCome.Add(s.priceOf(after, m))
	}
	return charged, toCome
}

// newestOf is the newest month that an enrollment is charged for, none before
// another.
func newestOf(x *Enrollment, newest civil.Month) civil.Month {
	for i := range x.Charges {
		if c := &x.Charges[i]; !c.Reversed && c.Month.After(newest) {
			newest = c.Month
		}
	}
	return newest
}

// owedBy is what will be owed on a day, if nothing is paid before: what is
// owed of months due by then, and the price of those not billed yet.
func (s *subject) owedBy(day civil.Date) money.Amount {
	owed, newest := money.Zero, s.s.Start.Prev()
	rows := s.months()
	for i := range rows {
		r := &rows[i]
		if r.kin || !r.counts() {
			continue
		}
		if !r.due.After(day) {
			owed = owed.Add(r.owed())
		}
		if r.month.After(newest) {
			newest = r.month
		}
	}
	if day.Before(s.asOf) {
		return owed
	}
	for m := newest.Next(); !s.p.DueOn(m).After(day) && s.s.Covers(m); m = m.Next() {
		owed = owed.Add(s.price(m))
	}
	return owed
}
