package guest_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/payment"
)

// Money that is there already is taken off what is asked, and shown (R-PAY-8).
func TestCreditIsTakenOffWhatIsAsked(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	for _, amount := range []string{"124.50", "30.00"} {
		if _, err := s.paying.Receive(t.Context(), paying.Received{
			Operation: s.paying.NewOperation(), Account: h.Account, Channel: payment.ChannelBillPay, Method: payment.MethodBank,
			Amount: apptest.Amount(amount), ReceivedOn: s.Today(), Reference: amount,
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.paying.Return(t.Context(), h.Account, s.Payments(h)[0].ID, "R01", s.Today()); err != nil {
		t.Fatal(err)
	}
	s.At("2026-11-21")
	b := s.browser(t).find(h).at("/pay/amount", "Your bill")
	b.says("Total due $94.50", "-$30.00")
	b.toCheck("bank").submit().says("Confirmation number", "$94.50")
	s.wantPayments(t, h, "124.50", "30.00", "94.50")
	s.browser(t).find(h).says("Total due $0.00")
}
