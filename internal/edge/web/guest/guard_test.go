package guest_test

import (
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/guest"
	"quittance.org/quittance/internal/edge/web/webtest"
)

// everyPath lists a path of each kind of page.
var everyPath = []string{
	"/", "/pay", "/pay?by=zip", "/pay?for=someone", "/pay/amount", "/pay/less", "/pay/again", "/pay/bill", "/pay/method", "/pay/bank", "/pay/check",
	"/pay/status", "/pay/cancel", "/pay/return/x", "/pay/back/x", "/pay/done/x", "/pay/done/x/receipt", "/pay/done/x/receipt.pdf", "/ways-to-pay", "/is-my-payment-in",
	"/language-help", "/accessibility", "/privacy", "/contact", "/es", "/vi/pay", "/nothing", "/p/AB12CD34EF", "/static/nothing.css", "/favicon.ico", guest.WebhookPath,
}

// Every answer, whatever its status, has the headers of brief 7.6.
func TestEveryAnswerHasTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	want := map[string]string{
		"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin",
		"Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
	}
	methods := []string{"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE"}
	for _, path := range everyPath {
		for _, method := range methods {
			req, err := http.NewRequestWithContext(t.Context(), method, s.portal+path, nil)
			if err != nil {
				t.Fatal(err)
			}
			got := send(t, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, req)
			for name, value := range want {
				if got.header.Get(name) != value {
					t.Errorf("%s %s (%d): %s is %q", method, path, got.status, name, got.header.Get(name))
				}
			}
			csp := got.header.Get("Content-Security-Policy")
			for _, part := range []string{"default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} {
				if !strings.Contains(csp, part) || strings.Contains(csp, "unsafe") {
					t.Errorf("%s %s (%d): policy %q", method, path, got.status, csp)
				}
			}
			if got.header.Get("Strict-Transport-Security") != "" {
				t.Errorf("%s: HSTS without https would lock a demo out", path)
			}
			if method == "HEAD" && got.body != "" {
				t.Errorf("HEAD %s has a body", path)
			}
			if strings.HasPrefix(path, "/pay") && !strings.Contains(strings.Join(got.header.Values("Cache-Control"), ","), "no-store") {
				t.Errorf("%s %s may be stored", method, path)
			}
			if got.status >= 500 {
				t.Errorf("%s %s: got %d", method, path, got.status)
			}
		}
	}
}

// On https the cookie is bound to the host and the scheme.
func TestOnHTTPS(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	handler, err := guest.New(s.config(t, "https://pay.example.org"))
	if err != nil {
		t.Fatal(err)
	}
	form := url.Values{}
	for i := 0; i < len(findForm(h)); i += 2 {
		form.Set(findForm(h)[i], findForm(h)[i+1])
	}
	req := httptest.NewRequestWithContext(t.Context(), "POST", "https://pay.example.org/pay", strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, req)
	cookie := w.Header().Get("Set-Cookie")
	if w.Code != 303 || !strings.HasPrefix(cookie, "__Host-guest=") || !strings.Contains(cookie, "; Path=/; HttpOnly; Secure; SameSite=Lax") || strings.Contains(cookie, "Domain") {
		t.Errorf("got %d and cookie %q", w.Code, cookie)
	}
	if got := w.Header().Get("Strict-Transport-Security"); !strings.HasPrefix(got, "max-age=63072000") {
		t.Errorf("got HSTS %q", got)
	}
	plain := s.browser(t).find(h)
	if c := plain.client.Jar.Cookies(plain.url)[0]; c.Name != "guest" {
		t.Errorf("without https the cookie is %q", c.Name)
	}
}

func TestANewSiteNeedsItsParts(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, address := range []string{"", "pay.example.org", "ftp://pay.example.org", "https://", "://"} {
		if _, err := guest.New(s.config(t, address)); err == nil {
			t.Errorf("%q was taken for an address", address)
		}
	}
	if _, err := guest.New(guest.Config{BaseURL: s.portal}); err == nil {
		t.Error("a site without parts was made")
	}
}

// Another site can not send our forms.
func TestAnotherSiteCanNotSendForms(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.browser(t).find(s.december(t)).toCheck("bank")
	form := url.Values{}
	for _, hidden := range hiddenTag.FindAllStringSubmatch(b.body, -1) {
		form.Set(hidden[1], hidden[2])
	}
	for name, header := range map[string][2]string{
		"by fetch metadata": {"Sec-Fetch-Site", "cross-site"}, "from a sister site": {"Sec-Fetch-Site", "same-site"}, "by origin": {"Origin", "https://evil.example"},
	} {
		for _, path := range []string{"/pay/check", "/pay", "/pay/amount", "/pay/bank", "/is-my-payment-in", "/vi/pay/check", "/nothing"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.portal+path, strings.NewReader(form.Encode()))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			req.Header.Set(header[0], header[1])
			if got := send(t, b.client, req); got.status != 403 || got.heading() != "You can't see this page" {
				t.Errorf("%s, %s: got %d %q", path, name, got.status, got.heading())
			}
		}
	}
	if n := len(s.Rows("SELECT intent_id FROM intent")); n != 0 {
		t.Errorf("%d payments were begun", n)
	}
}

func TestPagesThatDoNotExistOrTakeNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for _, c := range []struct {
		method, path string
		want         int
		heading      string
		allow        string
	}{
		{"GET", "/nothing", 404, "Page not found", ""},
		{"GET", "/pay/", 404, "Page not found", ""},
		{"GET", "/en/pay", 404, "Page not found", ""},
		{"GET", "/xx/pay", 404, "Page not found", ""},
		{"GET", "/vi/nothing", 404, "Page not found", ""},
		{"GET", "/p/", 404, "Page not found", ""},
		{"GET", "/pay/done/..%2f..%2fetc", 404, "Page not found", ""},
		{"POST", "/nothing", 404, "Page not found", ""},
		{"DELETE", "/pay", 405, "This page does not work that way", "GET, HEAD, POST"},
		{"POST", "/", 405, "This page does not work that way", "GET, HEAD"},
		{"POST", "/es/pay/status", 405, "This page does not work that way", "GET, HEAD"},
		{"PATCH", "/pay/done/x", 405, "This page does not work that way", "GET, HEAD, POST"}, // the question after a payment
		{"PATCH", "/pay/done/x/receipt", 405, "This page does not work that way", "GET, HEAD"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, s.portal+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := send(t, http.DefaultClient, req)
		if got.status != c.want || got.heading() != c.heading || got.header.Get("Allow") != c.allow {
			t.Errorf("%s %s: got %d %q, allowed %q", c.method, c.path, got.status, got.heading(), got.header.Get("Allow"))
		}
	}
	if got := s.browser(t).open("/favicon.ico"); got.status != 204 {
		t.Errorf("the icon: got %d", got.status)
	}
}

// endless is a body that goes on for so many bytes.
func endless(n int64) io.Reader { return io.LimitReader(forever{}, n) }

type forever struct{}

func (forever) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	return len(p), nil
}

// Too much is refused on every form before it is held in memory.
func TestTooMuch(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	fields := url.Values{}
	for i := range 1000 {
		fields.Set(fmt.Sprintf("field%d", i), "x")
	}
	for _, c := range []struct {
		name    string
		body    func() io.Reader
		want    int
		heading string
	}{
		{"10 MB in one field", func() io.Reader { return io.MultiReader(strings.NewReader("subscriber_id="), endless(10<<20)) }, 413, "That was too much text"},
		{"a thousand fields", func() io.Reader { return strings.NewReader(fields.Encode()) }, 400, "We couldn't read that"},
		{"a broken escape", func() io.Reader { return strings.NewReader("subscriber_id=%zz") }, 400, "We couldn't read that"},
		{"one field a thousand times", func() io.Reader { return strings.NewReader(strings.Repeat("op=1&", 1000)) }, 400, "We couldn't read that"},
	} {
		for _, path := range []string{"/pay", "/pay/amount", "/pay/check", "/is-my-payment-in"} {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.portal+path, c.body())
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			if got := send(t, http.DefaultClient, req); got.status != c.want || got.heading() != c.heading {
				t.Errorf("%s to %s: got %d %q, want %d", c.name, path, got.status, got.heading(), c.want)
			}
		}
	}
}

// A body without end costs no memory: what is read of it is bounded.
//
//nolint:paralleltest // it measures the memory of the whole process
func TestMemoryStaysFlat(t *testing.T) {
	s := newShop(t)
	handler, err := guest.New(s.config(t, s.portal))
	if err != nil {
		t.Fatal(err)
	}
	var before, after runtime.MemStats
	read := &counter{r: endless(1 << 40)}
	runtime.ReadMemStats(&before)
	req := httptest.NewRequestWithContext(t.Context(), "POST", "/pay", read)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, req)
	runtime.ReadMemStats(&after)
	if w.Code != 413 || read.n > 256<<10 {
		t.Errorf("got %d after reading %d bytes", w.Code, read.n)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 8<<20 {
		t.Errorf("a body without end took %d bytes of memory", grown)
	}
}

type counter struct {
	r io.Reader
	n int
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// Text that no person types does no harm anywhere.
func TestStrangeText(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		for _, odd := range []string{"\x00", "\xff\xfe", "a\x00b", strings.Repeat("7", 5000), "\u202e7001", "'; DROP TABLE account; --", "{{.}}", "<b>"} {
			b := s.browser(t).open("/pay").submit(append(findForm(h), "subscriber_id", odd)...)
			if b.status != 422 {
				t.Errorf("%q as a number: got %d", odd, b.status)
			}
			b = s.browser(t).find(h).submit("choice", "total").submit("method", "bank").submit(append(goodBank, "name", "Ana"+odd)...)
			if b.status >= 500 {
				t.Errorf("%q as a name: got %d", odd, b.status)
			}
			b = s.browser(t).open("/is-my-payment-in").submit("confirmation", odd)
			if b.status != 422 {
				t.Errorf("%q as a confirmation: got %d", odd, b.status)
			}
		}
	})
}

// Pages are compressed for browsers that say so, and the same without.
func TestCompression(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	plain := s.browser(t).open("/pay").body
	for offer, want := range map[string]string{
		"br, gzip": "br", "gzip": "gzip", "gzip, deflate, br;q=0.9": "br", "br;q=0, gzip": "gzip", "br; q=0": "", "deflate": "", "identity": "",
	} {
		for _, method := range []string{"GET", "HEAD"} {
			req, err := http.NewRequestWithContext(t.Context(), method, s.portal+"/pay", nil)
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Accept-Encoding", offer)
			got := send(t, http.DefaultClient, req)
			if got.header.Get("Content-Encoding") != want || !strings.Contains(strings.Join(got.header.Values("Vary"), ","), "Accept-Encoding") {
				t.Errorf("%s %q: got %q, Vary %q", method, offer, got.header.Get("Content-Encoding"), got.header.Values("Vary"))
			}
			if method == "GET" && decoded(t, want, got.body) != plain {
				t.Errorf("%q: the page is another one", offer)
			}
		}
	}
}

func decoded(t *testing.T, encoding, body string) string {
	t.Helper()
	r := io.Reader(strings.NewReader(body))
	switch encoding {
	case "br":
		r = brotli.NewReader(r)
	case "gzip":
		z, err := gzip.NewReader(r)
		if err != nil {
			t.Fatal(err)
		}
		r = z
	}
	text, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The budgets of brief 18.2 for a first visit and for each further page.
func TestPagesAreWithinTheirBudget(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	_, assets := webtest.Renderer(t, s.Profile)
	first := assets.Size("portal.css") + assets.Size("core.js") + assets.Size("brand.css")
	b := s.browser(t).find(s.december(t))
	size := func(path string) int {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.portal+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Accept-Encoding", "br")
		return len(send(t, b.client, req).body)
	}
	for _, path := range []string{"/", "/pay"} {
		if n := size(path); n > 8<<10 || n+first > 36<<10 {
			t.Errorf("%s: %d bytes, %d on the first visit", path, n, n+first)
		}
	}
	sizes := map[string]int{"/pay/amount": size("/pay/amount")}
	b.submit("choice", "total")
	sizes["/pay/method"] = size("/pay/method")
	b.submit("method", "bank")
	sizes["/pay/bank"] = size("/pay/bank")
	b.submit(goodBank...)
	sizes["/pay/check"] = size("/pay/check")
	b.submit()
	sizes["/pay/done/"] = size(b.url.Path)
	for path, n := range sizes {
		if n > 7<<10 {
			t.Errorf("%s: %d bytes, the budget is 7 KB", path, n)
		}
	}
	if n := size("/pay/bill"); n > 14<<10 {
		t.Errorf("/pay/bill: %d bytes", n)
	}
}

// A fault of ours is an honest page with a reference that is in the log.
func TestAFaultOfOurs(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	config := s.config(t, s.portal)
	config.Assets = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("boom") })
	handler, err := guest.New(config)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), "GET", asset.Prefix+"x.css", nil))
	broken := page{status: w.Code, body: w.Body.String()}
	if broken.status != 500 || !strings.Contains(broken.text(), "If you were paying, don't pay again yet.") || strings.Contains(broken.body, "boom") {
		t.Errorf("got %d: %s", broken.status, broken.text())
	}
	// The store goes away in the middle of paying.
	b := s.browser(t).find(h).toCheck("bank")
	s.DB.Close()
	b.submit()
	if b.status != 500 || b.heading() != "We're sorry, there is a problem with the service" {
		t.Errorf("got %d %q", b.status, b.heading())
	}
	_, mark, found := strings.Cut(b.text(), "Reference ")
	if mark, _, _ = strings.Cut(mark, " "); !found || len(mark) != 6 || !strings.Contains(s.log.String(), mark) {
		t.Errorf("the reference %q is not in the log", mark)
	}
}

// The payment is made, and then the session can not be kept: one honest page,
// and the same form leads to the confirmation once all is well again.
func TestASessionThatCanNotBeKept(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	b := s.browser(t).find(h).toCheck("bank")
	again := b.otherTab()
	s.sessions.setFail(errDown)
	b.submit()
	if b.status != 500 || strings.Count(b.body, "<html") != 1 || !strings.Contains(b.text(), "If you were paying, don't pay again yet.") {
		t.Errorf("got %d: %s", b.status, b.body)
	}
	if card := s.browser(t).open("/pay"); card.status != 200 {
		t.Errorf("a page that keeps no session: got %d", card.status)
	}
	s.sessions.setFail(nil)
	again.submit().says("Payment received")
	s.wantPayments(t, h, "124.50")
}

// Nothing personal is in any address, referrer or log line of a whole run.
func TestNothingPersonalIsWrittenDown(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	wrong := h
	wrong.SubscriberID = ident.NewSubscriberID(70088888888)
	s.browser(t).find(wrong)
	s.browser(t).find(h).toCheck("bank").submit("email", "payer@example.com")
	number := s.Payments(h)[0].Confirmation
	s.browser(t).open("/is-my-payment-in").submit("confirmation", number.String())
	other := s.december(t)
	s.browser(t).find(other).toCheck("card").submit("email", "payer@example.com").submit(card("4000 0000 0000 0101")...)
	s.browser(t).open("/pay?subscriber_id=" + h.SubscriberID.String()) // somebody's own doing stays out of the log too
	if strings.Contains(s.log.String(), s.Payments(h)[0].IntentID.String()) {
		t.Error("an operation id is in the log: it opens a confirmation")
	}
	if strings.Contains(s.log.String(), "127.0.0.1") {
		t.Error("where a payer came from is in the log")
	}
	// Numbers that mean nothing may look like any four digits.
	log := meaningless.ReplaceAllString(s.log.String(), "")
	urls := strings.NewReplacer("/pay?subscriber_id="+h.SubscriberID.String(), "", s.portal, "", s.cards, "").Replace(meaningless.ReplaceAllString(s.urls.String(), ""))
	for _, secret := range []string{
		h.SubscriberID.String(), h.SubscriberID.Grouped(), h.SubscriberID.LastFour(), other.SubscriberID.String(), wrong.SubscriberID.String(), "1980", "02199", "Ana", "Testperson",
		"000123456789", "110000000", "6789", "payer", "example.com", number.String(), string(number), "4000",
	} {
		if strings.Contains(urls, secret) {
			t.Errorf("%q is in an address", secret)
		}
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log", secret)
		}
	}
	for _, want := range []string{`"msg":"served"`, `"route":"POST /pay/check"`, `"route":"GET /pay/done/{op}"`, `"status":303`, `"request":"`, `"took":`} {
		if !strings.Contains(s.log.String(), want) {
			t.Errorf("the log lacks %s", want)
		}
	}
}

var meaningless = regexp.MustCompile(`"(time|request|took|bytes)":("[^"]*"|\d+)|[0-9a-f]{8}-[0-9a-f-]{27}|127\.0\.0\.1:\d+`)

// The sessions table holds neither the browser's name for the session nor what
// was typed.
func TestSessionsAreSealed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.browser(t).find(s.december(t)).toCheck("bank")
	token := b.client.Jar.Cookies(b.url)[0].Value
	rows := s.Rows("SELECT token_hash || ' ' || CAST(data_enc AS TEXT) FROM web_session")
	if len(rows) != 1 || strings.Contains(rows[0], token) || strings.Contains(rows[0], "000123456789") {
		t.Errorf("got %d sessions; the name or the account number can be read", len(rows))
	}
}
