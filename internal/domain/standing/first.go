package standing

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/profile"
)

// countFirst adds to what one plan asks for until a day what other plans of the
// account take of the money before it, as payments go to the oldest month first:
// who pays what a letter or a time line says has then cured that plan. Plans to
// which the same happens tell it together, with the sum of their amounts: it is
// counted once, in the last of them.
func (s *Standing) countFirst(p *profile.Profile, facts *Facts, asOf civil.Date) {
	if len(facts.Enrollments) < 2 {
		return
	}
	e := evaluator{p: p, facts: facts, asOf: asOf}
	for i := range s.Steps {
		if x := &s.Steps[i]; x.Kind == StepPay || x.Kind == StepLastDay {
			x.Amount = x.Amount.Add(e.takenFirst(s, x.Enrollment, x.On))
		}
	}
	for i := range s.Notices {
		if n := &s.Notices[i]; (n.Kind == NoticePastDue || n.Kind == NoticeEndWarning) && !n.By.IsZero() {
			n.Amount = n.Amount.Add(e.takenFirst(s, n.Enrollment, n.By))
		}
	}
}

// takenFirst is what other plans take by a day before one plan has all that is
// due of it.
func (e *evaluator) takenFirst(s *Standing, index int, by civil.Date) money.Amount {
	sum := money.Zero
	all := e.facts.Enrollments
	kin := e.kinsOf(&all[index])
	last := e.lastDueBy(by)
	if to := s.Enrollments[index].CoveredTo; !to.IsZero() && to.Before(last) && kin[1] == nil {
		last = to
	}
	binder := slices.ContainsFunc(s.Enrollments, func(x EnrollmentStanding) bool { return x.State == StatePending })
	for k := range all {
		x := &all[k]
		if k == index || x == kin[0] || x == kin[1] {
			continue
		}
		if s.alike(index, k) {
			if ranksBefore(&all[index], x) {
				return money.Zero // the other one counts it
			}
			continue
		}
		until := last
		if !ranksBefore(x, &all[index]) {
			until = last.Prev()
		}
		switch s.Enrollments[k].State {
		case StatePending: // the first payment comes before everything (R-BIND-3)
			sum = sum.Add(e.owedUntil(x, s.Enrollments[k].Start))
		case StateEnded, StateLapsed:
			if !binder {
				sum = sum.Add(e.owedUntil(x, until))
			}
		default:
			if now := &s.Enrollments[k]; now.endsBefore(by, e.p.Mail.WaitDays.On(by)) && now.EndMonth.Before(until) {
				until = now.EndMonth // what comes after it is taken back
			}
			sum = sum.Add(e.owedUntil(x, until)).Add(e.toBeBilled(x, &s.Enrollments[k], until, by))
		}
	}
	return sum
}

// endsBefore tells whether coverage that is past due will have ended by a day, if
// nothing is paid.
func (s *EnrollmentStanding) endsBefore(day civil.Date, waits int) bool {
	return s.State == StatePastDue && !s.EndsBy.IsZero() && s.EndsBy.AddDays(waits).Before(day)
}

// lastDueBy is the last month whose due date is not after a day.
func (e *evaluator) lastDueBy(day civil.Date) civil.Month {
	m := day.Month().Add(e.p.Coverage.MonthsAhead)
	for e.extended(e.p.DueOn(m)).After(day) {
		m = m.Prev()
	}
	return m
}

// owedUntil is what is charged and unpaid of an enrollment up to a month.
func (e *evaluator) owedUntil(x *Enrollment, until civil.Month) money.Amount {
	sum := money.Zero
	for i := range x.Charges {
		if c := &x.Charges[i]; !c.Reversed && !c.Month.After(until) {
			sum = sum.Add(money.Max(money.Zero, c.Unpaid().Sub(Waived(x.Waivers, c.Month, c.Share))))
		}
	}
	return sum
}

// toBeBilled is the price of the months up to one that will have been billed by
// a day and are not charged yet.
func (e *evaluator) toBeBilled(x *Enrollment, now *EnrollmentStanding, until civil.Month, by civil.Date) money.Amount {
	sum := money.Zero
	for m := newestOf(x, now.Start.Prev()).Next(); !m.After(until) && now.Covers(m) && !e.p.BillOn(m).After(by); m = m.Next() {
		sum = sum.Add(e.priceOf(x, m))
	}
	return sum
}

// alike tells whether the same happens to two enrollments on the same days.
func (s *Standing) alike(i, k int) bool {
	steps := s.Timeline(i)
	return len(steps) > 0 && Timeline{Steps: steps}.alike(s.Timeline(k))
}

// kinsOf gives the enrollment that one continues, and that which continues it.
func (e *evaluator) kinsOf(x *Enrollment) [2]*Enrollment {
	before, after := e.kinOf(x)
	return [2]*Enrollment{before, after}
}
