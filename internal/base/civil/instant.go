package civil

import (
	"database/sql/driver"
	"fmt"
	"time"
)

const instantLayout = "2006-01-02T15:04:05.000000Z"

// Instant is a moment in UTC, to the microsecond. Its text has a fixed width,
// so that it sorts as text in SQLite just as it sorts as a timestamp in
// PostgreSQL. The zero value is no moment.
type Instant struct{ micros int64 } // since 1970; 0 means none

// InstantOf gives the moment of t, cut to the microsecond.
func InstantOf(t time.Time) Instant { return Instant{t.UnixMicro()} }

// ParseInstant reads RFC 3339.
func ParseInstant(s string) (Instant, error) {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return Instant{}, fmt.Errorf("%q is not a moment like 2026-11-20T19:00:00Z", s)
	}
	return InstantOf(t), nil
}

// IsZero tells whether i is no moment.
func (i Instant) IsZero() bool { return i.micros == 0 }

// Time gives the moment as a time.Time in UTC.
func (i Instant) Time() time.Time { return time.UnixMicro(i.micros).UTC() }

// DateIn gives the civil date of the moment in zone.
func (i Instant) DateIn(zone *time.Location) Date { return DateOf(i.Time().In(zone)) }

// Add gives the moment d later.
func (i Instant) Add(d time.Duration) Instant { return Instant{i.micros + d.Microseconds()} }

// Sub gives the time from other to i.
func (i Instant) Sub(other Instant) time.Duration {
	return time.Duration(i.micros-other.micros) * time.Microsecond
}

// Before tells whether i is earlier than other.
func (i Instant) Before(other Instant) bool { return i.micros < other.micros }

// After tells whether i is later than other.
func (i Instant) After(other Instant) bool { return i.micros > other.micros }

// Compare gives -1, 0 or +1, for sorting.
func (i Instant) Compare(other Instant) int { return i.Time().Compare(other.Time()) }

// String gives "2026-11-20T19:00:00.000000Z", or "" for no moment.
func (i Instant) String() string {
	if i.IsZero() {
		return ""
	}
	return i.Time().Format(instantLayout)
}

// MarshalText writes the text form.
func (i Instant) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// UnmarshalText reads RFC 3339; empty text is no moment.
func (i *Instant) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*i = Instant{}
		return nil
	}
	parsed, err := ParseInstant(string(text))
	if err != nil {
		return err
	}
	*i = parsed
	return nil
}

// Value stores the moment as text, or NULL.
func (i Instant) Value() (driver.Value, error) {
	if i.IsZero() {
		return nil, nil
	}
	return i.String(), nil
}

// Scan reads a TIMESTAMPTZ or text column; NULL is no moment.
func (i *Instant) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*i = Instant{}
		return nil
	case time.Time:
		*i = InstantOf(v)
		return nil
	case string:
		return i.UnmarshalText([]byte(v))
	}
	return fmt.Errorf("civil: can not read a moment from %T", src)
}
