package guest_test

import (
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/guest"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/sandbox/processor"
)

// atCards fails the test unless the browser is on the processor's origin.
func (b *browser) atCards(s *shop) *browser {
	b.t.Helper()
	if "http://"+b.url.Host != s.cards {
		b.t.Fatalf("got to %s (%d), want the card page: %s", b.url, b.status, b.text())
	}
	return b
}

// F2 in the order of ADR 0004: check, card page, done.
func TestAGuestPaysByCard(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("card").at("/pay/check", "Check your details").says("Continue to card page")
		if csp := b.header.Get("Content-Security-Policy"); !strings.Contains(csp, "form-action 'self' "+s.cards+";") {
			t.Errorf("the form may not lead to the card page: %s", csp)
		}
		b.submit().atCards(s).says("$124.50", "Bay Harbor Health Marketplace")
		b.submit(card("4242 4242 4242 4242")...)
		b.says("Payment complete", "Visa card ending in 4242", "your card statement shows HLTHMKT PREM")
		if "http://"+b.url.Host != s.portal {
			t.Errorf("ended at %s", b.url)
		}
		p := s.wantPayments(t, h, "124.50")[0]
		if p.Processor != "sandbox" || len(s.processor.Charges()) != 1 || s.processor.Charges()[0].ID != p.ProcessorRef {
			t.Errorf("got payment %+v and charges %+v", p, s.processor.Charges())
		}
	})
}

// Task 12 of the brief: the card is declined, the bank account pays.
func TestADeclinedCardThenTheBank(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		for number, says := range map[string]string{
			"4000 0000 0000 0002": "Your bank may tell you why.",
			"4000 0000 0000 9995": "Your bank says there is not enough money.",
			"4000 0000 0000 0069": "Your bank says the card has expired.",
		} {
			b := s.browser(t).find(h).toCheck("card").submit().atCards(s)
			b.submit(card(number)...).atCards(s)
			b.do("POST", b.url.Path+"/leave", url.Values{}).at("/pay/status", "Your payment was declined")
			b.says("No money was taken.", says, "We kept the amount: $124.50.")
			b.open("/pay/status").at("/pay/status", "Your payment was declined") // a reload says the same
		}
		b := s.browser(t).find(h).toCheck("card").submit().atCards(s).submit(card("4000 0000 0000 0002")...)
		b.do("POST", b.url.Path+"/leave", url.Values{})
		b.open("/pay/method").says("You are paying $124.50.").submit("method", "bank").submit(goodBank...).submit().says("Payment received")
		s.wantPayments(t, h, "124.50")
		if n := len(s.processor.Charges()); n != 0 {
			t.Errorf("the processor charged %d times", n)
		}
	})
}

func TestADeclinedCardCanBeTriedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("card").submit("email", "payer@example.com").submit(card("4000 0000 0000 0002")...)
		b.do("POST", b.url.Path+"/leave", url.Values{}).at("/pay/status", "Your payment was declined")
		b.open("/pay/check").at("/pay/check", "Check your details")
		if !strings.Contains(b.body, `value="payer@example.com"`) {
			t.Error("the address for the receipt was not kept")
		}
		b.submit().atCards(s).submit(card("4242 4242 4242 4242")...).says("Payment complete")
		s.wantPayments(t, h, "124.50")
	})
}

// The payer comes back from the card page with the Back button and pays another
// way: the page is closed first, so that nobody pays twice.
func TestLeavingTheCardPageByBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).submit("choice", "total")
		method := b.otherTab()
		b.submit("method", "card").submit().atCards(s)
		// The payer's own open page is nobody else's payment.
		own := method.otherTab().open("/pay/amount").submit("choice", "total").at("/pay/method", "How do you want to pay?")
		if strings.Contains(own.open("/pay/amount").text(), "was started") {
			t.Error("the payer is warned of their own card page")
		}
		method.submit("method", "bank").at("/pay/bank", "Bank account details").submit(goodBank...).submit().says("Payment received")
		b.submit(card("4242 4242 4242 4242")...).atCards(s).says("This page is closed")
		s.wantPayments(t, h, "124.50")
	})
}

// It was paid after all: the other way leads to that payment.
func TestAnotherWayAfterTheCardWasCharged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).submit("choice", "total")
		method := b.otherTab()
		b.submit("method", "card").submit().atCards(s).submit(card("4000 0000 0000 0200")...).atCards(s).says("We don't know yet if you have paid.")
		method.submit("method", "bank").says("Payment complete", "$124.50")
		s.wantPayments(t, h, "124.50")
	})
}

// The same card page is opened again under the same operation.
func TestBackToTheCheckPageOpensTheSameCardPage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		check := s.browser(t).find(h).toCheck("card")
		first := check.otherTab().submit().atCards(s)
		second := check.otherTab().submit().atCards(s)
		if first.url.String() != second.url.String() {
			t.Errorf("got two card pages: %s and %s", first.url, second.url)
		}
		// Another address for the receipt is another order: the first page closes.
		third := check.otherTab().submit("email", "payer@example.com").atCards(s)
		first.submit(card("4242 4242 4242 4242")...).says("This page is closed")
		third.submit(card("4242 4242 4242 4242")...).says("Payment complete", "p•••@example.com")
		s.wantPayments(t, h, "124.50")
	})
}

func TestCancelingAtTheCardPage(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	b := s.browser(t).find(h).toCheck("card")
	check := b.otherTab()
	b.submit().atCards(s).do("POST", b.url.Path+"/leave", url.Values{})
	b.at("/pay/status", "You have not paid").says("Nothing was taken.")
	// The link on our own page closes an open card page first.
	check.open("/pay/check").submit().atCards(s)
	open := check.otherTab()
	check.open(s.portal+"/pay/cancel").at("/pay/cancel", "You have not paid")
	open.submit(card("4242 4242 4242 4242")...).says("This page is closed")
	s.wantPayments(t, h)
}

func TestTheBankAsksThePayer(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	b := s.browser(t).find(h).toCheck("card").submit().submit(card("4000 0000 0000 3220")...).says("Approve this payment")
	b.submit("answer", "approve").says("Payment complete")
	s.wantPayments(t, h, "124.50")
}

// G7: the bank thinks. The page says so, later that it takes longer than
// usual, and then leads on; its JSON twin does the same.
func TestASlowBank(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("card").submit("email", "payer@example.com").submit(card("4000 0000 0000 0101")...)
		b.at("/pay/status", "We're checking with your bank").says("$124.50", "Don't pay again", "we'll email you")
		if !strings.Contains(b.body, `http-equiv="refresh" content="4"`) {
			t.Error("the page does not refresh by itself")
		}
		if got := s.next(b); got != `{}` {
			t.Errorf("got %s while nobody knows", got)
		}
		other := s.browser(t).find(h).at("/pay/amount", "Your bill").says("A payment of $124.50 was started", "may still go through")
		if strings.Contains(other.body, `name="choice"`) {
			t.Error("a second payer can pay without being asked again")
		}
		s.Clock.Advance(7 * time.Second)
		b.open("/pay/status").says("We're checking with your bank", "This can take up to a minute.")
		s.Clock.Advance(2 * time.Second)
		if got := s.next(b); !strings.HasPrefix(got, `{"next":"/pay/done/`) {
			t.Errorf("got %s once it is paid", got)
		}
		b.open("/pay/status").says("Payment complete")
		s.wantPayments(t, h, "124.50")
	})
}

// next asks as the script of the waiting page does.
func (s *shop) next(b *browser) string {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, s.portal+"/pay/status", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Accept", "application/json")
	return strings.TrimSpace(send(b.t, b.client, req).body)
}

// The processor keeps silent: an honest page, no second charge, and the truth
// once it speaks again.
func TestASilentProcessor(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("card")
		s.processor.SetFaults(processor.Faults{Down: true})
		b.submit().at("/pay/check", "We couldn't take your payment").says("No money was taken.", "Reference ")
		s.processor.SetFaults(processor.Faults{})
		b.open("/pay/check").submit().atCards(s)
		open := b.otherTab()
		open.submit(card("4000 0000 0000 0200")...).atCards(s) // charged, and nobody is told
		s.processor.SetFaults(processor.Faults{Down: true})
		b.open(s.portal+"/pay/status").at("/pay/status", "We're checking with your bank").says("come back to this page")
		s.Clock.Advance(61 * time.Second)
		b.open("/pay/status").says("It's taking longer than usual. Your payment is safe. Don't pay again.")
		b.open("/pay/method").submit("method", "bank").at("/pay/status", "We're checking with your bank") // not while nobody knows
		b.open("/pay/cancel").at("/pay/status", "We're checking with your bank")
		other := s.browser(t).find(h).says("A payment of $124.50 was started")
		other.open("/pay/again").says("It may still go through.").submit("choice", "again").says("Don't pay again yet.")
		s.processor.SetFaults(processor.Faults{})
		b.open("/pay/status").says("Payment complete")
		s.wantPayments(t, h, "124.50")
		if n := len(s.processor.Charges()); n != 1 {
			t.Errorf("charged %d times", n)
		}
	})
}

// A card page that could not be opened holds nobody up.
func TestTheBankWhileTheProcessorIsDown(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("card")
		s.processor.SetFaults(processor.Faults{Down: true})
		b.submit().says("We couldn't take your payment")
		s.Clock.Advance(time.Minute)
		if _, err := s.paying.Sweep(t.Context()); err != nil { // it marks the intent as unknown
			t.Fatal(err)
		}
		b.open("/pay/amount").submit("choice", "total").at("/pay/method", "How do you want to pay?") // nothing to warn of
		b.submit("method", "bank").submit(goodBank...).submit().says("Payment received")
		s.wantPayments(t, h, "124.50")
	})
}

// The browser comes back without its session: it learns what became of the
// payment and nothing else.
func TestComingBackWithoutTheSession(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("card").submit().atCards(s)
		s.sessions.endAll(t)
		b.submit(card("4000 0000 0000 0101")...).at("/pay/status", "We're checking with your bank")
		b.open("/pay/amount").at("/pay/status", "We're checking with your bank")
		s.Clock.Advance(9 * time.Second)
		b.open("/pay/status").says("Payment complete", "Visa card")
		if strings.Contains(b.text(), "ending in") {
			t.Error("digits of the card are shown without a session")
		}
		s.wantPayments(t, h, "124.50")
		declined := s.browser(t).find(s.december(t)).toCheck("card").submit().submit(card("4000 0000 0000 0002")...)
		s.sessions.endAll(t)
		declined.do("POST", declined.url.Path+"/leave", url.Values{}).at("/pay/status", "Your payment was declined")
		for _, path := range []string{"/pay/return/x", "/pay/back/x", "/pay/return/018f6b2e-7c4d-7a31-9b1f-2f6a1c9d4e55"} {
			if s.browser(t).open(path).status != http.StatusNotFound {
				t.Errorf("%s: want 404", path)
			}
		}
	})
}

// A page that was left open in a tab is told apart from one on which the bank
// is thinking: whoever pays again closes it.
func TestAnAbandonedCardPageOfAnotherSession(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		left := s.browser(t).find(h).toCheck("card").submit().atCards(s)
		b := s.browser(t).find(h).says("A payment of $124.50 was started at 2:00 p.m.")
		b.open("/pay/again").at("/pay/again", "Pay again?").says("It may still go through.")
		b.submit("choice", "again").at("/pay/amount", "Your bill").toCheck("bank").submit().says("Payment received")
		left.submit(card("4242 4242 4242 4242")...).says("This page is closed")
		s.wantPayments(t, h, "124.50")
	})
}

// Somebody opens the card page while another payer is choosing an amount: that
// one is told before the next step (R-PAY-7).
func TestACardPageThatOpensMeanwhile(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	b := s.browser(t).find(h).submit("choice", "other", "other", "50").at("/pay/less", "This may not keep your coverage")
	s.browser(t).find(h).toCheck("card").submit().atCards(s)
	b.submit("choice", "entered").at("/pay/again", "Pay again?").says("A payment of $124.50 was started")
	b.submit("choice", "again").at("/pay/method", "How do you want to pay?").says("$50.00")
}

// The same, on the last page.
func TestACardPageThatOpensBeforeTheLastPress(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	b := s.browser(t).find(h).toCheck("bank")
	open := s.browser(t).find(h).toCheck("card").submit().atCards(s)
	b.submit().at("/pay/again", "Pay again?").says("A payment of $124.50 was started")
	s.wantPayments(t, h)
	b.submit("choice", "again").submit("method", "bank").submit(goodBank...).submit().says("Payment received")
	open.submit(card("4242 4242 4242 4242")...).says("This page is closed")
	s.wantPayments(t, h, "124.50")
}

// A processor that hangs holds up nobody else: a page waits for it once, however
// many payments of others are under way.
func TestAHangingProcessorDoesNotHoldUpTheBill(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	for range 3 {
		_, err := s.paying.PayByCard(t.Context(), paying.Order{
			Operation: s.paying.NewOperation(), Account: h.Account, Channel: payment.ChannelWebGuest, Amount: apptest.Amount("10.00"), Language: "en",
			Authorization: payment.Authorization{Version: "1", Wording: "One payment.", Network: "192.0.2.1", SessionHash: "s"},
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	before := strings.Count(s.cardURLs.String(), "/v1/")
	s.processor.SetFaults(processor.Faults{Hang: true})
	s.browser(t).find(h).at("/pay/amount", "Your bill").says("A payment of $10.00 was started")
	if asked := strings.Count(s.cardURLs.String(), "/v1/") - before; asked != 1 {
		t.Errorf("the processor was waited for %d times", asked)
	}
}

// The processor's report alone settles a payment whose payer never came back.
func TestWebhook(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		asked := 0
		s.Jobs.Check = func(*store.Tx, payment.OperationID) error { asked++; return nil }
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("card").submit().atCards(s)
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		b.submit(card("4242 4242 4242 4242")...)
		if taken := s.processor.DeliverDue(t.Context()); taken != 1 || asked == 0 {
			t.Errorf("%d webhooks taken, %d look-ups asked for", taken, asked)
		}
		s.Clock.Advance(time.Minute)
		if settled, err := s.paying.Sweep(t.Context()); err != nil || settled != 1 {
			t.Errorf("settled %d, %v", settled, err)
		}
		s.wantPayments(t, h, "124.50")
	})
}

func TestWebhooksThatAreNotTheProcessors(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	body := `{"id":"evt_1","type":"session.paid","data":{"session":{"id":"cs_1","reference":"order 7"}}}`
	good := processor.Sign([]byte(webhookSecret), s.Clock.Now(), []byte(body))
	for name, c := range map[string]struct {
		method, signature, body string
		want                    int
	}{
		"the processor's":           {"POST", good, body, 200},
		"another secret":            {"POST", processor.Sign([]byte("guess"), s.Clock.Now(), []byte(body)), body, 400},
		"an hour old":               {"POST", processor.Sign([]byte(webhookSecret), s.Clock.Now().Add(-time.Hour), []byte(body)), body, 400},
		"another body":              {"POST", good, body + " ", 400},
		"no signature":              {"POST", "", body, 400},
		"no JSON":                   {"POST", processor.Sign([]byte(webhookSecret), s.Clock.Now(), []byte("x")), "x", 400},
		"more than any report has":  {"POST", good, strings.Repeat("x", 70_000), 413},
		"asked instead of reported": {"GET", "", "", 404},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, s.portal+guest.WebhookPath, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(processor.SignatureHeader, c.signature)
		req.Header.Set("Sec-Fetch-Site", "cross-site") // it comes from elsewhere by nature
		if got := send(t, http.DefaultClient, req); got.status != c.want {
			t.Errorf("%s: got %d, want %d", name, got.status, c.want)
		}
	}
}

// A store that is down makes the processor try again.
func TestAWebhookThatCanNotBeStored(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("card").submit().atCards(s)
		s.Jobs.Check = func(*store.Tx, payment.OperationID) error { return errDown }
		b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
		b.submit(card("4242 4242 4242 4242")...)
		if taken := s.processor.DeliverDue(t.Context()); taken != 0 || s.processor.PendingWebhooks() != 1 {
			t.Errorf("%d taken, %d to be sent again", taken, s.processor.PendingWebhooks())
		}
		s.Jobs.Check = nil
		s.Clock.Advance(time.Minute)
		if taken := s.processor.DeliverDue(t.Context()); taken != 1 {
			t.Errorf("%d taken at the second try", taken)
		}
	})
}

var errDown = errors.New("the database is down")

// We die between opening the card page and noting it in the session: the same
// operation leads to the same page, or is closed before the bank pays.
func TestDyingBeforeTheSessionIsKept(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).find(h).toCheck("card")
		kept := s.sessions.copy()
		lost := b.otherTab().submit().atCards(s)
		s.sessions.restore(t, kept) // what the dead process had written
		b.open("/pay/method").submit("method", "bank").submit(goodBank...).submit().at("/pay/check", "Check your details and pay")
		b.submit().says("Payment received")
		lost.submit(card("4242 4242 4242 4242")...).says("This page is closed")
		s.wantPayments(t, h, "124.50")
	})
}
