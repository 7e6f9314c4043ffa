package standing

import "quittance.org/quittance/internal/base/civil"

// pastDue applies the ladder of product rules section 7: C fixes the track,
// and each due date after it is a step.
func (s *subject) pastDue(x *episode) {
	basis := x.c.basis()
	basis.Deadline = x.next(s.asOf)
	s.decide(StatePastDue, x.track.rule(), basis)
	s.s.FirstUnpaid, s.s.Track = x.c.month, x.track
	s.s.GraceMonth = s.graceMonth(x)
	s.s.EndMonth = x.endMonth()
	if last := s.s.CoveredTo; !last.IsZero() && last.Before(s.s.EndMonth) {
		s.s.EndMonth = last
	}
	s.s.CureBy, s.s.EndsBy = x.next(s.asOf), x.last
	if by := s.s.CureBy; !by.IsZero() {
		s.s.Keeps = s.owedBy(by) // on that day the month just billed counts as well (MA-DLQ-5)
	}
	if x.failed(s.asOf) {
		s.ending(x, basis)
	} else {
		s.withdraw(basis)
	}
	s.enterGrace(x, basis)
	s.clockReviews(x)
	if x.c.kin && s.asOf.Before(s.e.First.First()) {
		return // the old enrollment tells of both, until the new year begins (R-DUE-4)
	}
	charged, toCome := s.kinOwedBy(s.s.CureBy)
	s.toCome = s.toCome.Add(toCome)
	s.pastDueSteps(x)
	s.pastDueNotices(x, s.s.Keeps.Add(charged).Add(toCome))
}

// graceMonth counts the calendar months of grace that have begun (REG-21).
func (s *subject) graceMonth(x *episode) int {
	if x.track != TrackLong {
		return 0
	}
	n := 0
	for n < x.steps && !x.ticks[n].IsZero() && !s.graceStart(x, n).After(s.asOf) {
		n++
	}
	return n
}

// enterGrace tells the carrier each month of grace as it turns (MA-DLQ-8).
func (s *subject) enterGrace(x *episode, basis Basis) {
	if s.s.GraceMonth == 0 {
		return
	}
	first := s.graceStart(x, s.s.GraceMonth-1)
	if s.rec.grace.On.IsZero() || s.rec.grace.Month.Before(first.Month()) {
		s.owe(Conclusion{Kind: DecisionGrace, Month: first.Month(), EffectiveOn: first, Rule: x.track.rule(), Basis: basis})
	}
}

// ending is coverage whose last chance to pay has passed. The end is proposed
// at once; it is released by staff, or by itself once no check with a timely
// postmark can arrive any more (R-DUE-5, R-PAY-4).
func (s *subject) ending(x *episode, basis Basis) {
	s.s.State = StateEnding
	s.s.CureBy, s.s.EndsBy = civil.Date{}, civil.Date{}
	basis.Deadline = x.last
	s.s.Basis = basis
	s.s.ReleaseFrom = x.last.AddDays(s.p.Mail.WaitDays.On(x.last) + 1)
	s.review(s.s.ReleaseFrom)
	end := Conclusion{Kind: DecisionProposeEnd, Month: s.s.EndMonth, EffectiveOn: s.s.EndMonth.Last(), Rule: x.track.rule(), Basis: basis}
	if d := s.rec.proposed; d.On.IsZero() || d.Month != end.Month {
		s.owe(end)
	}
	if s.p.Terminate.AutoRelease.On(s.asOf) && !s.asOf.Before(s.s.ReleaseFrom) {
		end.Kind = DecisionEnd
		s.owe(end)
	}
}

// clockReviews asks to look again after each day by which to pay, and when a
// month of grace begins.
func (s *subject) clockReviews(x *episode) {
	for k := 0; k <= x.steps && !x.ticks[k].IsZero(); k++ {
		s.review(x.ticks[k].AddDays(1))
		if k < x.steps {
			s.review(s.graceStart(x, k))
		}
	}
	if !x.last.IsZero() {
		s.review(x.last.AddDays(1))
	}
}
