package states

import (
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/edge/web/portal"
)

func info() []State {
	ways := portal.Ways{
		Due: due, Cards: true, Postmark: true, MailBy: day("2026-11-13"),
		Payee: "Example Marketplace", Address: []string{"PO Box 55-0100", "Anytown, MA 02100"},
		Calendar: "https://pay.bayharbor.example/calendar.ics",
	}
	strict := ways
	strict.Cards, strict.Postmark = false, false
	states := []State{
		{"ways", "default", portal.Frame{Path: portal.PathWays}, ways},
		{"ways", "strict", portal.Frame{Path: portal.PathWays}, strict},
	}
	states = append(states, advice()...)
	for _, kind := range []portal.ArticleKind{portal.ArticleLanguage, portal.ArticleAccess, portal.ArticlePrivacy, portal.ArticleContact} {
		states = append(states, State{"article", string(kind), portal.Frame{Path: "/" + string(kind)}, portal.Article{Kind: kind}})
	}
	return append(append(states, lookups()...), documents()...)
}

func advice() []State {
	first := portal.First{
		Starts:    []portal.Start{{On: day("2026-12-01"), PayBy: due}, {On: day("2027-01-01"), PayBy: day("2026-12-23")}, {On: day("2027-02-01"), PayBy: day("2027-01-23")}},
		Confirmed: day("2026-11-30"), Cards: day("2026-12-04"), Reference: true, ZIPCode: true, Card: true, Moves: 2,
	}
	strictFirst := first
	strictFirst.Reference, strictFirst.ZIPCode, strictFirst.Card, strictFirst.Moves = false, false, false, 0
	behind := portal.Behind{
		Price: money.Cents(10000), Due: due, ChangeBy: day("2026-11-23"), ChangeOn: covers, Waiver: true, PlanMonths: 6, ReturnDays: 35, Postmark: true,
		Helped: []portal.Step{
			{Kind: portal.StepMissed, On: due, Month: covers},
			{Kind: portal.StepGrace, On: day("2026-12-01")},
			{Kind: portal.StepPay, On: day("2026-12-23"), Amount: money.Cents(20000)},
			{Kind: portal.StepHold, On: day("2027-01-01")},
			{Kind: portal.StepPay, On: day("2027-01-23"), Amount: money.Cents(30000)},
			{Kind: portal.StepHold, On: day("2027-02-01")},
			{Kind: portal.StepLastDay, On: day("2027-02-23"), Amount: money.Cents(40000), Ends: day("2026-12-31")},
		},
		Full: []portal.Step{
			{Kind: portal.StepMissed, On: due, Month: covers},
			{Kind: portal.StepLastDay, On: day("2026-12-23"), Amount: money.Cents(20000), Ends: day("2026-11-30")},
		},
	}
	strictBehind := behind
	strictBehind.Waiver, strictBehind.PlanMonths, strictBehind.Postmark = false, 0, false
	return []State{
		{"first", "default", portal.Frame{Path: portal.PathFirst}, first},
		{"first", "strict", portal.Frame{Path: portal.PathFirst}, strictFirst},
		{"behind", "default", portal.Frame{Path: portal.PathPastDue}, behind},
		{"behind", "strict", portal.Frame{Path: portal.PathPastDue}, strictBehind},
	}
}

func lookups() []State {
	frame := portal.Frame{Path: portal.PathLookup}
	states := []State{
		{"lookup", "default", frame, portal.Lookup{}},
		{"lookup", "no-match", frame, portal.Lookup{Confirmation: number, NoMatch: true}},
		{"lookup", "empty", frame, portal.Lookup{Problems: problem(portal.FieldConfirmation, portal.ProblemConfirmationEmpty)}},
		{"lookup", "wrong", frame, portal.Lookup{Confirmation: "7F3K", Problems: problem(portal.FieldConfirmation, portal.ProblemConfirmation)}},
	}
	for _, status := range []portal.PaymentStatus{
		portal.StatusReceived, portal.StatusPaid, portal.StatusReturned, portal.StatusCanceled, portal.StatusRefunded,
	} {
		result := portal.LookupResult{Confirmation: number, Amount: total, At: now, Counts: today, Status: status}
		states = append(states, State{"lookup", "result-" + string(status), frame, portal.Lookup{Result: &result}})
	}
	for _, last := range []portal.Happened{{Step: portal.StepUnconfirmed}, {Step: portal.StepAgreed, On: due}, {Step: portal.StepLateAnswer}} {
		result := portal.LookupResult{Confirmation: number, Amount: total, At: now, Counts: today, Status: portal.StatusPaid}
		result.Steps = []portal.Happened{{Step: portal.StepTold, On: today}, last}
		states = append(states, State{"lookup", "result-told-" + strings.ReplaceAll(string(last.Step), "_", "-"), frame, portal.Lookup{Result: &result}})
	}
	return states
}

// plainDocument is a bill with nothing out of the ordinary.
func plainDocument() portal.Document {
	return portal.Document{
		Number: "26110042", Issued: day("2026-11-01"), Who: maria, Due: total, PayBy: due, Covers: covers,
		Note: portal.NotePaidThrough, Through: day("2026-11-30"), MailBy: day("2026-11-13"), CanPay: true, Why: explanation(),
		Address: "pay.bayharbor.example/p/7F3K92QM4X", AddressPath: portal.PathLink + "7F3K92QM4X", AddressUntil: day("2026-11-30"),
		Account: []portal.Line{
			{Kind: portal.LinePrevious, Amount: total}, {Kind: portal.LinePaid, On: day("2026-11-02"), Amount: total.Neg()},
		},
		Sections: sections(),
		Change:   &portal.Change{Cause: portal.CauseTaxCredit, Was: money.Cents(10450), Is: total, On: day("2026-11-01")},
		History: []portal.Event{
			{Kind: portal.EventBill, On: day("2026-10-01"), Month: covers.Prev(), Amount: total, Balance: total},
			{Kind: portal.EventPayment, On: day("2026-11-02"), Amount: total.Neg(), Balance: money.Zero},
			{Kind: portal.EventReturn, On: day("2026-11-03"), Amount: total, Balance: total},
			{Kind: portal.EventPayment, On: day("2026-11-04"), Amount: total.Neg(), Balance: money.Zero},
			{Kind: portal.EventAdjustment, On: day("2026-11-05"), Amount: money.Cents(-300), Balance: money.Cents(-300)},
			{Kind: portal.EventWaiver, On: day("2026-11-05"), Amount: money.Cents(-200), Balance: money.Cents(-500)},
			{Kind: portal.EventRefund, On: day("2026-11-06"), Amount: money.Cents(500), Balance: money.Zero},
		},
		Paper: &portal.Paper{Pages: 2, Kilobytes: 30},
	}
}

func documents() []State {
	plain := plainDocument()
	owing := portal.Owing{Amount: plain.Due, By: plain.PayBy}
	var states []State
	add := func(name string, edit func(*portal.Document)) {
		d := plain
		edit(&d)
		states = append(states, State{"document", name, at(portal.PathBill), d})
	}
	add("clean", func(*portal.Document) {})
	add("waits", func(d *portal.Document) {
		only := onlyIf()
		d.OnlyIf = &only
	})
	add("waits-late", func(d *portal.Document) {
		late := tooLate()
		d.OnlyIf = &late
	})
	add("one-page", func(d *portal.Document) { d.Paper = &portal.Paper{Pages: 1, Kilobytes: 20} })
	add("not-printed", func(d *portal.Document) { d.Paper = nil })
	add("first", func(d *portal.Document) {
		d.Note, d.Starts, d.Now, d.Account, d.Change, d.History = portal.NoteNotStarted, day("2027-01-01"), owing, nil, nil, nil
	})
	add("past-due", func(d *portal.Document) {
		d.Note, d.Timeline, d.Due, d.Now = portal.NotePastDue, timeline(), money.Cents(24900), portal.Owing{Amount: money.Cents(24900), By: due}
		d.Account = []portal.Line{{Kind: portal.LinePastDue, Month: covers.Prev(), Amount: total}}
		d.Why = append(d.Why, carried(total))
	})
	add("adjusted", func(d *portal.Document) {
		d.Due = money.Cents(9950)
		d.Account = []portal.Line{
			{Kind: portal.LineAdjustment, Month: covers.Prev(), Amount: money.Cents(-500)},
			{Kind: portal.LineCredit, Amount: money.Cents(-2000)},
			{Kind: portal.LinePaid, On: day("2026-11-02"), Amount: total.Add(money.Cents(500)).Neg()},
			{Kind: portal.LineReturned, On: day("2026-11-04"), Amount: total},
			{Kind: portal.LineRefunded, On: day("2026-11-05"), Amount: money.Cents(500)},
		}
		d.Why = append(d.Why, carried(money.Cents(-500)),
			portal.Why{Cause: portal.CauseCredit, Amount: money.Cents(-2000)})
		d.Change = &portal.Change{Cause: portal.CausePremium, Was: money.Cents(10450), Is: total, On: day("2026-11-01")}
	})
	add("state-help-changed", func(d *portal.Document) {
		d.Change = &portal.Change{Cause: portal.CauseStateHelp, Was: money.Cents(10450), Is: total, On: day("2026-11-01")}
	})
	add("waived", func(d *portal.Document) {
		waived, since := []money.Amount{money.Cents(5000), money.Cents(500)}, money.Cents(1000)
		d.Account = []portal.Line{
			{Kind: portal.LinePrevious, Amount: total},
			{Kind: portal.LineWaiver, Amount: since.Neg()},
			{Kind: portal.LinePaid, On: day("2026-11-02"), Amount: total.Neg()},
		}
		d.Due, d.Sections = total.Sub(money.Cents(6500)), sections()
		for i := range d.Sections {
			s := &d.Sections[i]
			s.Lines = append(slices.Clone(s.Lines), portal.Line{Kind: portal.LineWaiver, Amount: waived[i].Neg()})
			s.Total = s.Total.Sub(waived[i])
			d.Why = append(d.Why, portal.Why{Cause: portal.CauseWaiver, Plan: s.Plan, Month: covers, Amount: waived[i].Neg()})
		}
		d.Why = append(d.Why, portal.Why{Cause: portal.CauseWaiver, Amount: since.Neg()})
		d.Change = &portal.Change{Cause: portal.CauseWaiver, Was: total, Is: total.Sub(money.Cents(5500)), On: day("2026-11-01")}
	})
	for note, edit := range coverageNotes(owing) {
		add(string(note), func(d *portal.Document) { d.Note = note; edit(d) })
	}
	add("ended", func(d *portal.Document) { d.Note, d.Ended, d.CanPay = portal.NoteEnded, day("2026-08-31"), false })
	add("autopay", func(d *portal.Document) { d.AutoPay, d.CanPay = portal.Owing{Amount: d.Due, By: d.PayBy}, false })
	add("nothing-due", func(d *portal.Document) { d.Due, d.CanPay, d.Sections, d.Why = money.Zero, false, nil, nil })
	return states
}

// coverageNotes make a bill one with each further sentence about coverage.
func coverageNotes(owing portal.Owing) map[portal.CoverageNote]func(*portal.Document) {
	return map[portal.CoverageNote]func(*portal.Document){
		portal.NoteHold:       func(*portal.Document) {},
		portal.NotePlan:       func(d *portal.Document) { d.Now = portal.Owing{Amount: money.Cents(8300), By: due} },
		portal.NoteEnding:     func(d *portal.Document) { d.Now, d.Ended, d.Timeline = owing, day("2026-10-31"), timeline() },
		portal.NoteRestarting: func(d *portal.Document) { d.Ended = day("2026-08-31") },
		portal.NoteLapsed:     func(*portal.Document) {},
		portal.NoteRestart: func(d *portal.Document) {
			d.Now, d.Ended = portal.Owing{Amount: money.Cents(49800), By: due}, day("2026-08-31")
			d.Timeline = []portal.Timeline{{Steps: restartSteps()}}
		},
	}
}

func sections() []portal.Section {
	return []portal.Section{
		{Plan: portal.LineHealth, Month: covers, Total: money.Cents(10950), Lines: []portal.Line{
			{Kind: portal.LineFullCost, Amount: money.Cents(51200)},
			{Kind: portal.LineTaxCredit, Amount: money.Cents(-32000)},
			{Kind: portal.LineStateHelp, Amount: money.Cents(-8250)},
		}},
		{Plan: portal.LineDental, Month: covers, Total: money.Cents(1500), Lines: []portal.Line{{Kind: portal.LineFullCost, Amount: money.Cents(1500)}}},
	}
}

func inLine() []State {
	var states []State
	add := func(name string, edit func(*portal.InLine)) {
		l := portal.InLine{Ahead: 40, About: true, Minutes: 10, Due: due, Every: 20, Kept: 10, Again: portal.PathFind}
		edit(&l)
		states = append(states, State{"in_line", name, portal.Frame{Path: portal.PathFind}, l})
	}
	add("default", func(*portal.InLine) {})
	add("one", func(l *portal.InLine) { l.Ahead, l.About, l.Minutes = 1, false, 2 })
	add("few", func(l *portal.InLine) { l.Ahead, l.About = 3, false })
	add("next", func(l *portal.InLine) { l.Ahead, l.About, l.Minutes = 0, false, 0 })
	add("long", func(l *portal.InLine) { l.Ahead, l.Minutes = 4500, portal.LineLongest+1 })
	add("full", func(l *portal.InLine) { l.Full, l.Ahead, l.Minutes = true, 0, 0 })
	return states
}

func system() []State {
	var states []State
	add := func(name string, s portal.System) {
		states = append(states, State{"system", name, portal.Frame{Path: "/"}, s})
	}
	for _, kind := range []portal.SystemKind{
		portal.SystemNotFound, portal.SystemForbidden, portal.SystemExpired, portal.SystemCookies,
		portal.SystemBadRequest, portal.SystemWrongMethod, portal.SystemTooLarge,
	} {
		add(string(kind), portal.System{Kind: kind})
	}
	add("too_many", portal.System{Kind: portal.SystemTooMany, Minutes: 15})
	add("too_many-last", portal.System{Kind: portal.SystemTooMany, Minutes: 1})
	add("broken", portal.System{Kind: portal.SystemBroken, Reference: "9D4E55"})
	add("closed", portal.System{Kind: portal.SystemClosed, Back: moment("2026-11-22T11:00:00Z"), Due: due})
	add("closed-no-due-date", portal.System{Kind: portal.SystemClosed, Back: moment("2026-11-22T11:00:00Z")})
	return states
}
