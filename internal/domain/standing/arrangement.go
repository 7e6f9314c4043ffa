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
	owed := s.arranged(a)
	if !owed.IsPositive() {
		return
	}
	broken := a.brokenOn(owed, s.asOf)
	for _, i := range a.Payments {
		s.review(i.DueOn.AddDays(1))
	}
	if !broken.IsZero() {
		s.s.Arrangement = ArrangementBroken
		s.broken = Hold{From: a.MadeOn, To: broken}
		return
	}
	s.s.Arrangement = ArrangementKept
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; !r.kin && !r.month.After(a.Through) {
			r.arranged = true
		}
	}
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

// arranged is what is still owed of the months of an arrangement.
func (s *subject) arranged(a *Arrangement) money.Amount {
	owed := money.Zero
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; r.counts() && !r.kin && !r.month.After(a.Through) {
			owed = owed.Add(r.owed())
		}
	}
	return owed
}

// brokenOn gives the first day that passed with more owed than the payments
// still to come, zero if there is none.
func (a *Arrangement) brokenOn(owed money.Amount, asOf civil.Date) civil.Date {
	var broken civil.Date
	for _, i := range a.Payments {
		if i.DueOn.Before(asOf) && a.after(i.DueOn).Less(owed) {
			broken = earlier(broken, i.DueOn)
		}
	}
	return broken
}

func (a *Arrangement) after(day civil.Date) money.Amount {
	sum := money.Zero
	for _, i := range a.Payments {
		if i.DueOn.After(day) {
			sum = sum.Add(i.Amount)
		}
	}
	return sum
}

// spread is coverage whose past due money is spread over several payments: the
// balance shows, the next payment keeps the arrangement.
func (s *subject) spread() {
	a := s.newestArrangement()
	owed := s.arranged(a)
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; r.arranged && r.counts() && !r.met && r.due.Before(s.asOf) {
			s.decide(StatePastDue, "R-DUE-9", r.basis())
			s.s.FirstUnpaid = r.month
			break
		}
	}
	for _, i := range a.Payments {
		if !i.DueOn.Before(s.asOf) {
			s.s.CureBy = earlier(s.s.CureBy, i.DueOn)
		}
	}
	part := owed.Sub(money.Min(owed, a.after(s.s.CureBy)))
	s.s.Keeps = s.s.Unpaid.Sub(owed).Add(part)
	s.s.Basis.Deadline = s.s.CureBy
	s.withdraw(s.s.Basis)
}
