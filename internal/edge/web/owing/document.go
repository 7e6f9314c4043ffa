package owing

import (
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/portal"
)

// Document is the last bill as it was sent (R-BILL-4), and one sentence about
// coverage as it is today.
func (d View) Document() portal.Document {
	b := d.Bill
	view := d.Sealed(b)
	view.Now = portal.Owing{Amount: d.Now(), By: d.PayBy()}
	at := d.situation()
	over := d.Over()
	// The button says the bill's amount: once another one is due, it is gone.
	if d.taken() != nil && !over {
		view.AutoPay = portal.Owing{Amount: d.AutoPay.Amount, By: d.AutoPay.On}
	}
	if !over {
		view.OnlyIf = d.OnlyIf()
	}
	view.CanPay = !over && view.Due.IsPositive() && d.Now() == view.Due
	switch at {
	case starting:
		start, _ := d.First()
		view.Note, view.Starts = portal.NoteNotStarted, start.Start.First()
	case ended:
		view.Note, view.Ended = portal.NoteEnded, d.endedOn()
	case restartable:
		view.Note, view.Ended, view.Timeline = portal.NoteRestart, d.endedOn(), d.Timelines()
	case restarting:
		view.Note, view.Ended = portal.NoteRestarting, d.endedOn()
	case lapsed:
		view.Note = portal.NoteLapsed
	case held:
		view.Note, view.Timeline = portal.NoteHold, d.Timelines()
	case planned:
		view.Note, view.Now.Amount, view.Timeline = portal.NotePlan, d.Keeps(), d.Timelines()
	case ending:
		view.Note, view.Ended, view.Timeline = portal.NoteEnding, d.endedOn(), d.Timelines()
	case pastDue:
		view.Note, view.Timeline = portal.NotePastDue, d.Timelines()
	default:
		view.Note, view.Through = portal.NotePaidThrough, d.paidThrough()
	}
	return view
}

// Sealed is any bill of the account as it was sent (R-BILL-4).
func (d View) Sealed(b *bill.Bill) portal.Document {
	view := portal.Document{
		Number: b.Number, Issued: b.IssuedOn, Who: d.Who(), Due: b.AmountDue(), PayBy: b.DueOn, Covers: b.Month,
		Why: whysOf(b), Change: changeOf(b), MailBy: d.Profile.MailBy(b.DueOn),
	}
	for _, r := range b.Reasons {
		if r.Kind == bill.ReasonPastDue && (view.From.IsZero() || r.Month.Before(view.From)) {
			view.From = r.Month
		}
	}
	for _, l := range b.Lines {
		if line, ok := statementLine(l); ok {
			view.Account = append(view.Account, line)
		}
	}
	for _, s := range b.Sections {
		view.Sections = append(view.Sections, section(b.Month, s))
	}
	return view
}

// paidThrough is the last day that every enrollment is paid for; where none is
// paid yet, everything before the bill is.
func (d View) paidThrough() civil.Date {
	var through civil.Month
	for _, e := range d.Standing.Enrollments {
		live := e.State == standing.StateActive && !e.PaidThrough.IsZero()
		if live && (through.IsZero() || e.PaidThrough.Before(through)) {
			through = e.PaidThrough
		}
	}
	switch {
	case !through.IsZero():
	case d.Bill == nil:
		through = d.Today.Month().Prev()
	case d.Now().IsPositive():
		through = d.Bill.Month.Prev()
	default:
		through = d.Bill.Month
	}
	return through.Last()
}

// statementLine gives a line about the account; the month's own charges stand
// in the sections.
func statementLine(l bill.Line) (portal.Line, bool) {
	kinds := map[bill.LineKind]portal.LineKind{
		bill.LinePrevious: portal.LinePrevious, bill.LinePayment: portal.LinePaid, bill.LineReturn: portal.LineReturned,
		bill.LineRefund: portal.LineRefunded, bill.LineAdjustment: portal.LineAdjustment, bill.LineWaiver: portal.LineWaiver,
	}
	kind, ok := kinds[l.Kind]
	return portal.Line{Kind: kind, Month: l.Month, On: l.On, Amount: l.Amount}, ok
}

// section shows the four amounts of one plan (R-BILL-2), and what is waived of
// the member's (R-DUE-8).
func section(month civil.Month, s bill.Section) portal.Section {
	lines := []portal.Line{{Kind: portal.LineFullCost, Amount: s.Gross}}
	for _, help := range []portal.Line{{Kind: portal.LineTaxCredit, Amount: s.APTC}, {Kind: portal.LineStateHelp, Amount: s.State}, {Kind: portal.LineWaiver, Amount: s.Waived}} {
		if !help.Amount.IsZero() {
			help.Amount = help.Amount.Neg()
			lines = append(lines, help)
		}
	}
	return portal.Section{Plan: LineOf(s.Kind), Month: month, Lines: lines, Total: s.Due()}
}

// changeOf tells how the monthly cost differs from the last bill's, by the
// cause that moved it most.
func changeOf(b *bill.Bill) *portal.Change {
	var is, moved, most money.Amount
	var cause portal.Cause
	for _, s := range b.Sections {
		is = is.Add(s.Due())
	}
	for _, c := range b.Changes {
		by := c.After.Sub(c.Before)
		if c.Kind != bill.ReasonGross { // more help is less to pay
			by = by.Neg()
		}
		moved = moved.Add(by)
		if most.Less(by.Abs()) {
			most, cause = by.Abs(), causes[c.Kind]
		}
	}
	if moved.IsZero() {
		return nil
	}
	return &portal.Change{Was: is.Sub(moved), Is: is, Cause: cause, On: b.Month.First()}
}

// Paid says what a payment paid, and what is kept of it.
func Paid(r *paying.Receipt) []portal.Line {
	var lines []portal.Line
	for _, part := range r.Parts {
		lines = append(lines, portal.Line{Kind: LineOf(part.Kind), Month: part.Month, Amount: part.Amount})
	}
	if r.Left.IsPositive() {
		lines = append(lines, portal.Line{Kind: portal.LineCredit, Amount: r.Left})
	}
	return lines
}
