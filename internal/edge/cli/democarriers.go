package cli

import (
	"context"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/exchanging"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/exchange"
)

// The demo's carriers confirm what they are told two bank days later. They read
// the outbox and answer through the use case that carrier files will call; the
// sandbox gets carriers of its own with those files.
const (
	demoCarrierDays    = 2
	demoMessagesAtOnce = 500
)

// carriersAnswer records what carriers have to say by a day.
func carriersAnswer(ctx context.Context, a *app.App, today civil.Date) error {
	through := civil.BankDays.Add(today.AddDays(1), -demoCarrierDays)
	var answers []exchanging.Answer
	var last exchanging.Message
	for {
		page, err := a.Exchanging.Outbox(ctx, civil.Date{}, through, last, demoMessagesAtOnce)
		if err != nil {
			return err
		}
		for _, m := range page {
			on := civil.BankDays.Add(m.ToldOn, demoCarrierDays)
			if on.After(today) {
				continue
			}
			answers = append(answers, exchanging.Answer{
				Key: exchanging.Key{AccountID: m.AccountID, EnrollmentID: m.EnrollmentID},
				Answer: exchange.Answer{
					Event: m.Event, Month: m.Month, Outcome: exchange.OutcomeConfirmed, On: on, Source: m.Carrier, Reference: "demo " + m.Decision.String(),
				},
			})
		}
		if len(page) < demoMessagesAtOnce {
			break
		}
		last = page[len(page)-1]
	}
	_, err := a.Exchanging.Record(ctx, answers)
	return err
}
