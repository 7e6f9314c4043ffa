package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/profile"
)

// start decides whether coverage that has not started may start: the first
// month is paid in full and in time, or waived, or costs the member nothing
// (R-BIND-1). If the day was missed, the start moves or the selection lapses
// (R-BIND-2).
func (s *subject) start() {
	s.decide(StatePending, "R-BIND-1", Basis{})
	first := s.own(s.s.Start)
	if first == nil || first.reversed {
		// No bill yet: nobody could have paid it. What lies on the account will be
		// for it before anything else.
		s.spent = s.spent.Add(money.Min(s.creditBy(s.asOf), s.price(s.s.Start)))
		return
	}
	by := s.deadline(first)
	basis := first.basis()
	basis.Deadline = by
	switch {
	case first.met && s.inTime(first, by):
		s.decide(StateActive, "R-BIND-1", basis)
		s.s.Effectuates = true
		s.owe(Conclusion{Kind: DecisionEffectuate, Month: s.s.Start, EffectiveOn: s.s.Start.First(), Rule: "R-BIND-1", Basis: basis})
	case by.IsZero() || !by.Before(s.asOf):
		s.decide(StatePending, "R-BIND-1", basis)
		s.s.CureBy = by
		s.startSteps(first, by)
		s.startReminders(first, by)
		if !by.IsZero() {
			s.review(by.AddDays(1))
		}
	default:
		s.decide(StatePending, "R-BIND-2", basis)
		s.missedStart(first, by, basis)
	}
}

// startUndone is coverage whose start was decided wrongly. Undoing that comes
// first: the month is then charged again, or waits for its payment again.
func (s *subject) startUndone() {
	state := StateActive
	if s.undoing == DecisionUndoStart {
		state = StatePending
	}
	s.decide(state, "R-BIND-1", s.basisOf(s.s.Start))
}

// inTime tells whether a first payment counts: by the deadline, or while the
// clock stood.
func (s *subject) inTime(r *row, by civil.Date) bool { return by.IsZero() || r.metBy(by) }

// missedStart moves the start to the next month that can still be paid in time
// while the enrollment window is open, else lets the selection lapse.
func (s *subject) missedStart(first *row, by civil.Date, basis Basis) {
	next := first.month.Next()
	for !s.extended(s.p.DueOn(next)).After(by) {
		next = next.Next()
	}
	rolls := s.p.Binder.Missed.On(by) == profile.BinderRoll && s.rec.rolls < s.p.Binder.MaxRolls.On(by)
	open := s.e.WindowEnds.IsZero() || !first.due.After(s.e.WindowEnds)
	if rolls && open && !next.After(s.e.Last) {
		s.owe(Conclusion{Kind: DecisionRoll, Month: next, EffectiveOn: next.First(), Rule: "R-BIND-2", Basis: basis})
		return
	}
	s.owe(Conclusion{Kind: DecisionLapse, Month: first.month, EffectiveOn: first.month.First(), Rule: "R-BIND-2", Basis: basis})
}

// lapsed is a selection that came to nothing: nothing is owed of it.
func (s *subject) lapsed() {
	var basis Basis
	if r := s.own(s.s.Start); r != nil {
		basis = r.basis()
	}
	s.decide(StateLapsed, "R-BIND-2", basis)
	s.nothingOwed()
}
