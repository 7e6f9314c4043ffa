package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// subject is one enrollment under evaluation.
type subject struct {
	*evaluator
	index    int
	e        *Enrollment
	s        *EnrollmentStanding
	rec      recorded
	inline   [rowsInline]row // the months, unless they are too many
	n        int
	broken   Hold         // the clock stood while an arrangement was kept (R-DUE-9)
	undoing  DecisionKind // a decision on the start that is owed to be undone first
	kinFirst bool         // months of the enrollment before may be the first missed
	// looksBack: the question is what was owed on a day past; which letters had
	// been sent was settled by the decision then.
	looksBack bool
	// To find the cause of an undo: it is tried without relief, with the credits
	// that were free before.
	bare        bool
	spentBefore money.Amount
}

func (e *evaluator) evaluate(index int) {
	x := &e.facts.Enrollments[index]
	s := subject{evaluator: e, index: index, e: x, s: &e.out.Enrollments[index], rec: summarize(x.Decisions)}
	s.clear()
	s.load(x, &s.rec, false)
	s.undoContradicted()
	s.s.Start, s.s.CoveredTo = startOf(x, &s.rec), coveredTo(x, &s.rec)
	s.arrange()
	s.loadKin(s.asOf)
	_, s.s.OnHold = s.heldOn(e.asOf)
	s.amounts()
	s.conclude()
	s.decisionNotices()
	s.reviews()
	// What lies on the account will pay what is open here before anything can be
	// had back by it elsewhere.
	s.spent = s.spent.Add(money.Min(s.creditBy(s.asOf), s.s.Unpaid))
}

// loadKin adds the months of the enrollment that this one continues, and of
// the one that continues this one, to its clock as it is on a day.
func (s *subject) loadKin(on civil.Date) {
	before, after := s.kinOf(s.e)
	s.s.withAfter = s.addKin(after)
	had := len(s.months())
	s.s.withBefore = s.addKin(before)
	if len(s.months()) == had {
		return
	}
	// Until the new year begins the old enrollment carries it alone, unless
	// this one is past due itself.
	begins := s.e.First.First()
	s.review(begins)
	s.kinFirst = !on.Before(begins) || s.missedOne(on)
	if !s.kinFirst {
		return
	}
	// An episode that was over before the first due date of this enrollment is
	// no concern of its: it was selected for after that.
	if x, open := s.episode(on); open && x.c.kin && x.failed(s.p.DueOn(s.e.First)) {
		s.kinFirst, s.s.withBefore = false, false
		s.dropKin()
	}
}

// addKin adds what moves the clock of another enrollment; false if that has a clock
// of its own.
// What an end for non-payment took from that is as unpaid as it was: the new year
// does not go on from an old one that ended (REG-23).
func (s *subject) addKin(kin *Enrollment) bool {
	if kin == nil {
		return false
	}
	rec := summarize(kin.Decisions)
	if !rec.cancelled.On.IsZero() || !rec.lapsed.On.IsZero() {
		return false
	}
	end := rec.ended
	rec.ended = Decision{}
	s.load(kin, &rec, true)
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; r.kin && r.reversed && !end.On.IsZero() && r.month.After(end.Month) && kin.covers(r.month) {
			r.reversed = i > 0 && rows[i-1].same(r) // a month that was charged twice counts once
		}
	}
	return true
}

// dropKin forgets the months of the enrollment that this one continues.
func (s *subject) dropKin() {
	rows, left := s.months(), 0
	for i := range rows {
		if r := &rows[i]; !r.kin || !r.month.Before(s.e.First) {
			rows[left] = *r
			left++
		}
	}
	if s.spill.used {
		s.spill.rows = s.spill.rows[:left]
	} else {
		s.n = left
	}
}

// missedOne tells whether a month of this enrollment itself is past due on a day.
func (s *subject) missedOne(on civil.Date) bool {
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; r.counts() && !r.kin && !r.met && r.due.Before(on) {
			return true
		}
	}
	return false
}

// amounts adds up what is owed and how far the coverage is paid.
func (s *subject) amounts() {
	through := s.s.Start.Prev()
	rows := s.months()
	for i := range rows {
		r := &rows[i]
		if r.kin || !r.counts() {
			continue
		}
		switch owes := r.owed().IsPositive(); {
		case r.month == through.Next() && !owes:
			through = r.month
		case r.month == through && owes: // what the month was raised by
			through = through.Prev()
		}
		s.s.Unpaid = s.s.Unpaid.Add(r.owed())
		if r.due.Before(s.asOf) && !r.met {
			s.s.PastDue = s.s.PastDue.Add(r.owed())
		} else if r.owed().IsPositive() && !r.due.Before(s.asOf) {
			s.out.KeepsBy = earlier(s.out.KeepsBy, r.due)
		}
	}
	s.s.Keeps = s.s.Unpaid
	if !through.Before(s.s.Start) {
		s.s.PaidThrough = through
	}
}

// conclude decides the state.
func (s *subject) conclude() {
	last := s.s.CoveredTo
	over := !last.IsZero() && last.Last().Before(s.asOf)
	x, open := episode{}, false
	if s.started() && s.rec.ended.On.IsZero() {
		x, open = s.episode(s.asOf)
	}
	endsEarlier := open && x.failed(s.asOf) && x.endMonth().Before(last)
	switch {
	case !s.rec.lapsed.On.IsZero():
		s.lapsed()
	case s.undoing != "" && !s.started():
		s.startUndone()
	case !s.rec.ended.On.IsZero():
		s.endedUnpaid()
	case over && (s.started() || !s.rec.cancelled.On.IsZero()) && !endsEarlier:
		s.over()
		if open {
			s.clockReviews(&x)
		}
	case !s.started():
		s.start()
	case open:
		s.pastDue(&x)
	default:
		s.active()
	}
}

// started tells whether coverage has begun: a renewal always has (MA-FIRST-7).
func (s *subject) started() bool { return s.e.Renewal || !s.rec.effectuated.On.IsZero() }

func (s *subject) decide(state State, rule string, basis Basis) {
	s.s.State, s.s.Rule, s.s.Basis = state, rule, basis
}

// active is coverage that nothing is past due for.
func (s *subject) active() {
	var basis Basis
	if r := s.own(s.s.PaidThrough); r != nil {
		basis = r.basis()
	}
	s.decide(StateActive, "R-BIND-1", basis)
	if s.s.Arrangement == ArrangementKept && s.s.PastDue.IsPositive() {
		s.spread()
		return
	}
	s.leaveGrace(basis)
	s.dueReminders()
}

// leaveGrace concludes what follows once nothing is past due: a proposed end
// is withdrawn, and the carrier is told that the grace months are over.
func (s *subject) leaveGrace(basis Basis) {
	s.withdraw(basis)
	if g := s.rec.grace; !g.On.IsZero() {
		s.owe(Conclusion{Kind: DecisionLeaveGrace, Month: g.Month, EffectiveOn: s.asOf, Rule: "R-DUE-3", Basis: basis})
	}
}

func (s *subject) withdraw(basis Basis) {
	if d := s.rec.proposed; !d.On.IsZero() {
		s.owe(Conclusion{Kind: DecisionWithdraw, Month: d.Month, EffectiveOn: s.asOf, Rule: "R-DUE-5", Basis: basis})
	}
}

// owe adds a decision that is owed. What was recorded today is not owed again
// before tomorrow, whatever came since: nothing goes in circles within a day.
func (s *subject) owe(c Conclusion) {
	for _, d := range s.e.Decisions {
		if d.Kind == c.Kind && d.Month == c.Month && d.On == s.asOf {
			s.review(s.asOf.AddDays(1))
			return
		}
	}
	c.Enrollment = s.index
	if c.EffectiveOn.IsZero() {
		c.EffectiveOn = s.asOf
	}
	if cap(s.out.Conclusions) == 0 {
		s.out.Conclusions = make([]Conclusion, 0, 2)
	}
	s.out.Conclusions = append(s.out.Conclusions, c)
}

// reviews asks to look again when a due date has passed, coverage has run out,
// or a hold begins or is over.
func (s *subject) reviews() {
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; r.counts() && r.owed().IsPositive() {
			s.review(r.due.AddDays(1))
		}
	}
	if last := s.s.CoveredTo; !last.IsZero() && s.s.State != StateLapsed {
		s.review(last.Next().First())
	}
	for _, h := range s.e.Holds {
		s.review(h.From)
		if !h.To.IsZero() {
			s.review(h.To.AddDays(1))
		}
	}
}

// firstOwed gives the oldest month with something owed, nil if there is none.
func (s *subject) firstOwed() *row {
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; r.counts() && !r.kin && r.owed().IsPositive() {
			return r
		}
	}
	return nil
}

func (s *subject) nothingOwed() {
	s.s.Unpaid, s.s.PastDue, s.s.Keeps = money.Zero, money.Zero, money.Zero
}
