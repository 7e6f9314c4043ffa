package bench_test

import (
	"context"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/cardgateway/sandboxgateway"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/edge/web/guest"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/webtest"
	"quittance.org/quittance/internal/store/queue"
	"quittance.org/quittance/sandbox/population"
	"quittance.org/quittance/sandbox/processor"
)

// shop is the public site of a market on loopback, with the sandbox's card
// processor on another origin.
type shop struct {
	looked int // households
	m      *market
	paying *paying.Service
	times  *stopwatch
	origin string
}

var quiet = slog.New(slog.DiscardHandler)

func newShop(b *testing.B, m *market) *shop {
	b.Helper()
	s := &shop{m: m, times: newStopwatch()}
	s.origin = listenOn(b, func(origin string) http.Handler {
		cards := listenOn(b, func(cards string) http.Handler { return newProcessor(b, cards, origin) })
		s.paying = newPaying(b, m, origin, cards)
		return s.times.around(newSite(b, s, origin, cards, nil))
	})
	return s
}

const cardKey, webhookSecret = "key", "sandbox-webhook-secret"

func newProcessor(b *testing.B, origin, portal string) http.Handler {
	b.Helper()
	p, err := processor.New(processor.Options{
		Clock: clock.System(), Key: cardKey, Origin: origin, WebhookURL: portal + guest.WebhookPath, WebhookSecret: webhookSecret,
	})
	if err != nil {
		b.Fatal(err)
	}
	return p.Handler()
}

func newPaying(b *testing.B, m *market, origin, cards string) *paying.Service {
	b.Helper()
	q, err := queue.New(m.db, nil, quiet)
	if err != nil {
		b.Fatal(err)
	}
	gateway, err := sandboxgateway.New(sandboxgateway.Config{
		BaseURL: cards, Key: pii.NewSecret(cardKey), WebhookSecret: pii.NewSecret(webhookSecret), Clock: clock.System(), Timeout: 5 * time.Second,
	})
	if err != nil {
		b.Fatal(err)
	}
	return paying.New(paying.Config{
		DB: m.db, Profile: m.profile, Jobs: receipts{q}, Links: guest.Links{BaseURL: origin}, Gateway: gateway, Validator: goodAccounts{}, Log: quiet,
	})
}

// goodAccounts finds nothing wrong with any bank account.
type goodAccounts struct{}

func (goodAccounts) Validate(context.Context, string, pii.Secret, payment.AccountType) (payment.Validation, string, error) {
	return payment.ValidationOK, "checked", nil
}

func newSite(b *testing.B, s *shop, origin, cards string, line guest.Line) http.Handler {
	b.Helper()
	p := s.m.profile
	renderer, assets := webtest.Renderer(b, p)
	site, err := guest.New(guest.Config{
		Paying: s.paying, Renderer: renderer, Assets: assets, Sessions: app.NewSessions(s.m.db, clock.System()), Clock: virtual.Running(firstDay.In(p.Zone()).Add(9 * time.Hour)),
		Paper:   guest.Paper{Bills: notifying.NewPapers(s.m.db, p), Letters: letters.Writer{Catalogue: webtest.Words(b, p), Profile: p, BaseURL: origin}},
		BaseURL: origin, CardOrigin: cards, Log: quiet, Line: line,
	})
	if err != nil {
		b.Fatal(err)
	}
	return site
}

// walk takes guests as far as each page needs, and gives the pages.
func (s *shop) walk(b *testing.B) []*guestPage {
	b.Helper()
	toCheck := func(g *browser, method ...string) *browser {
		g.send(b, portal.PathAmount, "choice", "total")
		g.send(b, portal.PathMethod, method...)
		return g
	}
	byBank := func() *browser {
		g := toCheck(s.find(b), "method", "bank")
		g.send(b, portal.PathBank, "name", "Ana Testperson", "account_type", "checking", "routing", "110000000", "account", "000123456789")
		return g
	}
	checking, byCard, done := byBank(), toCheck(s.find(b), "method", "card"), byBank()
	byCard.send(b, portal.PathCheck) // to the processor's page, where nothing is done
	path := done.send(b, portal.PathCheck, "email", "payer@example.com")
	var all []*guestPage
	for _, page := range pageNames {
		page.guest = checking
		switch page.code {
		case "G7":
			page.guest = byCard
		case "G8":
			page.guest, page.path = done, path
		}
		var err error
		if page.bytes, err = page.guest.get(b, page.path); err != nil {
			b.Fatalf("%s: %v", page.code, err)
		}
		all = append(all, &page)
	}
	return all
}

// find gives a browser in which a household has found a bill with something
// to pay. Those looked for before are not looked for again.
func (s *shop) find(b *testing.B) *browser {
	b.Helper()
	people, err := population.New(seed, planYear)
	if err != nil {
		b.Fatal(err)
	}
	for s.looked < pageAccounts {
		h, err := people.Household(s.looked)
		if err != nil {
			b.Fatal(err)
		}
		s.looked++
		g, born := newBrowser(b, s.origin), h.Account.BirthDate.Time()
		g.send(b, portal.PathFind, "subscriber_id", string(h.Account.SubscriberID),
			"birth_month", born.Format("1"), "birth_day", born.Format("2"), "birth_year", born.Format("2006"))
		if strings.Contains(g.read(b, portal.PathAmount), `value="total"`) {
			return g
		}
	}
	b.Fatal("nobody has anything to pay")
	return nil
}

var (
	formTag   = regexp.MustCompile(`(?s)<form method="post" action="([^"]*)"[^>]*>(.*?)</form>`)
	hiddenTag = regexp.MustCompile(`<input type="hidden" name="([^"]+)" value="([^"]*)"`)
)

// answer asks for a page, whose body is to be closed.
func (g *browser) answer(b *testing.B, path string) *http.Response {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodGet, g.origin+path, nil)
	if err != nil {
		b.Fatal(err)
	}
	answer, err := g.client.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	return answer
}

// read gives the text of a page.
func (g *browser) read(b *testing.B, path string) string {
	b.Helper()
	answer := g.answer(b, path)
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		b.Fatal(err)
	}
	return string(body)
}

// send fills in the form of a page, sends it, and gives the path that the
// answer leads to.
func (g *browser) send(b *testing.B, path string, pairs ...string) string {
	b.Helper()
	form := formTag.FindStringSubmatch(g.read(b, path))
	if form == nil {
		b.Fatalf("%s has no form", path)
	}
	values := url.Values{}
	for _, hidden := range hiddenTag.FindAllStringSubmatch(form[2], -1) {
		values.Set(hidden[1], html.UnescapeString(hidden[2]))
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		values.Set(pairs[i], pairs[i+1])
	}
	return g.post(b, form[1], values)
}

// post sends a form and gives the path that the answer leads to.
func (g *browser) post(b *testing.B, path string, values url.Values) string {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), http.MethodPost, g.origin+path, strings.NewReader(values.Encode()))
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Sec-Fetch-Site", "same-origin")
	answer, err := g.client.Do(request)
	if err != nil {
		b.Fatal(err)
	}
	defer answer.Body.Close()
	to, err := answer.Location()
	if err != nil {
		text, _ := io.ReadAll(answer.Body)
		b.Fatalf("%s leads nowhere (%s): %s", path, answer.Status, text)
	}
	return to.Path
}
