package letters

import (
	"cmp"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/standing"
)

// paidThrough gives the month through which all coverage that runs is paid;
// zero when none does, or some of it is not paid at all.
func paidThrough(s standing.Standing) civil.Month {
	var through civil.Month
	for _, e := range s.Enrollments {
		if e.State != standing.StateActive && e.State != standing.StatePastDue {
			continue
		}
		if e.PaidThrough.IsZero() {
			return civil.Month{}
		}
		if through.IsZero() || e.PaidThrough.Before(through) {
			through = e.PaidThrough
		}
	}
	return through
}

// payBy gives the day by which what is owed must be paid; zero when no day is
// left that helps.
func payBy(s standing.Standing) civil.Date {
	by := s.KeepsBy
	for _, e := range s.Enrollments {
		if by.IsZero() || !e.CureBy.IsZero() && e.CureBy.Before(by) {
			by = e.CureBy
		}
	}
	return by
}

// toPay is what must be paid by payBy: what is owed, and of coverage that is past
// due what will be billed by then (MA-DLQ-5).
func toPay(s standing.Standing) money.Amount { return money.Max(s.TotalDue, s.KeepsCoverage) }

func inOrder(lines []dated) []string {
	slices.SortStableFunc(lines, func(a, b dated) int { return cmp.Compare(a.on.DaysSince(b.on), 0) })
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.text
	}
	return texts
}
