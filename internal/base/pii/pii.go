// Package pii keeps personal data out of logs: a Secret prints as dots
// wherever it is formatted, and a few checks find numbers that must not be
// where they were typed.
package pii

import (
	"crypto/subtle"
	"fmt"
	"log/slog"
	"strings"
	"unicode"
)

// Mask is what a Secret prints as.
const Mask = "••••"

// Secret is text that must not be logged: an account number, a birth date, an
// e-mail address. Only Reveal gives it up. The zero value is no text.
//
// The text is behind a pointer because fmt can not call the methods of an
// unexported struct field: it would print a plain string held in one, but
// prints only the address of this one.
type Secret struct {
	text *string
	_    [0]func() // == would compare addresses; use Equal
}

// NewSecret wraps text.
func NewSecret(text string) Secret {
	if text == "" {
		return Secret{}
	}
	return Secret{text: &text}
}

// Reveal gives the text, for encryption, for files to a bank, and for the one
// page that shows a number back to the person who typed it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero tells whether there is no text.
func (s Secret) IsZero() bool { return s.text == nil }

// Equal tells whether both hold the same text, in a time that does not depend
// on where they differ.
func (s Secret) Equal(other Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(other.Reveal())) == 1
}

// LastFour gives the last four characters, or Mask if there are under five.
func (s Secret) LastFour() string { return LastFour(s.Reveal()) }

// String masks.
func (s Secret) String() string { return Mask }

// GoString masks.
func (s Secret) GoString() string { return Mask }

// Format masks under every verb.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(Mask)) }

// LogValue masks.
func (s Secret) LogValue() slog.Value { return slog.StringValue(Mask) }

// MarshalText masks, so that JSON and XML do.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// LastFour gives the last four characters of s, or Mask if it has under five.
func LastFour(s string) string {
	if len(s) < 5 {
		return Mask
	}
	return s[len(s)-4:]
}

// Email masks an address: "m•••@gmail.com".
func Email(address string) string {
	name, domain, ok := strings.Cut(address, "@")
	if !ok || name == "" {
		return Mask
	}
	return string([]rune(name)[:1]) + "•••@" + domain
}

// LooksLikeCard tells whether s is 13 to 19 digits that pass the card
// industry's Luhn check, spaces and dashes aside.
func LooksLikeCard(s string) bool {
	digits := make([]byte, 0, 19)
	for i := range len(s) {
		switch c := s[i]; {
		case c >= '0' && c <= '9':
			digits = append(digits, c-'0')
		case c == ' ' || c == '-':
		default:
			return false
		}
	}
	if len(digits) < 13 || len(digits) > 19 {
		return false
	}
	sum := 0
	for i, d := range digits {
		v := int(d)
		if (len(digits)-i)%2 == 0 {
			v *= 2
			if v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}

// HasLongNumber tells whether free text holds 12 or more digits of any script
// with no letter between them: a possible card number, which names and notes
// may not carry (brief section 10). A slash or comma ends a number, so dates
// and lists are let through.
func HasLongNumber(s string) bool {
	run := 0
	for _, r := range s {
		switch {
		case unicode.IsDigit(r):
			run++
			if run >= 12 {
				return true
			}
		case unicode.IsLetter(r), r == '/', r == ',':
			run = 0
		}
	}
	return false
}
