package standing_test

import (
	"testing"

	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
)

// R-PAY-4, R-CAL-3, R-DUE-10: the due date that a postmark was in time for.
func TestDueFor(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	moved := func(due, until string) standing.Extension {
		return standing.Extension{Due: day(due), Until: day(until)}
	}
	for _, c := range []struct {
		name  string
		kind  enrollment.AccountKind
		moved []standing.Extension
		sent  string
		want  string
	}{
		{"the day before", enrollment.AccountIndividual, nil, "2027-01-22", "2027-01-23"},
		{"the day itself", enrollment.AccountIndividual, nil, "2027-01-23", "2027-01-23"},
		{"the day after", enrollment.AccountIndividual, nil, "2027-01-24", "2027-02-23"},
		{"over the turn of the year", enrollment.AccountIndividual, nil, "2026-12-24", "2027-01-23"},
		{"the due date was moved", enrollment.AccountIndividual, []standing.Extension{moved("2027-01-23", "2027-02-10")}, "2027-01-22", "2027-02-10"},
		{"sent after it, before the day it was moved to", enrollment.AccountIndividual, []standing.Extension{moved("2027-01-23", "2027-03-10")}, "2027-01-25", "2027-03-10"},
		{"an earlier one was moved, and not as far", enrollment.AccountIndividual, []standing.Extension{moved("2026-12-23", "2027-01-10")}, "2027-01-22", "2027-01-23"},
		{"a later one was moved", enrollment.AccountIndividual, []standing.Extension{moved("2027-02-23", "2027-03-10")}, "2027-01-22", "2027-01-23"},
		{"an employer's rolls over the weekend and the holiday", enrollment.AccountGroup, nil, "2026-05-23", "2026-05-26"},
		{"sent on the weekend", enrollment.AccountGroup, nil, "2026-05-25", "2026-05-26"},
		{"a household's does not", enrollment.AccountIndividual, nil, "2026-05-24", "2026-06-23"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			if got := standing.DueFor(p, c.kind, c.moved, day(c.sent)); got != day(c.want) {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}
