package owing

import (
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/exchange"
	"quittance.org/quittance/internal/edge/web/portal"
)

// ToldSteps tells what carriers were told because of a payment and what they
// answered (R-BIND-4). Guests and helpers do not learn who the carrier is.
func ToldSteps(told []paying.Told, named bool) []portal.Happened {
	var steps []portal.Happened
	for _, t := range told {
		carrier := t.Carrier
		if !named {
			carrier = ""
		}
		add := func(step portal.PaymentStep, on civil.Date) {
			steps = append(steps, portal.Happened{Step: step, On: on, Carrier: carrier})
		}
		if !t.ToldOn.IsZero() {
			add(portal.StepTold, t.ToldOn)
		}
		switch {
		case t.Outcome == exchange.OutcomeConfirmed:
			add(portal.StepAgreed, t.AnsweredOn)
		case t.Outcome == exchange.OutcomeRefused:
			add(portal.StepQueried, t.AnsweredOn)
		case t.Delay == exchange.DelayTelling:
			add(portal.StepLateTelling, civil.Date{})
		case t.Delay == exchange.DelayAnswering:
			add(portal.StepLateAnswer, civil.Date{})
		case !t.ToldOn.IsZero():
			add(portal.StepUnconfirmed, civil.Date{})
		}
	}
	return steps
}
