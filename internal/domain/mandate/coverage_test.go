package mandate_test

import (
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/standing"
)

func TestCoverage(t *testing.T) {
	t.Parallel()
	type e = standing.EnrollmentStanding
	one := func(s standing.State, to string) e { return e{State: s, CoveredTo: civil.MustParseMonth(to)} }
	for _, c := range []struct {
		name       string
		all        []e
		on         string
		has, began bool
	}{
		{"nothing", nil, "2026-11-20", false, false},
		{"active", []e{one(standing.StateActive, "2026-12")}, "2026-11-20", true, true},
		{"past due is covered", []e{one(standing.StatePastDue, "2026-12")}, "2026-11-20", true, true},
		{"an end is owed, not decided", []e{one(standing.StateEnding, "2026-12")}, "2026-11-20", true, true},
		{"ended", []e{one(standing.StateEnded, "2026-10")}, "2026-11-01", false, false},
		{"never started", []e{one(standing.StateLapsed, "2026-12")}, "2026-11-01", false, false},
		{"waits for its first payment: there is coverage, it has not begun", []e{one(standing.StatePending, "2027-12")}, "2026-11-20", true, false},
		{"the last day of the last month", []e{one(standing.StateActive, "2026-10")}, "2026-10-31", true, true},
		{"the day after", []e{one(standing.StateActive, "2026-10")}, "2026-11-01", false, false},
		{"health has ended, dental goes on", []e{one(standing.StateEnded, "2026-10"), one(standing.StateActive, "2026-12")}, "2026-11-01", true, true},
		{"ended, and enrolled anew", []e{one(standing.StateEnded, "2026-10"), one(standing.StatePending, "2027-12")}, "2026-12-10", true, false},
	} {
		s := standing.Standing{Enrollments: c.all}
		if got := mandate.HasCoverage(s, day(c.on)); got != c.has {
			t.Errorf("%s: has coverage %t", c.name, got)
		}
		if got := mandate.Began(s, day(c.on)); got != c.began {
			t.Errorf("%s: began %t", c.name, got)
		}
	}
}
