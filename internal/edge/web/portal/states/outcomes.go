package states

import (
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/edge/web/portal"
)

func outcomes() []State {
	states := []State{
		{"checking", "default", at(portal.PathStatus), portal.Checking{Amount: total, Emailed: true}},
		{"checking", "no-email", at(portal.PathStatus), portal.Checking{Amount: total}},
		{"checking", "late", at(portal.PathStatus), portal.Checking{Amount: total, Late: true, Emailed: true}},
		{"receipt", "bank", at("/pay/done/x/receipt"), receipt(bankPaid)},
		{"receipt", "card", at("/pay/done/x/receipt"), receipt(cardPaid)},
		{"receipt", "overpaid", at("/pay/done/x/receipt"), overpaid()},
	}
	states = append(states, done()...)
	return append(states, stopped()...)
}

func done() []State {
	paid := portal.Done{
		Path: "/pay/done/x", Ask: true,
		Confirmation: number, Amount: total, At: now, With: bankPaid, Email: "m•••@gmail.com", Receipt: "/pay/done/x/receipt", File: "/pay/done/x/receipt.pdf",
		Next: []portal.Next{
			{Kind: portal.NextCounted},
			{Kind: portal.NextStatement},
			{Kind: portal.NextContinues, On: covers.First(), Month: covers},
			{Kind: portal.NextBill, On: day("2026-12-01")},
		},
	}
	var states []State
	add := func(name string, edit func(*portal.Done)) {
		d := paid
		edit(&d)
		states = append(states, State{"done", name, at("/pay/done/x"), d})
	}
	add("bank", func(*portal.Done) {})
	add("card", func(d *portal.Done) {
		d.With, d.Next = cardPaid, append([]portal.Next{{Kind: portal.NextCounted}, {Kind: portal.NextCard}}, paid.Next[2:]...)
	})
	add("own", func(d *portal.Done) { d.Home = portal.PathPayments + "/" + number })
	add("no-email", func(d *portal.Done) { d.Email = "" })
	add("texted", func(d *portal.Done) { d.Email, d.Phone = "", "(•••) •••-0123" })
	add("caught-up", func(d *portal.Done) { d.CaughtUp = true })
	add("still-owing", func(d *portal.Done) { d.Owing = &portal.Owing{Amount: money.Cents(6200), By: due} })
	add("answered", func(d *portal.Done) { d.Ask, d.Thanks = false, true })
	add("first-payment", func(d *portal.Done) {
		d.First = true
		d.Next = []portal.Next{
			{Kind: portal.NextCounted},
			{Kind: portal.NextConfirmed, On: day("2026-11-27")},
			{Kind: portal.NextIDCards, On: day("2026-12-04")},
			{Kind: portal.NextStarts, On: day("2027-01-01")},
			{Kind: portal.NextDue, On: day("2027-01-23")},
		}
	})
	add("restarted", func(d *portal.Done) {
		d.Next = []portal.Next{
			{Kind: portal.NextCounted},
			{Kind: portal.NextStatement},
			{Kind: portal.NextRestarts, On: day("2026-11-21"), Month: covers.Add(-3)},
			{Kind: portal.NextBill, On: day("2026-12-01")},
		}
	})
	add("bookmark", func(d *portal.Done) { d.With.LastFour, d.Email, d.Next, d.Ask = "", "", nil, false })
	add("bookmark-card", func(d *portal.Done) {
		d.With, d.Email, d.Next, d.Ask = portal.PaidWith{Method: portal.MethodCard, Brand: "Visa"}, "", nil, false
	})
	return states
}

func receipt(with portal.PaidWith) portal.Receipt {
	r := portal.Receipt{
		Who: maria, Confirmation: number, Amount: total, At: now, Counts: today, With: with, File: "/pay/done/x/receipt.pdf", Back: "/pay/done/x",
		Lines: []portal.Line{
			{Kind: portal.LineHealth, Month: covers, Amount: money.Cents(10950)},
			{Kind: portal.LineDental, Month: covers, Amount: money.Cents(1500)},
		},
	}
	if with.Method == portal.MethodBank {
		r.Authorization = "By selecting Pay $124.50 now you let Example Marketplace take $124.50 one time from the bank account on this page on or after November 20, 2026."
	}
	return r
}

func overpaid() portal.Receipt {
	r := receipt(bankPaid)
	r.Amount = money.Cents(14450)
	r.Lines = append(r.Lines, portal.Line{Kind: portal.LineCredit, Amount: money.Cents(2000)})
	return r
}

func stopped() []State {
	var states []State
	add := func(name string, s portal.Stopped) {
		states = append(states, State{"stopped", name, at(portal.PathStatus), s})
	}
	add("session", portal.Stopped{Kind: portal.StopSession, Minutes: 30})
	add("session-not-charged", portal.Stopped{Kind: portal.StopSession, Minutes: 30, NotCharged: true})
	add("paid", portal.Stopped{Kind: portal.StopPaid, Amount: total, At: now, Confirmation: number, Receipt: "/pay/done/x/receipt"})
	add("paid-by-another", portal.Stopped{Kind: portal.StopPaid, Amount: total, At: now, Confirmation: number})
	add("changed", portal.Stopped{Kind: portal.StopChanged, Op: op, Old: total, Amount: money.Cents(10950), Due: money.Cents(10950)})
	for _, reason := range []portal.DeclineReason{portal.DeclineGeneric, portal.DeclineFunds, portal.DeclineExpired, portal.DeclineStepUp} {
		add("declined-"+string(reason), portal.Stopped{Kind: portal.StopDeclined, Amount: total, Reason: reason})
	}
	add("unfinished", portal.Stopped{Kind: portal.StopUnfinished, Reference: "9D4E55", Emailed: true})
	add("unfinished-no-email", portal.Stopped{Kind: portal.StopUnfinished, Reference: "9D4E55"})
	add("not-taken", portal.Stopped{Kind: portal.StopNotTaken, Reference: "9D4E55"})
	add("account", portal.Stopped{Kind: portal.StopAccount})
	add("account-or-card", portal.Stopped{Kind: portal.StopAccount, Cards: true})
	add("canceled", portal.Stopped{Kind: portal.StopCanceled})
	return states
}
