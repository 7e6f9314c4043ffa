package guest_test

import (
	"testing"

	"quittance.org/quittance/internal/base/fault"
)

// A payment that collided with others until it was given up took no money, and
// goes well when it is sent again.
func TestBusyIsNoPayment(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	b := s.browser(t).find(h).toCheck("bank")
	s.Jobs.Receipt = func() error { return fault.New(fault.Unavailable, fault.CodeBusy, "busy") }
	form := b.page
	b.submit("email", "ana@example.org").at("/pay/check", "We couldn't take your payment").says("No money was taken.", "Reference ")
	s.wantPayments(t, h)
	s.Jobs.Receipt = nil
	b.page = form
	b.submit("email", "ana@example.org").says("Confirmation number")
	s.wantPayments(t, h, "124.50")
}
