package bench_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/edge/web/account"
	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/guest"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/webtest"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/sandbox/population"
	"quittance.org/quittance/web/fonts"
)

// BenchmarkAccountPagesSQLite and BenchmarkAccountPagesPostgres ask for the pages
// of a member who is signed in and has AutoPay, as BenchmarkPages does for guests.
// What a password costs is measured apart from the pages.
//
//	scripts/with-postgres --durable scripts/bench -test.bench AccountPages
func BenchmarkAccountPagesSQLite(b *testing.B)   { benchmarkAccountPages(b, "sqlite") }
func BenchmarkAccountPagesPostgres(b *testing.B) { benchmarkAccountPages(b, "postgres") }

func benchmarkAccountPages(b *testing.B, engine string) {
	m := newMarket(b, engine, pageAccounts)
	m.bill(b)
	o := newOffice(b, m)
	title := map[string]string{"sqlite": "SQLite", "postgres": "PostgreSQL"}[engine]
	o.measurePages(b, title, o.member(b))
	o.measurePasswords(b, title)
}

// office is a shop whose members can sign in, with the mailbox that they read.
type office struct {
	*shop
	people *people.Service

	mu      sync.Mutex
	waiting []store.PersonMailID
	last    string // mail
}

func newOffice(b *testing.B, m *market) *office {
	b.Helper()
	o := &office{shop: &shop{m: m, times: newStopwatch()}}
	o.origin = listenOn(b, func(origin string) http.Handler { return o.times.around(o.site(b, origin)) })
	return o
}

func (o *office) site(b *testing.B, origin string) http.Handler {
	b.Helper()
	p := o.m.profile
	cards := listenOn(b, func(cards string) http.Handler { return newProcessor(b, cards, origin) })
	o.paying = newPaying(b, o.m, origin, cards)
	var err error
	o.people, err = people.New(people.Config{
		DB: o.m.db, Profile: p, Jobs: o, Letters: plainWords{}, Courier: o, Site: people.Site{Name: "Bench", Origin: origin}, Log: quiet, Clock: clock.System(),
	})
	if err != nil {
		b.Fatal(err)
	}
	drafts := autopay.New(autopay.Config{DB: o.m.db, Profile: p, Poster: o.paying, Banks: o.paying, Jobs: noJobs{}, Log: quiet})
	renderer, assets := webtest.Renderer(b, p)
	papers, letter := notifying.NewPapers(o.m.db, p), letters.Writer{Catalogue: webtest.Words(b, p), Profile: p, BaseURL: origin}
	sessions := app.NewSessions(o.m.db, clock.System())
	guests, err := guest.New(guest.Config{
		Paying: o.paying, Renderer: renderer, Assets: assets, Sessions: sessions, Clock: o.m.clock,
		Paper: guest.Paper{Bills: papers, Letters: letter}, BaseURL: origin, CardOrigin: cards, Log: quiet, SignedIn: &guest.SignedIn{People: o.people, AutoPay: drafts},
	})
	if err != nil {
		b.Fatal(err)
	}
	pages, err := account.New(account.Config{
		People: o.people, Profile: p, Renderer: renderer, Sessions: sessions, Clock: o.m.clock, BaseURL: origin, Log: quiet,
		Member: &account.Member{
			Paying: o.paying, AutoPay: drafts, Bills: papers, Letters: letter, Pay: guests.Enter,
			Post: notifying.New(notifying.Config{DB: o.m.db, Profile: p, Courier: noPost{}, Letters: apptest.Letters{}, Jobs: noPost{}, Fonts: fonts.Files()}),
		},
	})
	if err != nil {
		b.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.Handle("/", guests)
	account.Mount(mux, pages)
	return mux
}

// noPost sends no letter.
type noPost struct{}

func (noPost) Send(context.Context, notifying.Mail) error                         { return nil }
func (noPost) SendMessage(*store.Tx, enrollment.AccountID, store.MessageID) error { return nil }
func (noPost) SendText(*store.Tx, enrollment.AccountID, texting.ID) error         { return nil }

// plainWords writes mails that are their code.
type plainWords struct{}

func (plainWords) Person(m people.Mail) (people.Words, error) {
	return people.Words{Template: "person_" + string(m.Kind), Language: m.Language, Subject: string(m.Kind), Text: m.Code}, nil
}
func (plainWords) PersonText(m people.Mail) (string, error) { return m.Code, nil }
func (plainWords) PersonCall(m people.Mail) (string, error) { return m.Code, nil }

// SendPersonMail notes a mail, for code.
func (o *office) SendPersonMail(_ *store.Tx, id store.PersonMailID) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.waiting = append(o.waiting, id)
	return nil
}

// SendPerson takes a mail to the mailbox.
func (o *office) SendPerson(_ context.Context, m store.PersonMail) error {
	o.last = m.Text.Reveal()
	return nil
}

// code reads the newest mail.
func (o *office) code(b *testing.B) string {
	b.Helper()
	o.mu.Lock()
	waiting := o.waiting
	o.waiting = nil
	o.mu.Unlock()
	for _, id := range waiting {
		if err := o.people.SendMail(b.Context(), id); err != nil && fault.KindOf(err) != fault.NotFound {
			b.Fatal(err)
		}
	}
	return strings.TrimSpace(o.last)
}

const memberEmail, memberPassword = "member@example.com", "seven herons by the pier"

// member signs somebody up who owes something, connects their coverage and turns
// AutoPay on, all by the pages.
func (o *office) member(b *testing.B) *browser {
	b.Helper()
	h := o.owing(b)
	g := newBrowser(b, o.origin)
	g.fill(b, "/account/new", "/account/new", "email", memberEmail, "password", memberPassword)
	g.fill(b, "/account/new/code", "/account/new/code", "code", o.code(b))
	born := h.Account.BirthDate.Time()
	g.fill(b, "/account/link", "/account/link", "subscriber_id", string(h.Account.SubscriberID), "birth_month", born.Format("1"),
		"birth_day", born.Format("2"), "birth_year", born.Format("2006"), "account_code", o.accountCode(b, h))
	g.fill(b, portal.PathAutoPayDay, portal.PathAutoPayDay, "day", "23")
	g.fill(b, "/account/autopay/new-bank", "/account/autopay/new-bank",
		"name", "Ana Testperson", "account_type", "checking", "routing", "110000000", "account", "000123456789")
	if to := g.fill(b, portal.PathAutoPayCheck, portal.PathAutoPayCheck, "now", "other", "cap", "900", "notice", "always"); to != portal.PathAutoPayDone {
		b.Fatalf("AutoPay is not on: %s", to)
	}
	return g
}

// owing finds a household whose bill asks for something.
func (o *office) owing(b *testing.B) *enrollcsv.Household {
	b.Helper()
	all, err := population.New(seed, planYear)
	if err != nil {
		b.Fatal(err)
	}
	for n := range pageAccounts {
		h, err := all.Household(n)
		if err != nil {
			b.Fatal(err)
		}
		if owes(h) {
			return h
		}
	}
	b.Fatal("nobody has anything to pay")
	return nil
}

// accountCode is what the household's bills print.
func (o *office) accountCode(b *testing.B, h *enrollcsv.Household) (code string) {
	b.Helper()
	err := o.m.db.Read(b.Context(), "account of a household", func(tx *store.ReadTx) error {
		a, err := tx.AccountBySubscriber(h.Account.SubscriberID)
		code = string(o.m.db.AccountCode(a.ID))
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return code
}

var anyFormTag = regexp.MustCompile(`(?s)<form[^>]* action="([^"]*)"[^>]*>(.*?)</form>`)

// fill sends the form of a page that leads to a path, and gives the path that the
// answer leads to.
func (g *browser) fill(b *testing.B, path, action string, pairs ...string) string {
	b.Helper()
	for _, form := range anyFormTag.FindAllStringSubmatch(g.read(b, path), -1) {
		if form[1] != action {
			continue
		}
		values := url.Values{}
		for _, hidden := range hiddenTag.FindAllStringSubmatch(form[2], -1) {
			values.Set(hidden[1], html.UnescapeString(hidden[2]))
		}
		for i := 0; i+1 < len(pairs); i += 2 {
			values.Set(pairs[i], pairs[i+1])
		}
		return g.post(b, action, values)
	}
	b.Fatalf("%s has no form to %s: %.3000s", path, action, g.read(b, path))
	return ""
}

// memberPages are those that the brief has a budget for, and their neighbours.
var memberPages = []guestPage{
	{code: "A1", name: "sign in", path: portal.PathSignIn},
	{code: "A6", name: "home", path: portal.PathAccount},
	{code: "A7", name: "AutoPay", path: portal.PathAutoPay},
	{code: "A8", name: "choose a day for AutoPay", path: portal.PathAutoPay + "/change?what=day"},
	{code: "A9", name: "bills", path: portal.PathBills},
	{code: "A11", name: "payments", path: portal.PathPayments},
	{code: "A14", name: "settings", path: portal.PathSettings},
}

var assetTag = regexp.MustCompile(`(?:src|href)="(` + asset.Prefix + `[^"]+\.(?:css|js))"`)

// measurePages takes the time of each page at the server, and what a first visit
// asks for: the page with its styles and scripts.
func (o *office) measurePages(b *testing.B, engine string, member *browser) {
	b.Helper()
	var rows [][]string
	for _, page := range memberPages {
		guest := member
		if page.code == "A1" {
			guest = newBrowser(b, o.origin)
		}
		path := page.path
		if page.code == "A8" {
			path = guest.follow(b, path)
		}
		size, err := guest.get(b, path)
		if err != nil {
			b.Fatal(err)
		}
		requests, first := 1, size
		for _, found := range assetTag.FindAllStringSubmatch(guest.read(b, path), -1) {
			n, err := guest.get(b, found[1])
			if err != nil {
				b.Fatal(err)
			}
			requests, first = requests+1, first+n
		}
		o.times.start()
		for range pageVisits {
			if _, err := guest.get(b, path); err != nil {
				b.Fatal(err)
			}
		}
		times := o.times.stop(b, pageVisits)
		rows = append(rows, []string{
			page.code, page.name, strconv.Itoa(size), strconv.Itoa(requests), strconv.Itoa(first),
			fmt.Sprintf("%.2f", times.median()), fmt.Sprintf("%.2f", times.sorted()[len(times)*99/100]),
		})
		b.ReportMetric(times.median(), page.code+"-ms")
	}
	report.table("Server time of account pages, "+engine,
		[]string{"", "page", "bytes", "requests of a first visit", "their bytes", "median, ms", "99th percentile, ms"}, rows)
}

// passwordTries is how many passwords are measured: each is as slow as it is meant
// to be.
const passwordTries = 40

// measurePasswords takes the time of the first step of a sign-in: nearly all of it
// is argon2id.
func (o *office) measurePasswords(b *testing.B, engine string) {
	b.Helper()
	var times series
	for n := range passwordTries {
		started := clock.Start()
		_, err := o.people.SignIn(b.Context(), people.SignIn{
			Email: fmt.Sprintf("nobody%d@example.com", n), Password: pii.NewSecret(memberPassword), From: people.From{Network: fmt.Sprintf("192.0.2.%d", n)},
		})
		if fault.CodeOf(err) != people.CodeNoMatch {
			b.Fatalf("a password of nobody: %v", err)
		}
		times = append(times, float64(clock.Elapsed(started).Nanoseconds())/1e6)
	}
	report.table("A password, checked as that of an address nobody has, "+engine, []string{"median, ms", "slowest, ms"},
		[][]string{{fmt.Sprintf("%.1f", times.median()), fmt.Sprintf("%.1f", times.sorted()[len(times)-1])}})
}

// follow gives the path that a page sends to.
func (g *browser) follow(b *testing.B, path string) string {
	b.Helper()
	answer := g.answer(b, path)
	defer answer.Body.Close()
	to, err := answer.Location()
	if err != nil {
		b.Fatalf("%s leads nowhere: %s", path, answer.Status)
	}
	return to.Path
}
