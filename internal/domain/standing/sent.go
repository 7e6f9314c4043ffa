package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
)

// DueFor gives the due date that money was in time for which was sent on a day:
// the next one of the account, an employer's by its own rule for weekends
// (R-DUE-10), or an earlier one that was moved to that day or later (R-CAL-3).
func DueFor(p *profile.Profile, kind enrollment.AccountKind, moved []Extension, sent civil.Date) civil.Date {
	dueOn := p.DueOn
	if kind == enrollment.AccountGroup {
		dueOn = p.GroupDueOn
	}
	month := sent.Month().Add(p.Coverage.MonthsAhead)
	for dueOn(month).Before(sent) {
		month = month.Next()
	}
	next := dueOn(month)
	due := next
	for _, x := range moved {
		if !x.Due.After(next) {
			due = later(due, x.Until)
		}
	}
	return due
}
