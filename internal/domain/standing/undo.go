package standing

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// undoContradicted compares recorded decisions with what is known now. One
// that evidence contradicts is treated as if it had not been made, and undoing
// it is owed (R-PAY-4). Without evidence a decision stands.
func (s *subject) undoContradicted() {
	was := s.rec
	s.spentBefore = s.spent
	if end := s.rec.ended; !end.On.IsZero() && s.endContradicted(end) {
		s.owe(Conclusion{
			Kind: DecisionUndoEnd, Month: end.Month, EffectiveOn: end.Month.Next().First(), Rule: s.undoRule(DecisionUndoEnd), Basis: s.basisOf(end.Month.Next()),
		})
		s.rec.ended = Decision{}
	}
	start := startOf(s.e, &s.rec)
	if used, met := s.startMet(start); met && !s.rec.lapsed.On.IsZero() {
		s.undoStart(DecisionUndoLapse, start)
		s.rec.lapsed, s.spent = Decision{}, s.spent.Add(used)
	}
	if before := s.startBefore(); !before.IsZero() {
		if used, met := s.startMet(before); met {
			s.undoStart(DecisionUndoRoll, before)
			s.rec.rolled.Month, s.spent = before, s.spent.Add(used)
		}
	}
	if !s.rec.effectuated.On.IsZero() && s.startReturned(start) {
		s.undoStart(DecisionUndoStart, start)
		s.rec.effectuated = Decision{}
	}
	if s.rec != was {
		s.clear()
		s.load(s.e, &s.rec, false)
	}
}

func (s *subject) undoStart(kind DecisionKind, month civil.Month) {
	s.undoing = kind
	s.owe(Conclusion{Kind: kind, Month: month, EffectiveOn: month.First(), Rule: s.undoRule(kind), Basis: s.basisOf(month)})
}

// undoRule gives the rule by which a decision is undone: money that counts in
// time (R-PAY-4), if it would be undone by that alone; else a due date that was
// moved (R-CAL-3), a hold or a waiver (R-DUE-8).
func (s *subject) undoRule(kind DecisionKind) string {
	switch {
	case kind == DecisionUndoStart:
		return "R-PAY-3"
	case s.bare: // nobody asks
		return ""
	case s.undoneWithout(kind, true):
		return "R-PAY-4"
	case s.undoneWithout(kind, false):
		return "R-CAL-3"
	}
	return "R-DUE-8"
}

// undoneWithout tells whether a decision would be undone without any relief from
// holds, waivers and arrangements, and without that of moved due dates.
func (s *subject) undoneWithout(kind DecisionKind, extensions bool) bool {
	facts := *s.facts
	facts.Enrollments = slices.Clone(facts.Enrollments)
	if extensions {
		facts.Extensions = nil
	}
	x := &facts.Enrollments[s.index]
	x.Holds, x.Waivers, x.Arrangements = nil, nil, nil
	out := Standing{Enrollments: make([]EnrollmentStanding, len(facts.Enrollments))}
	bare := subject{
		evaluator: &evaluator{p: s.p, facts: &facts, asOf: s.asOf, today: s.today, out: &out, spill: &overflow{}, spent: s.spentBefore},
		index:     s.index, e: x, s: &out.Enrollments[s.index], rec: summarize(x.Decisions), bare: true,
	}
	bare.clear()
	bare.load(x, &bare.rec, false)
	bare.undoContradicted()
	return slices.ContainsFunc(out.Conclusions, func(c Conclusion) bool { return c.Kind == kind })
}

func (s *subject) basisOf(m civil.Month) Basis {
	if r := s.own(m); r != nil {
		b := r.basis()
		b.Deadline = s.deadline(r)
		return b
	}
	return Basis{Month: m}
}

// startBefore is the first month that the latest move of the start left, zero
// if the start was not moved.
func (s *subject) startBefore() civil.Month {
	switch {
	case s.rec.rolled.Kind != DecisionRoll:
		return civil.Month{}
	case s.rec.before.Month.IsZero():
		return s.e.First
	}
	return s.rec.before.Month
}

// startMet tells whether money for a first month that was given up did come in
// time. The month may have been taken back since; then its money pays later
// months or lies on the account, of which it gives how much is used.
func (s *subject) startMet(m civil.Month) (used money.Amount, met bool) {
	r := s.own(m)
	if r == nil {
		return used, false
	}
	by := s.deadline(r)
	if r.met {
		return used, r.need.IsZero() || !r.paidOn.IsZero() && (by.IsZero() || !r.paidOn.After(by))
	}
	if !r.reversed || by.IsZero() {
		return used, false
	}
	need := r.need
	rows := s.months()
	for i := range rows {
		if x := &rows[i]; !x.reversed && !x.paidOn.IsZero() && !x.paidOn.After(by) {
			need = money.Max(money.Zero, need.Sub(x.paid))
		}
	}
	return need, !s.creditBy(by).Less(need)
}

// startReturned tells whether the payment that started coverage came back,
// was not made good in time, and no other month was paid.
func (s *subject) startReturned(start civil.Month) bool {
	r := s.own(start)
	if r == nil || s.e.Renewal || !r.returned || r.met && s.inTime(r, s.deadline(r)) {
		return false
	}
	rows := s.months()
	for i := range rows {
		if x := &rows[i]; x.month != start && x.paid.IsPositive() {
			return false
		}
	}
	return true
}

// endContradicted tells whether an end for non-payment would not have been
// recorded on its day, had all been known: nothing was past due by then, or
// the last chance had not passed.
func (s *subject) endContradicted(end Decision) bool {
	if !s.provesEnd(end) {
		return false
	}
	before := end.On.AddDays(-1)
	s.looksBack = true
	used := s.restore(end)
	s.loadKin(end.On)
	x, open := s.episode(before)
	s.looksBack, s.kinFirst = false, false
	s.clear()
	s.load(s.e, &s.rec, false)
	if open && (x.last.IsZero() || x.last.Before(end.On)) {
		return false
	}
	s.spent = s.spent.Add(used)
	return true
}

// provesEnd tells whether the facts can prove an end wrong: the first month
// that it took is known, and when each month around it was paid.
func (s *subject) provesEnd(end Decision) bool {
	first := end.Month.Next()
	if first.Before(s.e.First) { // the year before took it along (REG-23)
		first = s.e.First
	}
	if s.own(first) == nil {
		return false
	}
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; !r.month.Before(end.Month) && r.met && r.need.IsPositive() && r.paidOn.IsZero() {
			return false
		}
	}
	return true
}

// restore puts back the months that an end took, and pays them with what lay
// on the account before it. It gives how much that is.
func (s *subject) restore(end Decision) money.Amount {
	last := end.On.AddDays(-1)
	has, used := s.creditBy(last), money.Zero
	rows := s.months()
	for i := range rows {
		r := &rows[i]
		r.outside = r.outside && !r.month.After(end.Month)
		if !r.reversed || !r.month.After(end.Month) {
			continue
		}
		r.reversed = false
		if has.Less(r.need) {
			continue
		}
		has, used = has.Sub(r.need), used.Add(r.need)
		r.paid, r.met, r.metOn = r.need, true, s.creditOn(last)
	}
	return used
}

// creditOn is the day of the newest credit up to a day.
func (e *evaluator) creditOn(last civil.Date) civil.Date {
	var on civil.Date
	for _, c := range e.facts.Credits {
		if !c.On.After(last) {
			on = later(on, c.On)
		}
	}
	return on
}
