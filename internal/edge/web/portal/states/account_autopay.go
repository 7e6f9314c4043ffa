package states

import (
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/edge/web/portal"
)

func nextPayment() *portal.AutoPayNext {
	return &portal.AutoPayNext{On: due, Amount: total, Known: true, Month: covers, StopBy: evening}
}

func heldPayment() *portal.Held {
	return &portal.Held{
		ID: op, Month: covers, Is: money.Cents(51200), Was: total, Cap: money.Cents(20000), Why: portal.HeldOverCap, On: due, Due: due,
		Change: &portal.Change{Cause: portal.CauseTaxCredit, Was: total, Is: money.Cents(51200), On: day("2026-11-01")},
	}
}

// retriedTooLate is a payment that came back and is tried again after the bill
// is due.
func retriedTooLate() *portal.AutoPayNext {
	next := nextPayment()
	next.On, next.Retry, next.Late = day("2026-11-27"), true, due
	return next
}

func checkingAccount() portal.Saved {
	return portal.Saved{ID: op, Kind: portal.AccountChecking, LastFour: "6789", AutoPay: true}
}

// waitingAccount is one from which nothing can be taken yet.
func waitingAccount(wait portal.SavedWait) portal.Saved {
	return portal.Saved{ID: "w" + string(wait), Kind: portal.AccountChecking, LastFour: "3456", Wait: wait, Arrives: due, AnswerBy: day("2026-12-07")}
}

func ownAutoPay() portal.AutoPay {
	return portal.AutoPay{
		State: portal.AutoPayOn, Manage: true, LastFour: "6789", Next: nextPayment(), CanPay: true, Proof: true,
		Before: []portal.AutoPayProof{{Path: portal.PathAutoPayProof + "?of=" + op, From: day("2025-11-03"), Until: day("2026-06-01")}},
		Terms:  &portal.AutoPayTerms{Day: 23, Bank: checkingAccount(), Cap: money.Cents(18700), Always: true, Days: 10},
		Rows: []portal.AutoPayRow{
			{On: day("2026-10-23"), Amount: total, Status: portal.StatusReceived, Path: portal.PathPayments + "/" + op},
			{On: day("2026-09-23"), Amount: total, Status: portal.StatusPaid, Path: portal.PathPayments + "/" + op},
			{On: day("2026-08-24"), Amount: total, Status: portal.StatusReturned, Path: portal.PathPayments + "/" + op},
			{On: day("2026-07-23"), Amount: total, Status: portal.StatusCanceled},
		},
	}
}

func autoPay() []State {
	var states []State
	add := func(name string, edit func(*portal.AutoPay)) {
		a := ownAutoPay()
		edit(&a)
		states = append(states, State{"autopay", name, in(portal.PathAutoPay), a})
	}
	over := func(state portal.AutoPayState) func(*portal.AutoPay) {
		return func(a *portal.AutoPay) { a.State, a.Since, a.Next, a.Terms = state, day("2026-10-31"), nil, nil }
	}
	add("on", func(*portal.AutoPay) {})
	add("on-rolled", func(a *portal.AutoPay) {
		a.Next.On, a.Next.Settles = day("2026-05-23"), day("2026-05-26")
		a.Terms.Always, a.Terms.Over, a.Terms.Cap, a.Terms.Bank.Nickname = false, money.Cents(1000), money.Zero, "Household"
	})
	add("on-no-bill-yet", func(a *portal.AutoPay) { a.Next.Known = false })
	add("after-cut-off", func(a *portal.AutoPay) { a.Next.Sent = true })
	add("retry", func(a *portal.AutoPay) { a.Next.Retry = true })
	add("retry-too-late", func(a *portal.AutoPay) { a.Next = retriedTooLate() })
	add("ending", func(a *portal.AutoPay) { a.Last = due })
	for _, why := range []portal.HeldWhy{portal.HeldOverCap, portal.HeldOverLast, portal.HeldNotInTime} {
		add("held-"+string(why), func(a *portal.AutoPay) { a.Held = heldPayment(); a.Held.Why = why })
	}
	add("held-first", func(a *portal.AutoPay) { a.Held = heldPayment(); a.Held.Was, a.Held.Change = money.Zero, nil })
	add("seen-by-a-helper", func(a *portal.AutoPay) { a.Held, a.Manage = heldPayment(), false })
	add("off", func(a *portal.AutoPay) { *a = portal.AutoPay{State: portal.AutoPayOff, Manage: true} })
	add("stopped", over(portal.AutoPayStopped))
	add("paused", func(a *portal.AutoPay) { over(portal.AutoPayPaused)(a); a.Keep = 12 })
	add("paused-one", func(a *portal.AutoPay) { over(portal.AutoPayPaused)(a); a.Keep = 1 })
	add("returned", func(a *portal.AutoPay) { over(portal.AutoPayReturned)(a); a.Returned = 2 })
	add("returned-one", func(a *portal.AutoPay) { over(portal.AutoPayReturned)(a); a.Returned = 1 })
	add("account", over(portal.AutoPayAccount))
	add("unverified", over(portal.AutoPayUnverified))
	for _, wait := range []portal.SavedWait{portal.WaitBank, portal.WaitComing, portal.WaitAmounts} {
		add("waits-"+string(wait), func(a *portal.AutoPay) { waits(a, wait) })
		add("waits-"+string(wait)+"-bill", func(a *portal.AutoPay) {
			waits(a, wait)
			bill := onlyIf()
			a.Waits.OnlyIf = &bill
		})
	}
	add("waits-late", func(a *portal.AutoPay) {
		waits(a, portal.WaitComing)
		late := tooLate()
		a.Waits.OnlyIf = &late
	})
	add("waits-held", func(a *portal.AutoPay) {
		waits(a, portal.WaitAmounts)
		a.Held = heldPayment()
	})
	add("refused", over(portal.AutoPayRefused))
	return states
}

// waits has AutoPay wait for its bank account.
func waits(a *portal.AutoPay, wait portal.SavedWait) {
	a.Terms.Bank, a.Waits = waitingAccount(wait), waitsFor(wait)
}

func waitsFor(wait portal.SavedWait) *portal.AutoPayWaits {
	return &portal.AutoPayWaits{Saved: waitingAccount(wait)}
}

func autoPaySetUp() []State {
	return append(append(autoPayChoices(), autoPayChecks()...), autoPayEnds()...)
}

func autoPayChoices() []State {
	days := portal.AutoPayDay{Days: []portal.DayChoice{{Day: 15, DaysDue: 8, First: day("2026-12-15")}, {Day: 23, First: due}}, Chosen: 23}
	changed, none := days, days
	changed.Change, changed.Chosen, changed.Days = true, 15, append(changed.Days, portal.DayChoice{Day: 22, DaysDue: 1, First: day("2026-11-22")})
	none.Chosen, none.Problems = 0, problem(portal.FieldDay, portal.ProblemDay)
	named := portal.Saved{ID: "b", Kind: portal.AccountSavings, LastFour: "1116", Nickname: "Household"}
	bank := portal.AutoPayBank{Saved: []portal.Saved{checkingAccount(), named, {ID: "c", Kind: portal.AccountSavings, LastFour: "0001"}}, Chosen: op}
	other, unchosen := bank, bank
	other.Chosen, other.Change = portal.ChoiceOther, true
	unchosen.Chosen, unchosen.Problems = "", problem(portal.FieldSaved, portal.ProblemSaved)
	fresh := portal.NewBank{ForAutoPay: true, Step: 2}
	typed := portal.BankForm{Name: "Maria Silva", Kind: portal.AccountChecking, Routing: "110000000", Account: "000123456789"}
	refused := portal.NewBank{ForAutoPay: true, Step: 2, Form: typed, NotConfirmed: true}
	cameBack := portal.NewBank{Form: typed, CameBack: true}
	empty := fresh
	empty.Problems.Add(portal.FieldName, portal.ProblemNameEmpty)
	empty.Problems.Add(portal.FieldKind, portal.ProblemKind)
	empty.Problems.Add(portal.FieldRouting, portal.ProblemRoutingEmpty)
	empty.Problems.Add(portal.FieldAccount, portal.ProblemAccountEmpty)
	empty.Problems.Add(portal.FieldNickname, portal.ProblemNickLength)
	at := portal.PathAutoPayDay
	return []State{
		{"autopay_day", "default", in(at), days},
		{"autopay_day", "change", in(at), changed},
		{"autopay_day", "none", in(at), none},
		{"autopay_bank", "default", in(portal.PathAutoPayBank), bank},
		{"autopay_bank", "change", in(portal.PathAutoPayBank), other},
		{"autopay_bank", "none", in(portal.PathAutoPayBank), unchosen},
		{"new_bank", "autopay", in(portal.PathAutoPayNew), fresh},
		{"new_bank", "refused", in(portal.PathAutoPayNew), refused},
		{"new_bank", "too-often", in(portal.PathAutoPayNew), portal.NewBank{ForAutoPay: true, Step: 2, Form: typed, TooOften: true}},
		{"new_bank", "came-back", in(portal.PathSavedNew), cameBack},
		{"autopay_bank", "waits", in(portal.PathAutoPayBank), portal.AutoPayBank{Saved: []portal.Saved{checkingAccount(), waitingAccount(portal.WaitComing), waitingAccount(portal.WaitAmounts)}}},
		{"new_bank", "empty", in(portal.PathAutoPayNew), empty},
		{"new_bank", "save", in(portal.PathSavedNew), portal.NewBank{}},
	}
}

func autoPayChecks() []State {
	var states []State
	add := func(name string, edit func(*portal.AutoPayCheck)) {
		c := portal.AutoPayCheck{
			Op: op, Day: 15, Bank: checkingAccount(), First: portal.FirstDebit{On: day("2026-12-15"), Amount: total, Known: true, Covers: covers.Next()},
			Unpaid: &portal.Unpaid{Amount: total, Month: covers, Due: due}, Least: total,
			Form:  portal.AutoPayForm{Notice: portal.NoticeAlways, Over: "10.00", Cap: "187.00"},
			Rules: portal.AutoPayRules{NoticeDays: 10, BankDays: 1, Cutoff: evening, Today: today},
		}
		edit(&c)
		states = append(states, State{"autopay_check", name, in(portal.PathAutoPayCheck), c})
	}
	add("unpaid-before", func(*portal.AutoPayCheck) {})
	add("waits", func(c *portal.AutoPayCheck) {
		c.Bank, c.Waits, c.PayOther, c.Unpaid = waitingAccount(portal.WaitComing), waitsFor(portal.WaitComing), c.Unpaid, nil
	})
	add("waits-bill", func(c *portal.AutoPayCheck) {
		late := tooLate()
		c.Day, c.Unpaid, c.First.On, c.First.Covers = 23, nil, due, covers
		c.Bank, c.Waits = waitingAccount(portal.WaitComing), waitsFor(portal.WaitComing)
		c.Waits.OnlyIf = &late
	})
	add("default", func(c *portal.AutoPayCheck) { c.Day, c.Unpaid, c.First.On, c.First.Covers = 23, nil, due, covers })
	add("amount-not-known", func(c *portal.AutoPayCheck) {
		c.Unpaid, c.First.Known, c.First.Settles, c.Rules.BankDays = nil, false, day("2026-12-16"), 2
	})
	add("new-account", func(c *portal.AutoPayCheck) {
		c.Number = &portal.BankForm{Name: "Maria Silva", Kind: portal.AccountChecking, Routing: "110000000", Account: "000123456789"}
		c.Day = 10
	})
	for i, d := range []int{15, 23, 10} {
		add("change-"+string(rune('a'+i)), func(c *portal.AutoPayCheck) {
			c.Change, c.Unpaid, c.Day = true, nil, d
			if i == 0 {
				c.Later = day("2026-12-15")
			}
		})
	}
	add("wrong", func(c *portal.AutoPayCheck) {
		c.Form.Notice, c.Form.Cap = "", "20"
		c.Problems.Add(portal.FieldNow, portal.ProblemNow)
		c.Problems.Add(portal.FieldCap, portal.ProblemCapLow, "least", total)
		c.Problems.Add(portal.FieldNotice, portal.ProblemNotice)
	})
	for name, p := range map[string]portal.Problems{
		"cap-syntax":  problem(portal.FieldCap, portal.ProblemCapSyntax),
		"over-empty":  problem(portal.FieldOver, portal.ProblemOverEmpty),
		"over-syntax": problem(portal.FieldOver, portal.ProblemOverSyntax),
	} {
		add(name, func(c *portal.AutoPayCheck) { c.Problems, c.Form.Notice = p, portal.NoticeOver })
	}
	return states
}

func autoPayEnds() []State {
	first := portal.FirstDebit{On: day("2026-12-15"), Amount: total, Known: true, Covers: covers.Next()}
	rolled := first
	rolled.Settles = day("2026-12-16")
	bill := portal.Unpaid{Amount: total, Month: covers, Due: due}
	only, waitsOfBill := onlyIf(), waitsFor(portal.WaitAmounts)
	waitsOfBill.OnlyIf = &only
	done := func(name string, d portal.AutoPayDone) State {
		return State{"autopay_done", name, in(portal.PathAutoPayDone), d}
	}
	stop := func(name string, s portal.AutoPayStop) State {
		return State{"autopay_stop", name, in(portal.PathAutoPayStop), s}
	}
	unknown, sent := nextPayment(), nextPayment()
	unknown.Known, sent.Sent = false, true
	sentUnknown := *sent
	sentUnknown.Known = false
	return []State{
		done("on", portal.AutoPayDone{Kind: portal.DoneOn, First: first, StopBy: evening, Email: "m•••@example.org"}),
		done("on-paid-too", portal.AutoPayDone{Kind: portal.DoneOn, First: rolled, StopBy: evening, Paid: &portal.PaidNow{Amount: total, Confirmation: number, Path: portal.PathPayments + "/" + op}}),
		done("on-not-paid", portal.AutoPayDone{Kind: portal.DoneOn, First: first, StopBy: evening, Paid: &portal.PaidNow{Amount: total, Failed: true}, Bill: &bill}),
		done("on-waits", portal.AutoPayDone{Kind: portal.DoneOn, First: first, StopBy: evening, Waits: waitsFor(portal.WaitComing)}),
		done("changed", portal.AutoPayDone{Kind: portal.DoneChanged, First: first, Later: true}),
		done("on-waits-bill", portal.AutoPayDone{Kind: portal.DoneOn, First: first, StopBy: evening, Waits: waitsOfBill}),
		done("changed-waits", portal.AutoPayDone{Kind: portal.DoneChanged, First: first, Waits: waitsFor(portal.WaitAmounts)}),
		done("released-waits", portal.AutoPayDone{Kind: portal.DoneReleased, Last: due, Waits: waitsFor(portal.WaitAmounts)}),
		done("stopped", portal.AutoPayDone{Kind: portal.DoneStopped, Bill: &bill, Email: "m•••@example.org"}),
		done("stopped-nothing-due", portal.AutoPayDone{Kind: portal.DoneStopped, Next: day("2026-12-01")}),
		done("stopping", portal.AutoPayDone{Kind: portal.DoneStopping, Last: due}),
		done("released", portal.AutoPayDone{Kind: portal.DoneReleased, Last: due}),
		done("declined", portal.AutoPayDone{Kind: portal.DoneDeclined, Bill: &bill}),
		stop("default", portal.AutoPayStop{Next: nextPayment(), LastFour: "6789", Now: true, Bill: &bill}),
		stop("no-bill-yet", portal.AutoPayStop{Next: unknown, LastFour: "6789", Now: true}),
		stop("late", portal.AutoPayStop{Next: sent, LastFour: "6789", Bill: &bill}),
		stop("late-no-bill", portal.AutoPayStop{Next: &sentUnknown, LastFour: "6789"}),
		stop("waits", portal.AutoPayStop{LastFour: "6789", Now: true, Waits: true, Bill: &bill}),
		stop("nothing-planned", portal.AutoPayStop{LastFour: "6789"}),
		stop("none", portal.AutoPayStop{Next: nextPayment(), Now: true, Problems: problem(portal.FieldWhen, portal.ProblemWhen)}),
	}
}

func payments() []State {
	var rows []portal.PaymentRow
	statuses := []portal.PaymentStatus{
		portal.StatusReceived, portal.StatusPaid, portal.StatusReturned, portal.StatusReceived, portal.StatusPaid, portal.StatusCanceled, portal.StatusRefunded,
	}
	for i, how := range []portal.Channel{
		portal.ChannelBank, portal.ChannelCard, portal.ChannelAutoPay, portal.ChannelCheck, portal.ChannelBillPay, portal.ChannelPhone, portal.ChannelOther,
	} {
		row := portal.PaymentRow{
			On: day("2026-11-20").AddDays(-30 * i), Amount: total, With: how, Confirmation: number, Status: statuses[i], Path: portal.PathPayments + "/" + op,
		}
		ending := row
		ending.LastFour = "6789"
		rows = append(rows, row, ending)
	}
	frame := in(portal.PathPayments)
	states := []State{
		{"payments", "default", frame, portal.Payments{Years: []int{2026, 2025}, Rows: rows, More: portal.PathPayments + "?before=" + op}},
		{"payments", "found", frame, portal.Payments{Search: "124.50", Rows: rows[:2], Filtered: true}},
		{"payments", "not-found", frame, portal.Payments{Search: "999", Filtered: true, Years: []int{2026}}},
		{"payments", "year", frame, portal.Payments{Years: []int{2026, 2025}, Year: 2026, Rows: rows[:4], Filtered: true}},
		{"payments", "empty", frame, portal.Payments{}},
	}
	return append(states, onePayment()...)
}

func onePayment() []State {
	var states []State
	add := func(name string, edit func(*portal.Payment)) {
		path := portal.PathPayments + "/" + op
		p := portal.Payment{
			Confirmation: number, Amount: total, At: now, Counts: today, How: portal.PaymentRow{With: portal.ChannelBank, LastFour: "6789"}.How(),
			Status: portal.StatusReceived, Receipt: path + "/receipt.pdf", Letter: path + "/proof.pdf",
			ReceiptFile: portal.Paper{Pages: 2, Kilobytes: 13}, LetterFile: portal.Paper{Pages: 1, Kilobytes: 13}, Agreed: "By selecting Pay $124.50 now you let …",
			Lines: []portal.Line{{Kind: portal.LineHealth, Month: covers, Amount: money.Cents(10950)}, {Kind: portal.LineDental, Month: covers, Amount: money.Cents(1500)}},
			Steps: []portal.Happened{{Step: portal.StepReceived, On: today}, {Step: portal.StepWaiting}},
		}
		edit(&p)
		states = append(states, State{"payment", name, in(path), p})
	}
	add("received", func(*portal.Payment) {})
	add("paid", func(p *portal.Payment) {
		p.Status, p.Steps = portal.StatusPaid, []portal.Happened{{Step: portal.StepReceived, On: today}, {Step: portal.StepConfirmed, On: due}}
	})
	for _, last := range []portal.PaymentStep{portal.StepAgreed, portal.StepQueried, portal.StepUnconfirmed, portal.StepLateAnswer, portal.StepLateTelling} {
		for _, carrier := range []string{"Harbor Health Plan", ""} {
			name := "carrier-" + strings.ReplaceAll(string(last), "_", "-")
			if carrier == "" {
				name += "-helper"
			}
			add(name, func(p *portal.Payment) {
				end := portal.Happened{Step: last, Carrier: carrier}
				if last == portal.StepAgreed || last == portal.StepQueried {
					end.On = day("2026-11-27")
				}
				told := portal.Happened{Step: portal.StepTold, On: today, Carrier: carrier}
				p.Steps = []portal.Happened{{Step: portal.StepReceived, On: today}, told, end, {Step: portal.StepWaiting}}
				if last == portal.StepLateTelling {
					p.Steps = slices.Delete(p.Steps, 1, 2)
				}
			})
		}
	}
	add("by-autopay", func(p *portal.Payment) {
		p.AutoPay, p.Steps = true, []portal.Happened{{Step: portal.StepAsked, On: today, Counts: due}, {Step: portal.StepWaiting}}
	})
	add("refunded", func(p *portal.Payment) {
		p.Status = portal.StatusRefunded
		p.Steps = []portal.Happened{{Step: portal.StepReceived, On: today}, {Step: portal.StepConfirmed, On: due}, {Step: portal.StepRefunded, On: day("2026-11-30"), Amount: money.Cents(2000)}}
	})
	add("can-cancel", func(p *portal.Payment) { p.CancelBy, p.Cancel = now, portal.PathPayments+"/"+op+"/cancel" })
	add("too-late", func(p *portal.Payment) { p.TooLate = true })
	add("canceled", func(p *portal.Payment) {
		p.Status, p.Letter, p.Lines, p.Agreed = portal.StatusCanceled, "", nil, ""
		p.Steps = []portal.Happened{{Step: portal.StepReceived, On: today}, {Step: portal.StepCanceled, On: today}}
	})
	for i, code := range []string{"R01", "R02", "R03", "R08", "R10", "R16", "R99", ach.CodeDisputed} {
		add("returned-"+code, func(p *portal.Payment) {
			p.Status, p.Reason, p.Letter, p.Lines, p.Agreed = portal.StatusReturned, portal.ReasonOf(code), "", nil, ""
			p.Steps = []portal.Happened{{Step: portal.StepReceived, On: today}, {Step: portal.StepReturned, On: day("2026-11-24")}}
			if code == ach.CodeDisputed {
				p.Status, p.AutoPay, p.Steps = portal.StatusCanceled, true, []portal.Happened{{Step: portal.StepNotTaken, On: today}}
			}
			p.Due, p.By, p.CanPay = total, due, true
			switch i {
			case 1:
				p.By = civil.Date{}
			case 2:
				p.Due, p.CanPay = money.Zero, false
			}
		})
	}
	return states
}
