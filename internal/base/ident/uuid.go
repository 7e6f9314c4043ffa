// Package ident makes and reads identifiers: UUIDv7 keys for rows, and the
// numbers that people type, each with a check character.
package ident

import (
	"bytes"
	"crypto/rand"
	"database/sql/driver"
	"encoding/hex"
	"fmt"
	"io"
	"sync"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
)

// ID is a UUIDv7 (RFC 9562) that belongs to one kind of thing: an
// ID[Account] can not be passed where an ID[Bill] is wanted.
type ID[Kind any] struct{ UUID }

// UUID is an identifier without its kind. The zero value is none.
type UUID [16]byte

// Maker makes UUIDv7s that sort in the order they were made. It is safe for
// concurrent use.
type Maker struct {
	clock  clock.Clock
	random io.Reader
	mu     sync.Mutex
	last   int64  // milliseconds of the last id
	serial uint16 // 12 bits, counts ids within one millisecond
}

// NewMaker makes a Maker. With a nil random it reads crypto/rand; the
// simulator hands in a seeded reader so that a run can be repeated.
func NewMaker(c clock.Clock, random io.Reader) *Maker {
	if random == nil {
		random = rand.Reader
	}
	return &Maker{clock: c, random: random}
}

// New makes the next identifier.
func (m *Maker) New() UUID {
	m.mu.Lock()
	defer m.mu.Unlock()
	var u UUID
	if _, err := io.ReadFull(m.random, u[:]); err != nil {
		panic("ident: no randomness: " + err.Error())
	}
	ms := m.clock.Now().Time().UnixMilli()
	if ms > m.last {
		m.last, m.serial = ms, uint16(u[6]&0x07)<<8|uint16(u[7])
	} else if m.serial++; m.serial > 0x0fff {
		m.last, m.serial = m.last+1, 0
	}
	for i := range 6 {
		u[i] = byte(m.last >> (40 - 8*i))
	}
	u[6] = 0x70 | byte(m.serial>>8)
	u[7] = byte(m.serial)
	u[8] = 0x80 | u[8]&0x3f
	return u
}

// Earliest is not after any UUIDv7 that is made from a moment on.
func Earliest(at civil.Instant) (u UUID) {
	ms := at.Time().UnixMilli()
	for i := range 6 {
		u[i] = byte(ms >> (40 - 8*i))
	}
	return u
}

// Make makes the next identifier of a kind.
func Make[Kind any](m *Maker) ID[Kind] { return ID[Kind]{m.New()} }

// Named makes a UUIDv8 from a hash: the same thing always has the same name.
func Named(hash []byte) UUID {
	u := UUID(hash[:16])
	u[6] = 0x80 | u[6]&0x0f
	u[8] = 0x80 | u[8]&0x3f
	return u
}

// ParseUUID reads "0199…-…".
func ParseUUID(s string) (UUID, error) { return parseUUID(s) }

// parseUUID reads text as it lies: millions of them are read from databases.
func parseUUID[Text string | []byte](s Text) (u UUID, err error) {
	if len(s) != 36 || s[8] != '-' || s[13] != '-' || s[18] != '-' || s[23] != '-' {
		return UUID{}, fmt.Errorf("not an identifier: %.40q", s)
	}
	at := 0
	for i := range u {
		if at == 8 || at == 13 || at == 18 || at == 23 {
			at++
		}
		high, low := nibbles[s[at]], nibbles[s[at+1]]
		if high|low > 0x0f {
			return UUID{}, fmt.Errorf("not an identifier: %.40q", s)
		}
		u[i], at = high<<4|low, at+2
	}
	return u, nil
}

// nibbles gives the value of a hexadecimal digit, and more than any for what is
// none.
var nibbles = func() (values [256]byte) {
	for i := range values {
		values[i] = 0xff
	}
	for i := range byte(16) {
		values["0123456789abcdef"[i]], values["0123456789ABCDEF"[i]] = i, i
	}
	return values
}()

// ParseID reads an identifier of a kind.
func ParseID[Kind any](s string) (ID[Kind], error) {
	u, err := ParseUUID(s)
	return ID[Kind]{u}, err
}

// Raw gives the sixteen bytes.
func (u UUID) Raw() [16]byte { return u }

// IsZero tells whether u is none.
func (u UUID) IsZero() bool { return u == UUID{} }

// Compare gives -1, 0 or +1 by bytes, which is by time of making.
func (u UUID) Compare(other UUID) int { return bytes.Compare(u[:], other[:]) }

// String gives the 36-character form, or "" for none.
func (u UUID) String() string {
	if u.IsZero() {
		return ""
	}
	var b [36]byte
	hex.Encode(b[0:8], u[0:4])
	hex.Encode(b[9:13], u[4:6])
	hex.Encode(b[14:18], u[6:8])
	hex.Encode(b[19:23], u[8:10])
	hex.Encode(b[24:36], u[10:16])
	b[8], b[13], b[18], b[23] = '-', '-', '-', '-'
	return string(b[:])
}

// MarshalText writes the 36-character form.
func (u UUID) MarshalText() ([]byte, error) { return []byte(u.String()), nil }

// UnmarshalText reads it; empty text is none.
func (u *UUID) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*u = UUID{}
		return nil
	}
	parsed, err := parseUUID(text)
	if err != nil {
		return err
	}
	*u = parsed
	return nil
}

// UnmarshalBinary reads the sixteen bytes, as Scan does, without an allocation.
func (u *UUID) UnmarshalBinary(raw []byte) error {
	if len(raw) != len(u) {
		return fmt.Errorf("not an identifier: %d bytes", len(raw))
	}
	copy(u[:], raw)
	return nil
}

// Value stores the identifier as text, or NULL.
func (u UUID) Value() (driver.Value, error) {
	if u.IsZero() {
		return nil, nil
	}
	return u.String(), nil
}

// Scan reads a UUID or text column; NULL is none.
func (u *UUID) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*u = UUID{}
		return nil
	case string:
		return u.UnmarshalText([]byte(v))
	case [16]byte:
		*u = v
		return nil
	case []byte:
		if len(v) == 16 {
			copy(u[:], v)
			return nil
		}
		return u.UnmarshalText(v)
	}
	return fmt.Errorf("ident: can not read an identifier from %T", src)
}
