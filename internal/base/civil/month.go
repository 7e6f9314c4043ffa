package civil

import (
	"database/sql/driver"
	"fmt"
	"time"
)

// Month is a calendar month, such as the coverage month 2027-01. The zero
// value is no month.
type Month struct{ n int32 } // year*12 + month (1 to 12)

// NewMonth makes a month; months past December roll over.
func NewMonth(year int, month time.Month) Month { return Month{int32(year*12 + int(month))} }

// ParseMonth reads "2027-01".
func ParseMonth(s string) (Month, error) { return parseMonth(s) }

// parseMonth reads text as it lies.
func parseMonth[Text string | []byte](s Text) (Month, error) {
	if len(s) == len("2027-01") && s[4] == '-' {
		if y, m := digits(s[:4]), digits(s[5:]); y >= 0 && m >= 1 && m <= 12 {
			return NewMonth(y, time.Month(m)), nil
		}
	}
	return Month{}, fmt.Errorf("%q is not a month like 2027-01", s)
}

// MustParseMonth is ParseMonth for tables in tests and package variables.
func MustParseMonth(s string) Month {
	m, err := ParseMonth(s)
	if err != nil {
		panic(err)
	}
	return m
}

// IsZero tells whether m is no month.
func (m Month) IsZero() bool { return m.n == 0 }

// Year gives the year.
func (m Month) Year() int { return int(m.n-1) / 12 }

// MonthOfYear gives January to December.
func (m Month) MonthOfYear() time.Month { return time.Month((m.n-1)%12 + 1) }

// Add gives the month n months later, earlier if n is negative.
func (m Month) Add(n int) Month { return Month{m.n + int32(n)} }

// Next gives the following month.
func (m Month) Next() Month { return m.Add(1) }

// Prev gives the month before.
func (m Month) Prev() Month { return m.Add(-1) }

// MonthsSince counts the months from other to m.
func (m Month) MonthsSince(other Month) int { return int(m.n - other.n) }

// Before tells whether m is earlier than other.
func (m Month) Before(other Month) bool { return m.n < other.n }

// After tells whether m is later than other.
func (m Month) After(other Month) bool { return m.n > other.n }

// Compare gives -1, 0 or +1, for sorting.
func (m Month) Compare(other Month) int { return int(min(1, max(-1, m.n-other.n))) }

// First gives the first day of the month.
func (m Month) First() Date { return NewDate(m.Year(), m.MonthOfYear(), 1) }

// Last gives the last day of the month.
func (m Month) Last() Date { return m.First().AddDays(m.Days() - 1) }

// Days counts the days of the month.
func (m Month) Days() int {
	switch m.MonthOfYear() {
	case time.February:
		if y := m.Year(); y%4 == 0 && (y%100 != 0 || y%400 == 0) {
			return 29
		}
		return 28
	case time.April, time.June, time.September, time.November:
		return 30
	}
	return 31
}

// On gives the given day of the month, or its last day if it is shorter.
func (m Month) On(day int) Date { return m.First().AddDays(min(day, m.Days()) - 1) }

// String gives "2027-01", or "" for no month.
func (m Month) String() string {
	if m.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", m.Year(), int(m.MonthOfYear()))
}

// MarshalText writes "2027-01".
func (m Month) MarshalText() ([]byte, error) { return []byte(m.String()), nil }

// UnmarshalText reads "2027-01"; empty text is no month.
func (m *Month) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*m = Month{}
		return nil
	}
	parsed, err := parseMonth(text)
	if err != nil {
		return err
	}
	*m = parsed
	return nil
}

// Value stores the month as text, or NULL.
func (m Month) Value() (driver.Value, error) {
	if m.IsZero() {
		return nil, nil
	}
	return m.String(), nil
}

// Scan reads a text column; NULL is no month.
func (m *Month) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*m = Month{}
		return nil
	case string:
		return m.UnmarshalText([]byte(v))
	}
	return fmt.Errorf("civil: can not read a month from %T", src)
}
