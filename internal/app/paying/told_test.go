package paying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/exchanging"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/exchange"
	"quittance.org/quittance/internal/domain/payment"
)

// R-BIND-4: who paid for a start sees when the carrier was told and when it
// confirmed, and that it is late; a payment that starts nothing says nothing.
func TestToldOfAStart(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-20")
		h := w.Household(apptest.Medical("2027-01", "103.00"))
		w.FirstBills()
		s, carriers := w.NewPaying(nil), exchanging.New(w.DB, w.Profile)
		pay := func(amount string) payment.Payment {
			p, err := s.Receive(t.Context(), paying.Received{
				Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelIVR, Method: payment.MethodBank,
				Amount: apptest.Amount(amount), ReceivedOn: w.Today(), Reference: amount,
			})
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		told := func(p payment.Payment) []paying.Told {
			found, err := s.ByConfirmation(t.Context(), p.Confirmation.String(), "192.0.2.0/24")
			if err != nil {
				t.Fatal(err)
			}
			return found.Told
		}
		part, rest := pay("3.00"), pay("100.00")
		apptest.Check(t, "of a part", told(part), []paying.Told(nil))
		want := paying.Told{Carrier: "Harbor Health Plan"}
		apptest.Check(t, "before it is told", told(rest), []paying.Told{want})
		if _, err := carriers.Tell(t.Context()); err != nil {
			t.Fatal(err)
		}
		want.ToldOn = apptest.Date("2026-11-20")
		apptest.Check(t, "told", told(rest), []paying.Told{want})
		w.At("2026-11-30") // the fifth bank day after a Friday and Thanksgiving
		apptest.Check(t, "not late yet", told(rest), []paying.Told{want})
		w.At("2026-12-01")
		want.Delay = exchange.DelayAnswering
		apptest.Check(t, "late", told(rest), []paying.Told{want})
		_, err := carriers.Record(t.Context(), []exchanging.Answer{{
			Key:    exchanging.Key{AccountID: h.Account, EnrollmentID: h.Enrollments[0]},
			Answer: exchange.Answer{Event: exchange.EventStart, Month: apptest.Month("2027-01"), Outcome: exchange.OutcomeConfirmed, On: w.Today(), Source: "HARBOR", Reference: "1"},
		}})
		if err != nil {
			t.Fatal(err)
		}
		want.Outcome, want.AnsweredOn, want.Delay = exchange.OutcomeConfirmed, w.Today(), exchange.DelayNone
		apptest.Check(t, "confirmed", told(rest), []paying.Told{want})
		w.VerifyClean()
	})
}
