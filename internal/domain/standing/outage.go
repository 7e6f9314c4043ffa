package standing

import (
	"slices"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/profile"
)

// Outage is a time in which people could not pay as they are used to: the
// portal was down, or cards could not be taken.
type Outage struct {
	From, To civil.Instant
}

// AfterOutage gives the day that counts instead of a due date for everybody,
// when people could not pay for too long in the last hours before its cut-off
// (R-CAL-3, MA-PAIN-6); false: the due date stays. Outages may overlap; minutes
// are counted once. State offices' business days count: who needs help must
// find somebody.
func AfterOutage(p *profile.Profile, due civil.Date, outages []Outage) (civil.Date, bool) {
	if !p.Outage.Enabled.On(due) {
		return due, false
	}
	end := p.CutoffOn(due).Add(time.Microsecond)
	begin := end.Add(-time.Duration(p.Outage.WindowHours.On(due)) * time.Hour)
	if downWithin(outages, begin, end) <= time.Duration(p.Outage.Minutes.On(due))*time.Minute {
		return due, false
	}
	return civil.StateDays.Add(due, p.Outage.BusinessDays.On(due)), true
}

// DueAfter gives the day that counts for a due date for everybody in the end: an
// outage before the later day may move that again.
func DueAfter(p *profile.Profile, due civil.Date, outages []Outage) civil.Date {
	for {
		until, moved := AfterOutage(p, due, outages)
		if !moved {
			return due
		}
		due = until
	}
}

// Moved is a due date that outages moved for everybody who had not paid.
type Moved struct {
	Down  civil.Date // when the outage began
	Due   civil.Date
	Until civil.Date // counts instead
}

// MovedDue gives the due date that outages have moved by now and whose new last
// day is not over, for the one notice that all pages show; false: there is none.
func MovedDue(p *profile.Profile, now civil.Instant, outages []Outage) (Moved, bool) {
	var begun []Outage
	for _, o := range outages {
		if o.From.Before(now) {
			begun = append(begun, Outage{From: o.From, To: earlierInstant(o.To, now)})
		}
	}
	this := p.Today(now).Month()
	for month := this.Prev(); !month.After(this.Add(2)); month = month.Next() {
		m := Moved{Due: p.DueOn(month)}
		m.Until = DueAfter(p, m.Due, begun)
		if m.Until.After(m.Due) && !p.CutoffOn(m.Until).Before(now) {
			m.Down = downOn(p, m.Due, begun)
			return m, true
		}
	}
	return Moved{}, false
}

// downOn is the day on which the first outage began that moved a due date.
func downOn(p *profile.Profile, due civil.Date, outages []Outage) civil.Date {
	end := p.CutoffOn(due)
	begin := end.Add(-time.Duration(p.Outage.WindowHours.On(due)) * time.Hour)
	down := due
	for _, o := range outages {
		if o.From.Before(end) && begin.Before(o.To) {
			if day := p.Today(o.From); day.Before(down) {
				down = day
			}
		}
	}
	return down
}

// downWithin is how much of the time from begin to end lies in any outage.
func downWithin(outages []Outage, begin, end civil.Instant) time.Duration {
	sorted := slices.Clone(outages)
	slices.SortFunc(sorted, func(a, b Outage) int { return a.From.Compare(b.From) })
	down := time.Duration(0)
	for _, o := range sorted {
		from, to := laterInstant(o.From, begin), o.To
		if end.Before(to) {
			to = end
		}
		if from.Before(to) {
			down += to.Sub(from)
			begin = to
		}
	}
	return down
}

func earlierInstant(a, b civil.Instant) civil.Instant {
	if b.Before(a) {
		return b
	}
	return a
}

func laterInstant(a, b civil.Instant) civil.Instant {
	if a.Before(b) {
		return b
	}
	return a
}
