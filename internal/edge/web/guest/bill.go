package guest

import (
	"slices"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/portal"
)

// dueView puts what an account owes into the words of the pages (R-ID-3).
type dueView struct {
	*paying.Due
	profile *profile.Profile
}

func (d dueView) who() portal.Who {
	return portal.Who{FirstName: d.FirstName, Initial: d.Initial, IDLastFour: d.SubscriberID.LastFour()}
}

// asked is what G2 asks for now.
func (d dueView) asked() money.Amount {
	if d.Kind == enrollment.AccountGroup {
		return money.Zero
	}
	return d.Asked
}

// keeps is what must be paid to keep coverage, credit that will pay some of it
// left out.
func (d dueView) keeps() money.Amount {
	return money.Max(d.Standing.KeepsCoverage.Sub(d.credited()), money.Zero)
}

// credited is money of earlier payments that will pay some of what is due.
func (d dueView) credited() money.Amount { return d.Standing.TotalDue.Sub(d.Asked) }

// payBy is the day by which what is asked for should be paid.
func (d dueView) payBy() civil.Date {
	by := d.Standing.KeepsBy
	for _, e := range d.Standing.Enrollments {
		if by.IsZero() || !e.CureBy.IsZero() && e.CureBy.Before(by) {
			by = e.CureBy
		}
	}
	if by.IsZero() { // too late to keep anything: the last date that was missed
		for _, u := range d.Unpaid {
			if u.DueOn.After(by) {
				by = u.DueOn
			}
		}
	}
	if by.IsZero() {
		by, _ = nextDue(d.profile, d.Today)
	}
	return by
}

// nextDue gives the next due date and the coverage month it is for.
func nextDue(p *profile.Profile, today civil.Date) (civil.Date, civil.Month) {
	month := p.CoverageMonthBilledOn(today)
	if p.DueOn(month).Before(today) {
		month = month.Next()
	}
	return p.DueOn(month), month
}

// covers is the newest month that the amount pays.
func (d dueView) covers() civil.Month {
	month := civil.Month{}
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
	return d.profile.CoverageMonthBilledOn(d.Today)
}

// starting gives the first enrollment whose coverage waits for its first
// payment.
func (d dueView) starting() (standing.EnrollmentStanding, bool) {
	i := slices.IndexFunc(d.Standing.Enrollments, func(e standing.EnrollmentStanding) bool {
		return e.State == standing.StatePending && e.Unpaid.IsPositive()
	})
	if i < 0 {
		return standing.EnrollmentStanding{}, false
	}
	return d.Standing.Enrollments[i], true
}

// ended gives the day coverage ended when nothing goes on. Getting it back is
// staff work until reinstatement comes (R-DUE-6).
func (d dueView) ended() (civil.Date, bool) {
	var last civil.Month
	for _, e := range d.Standing.Enrollments {
		switch e.State {
		case standing.StateEnded, standing.StateEnding:
			if e.EndMonth.After(last) {
				last = e.EndMonth
			}
		case standing.StateLapsed:
		default:
			return civil.Date{}, false
		}
	}
	if last.IsZero() {
		return civil.Date{}, false
	}
	return last.Last(), true
}

// banner gives the one banner of G2, the first that is true.
func (d dueView) banner() *portal.Banner {
	asked, by := d.asked(), d.payBy()
	ended, over := d.ended()
	start, first := d.starting()
	switch {
	case d.Kind == enrollment.AccountGroup:
		return &portal.Banner{Kind: portal.BannerEmployer}
	case over:
		return &portal.Banner{Kind: portal.BannerEnded, Ended: ended}
	case len(d.PaidToday) > 0 && !asked.IsPositive():
		p := d.PaidToday[len(d.PaidToday)-1]
		return &portal.Banner{Kind: portal.BannerPaidToday, Amount: p.Amount, At: p.SubmittedAt, Confirmation: p.Confirmation.String()}
	case len(d.InProcess) > 0:
		i := d.InProcess[len(d.InProcess)-1]
		return &portal.Banner{Kind: portal.BannerInProcess, Amount: i.Amount, At: i.SubmittedAt}
	case first:
		return &portal.Banner{Kind: portal.BannerFirstPayment, Amount: asked, By: by, Starts: start.Start.First()}
	case d.Standing.PastDue.IsPositive():
		return &portal.Banner{Kind: portal.BannerPastDue, Amount: asked, By: by}
	case !asked.IsPositive() && d.Credit.IsPositive():
		return &portal.Banner{Kind: portal.BannerCredit, Amount: d.Credit}
	case !asked.IsPositive():
		return &portal.Banner{Kind: portal.BannerNothingDue, NextBill: d.NextBillOn}
	case by.DaysSince(d.Today) <= 1:
		return &portal.Banner{Kind: portal.BannerDueSoon, By: by}
	}
	return nil
}

// lines says what is in the amount: the months billed now, and what is past
// due by month.
func (d dueView) lines() []portal.Line {
	var lines []portal.Line
	for _, u := range d.Unpaid {
		line := portal.Line{Kind: lineOf(u.Kind), Month: u.Month, Amount: u.Unpaid}
		if u.Past {
			line.Kind = portal.LinePastDue
		}
		if n := len(lines); n > 0 && lines[n-1].Kind == portal.LinePastDue && line.Kind == portal.LinePastDue && lines[n-1].Month == u.Month {
			lines[n-1].Amount = lines[n-1].Amount.Add(u.Unpaid)
			continue
		}
		lines = append(lines, line)
	}
	if credited := d.credited(); credited.IsPositive() {
		lines = append(lines, portal.Line{Kind: portal.LineCredit, Amount: credited.Neg()})
	}
	return lines
}

func lineOf(k enrollment.Kind) portal.LineKind {
	if k == enrollment.KindDental {
		return portal.LineDental
	}
	return portal.LineHealth
}

// why explains the amount cent by cent (R-BILL-5): the bill's own explanation
// and what has changed since it was sent.
func (d dueView) why() []portal.Why {
	asked := d.asked()
	if d.Bill == nil || !asked.IsPositive() {
		return nil
	}
	whys := whysOf(d.Bill)
	since := asked.Sub(d.Bill.SumReasons())
	switch {
	case since.IsNegative():
		whys = append(whys, portal.Why{Cause: portal.CausePayment, Amount: since})
	case since.IsPositive(): // a payment came back after the bill
		whys = append(whys, portal.Why{Cause: portal.CauseCarried, Month: d.Bill.Month, Amount: since})
	}
	return whys
}

var causes = map[bill.ReasonKind]portal.Cause{
	bill.ReasonGross: portal.CausePremium, bill.ReasonAPTC: portal.CauseTaxCredit, bill.ReasonState: portal.CauseStateHelp,
	bill.ReasonPastDue: portal.CauseCarried, bill.ReasonCredit: portal.CauseCredit,
}

func whysOf(b *bill.Bill) []portal.Why {
	var whys []portal.Why
	for _, r := range b.Reasons {
		w := portal.Why{Cause: causes[r.Kind], Month: r.Month, Amount: r.Amount}
		switch r.Kind {
		case bill.ReasonGross, bill.ReasonAPTC, bill.ReasonState:
			w.Plan = lineOf(r.EnrollmentKind)
		}
		whys = append(whys, w)
	}
	return whys
}

// timeline gives the dated steps of an account that is past due (product
// rules section 7), with where it stands today.
func (d dueView) timeline() []portal.Step {
	i := slices.IndexFunc(d.Standing.Enrollments, func(e standing.EnrollmentStanding) bool { return e.State == standing.StatePastDue })
	if i < 0 {
		return nil
	}
	e := d.Standing.Enrollments[i]
	steps := []portal.Step{{Kind: portal.StepUnpaid, On: d.profile.DueOn(e.FirstUnpaid), Month: e.FirstUnpaid}}
	if e.Track == standing.TrackLong {
		steps = append(steps, portal.Step{Kind: portal.StepGrace, On: e.FirstUnpaid.First()})
	}
	if e.CureBy.Before(e.EndsBy) {
		steps = append(steps, portal.Step{Kind: portal.StepPay, On: e.CureBy, Amount: d.owedBy(e.CureBy)})
	}
	steps = append(steps, portal.Step{Kind: portal.StepLastDay, On: e.EndsBy, Amount: d.owedBy(e.EndsBy), Ends: e.EndMonth.Last()})
	here := 0
	for i, s := range steps {
		if !s.On.After(d.Today) {
			here = i
		}
	}
	steps[here].Here = true
	return steps
}

// owedBy is what will be owed on a due date: what is owed now, and a month's
// cost for each bill that comes until then.
func (d dueView) owedBy(due civil.Date) money.Amount {
	owed, monthly := d.asked(), money.Zero
	if d.Bill != nil {
		for _, s := range d.Bill.Sections {
			monthly = monthly.Add(s.Member)
		}
	}
	for month := d.covers().Next(); !d.profile.DueOn(month).After(due); month = month.Next() {
		owed = owed.Add(monthly)
	}
	return owed
}
