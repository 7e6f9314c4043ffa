package guest_test

import (
	"context"
	"html"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/cardgateway/sandboxgateway"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/edge/web/guest"
	"quittance.org/quittance/internal/edge/web/webtest"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
	"quittance.org/quittance/sandbox/processor"
)

// shop is a marketplace's public site on loopback, with the sandbox's card
// processor on another origin.
type shop struct {
	*apptest.World
	paying    *paying.Service
	processor *processor.Processor
	portal    string // URL
	cards     string // URL of the processor
	sessions  *sessions
	log       *webtest.Log
	urls      *webtest.Addresses // everything that was asked of the site
	cardURLs  *webtest.Addresses // … of the processor
	power     *power
}

// each runs a test in a fresh shop on every engine.
func each(t *testing.T, test func(t *testing.T, s *shop)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) { test(t, open(t, w)) })
}

// newShop opens a shop for what the engine makes no difference to.
func newShop(t *testing.T) *shop {
	t.Helper()
	c := virtual.Standing(storetest.Noon)
	return open(t, apptest.New(t, storetest.OpenSQLite(t, c), c))
}

const webhookSecret = "sandbox-webhook-secret"

func open(t *testing.T, w *apptest.World) *shop { t.Helper(); return openTexting(t, w, false) }

// openTexting opens a shop that sends receipts by text, or none.
func openTexting(t *testing.T, w *apptest.World, texts bool) *shop {
	t.Helper()
	s := &shop{World: w, sessions: &sessions{Sessions: app.NewSessions(w.DB, clock.System()), db: w.DB, last: map[string]string{}}, log: &webtest.Log{}, urls: &webtest.Addresses{}, cardURLs: &webtest.Addresses{}, power: &power{}}
	site, cards := httptest.NewUnstartedServer(nil), httptest.NewUnstartedServer(nil)
	s.portal, s.cards = "http://"+site.Listener.Addr().String(), "http://"+cards.Listener.Addr().String()
	var err error
	s.processor, err = processor.New(processor.Options{
		Clock: w.Clock, Key: "key", Origin: s.cards, WebhookURL: s.portal + guest.WebhookPath, WebhookSecret: webhookSecret,
	})
	if err != nil {
		t.Fatal(err)
	}
	gateway, err := sandboxgateway.New(sandboxgateway.Config{
		BaseURL: s.cards, Key: pii.NewSecret("key"), WebhookSecret: pii.NewSecret(webhookSecret), Clock: w.Clock,
	})
	if err != nil {
		t.Fatal(err)
	}
	s.paying = paying.New(paying.Config{
		DB: w.DB, Profile: w.Profile, Jobs: w.Jobs, Links: guest.Links{BaseURL: s.portal}, Gateway: gateway, Validator: w.Validator, Mailer: apptest.Mails{}, Texts: texts,
		Log: slog.New(slog.NewJSONHandler(s.log, nil)),
	})
	handler, err := guest.New(s.config(t, s.portal))
	if err != nil {
		t.Fatal(err)
	}
	site.Config.Handler = s.urls.Noting(s.power.behind(handler))
	cards.Config.Handler = s.cardURLs.Noting(s.processor.Handler())
	for _, server := range []*httptest.Server{site, cards} {
		server.Start()
		t.Cleanup(server.Close)
	}
	return s
}

func (s *shop) config(t *testing.T, baseURL string) guest.Config {
	t.Helper()
	renderer, assets := webtest.Renderer(t, s.Profile)
	return guest.Config{
		Paying: s.paying, Renderer: renderer, Assets: assets, Sessions: s.sessions, Clock: s.Clock,
		Paper: guest.Paper{
			Bills: notifying.NewPapers(s.DB, s.Profile), Letters: letters.Writer{Catalogue: webtest.Words(t, s.Profile), Profile: s.Profile, BaseURL: baseURL},
		},
		BaseURL: baseURL, CardOrigin: s.cards, Outages: s.Collecting.Outages, Log: slog.New(slog.NewJSONHandler(s.log, nil)),
	}
}

// sessions keeps browser sessions as the app does, and remembers what it has
// kept.
type sessions struct {
	*app.Sessions
	db *store.DB

	mu   sync.Mutex
	last map[string]string // data by token
	fail error             // instead of keeping a session
}

func (s *sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	s.mu.Lock()
	fail := s.fail
	s.last[token] = string(data)
	s.mu.Unlock()
	if fail != nil {
		return fail
	}
	return s.Sessions.CommitCtx(ctx, token, data, expiry)
}

// endAll ends every session, as time does.
func (s *sessions) endAll(t *testing.T) {
	t.Helper()
	err := s.db.InTx(t.Context(), "end sessions", func(tx *store.Tx) error {
		tx.DeleteSessions(clock.System().Now().Add(48 * time.Hour))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// setFail makes keeping a session fail, or work again.
func (s *sessions) setFail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = err
}

// copy gives all sessions as they are kept now; restore brings them back.
func (s *sessions) copy() map[string]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.last)
}

func (s *sessions) restore(t *testing.T, kept map[string]string) {
	t.Helper()
	for token, data := range kept {
		if err := s.CommitCtx(t.Context(), token, []byte(data), clock.System().Now().Time().Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
	}
}

// browser is a browser without scripts, on one page.
type browser struct {
	t      *testing.T
	client *http.Client
	page
}

// page is an answer.
type page struct {
	status int
	header http.Header
	url    *url.URL
	body   string
}

func (s *shop) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	start, err := url.Parse(s.portal)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, client: &http.Client{Jar: jar}, page: page{url: start}}
}

// otherTab is the same browser with the same cookies and the same page open.
func (b *browser) otherTab() *browser {
	twin := *b
	return &twin
}

func (b *browser) do(method, address string, form url.Values) *browser {
	b.t.Helper()
	b.page = send(b.t, b.client, b.request(method, address, form))
	return b
}

func (b *browser) request(method, address string, form url.Values) *http.Request {
	b.t.Helper()
	target, err := b.url.Parse(address)
	if err != nil {
		b.t.Fatal(err)
	}
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	req, err := http.NewRequestWithContext(b.t.Context(), method, target.String(), body)
	if err != nil {
		b.t.Fatal(err)
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	return req
}

func send(t *testing.T, client *http.Client, req *http.Request) page {
	t.Helper()
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return page{res.StatusCode, res.Header, res.Request.URL, string(body)}
}

func (b *browser) open(address string) *browser { b.t.Helper(); return b.do("GET", address, nil) }

var (
	formTag   = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)"[^>]*>(.*?)</form>`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
	mainPart  = regexp.MustCompile(`(?s)<main.*?</main>`)
	anyTag    = regexp.MustCompile(`<[^>]+>`)
	titleTag  = regexp.MustCompile(`(?s)<title>(.*?)</title>`)
	headTag   = regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`)
)

// submit sends the page's first form, filled in; pairs are field and value.
func (b *browser) submit(pairs ...string) *browser {
	b.t.Helper()
	action, values := b.filled(pairs...)
	return b.do("POST", action, values)
}

func (b *browser) filled(pairs ...string) (action string, values url.Values) {
	b.t.Helper()
	form := formTag.FindStringSubmatch(b.body)
	if form == nil {
		b.t.Fatalf("%s has no form: %s", b.url, b.text())
	}
	values = url.Values{}
	for _, hidden := range hiddenTag.FindAllStringSubmatch(form[2], -1) {
		values.Set(hidden[1], html.UnescapeString(hidden[2]))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return form[1], values
}

// text is what a person reads in the main part of the page.
func (p page) text() string {
	return html.UnescapeString(strings.Join(strings.Fields(anyTag.ReplaceAllString(mainPart.FindString(p.body), " ")), " "))
}

func (p page) heading() string {
	found := headTag.FindStringSubmatch(p.body)
	if found == nil {
		return ""
	}
	return html.UnescapeString(strings.Join(strings.Fields(anyTag.ReplaceAllString(found[1], " ")), " "))
}

func (p page) title() string {
	found := titleTag.FindStringSubmatch(p.body)
	if found == nil {
		return ""
	}
	return html.UnescapeString(found[1])
}

// at fails the test unless the browser is on a path with a heading.
func (b *browser) at(path, heading string) *browser {
	b.t.Helper()
	if b.url.Path != path || b.heading() != heading {
		b.t.Fatalf("got %q at %s (%d), want %q at %s: %s", b.heading(), b.url.Path, b.status, heading, path, b.text())
	}
	return b
}

// says fails the test unless the page says all of these.
func (b *browser) says(texts ...string) *browser {
	b.t.Helper()
	for _, text := range texts {
		if !strings.Contains(b.text(), text) {
			b.t.Errorf("%s does not say %q: %s", b.url.Path, text, b.text())
		}
	}
	return b
}

// find looks a household up from the start page.
func (b *browser) find(h apptest.Household) *browser {
	b.t.Helper()
	return b.open("/pay").submit(findForm(h)...)
}

func findForm(h apptest.Household) []string {
	return []string{
		"subscriber_id", h.SubscriberID.Grouped(), "birth_month", h.BirthDate.Time().Format("1"),
		"birth_day", h.BirthDate.Time().Format("2"), "birth_year", h.BirthDate.Time().Format("2006"),
	}
}

// The test bank account: routing with a valid check digit.
var goodBank = []string{"name", "Ana Testperson", "account_type", "checking", "routing", "110000000", "account", "000123456789"}

// card types a card on the processor's page.
func card(number string) []string {
	return []string{"number", number, "month", "10", "year", "29", "name", "Ana Testperson", "code", "123", "zip", "02199"}
}

// toCheck goes from a found bill to the check page.
func (b *browser) toCheck(method string) *browser {
	b.t.Helper()
	b.submit("choice", "total").at("/pay/method", "How do you want to pay?").submit("method", method)
	if method == "bank" {
		b.submit(goodBank...)
	}
	if b.url.Path != "/pay/check" {
		b.t.Fatalf("got to %s: %s", b.url.Path, b.text())
	}
	return b
}

// december is a household that owes $124.50 for December on the 23rd.
func (s *shop) december(t *testing.T) apptest.Household {
	t.Helper()
	h := s.Household(apptest.Medical("2026-12", "109.50").Renewed(), apptest.Dental("2026-12", "15.00").Renewed())
	s.Bill("2026-12")
	return h
}

// wantPayments checks how many payments there are, and of what.
func (s *shop) wantPayments(t *testing.T, h apptest.Household, amounts ...string) []payment.Payment {
	t.Helper()
	payments := s.Payments(h)
	var got []string
	for _, p := range payments {
		got = append(got, p.Amount.String())
	}
	if !slices.Equal(got, amounts) {
		t.Errorf("got payments %v, want %v", got, amounts)
	}
	s.VerifyClean()
	return payments
}
