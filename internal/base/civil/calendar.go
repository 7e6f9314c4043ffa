package civil

import "time"

// Calendar tells business days from weekends and holidays. There are two, and
// they differ: banks follow BankDays, state offices StateDays (REG-72).
type Calendar struct {
	name     string
	holidays []holiday
}

type holiday struct {
	since int                 // first year it is kept
	fixed func(year int) Date // the day itself, before weekend rules
	name  string
}

func onDay(m time.Month, day int) func(int) Date {
	return func(year int) Date { return NewDate(year, m, day) }
}

// nth gives the n-th given weekday of a month; n = -1 is the last one.
func nth(n int, weekday time.Weekday, m time.Month) func(int) Date {
	return func(year int) Date {
		if n > 0 {
			first := NewDate(year, m, 1)
			return first.AddDays((int(weekday-first.Weekday())+7)%7 + 7*(n-1))
		}
		last := NewMonth(year, m).Last()
		return last.AddDays(-((int(last.Weekday()-weekday) + 7) % 7))
	}
}

var federalHolidays = []holiday{
	{0, onDay(time.January, 1), "New Year's Day"},
	{1986, nth(3, time.Monday, time.January), "Martin Luther King Jr. Day"},
	{0, nth(3, time.Monday, time.February), "Presidents' Day"},
	{0, nth(-1, time.Monday, time.May), "Memorial Day"},
	{2022, onDay(time.June, 19), "Juneteenth"},
	{0, onDay(time.July, 4), "Independence Day"},
	{0, nth(1, time.Monday, time.September), "Labor Day"},
	{0, nth(2, time.Monday, time.October), "Columbus Day"},
	{0, onDay(time.November, 11), "Veterans Day"},
	{0, nth(4, time.Thursday, time.November), "Thanksgiving"},
	{0, onDay(time.December, 25), "Christmas"},
}

// BankDays is the Federal Reserve's calendar (REG-70).
var BankDays = &Calendar{"US-FED", federalHolidays}

// StateDays is the calendar of Massachusetts state offices: the federal days
// and Patriots' Day.
var StateDays = &Calendar{
	"US-MA",
	append([]holiday{{0, nth(3, time.Monday, time.April), "Patriots' Day"}}, federalHolidays...),
}

// Name gives the calendar's code, "US-FED" or "US-MA".
func (c *Calendar) Name() string { return c.name }

// Holiday gives the name of the holiday kept on d, or "".
func (c *Calendar) Holiday(d Date) string {
	year := d.Year()
	for _, h := range c.holidays {
		if year >= h.since && kept(h.fixed(year)) == d {
			return h.name
		}
	}
	return ""
}

// kept moves a holiday from a Sunday to the Monday after. One on a Saturday
// stays there: banks are open on the Friday before (REG-70), and so are
// Massachusetts offices.
func kept(d Date) Date {
	if d.Weekday() == time.Sunday {
		return d.AddDays(1)
	}
	return d
}

// IsBusinessDay tells whether d is neither a weekend day nor a holiday.
func (c *Calendar) IsBusinessDay(d Date) bool {
	w := d.Weekday()
	return w != time.Saturday && w != time.Sunday && c.Holiday(d) == ""
}

// OnOrAfter gives d itself if it is a business day, else the next one.
func (c *Calendar) OnOrAfter(d Date) Date {
	for !c.IsBusinessDay(d) {
		d = d.AddDays(1)
	}
	return d
}

// Add gives the n-th business day after d, or before it if n is negative.
func (c *Calendar) Add(d Date, n int) Date {
	step := 1
	if n < 0 {
		step, n = -1, -n
	}
	for n > 0 {
		d = d.AddDays(step)
		if c.IsBusinessDay(d) {
			n--
		}
	}
	return d
}
