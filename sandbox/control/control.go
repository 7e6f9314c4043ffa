// Package control is the sandbox's front page: it moves the demo's clock
// forward, switches faults on and off, and leads to everything else.
package control

import (
	"embed"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/sandbox/bank"
	"quittance.org/quittance/sandbox/page"
	"quittance.org/quittance/sandbox/postoffice"
	"quittance.org/quittance/sandbox/processor"
	"quittance.org/quittance/sandbox/validator"
)

//go:embed templates
var templates embed.FS

var (
	frontPage   = page.Parse(templates, "templates/front.html")
	chargesPage = page.Parse(templates, "templates/charges.html")
)

// Clock is the demo's clock.
type Clock interface {
	Now() civil.Instant
	Set(civil.Instant)
	Advance(time.Duration)
}

// Member is a person of the demo population to try things with.
type Member struct {
	Fixture      string // "A"
	SubscriberID string
	BirthDate    string
	ZIP          string
	AccountCode  string // of the bill, to connect coverage
	Email        string // signs in with it, and with the demo's password; "" if nobody does
	Story        string
	DueCents     int64
}

// Panel is the control page. All fields are needed but Members, Portal and Bank.
type Panel struct {
	Clock     Clock
	Zone      *time.Location
	Portal    string // the marketplace's address
	Members   []Member
	Processor *processor.Processor
	Validator *validator.Validator
	Post      *postoffice.Office
	Bank      *bank.Bank // nil: none
}

// Handler serves the pages.
func (p *Panel) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { p.front(w, http.StatusOK, "") })
	mux.HandleFunc("POST /control/clock", p.moveClock)
	mux.HandleFunc("POST /control/mail", p.mail)
	mux.HandleFunc("POST /control/faults", p.setFaults)
	mux.HandleFunc("GET /charges", p.charges)
	mux.HandleFunc("GET /bank", p.bank)
	mux.HandleFunc("POST /bank", p.actAtBank)
	mux.HandleFunc("GET /bank/files/{name}", p.bankFile)
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, 16<<10)
		guarded.ServeHTTP(w, r)
	})
}

type frontView struct {
	page.Frame
	Now, Zone   string
	Tomorrow    string // the earliest date the clock can be moved to
	Error       string
	Portal      string
	Members     []memberRow
	Faults      processor.Faults
	Unavailable bool
	Delay       int // seconds
	Pending     int
	Envelopes   []envelopeRow
}

type envelopeRow struct{ Check, Amount, Postmark, Arrives, Answer string }

type memberRow struct {
	Member
	Due string
}

func (p *Panel) front(w http.ResponseWriter, status int, problem string) {
	now, faults := p.Clock.Now(), p.Processor.Faults()
	v := frontView{
		Frame: page.Frame{Title: "Sandbox control", Mast: "Sandbox", Sandbox: true},
		Now:   p.words(now), Zone: p.Zone.String(),
		Tomorrow: now.DateIn(p.Zone).AddDays(1).String(),
		Error:    problem, Portal: p.Portal, Faults: faults,
		Unavailable: p.Validator.Unavailable(),
		Delay:       int(faults.WebhookDelay / time.Second),
		Pending:     p.Processor.PendingWebhooks(),
	}
	if problem != "" {
		v.Title = "Error: " + v.Title
	}
	for _, e := range p.Post.Envelopes() {
		v.Envelopes = append(v.Envelopes, rowOf(e))
	}
	for _, m := range p.Members {
		v.Members = append(v.Members, memberRow{m, money.Cents(m.DueCents).Format()})
	}
	page.Render(w, status, frontPage, v)
}

func (p *Panel) words(at civil.Instant) string {
	return at.Time().In(p.Zone).Format("Monday, January 2, 2006, 3:04 PM")
}

// moveClock moves the clock forward. Going back would let the product see
// effects before their causes, so it is refused. Every night on the way is
// lived before there is an answer, however long that takes.
func (p *Panel) moveClock(w http.ResponseWriter, r *http.Request) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Time{}) // a writer without one can not be late
	switch r.PostFormValue("move") {
	case "hour":
		p.Clock.Advance(time.Hour)
	case "day":
		p.Clock.Advance(24 * time.Hour)
	case "date":
		at, err := p.morningOf(r.PostFormValue("date"))
		if err != nil {
			p.front(w, http.StatusUnprocessableEntity, err.Error())
			return
		}
		p.Clock.Set(at)
	default:
		p.front(w, http.StatusUnprocessableEntity, "Say how far to move the clock.")
		return
	}
	p.Post.Deliver(r.Context())
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// mail puts a check in the mail. One that is under way for no day arrives at
// once.
func (p *Panel) mail(w http.ResponseWriter, r *http.Request) {
	days, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("days")))
	if err != nil {
		err = errors.New("Enter how many days the letter is under way, like 4.")
	} else {
		err = p.Post.Mail(r.PostFormValue("number"), r.PostFormValue("amount"), days, r.PostFormValue("smudged") == "on")
	}
	if err != nil {
		p.front(w, http.StatusUnprocessableEntity, err.Error())
		return
	}
	p.Post.Deliver(r.Context())
	http.Redirect(w, r, "/#mail", http.StatusSeeOther)
}

func rowOf(e postoffice.Envelope) envelopeRow {
	row := envelopeRow{"For " + e.Number, e.Amount.Format(), e.Postmark.String(), e.Arrives.String(), e.Answer}
	if e.Postmark.IsZero() {
		row.Postmark = "Can not be read"
	}
	if row.Answer == "" {
		row.Answer = "On its way"
	}
	return row
}

// morningOf gives nine o'clock on a typed date, which must be after now.
func (p *Panel) morningOf(typed string) (civil.Instant, error) {
	date, err := civil.ParseDate(strings.TrimSpace(typed))
	if err != nil {
		return civil.Instant{}, errors.New("Enter a date like 2026-12-23.")
	}
	y, m, d := date.Time().Date()
	at := civil.InstantOf(time.Date(y, m, d, 9, 0, 0, 0, p.Zone))
	if !at.After(p.Clock.Now()) {
		return civil.Instant{}, errors.New("The clock only goes forward. Choose a later date.")
	}
	return at, nil
}

const maxDelaySeconds = 3600

func (p *Panel) setFaults(w http.ResponseWriter, r *http.Request) {
	seconds, err := strconv.Atoi(strings.TrimSpace(r.PostFormValue("delay")))
	if err != nil || seconds < 0 || seconds > maxDelaySeconds {
		p.front(w, http.StatusUnprocessableEntity, "Webhook delay must be 0 to 3600 seconds.")
		return
	}
	on := func(name string) bool { return r.PostFormValue(name) == "on" }
	p.Processor.SetFaults(processor.Faults{
		Down: on("down"), Hang: on("hang"), Cut: on("cut"),
		DropWebhooks: on("drop"), DuplicateWebhooks: on("duplicate"), ReorderWebhooks: on("reorder"),
		WebhookDelay: time.Duration(seconds) * time.Second,
	})
	p.Validator.SetUnavailable(on("validator"))
	http.Redirect(w, r, "/#faults", http.StatusSeeOther)
}

type chargeRow struct{ ID, When, Amount, Card string }

type chargesView struct {
	page.Frame
	Rows  []chargeRow
	Total string
}

func (p *Panel) charges(w http.ResponseWriter, _ *http.Request) {
	v := chargesView{Frame: page.Frame{Title: "Card charges", Mast: "Sandbox", Sandbox: true}}
	total := money.Zero
	for _, c := range p.Processor.Charges() {
		total = total.Add(money.Cents(c.AmountCents))
		v.Rows = append([]chargeRow{{
			ID: c.ID, When: p.words(c.CreatedAt), Amount: money.Cents(c.AmountCents).Format(),
			Card: c.Card.Brand + " ending in " + c.Card.LastFour,
		}}, v.Rows...)
	}
	v.Total = total.Format()
	page.Render(w, http.StatusOK, chargesPage, v)
}
