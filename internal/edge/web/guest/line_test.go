package guest_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/admitting"
	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/edge/web/guest"
)

// protect serves the shop's pages to so many people at the same time.
func (s *shop) protect(t *testing.T, places int) {
	t.Helper()
	site := httptest.NewUnstartedServer(nil)
	s.portal = "http://" + site.Listener.Addr().String()
	c := s.config(t, s.portal)
	c.Line = admitting.New(admitting.Config{DB: s.DB, Clock: s.Clock, Places: places, Stay: 30 * time.Minute, Log: c.Log})
	handler, err := guest.New(c)
	if err != nil {
		t.Fatal(err)
	}
	site.Config.Handler = s.urls.Noting(handler)
	site.Start()
	t.Cleanup(site.Close)
}

const inLine = "You're in line"

// One pays, the next waits without JavaScript, and is in once the first has
// paid; what the page says is true, and no machine takes it for the page.
func TestInLine(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		s.protect(t, 1)
		h := s.december(t)
		first, second, third := s.browser(t), s.browser(t), s.browser(t)
		first.open("/pay").at("/pay", "Find your bill")
		second.open("/pay").at("/pay", inLine).
			says("You're next.", "We can't tell yet", "Nothing is charged while you wait.", "The due date is still November 23, 2026.", "every 20 seconds", "for 10 minutes", "Other ways to pay", "1-800-")
		h503(t, second)
		if !strings.Contains(second.body, `<noscript><meta http-equiv="refresh" content="20"></noscript>`) {
			t.Error("the page does not refresh without JavaScript")
		}
		third.open("/es/pay?by=zip").at("/es/pay", inLine).says("1 person is ahead of you.")
		first.submit(findForm(h)...).at("/pay/amount", "Your bill").toCheck("bank")
		s.Clock.Advance(time.Second)
		second.open("/pay").at("/pay", inLine)
		first.submit("email", "").says("Confirmation number")
		s.Clock.Advance(time.Second)
		second.open("/pay").at("/pay", "Find your bill")
		third.open("/es/pay?by=zip").at("/es/pay", inLine).says("You're next.")
		second.submit(findForm(h)...) // pays ahead, or sees that it is paid
		if second.status != 200 || second.heading() == inLine {
			t.Errorf("who was let in got %d %q", second.status, second.heading())
		}
		s.wantPayments(t, h, "124.50")
		for _, row := range s.Rows("SELECT id_text(place_id) FROM place") {
			if strings.Contains(s.log.String(), row) {
				t.Errorf("the log names the place %s", row)
			}
		}
	})
}

func h503(t *testing.T, b *browser) {
	t.Helper()
	if b.status != 503 || b.header.Get("Retry-After") != "20" || b.header.Get("Cache-Control") != "no-store" {
		t.Errorf("got %d, %v", b.status, b.header)
	}
}

// The script of the page asks for JSON: what to say, or where to go.
func TestInLineForScripts(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.protect(t, 1)
	h := s.december(t)
	first, second := s.browser(t), s.browser(t)
	first.open("/pay")
	second.open("/pay?by=zip").at("/pay", inLine)
	if got := second.askJSON(); len(got.Says) != 2 || got.Says[0] != "You're next." || got.Title != inLine || got.Next != "" {
		t.Errorf("in line: got %+v", got)
	}
	first.submit(findForm(h)...).toCheck("bank").submit("email", "").says("Confirmation number")
	s.Clock.Advance(time.Second)
	got := second.askJSON()
	if !strings.HasPrefix(got.Next, "/pay?") || !strings.Contains(got.Next, "by=zip") {
		t.Errorf("in: got %+v", got)
	}
	second.open(got.Next).at("/pay", "Find your bill")
}

type lineNews struct {
	Title string
	Says  []string
	Next  string
}

func (b *browser) askJSON() lineNews {
	b.t.Helper()
	req := b.request("GET", b.url.String(), nil)
	req.Header.Set("Accept", "application/json")
	p := send(b.t, b.client, req)
	var news lineNews
	if err := json.Unmarshal([]byte(p.body), &news); err != nil {
		b.t.Fatalf("%v: %s", err, p.body)
	}
	return news
}

// What is no beginning of a payment is never kept waiting: pages to read, what
// became of a payment, and whoever has a bill open, also with no place at all.
func TestNobodyElseWaits(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	before := s.browser(t).find(h).toCheck("bank") // before there was a line
	payer := s.browser(t).find(h).toCheck("bank").submit("email", "").says("Confirmation number")
	done := payer.url.Path
	address := s.ownAddress(t, h)
	s.protect(t, 1)
	before.url, payer.url = s.browser(t).url, s.browser(t).url // the cookies are for any port
	s.browser(t).open("/pay").at("/pay", "Find your bill")
	s.browser(t).open("/pay").at("/pay", inLine)
	s.browser(t).open(address).at(address, inLine)
	anybody := s.browser(t)
	for _, path := range []string{"/", "/ways-to-pay", "/is-my-payment-in", "/contact", "/autopay", "/new-members", "/past-due", "/calendar.ics", done, done + "/receipt", done + "/receipt.pdf"} {
		if anybody.open(path); anybody.status != 200 || strings.Contains(anybody.body, inLine) {
			t.Errorf("%s: got %d %q", path, anybody.status, anybody.heading())
		}
	}
	if res := anybody.do("POST", guest.WebhookPath, nil); res.status == 503 {
		t.Error("a webhook waits")
	}
	payer.open(done).says("Payment received")
	before.open("/pay/check")
	if before.status != 200 {
		t.Errorf("who has a bill open got %d %q", before.status, before.heading())
	}
	before.open("/pay").at("/pay", "Find your bill")
}

// Who looks up a second bill does it in the place they have, and frees it when
// that is paid.
func TestASecondBillTakesNoSecondPlace(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.protect(t, 1)
	h := s.december(t)
	other := s.Household(apptest.Medical("2026-12", "80.00").Renewed())
	first, second := s.browser(t).open("/"), s.browser(t)
	first.submit(findForm(other)...).at("/pay/amount", "Your bill")
	second.open("/pay").at("/pay", inLine)
	first.open("/pay").submit(findForm(h)...).at("/pay/amount", "Your bill")
	first.toCheck("bank").submit("email", "").says("Confirmation number")
	s.Clock.Advance(time.Second)
	second.open("/pay").at("/pay", "Find your bill")
}

// The first page has the form too. Who would wait is sent to the line before
// they type; who would not is in with what they typed, without a question.
func TestTheFirstPageTellsOfTheLine(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.protect(t, 1)
	h := s.december(t)
	first, second := s.browser(t).open("/"), s.browser(t)
	form := first.page
	second.open("/").at("/", "Pay your health insurance bill")
	first.submit(findForm(h)...).at("/pay/amount", "Your bill")
	second.submit(findForm(h)...).at("/pay", inLine)
	second.open("/").at("/", "Pay your health insurance bill").says("There is a line", "Get in line")
	if strings.Contains(second.body, `name="subscriber_id"`) {
		t.Error("the form is there")
	}
	first.toCheck("bank").submit("email", "").says("Confirmation number")
	s.Clock.Advance(time.Second)
	second.page = form
	second.submit(findForm(h)...).at("/pay/amount", "Your bill")
	s.wantPayments(t, h, "124.50")
}

// A flood of requests that keep no cookies takes no place and leaves no row; a
// browser without cookies is told so.
func TestWithoutCookiesThereIsNoPlace(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.protect(t, 1)
	none := s.browser(t)
	none.client = &http.Client{}
	for range 50 {
		none.open("/pay").at("/pay", "Turn on cookies to pay")
		none.do("POST", "/pay", nil).at("/pay", "Turn on cookies to pay")
	}
	if rows := s.Rows("SELECT id_text(place_id) FROM place"); len(rows) > 0 {
		t.Errorf("got places %v", rows)
	}
	s.browser(t).open("/pay").at("/pay", "Find your bill")
}

// A ticket that was copied from somebody in line lets one browser open a bill,
// and one only.
func TestACopiedTicketOpensOneBill(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.protect(t, 1)
	h := s.december(t)
	first := s.browser(t).open("/pay").at("/pay", "Find your bill")
	thief := s.browser(t)
	thief.client.Jar.SetCookies(thief.url, first.client.Jar.Cookies(first.url))
	thief.open("/pay").at("/pay", "Find your bill")
	first.submit(findForm(h)...).at("/pay/amount", "Your bill")
	s.Clock.Advance(11 * time.Second)
	thief.submit(findForm(h)...).at("/pay", inLine)
	thief.open("/pay").at("/pay", inLine)
	first.open("/pay/amount").at("/pay/amount", "Your bill")
}

// The page of the line is written once for all who see the same.
func TestTheLineIsCompressed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.protect(t, 1)
	s.browser(t).open("/pay")
	b := s.browser(t).open("/pay").open("/pay").at("/pay", inLine)
	for _, encoding := range []string{"br", "gzip", "identity"} {
		req := b.request("GET", "/pay", nil)
		req.Header.Set("Accept-Encoding", encoding)
		p := send(t, b.client, req)
		if got := p.header.Get("Content-Encoding"); p.status != 503 || got != encoding && encoding != "identity" || got != "" && encoding == "identity" {
			t.Errorf("%s: got %d %q", encoding, p.status, got)
		}
		if encoding == "identity" && p.body != b.body {
			t.Error("the page differs by encoding")
		}
		if encoding != "identity" && len(p.body) > 4<<10 {
			t.Errorf("%s: %d bytes", encoding, len(p.body))
		}
	}
}
