package owing

import (
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/web/portal"
)

// View puts what an account owes into the words of the pages (R-ID-3).
type View struct {
	*paying.Due
	Profile *profile.Profile
}

// Who is all that a guest sees of the person.
func (d View) Who() portal.Who {
	return portal.Who{FirstName: d.FirstName, Initial: d.Initial, IDLastFour: d.SubscriberID.LastFour()}
}

// Now is what G2 asks for now.
func (d View) Now() money.Amount {
	if d.Kind == enrollment.AccountGroup {
		return money.Zero
	}
	return d.ToPay()
}

// Keeps is what must be paid by PayBy to keep coverage, credit that will pay some
// of it left out.
func (d View) Keeps() money.Amount { return money.Min(d.keepsLater(), d.Now()) }

// keepsLater is what it takes on the last day. Past due it is more than Now until
// the month is billed that is due by then (MA-DLQ-5).
func (d View) keepsLater() money.Amount {
	return money.Max(d.Standing.KeepsCoverage.Sub(d.credited()), money.Zero)
}

// grows tells that the next bill comes before the last day to pay what is past
// due: then it takes more.
func (d View) grows() bool { return d.situation() == pastDue && d.Now().Less(d.keepsLater()) }

// credited is money of earlier payments that will pay some of what is due.
func (d View) credited() money.Amount { return d.Standing.TotalDue.Sub(d.Asked) }

// PayBy is the day by which what is asked for should be paid; zero while the
// clock stands.
func (d View) PayBy() civil.Date {
	switch d.situation() {
	case held:
		return civil.Date{}
	case ending: // any day may be the day on which the end is recorded
		return d.Today
	case restartable:
		return d.Restart.Until
	}
	if d.grows() {
		return d.NextBillOn.AddDays(-1)
	}
	by := d.lastDay()
	if by.IsZero() { // too late to keep anything: the last date that was missed
		for _, u := range d.Unpaid {
			if u.DueOn.After(by) {
				by = u.DueOn
			}
		}
	}
	if by.IsZero() {
		by, _ = NextDue(d.Profile, d.Today)
	}
	return by
}

// lastDay is the next day that decides something about coverage; zero when no
// such day is left.
func (d View) lastDay() civil.Date {
	by := d.Standing.KeepsBy
	for _, e := range d.Standing.Enrollments {
		if by.IsZero() || !e.CureBy.IsZero() && e.CureBy.Before(by) {
			by = e.CureBy
		}
	}
	return by
}

// NextDue gives the next due date and the coverage month it is for.
func NextDue(p *profile.Profile, today civil.Date) (civil.Date, civil.Month) {
	month := p.CoverageMonthBilledOn(today)
	if p.DueOn(month).Before(today) {
		month = month.Next()
	}
	return p.DueOn(month), month
}

// Covers is the newest month that the amount pays.
func (d View) Covers() civil.Month {
	month := civil.Month{}
	if d.situation() == restartable { // each month whose due date has passed
		month = d.Profile.CoverageMonthBilledOn(d.Today)
		for !d.Profile.DueOn(month).Before(d.Today) {
			month = month.Prev()
		}
		return month
	}
	for _, u := range d.Unpaid {
		if u.Month.After(month) {
			month = u.Month
		}
	}
	switch {
	case !month.IsZero():
		return month
	case d.Bill != nil:
		return d.Bill.Month
	}
	return d.Profile.CoverageMonthBilledOn(d.Today)
}

// From is the oldest month that the amount pays; zero when that is all it pays.
func (d View) From() civil.Month {
	from := d.Covers()
	for _, u := range d.Unpaid {
		if u.Month.Before(from) {
			from = u.Month
		}
	}
	if d.situation() == restartable && d.Restart.From.Before(from) {
		from = d.Restart.From
	}
	if from == d.Covers() || !d.Now().IsPositive() {
		return civil.Month{}
	}
	return from
}

// Lines says what is in the amount: the months billed now, what is past due by
// month, and what is given back with coverage that ended.
func (d View) Lines() []portal.Line {
	var lines []portal.Line
	for _, u := range d.Unpaid {
		line := portal.Line{Kind: LineOf(u.Kind), Month: u.Month, Amount: u.Unpaid}
		if u.Past {
			line.Kind = portal.LinePastDue
		}
		if n := len(lines); n > 0 && lines[n-1].Kind == portal.LinePastDue && line.Kind == portal.LinePastDue && lines[n-1].Month == u.Month {
			lines[n-1].Amount = lines[n-1].Amount.Add(u.Unpaid)
			continue
		}
		lines = append(lines, line)
	}
	if d.situation() == restartable {
		return d.linesOfRestart()
	}
	if credited := d.credited(); credited.IsPositive() {
		lines = append(lines, portal.Line{Kind: portal.LineCredit, Amount: credited.Neg()})
	}
	return lines
}

// linesOfRestart says what brings coverage back: what covered months cost and
// was not paid, and the months since.
func (d View) linesOfRestart() []portal.Line {
	var lines []portal.Line
	credit := d.credited().Add(d.Credit)
	rest := d.Restart.Amount.Add(credit)
	for _, u := range d.Unpaid {
		if u.Month.Before(d.Restart.From) {
			lines = append(lines, portal.Line{Kind: portal.LinePastDue, Month: u.Month, Amount: u.Unpaid})
			rest = rest.Sub(u.Unpaid)
		}
	}
	lines = append(lines, portal.Line{Kind: portal.LineRestart, Month: d.Restart.From, Amount: rest})
	if credit.IsPositive() {
		lines = append(lines, portal.Line{Kind: portal.LineCredit, Amount: credit.Neg()})
	}
	return lines
}

func LineOf(k enrollment.Kind) portal.LineKind {
	if k == enrollment.KindDental {
		return portal.LineDental
	}
	return portal.LineHealth
}

// Why explains the amount cent by cent (R-BILL-5): the bill's own explanation
// and what has changed since it was sent.
func (d View) Why() []portal.Why {
	asked := d.Now()
	if d.situation() == restartable {
		return whysOfRestart(d.linesOfRestart())
	}
	if d.Bill == nil || !asked.IsPositive() {
		return nil
	}
	whys := whysOf(d.Bill)
	waived := money.Max(d.WaivedSince, money.Zero)
	if waived.IsPositive() {
		whys = append(whys, portal.Why{Cause: portal.CauseWaiver, Amount: waived.Neg()})
	}
	since := asked.Add(waived).Sub(d.Bill.SumReasons())
	switch {
	case since.IsNegative():
		whys = append(whys, portal.Why{Cause: portal.CausePayment, Amount: since})
	case since.IsPositive(): // a payment came back after the bill
		whys = append(whys, portal.Why{Cause: portal.CauseCarried, Month: d.Bill.Month, Amount: since})
	}
	return whys
}

// whysOfRestart explains what brings coverage back: its rows are its causes.
func whysOfRestart(lines []portal.Line) []portal.Why {
	causes := map[portal.LineKind]portal.Cause{
		portal.LinePastDue: portal.CauseCarried, portal.LineRestart: portal.CauseRestart, portal.LineCredit: portal.CauseCredit,
	}
	var whys []portal.Why
	for _, l := range lines {
		whys = append(whys, portal.Why{Cause: causes[l.Kind], Month: l.Month, Amount: l.Amount})
	}
	return whys
}

var causes = map[bill.ReasonKind]portal.Cause{
	bill.ReasonGross: portal.CausePremium, bill.ReasonAPTC: portal.CauseTaxCredit, bill.ReasonState: portal.CauseStateHelp, bill.ReasonWaiver: portal.CauseWaiver,
	bill.ReasonPastDue: portal.CauseCarried, bill.ReasonCredit: portal.CauseCredit,
}

func whysOf(b *bill.Bill) []portal.Why {
	var whys []portal.Why
	for _, r := range b.Reasons {
		w := portal.Why{Cause: causes[r.Kind], Month: r.Month, Amount: r.Amount}
		switch r.Kind {
		case bill.ReasonGross, bill.ReasonAPTC, bill.ReasonState, bill.ReasonWaiver:
			w.Plan = LineOf(r.EnrollmentKind)
		}
		whys = append(whys, w)
	}
	return whys
}
