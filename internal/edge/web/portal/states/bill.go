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
		Why: explanation(),
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
		portal.Why{Cause: portal.CausePremium, Plan: portal.LineHealth, Month: covers, Amount: money.Cents(100)},
		portal.Why{Cause: portal.CausePremium, Plan: portal.LineDental, Month: covers, Amount: money.Cents(100)},
		portal.Why{Cause: portal.CauseTaxCredit, Plan: portal.LineDental, Month: covers, Amount: money.Cents(-100)},
		portal.Why{Cause: portal.CauseStateHelp, Plan: portal.LineDental, Month: covers, Amount: money.Cents(-100)},
		carried(money.Cents(6200)),
		portal.Why{Cause: portal.CauseAdjustment, Month: covers.Prev(), Amount: money.Cents(-700)},
		portal.Why{Cause: portal.CauseCredit, Amount: money.Cents(-2000)},
		portal.Why{Cause: portal.CausePayment, Amount: money.Cents(-3500)})
}

func timeline() []portal.Step {
	return []portal.Step{
		{Kind: portal.StepUnpaid, On: day("2026-10-23"), Month: civil.MustParseMonth("2026-11")},
		{Kind: portal.StepGrace, On: day("2026-11-01")},
		{Kind: portal.StepWarned, On: day("2026-11-05"), Here: true},
		{Kind: portal.StepPay, On: due, Amount: money.Cents(24900)},
		{Kind: portal.StepLastDay, On: day("2027-01-23"), Amount: money.Cents(49800), Ends: day("2026-11-30")},
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
	})
	add("pay-again", func(b *portal.Bill) {
		paid := banners()[0]
		b.Banner, b.Ahead, b.Due, b.Lines, b.Why = &paid, true, money.Zero, nil, nil
	})
	add("every-cause", func(b *portal.Bill) { b.Why = allCauses() })
	add("first-bill-not-issued", func(b *portal.Bill) { b.HasBill = false })
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
	return append(states,
		State{"less", "default", at(portal.PathLess), portal.ShortAmount{Op: op, Entered: money.Cents(5000), Keeps: total, By: due, Covers: covers}},
		State{"again", "default", at(portal.PathAgain), portal.PayAgain{Op: op, Paid: total, At: now, Confirmation: number}},
		State{"again", "no-number", at(portal.PathAgain), portal.PayAgain{Op: op, Paid: total, At: now}},
		State{"again", "waiting", at(portal.PathAgain), portal.PayAgain{Op: op, Paid: total, At: now, Waiting: true}})
}

// forBanner makes the rest of the bill agree with its banner.
func forBanner(b *portal.Bill) {
	switch b.Banner.Kind {
	case portal.BannerPaidToday, portal.BannerNothingDue, portal.BannerCredit, portal.BannerEmployer:
		b.Due, b.Lines, b.Why = money.Zero, nil, nil
	case portal.BannerPastDue:
		b.Due, b.Timeline = money.Cents(24900), timeline()
		b.PastDue = &portal.PastDue{Amount: money.Cents(12450), Through: day("2026-11-30")}
		b.Lines = append([]portal.Line{{Kind: portal.LinePastDue, Month: covers.Prev(), Amount: total}}, b.Lines...)
		b.Why = append(b.Why, carried(total))
	case portal.BannerRestart:
		b.Due, b.PayBy = money.Cents(49800), day("2026-12-05")
		b.Lines = append([]portal.Line{{Kind: portal.LinePastDue, Month: covers.Prev(), Amount: money.Cents(37350)}}, b.Lines...)
		b.Why = append(b.Why, carried(money.Cents(37350)))
		b.Timeline = []portal.Step{
			{Kind: portal.StepEnds, On: day("2026-10-31"), Here: true},
			{Kind: portal.StepRestart, On: day("2026-12-05"), Amount: money.Cents(49800)},
		}
	}
}

func banners() []portal.Banner {
	return []portal.Banner{
		{Kind: portal.BannerPaidToday, Amount: total, At: now, Confirmation: number},
		{Kind: portal.BannerInProcess, Amount: total, At: now},
		{Kind: portal.BannerAutoPay, Amount: total, By: due},
		{Kind: portal.BannerFirstPayment, Amount: total, By: day("2026-12-23"), Starts: day("2027-01-01")},
		{Kind: portal.BannerPastDue, Amount: money.Cents(24900), By: due},
		{Kind: portal.BannerDueSoon, By: due},
		{Kind: portal.BannerRestart, Amount: money.Cents(49800), By: day("2026-12-05"), Ended: day("2026-10-31")},
		{Kind: portal.BannerEnded, Ended: day("2026-08-31")},
		{Kind: portal.BannerNothingDue, NextBill: day("2026-12-01")},
		{Kind: portal.BannerCredit, Amount: money.Cents(2000)},
		{Kind: portal.BannerEmployer},
	}
}
