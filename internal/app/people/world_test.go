package people_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// lobby is a marketplace whose people can sign in.
type lobby struct {
	*apptest.World
	t   *testing.T
	s   *people.Service
	out *outside
}

// outside is the world that mail and text messages go to.
type outside struct {
	mu      sync.Mutex
	queued  []store.PersonMailID
	sent    []store.PersonMail
	printed []store.LinkCodeID
	fail    error
}

const (
	origin   = "https://pay.example.gov"
	password = "purple kettle under oak"
)

var from = people.From{Network: "203.0.113.77", Agent: "Mozilla/5.0 (Windows NT 10.0) Gecko/20100101 Firefox/140.0"}

func eachLobby(t *testing.T, test func(t *testing.T, w *lobby)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, world *apptest.World) { test(t, newLobby(t, world)) })
}

func newLobby(t *testing.T, world *apptest.World) *lobby {
	t.Helper()
	w := &lobby{World: world, t: t, out: &outside{}}
	var err error
	w.s, err = people.New(people.Config{
		DB: world.DB, Profile: world.Profile, Jobs: w.out, Post: w.out, Letters: plainWords{}, Courier: w.out, Texts: w.out,
		Calls: calls{w.out}, BillTexts: true,
		Site: people.Site{Name: "Harbor Test", Origin: origin}, Log: slog.New(slog.DiscardHandler), Clock: world.Clock,
		Hashing: &argon2id.Params{Memory: 64, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 16},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// plainWords writes the kind and the code.
type plainWords struct{}

func (plainWords) Person(m people.Mail) (people.Words, error) {
	return people.Words{Template: string(m.Kind), Language: m.Language, Subject: "A mail", Text: m.Code + "|" + string(m.Change) + "|" + m.Helped, HTML: "<p>"}, nil
}

func (plainWords) PersonText(m people.Mail) (string, error) {
	return m.Code + "|" + string(m.Kind) + "|", nil
}

func (plainWords) PersonCall(m people.Mail) (string, error) {
	return m.Code + "|" + m.Language + "|", nil
}

func (o *outside) SendPersonMail(_ *store.Tx, id store.PersonMailID) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.queued = append(o.queued, id)
	return nil
}

func (o *outside) PrintCode(_ *store.Tx, _ enrollment.AccountID, id store.LinkCodeID) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.printed = append(o.printed, id)
	return nil
}

func (o *outside) SendPerson(_ context.Context, m store.PersonMail) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.fail == nil {
		o.sent = append(o.sent, m)
	}
	return o.fail
}

func (o *outside) Text(ctx context.Context, m people.Text) error {
	return o.SendPerson(ctx, store.PersonMail{Template: "text", Address: m.Number, Text: m.Words})
}

// calls are phone calls: they go where mail goes.
type calls struct{ *outside }

func (c calls) Call(ctx context.Context, m people.Text) error {
	return c.SendPerson(ctx, store.PersonMail{Template: "call", Address: m.Number, Language: m.Language, Text: m.Words})
}

// mails delivers what waits and gives it. Closures run twice: what the first
// run asked for is not there.
func (w *lobby) mails() []store.PersonMail {
	w.t.Helper()
	w.out.mu.Lock()
	queued := w.out.queued
	w.out.queued, w.out.sent = nil, nil
	w.out.mu.Unlock()
	for _, id := range queued {
		if err := w.s.SendMail(w.t.Context(), id); err != nil && fault.KindOf(err) != fault.NotFound {
			w.t.Fatal(err)
		}
	}
	return w.out.sent
}

// mail delivers the one mail that waits.
func (w *lobby) mail(template, to string) store.PersonMail {
	w.t.Helper()
	all := w.mails()
	if len(all) != 1 || all[0].Template != template || all[0].Address.Reveal() != to {
		var got []string
		for _, m := range all {
			got = append(got, m.Template)
		}
		w.t.Fatalf("mails %v, want one %s to the right address", got, template)
	}
	return all[0]
}

func codeOf(m store.PersonMail) string { code, _, _ := strings.Cut(m.Text.Reveal(), "|"); return code }

// wantCode fails unless err has a code; "" is no error.
func (w *lobby) wantCode(err error, code string) {
	w.t.Helper()
	got := fault.CodeOf(err)
	if fields := fault.Fields(err); len(fields) > 0 {
		got = fields[0].Code
	}
	if got != code || (err == nil) != (code == "") {
		w.t.Fatalf("got %v, want %q", err, code)
	}
}

func (w *lobby) ok(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// person is somebody who has signed up and is signed in.
type person struct {
	email string
	id    people.ID
	who   people.Who
}

// signedUp makes a person.
func (w *lobby) signedUp(email string) person {
	w.t.Helper()
	ctx := w.t.Context()
	ticket, err := w.s.SignUp(ctx, people.SignUp{Email: email, Password: pii.NewSecret(password), Language: "en", From: from})
	w.ok(err)
	in, err := w.s.VerifyEmail(ctx, people.VerifyEmail{Ticket: ticket, Code: codeOf(w.mail("sign_up", email)), From: from})
	w.ok(err)
	return person{email, in.Person, w.resume(in.Session).Who}
}

func (w *lobby) resume(id identity.SessionID) people.Current {
	w.t.Helper()
	current, err := w.s.Resume(w.t.Context(), id, from)
	w.ok(err)
	return current
}

// member makes a person who has connected a household.
func (w *lobby) member(email string, h apptest.Household) person {
	w.t.Helper()
	p := w.signedUp(email)
	_, err := w.s.Link(w.t.Context(), p.who, w.claim(h))
	w.ok(err)
	w.mails()
	return w.on(p, h)
}

// on gives the person in their role for a household.
func (w *lobby) on(p person, h apptest.Household) person {
	w.t.Helper()
	who, ok := w.resume(p.who.Session).On(h.Account)
	if !ok {
		w.t.Fatal("the household is not connected")
	}
	p.who = who
	return p
}

func (w *lobby) claim(h apptest.Household) people.LinkCoverage {
	return people.LinkCoverage{
		SubscriberID: h.SubscriberID.Grouped(), BirthDate: h.BirthDate, Code: w.DB.AccountCode(h.Account).String(), From: from,
	}
}

func (w *lobby) signIn(email, password string) (people.Step, error) {
	return w.s.SignIn(w.t.Context(), people.SignIn{Email: email, Password: pii.NewSecret(password), From: from})
}

// events gives the kinds of the history, the latest first.
func (w *lobby) events(p person) []store.PersonEventKind {
	w.t.Helper()
	security, err := w.s.Security(w.t.Context(), p.who)
	w.ok(err)
	var kinds []store.PersonEventKind
	for _, e := range security.History {
		kinds = append(kinds, e.What)
	}
	return kinds
}

func (w *lobby) advance(d time.Duration) { w.Clock.Advance(d) }

// count counts the rows of a table.
func (w *lobby) count(table string) (n int) {
	w.t.Helper()
	text := "SELECT COUNT(*) FROM " + table
	var err error
	if pool := w.DB.PostgresPool(); pool != nil {
		err = pool.QueryRow(w.t.Context(), text).Scan(&n)
	} else {
		err = w.DB.SQLiteWriter().QueryRowContext(w.t.Context(), text).Scan(&n)
	}
	w.ok(err)
	return n
}
