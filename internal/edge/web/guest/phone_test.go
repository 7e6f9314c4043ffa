package guest_test

import (
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
)

const (
	phoneLabel = "Mobile number for a text receipt (optional)"
	phoneWrong = "Enter a phone number with 10 numbers, like 617-555-0147"
)

// eachTexting runs a test in a shop that sends receipts by text.
func eachTexting(t *testing.T, test func(t *testing.T, s *shop)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) { test(t, openTexting(t, w, true)) })
}

// G6, G8: a number is asked for where texts are sent, masked when it is shown
// again, and kept with the words that were agreed to by giving it.
func TestAReceiptByText(t *testing.T) {
	t.Parallel()
	eachTexting(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("bank")
		b.says(phoneLabel, "you agree that Bay Harbor Health Marketplace texts your receipt to it, one time.", "Reply STOP to end texts, HELP for help.")
		b.submit("phone", "(617) 555-0123").says("Payment received", "We text your receipt to (•••) •••-0123", "A phone that has replied STOP gets no text.")
		s.wantPayments(t, h, "124.50")
		kept := s.Rows("SELECT wording || '|' || text_version || '|' || language || '|' || network || '|' || session_hash FROM receipt_text_consent")
		if len(kept) != 1 {
			t.Fatalf("kept %q", kept)
		}
		parts := strings.Split(kept[0], "|")
		shown := strings.Join(strings.Fields(parts[0]), " ")
		if !strings.HasPrefix(shown, phoneLabel) || !strings.HasSuffix(shown, "You can pay without it.") || !strings.HasPrefix(parts[1], "en-") || parts[2] != "en" ||
			parts[3] != "127.0.0.1" || len(parts[4]) != 64 {
			t.Errorf("kept %q", parts)
		}
		for _, secret := range []string{"5550123", "555-0123", "555%2d0123"} {
			if strings.Contains(s.log.String(), secret) || strings.Contains(strings.ToLower(s.urls.String()), secret) {
				t.Errorf("%q is in the log or an address", secret)
			}
		}
		again := s.browser(t).open(b.url.Path)
		if strings.Contains(again.text(), "0123") {
			t.Errorf("reached by bookmark it shows the number: %s", again.text())
		}
	})
}

// What is no number is said in the summary and at the field, beside what else is
// wrong; a card number is not shown again.
func TestWhatIsWrongWithANumberForTexts(t *testing.T) {
	t.Parallel()
	w := newShop(t).World
	s := openTexting(t, w, true)
	h := s.december(t)
	b := s.browser(t).find(h).toCheck("bank")
	for _, typed := range []string{"555-0147", "117-555-0147", "617-155-0147", "+44 20 7946 0958", "my phone", "4242 4242 4242 4242"} {
		b.submit("phone", typed, "email", "ana")
		if b.status != 422 || strings.Count(b.text(), phoneWrong) != 2 || !strings.Contains(b.body, `<a href="#phone">`) || !strings.Contains(b.body, `<a href="#email">`) {
			t.Errorf("%q: got %d: %s", typed, b.status, b.text())
		}
		if strings.Contains(b.body, "4242 4242") {
			t.Error("a card number is shown again")
		}
	}
	s.wantPayments(t, h)
	for _, typed := range []string{"+1 617.555.0123", "1-617-555-0123", "６１７ ５５５ ０１２３"} {
		again := s.browser(t).find(s.december(t)).toCheck("bank")
		again.submit("phone", typed).says("We text your receipt to (•••) •••-0123")
	}
}

// A number that is corrected after the card page was opened is the one that
// counts: the page is closed, and another opened.
func TestACorrectedNumberForTexts(t *testing.T) {
	t.Parallel()
	eachTexting(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("card").submit("phone", "617-555-0199")
		b.open(s.portal+"/pay/check").submit("phone", "617-555-0123").submit(card("4242 4242 4242 4242")...)
		b.says("Payment complete", "(•••) •••-0123")
		s.wantPayments(t, h, "124.50")
	})
}

// Where no texts are sent no number is asked for, and none is taken.
func TestNoNumberWhereNoTextsAreSent(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("bank")
		if strings.Contains(b.text(), phoneLabel) {
			t.Error("a number is asked for")
		}
		b.submit("phone", "617-555-0123").says("Payment received")
		if strings.Contains(b.text(), "0123") || !slices.Equal(s.Rows("SELECT language FROM receipt_text_consent"), nil) {
			t.Errorf("a number was taken: %s", b.text())
		}
	})
}
