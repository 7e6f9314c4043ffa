package guest_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
)

var shortAddress = regexp.MustCompile(`own address: ([a-z0-9.:]+)(/p/[0-9A-Z]{10})`)

// ownAddress reads the short address of a bill off the bill.
func (s *shop) ownAddress(t *testing.T, h apptest.Household) string {
	t.Helper()
	b := s.browser(t).find(h).open("/pay/bill").says("It works until November 30, 2026.")
	found := shortAddress.FindStringSubmatch(b.text())
	if found == nil || "http://"+found[1] != s.portal {
		t.Fatalf("no short address on %s: %s", s.portal, b.text())
	}
	return found[2]
}

func birth(h apptest.Household) []string { return findForm(h)[2:] }

// Brief F4: from the address on the bill to the confirmation.
func TestPayingByTheAddressOnTheBill(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		address := s.ownAddress(t, h)
		b := s.browser(t).open(address).at(address, "Check it's you").says("ending in " + h.SubscriberID.LastFour())
		if b.status != http.StatusOK || strings.Contains(b.body, "Ana") || strings.Contains(b.body, "124.50") {
			t.Errorf("status %d; before the second factor it says: %s", b.status, b.text())
		}
		b.submit(birth(h)...).at("/pay/amount", "Your bill").says("$124.50")
		b.toCheck("bank").submit().says("Confirmation number")
		s.wantPayments(t, h, "124.50")
	})
}

func TestTheAddressAsksForTheZIPCodeInstead(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	address := s.ownAddress(t, h)
	b := s.browser(t).open(address)
	if !strings.Contains(b.body, `href="`+address+`?by=zip"`) {
		t.Errorf("no way to the ZIP code: %s", b.body)
	}
	b.open(address+"?by=zip").submit("zip", "0219").says("ZIP code must be 5 numbers")
	b.submit("zip", "02198").says("We couldn't find a bill that matches")
	b.submit("zip", h.ZIP).at("/pay/amount", "Your bill")
	s.browser(t).open("/es"+address).submit(birth(h)...).at("/es/pay/amount", "Your bill")
}

func TestWhatIsWrongWithTheAnswer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h, other := s.december(t), s.december(t)
	other.BirthDate = apptest.Date("1980-03-01")
	address := s.ownAddress(t, h)
	b := s.browser(t).open(address).submit().says("Enter the date of birth")
	if b.status != http.StatusUnprocessableEntity || !strings.HasPrefix(b.title(), "Error: ") {
		t.Errorf("status %d, title %q", b.status, b.title())
	}
	for range s.Profile.Guest.TriesPerID {
		b = s.browser(t).open(address).submit(birth(other)...).says("We couldn't find a bill that matches")
		if b.status != http.StatusUnprocessableEntity || !strings.Contains(b.body, `value="1980"`) {
			t.Errorf("status %d, or what was typed is gone", b.status)
		}
	}
	b = s.browser(t).open(address).submit(birth(h)...).at(address, "You tried too many times")
	if b.status != http.StatusTooManyRequests {
		t.Errorf("status %d", b.status)
	}
}

// A link that has run out and one that never was get the same answer, which
// leads on without a link.
func TestLinksThatLeadNowhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		address := s.ownAddress(t, h)
		open := s.browser(t).open(address)
		s.At("2026-12-01")
		var answers []string
		for _, b := range []*browser{
			s.browser(t).open(address), open.submit(birth(h)...), s.browser(t).open("/p/7F3K92QM4X"), s.browser(t).open("/p/" + strings.Repeat("A", 10)),
		} {
			b.says("This link has expired. Find your bill with your Subscriber ID.")
			if b.status != http.StatusGone || b.heading() != "Find your bill" {
				t.Errorf("%s: status %d, heading %q", b.url, b.status, b.heading())
			}
			answers = append(answers, strings.ReplaceAll(b.body, b.url.Path, "/p/"))
		}
		for _, a := range answers[1:] {
			if a != answers[0] {
				t.Errorf("the answers differ:\n%s\n%s", answers[0], a)
			}
		}
		s.browser(t).open(address).submit(findForm(h)...).at("/pay/amount", "Your bill")
		b := s.browser(t).find(h).open("/pay/bill")
		if strings.Contains(b.text(), "own address") {
			t.Errorf("the bill still shows its address: %s", b.text())
		}
	})
}
