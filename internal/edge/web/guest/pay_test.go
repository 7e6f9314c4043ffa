package guest_test

import (
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
)

var confirmation = regexp.MustCompile(`data-test="confirmation">([A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{2})<`)

// F1 of the brief: five pages, nine fields.
func TestAGuestPaysByBank(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t)
		b.open("/").at("/", "Pay your health insurance bill").says("Monday, November 23, 2026")
		b.submit(findForm(h)...).at("/pay/amount", "Your bill").
			says("$124.50", "Pay by November 23, 2026", "Covers December 2026", "Ana T.", "Health plan, December 2026 $109.50", "Dental plan, December 2026 $15.00")
		b.submit("choice", "total").at("/pay/method", "How do you want to pay?").says("We take Visa, Mastercard, Discover, American Express.")
		b.submit("method", "bank").at("/pay/bank", "Bank account details").says("We will take $124.50")
		b.submit(goodBank...).at("/pay/check", "Check your details and pay").
			says("110000000", "0001 2345 6789", "Today, November 20, 2026", "before 8:00 p.m. Eastern time today")
		b.submit("email", "payer@example.com")
		if !strings.HasPrefix(b.url.Path, "/pay/done/") || !confirmation.MatchString(b.body) {
			t.Fatalf("got %s: %s", b.url.Path, b.text())
		}
		b.says("Payment received", "$124.50 · November 20, 2026, 2:00 p.m. Eastern time", "Bank account ending in 6789",
			"p•••@example.com", "December 1, 2026: your December 2026 coverage continues", "Around December 1, 2026: your next bill comes")
		paid := s.wantPayments(t, h, "124.50")
		if got := confirmation.FindStringSubmatch(b.body)[1]; got != paid[0].Confirmation.String() {
			t.Errorf("shows %s, the payment has %s", got, paid[0].Confirmation)
		}
		b.open(b.url.Path+"/receipt").says("Your receipt", "Dental plan, December 2026 $15.00", "Left to pay after this payment $0.00",
			"By selecting Pay $124.50 now you let Bay Harbor Health Marketplace take $124.50 one time")
	})
}

// What the payer agreed to is stored word for word, with where it was given.
func TestTheAuthorizationIsKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("bank")
		shown := regexp.MustCompile(`By selecting.*today\.`).FindString(b.text())
		b.submit()
		kept := s.Rows("SELECT wording || '|' || text_version || '|' || network || '|' || session_hash FROM intent")
		if len(kept) != 1 {
			t.Fatalf("got %d authorizations, want 1", len(kept))
		}
		parts := strings.Split(kept[0], "|")
		if parts[0] != shown || !strings.HasPrefix(parts[1], "en-") || parts[2] != "127.0.0.1" || len(parts[3]) != 64 {
			t.Errorf("kept %q, shown %q", parts, shown)
		}
	})
}

// F3: the payment that decides enrollment.
func TestAFirstPaymentStartsCoverage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.Household(apptest.Medical("2027-01", "124.50"))
		s.FirstBills()
		b := s.browser(t).find(h).says("Your coverage has not started. Pay $124.50 by December 23, 2026 to start coverage on January 1, 2027.")
		b.toCheck("bank").submit().says("Payment received", "your plan confirms your coverage", "your ID cards come in the mail",
			"January 1, 2027: your coverage starts.", "January 23, 2027: your next payment is due.",
			"This bill is paid. Turn on AutoPay for the next ones.")
		s.wantPayments(t, h, "124.50")
		if got := s.Decisions(h.Enrollments[0]); len(got) != 1 || got[0] != "effectuate 2027-01 R-BIND-1" {
			t.Errorf("got decisions %v", got)
		}
	})
}

// A first payment is found by the enrollment reference too (R-BIND-1).
func TestAnEnrollmentReferenceFindsTheFirstBill(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.Household(apptest.Medical("2027-01", "124.50"))
		s.FirstBills()
		form := append(findForm(h), "subscriber_id", h.References[0])
		s.browser(t).open("/pay").submit(form...).at("/pay/amount", "Your bill")
	})
}

// The last button pressed twice at the same moment: one payment, and both see
// the same confirmation.
func TestADoublePressPaysOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("bank")
		tabs := []*browser{b}
		for range 11 {
			tabs = append(tabs, b.otherTab())
		}
		var pressing sync.WaitGroup
		for _, tab := range tabs {
			pressing.Go(func() { tab.submit() })
		}
		pressing.Wait()
		for _, tab := range tabs {
			if tab.url.Path != tabs[0].url.Path || tab.heading() != "Payment received" {
				t.Errorf("one press led to %s, another to %s: %s", tabs[0].url.Path, tab.url.Path, tab.text())
			}
		}
		s.wantPayments(t, h, "124.50")
	})
}

func TestReloadAndBackAfterPayingPayOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h)
		amount := b.otherTab()
		check := b.toCheck("bank").otherTab()
		b.submit().says("Payment received")
		done := b.url.Path
		b.open(done).says("Payment received", "Bank account ending in 6789") // reload
		if check.submit(); check.url.Path != done {                          // Back, and the button again
			t.Errorf("the check page again led to %s, want %s", check.url.Path, done)
		}
		if amount.submit("choice", "total"); amount.url.Path != done { // further back
			t.Errorf("the amount page again led to %s, want %s", amount.url.Path, done)
		}
		b.open("/pay/check")
		b.at("/pay/amount", "Your bill").says("You paid $124.50 on November 20 at 2:00 p.m.", "You don't need to pay again.", "Pay more")
		s.wantPayments(t, h, "124.50")
	})
}

// Two tabs, two amounts: what is paid is what the last page showed, or nothing.
func TestTwoTabsWithDifferentAmounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		one := s.browser(t).find(h)
		two := one.otherTab()
		one.toCheck("bank").says("Pay $124.50 now")
		two.submit("choice", "other", "other", "50").submit("choice", "entered")
		two.at("/pay/method", "How do you want to pay?").says("$50.00")
		one.submit().at("/pay/check", "This amount changed").says("from $124.50 to $50.00", "You have not been charged.", "Continue with $50.00")
		s.wantPayments(t, h)
		one.submit().at("/pay/method", "How do you want to pay?").says("$50.00")
		one.submit("method", "bank").submit(goodBank...).submit().says("Payment received", "$50.00", "You still owe $74.50 by Monday, November 23, 2026.")
		s.wantPayments(t, h, "50.00")
	})
}

// Two tabs, two bank accounts: the one that the page shows is debited, or none.
func TestTwoTabsWithDifferentBankAccounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		one := s.browser(t).find(h).toCheck("bank").says("Checking", "0001 2345 6789")
		one.otherTab().open("/pay/bank").submit("name", "Ana Testperson", "account_type", "savings", "routing", "110000000", "account", "000987654321").
			at("/pay/check", "Check your details and pay")
		one.submit().at("/pay/check", "Check your details and pay").says("You chose another bank account in another tab.", "Savings", "0009 8765 4321")
		s.wantPayments(t, h)
		one.submit().says("Payment received", "Bank account ending in 4321")
		if p := s.wantPayments(t, h, "124.50")[0]; p.LastFour != "4321" {
			t.Errorf("the account ending in %s was debited", p.LastFour)
		}
	})
}

// Somebody else pays while the check page is open: the payer is told before
// paying (R-PAY-7).
func TestASecondPayerIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		first, second, third := s.browser(t).find(h).toCheck("bank"), s.browser(t).find(h).toCheck("bank"), s.browser(t).find(h)
		first.submit().says("Payment received")
		third.submit("choice", "total").at("/pay/amount", "Your bill").says("You paid $124.50 on November 20")
		second.submit().at("/pay/check", "You already paid this bill").says("We have $124.50 for it, paid on November 20, 2026 at", s.Payments(h)[0].Confirmation.String(), "We took nothing more.")
		if strings.Contains(second.body, "/receipt") {
			t.Error("another payer's receipt is offered")
		}
		second.open("/pay/amount").says("You paid $124.50 on November 20")
		s.wantPayments(t, h, "124.50")
		second.open("/pay/again").at("/pay/again", "Pay again?").says("Someone already paid $124.50 on this bill on November 20 at 2:00 p.m.")
		second.submit("choice", "again").at("/pay/amount", "Your bill")
		second.submit("other", "20").at("/pay/method", "How do you want to pay?")
		second.submit("method", "bank").submit(goodBank...).submit().says("Payment received", "$20.00")
		s.wantPayments(t, h, "124.50", "20.00")
	})
}

// Neither the due amount nor the first look tells of a payment that comes later:
// whoever is about to pay is told of each (R-PAY-7).
func TestAPayerAheadIsToldOfAnother(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		s.browser(t).find(h).toCheck("bank").submit().says("Payment received")
		s.Clock.Advance(26 * 60 * 60 * 1e9) // nothing is due, nobody paid today
		ahead := func(amount string) *browser {
			return s.browser(t).find(h).open("/pay/amount?ahead=1").submit("other", amount).submit("method", "bank").submit(goodBank...).
				at("/pay/check", "Check your details and pay")
		}
		first, second, third := ahead("30"), ahead("40"), ahead("50")
		first.submit().says("Payment received")
		second.submit().at("/pay/again", "Pay again?").says("Someone already paid $30.00 on this bill")
		s.wantPayments(t, h, "124.50", "30.00")
		third.submit().at("/pay/again", "Pay again?").says("$30.00")
		second.submit("choice", "again").at("/pay/method", "How do you want to pay?").submit("method", "bank").submit(goodBank...).submit().says("Payment received")
		third.submit("choice", "again").at("/pay/again", "Pay again?").says("$40.00")
		third.submit("choice", "again").submit("method", "bank").submit(goodBank...).submit().says("Payment received", "$50.00")
		s.wantPayments(t, h, "124.50", "30.00", "40.00", "50.00")
	})
}

// Task 9 of the brief: only $50 to spend.
func TestLessThanWhatKeepsCoverage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).submit("choice", "other", "other", "$50")
		b.at("/pay/less", "This may not keep your coverage").says("You entered $50.00. Pay at least $124.50 by November 23, 2026 to be covered in December 2026.")
		full := b.otherTab()
		b.submit("choice", "entered").at("/pay/method", "How do you want to pay?")
		// It is told once.
		b.open("/pay/amount").submit("choice", "other", "other", "60").at("/pay/method", "How do you want to pay?")
		b.open("/pay/amount").submit("choice", "other", "other", "50").submit("method", "bank").submit(goodBank...).submit()
		b.says("Payment received", "You still owe $74.50 by Monday, November 23, 2026.")
		s.wantPayments(t, h, "50.00")
		if full.submit("choice", "keeps"); full.url.Path != b.url.Path {
			t.Errorf("a form of the finished attempt led to %s", full.url.Path)
		}
		// The rest, in the same session: the payer is asked once more.
		b.open("/pay/amount").says("$74.50").submit("choice", "total").at("/pay/again", "Pay again?")
		b.submit("choice", "again").at("/pay/method", "How do you want to pay?").says("$74.50")
		b.submit("method", "bank").submit(goodBank...).submit().says("Payment received", "$74.50")
		s.wantPayments(t, h, "50.00", "74.50")
	})
}

func TestTheDefaultButtonPaysInFull(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	b := s.browser(t).find(h).submit("choice", "other", "other", "50").submit("choice", "keeps")
	b.submit("method", "bank").submit(goodBank...).says("Pay $124.50 now").submit()
	s.wantPayments(t, h, "124.50")
}

func TestPayingAheadStaysAsCredit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		s.browser(t).find(h).toCheck("bank").submit()
		s.Clock.Advance(26 * 60 * 60 * 1e9) // the next day: nobody paid today
		b := s.browser(t).find(h).says("You owe $0.00. Your next bill comes around December 1.", "Pay ahead")
		b.open("/pay/amount?ahead=1").submit("other", "30").submit("method", "bank").submit(goodBank...).submit().says("Payment received")
		b.open(b.url.Path + "/receipt").says("Money you have to use $30.00")
		s.wantPayments(t, h, "124.50", "30.00")
		s.Clock.Advance(26 * 60 * 60 * 1e9)
		s.browser(t).find(h).says("You have $30.00 to use. We will take it off your next bill.")
	})
}

// Reached again by bookmark the confirmation has no digits of an account; after
// 30 days it is gone.
func TestAConfirmationByBookmark(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		own := s.browser(t).find(h).toCheck("bank").submit("email", "payer@example.com")
		done := own.url.Path
		for _, path := range []string{done, done + "/receipt"} {
			b := s.browser(t).open(path).says("$124.50")
			if strings.Contains(b.body, "6789") || strings.Contains(b.body, "example.com") {
				t.Errorf("%s shows digits of the account or the address to somebody else: %s", path, b.text())
			}
		}
		s.Clock.Advance(31 * 24 * 60 * 60 * 1e9)
		for _, path := range []string{done, done + "/receipt"} {
			if b := s.browser(t).open(path); b.status != 410 {
				t.Errorf("%s: got status %d after 31 days", path, b.status)
			}
		}
		for _, path := range []string{"/pay/done/x", "/pay/done/018f6b2e-7c4d-7a31-9b1f-2f6a1c9d4e55", "/pay/done/018f6b2e-7c4d-7a31-9b1f-2f6a1c9d4e55/receipt"} {
			if b := s.browser(t).open(path); b.status != 404 {
				t.Errorf("%s: got status %d, want 404", path, b.status)
			}
		}
	})
}

func TestASessionThatEnded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("bank")
		s.sessions.endAll(t)
		b.submit()
		if b.at("/pay/check", "Your session ended"); b.status != 200 {
			t.Errorf("got status %d, want 200", b.status)
		}
		b.says("You were away for 30 minutes", "You have not been charged.")
		for _, path := range []string{"/pay/amount", "/pay/method", "/pay/bank", "/pay/check", "/pay/less", "/pay/again", "/pay/bill", "/pay/cancel"} {
			if b.open(path).at(path, "Your session ended"); strings.Contains(b.text(), "charged") {
				t.Errorf("%s says what nobody knows: %s", path, b.text())
			}
		}
		s.wantPayments(t, h)
		b.find(h).at("/pay/amount", "Your bill")                      // and it starts again
		s.browser(t).open("/pay/method").at("/pay", "Find your bill") // no session ever
	})
}

// What the form says of money is what became of its operation, session or not.
func TestPayingAgainAfterTheSessionEnded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		bank := s.browser(t).find(h).toCheck("bank")
		again := bank.otherTab()
		bank.submit().says("Payment received")
		s.sessions.endAll(t)
		if again.submit().says("Payment received", "$124.50"); again.url.Path != bank.url.Path {
			t.Errorf("the bank's form led to %s, want %s", again.url.Path, bank.url.Path)
		}
		s.wantPayments(t, h, "124.50")

		other := s.december(t)
		paid := s.browser(t).find(other).toCheck("card")
		again = paid.otherTab()
		paid.submit().atCards(s).submit(card("4000 0000 0000 0200")...).atCards(s)
		s.sessions.endAll(t)
		again.submit().says("Payment complete", "$124.50")
		s.wantPayments(t, other, "124.50")

		slow := s.browser(t).find(s.december(t)).toCheck("card")
		again = slow.otherTab()
		slow.submit().submit(card("4000 0000 0000 0101")...).at("/pay/status", "We're checking with your bank")
		s.sessions.endAll(t)
		again.submit().at("/pay/status", "We're checking with your bank").says("$124.50")

		declined := s.browser(t).find(s.december(t)).toCheck("card")
		again = declined.otherTab()
		declined.submit().submit(card("4000 0000 0000 0002")...)
		declined.do("POST", declined.url.Path+"/leave", url.Values{}).at("/pay/status", "Your payment was declined")
		s.sessions.endAll(t)
		again.submit().at("/pay/check", "Your session ended").says("You have not been charged.")
	})
}

func TestABrowserWithoutCookies(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.browser(t)
	b.client.Jar = nil
	b.find(s.december(t)).at("/pay/amount", "Turn on cookies to pay").says("or pay by phone")
}

// F11: for somebody else the questions say "their", the bill shows no more.
func TestPayingForSomebodyElse(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	b := s.browser(t).open("/pay?for=someone").at("/pay", "Find their bill").submit().says("Enter their Subscriber ID")
	b.at("/pay", "Find their bill").submit(findForm(h)...).at("/pay/amount", "Your bill")
	for _, secret := range []string{"Testperson", "Harbor Silver", "Harbor Health Plan", "Tide", "02199", "1980"} {
		if strings.Contains(b.body, secret) {
			t.Errorf("the bill shows %q to a guest", secret)
		}
	}
	b.open("/pay/bill").at("/pay/bill", "Your bill for December 2026 coverage")
	for _, secret := range []string{"Testperson", "Harbor Silver", "Harbor Health Plan", "Tide"} {
		if strings.Contains(b.body, secret) {
			t.Errorf("the HTML bill shows %q to a guest", secret)
		}
	}
}

// The language goes with the payer through every page and redirect.
func TestTheLanguageIsKept(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	b := s.browser(t).open("/vi/pay").submit(findForm(h)...)
	for _, step := range [][]string{{"choice", "total"}, {"method", "bank"}, goodBank, {}} {
		if !strings.HasPrefix(b.url.Path, "/vi/pay/") {
			t.Fatalf("the language was lost at %s", b.url.Path)
		}
		b.submit(step...)
	}
	if !strings.HasPrefix(b.url.Path, "/vi/pay/done/") {
		t.Errorf("got to %s: %s", b.url.Path, b.text())
	}
	// Switching keeps the answers.
	c := s.browser(t).find(s.december(t)).submit("choice", "total").open("/es/pay/method").says("$124.50")
	if c.url.Path != "/es/pay/method" {
		t.Errorf("got to %s", c.url.Path)
	}
	s.wantPayments(t, h, "124.50")
}
