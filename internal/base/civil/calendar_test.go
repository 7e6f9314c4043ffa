package civil_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
)

// federal is REG-70 cell by cell: the day each holiday is kept. One that falls
// on a Saturday is written with its Saturday and closes no bank day.
var federal = map[int]map[string]string{
	2026: {
		"New Year's Day": "01-01", "Martin Luther King Jr. Day": "01-19", "Presidents' Day": "02-16",
		"Memorial Day": "05-25", "Juneteenth": "06-19", "Independence Day": "07-04", "Labor Day": "09-07",
		"Columbus Day": "10-12", "Veterans Day": "11-11", "Thanksgiving": "11-26", "Christmas": "12-25",
	},
	2027: {
		"New Year's Day": "01-01", "Martin Luther King Jr. Day": "01-18", "Presidents' Day": "02-15",
		"Memorial Day": "05-31", "Juneteenth": "06-19", "Independence Day": "07-05", "Labor Day": "09-06",
		"Columbus Day": "10-11", "Veterans Day": "11-11", "Thanksgiving": "11-25", "Christmas": "12-25",
	},
	2028: {
		"New Year's Day": "01-01", "Martin Luther King Jr. Day": "01-17", "Presidents' Day": "02-21",
		"Memorial Day": "05-29", "Juneteenth": "06-19", "Independence Day": "07-04", "Labor Day": "09-04",
		"Columbus Day": "10-09", "Veterans Day": "11-11", "Thanksgiving": "11-23", "Christmas": "12-25",
	},
	2029: {
		"New Year's Day": "01-01", "Martin Luther King Jr. Day": "01-15", "Presidents' Day": "02-19",
		"Memorial Day": "05-28", "Juneteenth": "06-19", "Independence Day": "07-04", "Labor Day": "09-03",
		"Columbus Day": "10-08", "Veterans Day": "11-12", "Thanksgiving": "11-22", "Christmas": "12-25",
	},
	2030: {
		"New Year's Day": "01-01", "Martin Luther King Jr. Day": "01-21", "Presidents' Day": "02-18",
		"Memorial Day": "05-27", "Juneteenth": "06-19", "Independence Day": "07-04", "Labor Day": "09-02",
		"Columbus Day": "10-14", "Veterans Day": "11-11", "Thanksgiving": "11-28", "Christmas": "12-25",
	},
}

var patriotsDay = map[int]string{2026: "04-20", 2027: "04-19", 2028: "04-17", 2029: "04-16", 2030: "04-15"}

func TestHolidays(t *testing.T) {
	t.Parallel()
	for year, want := range federal {
		if diff := cmp.Diff(want, holidays(civil.BankDays, year)); diff != "" {
			t.Errorf("REG-70 bank holidays of %d (-want +got):\n%s", year, diff)
		}
		state := map[string]string{"Patriots' Day": patriotsDay[year]}
		for name, day := range want {
			state[name] = day
		}
		if diff := cmp.Diff(state, holidays(civil.StateDays, year)); diff != "" {
			t.Errorf("state holidays of %d (-want +got):\n%s", year, diff)
		}
	}
}

func holidays(c *civil.Calendar, year int) map[string]string {
	got := make(map[string]string)
	for d := civil.NewDate(year, time.January, 1); d.Year() == year; d = d.AddDays(1) {
		if name := c.Holiday(d); name != "" {
			got[name] += d.String()[len("2026-"):]
		}
	}
	return got
}

func TestBusinessDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, day   string
		bank, state bool
	}{
		{"a plain Wednesday", "2026-03-11", true, true},
		{"a Saturday", "2026-03-14", false, false},
		{"a Sunday", "2026-03-15", false, false},
		{"Patriots' Day: banks are open", "2026-04-20", true, false},
		{"the Monday before Patriots' Day", "2026-04-13", true, true},
		{"the Friday before a Saturday July 4", "2026-07-03", true, true},
		{"the Monday after a Saturday July 4", "2026-07-06", true, true},
		{"the Monday after a Sunday July 4", "2027-07-05", false, false},
		{"the Friday before a Sunday July 4", "2027-07-02", true, true},
		{"the Friday before a Saturday Juneteenth", "2027-06-18", true, true},
		{"the Friday before a Saturday Christmas", "2027-12-24", true, true},
		{"New Year's Eve before a Saturday New Year", "2027-12-31", true, true},
		{"the Monday after a Saturday New Year", "2028-01-03", true, true},
		{"the Monday after a Sunday Veterans Day", "2029-11-12", false, false},
		{"the day after Thanksgiving", "2026-11-27", true, true},
		{"Juneteenth before it was kept", "2020-06-19", true, true},
		{"Juneteenth", "2023-06-19", false, false},
	} {
		d := civil.MustParseDate(c.day)
		if got := civil.BankDays.IsBusinessDay(d); got != c.bank {
			t.Errorf("%s, %s: bank day %v, want %v", c.name, c.day, got, c.bank)
		}
		if got := civil.StateDays.IsBusinessDay(d); got != c.state {
			t.Errorf("%s, %s: state day %v, want %v", c.name, c.day, got, c.state)
		}
	}
}

// moved is REG-71: each 15th and 23rd that is no bank day, with the next bank
// day. 2029 and 2030 were worked out by hand from REG-70 and the weekdays.
var moved = map[int]map[string]string{
	2026: {
		"02-15": "02-17", "03-15": "03-16", "08-15": "08-17", "11-15": "11-16",
		"05-23": "05-26", "08-23": "08-24",
	},
	2027: {
		"02-15": "02-16", "05-15": "05-17", "08-15": "08-16",
		"01-23": "01-25", "05-23": "05-24", "10-23": "10-25",
	},
	2028: {
		"01-15": "01-18", "04-15": "04-17", "07-15": "07-17", "10-15": "10-16",
		"01-23": "01-24", "04-23": "04-24", "07-23": "07-24", "09-23": "09-25", "11-23": "11-24", "12-23": "12-26",
	},
	2029: {
		"01-15": "01-16", "04-15": "04-16", "07-15": "07-16", "09-15": "09-17", "12-15": "12-17",
		"06-23": "06-25", "09-23": "09-24", "12-23": "12-24",
	},
	2030: {
		"06-15": "06-17", "09-15": "09-16", "12-15": "12-16",
		"02-23": "02-25", "03-23": "03-25", "06-23": "06-24", "11-23": "11-25",
	},
}

func TestDraftDaysThatMove(t *testing.T) {
	t.Parallel()
	for year, want := range moved {
		got := make(map[string]string)
		for m := civil.NewMonth(year, time.January); m.Year() == year; m = m.Next() {
			for _, day := range []int{15, 23} {
				d := m.On(day)
				if settles := civil.BankDays.OnOrAfter(d); settles != d {
					got[d.String()[5:]] = settles.String()[5:]
				}
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("REG-71 of %d (-want +got):\n%s", year, diff)
		}
	}
}

func TestAddBusinessDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, from string
		n          int
		want       string
	}{
		{"next day", "2026-03-10", 1, "2026-03-11"},
		{"over a weekend", "2026-03-13", 1, "2026-03-16"},
		{"over Thanksgiving", "2026-11-25", 1, "2026-11-27"},
		{"over a weekend and a holiday", "2026-05-22", 1, "2026-05-26"},
		{"from a weekend", "2026-05-23", 1, "2026-05-26"},
		{"none from a weekend stays", "2026-05-23", 0, "2026-05-23"},
		{"back over a weekend", "2026-03-16", -1, "2026-03-13"},
		{"back over a holiday", "2026-05-26", -1, "2026-05-22"},
		{"over the year's end", "2026-12-31", 1, "2027-01-04"},
		{"a week with Christmas in it", "2026-12-21", 5, "2026-12-29"},
	} {
		if got := civil.BankDays.Add(civil.MustParseDate(c.from), c.n).String(); got != c.want {
			t.Errorf("%s: %s %+d bank days = %s, want %s", c.name, c.from, c.n, got, c.want)
		}
	}
}

func TestBusinessDayArithmetic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom([]*civil.Calendar{civil.BankDays, civil.StateDays}).Draw(t, "calendar")
		d := date(t, "date")
		n := rapid.IntRange(1, 60).Draw(t, "days")
		on := c.OnOrAfter(d)
		if !c.IsBusinessDay(on) || on.Before(d) || on.DaysSince(d) > 4 {
			t.Fatalf("%s OnOrAfter(%s) = %s", c.Name(), d, on)
		}
		if back := c.Add(c.Add(on, n), -n); back != on {
			t.Fatalf("%s: %s + %d − %d = %s", c.Name(), on, n, n, back)
		}
	})
}
