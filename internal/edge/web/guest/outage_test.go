package guest_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/standing"
)

// outage puts an outage of the portal on record, before anybody asks for a page.
func (s *shop) outage(t *testing.T, from, to string) {
	t.Helper()
	now := s.Clock.Now()
	at := func(moment string) civil.Instant { s.At(moment); return s.Clock.Now() }
	o := collecting.Outage{Service: "portal", Outage: standing.Outage{From: at(from), To: at(to)}, Actor: "staff:a", Reason: "a new database"}
	s.Clock.Set(now)
	if _, err := s.Collecting.DeclareOutage(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

// While the portal is closed its pages say until when, with a status that
// machines understand; what became of a payment is told (brief 12).
func TestThePortalIsClosed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	s.At("2026-11-22 01:00:00")
	s.outage(t, "2026-11-22 02:00:00", "2026-11-22 06:00:00")
	b := s.browser(t).find(h).toCheck("bank")
	form := b.page
	b.submit().says("Payment received")
	done := b.url.Path
	s.At("2026-11-22 02:30:00")
	for _, path := range []string{"/", "/pay", "/es/pay", "/pay/amount", "/new-members"} {
		b.open(path)
		if b.status != 503 || b.header.Get("Retry-After") != "12601" || b.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: got %d, %v", path, b.status, b.header)
		}
		b.says("the service is not available", "You can pay from 6:00 a.m. on Sunday, November 22", "The due date is still November 23, 2026.")
	}
	b.page = form
	if b.submit(); b.status != 503 {
		t.Errorf("a form was taken: %d", b.status)
	}
	for path, says := range map[string]string{done: "Payment received", "/ways-to-pay": "Ways to pay", "/is-my-payment-in": "Is my payment in?", "/contact": "Contact"} {
		if b.open(path).says(says); b.status != 200 {
			t.Errorf("%s: got %d", path, b.status)
		}
	}
	s.wantPayments(t, h, "124.50")
	s.At("2026-11-22 06:00:00")
	if b.open("/pay"); b.status != 200 {
		t.Errorf("open again: got %d", b.status)
	}
}

// A closing over the cut-off moves the due date, so the page does not say that
// it stands.
func TestAClosingThatMovesTheDueDate(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.At("2026-11-23 20:00:00")
	s.outage(t, "2026-11-23 19:00:00", "2026-11-24 03:00:00")
	b := s.browser(t).open("/")
	if b.status != 503 || strings.Contains(b.text(), "The due date is still") {
		t.Errorf("got %d: %s", b.status, b.text())
	}
}

// After an outage on a due day all pages say until when there is time (R-CAL-3).
func TestTheAlertAfterAnOutage(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	s.At("2026-11-23 17:00:00")
	s.outage(t, "2026-11-23 09:00:00", "2026-11-23 14:00:00")
	const alert = "We had a problem on November 23"
	b := s.browser(t)
	for _, path := range []string{"/", "/pay", "/ways-to-pay", "/no-such-page"} {
		b.open(path)
		if !strings.Contains(b.body, alert) || !strings.Contains(b.body, "11:59 p.m. Eastern time on Tuesday, November 24") {
			t.Errorf("%s has no alert: %s", path, b.body)
		}
	}
	if b.find(h); !strings.Contains(b.body, alert) {
		t.Error("the bill has no alert")
	}
	s.At("2026-11-25 09:00:00")
	if b.open("/"); strings.Contains(b.body, alert) {
		t.Error("the alert stands when the day has passed")
	}
	apptest.Check(t, "outages", s.Rows("SELECT service FROM outage"), []string{"portal"})
}
