package letters

import (
	"cmp"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/standing"
)

// starts gives the months with which coverage starts because of this payment,
// the earliest first: those whose first bill it paid. A payment that leaves a
// part of that bill open starts nothing (R-BIND-1).
func (w *writer) starts() []civil.Month {
	first := w.receipt.After.Bill
	if first == nil || first.Kind != bill.KindEnrollment {
		return nil
	}
	var months []civil.Month
	for _, section := range first.Sections {
		for _, part := range w.receipt.Parts {
			if part.Kind == section.Kind && part.Month == first.Month && w.startedWith(section, part.Month) {
				months = append(months, part.Month)
			}
		}
	}
	slices.SortFunc(months, civil.Month.Compare)
	return slices.Compact(months)
}

func (w *writer) startedWith(section bill.Section, month civil.Month) bool {
	return slices.ContainsFunc(w.receipt.After.Standing.Enrollments, func(e standing.EnrollmentStanding) bool {
		return e.ID == section.EnrollmentID && e.State == standing.StateActive && e.Start == month
	})
}

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

func inOrder(lines []dated) []string {
	slices.SortStableFunc(lines, func(a, b dated) int { return cmp.Compare(a.on.DaysSince(b.on), 0) })
	texts := make([]string, len(lines))
	for i, l := range lines {
		texts[i] = l.text
	}
	return texts
}
