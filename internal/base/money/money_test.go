package money_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/money"
)

func TestParseInputAccepts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, in string
		want     int64
	}{
		{"whole dollars", "50", 50_00},
		{"dollars and cents", "50.25", 50_25},
		{"dollar sign", "$50.25", 50_25},
		{"dollar sign and a space", "$ 50", 50_00},
		{"spaces around", "  124.50\t", 124_50},
		{"non-breaking space from a copied page", "\u00a0124.50", 124_50},
		{"thousands grouped", "$1,234.50", 1_234_50},
		{"millions grouped", "1,234,567", 1_234_567_00},
		{"nothing, which the caller decides on", "0", 0},
		{"leading zeros", "0050", 50_00},
		{"below zero, which the caller decides on", "-5", -5_00},
		{"below zero with a sign before the dollar", "-$5.00", -5_00},
		{"more than any bill, which the caller decides on", "999999999", 999_999_999_00},
		{"full-width digits from a Chinese keyboard", "５０．２５", 50_25},
		{"pasted zero-width space", "\u200b50", 50_00},
		{"pasted direction marks", "\u200e50.00\u200f", 50_00},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := money.ParseInput(c.in)
			if err != nil || got != money.Cents(c.want) {
				t.Errorf("ParseInput(%q) = %v, %v; want %d cents", c.in, got, err, c.want)
			}
		})
	}
}

func TestParseInputRejects(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in string }{
		{"nothing typed", ""},
		{"only spaces", "   "},
		{"only a dollar sign", "$"},
		{"only a minus", "-"},
		{"minus and dollar sign", "-$"},
		{"two minus signs", "--5"},
		{"minus on both sides of the dollar sign", "-$-5"},
		{"plus sign", "+5"},
		{"accounting brackets", "(5)"},
		{"decimal comma", "12,50"},
		{"comma and two digits", "1,23"},
		{"comma and four digits", "1,2345"},
		{"comma first", ",500"},
		{"comma last", "500,"},
		{"two commas together", "1,,000"},
		{"first group too long", "1234,567"},
		{"comma among the cents", "1.000,50"},
		{"three decimals", "12.345"},
		{"one decimal", "12.5"},
		{"dot without decimals", "12."},
		{"no whole dollars", ".50"},
		{"two dots", "1.2.3"},
		{"scientific notation", "1e3"},
		{"hexadecimal", "0x10"},
		{"underscore", "1_000"},
		{"space between groups", "1 000"},
		{"dollar sign inside", "5$0"},
		{"dollar sign behind", "50$"},
		{"two dollar signs", "$$50"},
		{"another currency", "€50"},
		{"words", "fifty"},
		{"unit behind", "50 dollars"},
		{"Arabic-Indic digits", "٥٠"},
		{"Devanagari digits", "५०"},
		{"superscript digits", "5²"},
		{"not a number", "NaN"},
		{"infinity", "Inf"},
		{"a NUL byte", "50\x00"},
		{"broken UTF-8", "50\xff"},
		{"more cents than 64 bits hold", "92233720368547758.08"},
		{"a hundred digits", "1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got, err := money.ParseInput(c.in); !errors.Is(err, money.ErrSyntax) {
				t.Errorf("ParseInput(%q) = %v, %v; want ErrSyntax", c.in, got, err)
			}
		})
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"12": 12_00, "12.50": 12_50, "-12.50": -12_50, "0.01": 1, "-0.01": -1, "-0": 0, "0": 0,
		"92233720368547758.07": math.MaxInt64, "-92233720368547758.08": math.MinInt64,
	} {
		if got, err := money.Parse(in); err != nil || got.Cents() != want {
			t.Errorf("Parse(%q) = %d cents, %v; want %d", in, got.Cents(), err, want)
		}
	}
	for _, in := range []string{
		"", "-", ".", "$12", "1,234", " 12", "12 ", "12.5", "12.500", "12.", ".50", "1e3", "+1", "--1", "-.50",
		"1-", "12.-5", "５０", "٥٠", "92233720368547758.08", "-92233720368547758.09", "nil", "0x1",
	} {
		if got, err := money.Parse(in); !errors.Is(err, money.ErrSyntax) {
			t.Errorf("Parse(%q) = %v, %v; want ErrSyntax", in, got, err)
		}
	}
}

func TestFormat(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cents           int64
		people, machine string
	}{
		{0, "$0.00", "0.00"},
		{1, "$0.01", "0.01"},
		{-1, "-$0.01", "-0.01"},
		{99, "$0.99", "0.99"},
		{100, "$1.00", "1.00"},
		{-20_00, "-$20.00", "-20.00"},
		{999_99, "$999.99", "999.99"},
		{1_000_00, "$1,000.00", "1000.00"},
		{1_234_50, "$1,234.50", "1234.50"},
		{-1_234_567_89, "-$1,234,567.89", "-1234567.89"},
		{math.MaxInt64, "$92,233,720,368,547,758.07", "92233720368547758.07"},
		{math.MinInt64, "-$92,233,720,368,547,758.08", "-92233720368547758.08"},
	} {
		a := money.Cents(c.cents)
		if a.Format() != c.people || a.String() != c.machine {
			t.Errorf("%d cents: got %q and %q, want %q and %q", c.cents, a.Format(), a.String(), c.people, c.machine)
		}
	}
}

func TestEveryAmountSurvivesItsTexts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		want := money.Cents(rapid.Int64().Draw(t, "cents"))
		if got, err := money.Parse(want.String()); err != nil || got != want {
			t.Fatalf("Parse(%q) = %v, %v", want.String(), got, err)
		}
		if got, err := money.ParseInput(want.Format()); err != nil || got != want {
			t.Fatalf("ParseInput(%q) = %v, %v", want.Format(), got, err)
		}
		text, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		var got money.Amount
		if err := json.Unmarshal(text, &got); err != nil || got != want {
			t.Fatalf("json %s = %v, %v", text, got, err)
		}
	})
}

func TestJSONRefusesNumbers(t *testing.T) {
	t.Parallel()
	for _, in := range []string{`12`, `12.50`, `1e3`, `true`, `{}`, `[]`, `"12.5"`, `"$12"`, `""`} {
		var a money.Amount
		if err := json.Unmarshal([]byte(in), &a); err == nil {
			t.Errorf("json %s read as %v; M6 wants decimal text only", in, a)
		}
	}
}

func TestMulDivRoundsAsAsked(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name                           string
		cents, num, den                int64
		halfUp, halfEven, downTo, upTo int64
	}{
		{"exact", 100, 3, 4, 75, 75, 75, 75},
		{"below half", 100, 1, 3, 33, 33, 33, 34},
		{"above half", 100, 2, 3, 67, 67, 66, 67},
		{"half after an even cent", 5, 1, 2, 3, 2, 2, 3},
		{"half after an odd cent", 7, 1, 2, 4, 4, 3, 4},
		{"half of nothing", 1, 1, 2, 1, 0, 0, 1},
		{"below half, negative", -100, 1, 3, -33, -33, -33, -34},
		{"half after an even cent, negative", -5, 1, 2, -3, -2, -2, -3},
		{"half after an odd cent, negative", -7, 1, 2, -4, -4, -3, -4},
		{"negative multiplier", 5, -1, 2, -3, -2, -2, -3},
		{"two negatives", -5, -1, 2, 3, 2, 2, 3},
		{"no money", 0, 7, 3, 0, 0, 0, 0},
		{"times nothing", 7, 0, 3, 0, 0, 0, 0},
		{"product past 64 bits", math.MaxInt64, 1_000_000, 1_000_000, math.MaxInt64, math.MaxInt64, math.MaxInt64, math.MaxInt64},
		{"largest denominator", 1, 1, math.MaxInt64, 0, 0, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			want := map[money.Rounding]int64{
				money.HalfUp: c.halfUp, money.HalfEven: c.halfEven, money.Down: c.downTo, money.Up: c.upTo,
			}
			got := make(map[money.Rounding]int64)
			for mode := range want {
				got[mode] = money.Cents(c.cents).MulDiv(c.num, c.den, mode).Cents()
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%d × %d ÷ %d by rounding (-want +got):\n%s", c.cents, c.num, c.den, diff)
			}
		})
	}
}

// The oracle is arbitrary-precision: |result − exact| < 1 cent on the side the
// mode allows, at most half a cent for the half modes.
func TestMulDivAgainstExactArithmetic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cents := rapid.Int64Range(-1e12, 1e12).Draw(t, "cents")
		num := rapid.Int64Range(-1e6, 1e6).Draw(t, "num")
		den := rapid.Int64Range(1, 1e6).Draw(t, "den")
		mode := rapid.SampledFrom([]money.Rounding{money.HalfUp, money.HalfEven, money.Down, money.Up}).Draw(t, "mode")
		got := money.Cents(cents).MulDiv(num, den, mode).Cents()

		exact := new(big.Int).Mul(big.NewInt(cents), big.NewInt(num))
		off := new(big.Int).Sub(new(big.Int).Mul(big.NewInt(got), big.NewInt(den)), exact) // (got − exact) × den
		awayFromZero := off.Sign() * exact.Sign()
		off.Abs(off)
		twice := new(big.Int).Lsh(off, 1)
		switch tie := twice.Cmp(big.NewInt(den)) == 0; {
		case off.Cmp(big.NewInt(den)) >= 0:
			t.Fatalf("got %d: a cent or more off", got)
		case mode == money.Down && awayFromZero > 0, mode == money.Up && awayFromZero < 0:
			t.Fatalf("got %d: rounded the wrong way", got)
		case mode == money.HalfUp && (twice.Cmp(big.NewInt(den)) > 0 || tie && awayFromZero < 0),
			mode == money.HalfEven && (twice.Cmp(big.NewInt(den)) > 0 || tie && got%2 != 0):
			t.Fatalf("got %d: not the nearest cent", got)
		}
	})
}

func TestAllocate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		cents   int64
		weights []int64
		want    []int64
	}{
		{"one place", 100, []int64{7}, []int64{100}},
		{"even split", 100, []int64{1, 1}, []int64{50, 50}},
		{"odd cent goes to the first of equals", 101, []int64{1, 1}, []int64{51, 50}},
		{"two odd cents go to the first two", 200, []int64{1, 1, 1}, []int64{67, 67, 66}},
		{"largest remainder beats position", 100, []int64{1, 2, 3}, []int64{17, 33, 50}},
		{"nothing for no weight", 101, []int64{0, 1, 0, 1}, []int64{0, 51, 0, 50}},
		{"no money", 0, []int64{1, 2}, []int64{0, 0}},
		{"one cent among many", 1, []int64{1, 1, 1, 1}, []int64{1, 0, 0, 0}},
		{"a credit splits as the debit did", -200, []int64{1, 1, 1}, []int64{-67, -67, -66}},
		{"largest amounts", math.MaxInt64, []int64{math.MaxInt64}, []int64{math.MaxInt64}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got := make([]int64, 0, len(c.want))
			for _, part := range money.Cents(c.cents).Allocate(c.weights) {
				got = append(got, part.Cents())
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%d over %v (-want +got):\n%s", c.cents, c.weights, diff)
			}
		})
	}
}

func TestAllocateLosesNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		whole := money.Cents(rapid.Int64Range(-math.MaxInt64, math.MaxInt64).Draw(t, "cents"))
		weights := rapid.SliceOfN(rapid.Int64Range(0, 1e15), 1, 40).
			Filter(func(ws []int64) bool { return sum(ws) > 0 }).Draw(t, "weights")
		parts := whole.Allocate(weights)
		if got := money.Sum(parts...); got != whole {
			t.Fatalf("parts sum to %v, want %v", got, whole)
		}
		total := big.NewInt(sum(weights))
		for i, part := range parts {
			exact := new(big.Int).Mul(big.NewInt(whole.Cents()), big.NewInt(weights[i]))
			off := new(big.Int).Sub(new(big.Int).Mul(big.NewInt(part.Cents()), total), exact)
			if off.CmpAbs(total) >= 0 {
				t.Fatalf("part %d = %v is a cent or more off its share", i, part)
			}
			if weights[i] == 0 && !part.IsZero() {
				t.Fatalf("part %d = %v has no weight", i, part)
			}
		}
		if diff := cmp.Diff(cents(parts), cents(whole.Allocate(weights))); diff != "" {
			t.Fatalf("the same input gave another split:\n%s", diff)
		}
	})
}

func TestArithmetic(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		half := rapid.Int64Range(math.MinInt64/2+1, math.MaxInt64/2)
		x, y := half.Draw(t, "x"), half.Draw(t, "y")
		a, b := money.Cents(x), money.Cents(y)
		if a.Add(b) != money.Cents(x+y) || a.Sub(b) != money.Cents(x-y) || a.Neg() != money.Cents(-x) {
			t.Fatalf("sum, difference or negation of %d and %d is wrong", x, y)
		}
		if a.Less(b) != (x < y) || (a.Cmp(b) == 0) != (x == y) || money.Min(a, b).Cents() != min(x, y) || money.Max(a, b).Cents() != max(x, y) {
			t.Fatalf("order of %d and %d is wrong", x, y)
		}
		if a.IsZero() != (x == 0) || a.IsPositive() != (x > 0) || a.IsNegative() != (x < 0) || a.Abs().Cents() != max(x, -x) {
			t.Fatalf("sign of %d is wrong", x)
		}
	})
	if got := money.Dollars(-12); got != money.Cents(-12_00) {
		t.Errorf("Dollars(-12) = %v", got)
	}
}

func TestProgrammersErrorsPanic(t *testing.T) {
	t.Parallel()
	largest, smallest := money.Cents(math.MaxInt64), money.Cents(math.MinInt64)
	for name, act := range map[string]func(){
		"sum too large":           func() { largest.Add(money.Cents(1)) },
		"sum too small":           func() { smallest.Add(money.Cents(-1)) },
		"difference too large":    func() { largest.Sub(money.Cents(-1)) },
		"negation of the least":   func() { smallest.Neg() },
		"total too large":         func() { money.Sum(largest, largest) },
		"dollars too large":       func() { money.Dollars(math.MaxInt64 / 99) },
		"division by zero":        func() { money.Cents(1).MulDiv(1, 0, money.HalfUp) },
		"negative denominator":    func() { money.Cents(1).MulDiv(1, -1, money.HalfUp) },
		"product too large":       func() { largest.MulDiv(2, 1, money.Down) },
		"product just too large":  func() { smallest.MulDiv(-1, 1, money.Down) },
		"product far too large":   func() { largest.MulDiv(math.MaxInt64, 1, money.Down) },
		"rounding left out":       func() { money.Cents(1).MulDiv(1, 2, 0) },
		"no weights":              func() { money.Cents(1).Allocate(nil) },
		"weights all zero":        func() { money.Cents(1).Allocate([]int64{0, 0}) },
		"negative weight":         func() { money.Cents(1).Allocate([]int64{2, -1}) },
		"weights past 64 bits":    func() { money.Cents(1).Allocate([]int64{math.MaxInt64, 1}) },
		"weights wrapping around": func() { money.Cents(1).Allocate([]int64{math.MaxInt64, math.MaxInt64, math.MaxInt64}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			defer func() {
				if recover() == nil {
					t.Error("did not panic")
				}
			}()
			act()
		})
	}
}

func TestScan(t *testing.T) {
	t.Parallel()
	var a money.Amount
	if err := a.Scan(int64(-12_50)); err != nil || a != money.Cents(-12_50) {
		t.Errorf("Scan(int64) = %v, %v", a, err)
	}
	if v, err := a.Value(); err != nil || v != int64(-12_50) {
		t.Errorf("Value() = %v, %v", v, err)
	}
	for _, src := range []any{nil, 12.5, "12.50", []byte("12"), int32(5), true} {
		if err := a.Scan(src); err == nil {
			t.Errorf("Scan(%T) gave no error", src)
		}
	}
}

func sum(weights []int64) int64 {
	total := int64(0)
	for _, w := range weights {
		total += w
	}
	return total
}

func cents(parts []money.Amount) []int64 {
	out := make([]int64, len(parts))
	for i, p := range parts {
		out[i] = p.Cents()
	}
	return out
}
