package guest_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store/storetest"
)

// The database goes away in the commit of a payment. The payer is told of the
// payment if it is there, else honestly that nobody knows; and pays once, however
// they go on.
func TestACommitThatBreaks(t *testing.T) {
	t.Parallel()
	c := virtual.Standing(storetest.Noon)
	db, wire := storetest.OpenWired(t, c, true)
	s := open(t, apptest.New(t, db, c))
	for name, goOn := range map[string]func(*browser, *browser){
		"by Back and the button":   func(_, check *browser) { check.submit() },
		"by the page's own link":   func(b, _ *browser) { b.open("/pay/status").at("/pay/check", "Check your details and pay").submit() },
		"by a fresh start":         func(b, _ *browser) { b.open("/pay/amount").toCheck("bank").submit() },
		"in another tab, twice":    func(b, check *browser) { check.otherTab().submit(); check.submit() },
		"by sending the form anew": func(b, check *browser) { b.page = check.page; b.submit() },
	} {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("bank")
		check := b.otherTab()
		wire.Break(storetest.LoseCommit)
		b.submit().at("/pay/check", "We couldn't finish your payment").says("Don't pay again yet.", "Reference ")
		if !wire.Broken() {
			t.Fatal("no commit was broken")
		}
		s.wantPayments(t, h)
		if goOn(b, check); !confirmation.MatchString(b.body + check.body) {
			t.Errorf("%s: got to %s: %s", name, b.url.Path, b.text())
		}
		s.wantPayments(t, h, "124.50")

		h = s.december(t)
		b = s.browser(t).find(h).toCheck("bank")
		check = b.otherTab()
		wire.Break(storetest.LoseAnswer)
		b.submit().says("Payment received", "$124.50")
		if !wire.Broken() {
			t.Fatal("no commit was broken")
		}
		check.submit().says("Payment received", "$124.50")
		s.wantPayments(t, h, "124.50")
	}
}
