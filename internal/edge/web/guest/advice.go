package guest

import (
	"slices"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
)

// startsShown is how many first days of coverage P4 lists.
const startsShown = 3

// newMembers is P4.
func (v *visit) newMembers() {
	p, today := v.Profile, v.Today()
	view := portal.First{
		Confirmed: civil.StateDays.Add(today, confirmDays), Cards: today.AddDays(idCardDays),
		Reference: p.Identity.Accepts(profile.AliasEnrollmentReference), ZIPCode: slices.Contains(p.Guest.SecondFactor, profile.FactorZIP),
		Card: v.paying.Method(payment.MethodCard),
	}
	due, month := owing.NextDue(p, today)
	for range startsShown {
		view.Starts = append(view.Starts, portal.Start{On: month.First(), PayBy: p.DueOn(month)})
		month = month.Next()
	}
	if p.Binder.Missed.On(due) == profile.BinderRoll {
		view.Moves = p.Binder.MaxRolls.On(due)
	}
	v.Show(view)
}

// behind is P5.
func (v *visit) behind() {
	p, today := v.Profile, v.Today()
	due, month := owing.NextDue(p, today)
	if p.Grace.PaidMonthInYear.On(due) && month.MonthOfYear() == time.January {
		month = month.Next() // an example of the usual case (R-DUE-4)
	}
	view := portal.Behind{
		Price: examplePrice, Due: p.DueOn(month), Helped: missed(p, month, true), Full: missed(p, month, false),
		ChangeBy: p.ChangeBy(today), ChangeOn: p.ChangeOn(today), Waiver: p.Waiver.Enabled.On(today), ReturnDays: p.Reinstate.Days.On(today), Postmark: p.Mail.Rule.On(today) != profile.MailReceived,
	}
	if p.Arrangement.Enabled.On(today) {
		view.PlanMonths = p.Arrangement.MaxMonths.On(today)
	}
	v.Show(view)
}

// examplePrice is a month's cost that is easy to add up.
var examplePrice = money.Cents(100_00)

// missed gives the dates of somebody who misses the payment for a month and
// pays nothing after it: what the rules say of an invented enrollment, so that
// the page can not say anything else.
func missed(p *profile.Profile, month civil.Month, helped bool) []portal.Step {
	charge := func(m civil.Month, paid money.Amount) standing.Charge {
		return standing.Charge{Month: m, DueOn: p.DueOn(m), Share: examplePrice, Paid: paid, Subsidised: helped}
	}
	facts := standing.Facts{Kind: enrollment.AccountIndividual, Enrollments: []standing.Enrollment{{
		Kind: enrollment.KindMedical, Renewal: true, First: month.Prev(), Last: month.Add(11),
		Charges: []standing.Charge{charge(month.Prev(), examplePrice), charge(month, money.Zero)},
	}}}
	steps := owing.StepsOf(standing.Evaluate(p, facts, p.DueOn(month).AddDays(1)).Timeline(0))
	for i := range steps {
		if steps[i].Here = false; steps[i].Kind == portal.StepUnpaid {
			steps[i].Kind = portal.StepMissed
		}
	}
	return steps
}
