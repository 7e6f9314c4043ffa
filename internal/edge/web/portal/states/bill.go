package states

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/edge/web/portal"
)

func clean() portal.Bill {
	return portal.Bill{
		Op: op, Who: maria, Due: total, PayBy: due, Covers: covers, HasBill: true,
		Lines: []portal.Line{
			{Kind: portal.LineHealth, Month: covers, Amount: money.Cents(10950)},
			{Kind: portal.LineDental, Month: covers, Amount: money.Cents(1500)},
		},
		Why:     explanation(),
		Choices: []portal.Choice{{Kind: portal.ChoiceTotal, Amount: total, Effect: portal.EffectKeeps, Date: covers.Last()}},
		Form:    portal.AmountForm{Choice: string(portal.ChoiceTotal)},
	}
}

func explanation() []portal.Why {
	return []portal.Why{
		{Cause: portal.CausePremium, Plan: portal.LineHealth, Month: covers, Amount: money.Cents(51200)},
		{Cause: portal.CauseTaxCredit, Plan: portal.LineHealth, Month: covers, Amount: money.Cents(-32000)},
		{Cause: portal.CauseStateHelp, Plan: portal.LineHealth, Month: covers, Amount: money.Cents(-8250)},
		{Cause: portal.CausePremium, Plan: portal.LineDental, Month: covers, Amount: money.Cents(1500)},
	}
}

func carried(amount money.Amount) portal.Why {
	return portal.Why{Cause: portal.CauseCarried, Month: covers.Prev(), Amount: amount}
}

// allCauses has every line that an explanation can have.
func allCauses() []portal.Why {
	return append(explanation(),
		portal.Why{Cause: portal.CausePremium, Plan: portal.LineHealth, Month: covers, Amount: money.Cents(300)},
		portal.Why{Cause: portal.CauseWaiver, Plan: portal.LineDental, Month: covers, Amount: money.Cents(-100)},
		portal.Why{Cause: portal.CauseWaiver, Amount: money.Cents(-100)},
		portal.Why{Cause: portal.CausePremium, Plan: portal.LineDental, Month: covers, Amount: money.Cents(100)},
		portal.Why{Cause: portal.CauseTaxCredit, Plan: portal.LineDental, Month: covers, Amount: money.Cents(-100)},
		portal.Why{Cause: portal.CauseStateHelp, Plan: portal.LineDental, Month: covers, Amount: money.Cents(-100)},
		carried(money.Cents(6200)),
		portal.Why{Cause: portal.CauseCredit, Amount: money.Cents(-2000)},
		portal.Why{Cause: portal.CausePayment, Amount: money.Cents(-4200)})
}

// timeline is the long track of somebody who has help and paid a part since October.
func timeline() []portal.Timeline {
	ends := day("2026-10-31")
	return []portal.Timeline{{Steps: []portal.Step{
		{Kind: portal.StepUnpaid, On: day("2026-09-23"), Month: covers.Add(-2)},
		{Kind: portal.StepGrace, On: day("2026-10-01")},
		{Kind: portal.StepPassed, On: day("2026-10-23"), Amount: total},
		{Kind: portal.StepHold, On: day("2026-11-01"), Here: true},
		{Kind: portal.StepPay, On: due, Amount: money.Cents(24900)},
		{Kind: portal.StepHold, On: day("2026-12-01")},
		{Kind: portal.StepLastDay, On: day("2026-12-23"), Amount: money.Cents(37350), Ends: ends},
	}}}
}

// twoTimelines: the dental plan has ended, the health plan has extra time.
func twoTimelines() []portal.Timeline {
	both := append(timeline(), portal.Timeline{Plan: portal.LineDental, Steps: restartSteps()})
	both[0].Plan = portal.LineHealth
	return both
}

func restartSteps() []portal.Step {
	return []portal.Step{
		{Kind: portal.StepEnds, On: day("2026-10-31"), Ends: day("2026-08-31"), Here: true},
		{Kind: portal.StepBack, On: due, Amount: money.Cents(49800)},
		{Kind: portal.StepRestart, On: day("2026-12-05"), Amount: money.Cents(62250)},
	}
}

func bill() []State {
	frame := at(portal.PathAmount)
	states := []State{{"bill", "clean", frame, clean()}}
	add := func(name string, change func(*portal.Bill)) {
		b := clean()
		change(&b)
		states = append(states, State{"bill", name, frame, b})
	}
	for _, b := range banners() {
		add("banner-"+string(b.Kind), func(v *portal.Bill) { v.Banner = &b; forBanner(v) })
	}
	add("pay-ahead", func(b *portal.Bill) {
		b.Banner, b.Ahead, b.Due, b.Lines, b.Why = &portal.Banner{Kind: portal.BannerNothingDue, NextBill: day("2026-12-01")}, true, money.Zero, nil, nil
		b.Choices = nil
	})
	add("costs-nothing", func(b *portal.Bill) {
		b.Banner, b.NoMore, b.Due, b.Lines, b.Why = &portal.Banner{Kind: portal.BannerNothingDue, NextBill: day("2026-12-01")}, true, money.Zero, nil, nil
		b.Choices = nil
	})
	add("due-soon-postmark", func(b *portal.Bill) {
		b.Banner = &portal.Banner{Kind: portal.BannerDueSoon, By: due, Postmark: true}
	})
	add("pay-again", func(b *portal.Bill) {
		paid := banners()[0]
		b.Banner, b.Ahead, b.Due, b.Lines, b.Why = &paid, true, money.Zero, nil, nil
		b.Choices = nil
	})
	add("part-restart", func(b *portal.Bill) {
		part := portal.Banner{Kind: portal.BannerPartDental, Amount: money.Cents(32400), By: due, Ended: day("2026-08-31"), Later: money.Cents(33900), Last: day("2026-12-05")}
		pastDue(b)
		b.Part, b.Timeline = &part, twoTimelines()
		b.Choices = append(b.Choices, portal.Choice{Kind: portal.ChoiceRestart, Amount: part.Amount, Effect: portal.EffectRestart})
	})
	for _, kind := range []portal.BannerKind{portal.BannerPart, portal.BannerPartHealth} {
		add(string(kind), func(b *portal.Bill) {
			b.Banner, b.Due, b.Lines, b.Why = &portal.Banner{Kind: portal.BannerNothingDue, NextBill: day("2026-12-01")}, money.Zero, nil, nil
			b.Part = &portal.Banner{Kind: kind, Amount: money.Cents(6000), By: day("2026-12-05"), Ended: day("2026-08-31")}
			b.Timeline = []portal.Timeline{{Steps: restartSteps()}}
			b.Choices = []portal.Choice{{Kind: portal.ChoiceRestart, Amount: money.Cents(6000), Effect: portal.EffectRestart}}
		})
	}
	add("every-cause", func(b *portal.Bill) { b.Why = allCauses() })
	add("first-bill-not-issued", func(b *portal.Bill) { b.HasBill = false })
	add("own", func(b *portal.Bill) { b.Own = true })
	add("no-choice", func(b *portal.Bill) {
		b.Form.Choice, b.Problems = "none", problem(portal.FieldChoice, portal.ProblemChoice)
	})
	for name, p := range map[string]portal.Problems{
		"empty":  problem(portal.FieldOther, portal.ProblemAmountEmpty),
		"zero":   problem(portal.FieldOther, portal.ProblemAmountZero),
		"most":   problem(portal.FieldOther, portal.ProblemAmountMost, "most", money.Cents(49800)),
		"syntax": problem(portal.FieldOther, portal.ProblemAmountSyntax),
	} {
		add("other-"+name, func(b *portal.Bill) {
			b.Form, b.Problems = portal.AmountForm{Choice: portal.ChoiceOther, Other: "12,50"}, p
		})
	}
	short := portal.ShortAmount{Op: op, Entered: money.Cents(5000), Keeps: total, By: due, Covers: covers}
	first, plan := short, short
	first.By, first.Starts, plan.Plan = day("2026-12-23"), day("2027-01-01"), true
	return append(states,
		State{"less", "first", at(portal.PathLess), first}, State{"less", "plan", at(portal.PathLess), plan},
		State{"less", "default", at(portal.PathLess), short},
		State{"again", "default", at(portal.PathAgain), portal.PayAgain{Op: op, Paid: total, At: now, Confirmation: number}},
		State{"again", "no-number", at(portal.PathAgain), portal.PayAgain{Op: op, Paid: total, At: now}},
		State{"again", "waiting", at(portal.PathAgain), portal.PayAgain{Op: op, Paid: total, At: now, Waiting: true}})
}

// forBanner makes the rest of the bill agree with its banner.
func forBanner(b *portal.Bill) {
	switch b.Banner.Kind {
	case portal.BannerPaidToday, portal.BannerNothingDue, portal.BannerCredit, portal.BannerEmployer, portal.BannerRestarting, portal.BannerLapsed:
		b.Due, b.Lines, b.Why, b.Choices = money.Zero, nil, nil, nil
	case portal.BannerFirstPayment:
		b.PayBy, b.Covers = b.Banner.By, covers.Next()
		b.Choices[0].Effect, b.Choices[0].Date = portal.EffectStarts, b.Banner.Starts
	case portal.BannerPastDue:
		pastDue(b)
	case portal.BannerEnding:
		pastDue(b)
		b.Banner = &portal.Banner{Kind: portal.BannerEnding, Amount: money.Cents(24900), Ended: day("2026-10-31")}
		b.PayBy = today
	case portal.BannerHold:
		pastDue(b)
		b.Banner, b.PayBy, b.Timeline = &portal.Banner{Kind: portal.BannerHold}, civil.Date{}, nil
	case portal.BannerPlan:
		pastDue(b)
		b.Banner, b.Timeline = &portal.Banner{Kind: portal.BannerPlan, Amount: money.Cents(16600), By: due}, nil
		b.Choices[1] = portal.Choice{Kind: portal.ChoicePlan, Amount: money.Cents(16600), Effect: portal.EffectPlan}
	case portal.BannerRestart:
		owed, rest := money.Cents(12450), money.Cents(37350)
		b.Due, b.PayBy, b.From, b.Covers = owed.Add(rest), due, covers.Add(-4), covers.Prev()
		b.Lines = []portal.Line{{Kind: portal.LinePastDue, Month: b.From, Amount: owed}, {Kind: portal.LineRestart, Month: b.From.Next(), Amount: rest}}
		b.Why = []portal.Why{{Cause: portal.CauseCarried, Month: b.From, Amount: owed}, {Cause: portal.CauseRestart, Month: b.From.Next(), Amount: rest}}
		b.Choices = []portal.Choice{{Kind: portal.ChoiceTotal, Amount: b.Due, Effect: portal.EffectRestart}}
		b.Timeline = []portal.Timeline{{Steps: restartSteps()}}
	}
}

func pastDue(b *portal.Bill) {
	b.Banner = &portal.Banner{Kind: portal.BannerPastDue, Amount: money.Cents(24900), By: due}
	b.Due, b.From, b.Timeline = money.Cents(24900), covers.Prev(), timeline()
	b.Choices = []portal.Choice{
		{Kind: portal.ChoiceTotal, Amount: b.Due, Effect: portal.EffectKeeps, Date: covers.Last()},
		{Kind: portal.ChoicePastDue, Amount: total, Effect: portal.EffectKeeps, Date: covers.Prev().Last()},
	}
	b.Lines = append([]portal.Line{{Kind: portal.LinePastDue, Month: covers.Prev(), Amount: total}}, b.Lines...)
	b.Why = append(b.Why, carried(total))
}

// onlyIf is of a bill that AutoPay takes if its bank account is confirmed in time.
func onlyIf() portal.Banner {
	return portal.Banner{Kind: portal.BannerAutoPayWaits, Amount: total, On: due, Until: evening, By: due}
}

// tooLate is of one that it does not take.
func tooLate() portal.Banner { return portal.Banner{Kind: portal.BannerAutoPayLate, By: due} }

func banners() []portal.Banner {
	return []portal.Banner{
		{Kind: portal.BannerPaidToday, Amount: total, At: now, Confirmation: number},
		{Kind: portal.BannerInProcess, Amount: total, At: now},
		{Kind: portal.BannerAutoPay, Amount: total, By: due},
		onlyIf(),
		tooLate(),
		{Kind: portal.BannerFirstPayment, Amount: total, By: day("2026-12-23"), Starts: day("2027-01-01")},
		{Kind: portal.BannerHold},
		{Kind: portal.BannerPlan},
		{Kind: portal.BannerPastDue},
		{Kind: portal.BannerEnding},
		{Kind: portal.BannerDueSoon, By: due},
		{Kind: portal.BannerRestart, Amount: money.Cents(49800), By: due, Ended: day("2026-08-31"), Later: money.Cents(62250), Last: day("2026-12-05")},
		{Kind: portal.BannerRestarting, Ended: day("2026-08-31")},
		{Kind: portal.BannerEnded, Ended: day("2026-08-31")},
		{Kind: portal.BannerLapsed},
		{Kind: portal.BannerNothingDue, NextBill: day("2026-12-01")},
		{Kind: portal.BannerCredit, Amount: money.Cents(2000)},
		{Kind: portal.BannerEmployer},
	}
}
