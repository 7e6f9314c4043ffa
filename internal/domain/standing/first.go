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
	take := e.takers(s)
	for i := range s.Steps {
		if x := &s.Steps[i]; (x.Kind == StepPay || x.Kind == StepLastDay) && !take.none(x.Enrollment) {
			x.Amount = x.Amount.Add(e.takenFirst(s, x.Enrollment, x.On))
		}
	}
	for i := range s.Notices {
		if n := &s.Notices[i]; (n.Kind == NoticePastDue || n.Kind == NoticeEndWarning) && !n.By.IsZero() && !take.none(n.Enrollment) {
			n.Amount = n.Amount.Add(e.takenFirst(s, n.Enrollment, n.By))
		}
	}
}

// takers is how many plans may take money, and the last of them.
type takers struct{ n, last int }

// none tells whether no plan but one takes anything.
func (t takers) none(but int) bool { return t.n == 0 || t.n == 1 && t.last == but }

// takers looks which plans have something unpaid, or something to be billed:
// most accounts have one, and others of past years that are paid.
func (e *evaluator) takers(s *Standing) (t takers) {
	for k := range e.facts.Enrollments {
		x, now := &e.facts.Enrollments[k], &s.Enrollments[k]
		unpaid, newest := false, now.Start.Prev()
		for i := range x.Charges {
			c := &x.Charges[i]
			if c.Reversed {
				continue
			}
			if c.Month.After(newest) {
				newest = c.Month
			}
			unpaid = unpaid || c.Paid.Less(c.Share)
		}
		if unpaid || now.Covers(newest.Next()) {
			t.n, t.last = t.n+1, k
		}
	}
	return t
}

// takenFirst is what other plans take by a day before one plan has all that is
// due of it.
func (e *evaluator) takenFirst(s *Standing, index int, by civil.Date) money.Amount {
	sum := money.Zero
	all := e.facts.Enrollments
	own := e.part(s, index, by)
	binder := slices.ContainsFunc(s.Enrollments, func(x EnrollmentStanding) bool { return x.State == StatePending })
	var ahead *lookAhead
	for k := range all {
		x, now := &all[k], &s.Enrollments[k]
		if k == index || e.countedBy(s, index, x) {
			continue
		}
		if s.alike(index, k) {
			if ranksBefore(&all[index], x) {
				return money.Zero // the other one counts it
			}
			continue
		}
		until := own.last
		if !ranksBefore(x, &all[index]) && own.raise.Before(e.p.DueOn(own.last)) {
			until = own.last.Prev()
		}
		switch now.State {
		case StatePending: // the first payment comes before everything (R-BIND-3)
			sum = sum.Add(e.owedUntil(x, now.Start, own))
		case StateEnded, StateLapsed:
			if !binder {
				sum = sum.Add(e.owedUntil(x, until, own))
			}
		default:
			if ahead == nil {
				ahead = e.lookAhead(s, by)
			}
			if end, ends := ahead.endOf(k); ends && end.Before(until) {
				until = end // what comes after it is taken back
			}
			sum = sum.Add(e.owedUntil(x, until, own)).Add(e.toBeBilled(x, now, until, by))
		}
	}
	return sum
}

// lastPart is the last of what is due of a plan by a day: a month, and what a
// month was raised by, if something is (R-BILL-7).
type lastPart struct {
	last  civil.Month
	raise civil.Date
}

func (e *evaluator) part(s *Standing, index int, by civil.Date) lastPart {
	x := &e.facts.Enrollments[index]
	own := lastPart{last: e.lastDueBy(by)}
	if to := s.Enrollments[index].CoveredTo; !to.IsZero() && to.Before(own.last) {
		if _, after := e.kinOf(x); after == nil {
			own.last = to
		}
	}
	for i := range x.Charges {
		if c := &x.Charges[i]; !c.Reversed && c.Raised.IsPositive() && c.Unpaid().IsPositive() && !e.extended(c.RaisedDueOn).After(by) {
			own.raise = later(own.raise, c.RaisedDueOn)
		}
	}
	return own
}

// countedBy tells whether what a plan asks for counts an enrollment already: one
// that it continues or that continues it, or does so for a plan that is told with
// it.
func (e *evaluator) countedBy(s *Standing, index int, x *Enrollment) bool {
	for k := range e.facts.Enrollments {
		if k != index && !s.alike(index, k) {
			continue
		}
		before, after := e.kinOf(&e.facts.Enrollments[k])
		if now := &s.Enrollments[k]; x == before && now.withBefore || x == after && now.withAfter {
			return true
		}
	}
	return false
}

// lookAhead is where coverage will stand on a day if nothing is paid and every
// letter goes out on its day.
type lookAhead struct {
	now, then Standing
	on        civil.Date
	released  bool // what is ending now ends by itself; by hand it may wait on
}

func (e *evaluator) lookAhead(s *Standing, on civil.Date) *lookAhead {
	facts := *e.facts
	facts.Enrollments = slices.Clone(facts.Enrollments)
	for i := range facts.Enrollments {
		x, now := &facts.Enrollments[i], &s.Enrollments[i]
		if now.State == StatePending || now.State == StateEnded || now.State == StateLapsed {
			continue
		}
		charges := slices.Clip(x.Charges) // what is appended is not the caller's
		for m := newestOf(x, now.Start.Prev()).Next(); now.Covers(m) && !e.p.BillOn(m).After(on); m = m.Next() {
			charges = append(charges, Charge{Month: m, DueOn: e.p.DueOn(m), Share: e.priceOf(x, m), Subsidised: x.helped(m)})
		}
		x.Charges = charges
	}
	ahead := &lookAhead{now: *s, on: on, released: e.p.Terminate.AutoRelease.On(e.asOf)}
	evaluateFrom(&ahead.then, e.p, &facts, on, e.asOf)
	return ahead
}

// endOf gives the last covered month of coverage that will have ended by then.
func (l *lookAhead) endOf(k int) (end civil.Month, ends bool) {
	then := &l.then.Enrollments[k]
	waits := l.now.Enrollments[k].State == StateEnding && !l.released
	return then.EndMonth, !waits && then.State == StateEnding && then.ReleaseFrom.Before(l.on)
}

// lastDueBy is the last month whose due date is not after a day.
func (e *evaluator) lastDueBy(day civil.Date) civil.Month {
	m := day.Month().Add(e.p.Coverage.MonthsAhead)
	for e.extended(e.p.DueOn(m)).After(day) {
		m = m.Prev()
	}
	return m
}

// owedUntil is what is charged and unpaid of an enrollment up to a month, and
// before the last part of what another plan asks for. What a month was raised by
// is paid after all that is due by its own day (R-BILL-7).
func (e *evaluator) owedUntil(x *Enrollment, until civil.Month, other lastPart) money.Amount {
	sum := money.Zero
	for i := range x.Charges {
		c := &x.Charges[i]
		if c.Reversed || c.Month.After(until) || !c.Unpaid().IsPositive() {
			continue
		}
		owed := money.Max(money.Zero, c.Unpaid().Sub(Waived(x.Waivers, c.Month, c.Share)))
		if c.Raised.IsPositive() && !c.RaisedDueOn.Before(e.p.DueOn(other.last)) && c.RaisedDueOn.After(other.raise) {
			owed = owed.Sub(money.Min(owed, c.Raised))
		}
		sum = sum.Add(owed)
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
