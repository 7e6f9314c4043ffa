package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
)

// row is one month as the rules see it: extensions, waivers and the threshold
// are worked in.
type row struct {
	month      civil.Month
	due        civil.Date
	need, paid money.Amount
	paidOn     civil.Date // as the fact has it
	met        bool       // paid, or so nearly that it counts (REG-13)
	metOn      civil.Date // since when; zero: in time
	subsidised bool
	reversed   bool
	returned   bool // a payment of it came back
	outside    bool // no part of the coverage: before its start or after its end
	arranged   bool // spread by an arrangement that is kept
	kin        bool // of the enrollment that this one continues, or that continues it
}

func (r *row) owed() money.Amount { return money.Max(money.Zero, r.need.Sub(r.paid)) }

// counts tells whether the row is owed at all.
func (r *row) counts() bool { return !r.reversed && !r.outside }

func (r *row) metBy(d civil.Date) bool { return r.met && !r.metOn.After(d) }

func (r *row) basis() Basis {
	return Basis{Month: r.month, DueOn: r.due, Needed: r.need, Paid: r.paid, PaidOn: r.paidOn}
}

// rowsInline is how many months an evaluation holds without asking for memory.
const rowsInline = 40

// overflow holds the months of an enrollment that has more of them.
type overflow struct {
	rows []row
	used bool
}

// load adds the months of an enrollment, in the order of months.
func (s *subject) load(e *Enrollment, rec *recorded, kin bool) {
	start, last := startOf(e, rec), coveredTo(e, rec)
	for i := range e.Charges {
		c := &e.Charges[i]
		r := row{
			month: c.Month, due: s.extended(c.DueOn), need: c.Share.Sub(Waived(e.Waivers, c.Month, c.Share)), paid: c.Paid, paidOn: c.PaidOn,
			subsidised: c.Subsidised, reversed: c.Reversed, returned: c.Returned, kin: kin,
			outside: c.Month.Before(start) || !last.IsZero() && c.Month.After(last),
		}
		binder := c.Month == start && !e.Renewal
		if c.Raised.IsPositive() {
			raise := r.split(c, s.extended(c.RaisedDueOn))
			s.add(raise, c, binder, rec.reinstatedOn)
		}
		s.add(r, c, binder, rec.reinstatedOn)
	}
}

// split takes from a row what its month was raised by: that is due by itself
// (R-BILL-7), and is paid when the rest is.
func (r *row) split(c *Charge, due civil.Date) row {
	raise := *r
	raise.due, raise.need = due, money.Min(r.need, c.Raised)
	r.need = r.need.Sub(raise.need)
	raise.paid = money.Max(money.Zero, r.paid.Sub(r.need))
	r.paid, r.paidOn = r.paid.Sub(raise.paid), c.FirstPaidOn
	if raise.paid.IsZero() {
		raise.paidOn = civil.Date{}
	}
	return raise
}

// add works out whether a row counts as paid, and since when.
func (s *subject) add(r row, c *Charge, binder bool, reinstatedOn civil.Date) {
	r.met = !r.owed().IsPositive() || !s.allowed(c, r.need, binder).Less(r.owed())
	if r.met && r.need.IsPositive() {
		r.metOn = r.paidOn
	}
	// A reinstatement closes what was open before it (R-DUE-6).
	if r.met && !r.due.After(reinstatedOn) {
		r.metOn = civil.Date{}
	}
	// A month of the other enrollment that was paid in time moves no clock.
	if r.kin && r.metBy(r.due) && !s.p.Grace.PaidMonthInYear.On(r.due) {
		return
	}
	s.insert(r)
}

// insert keeps rows by month. They come sorted from the books, so this is one
// comparison each.
func (s *subject) insert(r row) {
	switch {
	case s.spill.used:
		s.spill.rows = append(s.spill.rows, r)
	case s.n == rowsInline:
		s.spill.used = true
		s.spill.rows = append(append(s.spill.rows[:0], s.inline[:]...), r)
	default:
		s.inline[s.n] = r
		s.n++
	}
	rows := s.months()
	for i := len(rows) - 1; i > 0 && rows[i-1].follows(&rows[i]); i-- {
		rows[i-1], rows[i] = rows[i], rows[i-1]
	}
}

// months gives the rows in order.
func (s *subject) months() []row {
	if s.spill.used {
		return s.spill.rows
	}
	return s.inline[:s.n]
}

// clear forgets all months.
func (s *subject) clear() { s.n, s.spill.used = 0, false }

func (r *row) follows(x *row) bool {
	if r.month != x.month {
		return r.month.After(x.month)
	}
	if r.reversed != x.reversed {
		return r.reversed
	}
	return r.due.After(x.due)
}

// same tells whether two rows are of one month and due date.
func (r *row) same(x *row) bool { return r.kin == x.kin && r.month == x.month && r.due == x.due }

// own gives the live row of a month, else its reversed one, else nil. Of a month
// that was raised it is what was asked first.
func (s *subject) own(m civil.Month) *row {
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; r.month == m && !r.kin {
			return r
		}
	}
	return nil
}

// allowed is how much may be missing of a charge that counts as paid (REG-13).
// What is missing stays owed.
func (e *evaluator) allowed(c *Charge, need money.Amount, binder bool) money.Amount {
	t := &e.p.Threshold
	kind := t.Kind.On(c.DueOn)
	if kind == profile.ThresholdNone || binder && !t.AppliesToBinder.On(c.DueOn) {
		return money.Zero
	}
	points := int64(t.BasisPoints.On(c.DueOn))
	switch kind {
	case profile.ThresholdPercentNet:
		return need.Sub(need.MulDiv(points, 10_000, money.Up))
	case profile.ThresholdPercentGross:
		return c.Gross.Sub(c.Gross.MulDiv(points, 10_000, money.Up))
	case profile.ThresholdFixed:
		return t.Amount.On(c.DueOn)
	}
	return money.Zero
}

// extended gives the day that counts for a due date (R-CAL-3).
func (e *evaluator) extended(due civil.Date) civil.Date {
	until := due
	for _, x := range e.facts.Extensions {
		if x.Due == due {
			until = later(until, x.Until)
		}
	}
	return until
}

// ofMonth adds up the rows of a month; false if it has none.
func (s *subject) ofMonth(m civil.Month) (need, owed money.Amount, known bool) {
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; r.month == m && !r.kin {
			need, owed, known = need.Add(r.need), owed.Add(r.owed()), true
		}
	}
	return need, owed, known
}

// price is a month's share, billed or not.
func (s *subject) price(m civil.Month) money.Amount {
	if need, _, known := s.ofMonth(m); known {
		return need
	}
	return s.priceOf(s.e, m)
}

// priceOf is the share of a month that is not billed yet.
func (e *evaluator) priceOf(x *Enrollment, m civil.Month) money.Amount {
	share, newest := money.Zero, civil.Month{}
	for i := range x.Charges {
		if c := &x.Charges[i]; c.Month.After(newest) {
			share, newest = c.Share, c.Month
		}
	}
	for _, seg := range x.Segments {
		if !m.Before(seg.From) && !m.After(seg.To) {
			share = seg.Premium.Member
		}
	}
	return share.Sub(Waived(x.Waivers, m, share))
}

// helped tells whether a month that is not billed yet will have help.
func (x *Enrollment) helped(m civil.Month) bool {
	helped, newest := false, civil.Month{}
	for i := range x.Charges {
		if c := &x.Charges[i]; c.Month.After(newest) {
			helped, newest = c.Subsidised, c.Month
		}
	}
	for _, seg := range x.Segments {
		if !m.Before(seg.From) && !m.After(seg.To) {
			helped = seg.Premium.Subsidised()
		}
	}
	return helped
}

func (x *Enrollment) covers(m civil.Month) bool {
	return !m.Before(x.First) && (x.Last.IsZero() || !m.After(x.Last))
}

// startOf is the first month of coverage as it stands.
func startOf(e *Enrollment, rec *recorded) civil.Month {
	if !rec.rolled.Month.IsZero() {
		return rec.rolled.Month
	}
	return e.First
}

// coveredTo is the last month of coverage as it stands.
func coveredTo(e *Enrollment, rec *recorded) civil.Month {
	last := e.Last
	for _, m := range [...]civil.Month{rec.ended.Month, rec.cancelled.Month} {
		if !m.IsZero() && (last.IsZero() || m.Before(last)) {
			last = m
		}
	}
	return last
}

// kinOf finds the enrollment that e continues and the one that continues it: a
// grace period may span two years (R-DUE-4, REG-23). An account has one open
// enrollment of a kind at a time, except a group.
func (e *evaluator) kinOf(x *Enrollment) (before, after *Enrollment) {
	if e.facts.Kind == enrollment.AccountGroup {
		return nil, nil
	}
	for i := range e.facts.Enrollments {
		o := &e.facts.Enrollments[i]
		if o.Kind != x.Kind || o.ID == x.ID {
			continue
		}
		switch {
		case x.Renewal && o.Last.Next() == x.First:
			before = o
		case o.Renewal && x.Last.Next() == o.First:
			after = o
		}
	}
	return before, after
}
