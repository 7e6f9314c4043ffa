package account_test

import (
	"context"
	"html"
	"io"
	"log/slog"
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

	"github.com/alexedwards/argon2id"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/admitting"
	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/edge/web/account"
	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/guest"
	"quittance.org/quittance/internal/edge/web/webtest"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// house is a marketplace's account pages on loopback, with a mailbox.
type house struct {
	*apptest.World
	people *people.Service
	portal string // URL
	post   *mailbox
	log    *webtest.Log
	bureau *bureau
	urls   *webtest.Addresses // everything that was asked of the site
	line   guest.Line         // nil: nobody waits
}

// newHouse opens a house on SQLite, on a host that passkeys can be bound to.
func newHouse(t *testing.T) *house {
	t.Helper()
	c := virtual.Standing(storetest.Noon)
	return open(t, apptest.New(t, storetest.OpenSQLite(t, c), c), nil)
}

// newBusyHouse is a house in which one person at a time may pay.
func newBusyHouse(t *testing.T) *house {
	t.Helper()
	c := virtual.Standing(storetest.Noon)
	w := apptest.New(t, storetest.OpenSQLite(t, c), c)
	return open(t, w, admitting.New(admitting.Config{DB: w.DB, Clock: c, Places: 1, Stay: 30 * time.Minute, Log: w.Log}))
}

// cheap is what a password costs in tests.
var cheap = &argon2id.Params{Memory: 1 << 10, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32}

func open(t *testing.T, w *apptest.World, line guest.Line) *house {
	t.Helper()
	h := &house{World: w, line: line, post: &mailbox{}, log: &webtest.Log{}, urls: &webtest.Addresses{}}
	server := httptest.NewUnstartedServer(nil)
	h.portal = "http://" + strings.Replace(server.Listener.Addr().String(), "127.0.0.1", "localhost", 1)
	log := slog.New(slog.NewJSONHandler(h.log, nil))
	var err error
	h.people, err = people.New(people.Config{
		DB: w.DB, Profile: w.Profile, Jobs: h.post, Letters: plain{}, Courier: h.post, Texts: h.post, Calls: h.post, BillTexts: true,
		Site: people.Site{Name: "Example Marketplace", Origin: h.portal}, Log: log, Clock: w.Clock, Hashing: cheap,
	})
	if err != nil {
		t.Fatal(err)
	}
	h.post.service = h.people
	server.Config.Handler = h.urls.Noting(h.handler(t, h.portal, log))
	server.Start()
	t.Cleanup(server.Close)
	return h
}

// handler serves the account's pages, and the scripts and styles that they ask
// for.
func (h *house) handler(t *testing.T, baseURL string, log *slog.Logger) http.Handler {
	t.Helper()
	renderer, assets := webtest.Renderer(t, h.Profile)
	mux := http.NewServeMux()
	pages, err := account.New(account.Config{
		People: h.people, Profile: h.Profile, Renderer: renderer, Sessions: app.NewSessions(h.DB, clock.System()), Clock: h.Clock, BaseURL: baseURL, Log: log,
		Member: h.member(t, mux, renderer, assets, baseURL),
	})
	if err != nil {
		t.Fatal(err)
	}
	account.Mount(mux, pages)
	mux.Handle("GET "+asset.Prefix, assets)
	return mux
}

// plain writes mails that tests can read.
type plain struct{}

func (plain) Person(m people.Mail) (people.Words, error) {
	return people.Words{Template: "person_" + string(m.Kind), Language: m.Language, Subject: string(m.Kind), Text: string(m.Kind) + " " + m.Code}, nil
}

func (plain) PersonText(m people.Mail) (string, error) { return string(m.Kind) + " " + m.Code, nil }

func (plain) PersonCall(m people.Mail) (string, error) { return "call " + m.Code, nil }

// mailbox gets all mail and text messages.
type mailbox struct {
	service *people.Service

	mu      sync.Mutex
	waiting []store.PersonMailID
	mails   []mail
}

type mail struct{ to, text string }

func (b *mailbox) SendPersonMail(_ *store.Tx, id store.PersonMailID) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting = append(b.waiting, id)
	return nil
}

func (b *mailbox) SendPerson(_ context.Context, m store.PersonMail) error {
	return b.Text(context.Background(), people.Text{Number: m.Address, Words: m.Text})
}

func (b *mailbox) Text(_ context.Context, m people.Text) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.mails = append(b.mails, mail{m.Number.Reveal(), m.Words.Reveal()})
	return nil
}

// Call speaks what a text message would say.
func (b *mailbox) Call(ctx context.Context, m people.Text) error { return b.Text(ctx, m) }

// read sends what waits, as jobs do, and gives the last mail to an address or
// number.
func (h *house) read(t *testing.T, to string) string {
	t.Helper()
	h.post.mu.Lock()
	waiting := h.post.waiting
	h.post.waiting = nil
	h.post.mu.Unlock()
	for _, id := range waiting {
		// What a transaction that was run twice took back is not there.
		if err := h.people.SendMail(t.Context(), id); err != nil && fault.KindOf(err) != fault.NotFound {
			t.Fatal(err)
		}
	}
	h.post.mu.Lock()
	defer h.post.mu.Unlock()
	for _, m := range slices.Backward(h.post.mails) {
		if m.to == to {
			return m.text
		}
	}
	t.Fatalf("nothing was sent to %s", to)
	return ""
}

var sixDigits = regexp.MustCompile(`\d{3} ?\d{3}`)

// code gives the code of the last mail to an address or number.
func (h *house) code(t *testing.T, to string) string {
	t.Helper()
	text := h.read(t, to)
	code := sixDigits.FindString(text)
	if code == "" {
		t.Fatalf("no code in %q", text)
	}
	return code
}

// accountCode is what the household's bills print.
func (h *house) accountCode(of apptest.Household) string { return string(h.DB.AccountCode(of.Account)) }

// wait lets time go by, for people and for browsers.
func (h *house) wait(d time.Duration) { h.Clock.Set(h.Clock.Now().Add(d)) }

// browser is a browser without scripts, on one page.
type browser struct {
	t      *testing.T
	client *http.Client
	agent  string
	page
}

// page is an answer.
type page struct {
	status int
	header http.Header
	url    *url.URL
	body   string
}

func (h *house) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	start, err := url.Parse(h.portal)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t: t, client: &http.Client{Jar: jar}, agent: "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0", page: page{url: start}}
}

func (b *browser) do(method, address string, form url.Values) *browser {
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
	req.Header.Set("User-Agent", b.agent)
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	res, err := b.client.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	b.page = page{res.StatusCode, res.Header, res.Request.URL, string(text)}
	return b
}

func (b *browser) open(address string) *browser { b.t.Helper(); return b.do("GET", address, nil) }

var (
	formTag   = regexp.MustCompile(`(?s)<form[^>]* method="post" action="([^"]*)"[^>]*>(.*?)</form>|<form method="post" action="([^"]*)"[^>]*>(.*?)</form>`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
	valueTag  = regexp.MustCompile(`<input [^>]*name="([^"]+)"[^>]* value="([^"]*)"`)
	checked   = regexp.MustCompile(`<input [^>]*name="([^"]+)" value="([^"]*)" checked`)
	mainPart  = regexp.MustCompile(`(?s)<main.*?</main>`)
	anyTag    = regexp.MustCompile(`<[^>]+>`)
	titleTag  = regexp.MustCompile(`(?s)<title>(.*?)</title>`)
	headTag   = regexp.MustCompile(`(?s)<h1[^>]*>(.*?)</h1>`)
)

// send sends the page's form that leads to a path, filled in; pairs are field
// and value. Of several such forms it takes the nth.
func (b *browser) send(path string, pairs ...string) *browser {
	b.t.Helper()
	return b.sendNth(path, 0, pairs...)
}

func (b *browser) sendNth(path string, nth int, pairs ...string) *browser {
	b.t.Helper()
	for _, form := range formTag.FindAllStringSubmatch(b.body, -1) {
		action, inside := form[1]+form[3], form[2]+form[4]
		if action != path {
			continue
		}
		if nth--; nth >= 0 {
			continue
		}
		values := url.Values{}
		for _, hidden := range hiddenTag.FindAllStringSubmatch(inside, -1) {
			values.Set(hidden[1], html.UnescapeString(hidden[2]))
		}
		for _, on := range checked.FindAllStringSubmatch(inside, -1) {
			values.Set(on[1], on[2])
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		return b.do("POST", path, values)
	}
	b.t.Fatalf("%s has no form to %s: %s", b.url, path, b.text())
	return b
}

// value gives what stands in a field.
func (p page) value(field string) string {
	for _, found := range valueTag.FindAllStringSubmatch(p.body, -1) {
		if found[1] == field {
			return html.UnescapeString(found[2])
		}
	}
	return ""
}

// text is what a person reads in the main part of the page.
func (p page) text() string {
	words := html.UnescapeString(strings.Join(strings.Fields(anyTag.ReplaceAllString(mainPart.FindString(p.body), " ")), " "))
	return strings.NewReplacer(" .", ".", " ,", ",").Replace(words) // after what is bold
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

// problem fails the test unless the page says this in the summary and at the
// field, and in its title.
func (b *browser) problem(text string) *browser {
	b.t.Helper()
	text = html.EscapeString(text)
	if n := strings.Count(b.body, ">"+text+"</a>") + strings.Count(b.body, `-problem">`+text+"</span>"); n != 2 || b.status != http.StatusUnprocessableEntity || !strings.HasPrefix(b.title(), "Error: ") {
		b.t.Errorf("%s says %q %d times with status %d and title %q", b.url.Path, text, n, b.status, b.title())
	}
	return b
}

const password = "correct horse battery"

// signUp makes an account and stops at the second step.
func (h *house) signUp(t *testing.T, email string) *browser {
	t.Helper()
	b := h.browser(t).open("/account/new").send("/account/new", "email", email, "password", password)
	b.at("/account/new/code", "Check your email")
	return b.send("/account/new/code", "code", h.code(t, email)).at("/account/second-step", "Choose a second step")
}

// signIn signs in with the code of the mail.
func (b *browser) signIn(h *house, email string) *browser {
	b.t.Helper()
	b.open("/account/sign-in").send("/account/sign-in", "email", email, "password", password)
	return b.at("/account/code", "Enter your one-time code").send("/account/code", "code", h.code(b.t, email))
}

// claim fills in A5.
func (h *house) claim(of apptest.Household, pairs ...string) []string {
	return append([]string{
		"subscriber_id", of.SubscriberID.Grouped(), "birth_month", of.BirthDate.Time().Format("1"),
		"birth_day", of.BirthDate.Time().Format("2"), "birth_year", of.BirthDate.Time().Format("2006"),
	}, pairs...)
}

// linked makes an account with the coverage of a household.
func (h *house) linked(t *testing.T, email string) (*browser, apptest.Household) {
	t.Helper()
	of := h.Household(apptest.Medical("2026-12", "109.50").Renewed())
	b := h.signUp(t, email).open("/account/link")
	b.send("/account/link", h.claim(of, "account_code", h.accountCode(of))...).at("/account/link/done", "Your coverage is connected")
	return b, of
}
