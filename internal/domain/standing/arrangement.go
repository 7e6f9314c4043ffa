package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// ArrangementState tells how a payment arrangement goes (R-DUE-9).
type ArrangementState string

// The states of an arrangement; none is "".
const (
	ArrangementKept   ArrangementState = "kept"   // no end while it is
	ArrangementBroken ArrangementState = "broken" // the clock runs again from where it stood
)

// arrange works in the newest arrangement: while it is kept its months count
// as settled, and the clock stood from its beginning until it was broken.
func (s *subject) arrange() {
	a := s.newestArrangement()
	if a == nil {
		return
	}
	for _, i := range a.Payments {
		s.review(s.extended(i.DueOn).AddDays(1))
	}
	if broken := s.brokenOn(a, s.owedOf(a)); !broken.IsZero() {
		s.s.Arrangement = ArrangementBroken
		s.broken = Hold{From: a.MadeOn, To: broken}
		return
	}
	months, owed := s.spared(a)
	if !owed.IsPositive() {
		return
	}
	s.s.Arrangement = ArrangementKept
	rows := s.months()
	for i := range rows[:months] {
		rows[i].arranged = a.takesIn(&rows[i], s.asOf)
	}
}

// spared gives how many months an arrangement that is kept spares, and what is
// owed of them: its own, and those after it for as long as no more is owed in
// all than the payments still to come. Money pays the oldest month first, so
// whoever pays bills and installments is ahead with the months of the
// arrangement and behind with the others.
func (s *subject) spared(a *Arrangement) (months int, owed money.Amount) {
	rows, open := s.months(), s.stillToCome(a, s.asOf.AddDays(-1))
	for i := range rows {
		r := &rows[i]
		if !r.counts() || !a.takesIn(r, s.asOf) {
			continue
		}
		with := owed.Add(r.owed())
		if r.month.After(a.Through) && open.Less(with) {
			return i, owed
		}
		owed = with
	}
	return len(rows), owed
}

// takesIn tells whether an arrangement may spare a month: one of its own, or a
// later one that is past due.
func (a *Arrangement) takesIn(r *row, asOf civil.Date) bool {
	return !r.month.After(a.Through) || r.due.Before(asOf)
}

func (s *subject) newestArrangement() *Arrangement {
	var newest *Arrangement
	for i := range s.e.Arrangements {
		a := &s.e.Arrangements[i]
		if !a.MadeOn.After(s.asOf) && (newest == nil || a.MadeOn.After(newest.MadeOn)) {
			newest = a
		}
	}
	return newest
}

// owedOf is what is still owed of the months of an arrangement.
func (s *subject) owedOf(a *Arrangement) money.Amount {
	owed := money.Zero
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; r.counts() && !r.month.After(a.Through) {
			owed = owed.Add(r.owed())
		}
	}
	return owed
}

// brokenOn gives the first day that passed with more owed than the payments
// still to come, zero if there is none.
func (s *subject) brokenOn(a *Arrangement, owed money.Amount) civil.Date {
	var broken civil.Date
	for _, i := range a.Payments {
		if by := s.extended(i.DueOn); by.Before(s.asOf) && s.stillToCome(a, by).Less(owed) {
			broken = earlier(broken, by)
		}
	}
	return broken
}

// stillToCome is what an arrangement has to bring after a day. Its dates move
// like due dates (R-CAL-3).
func (s *subject) stillToCome(a *Arrangement, day civil.Date) money.Amount {
	sum := money.Zero
	for _, i := range a.Payments {
		if s.extended(i.DueOn).After(day) {
			sum = sum.Add(i.Amount)
		}
	}
	return sum
}

// spread is coverage whose past due money is spread over several payments: the
// balance shows, the next payment keeps the arrangement.
func (s *subject) spread() {
	a := s.newestArrangement()
	owed := money.Zero
	rows := s.months()
	for i := range rows {
		r := &rows[i]
		if !r.arranged || !r.counts() {
			continue
		}
		owed = owed.Add(r.owed())
		if s.s.FirstUnpaid.IsZero() && !r.met && r.due.Before(s.asOf) {
			s.decide(StatePastDue, "R-DUE-9", r.basis())
			s.s.FirstUnpaid = r.month
		}
	}
	for _, i := range a.Payments {
		if by := s.extended(i.DueOn); !by.Before(s.asOf) {
			s.s.CureBy = earlier(s.s.CureBy, by)
		}
	}
	part := owed.Sub(money.Min(owed, s.stillToCome(a, s.s.CureBy)))
	s.s.Keeps = s.s.Unpaid.Sub(owed).Add(part)
	s.s.Basis.Deadline = s.s.CureBy
	s.withdraw(s.s.Basis)
}
