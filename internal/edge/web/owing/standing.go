package owing

import (
	"slices"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/portal"
)

// situation is where an account stands, as far as it needs words of its own.
type situation int

const (
	current     situation = iota // nothing is past due
	settled                      // nothing is asked for
	employer                     // somebody else pays
	starting                     // waits for its first payment
	held                         // the clock stands (R-DUE-8)
	planned                      // past due, spread over a payment plan (R-DUE-9)
	pastDue                      // a due date was missed
	ending                       // the last day has passed, the end is not recorded (R-DUE-5)
	restartable                  // all has ended and can be had back (R-DUE-6)
	restarting                   // … and the money for it is there
	ended                        // all has ended for good
	lapsed                       // none of it ever started (R-BIND-2)
)

func (d View) situation() situation {
	_, waits := d.First()
	switch {
	case d.Kind == enrollment.AccountGroup:
		return employer
	case d.Over():
		return d.afterwards()
	case waits:
		return starting
	case !d.Now().IsPositive():
		return settled
	case d.any(func(e standing.EnrollmentStanding) bool { return e.OnHold }):
		return held
	case d.any(func(e standing.EnrollmentStanding) bool { return e.Arrangement == standing.ArrangementKept }):
		return planned
	case d.any(func(e standing.EnrollmentStanding) bool { return e.State == standing.StateEnding }):
		return ending
	case d.Standing.PastDue.IsPositive():
		return pastDue
	}
	return current
}

// afterwards tells apart what has ended.
func (d View) afterwards() situation {
	switch {
	case d.Restart.Paid:
		return restarting
	case d.Restart.Open():
		return restartable
	case d.any(func(e standing.EnrollmentStanding) bool { return e.State == standing.StateEnded }):
		return ended
	}
	return lapsed
}

func (d View) any(is func(standing.EnrollmentStanding) bool) bool {
	return slices.ContainsFunc(d.Standing.Enrollments, is)
}

// Over tells that nothing goes on: every enrollment has ended or never began.
func (d View) Over() bool {
	return len(d.Standing.Enrollments) > 0 &&
		!d.any(func(e standing.EnrollmentStanding) bool {
			return e.State != standing.StateEnded && e.State != standing.StateLapsed
		})
}

// First gives the first enrollment whose coverage waits for its first payment.
func (d View) First() (standing.EnrollmentStanding, bool) {
	i := slices.IndexFunc(d.Standing.Enrollments, func(e standing.EnrollmentStanding) bool {
		return e.State == standing.StatePending && e.Unpaid.IsPositive()
	})
	if i < 0 {
		return standing.EnrollmentStanding{}, false
	}
	return d.Standing.Enrollments[i], true
}

// endedOn is the last day of the coverage that has ended, or is about to end,
// last.
func (d View) endedOn() civil.Date {
	var last civil.Month
	for _, e := range d.Standing.Enrollments {
		if (e.State == standing.StateEnded || e.State == standing.StateEnding) && e.EndMonth.After(last) {
			last = e.EndMonth
		}
	}
	if last.IsZero() {
		return civil.Date{}
	}
	return last.Last()
}

// Banner gives the one banner of G2, the first that is true.
func (d View) Banner() *portal.Banner {
	asked, by, at := d.Now(), d.PayBy(), d.situation()
	switch {
	case at == employer:
		return &portal.Banner{Kind: portal.BannerEmployer}
	case at == restarting:
		return &portal.Banner{Kind: portal.BannerRestarting, Ended: d.endedOn()}
	case at == ended:
		return &portal.Banner{Kind: portal.BannerEnded, Ended: d.endedOn()}
	case at == lapsed:
		return &portal.Banner{Kind: portal.BannerLapsed}
	case len(d.PaidToday) > 0 && !asked.IsPositive():
		p := d.PaidToday[len(d.PaidToday)-1]
		return &portal.Banner{Kind: portal.BannerPaidToday, Amount: p.Amount, At: p.SubmittedAt, Confirmation: p.Confirmation.String()}
	case len(d.InProcess) > 0:
		i := d.InProcess[len(d.InProcess)-1]
		return &portal.Banner{Kind: portal.BannerInProcess, Amount: i.Amount, At: i.SubmittedAt}
	case at == starting:
		start, _ := d.First()
		return &portal.Banner{Kind: portal.BannerFirstPayment, Amount: asked, By: by, Starts: start.Start.First()}
	case at == held:
		return &portal.Banner{Kind: portal.BannerHold}
	case at == planned:
		return &portal.Banner{Kind: portal.BannerPlan, Amount: d.Keeps(), By: by}
	case at == ending:
		return &portal.Banner{Kind: portal.BannerEnding, Amount: asked, Ended: d.endedOn()}
	case at == pastDue:
		return d.pastDue()
	case at == restartable:
		return d.restart(portal.BannerRestart)
	case at == settled && d.Credit.IsPositive():
		return &portal.Banner{Kind: portal.BannerCredit, Amount: d.Credit}
	case at == settled:
		return &portal.Banner{Kind: portal.BannerNothingDue, NextBill: d.NextBillOn}
	case d.OnlyIf() != nil:
		return d.OnlyIf()
	case d.taken() != nil:
		return &portal.Banner{Kind: portal.BannerAutoPay, Amount: d.AutoPay.Amount, By: d.AutoPay.On}
	case by.DaysSince(d.Today) <= 1:
		return &portal.Banner{Kind: portal.BannerDueSoon, By: by, Postmark: d.Profile.Mail.Rule.On(by) != profile.MailReceived}
	}
	return nil
}

// taken is what AutoPay takes in time, so that nobody needs to pay. A debit
// that is tried again can be too late for the bill (ACH-32), and one whose bank
// account waits may not be taken at all.
func (d View) taken() *paying.Debit {
	if d.AutoPay == nil || d.AutoPay.Wait != nil || Late(d.AutoPay.On, d.PayBy()) {
		return nil
	}
	return d.AutoPay
}

// OnlyIf says that AutoPay takes the bill only if its bank account is confirmed
// in time, and when to pay it otherwise; nil: nothing waits for that.
func (d View) OnlyIf() *portal.Banner {
	by := d.PayBy()
	if d.AutoPay == nil || d.AutoPay.Wait == nil || by.IsZero() || Late(d.AutoPay.On, by) {
		return nil
	}
	return OnlyIf(*d.AutoPay, by)
}

// OnlyIf says the same of a debit that waits, for a bill that is due by a day.
func OnlyIf(x paying.Debit, by civil.Date) *portal.Banner {
	if x.Wait.Late {
		return &portal.Banner{Kind: portal.BannerAutoPayLate, By: by}
	}
	return &portal.Banner{Kind: portal.BannerAutoPayWaits, Amount: x.Amount, On: x.On, Until: x.Wait.By, By: by}
}

// Late tells that what counts on a day is too late for what is due by another;
// zero: nothing is due.
func Late(on, by civil.Date) bool { return !by.IsZero() && on.After(by) }

// pastDue says what keeps coverage, and what it takes once the next month is
// billed (MA-DLQ-5).
func (d View) pastDue() *portal.Banner {
	b := &portal.Banner{Kind: portal.BannerPastDue, Amount: d.Now(), By: d.PayBy()}
	if d.grows() {
		b.Later, b.Last = d.keepsLater(), d.lastDay()
	}
	return b
}

// restart says what brings coverage back, and what it takes later (R-DUE-6).
func (d View) restart(kind portal.BannerKind) *portal.Banner {
	r := d.Restart
	b := &portal.Banner{Kind: kind, Amount: r.Amount, By: r.Until, Ended: d.endedOn()}
	if r.Until != r.By {
		b.Later, b.Last = r.Later, r.By
	}
	return b
}

// Part says that a part of the coverage has ended and can be had back, while
// the rest goes on.
func (d View) Part() *portal.Banner {
	if d.Over() || !d.Restart.Open() {
		return nil
	}
	kind := portal.BannerPart
	if len(d.Restart.Kinds) == 1 {
		kind = map[enrollment.Kind]portal.BannerKind{
			enrollment.KindMedical: portal.BannerPartHealth, enrollment.KindDental: portal.BannerPartDental,
		}[d.Restart.Kinds[0]]
	}
	return d.restart(kind)
}

// Choices gives the amounts that do something, and what: the total first.
func (d View) Choices() []portal.Choice {
	var choices []portal.Choice
	asked, at := d.Now(), d.situation()
	if asked.IsPositive() {
		choices = append(choices, d.total(at))
	}
	past := d.Standing.PastDue.Sub(d.credited())
	switch {
	case at == planned && d.Keeps().Less(asked) && d.Keeps().IsPositive():
		choices = append(choices, portal.Choice{Kind: portal.ChoicePlan, Amount: d.Keeps(), Effect: portal.EffectPlan})
	case (at == pastDue || at == ending) && past.IsPositive() && !d.PastThrough.IsZero():
		choices = append(choices, keeps(portal.ChoicePastDue, past, d.PastThrough))
	}
	if d.Part() != nil && asked.Less(d.Restart.Amount) {
		choices = append(choices, portal.Choice{Kind: portal.ChoiceRestart, Amount: d.Restart.Amount, Effect: portal.EffectRestart})
	}
	return choices
}

func (d View) total(at situation) portal.Choice {
	total := portal.Choice{Kind: portal.ChoiceTotal, Amount: d.Now()}
	switch {
	case at == restartable:
		total.Effect = portal.EffectRestart
	case d.Through.IsZero():
	case at == starting:
		start, _ := d.First()
		total.Effect, total.Date = portal.EffectStarts, start.Start.First()
	default:
		return keeps(portal.ChoiceTotal, d.Now(), d.Through)
	}
	return total
}

func keeps(kind portal.ChoiceKind, amount money.Amount, through civil.Month) portal.Choice {
	return portal.Choice{Kind: kind, Amount: amount, Effect: portal.EffectKeeps, Date: through.Last()}
}

// Enough tells that an amount does what its choice said: nobody needs to be
// warned of it.
func (d View) Enough(amount money.Amount) bool {
	return !amount.Less(d.Keeps()) || d.situation() == held ||
		slices.ContainsFunc(d.Choices(), func(c portal.Choice) bool { return c.Amount == amount })
}

// Short says what an amount does not do.
func (d View) Short(op string, amount money.Amount) portal.ShortAmount {
	short := portal.ShortAmount{
		Op: op, Entered: amount, Keeps: d.Keeps(), By: d.PayBy(), Covers: d.Covers(), Plan: d.situation() == planned,
	}
	if start, waits := d.First(); waits {
		short.Starts = start.Start.First()
	}
	return short
}

// Timelines gives the dated steps of coverage that is past due or has ended,
// with where it stands today. Plans whose steps are the same share one.
func (d View) Timelines() []portal.Timeline {
	known := d.Standing.Timelines(func(e standing.EnrollmentStanding) bool {
		old := e.State == standing.StateEnded && e.Reinstate.By.IsZero()
		return e.State != standing.StatePending && !old
	})
	all := make([]portal.Timeline, len(known))
	for i, t := range known {
		all[i] = portal.Timeline{Plan: LineOf(t.Enrollments[0].Kind), Steps: StepsOf(t.Steps)}
	}
	for i := range all {
		d.settle(&all[i])
	}
	if len(all) == 1 {
		all[0].Plan = ""
	}
	return all
}

// stepKinds are the steps of coverage that has begun; what is to be paid first
// stands in the banner.
var stepKinds = map[standing.StepKind]portal.StepKind{
	standing.StepUnpaid: portal.StepUnpaid, standing.StepGrace: portal.StepGrace, standing.StepPay: portal.StepPay, standing.StepLastDay: portal.StepLastDay,
	standing.StepEnded: portal.StepEnds, standing.StepReinstate: portal.StepRestart,
}

// StepsOf gives the steps of one timeline. In the first month of extra time
// nothing changes; after it the plan may hold claims (MA-DLQ-8).
func StepsOf(known []standing.Step) []portal.Step {
	var steps []portal.Step
	grace := false
	for _, k := range known {
		s := portal.Step{Kind: stepKinds[k.Kind], On: k.On, Amount: k.Amount, Here: k.Here}
		switch k.Kind {
		case standing.StepGrace:
			if grace {
				s.Kind = portal.StepHold
			}
			grace = true
		case standing.StepUnpaid:
			s.Month = k.Month
		case standing.StepLastDay, standing.StepEnded:
			s.Ends = k.Month.Last()
		}
		steps = append(steps, s)
	}
	return steps
}

// settle makes the amounts of a timeline those that the page asks for: less
// money that will be used, and of a return what it takes on each day.
func (d View) settle(line *portal.Timeline) {
	for i := range line.Steps {
		s := &line.Steps[i]
		s.Amount = money.Max(s.Amount.Sub(d.credited()), money.Zero)
		if s.Kind == portal.StepPay && s.On.Before(d.Today) {
			s.Kind = portal.StepPassed
		}
	}
	last := len(line.Steps) - 1
	if line.Steps[last].Kind != portal.StepRestart {
		return
	}
	r := d.Restart
	steps := line.Steps[:last]
	if r.Until != r.By {
		steps = append(steps, portal.Step{Kind: portal.StepBack, On: r.Until, Amount: r.Amount})
	}
	steps = append(steps, portal.Step{Kind: portal.StepRestart, On: r.By, Amount: r.Later})
	at := 0
	for i := range steps {
		if steps[i].Here = false; !steps[i].On.After(d.Today) {
			at = i
		}
	}
	steps[at].Here = true
	line.Steps = steps
}
