package civil_test

import (
	"database/sql"
	"database/sql/driver"
	"encoding"
	"encoding/json"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
)

// date draws a day from 1900 to 2100.
func date(t *rapid.T, label string) civil.Date {
	return civil.NewDate(1900, time.January, 1).AddDays(rapid.IntRange(0, 73_000).Draw(t, label))
}

func TestParseDate(t *testing.T) {
	t.Parallel()
	d, err := civil.ParseDate("2028-02-29")
	if err != nil || d.Year() != 2028 || d.MonthOfYear() != time.February || d.Day() != 29 || d.Weekday() != time.Tuesday {
		t.Errorf("ParseDate(2028-02-29) = %s, %v", d, err)
	}
	for _, in := range []string{
		"", "2026", "2026-02-29", "2026-13-01", "2026-00-10", "2026-01-00", "2026-04-31", "2026-1-5", "26-01-05",
		"01/05/2026", "2026-01-05 ", "2026-01-05T00:00:00Z", "２０２６-01-05", "20260105", "tomorrow",
	} {
		if d, err := civil.ParseDate(in); err == nil {
			t.Errorf("ParseDate(%q) = %s, want an error", in, d)
		}
	}
}

// What is read as a date or a month is what the standard library reads as one.
func TestReadsWhatTheStandardLibraryReads(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringMatching(`[0-9]{4}-[0-3][0-9](-[0-3][0-9])?|[0-9:-]{6,11}`).Draw(t, "text")
		for name, layout := range map[string]string{"date": time.DateOnly, "month": "2006-01"} {
			want, wrong := time.Parse(layout, s)
			d, err := civil.ParseDate(s)
			got := d.Time()
			if name == "month" {
				var m civil.Month
				m, err = civil.ParseMonth(s)
				got = m.First().Time()
			}
			if (err == nil) != (wrong == nil) || err == nil && !got.Equal(want) {
				t.Fatalf("%s %q is %v (%v), want %v (%v)", name, s, got, err, want, wrong)
			}
		}
	})
}

func TestDatesAgainstTheStandardLibrary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d, n := date(t, "date"), rapid.IntRange(-40_000, 40_000).Draw(t, "days")
		later := d.AddDays(n)
		if want := d.Time().AddDate(0, 0, n); !later.Time().Equal(want) {
			t.Fatalf("%s %+d days = %s, want %s", d, n, later, want.Format(time.DateOnly))
		}
		if later.DaysSince(d) != n || d.Before(later) != (n > 0) || d.After(later) != (n < 0) || (d.Compare(later) == 0) != (n == 0) {
			t.Fatalf("%s and %s are out of order", d, later)
		}
		if back := civil.NewDate(later.Year(), later.MonthOfYear(), later.Day()); back != later {
			t.Fatalf("parts of %s make %s", later, back)
		}
		if m := d.Month(); d.Before(m.First()) || d.After(m.Last()) || m.On(d.Day()) != d {
			t.Fatalf("%s is not in its month %s", d, m)
		}
	})
}

func TestMonths(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		month       string
		next, prev  string
		first, last string
		on31        string
	}{
		{"2027-01", "2027-02", "2026-12", "2027-01-01", "2027-01-31", "2027-01-31"},
		{"2026-12", "2027-01", "2026-11", "2026-12-01", "2026-12-31", "2026-12-31"},
		{"2027-02", "2027-03", "2027-01", "2027-02-01", "2027-02-28", "2027-02-28"},
		{"2028-02", "2028-03", "2028-01", "2028-02-01", "2028-02-29", "2028-02-29"},
		{"2100-02", "2100-03", "2100-01", "2100-02-01", "2100-02-28", "2100-02-28"},
		{"2026-04", "2026-05", "2026-03", "2026-04-01", "2026-04-30", "2026-04-30"},
	} {
		m := civil.MustParseMonth(c.month)
		got := []string{m.Next().String(), m.Prev().String(), m.First().String(), m.Last().String(), m.On(31).String()}
		if want := []string{c.next, c.prev, c.first, c.last, c.on31}; !slices.Equal(got, want) {
			t.Errorf("%s: next, prev, first, last, on(31) = %v, want %v", c.month, got, want)
		}
	}
	for _, in := range []string{"", "2027", "2027-1", "2027-13", "2027-00", "2027-01-01", "01/2027", "27-01", " 2027-01"} {
		if m, err := civil.ParseMonth(in); err == nil {
			t.Errorf("ParseMonth(%q) = %s, want an error", in, m)
		}
	}
}

func TestMonthArithmetic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, n := date(t, "date").Month(), rapid.IntRange(-600, 600).Draw(t, "months")
		later := m.Add(n)
		if later.MonthsSince(m) != n || m.Before(later) != (n > 0) || m.After(later) != (n < 0) || (m.Compare(later) == 0) != (n == 0) {
			t.Fatalf("%s %+d months = %s", m, n, later)
		}
		if want := m.First().Time().AddDate(0, n, 0); later.Year() != want.Year() || later.MonthOfYear() != want.Month() {
			t.Fatalf("%s %+d months = %s, want %s", m, n, later, want.Format("2006-01"))
		}
		if m.Last().AddDays(1) != m.Next().First() || m.Days() != m.Last().DaysSince(m.First())+1 {
			t.Fatalf("%s has the wrong length", m)
		}
	})
}

func newYork(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// A due date ends at 23:59:59 in the marketplace's zone (R-CAL-2), whatever
// the clocks did that day.
func TestDaysInAZone(t *testing.T) {
	t.Parallel()
	zone := newYork(t)
	for _, c := range []struct {
		name, day, starts string
		hours             int
	}{
		{"winter day", "2026-01-23", "2026-01-23T05:00:00.000000Z", 24},
		{"summer day", "2026-05-23", "2026-05-23T04:00:00.000000Z", 24},
		{"clocks go forward", "2026-03-08", "2026-03-08T05:00:00.000000Z", 23},
		{"clocks go back", "2026-11-01", "2026-11-01T04:00:00.000000Z", 25},
	} {
		d := civil.MustParseDate(c.day)
		start, end := d.In(zone), d.AddDays(1).In(zone)
		if start.String() != c.starts || end.Sub(start) != time.Duration(c.hours)*time.Hour {
			t.Errorf("%s: %s starts %s and lasts %s, want %s and %d h", c.name, c.day, start, end.Sub(start), c.starts, c.hours)
		}
		last := end.Add(-time.Microsecond)
		if start.DateIn(zone) != d || last.DateIn(zone) != d || end.DateIn(zone) == d {
			t.Errorf("%s: the day does not hold its own first and last moment", c.name)
		}
	}
	onTime, _ := civil.ParseInstant("2026-05-23T23:59:59-04:00")
	late, _ := civil.ParseInstant("2026-05-24T00:00:00-04:00")
	if due := civil.MustParseDate("2026-05-23"); onTime.DateIn(zone).After(due) || !late.DateIn(zone).After(due) {
		t.Error("R-CAL-2: 23:59:59 must be on time and 00:00:00 late")
	}
}

func TestInstants(t *testing.T) {
	t.Parallel()
	micros := rapid.Int64Range(1, 7_258_118_399_999_999) // 1970 to 2199
	rapid.Check(t, func(t *rapid.T) {
		a := civil.InstantOf(time.UnixMicro(micros.Draw(t, "a")))
		b := civil.InstantOf(time.UnixMicro(micros.Draw(t, "b")))
		if len(a.String()) != len(b.String()) || (a.String() < b.String()) != a.Before(b) {
			t.Fatalf("%s and %s do not sort as text", a, b)
		}
		if a.Compare(b) != a.Time().Compare(b.Time()) || a.After(b) != b.Before(a) || b.Add(a.Sub(b)) != a {
			t.Fatalf("%s and %s are out of order", a, b)
		}
		if back, err := civil.ParseInstant(a.String()); err != nil || back != a {
			t.Fatalf("ParseInstant(%s) = %s, %v", a, back, err)
		}
	})
	cut := civil.InstantOf(time.Date(2026, 11, 20, 14, 0, 0, 123_456_789, newYork(t)))
	if want := "2026-11-20T19:00:00.123456Z"; cut.String() != want {
		t.Errorf("got %s, want %s", cut, want)
	}
	for _, in := range []string{"2026-11-20", "2026-11-20 19:00:00", "2026-11-20T19:00:00", "2026-11-20T25:00:00Z", "now"} {
		if i, err := civil.ParseInstant(in); err == nil {
			t.Errorf("ParseInstant(%q) = %s, want an error", in, i)
		}
	}
}

type column interface {
	driver.Valuer
	encoding.TextMarshaler
	String() string
	IsZero() bool
}

type scanned interface {
	sql.Scanner
	encoding.TextUnmarshaler
}

func TestColumnsAndJSON(t *testing.T) {
	t.Parallel()
	var (
		d civil.Date
		m civil.Month
		i civil.Instant
	)
	noon, err := civil.ParseInstant("2026-11-20T12:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name  string
		value column
		into  scanned
		read  func() column
	}{
		{"date", civil.MustParseDate("2026-12-23"), &d, func() column { return d }},
		{"month", civil.MustParseMonth("2027-01"), &m, func() column { return m }},
		{"instant", noon, &i, func() column { return i }},
	} {
		stored, err := c.value.Value()
		if err != nil || stored != c.value.String() {
			t.Errorf("%s stored as %v, %v", c.name, stored, err)
		}
		if err := c.into.Scan(stored); err != nil || c.read() != c.value {
			t.Errorf("%s scanned as %v, %v", c.name, c.read(), err)
		}
		if err := c.into.Scan(nil); err != nil || !c.read().IsZero() || c.read().String() != "" {
			t.Errorf("%s: NULL scanned as %v, %v", c.name, c.read(), err)
		}
		if null, err := c.read().Value(); null != nil || err != nil {
			t.Errorf("%s: none stored as %v, %v", c.name, null, err)
		}
		text, err := json.Marshal(c.value)
		if err != nil || json.Unmarshal(text, c.into) != nil || c.read() != c.value {
			t.Errorf("%s: json %s read as %v, %v", c.name, text, c.read(), err)
		}
		if err := json.Unmarshal([]byte(`""`), c.into); err != nil || !c.read().IsZero() {
			t.Errorf("%s: empty text read as %v, %v", c.name, c.read(), err)
		}
		for _, bad := range []any{int64(20261223), 1.5, true, "yesterday"} {
			if err := c.into.Scan(bad); err == nil {
				t.Errorf("%s scanned %T %v", c.name, bad, bad)
			}
		}
	}
	if err := d.Scan(time.Date(2026, 12, 23, 0, 0, 0, 0, time.UTC)); err != nil || d.String() != "2026-12-23" {
		t.Errorf("DATE column read as %s, %v", d, err)
	}
	if err := i.Scan(noon.Time().In(newYork(t))); err != nil || i != noon {
		t.Errorf("TIMESTAMPTZ column read as %s, %v", i, err)
	}
}
