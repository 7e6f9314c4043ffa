package states

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
)

// account has the pages of somebody who is signed in, and what leads there.
func account() []State {
	var states []State
	for _, nav := range []portal.Nav{portal.NavMember, portal.NavDelegate, portal.NavViewer, portal.NavUnlinked, portal.NavSigningIn} {
		frame := in(portal.PathContact)
		frame.Nav = nav
		states = append(states, State{"article", "contact-" + string(nav), frame, portal.Article{Kind: portal.ArticleContact}})
	}
	states = append(states,
		State{"about_autopay", "default", portal.Frame{Path: portal.PathAboutAutoPay}, aboutAutoPay(15, 23)},
		State{"about_autopay", "other-day", portal.Frame{Path: portal.PathAboutAutoPay}, aboutAutoPay(10)})
	for _, group := range [][]State{homes(), autoPay(), autoPaySetUp(), ownBills(), payments(), savedAccounts(), settings(), years(), letters()} {
		states = append(states, group...)
	}
	return states
}

func aboutAutoPay(days ...int) portal.AboutAutoPay {
	about := portal.AboutAutoPay{DueDay: 23, Cutoff: evening}
	for _, day := range days {
		about.Days = append(about.Days, portal.DayOfMonth(day))
	}
	return about
}

// in gives the frame of a page of a member who is signed in.
func in(path string) portal.Frame {
	return portal.Frame{Path: path, SessionMinutes: 15, Nav: portal.NavMember}
}

func ownHome() portal.AccountHome {
	return portal.AccountHome{
		State: portal.HomeOwes, Who: maria, Due: total, PayBy: due, Covers: covers, CanPay: true,
		AutoPay:  &portal.AutoPayLine{State: portal.AutoPayOff, Manage: true},
		Coverage: &portal.Coverage{State: portal.CoverageActive, Through: day("2026-11-30")},
		Recent: []portal.Recent{
			{Event: portal.Event{Kind: portal.EventBill, On: day("2026-11-01"), Month: covers, Amount: total}, Path: portal.PathBills + "/26110042"},
			{Event: portal.Event{Kind: portal.EventPayment, On: day("2026-10-22"), Amount: total.Neg()}, Path: portal.PathPayments + "/" + op},
			{Event: portal.Event{Kind: portal.EventBill, On: day("2026-10-01"), Month: covers.Prev(), Amount: total}, Path: portal.PathBills + "/26100042"},
			{Event: portal.Event{Kind: portal.EventAdjustment, On: day("2026-09-14"), Amount: money.Cents(-300)}},
			{Event: portal.Event{Kind: portal.EventPayment, On: day("2026-09-22"), Amount: total.Neg()}, Path: portal.PathPayments + "/" + op},
		},
	}
}

func homes() []State {
	var states []State
	add := func(name string, edit func(*portal.AccountHome)) {
		h := ownHome()
		edit(&h)
		states = append(states, State{"account_home", name, in(portal.PathAccount), h})
	}
	add("owes", func(*portal.AccountHome) {})
	add("paid", func(h *portal.AccountHome) {
		h.State, h.Due, h.NextBill = portal.HomePaid, money.Zero, day("2026-12-01")
		h.AutoPay.State, h.AutoPay.Next = portal.AutoPayOn, nextPayment()
	})
	add("new", func(h *portal.AccountHome) {
		h.State, h.Due, h.FirstBy, h.CanPay, h.Recent = portal.HomeNew, money.Zero, day("2026-11-21"), false, nil
		h.Coverage = &portal.Coverage{State: portal.CoverageNotStarted, Amount: total, By: day("2026-12-23"), Starts: day("2027-01-01")}
	})
	add("down", func(h *portal.AccountHome) {
		h.State, h.CanPay, h.Recent, h.Coverage = portal.HomeDown, false, nil, nil
	})
	add("past-due", func(h *portal.AccountHome) {
		h.Due, h.From, h.Timeline = money.Cents(24900), covers.Prev(), timeline()
		h.Banner = &portal.Banner{Kind: portal.BannerPastDue, Amount: h.Due, By: due}
		h.Coverage = &portal.Coverage{State: portal.CoveragePastDue, Amount: h.Due, By: due}
		h.ToDo = []portal.ToDo{{Kind: portal.ToDoReturned, On: day("2026-11-18"), Path: portal.PathPayments + "/" + op}}
	})
	add("part-ended", func(h *portal.AccountHome) {
		h.Part = &portal.Banner{Kind: portal.BannerPartDental, Amount: money.Cents(32400), By: due, Ended: day("2026-08-31"), Later: money.Cents(33900), Last: day("2026-12-05")}
		h.Timeline = twoTimelines()
	})
	add("to-do", func(h *portal.AccountHome) {
		h.Others = true
		for _, kind := range []portal.ToDoKind{portal.ToDoMessages, portal.ToDoReturned, portal.ToDoBounced, portal.ToDoGuest, portal.ToDoLanguage, portal.ToDoConfirm} {
			h.ToDo = append(h.ToDo, portal.ToDo{Kind: kind, N: 2, Name: "Tiếng Việt", On: day("2026-11-18"), Path: portal.PathMessages})
		}
	})
	add("to-do-one", func(h *portal.AccountHome) {
		h.ToDo = []portal.ToDo{{Kind: portal.ToDoMessages, N: 1, Path: portal.PathMessages}}
	})
	add("theirs", func(h *portal.AccountHome) {
		h.Theirs, h.Coverage, h.AutoPay.Manage = true, nil, false
		for i := range h.Recent {
			if h.Recent[i].Kind == portal.EventBill {
				h.Recent[i].Path = ""
			}
		}
	})
	states[len(states)-1].Frame.Nav = portal.NavDelegate
	bill := onlyIf()
	for name, line := range map[string]portal.AutoPayLine{
		"on":         {State: portal.AutoPayOn, Next: nextPayment()},
		"soon":       {State: portal.AutoPayOn, Next: &portal.AutoPayNext{On: day("2026-12-23")}},
		"late":       {State: portal.AutoPayOn, Next: retriedTooLate()},
		"idle":       {State: portal.AutoPayOn},
		"held":       {State: portal.AutoPayOn, Held: heldPayment()},
		"paused":     {State: portal.AutoPayPaused},
		"bank":       {State: portal.AutoPayReturned},
		"unverified": {State: portal.AutoPayUnverified},
		"waits":      {State: portal.AutoPayOn, Next: nextPayment(), Waits: waitsFor(portal.WaitAmounts)},
		"waits-bill": {State: portal.AutoPayOn, Next: nextPayment(), Waits: &portal.AutoPayWaits{Saved: waitingAccount(portal.WaitAmounts), OnlyIf: &bill}},
	} {
		line.Manage = true
		add("autopay-"+name, func(h *portal.AccountHome) { h.AutoPay = &line })
	}
	for _, c := range coverages() {
		add("coverage-"+string(c.State), func(h *portal.AccountHome) { h.Coverage = &c })
	}
	return states
}

// coverages has every state of coverage that no other home shows.
func coverages() []portal.Coverage {
	ends := day("2026-10-31")
	return []portal.Coverage{
		{State: portal.CoverageAtRisk, Amount: money.Cents(49800), By: day("2026-12-23"), Ended: ends},
		{State: portal.CoverageHold},
		{State: portal.CoveragePlan, Amount: money.Cents(16600), By: due},
		{State: portal.CoverageRestart, Amount: money.Cents(49800), By: day("2026-12-05"), Ended: ends},
		{State: portal.CoverageRestarting, Ended: ends},
		{State: portal.CoverageEnded, Ended: ends},
		{State: portal.CoverageLapsed},
		{State: portal.CoverageEmployer},
	}
}

func ownBills() []State {
	frame := in(portal.PathBills)
	rows := []portal.BillRow{
		{Number: "26110042", Covers: covers, Amount: total, Due: due, Status: portal.BillDue},
		{Number: "26100042", Covers: covers.Prev(), Amount: total, Due: day("2026-10-23"), Status: portal.BillPaid},
		{Number: "26090042", Covers: covers.Add(-2), Amount: money.Zero, Due: day("2026-09-23"), Status: portal.BillNothing},
		{Number: "26080042", Covers: covers.Add(-3), Amount: total, Due: day("2026-08-23"), Status: portal.BillCarried},
	}
	late := []portal.BillRow{rows[0]}
	late[0].Status = portal.BillPastDue
	states := []State{
		{"bills", "default", frame, portal.Bills{Years: []int{2026, 2025}, Rows: rows}},
		{"bills", "year", frame, portal.Bills{Years: []int{2026, 2025}, Year: 2026, Rows: rows}},
		{"bills", "past-due", frame, portal.Bills{Rows: late}},
		{"bills", "empty", frame, portal.Bills{}},
		{"bills", "empty-year", frame, portal.Bills{Years: []int{2026, 2025}, Year: 2025}},
	}
	add := func(name string, edit func(*portal.Document)) {
		d := plainDocument()
		d.Within, d.Address, d.AddressPath = portal.PathBills+"/26110042", "", ""
		for i := range d.Sections {
			d.Sections[i].Name, d.Sections[i].Carrier = "Silver 2000", "Bay Harbor Health"
		}
		edit(&d)
		states = append(states, State{"document", name, in(d.Within), d})
	}
	add("own", func(*portal.Document) {})
	add("own-waits", func(d *portal.Document) {
		only := onlyIf()
		d.OnlyIf = &only
	})
	add("own-paid", func(d *portal.Document) { d.PaidOn, d.PayBy, d.CanPay = day("2026-11-20"), civil.Date{}, false })
	add("own-carried", func(d *portal.Document) { d.Carried, d.PayBy, d.Note, d.CanPay = true, civil.Date{}, "", false })
	return states
}

func years() []State {
	frame := in(portal.PathYears)
	rows := []portal.YearTotal{{Year: 2026, Count: 11, Paid: money.Cents(136950)}, {Year: 2025, Count: 12, Paid: money.Cents(131400)}}
	return []State{{"years", "default", frame, portal.Years{Rows: rows}}, {"years", "empty", frame, portal.Years{}}}
}

func letters() []State {
	row := portal.Letter{ID: op, On: day("2026-11-02"), Name: "Your new bill is ready", Lang: catalogue.English, Unread: true}
	mailed := portal.Letter{ID: op, On: day("2026-10-02"), Name: "Su pago está atrasado", Lang: catalogue.Spanish, Paper: true, File: true}
	text := portal.ReadLetter{
		Letter: row, Heading: "Your new bill is ready", PDF: true,
		Paragraphs: []string{"$124.50 is due November 23 for December coverage."},
		Facts:      []portal.Fact{{Name: "Amount", Value: "$124.50"}},
		Sections:   []portal.LetterSection{{Heading: "Ways to pay", Paragraphs: []string{"Online or by phone."}, Points: []string{"Mail a check."}}},
	}
	texted := text
	for _, fate := range []string{"waiting", "queued", "sent", "delivered", "failed", "suppressed", "not_wanted"} {
		texted.Texts = append(texted.Texts, portal.TextSent{
			Words: "Bay Harbor Health: your bill is ready. Pay or see it: pay.example.gov/p/3873-V7V5-3J. STOP to end.",
			To:    "(•••) •••-0147", On: day("2026-11-02"), Fate: "my.letter.fate." + fate,
		})
	}
	plain := text
	plain.Letter, plain.Facts, plain.PDF = mailed, nil, false
	all := portal.Letters{Rows: []portal.Letter{row, mailed}, More: portal.PathMessages}
	return []State{
		{"letters", "default", in(portal.PathMessages), all},
		{"letters", "empty", in(portal.PathMessages), portal.Letters{}},
		{"letter", "default", in(row.Path()), text},
		{"letter", "mailed", in(row.Path()), plain},
		{"letter", "texted", in(row.Path()), texted},
	}
}
