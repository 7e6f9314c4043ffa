package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// endedUnpaid is coverage that ended for non-payment. What covered months cost
// stays owed; for some days it can be had back (R-DUE-6).
func (s *subject) endedUnpaid() {
	end := s.rec.ended
	var basis Basis
	if r := s.firstOwed(); r != nil {
		basis = r.basis()
		if r.due.Before(s.asOf) {
			s.s.FirstUnpaid = r.month
		}
	}
	s.decide(StateEnded, "R-DUE-5", basis)
	s.s.EndMonth = end.Month
	by := s.extended(s.noticedOn(end).AddDays(s.p.Reinstate.Days.On(end.On)))
	if basis, paid := s.paidBack(end, by); paid {
		back := end.Month.Next()
		s.owe(Conclusion{Kind: DecisionReinstate, Month: back, EffectiveOn: back.First(), Rule: "R-DUE-6", Basis: basis})
	}
	if !s.asOf.After(by) {
		s.s.Reinstate = Reinstatement{By: by, Amount: s.toReturn(s.asOf), Later: s.toReturn(by)}
		s.review(by.AddDays(1))
		s.review(s.nextDue(s.asOf.AddDays(-1)).AddDays(1))
	}
	s.endedSteps(end)
	s.notice(Notice{Kind: NoticeEnded, Month: end.Month, On: end.On, Amount: s.s.Reinstate.Later, By: s.s.Reinstate.By, Ends: end.Month})
}

// noticedOn is the day from which the days to return count: that of the notice
// (R-DUE-6, MA-DLQ-12), or of the end until it has gone out.
func (s *subject) noticedOn(end Decision) civil.Date {
	on := civil.Date{}
	for _, n := range s.e.Notices {
		if n.Kind == NoticeEnded && n.Month == end.Month && !n.On.Before(end.On) {
			on = earlier(on, n.On)
		}
	}
	if on.IsZero() {
		return end.On
	}
	return on
}

// toReturn is what must be paid on a day to have coverage back: everything
// owed and the next month, that is each month whose due date has passed.
func (s *subject) toReturn(on civil.Date) money.Amount {
	total := money.Zero
	last := s.lastDue(on)
	for m := s.s.Start; !m.After(last); m = m.Next() {
		_, owed, known := s.ofMonth(m)
		switch {
		case known:
			total = total.Add(owed)
		case m.After(s.rec.ended.Month):
			total = total.Add(s.price(m))
		}
	}
	return total
}

// lastDue is the last month of the enrollment whose due date was before a day.
func (s *subject) lastDue(on civil.Date) civil.Month {
	month := on.Month().Add(s.p.Coverage.MonthsAhead)
	for !s.extended(s.p.DueOn(month)).Before(on) {
		month = month.Prev()
	}
	if !s.e.Last.IsZero() && month.After(s.e.Last) {
		return s.e.Last
	}
	return month
}

// paidBack tells whether the money for a return came in time. It lies on the
// account as credit for the months that were taken back, or pays those that
// are charged again. The first day on which there is enough counts.
func (s *subject) paidBack(end Decision, by civil.Date) (Basis, bool) {
	for day := s.paidNext(end.On); !day.IsZero() && !day.After(by); day = s.paidNext(day.AddDays(1)) {
		if b, ok := s.paidBackOn(day); ok {
			return b, true
		}
	}
	return Basis{}, false
}

// paidNext gives the first day from a day on on which money came in.
func (s *subject) paidNext(from civil.Date) civil.Date {
	var next civil.Date
	for _, c := range s.facts.Credits {
		if !c.On.Before(from) {
			next = earlier(next, c.On)
		}
	}
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; !r.kin && !r.paidOn.Before(from) {
			next = earlier(next, r.paidOn)
		}
	}
	return next
}

func (s *subject) paidBackOn(on civil.Date) (Basis, bool) {
	need := s.toReturn(on)
	has := s.creditBy(on)
	if has.Less(need) {
		return Basis{}, false
	}
	s.spent = s.spent.Add(need)
	return Basis{Month: s.rec.ended.Month.Next(), DueOn: on, Needed: need, Paid: has, PaidOn: on}, true
}

// creditBy is the credit that had come by a day and is not spoken for.
func (e *evaluator) creditBy(on civil.Date) money.Amount {
	sum := money.Zero
	for _, c := range e.facts.Credits {
		if !c.On.After(on) {
			sum = sum.Add(c.Amount)
		}
	}
	return money.Max(money.Zero, sum.Sub(e.spent))
}

// over is coverage that has run out: cancelled, or at the end of its year.
func (s *subject) over() {
	rule := "R-CAL-1"
	if d := s.rec.cancelled; !d.On.IsZero() && d.Month == s.s.CoveredTo {
		rule = "R-DUE-7"
	}
	var basis Basis
	if r := s.firstOwed(); r != nil {
		basis = r.basis()
		if r.due.Before(s.asOf) {
			s.s.FirstUnpaid = r.month
		}
	}
	s.decide(StateEnded, rule, basis)
	s.s.EndMonth = s.s.CoveredTo
}
