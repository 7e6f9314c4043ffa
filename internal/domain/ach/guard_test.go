package ach_test

import (
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/domain/ach"
)

var ceilings = ach.Ceilings{Unauthorized: 50, Administrative: 300, Overall: 1500, AlarmPercent: 50, LeastReturns: 10}

func TestJudge(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		n    ach.Returned
		want string // levels of unauthorized, administrative, overall
	}{
		{"nothing was ever sent", ach.Returned{}, "ok ok ok"},
		{"no returns", ach.Returned{Debits: 40_000}, "ok ok ok"},
		{"just below half", ach.Returned{Debits: 40_000, Unauthorized: 99, All: 99}, "ok ok ok"},
		{"half of the ceiling", ach.Returned{Debits: 40_000, Unauthorized: 100, All: 100}, "alarm ok ok"},
		{"just the ceiling", ach.Returned{Debits: 40_000, Unauthorized: 200, All: 200}, "alarm ok ok"}, // ACH-34's example
		{"one above it", ach.Returned{Debits: 40_000, Unauthorized: 201, All: 201}, "stop ok ok"},
		{"administrative: half", ach.Returned{Debits: 1000, Administrative: 15, All: 15}, "ok alarm ok"},
		{"administrative: above", ach.Returned{Debits: 1000, Administrative: 31, All: 31}, "ok stop ok"},
		{"overall: just the ceiling", ach.Returned{Debits: 1000, All: 150}, "ok ok alarm"},
		{"overall: above", ach.Returned{Debits: 1000, All: 151}, "ok ok stop"},
		{"few of few may be chance: somebody looks", ach.Returned{Debits: 20, Unauthorized: 9, All: 9}, "alarm ok alarm"},
		{"a few less: some may be chance", ach.Returned{Debits: 20, Unauthorized: 4, All: 4}, "alarm ok alarm"},
		{"one or two always are", ach.Returned{Debits: 20, Unauthorized: 3, All: 3}, "ok ok ok"},
		{"few of many, below the ceiling", ach.Returned{Debits: 2000, Unauthorized: 9, All: 9}, "ok ok ok"},
		{"ten of few are not", ach.Returned{Debits: 20, Unauthorized: 10, All: 10}, "stop ok stop"},
		{"returns and no debits", ach.Returned{All: 12}, "ok ok stop"},
		{"a million debits", ach.Returned{Debits: 1_000_000, Unauthorized: 5_001, Administrative: 15_000, All: 60_000}, "stop alarm ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			rates, worst := ach.Judge(c.n, ceilings)
			var levels []string
			for _, r := range rates {
				levels = append(levels, string(r.Level))
			}
			got := strings.Join(levels, " ")
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			for _, level := range []ach.Level{ach.LevelStop, ach.LevelAlarm, ach.LevelOK} {
				if strings.Contains(got, string(level)) {
					if worst != level {
						t.Errorf("worst is %s of %s", worst, got)
					}
					break
				}
			}
		})
	}
}

// What two people let pass holds until a rate that is above its ceiling rises.
func TestReleased(t *testing.T) {
	t.Parallel()
	at := func(unauthorized, all int64) []ach.Rate {
		rates, _ := ach.Judge(ach.Returned{Debits: 40_000, Unauthorized: unauthorized, All: all}, ceilings)
		return rates
	}
	passed := at(210, 300)
	for _, c := range []struct {
		name string
		now  []ach.Rate
		want bool
	}{
		{"the same", at(210, 300), true},
		{"fewer", at(205, 290), true},
		{"not above the ceiling any more", at(190, 500), true},
		{"risen", at(220, 300), false},
		{"another class above its ceiling", at(210, 6_100), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := ach.Released(passed, c.now); got != c.want {
				t.Errorf("got %v", got)
			}
		})
	}
	if ach.Released(nil, at(210, 300)) {
		t.Error("nobody has let anything pass")
	}
	if got := fmt.Sprint(passed[0].BasisPoints()); got != "52" {
		t.Errorf("210 of 40,000: %s basis points", got)
	}
}

// Two returns of ten debits are more than any ceiling and too few to tell; as
// many as the profile asks for stop, and a rate below its ceiling is just that.
func TestTooFewReturnsToTell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		returns int64
		least   int64
		want    bool
	}{
		"fewer than count":         {2, 3, true},
		"as many as count":         {3, 3, false},
		"none":                     {0, 3, false},
		"below the ceiling anyhow": {1, 3, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rates, _ := ach.Judge(ach.Returned{Debits: 10, All: c.returns}, ach.Ceilings{Overall: 1500, Unauthorized: 50, Administrative: 300, AlarmPercent: 50, LeastReturns: int(c.least)})
			if got := rates[2].TooFew(); got != c.want {
				t.Errorf("%d of %d debits, least %d: too few %t, want %t", c.returns, rates[2].Debits, c.least, got, c.want)
			}
		})
	}
}
