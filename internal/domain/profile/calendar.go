package profile

import (
	"time"

	"quittance.org/quittance/internal/base/civil"
)

// Zone is the time zone of every deadline.
func (p *Profile) Zone() *time.Location { return p.zone }

// Today is the business date at moment now.
func (p *Profile) Today(now civil.Instant) civil.Date { return now.DateIn(p.zone) }

// BillOn is the day on which coverage is billed (R-CAL-1).
func (p *Profile) BillOn(coverage civil.Month) civil.Date {
	month := coverage.Add(-p.Coverage.MonthsAhead)
	return month.On(p.Bill.Day.On(month.First()))
}

// CoverageMonthBilledOn is the newest coverage month whose bill is out on d.
func (p *Profile) CoverageMonthBilledOn(d civil.Date) civil.Month {
	coverage := d.Month().Add(p.Coverage.MonthsAhead)
	if p.BillOn(coverage).After(d) {
		return coverage.Prev()
	}
	return coverage
}

// DueOn is the day by which a household must pay for coverage (R-CAL-1). An
// extension (R-CAL-3) is a fact about an account and is applied by its reader.
func (p *Profile) DueOn(coverage civil.Month) civil.Date {
	day := p.nominalDueOn(coverage)
	return roll(day, p.Due.Roll.On(day), p.Due.Calendar)
}

// GroupDueOn is the day by which an employer must pay for coverage (MA-SHOP-5).
func (p *Profile) GroupDueOn(coverage civil.Month) civil.Date {
	day := p.nominalDueOn(coverage)
	return roll(day, p.Group.Roll.On(day), p.Group.Calendar)
}

// ChangeOn is the month from which a change of a household counts that is
// reported on a day (MA-CHG-1).
func (p *Profile) ChangeOn(reported civil.Date) civil.Month {
	next := reported.Month().Next()
	if reported.Day() > p.Changes.Day.On(reported) {
		return next.Next()
	}
	return next
}

// ChangeBy is the last day to report what counts from the same month as if it
// were reported on the day d (MA-CHG-1).
func (p *Profile) ChangeBy(d civil.Date) civil.Date {
	month := p.ChangeOn(d).Prev()
	return month.On(p.Changes.Day.On(month.First()))
}

// CutoffOn is the last moment that counts as day due (R-CAL-2). The cut-off is
// written to the second; all of that second counts.
func (p *Profile) CutoffOn(due civil.Date) civil.Instant {
	return p.at(due, p.Due.Cutoff.On(due)).Add(time.Second - time.Microsecond)
}

// MailBy is when to mail a check so that it is surely there on the day due,
// whether its postmark counts or not.
func (p *Profile) MailBy(due civil.Date) civil.Date { return due.AddDays(-p.Mail.Days.On(due)) }

// CountsOn is the day on which a payment counts that was submitted at a moment:
// after the cut-off of a day the next one (R-CAL-2).
func (p *Profile) CountsOn(at civil.Instant) civil.Date {
	day := p.Today(at)
	if at.After(p.CutoffOn(day)) {
		return day.AddDays(1)
	}
	return day
}

// EndOf is the last second of a day.
func (p *Profile) EndOf(d civil.Date) civil.Instant {
	return p.at(d, TimeOfDay{Hour: 23, Minute: 59, Second: 59})
}

// AutoPayCutoff is the last moment to change or stop the debit of day debit.
func (p *Profile) AutoPayCutoff(debit civil.Date) civil.Instant {
	last := civil.BankDays.Add(debit, -p.AutoPay.CutoffBankDays.On(debit))
	return p.at(last, p.AutoPay.Cutoff.On(debit))
}

// NextFile is the moment at which the next file to the bank is built after one:
// until then what waits for it can be taken out.
func (p *Profile) NextFile(now civil.Instant) civil.Instant {
	for d := p.Today(now); ; d = d.AddDays(1) {
		if at := p.at(d, p.AutoPay.Cutoff.On(d)); civil.BankDays.IsBusinessDay(d) && at.After(now) {
			return at
		}
	}
}

func (p *Profile) nominalDueOn(coverage civil.Month) civil.Date {
	month := coverage.Add(-p.Coverage.MonthsAhead)
	return month.On(p.Due.Day.On(month.First()))
}

func (p *Profile) at(d civil.Date, t TimeOfDay) civil.Instant {
	moment := time.Date(d.Year(), d.MonthOfYear(), d.Day(), t.Hour, t.Minute, t.Second, 0, p.zone)
	return civil.InstantOf(moment)
}

func roll(d civil.Date, rule Roll, calendar CalendarName) civil.Date {
	if rule == RollNone {
		return d
	}
	return calendar.days().OnOrAfter(d)
}

func (c CalendarName) days() *civil.Calendar {
	if c == CalendarBank {
		return civil.BankDays
	}
	return civil.StateDays
}
