// Package civil holds calendar dates, coverage months and business-day
// calendars, free of clocks and time zones, and the one type that is not:
// Instant, a moment in UTC at microsecond precision.
//
// A due date is a Date, never a time.Time, so that "the 23rd" can not slide to
// the 22nd or the 24th on the way through a database or a browser (T4).
package civil

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Date is a day of the Gregorian calendar. The zero value is no date.
type Date struct{ n int32 } // days since 1970-01-01, plus one offset so that 0 means none

const dateOffset = 1_000_000

// NewDate makes a date; days past a month's end roll over as in time.Date.
func NewDate(year int, month time.Month, day int) Date {
	return fromTime(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// DateOf gives the date that t shows in its own location.
func DateOf(t time.Time) Date { return NewDate(t.Date()) }

func fromTime(t time.Time) Date {
	secs := t.Unix()
	days := secs / 86400
	if secs%86400 < 0 {
		days--
	}
	return Date{int32(days) + dateOffset}
}

// ParseDate reads "2026-12-23".
func ParseDate(s string) (Date, error) { return parseDate(s) }

// parseDate reads text as it lies: millions of them are read from databases.
func parseDate[Text string | []byte](s Text) (Date, error) {
	if len(s) == len(time.DateOnly) && s[4] == '-' && s[7] == '-' {
		y, m, d := digits(s[:4]), digits(s[5:7]), digits(s[8:])
		date := NewDate(y, time.Month(m), d)
		if y >= 0 && m >= 1 && m <= 12 && d >= 1 && d <= 31 && date.Day() == d {
			return date, nil
		}
	}
	return Date{}, fmt.Errorf("%q is not a date like 2026-12-23", s)
}

// digits reads a number of some digits; -1 is none.
func digits[Text string | []byte](s Text) (n int) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return -1
		}
		n = 10*n + int(s[i]-'0')
	}
	return n
}

// MustParseDate is ParseDate for tables in tests and package variables.
func MustParseDate(s string) Date {
	d, err := ParseDate(s)
	if err != nil {
		panic(err)
	}
	return d
}

// Time gives midnight UTC of the date, for formatting and drivers only.
func (d Date) Time() time.Time { return time.Unix(int64(d.n-dateOffset)*86400, 0).UTC() }

// In gives the first instant of the date in zone.
func (d Date) In(zone *time.Location) Instant {
	y, m, day := d.Time().Date()
	return InstantOf(time.Date(y, m, day, 0, 0, 0, 0, zone))
}

// IsZero tells whether d is no date.
func (d Date) IsZero() bool { return d.n == 0 }

// Year, Month number, day of the month and weekday.
func (d Date) Year() int { return d.Time().Year() }

// MonthOfYear gives January to December.
func (d Date) MonthOfYear() time.Month { return d.Time().Month() }

// Day gives the day of the month, 1 to 31.
func (d Date) Day() int { return d.Time().Day() }

// Weekday gives the day of the week.
func (d Date) Weekday() time.Weekday { return d.Time().Weekday() }

// Month gives the calendar month that holds d.
func (d Date) Month() Month { y, m, _ := d.Time().Date(); return NewMonth(y, m) }

// AddDays gives the date n days later, earlier if n is negative.
func (d Date) AddDays(n int) Date { return Date{d.n + int32(n)} }

// DaysSince counts the days from other to d.
func (d Date) DaysSince(other Date) int { return int(d.n - other.n) }

// Before tells whether d is earlier than other.
func (d Date) Before(other Date) bool { return d.n < other.n }

// After tells whether d is later than other.
func (d Date) After(other Date) bool { return d.n > other.n }

// Compare gives -1, 0 or +1, for sorting.
func (d Date) Compare(other Date) int { return int(min(1, max(-1, d.n-other.n))) }

// String gives "2026-12-23", or "" for no date.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return d.Time().Format(time.DateOnly)
}

// MarshalText writes "2026-12-23".
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads "2026-12-23"; empty text is no date.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	parsed, err := parseDate(text)
	if err != nil {
		return err
	}
	*d = parsed
	return nil
}

// Value stores the date as text, or NULL.
func (d Date) Value() (driver.Value, error) {
	if d.IsZero() {
		return nil, nil
	}
	return d.String(), nil
}

// Scan reads a DATE or text column; NULL is no date.
func (d *Date) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*d = Date{}
		return nil
	case time.Time:
		*d = DateOf(v)
		return nil
	case string:
		return d.UnmarshalText([]byte(v[:min(len(v), len(time.DateOnly))]))
	}
	return fmt.Errorf("civil: can not read a date from %T", src)
}
