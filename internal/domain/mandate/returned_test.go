package mandate_test

import (
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/mandate"
)

func TestAfterReturn(t *testing.T) {
	t.Parallel()
	p := defaults(t)
	none := mandate.Consequence{}
	retry := func(on string) mandate.Consequence { return mandate.Consequence{RetryOn: day(on)} }
	ends := func(s mandate.State, why mandate.Reason) mandate.Consequence {
		return mandate.Consequence{State: s, Reason: why}
	}
	for _, c := range []struct {
		name    string
		code    string
		history mandate.History
		on      string
		want    mandate.Consequence
	}{
		{"no money, returned 17 December (ACH-32)", "R01", mandate.History{FirstSettled: day("2026-12-15")}, "2026-12-17", retry("2026-12-23")},
		{"once more, over New Year", "R01", mandate.History{Attempt: 1, FirstSettled: day("2026-12-15")}, "2026-12-28", retry("2027-01-04")},
		{"money not there yet", "R09", mandate.History{FirstSettled: day("2026-12-15")}, "2026-12-17", retry("2026-12-23")},
		{"another reason after a first R01", "R09", mandate.History{Attempt: 1, FirstSettled: day("2026-12-15")}, "2026-12-28", retry("2027-01-04")},
		{"at most two retries", "R01", mandate.History{Attempt: 2, FirstSettled: day("2026-12-15")}, "2027-01-06", none},
		{"180 days after the first, to the day", "R01", mandate.History{Attempt: 1, FirstSettled: day("2026-12-15")}, "2027-06-07", retry("2027-06-11")},
		{"the last allowed day is 13 June, a Sunday", "R01", mandate.History{Attempt: 1, FirstSettled: day("2026-12-15")}, "2027-06-08", none},
		{"long after", "R01", mandate.History{FirstSettled: day("2026-01-15")}, "2026-12-17", none},
		{"the second bill in a row", "R01", mandate.History{FirstSettled: day("2026-12-15"), Before: 1}, "2026-12-17", ends(mandate.Stopped, mandate.ReasonReturns)},
		{"the third", "R01", mandate.History{FirstSettled: day("2026-12-15"), Before: 2}, "2026-12-17", ends(mandate.Stopped, mandate.ReasonReturns)},
		{"the second in a row, for another reason", "R17", mandate.History{FirstSettled: day("2026-12-15"), Before: 1}, "2026-12-17", ends(mandate.Stopped, mandate.ReasonReturns)},
		{"the second in a row, for a mistake of ours", "R18", mandate.History{FirstSettled: day("2026-12-15"), Before: 1}, "2026-12-17", mandate.Consequence{}},
		{"not agreed to, and the second in a row: disputed", "R10", mandate.History{Before: 1}, "2026-12-17", ends(mandate.Disputed, mandate.ReasonUnauthorized)},
		{"not agreed to, at a retry", "R10", mandate.History{Attempt: 1}, "2026-12-17", ends(mandate.Disputed, mandate.ReasonUnauthorized)},
		{"no money, of a payment that was taken back before", "R01", mandate.History{FirstSettled: day("2026-12-15"), Undone: true}, "2026-12-17", none},
		{"the same, after a bill that came back", "R01", mandate.History{Before: 1, Undone: true}, "2026-12-17", none},
		{"not agreed to, of a payment that was taken back before", "R10", mandate.History{Undone: true}, "2026-12-17", ends(mandate.Disputed, mandate.ReasonUnauthorized)},
		{"closed, of a payment that was taken back before", "R02", mandate.History{Undone: true}, "2026-12-17", ends(mandate.Stopped, mandate.ReasonBankAccount)},
		{"a code that nobody knows", "R99", mandate.History{}, "2026-12-17", none},
		{"no code", "", mandate.History{}, "2026-12-17", none},
		{"small letters are no code", "r01", mandate.History{}, "2026-12-17", none},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := mandate.AfterReturn(p, c.code, c.history, day(c.on)); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// Every code of a first return, and what it does: only "no money" is presented
// again (ACH-32), and on those of ACH-33 nothing is ever sent again.
func TestEveryReturnCode(t *testing.T) {
	t.Parallel()
	p := defaults(t)
	want := map[string]string{
		"R01": "retry", "R09": "retry",
		"R02": "stopped", "R03": "stopped", "R04": "stopped", "R12": "stopped", "R13": "stopped", "R14": "stopped", "R15": "stopped", "R16": "stopped", "R20": "stopped",
		"R28": "stopped", "R31": "stopped", "R34": "stopped",
		"R08": "stopped",
		"R05": "disputed", "R07": "disputed", "R10": "disputed", "R11": "disputed", "R29": "disputed", "R51": "disputed",
	}
	for n := range 100 {
		code := "R" + string(rune('0'+n/10)) + string(rune('0'+n%10))
		got := ""
		switch c := mandate.AfterReturn(p, code, mandate.History{FirstSettled: day("2026-12-15")}, day("2026-12-17")); {
		case !c.RetryOn.IsZero() && c.State == "":
			got = "retry"
		case c.RetryOn.IsZero():
			got = string(c.State)
		}
		if got != want[code] {
			t.Errorf("%s: got %q, want %q", code, got, want[code])
		}
	}
}

func TestUncollectedInRow(t *testing.T) {
	t.Parallel()
	month := civil.MustParseMonth
	back := func(m string) mandate.Outcome { return mandate.Outcome{Month: month(m), Returned: true} }
	kept := func(m string) mandate.Outcome { return mandate.Outcome{Month: month(m)} }
	for _, c := range []struct {
		name string
		all  []mandate.Outcome // the newest first
		of   civil.Month
		want int
	}{
		{"nothing before", nil, month("2026-12"), 0},
		{"this bill is left out", []mandate.Outcome{back("2026-12")}, month("2026-12"), 0},
		{"and its retries", []mandate.Outcome{back("2026-12"), back("2026-12"), back("2026-12")}, month("2026-12"), 0},
		{"the one before was collected", []mandate.Outcome{back("2026-12"), kept("2026-11")}, month("2026-12"), 0},
		{"the one before came back", []mandate.Outcome{back("2026-12"), back("2026-11"), kept("2026-10")}, month("2026-12"), 1},
		{"a bill and its retries count once", []mandate.Outcome{back("2026-12"), back("2026-11"), back("2026-11"), back("2026-11"), kept("2026-10")}, month("2026-12"), 1},
		{"its retry was collected", []mandate.Outcome{back("2026-12"), kept("2026-11"), back("2026-11"), back("2026-10")}, month("2026-12"), 0},
		{"two in a row before", []mandate.Outcome{back("2026-11"), back("2026-10"), kept("2026-09")}, month("2026-12"), 2},
		{"a month that was paid by hand does not break the row", []mandate.Outcome{back("2026-12"), back("2026-10")}, month("2026-12"), 1},
		{"of none in particular", []mandate.Outcome{back("2026-12"), back("2026-11")}, civil.Month{}, 2},
	} {
		if got := mandate.UncollectedInRow(c.all, c.of); got != c.want {
			t.Errorf("%s: got %d, want %d", c.name, got, c.want)
		}
	}
}
