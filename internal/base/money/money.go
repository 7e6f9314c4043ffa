// Package money holds amounts of United States dollars as whole cents.
//
// An Amount can not be multiplied, divided or compared with an untyped
// constant by accident, and no function here takes or returns a float:
// every rounding is asked for by name (house rules M1 to M6).
package money

import (
	"cmp"
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// Amount is a number of cents, negative allowed. Its zero value is $0.00.
type Amount struct{ cents int64 }

// Zero is no money.
var Zero Amount

// Cents makes an amount from whole cents.
func Cents(cents int64) Amount { return Amount{cents} }

// Dollars makes an amount from whole dollars.
func Dollars(dollars int64) Amount { return Amount{mustMul(dollars, 100)} }

// Cents returns the amount in whole cents.
func (a Amount) Cents() int64 { return a.cents }

// Add returns a + b. It panics on overflow, which is a programmer's error:
// ninety quadrillion dollars never pass through a marketplace.
func (a Amount) Add(b Amount) Amount {
	sum := a.cents + b.cents
	if (sum > a.cents) != (b.cents > 0) {
		panic(fmt.Sprintf("money: %d + %d cents overflows", a.cents, b.cents))
	}
	return Amount{sum}
}

// Sub returns a - b.
func (a Amount) Sub(b Amount) Amount { return a.Add(b.Neg()) }

// Neg returns -a.
func (a Amount) Neg() Amount {
	if a.cents == math.MinInt64 {
		panic("money: negation overflows")
	}
	return Amount{-a.cents}
}

// Abs returns a without its sign.
func (a Amount) Abs() Amount {
	if a.cents < 0 {
		return a.Neg()
	}
	return a
}

// Cmp compares a with b: -1, 0 or +1.
func (a Amount) Cmp(b Amount) int { return cmp.Compare(a.cents, b.cents) }

// Less tells whether a < b.
func (a Amount) Less(b Amount) bool { return a.cents < b.cents }

// IsZero tells whether a is $0.00.
func (a Amount) IsZero() bool { return a.cents == 0 }

// IsPositive tells whether a is more than $0.00.
func (a Amount) IsPositive() bool { return a.cents > 0 }

// IsNegative tells whether a is less than $0.00.
func (a Amount) IsNegative() bool { return a.cents < 0 }

// Min returns the smaller of a and b.
func Min(a, b Amount) Amount { return Amount{min(a.cents, b.cents)} }

// Max returns the larger of a and b.
func Max(a, b Amount) Amount { return Amount{max(a.cents, b.cents)} }

// Sum adds amounts up.
func Sum(amounts ...Amount) Amount {
	var total Amount
	for _, a := range amounts {
		total = total.Add(a)
	}
	return total
}

// Rounding says what MulDiv does with the part of a cent.
type Rounding int

// The roundings. HalfUp rounds halves away from zero.
const (
	HalfUp Rounding = iota + 1
	HalfEven
	Down
	Up
)

// MulDiv returns a × num ÷ den, rounded to the cent as mode says. The product
// is held in 128 bits, so only the result can overflow, which panics.
// den must be positive.
func (a Amount) MulDiv(num, den int64, mode Rounding) Amount {
	if den <= 0 {
		panic("money: MulDiv needs a positive denominator")
	}
	negative := (a.cents < 0) != (num < 0)
	hi, lo := bits.Mul64(magnitude(a.cents), magnitude(num))
	if hi >= uint64(den) {
		panic("money: MulDiv overflows")
	}
	quo, rem := bits.Div64(hi, lo, uint64(den))
	if roundsAway(quo, rem, uint64(den), mode) {
		quo++
	}
	if quo > math.MaxInt64 {
		panic("money: MulDiv overflows")
	}
	if negative {
		return Amount{-int64(quo)}
	}
	return Amount{int64(quo)}
}

func roundsAway(quo, rem, den uint64, mode Rounding) bool {
	if rem == 0 {
		return false
	}
	switch mode {
	case HalfUp:
		return rem >= den-rem
	case HalfEven:
		return rem > den-rem || rem == den-rem && quo%2 == 1
	case Down:
		return false
	case Up:
		return true
	}
	panic(fmt.Sprintf("money: unknown rounding %d", mode))
}

// Allocate splits a into one part per weight by the largest-remainder method.
// The parts always add up to a, and no part is a cent or more off its exact
// share. Equal remainders go to the lower index, so the same input always
// gives the same cents to the same place. Weights must not be negative and
// not all zero; a may be negative.
func (a Amount) Allocate(weights []int64) []Amount {
	total := int64(0)
	for _, w := range weights {
		if w < 0 {
			panic("money: negative weight")
		}
		if total += w; total < 0 {
			panic("money: weights overflow")
		}
	}
	if total == 0 {
		panic("money: Allocate needs a positive weight")
	}
	return a.allocate(weights, uint64(total))
}

func (a Amount) allocate(weights []int64, total uint64) []Amount {
	parts := make([]Amount, len(weights))
	remainders := make([]uint64, len(weights))
	order := make([]int, len(weights))
	left := magnitude(a.cents)
	for i, w := range weights {
		hi, lo := bits.Mul64(magnitude(a.cents), uint64(w))
		quo, rem := bits.Div64(hi, lo, total)
		parts[i], remainders[i], order[i] = Amount{int64(quo)}, rem, i
		left -= quo
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(remainders[j], remainders[i]) })
	for _, i := range order[:left] {
		parts[i].cents++
	}
	if a.cents < 0 {
		for i := range parts {
			parts[i] = parts[i].Neg()
		}
	}
	return parts
}

// ErrSyntax is returned for text that is not an amount.
var ErrSyntax = errors.New("amount must be numbers, like 50 or 50.25")

// Parse reads the exact form that String writes and files carry: digits, with
// an optional minus sign and exactly two decimals or none ("-12.50", "12").
func Parse(s string) (Amount, error) {
	digits, negative := strings.CutPrefix(s, "-")
	sign := ""
	if negative {
		sign = "-"
	}
	whole, fraction, hasFraction := strings.Cut(digits, ".")
	if hasFraction && len(fraction) != 2 {
		return Zero, ErrSyntax
	}
	if !hasFraction {
		fraction = "00"
	}
	if !isDigits(whole) || !isDigits(fraction) {
		return Zero, ErrSyntax
	}
	cents, err := strconv.ParseInt(sign+whole+fraction, 10, 64)
	if err != nil { // out of range
		return Zero, ErrSyntax
	}
	return Amount{cents}, nil
}

// ParseInput reads what a person types in an amount box: "$1,234.50", " 50 ",
// "50.25". Full-width forms and pasted invisible characters do not matter;
// digits of other scripts are refused. A comma may only group thousands, so
// "12,50" is refused rather than read as 1250 or 12.50.
func ParseInput(s string) (Amount, error) {
	s = strings.TrimSpace(strings.Map(plain, s))
	s, negative := strings.CutPrefix(s, "-")
	s = strings.TrimSpace(strings.TrimPrefix(s, "$"))
	if negative {
		s = "-" + s
	}
	whole, fraction, hasFraction := strings.Cut(s, ".")
	if strings.Contains(whole, ",") {
		if !groupedByThousands(strings.TrimPrefix(whole, "-")) {
			return Zero, ErrSyntax
		}
		whole = strings.ReplaceAll(whole, ",", "")
	}
	if hasFraction {
		return Parse(whole + "." + fraction)
	}
	return Parse(whole)
}

// plain turns a full-width form, which East Asian keyboards type, into its
// ASCII character and drops invisible characters.
func plain(r rune) rune {
	switch {
	case r >= '！' && r <= '～':
		return r - '！' + '!'
	case unicode.Is(unicode.Cf, r):
		return -1
	}
	return r
}

func groupedByThousands(s string) bool {
	groups := strings.Split(s, ",")
	if len(groups[0]) == 0 || len(groups[0]) > 3 {
		return false
	}
	for _, g := range groups[1:] {
		if len(g) != 3 {
			return false
		}
	}
	return true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// String gives the machine form "-1234.50", which Parse reads.
func (a Amount) String() string {
	sign := ""
	if a.cents < 0 {
		sign = "-"
	}
	m := magnitude(a.cents)
	return fmt.Sprintf("%s%d.%02d", sign, m/100, m%100)
}

// Format gives the form for people, the same in every language (brief D17):
// "$1,234.50", "-$20.00".
func (a Amount) Format() string {
	m := magnitude(a.cents)
	digits := strconv.FormatUint(m/100, 10)
	var b strings.Builder
	if a.cents < 0 {
		b.WriteByte('-')
	}
	b.WriteByte('$')
	for i := range len(digits) {
		if i > 0 && (len(digits)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteByte(digits[i])
	}
	fmt.Fprintf(&b, ".%02d", m%100)
	return b.String()
}

// MarshalText writes the machine form; JSON therefore carries a string (M6).
func (a Amount) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads the machine form.
func (a *Amount) UnmarshalText(text []byte) error {
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*a = parsed
	return nil
}

// Value stores the amount as whole cents.
func (a Amount) Value() (driver.Value, error) { return a.cents, nil }

// Scan reads whole cents. Any other type is refused: a database that answers
// with text or a float has a column of the wrong kind.
func (a *Amount) Scan(src any) error {
	cents, ok := src.(int64)
	if !ok {
		return fmt.Errorf("money: can not read cents from %T", src)
	}
	a.cents = cents
	return nil
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return uint64(-(n + 1)) + 1
	}
	return uint64(n)
}

func mustMul(a, b int64) int64 {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	if hi != 0 || lo > math.MaxInt64 {
		panic("money: multiplication overflows")
	}
	if (a < 0) != (b < 0) {
		return -int64(lo)
	}
	return int64(lo)
}
