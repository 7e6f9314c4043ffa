package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/profile"
)

// CancelledTo gives the last covered month of a cancellation asked for on a
// day: up to the 23rd this month, after it the next one, which is owed
// (R-DUE-7). It is false where the profile takes none so late in a month
// (MA-CANCEL-2).
func CancelledTo(p *profile.Profile, on civil.Date) (civil.Month, bool) {
	month := on.Month()
	if on.Day() <= p.Cancel.Day.On(on) {
		return month, true
	}
	return month.Next(), p.Cancel.Late.On(on) == profile.CancelLateSchedule
}
