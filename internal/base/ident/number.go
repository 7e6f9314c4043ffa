package ident

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
)

// SubscriberID is the 12-digit number on every bill, its last digit a Damm
// check digit (R-ID-1), without spaces.
type SubscriberID string

const subscriberDigits = 12

// What can be wrong with a typed Subscriber ID.
var (
	ErrEmpty      = errors.New("enter your Subscriber ID")
	ErrLength     = errors.New("Subscriber ID must be 12 numbers")
	ErrCheckDigit = errors.New("check your Subscriber ID: one of the numbers looks wrong")
)

// NewSubscriberID appends the check digit to an 11-digit serial.
func NewSubscriberID(serial uint64) SubscriberID {
	body := fmt.Sprintf("%011d", serial)
	if len(body) != subscriberDigits-1 {
		panic("ident: subscriber serial has more than 11 digits")
	}
	return SubscriberID(body + string('0'+damm(body)))
}

// ParseSubscriberID reads what a person typed. Spaces, dashes, full-width
// digits and invisible characters do not matter. The error is ErrEmpty,
// ErrLength or ErrCheckDigit.
func ParseSubscriberID(typed string) (SubscriberID, error) {
	s := CleanNumber(typed)
	switch {
	case s == "":
		return "", ErrEmpty
	case len(s) != subscriberDigits || !AllDigits(s):
		return "", ErrLength
	case damm(s) != 0:
		return "", ErrCheckDigit
	}
	return SubscriberID(s), nil
}

// String gives the twelve digits.
func (s SubscriberID) String() string { return string(s) }

// Grouped gives the printed form, "7001 2345 6789".
func (s SubscriberID) Grouped() string {
	if len(s) != subscriberDigits {
		return string(s)
	}
	return string(s[:4] + " " + s[4:8] + " " + s[8:])
}

// LastFour gives the last four digits, all that a receipt may show.
func (s SubscriberID) LastFour() string { return string(s[max(0, len(s)-4):]) }

// CleanNumber drops spaces, dashes and invisible characters from a typed
// number and turns full-width digits and letters into plain ones.
func CleanNumber(typed string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～': // full-width forms of ! to ~
			return r - '！' + '!'
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r), unicode.Is(unicode.Pd, r), unicode.IsControl(r):
			return -1
		}
		return r
	}, typed)
}

// AllDigits tells whether s is one or more ASCII digits.
func AllDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// dammTable is a totally anti-symmetric quasigroup of order 10 (H. M. Damm,
// 2004): it finds every single wrong digit and every swap of two neighbours.
var dammTable = [10][10]byte{
	{0, 3, 1, 7, 5, 9, 8, 6, 4, 2},
	{7, 0, 9, 2, 1, 5, 4, 8, 6, 3},
	{4, 2, 0, 6, 8, 7, 1, 3, 5, 9},
	{1, 7, 5, 0, 9, 8, 3, 4, 2, 6},
	{6, 1, 2, 3, 0, 4, 5, 9, 7, 8},
	{3, 6, 7, 4, 2, 0, 9, 5, 8, 1},
	{5, 8, 6, 9, 7, 2, 0, 1, 3, 4},
	{8, 9, 4, 5, 3, 6, 2, 0, 1, 7},
	{9, 4, 3, 8, 6, 1, 7, 2, 0, 5},
	{2, 5, 8, 1, 4, 3, 6, 7, 9, 0},
}

func damm(digits string) byte {
	interim := byte(0)
	for i := range len(digits) {
		interim = dammTable[interim][digits[i]-'0']
	}
	return interim
}

// Confirmation is the number a payer gets for every receipt (R-PAY-6): nine
// characters and a check character, with no look-alikes, shown as
// "7F3K-92QM-4X".
type Confirmation string

// confirmationAlphabet has 31 characters, a prime, so that the weighted sum
// finds every single wrong character and every swap. 0, 1, I, L and O are out.
const confirmationAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

const confirmationLength = 10

// ErrConfirmation is returned for text that is no confirmation number.
var ErrConfirmation = errors.New("check the confirmation number: it has 10 letters and numbers, like 7F3K-92QM-4X")

// NewConfirmation makes a confirmation number from at least nine random or
// keyed-hash bytes; the same bytes make the same number.
func NewConfirmation(entropy []byte) Confirmation {
	if len(entropy) < confirmationLength-1 {
		panic("ident: too little entropy for a confirmation number")
	}
	n := len(confirmationAlphabet)
	// Treat the bytes as one big number and peel off base-31 digits: no digit
	// is favoured by more than 2^-24 when 12 bytes or more are given.
	number := append([]byte(nil), entropy...)
	body := make([]byte, confirmationLength-1)
	for i := range body {
		rem := 0
		for j := range number {
			cur := rem<<8 | int(number[j])
			number[j] = byte(cur / n)
			rem = cur % n
		}
		body[i] = confirmationAlphabet[rem]
	}
	return Confirmation(string(body) + string(checkCharacter(string(body))))
}

// ParseConfirmation reads what a person typed or said.
func ParseConfirmation(typed string) (Confirmation, error) {
	s := strings.ToUpper(CleanNumber(typed))
	if len(s) != confirmationLength {
		return "", ErrConfirmation
	}
	for i := range len(s) {
		if strings.IndexByte(confirmationAlphabet, s[i]) < 0 {
			return "", ErrConfirmation
		}
	}
	if checkCharacter(s[:confirmationLength-1]) != s[confirmationLength-1] {
		return "", ErrConfirmation
	}
	return Confirmation(s), nil
}

// String gives the printed form, "7F3K-92QM-4X".
func (c Confirmation) String() string {
	if len(c) != confirmationLength {
		return string(c)
	}
	return string(c[:4] + "-" + c[4:8] + "-" + c[8:])
}

func checkCharacter(body string) byte {
	sum := 0
	for i := range len(body) {
		sum += (i + 2) * strings.IndexByte(confirmationAlphabet, body[i])
	}
	return confirmationAlphabet[sum%len(confirmationAlphabet)]
}
