package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
)

// Track is how long an unpaid enrollment lasts (product rules section 7).
type Track string

// The tracks.
const (
	TrackShort Track = "short"
	TrackLong  Track = "long"
	TrackGroup Track = "group"
)

// maxSteps is more due dates than a profile may give.
const maxSteps = 12

// episode is one time of being past due: from the first missed due date until
// nothing is past due. Its month C is fixed for as long as it lasts, whatever
// is paid meanwhile (R-DUE-3).
type episode struct {
	c     row
	track Track
	// ticks are the days by which to pay: the one that was missed, then each
	// further chance. A zero one is not known: the clock stands.
	ticks [maxSteps + 1]civil.Date
	steps int        // chances after the missed day
	last  civil.Date // the last chance; later than its tick if a warning was late
}

// failed tells whether the last chance has passed.
func (x *episode) failed(asOf civil.Date) bool { return !x.last.IsZero() && x.last.Before(asOf) }

// next is the next day by which to pay, zero if there is none.
func (x *episode) next(asOf civil.Date) civil.Date {
	for _, t := range x.ticks[:x.steps] {
		if !t.Before(asOf) {
			return t
		}
	}
	if x.last.Before(asOf) {
		return civil.Date{}
	}
	return x.last
}

// endMonth is the last covered month if it comes to an end: C is covered on
// the long track only. Paying a part changes nothing (R-DUE-3, REG-22).
func (x *episode) endMonth() civil.Month {
	if x.track == TrackLong {
		return x.c.month
	}
	return x.c.month.Prev()
}

// episode finds the time of being past due that is open on a day.
func (s *subject) episode(on civil.Date) (episode, bool) {
	var closed civil.Date
	for {
		c := s.firstMissed(closed, on)
		if c == nil {
			return episode{}, false
		}
		cured := s.curedOn(c)
		if cured.IsZero() || cured.After(on) {
			return s.open(c), true
		}
		closed = cured
	}
}

// firstMissed gives the first month that was not paid by its due date, of
// those that were not paid when an earlier episode closed.
func (s *subject) firstMissed(closed, on civil.Date) *row {
	var first *row
	rows := s.months()
	for i := range rows {
		r := &rows[i]
		if !r.counts() || r.arranged || r.kin && !s.kinFirst || !r.due.Before(on) || r.metBy(later(r.due, closed)) {
			continue
		}
		if r.met && s.stoodFrom(r.due, r.metOn) {
			continue
		}
		if first == nil || r.due.Before(first.due) {
			first = r
		}
	}
	return first
}

// stoodFrom tells whether the clock stood from a due date until a day.
func (s *subject) stoodFrom(due, until civil.Date) bool {
	tick := s.unfrozen(due)
	return tick.IsZero() || !until.After(tick)
}

// curedOn gives the first day on which nothing was past due any more after a
// month was missed, zero if there is none. On a due date the month just billed
// counts as well.
func (s *subject) curedOn(c *row) civil.Date {
	if !c.met {
		return civil.Date{}
	}
	day := c.metOn
	for settled := false; !settled; {
		settled = true
		rows := s.months()
		for i := range rows {
			r := &rows[i]
			if !r.counts() || r.arranged || r.due.After(day) || r.metBy(day) {
				continue
			}
			if !r.met {
				return civil.Date{}
			}
			day, settled = r.metOn, false
		}
	}
	return day
}

// open works out the days of an episode.
func (s *subject) open(c *row) episode {
	x := episode{c: *c, track: TrackShort, steps: s.p.Grace.ShortDueDates.On(c.due)}
	switch {
	case s.facts.Kind == enrollment.AccountGroup:
		x.track, x.steps = TrackGroup, 1
	case c.subsidised && s.graceEarned(c):
		x.track, x.steps = TrackLong, s.p.Grace.LongDueDates.On(c.due)
	}
	x.steps = min(x.steps, maxSteps)
	x.ticks[0] = s.unfrozen(c.due)
	for i := 1; i <= x.steps && !x.ticks[i-1].IsZero(); i++ {
		x.ticks[i] = s.nextTick(x.ticks[i-1])
	}
	x.last = x.ticks[x.steps]
	s.warnInTime(&x)
	return x
}

// graceEarned tells whether the long track may be had: under the federal text
// only after a month paid in the benefit year (R-DUE-4).
func (s *subject) graceEarned(c *row) bool {
	if !s.p.Grace.PaidMonthInYear.On(c.due) {
		return true
	}
	rows := s.months()
	for i := range rows {
		if r := &rows[i]; r.counts() && r.met && r.month.Before(c.month) && r.month.Year() == c.month.Year() {
			return true
		}
	}
	return false
}

// warnInTime moves the last chance of the long track to a later due date when
// the first warning left less than the promised time (MA-DLQ-6).
func (s *subject) warnInTime(x *episode) {
	if s.looksBack || x.track != TrackLong || x.steps < 2 || s.e.Notices == nil || x.last.IsZero() {
		return
	}
	days := s.p.Grace.NoticeDays.On(x.c.due)
	warned, sent := s.warnedOn(x)
	for !x.last.IsZero() && x.last.Before(warned.AddDays(days)) {
		x.last = s.nextTick(x.last)
	}
	if !sent && !x.last.IsZero() {
		s.review(x.last.AddDays(1 - days))
	}
}

// warnedOn gives the day of the first warning of an episode, or the day on
// which it can be sent at the earliest.
func (s *subject) warnedOn(x *episode) (on civil.Date, sent bool) {
	for _, n := range s.e.Notices {
		if n.Kind == NoticeEndWarning && n.On.After(x.ticks[0]) {
			on = earlier(on, n.On)
		}
	}
	if before, _ := s.kinOf(s.e); before != nil { // the episode may have begun there
		for _, n := range before.Notices {
			if n.Kind == NoticeEndWarning && n.On.After(x.ticks[0]) {
				on = earlier(on, n.On)
			}
		}
	}
	if !on.IsZero() {
		return on, true
	}
	return later(s.today, s.graceStart(x, 1)), false
}

// graceStart is the first day of the month that missing tick k leads to: the
// 1st of C for the first one.
func (s *subject) graceStart(x *episode, k int) civil.Date {
	return x.ticks[k].Month().Add(s.p.Coverage.MonthsAhead).First()
}

// nextTick gives the next day by which to pay after one that was missed: for
// households the next due date, for a group some months later (MA-SHOP-8).
func (s *subject) nextTick(d civil.Date) civil.Date {
	if s.facts.Kind == enrollment.AccountGroup {
		return s.unfrozen(monthsAfter(d, s.p.Grace.GroupMonths.On(d)))
	}
	return s.unfrozen(s.nextDue(d))
}

// nextDue gives the first due date of households after a day, extensions
// included.
func (s *subject) nextDue(d civil.Date) civil.Date {
	month := d.Month().Add(s.p.Coverage.MonthsAhead)
	if len(s.facts.Extensions) > 0 {
		month = month.Prev() // last month's may have been moved to after d
	}
	for {
		if due := s.extended(s.p.DueOn(month)); due.After(d) {
			return due
		}
		month = month.Next()
	}
}

// unfrozen gives the first day of a due date or one after it on which the
// clock runs; zero when it stands until further notice (R-DUE-8).
func (s *subject) unfrozen(d civil.Date) civil.Date {
	for {
		h, held := s.heldOn(d)
		switch {
		case !held:
			return d
		case h.To.IsZero():
			return civil.Date{}
		case s.facts.Kind == enrollment.AccountGroup:
			d = monthsAfter(d, 1)
		default:
			d = s.nextDue(later(d, h.To))
		}
	}
}

func (s *subject) heldOn(d civil.Date) (Hold, bool) {
	if !s.broken.From.IsZero() && s.broken.holds(d) {
		return s.broken, true
	}
	for _, h := range s.e.Holds {
		if h.holds(d) {
			return h, true
		}
	}
	return Hold{}, false
}

// deadline is the last day that counts for a month's first payment.
func (s *subject) deadline(r *row) civil.Date { return s.unfrozen(r.due) }

func monthsAfter(d civil.Date, months int) civil.Date { return d.Month().Add(months).On(d.Day()) }

// rule names the rule of a track.
func (t Track) rule() string {
	switch t {
	case TrackLong:
		return "R-DUE-1"
	case TrackGroup:
		return "R-DUE-10"
	}
	return "R-DUE-2"
}
