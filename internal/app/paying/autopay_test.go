package paying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
)

// The bill says what AutoPay is going to take of it, and what a payment by hand
// leaves of that (R-AUTO-2).
func TestTheBillTellsOfAutoPay(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := w.NewPaying(nil)
		w.At("2026-11-01")
		h := w.Household(apptest.Medical("2026-12", "103.00").Renewed())
		w.Bill("2026-12")
		due := func() *paying.Debit {
			d, err := s.Due(t.Context(), h.Account)
			if err != nil {
				t.Fatal(err)
			}
			return d.AutoPay
		}
		if got := due(); got != nil {
			t.Errorf("before: %+v", got)
		}
		w.TurnOn(w.NewAutoPay(s), h, 23)
		apptest.Check(t, "all of it", *due(), paying.Debit{Amount: apptest.Amount("103.00"), On: apptest.Date("2026-11-23")})
		pay := func(amount string) {
			if _, err := s.Receive(t.Context(), paying.Received{
				Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelBillPay, Method: payment.MethodBank, Amount: apptest.Amount(amount),
			}); err != nil {
				t.Fatal(err)
			}
		}
		pay("100.00")
		apptest.Check(t, "the rest", *due(), paying.Debit{Amount: apptest.Amount("3.00"), On: apptest.Date("2026-11-23")})
		pay("3.00")
		if got := due(); got != nil {
			t.Errorf("after: %+v", got)
		}
	})
}

// While the bank account is not verified nothing is taken from it, and the bill
// says until when that can be put right (ACH-06).
func TestTheBillTellsWhatAutoPayWaitsFor(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Unsure(profile.UnverifiedMicro)
		s := w.NewPaying(nil)
		auto := w.NewAutoPay(s)
		w.At("2026-11-03")
		h := w.Household(apptest.Medical("2026-12", "103.00").Renewed())
		w.Bill("2026-12")
		w.TurnOn(auto, h, 23)
		want := mandate.Wait{Wait: ach.Wait{Asked: true, ArrivesOn: apptest.Date("2026-11-04")}, By: instant(t, "2026-11-19T04:59:59Z")}
		check := func(when string, want *mandate.Wait) {
			t.Helper()
			d, err := s.Due(t.Context(), h.Account)
			if err != nil {
				t.Fatal(err)
			}
			apptest.Check(t, when, d.AutoPay, &paying.Debit{Amount: apptest.Amount("103.00"), On: apptest.Date("2026-11-23"), Wait: want})
		}
		check("its member has two weeks once the amounts are there", &want)
		w.At("2026-11-06")
		w.MicroArrived(h)
		want.Open, want.ArrivesOn, want.AnswerBy = true, w.Today(), apptest.Date("2026-11-20")
		want.By = instant(t, "2026-11-21T01:00:00Z")
		check("the cut-off comes first", &want)
		w.At("2026-11-20 20:00:01")
		want.Late = true
		check("too late", &want)
		w.At("2026-11-20 20:00:00")
		w.ConfirmBank(auto, h)
		check("confirmed at the last moment", nil)
	})
}

// Money that arrives after the cut-off can not be told in time; a bank that is
// asked by a prenote answers without the member.
func TestTheBillTellsThatAutoPayComesTooLate(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		then profile.Unverified
		at   string
		want mandate.Wait
	}{
		"the amounts arrive on the day of the cut-off": {profile.UnverifiedMicro, "2026-11-12", mandate.Wait{
			Wait: ach.Wait{Asked: true, ArrivesOn: apptest.Date("2026-11-13")},
		}},
		"and on the next bank day": {profile.UnverifiedMicro, "2026-11-13", mandate.Wait{
			Wait: ach.Wait{Asked: true, ArrivesOn: apptest.Date("2026-11-16")}, Late: true,
		}},
		"a prenote": {profile.UnverifiedPrenote, "2026-11-12", mandate.Wait{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				w.Unsure(c.then)
				s := w.NewPaying(nil)
				w.At(c.at)
				h := w.Household(apptest.Medical("2026-12", "103.00").Renewed())
				w.Bill("2026-12")
				w.TurnOn(w.NewAutoPay(s), h, 15)
				want := c.want
				want.By = instant(t, "2026-11-14T01:00:00Z") // the 15th is a Sunday
				d, err := s.Due(t.Context(), h.Account)
				if err != nil {
					t.Fatal(err)
				}
				apptest.Check(t, "waits", d.AutoPay, &paying.Debit{Amount: apptest.Amount("103.00"), On: apptest.Date("2026-11-15"), Wait: &want})
			})
		})
	}
}

func instant(t *testing.T, text string) civil.Instant {
	t.Helper()
	at, err := civil.ParseInstant(text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
