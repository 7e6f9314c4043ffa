package portal

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// ChoiceKind names an amount that can be chosen on G2.
type ChoiceKind string

// The amounts that can be chosen.
const (
	ChoiceTotal   ChoiceKind = "total"
	ChoicePastDue ChoiceKind = "past_due" // what is past due alone
	ChoicePlan    ChoiceKind = "plan"     // the next payment of a payment plan
	ChoiceRestart ChoiceKind = "restart"  // everything, and coverage that ended comes back
)

// Effect is what an amount does, once it is paid today.
type Effect string

// The effects. Only what is true is said.
const (
	EffectNone    Effect = ""
	EffectKeeps   Effect = "keeps"   // coverage through Date
	EffectStarts  Effect = "starts"  // coverage on Date
	EffectPlan    Effect = "plan"    // the payment plan goes on
	EffectRestart Effect = "restart" // coverage is back without a gap
)

// Choice is an amount and what it does.
type Choice struct {
	Kind   ChoiceKind
	Amount money.Amount
	Effect Effect
	Date   civil.Date // of EffectKeeps and EffectStarts
}

// Label gives the name of the amount.
func (c Choice) Label() Message {
	return Message{Key: "bill.choice." + string(c.Kind), Args: given("amount", c.Amount)}
}

// Does says what the amount does, nil where there is nothing to say.
func (c Choice) Does() *Message {
	if c.Effect == EffectNone {
		return nil
	}
	return &Message{Key: "bill.effect." + string(c.Effect), Args: given("date", c.Date)}
}

// StepKind says what happens on a date of the coverage timeline.
type StepKind string

// The steps of a timeline.
const (
	StepUnpaid  StepKind = "unpaid"   // the bill for Month was not paid in full
	StepMissed  StepKind = "missed"   // the same, in an example
	StepGrace   StepKind = "grace"    // extra time to pay
	StepHold    StepKind = "hold"     // more extra time, while the plan may hold claims
	StepPay     StepKind = "pay"      // pay Amount to be caught up
	StepPassed  StepKind = "passed"   // the same, on a day that has passed
	StepLastDay StepKind = "last_day" // pay Amount or coverage ends, back to Ends
	StepEnds    StepKind = "ends"     // coverage ended with Ends
	StepBack    StepKind = "back"     // pay Amount to have coverage back; later it is more
	StepRestart StepKind = "restart"  // last day to pay Amount and have coverage back
)

// Step is one dated step of a timeline.
type Step struct {
	Kind   StepKind
	On     civil.Date
	Amount money.Amount
	Month  civil.Month
	Ends   civil.Date
	Here   bool // today is at this step
}

// Message gives the step's words.
func (s Step) Message() Message {
	return Message{Key: "timeline." + string(s.Kind), Args: given("amount", s.Amount, "month", s.Month, "ends", s.Ends)}
}

// Timeline is the dated steps of coverage (brief 7.5). In a person's own,
// exactly one step is Here.
type Timeline struct {
	Plan  LineKind // LineHealth or LineDental, where each has its own
	Steps []Step
}
