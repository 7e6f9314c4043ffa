package ach_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/ach"
)

// table is ACH-30, read row by row from the rules: time limit, retry, what
// becomes of the authorization, class of the rates, conversation.
const table = `
R01 2BD       twice    keep    other          return
R02 2BD       no       stop    administrative return
R03 2BD       no       stop    administrative return
R04 2BD       no       stop    administrative return
R05 60CD      never    dispute unauthorized   return
R06 agreed    no       review  other          return
R07 60CD      never    dispute unauthorized   return
R08 2BD       approved pause   other          return
R09 2BD       twice    keep    other          return
R10 60CD      never    dispute unauthorized   return
R11 60CD      fixed    pause   unauthorized   return
R12 2BD       no       ask     other          return
R13 next_file no       stop    other          return
R14 2BD       no       stop    other          return
R15 2BD       no       stop    other          return
R16 2BD       no       stop    other          return
R17 2BD       no       review  other          return
R18 next_file fixed    keep    other          return
R19 next_file fixed    keep    other          return
R20 2BD       no       stop    other          return
R21 2BD       fixed    keep    other          return
R22 2BD       fixed    keep    other          return
R23 agreed    no       review  other          return
R24 2BD       no       keep    other          return
R25 next_file fixed    keep    other          return
R26 next_file fixed    keep    other          return
R27 next_file fixed    keep    other          return
R28 next_file fixed    stop    other          return
R29 2BD       never    dispute unauthorized   return
R30 next_file no       review  other          return
R31 agreed    no       stop    other          return
R32 next_file no       keep    other          return
R33 60CD      no       review  other          return
R34 next_file no       stop    other          return
R35 next_file fixed    keep    other          return
R36 next_file fixed    keep    other          return
R37 60CD      no       review  other          return
R38 60CD      no       review  other          return
R39 2BD       no       review  other          return
R50 2BD       no       review  uncounted      return
R51 60CD      no       review  unauthorized   return
R52 60CD      no       review  uncounted      return
R53 60CD      no       review  uncounted      return`

func TestReturnReasons(t *testing.T) {
	t.Parallel()
	want := map[string]string{}
	for _, line := range strings.Split(strings.TrimSpace(table), "\n") {
		fields := strings.Fields(line)
		want[fields[0]] = strings.Join(fields[1:], " ")
	}
	other := map[string][2]int{"dishonor": {61, 70}, "contest": {71, 77}, "foreign": {80, 85}}
	undefined := map[int]bool{48: true, 49: true, 63: true, 64: true, 65: true, 66: true}
	for n := range 100 {
		code := fmt.Sprintf("R%02d", n)
		r := ach.ReasonOf(code)
		expected, known := want[code]
		if !known {
			traffic := "undefined"
			for name, span := range other {
				if n >= span[0] && n <= span[1] && !undefined[n] {
					traffic = name
				}
			}
			if n >= 40 && n <= 47 {
				traffic = "foreign"
			}
			if string(r.Traffic) != traffic {
				t.Errorf("%s: got %s, want %s", code, r.Traffic, traffic)
			}
		} else if got := fmt.Sprintf("%s %s %s %s %s", r.Within, r.Retry, r.Then, r.Class, r.Traffic); got != expected {
			t.Errorf("%s: got %s, want %s", code, got, expected)
		}
		if r.Code != code || !strings.HasSuffix(r.Meaning, ".") || len(r.Meaning) > 100 || r.Words == "" {
			t.Errorf("%s: %+v", code, r)
		}
		if r.Undoes() != (known || r.Traffic == ach.TrafficUndefined) {
			t.Errorf("%s: undoes %v", code, r.Undoes())
		}
		if r.Traffic == ach.TrafficUndefined && (r.Then != ach.ThenReview || !r.AlwaysReviewed()) {
			t.Errorf("%s is of no standard and nobody looks", code)
		}
	}
}

// ACH-33: what may never be sent again without a new authorization.
func TestStopList(t *testing.T) {
	t.Parallel()
	stop := []string{"R05", "R07", "R10", "R11", "R29", "R51"}
	for n := range 100 {
		if code := fmt.Sprintf("R%02d", n); ach.ReasonOf(code).Unauthorized() != slices.Contains(stop, code) {
			t.Errorf("%s: unauthorized %t", code, ach.ReasonOf(code).Unauthorized())
		}
	}
	for _, code := range []string{"R05", "R07", "R10", "R29"} {
		if r := ach.ReasonOf(code); r.Retry != ach.RetryNever || r.Then != ach.ThenDispute {
			t.Errorf("%s: %s, %s", code, r.Retry, r.Then)
		}
	}
}

func date(s string) civil.Date { return civil.MustParseDate(s) }

// Which bank accounts are no good for a payment any more (brief G9g).
func TestReturnsThatBar(t *testing.T) {
	t.Parallel()
	for code, want := range map[string][2]bool{ // as the same type of account, as the other
		"R01": {false, false}, "R02": {true, true}, "R03": {true, false}, "R04": {true, false}, "R08": {false, false}, "R09": {false, false},
		"R07": {false, false}, "R10": {false, false}, "R12": {true, true}, "R16": {true, true}, "R24": {false, false}, "R29": {true, true}, "R99": {false, false},
	} {
		r := ach.ReasonOf(code)
		if got := [2]bool{r.Bars(true), r.Bars(false)}; got != want {
			t.Errorf("%s: got %v, want %v", code, got, want)
		}
	}
}

func TestLastReturnDay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, code, settled, want string }{
		{"two bank days", "R01", "2026-12-15", "2026-12-17"},
		{"over a weekend", "R02", "2026-12-17", "2026-12-21"},
		{"over Thanksgiving and a weekend", "R03", "2026-11-25", "2026-11-30"},
		{"over Christmas", "R09", "2026-12-23", "2026-12-28"},
		{"sixty days, and then a weekend and a holiday", "R10", "2026-12-15", "2027-02-16"}, // ACH-31's example
		{"sixty days to a bank day", "R07", "2026-12-14", "2027-02-16"},
		{"sixty days from the leap day", "R05", "2028-02-29", "2028-05-01"},
		{"the operator's next file", "R13", "2026-12-15", "2026-12-16"},
		{"of a company: two days, not sixty", "R29", "2026-12-15", "2026-12-17"},
		{"agreed between the banks", "R06", "2026-12-15", ""},
		{"agreed, of a company", "R31", "2026-12-15", ""},
		{"no return of ours", "R61", "2026-12-15", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			last, limited := ach.ReasonOf(c.code).LastReturnDay(date(c.settled))
			if limited != (c.want != "") || limited && last.String() != c.want {
				t.Errorf("got %s, %v; want %s", last, limited, c.want)
			}
			if !limited {
				return
			}
			if ach.ReasonOf(c.code).Late(date(c.settled), last) || !ach.ReasonOf(c.code).Late(date(c.settled), last.AddDays(1)) {
				t.Error("late begins on another day than the one after the last")
			}
		})
	}
}

func TestMayReturn(t *testing.T) {
	t.Parallel()
	settles := date("2026-12-15")
	for _, c := range []struct {
		name, came string
		want       bool
	}{
		{"before the file was made", "2026-12-11", false},
		{"refused by the operator the same evening", "2026-12-14", true},
		{"on the day itself", "2026-12-15", true},
		{"two days later", "2026-12-17", true},
		{"on the last day of the window", "2027-06-13", true},
		{"after the window", "2027-06-14", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := ach.MayReturn(settles, date(c.came)); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
	if got := ach.DishonorUntil(date("2026-12-17")).String(); got != "2026-12-24" {
		t.Errorf("dishonor until %s", got)
	}
}
