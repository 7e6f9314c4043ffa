package mandate

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/profile"
)

// DebitOn is the member's day in a month.
func DebitOn(day int, month civil.Month) civil.Date { return month.On(day) }

// SettleOn is the bank day on which a debit moves: its own day, or the next
// bank day, never an earlier one (R-AUTO-4, ACH-20).
func SettleOn(debit civil.Date) civil.Date { return civil.BankDays.OnOrAfter(debit) }

// FiledOn is the bank day whose cut-off puts a debit into a file.
func FiledOn(debit civil.Date) civil.Date { return civil.BankDays.Add(debit, -1) }

// FilesUntil is the last settlement day of the file that is built at the
// cut-off of a day; ok is false where no bank is open and no file is built.
func FilesUntil(on civil.Date) (until civil.Date, ok bool) {
	return civil.BankDays.Add(on, 1), civil.BankDays.IsBusinessDay(on)
}

// FirstDebit is the first debit of a mandate that is saved now: this month's
// while its cut-off lies ahead, or a later one (R-AUTO-5).
func FirstDebit(p *profile.Profile, day int, now civil.Instant) civil.Date {
	for month := p.Today(now).Month(); ; month = month.Next() {
		if debit := DebitOn(day, month); !now.After(p.AutoPayCutoff(debit)) {
			return debit
		}
	}
}

// NextDebit is the debit of the month after.
func NextDebit(day int, debit civil.Date) civil.Date { return DebitOn(day, debit.Month().Next()) }

// MonthPaid is the coverage month whose bill a debit pays: that of the bill
// issued in the debit's month (R-AUTO-2, MA-AUTO-3).
func MonthPaid(p *profile.Profile, debit civil.Date) civil.Month {
	return debit.Month().Add(p.Coverage.MonthsAhead)
}

// DebitFor is the debit that pays the bill of a coverage month.
func DebitFor(p *profile.Profile, day int, month civil.Month) civil.Date {
	return DebitOn(day, month.Add(-p.Coverage.MonthsAhead))
}

// DayOffered tells whether a member may choose a day (R-AUTO-1).
func DayOffered(p *profile.Profile, day int, on civil.Date) bool {
	return slices.Contains(p.AutoPay.Days.On(on), day)
}

// KeptUntil is the last day on which a mandate that paused comes back with new
// coverage (R-AUTO-6).
func KeptUntil(p *profile.Profile, pausedOn civil.Date) civil.Date {
	return pausedOn.Month().Add(p.AutoPay.KeepMonths.On(pausedOn)).On(pausedOn.Day())
}
