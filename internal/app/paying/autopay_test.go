package paying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/payment"
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
