package guest

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"quittance.org/quittance/internal/app/admitting"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// Line lets so many people into the paying pages, and keeps the others in line
// (package admitting).
type Line interface {
	Known(ctx context.Context, ticket string) (admitting.Answer, bool)
	Come(ctx context.Context, ticket, network string) (admitting.Answer, error)
	Use(ctx context.Context, place admitting.Place) (bool, error)
	Stays(ctx context.Context, place admitting.Place)
	Leave(ctx context.Context, place admitting.Place)
	Busy(ctx context.Context) bool
	NewTicket() string
	NewPlace() admitting.Place
}

const (
	ticketCookie  = "line"
	ticketSeconds = 24 * 60 * 60 // longer than anybody waits
	cameBack      = "line"       // in the query: the browser was given a ticket
	fromAccount   = "to"         // in the query of PathLine: the way leads to PathAccountPay
)

// mayEnter tells whether the visitor may see a page that begins to pay. If not,
// it answers with the line. Who has a bill open goes on, line or not.
func (v *visit) mayEnter() bool {
	if v.line == nil {
		return true
	}
	ticket := v.ticket()
	a, known := v.line.Known(v.Ctx(), ticket)
	if known && !a.In { // from memory: no session is looked for
		v.showLine(a)
		return false
	}
	if err := v.Load(v.sessions); err != nil {
		v.Broken(err)
		return false
	}
	v.loaded = true
	s := v.session()
	switch {
	case v.alive:
		v.stays(s)
	case known:
		v.place = a.Place
	case !v.come(ticket):
		return false
	}
	if v.asksJSON() { // the page of the line asks whether it is their turn
		v.sayNext(v.asked())
		return false
	}
	return true
}

// asked is the path that was asked for, with its query.
func (v *visit) asked() string {
	if v.R.URL.RawQuery == "" {
		return v.Path
	}
	return v.Path + "?" + v.R.URL.RawQuery
}

func (v *visit) asksJSON() bool {
	return strings.Contains(v.R.Header.Get("Accept"), "application/json")
}

// come gives a place to a browser that has none, once it has shown that it keeps
// cookies: a flood of requests without them takes no place, and no memory.
func (v *visit) come(ticket string) bool {
	if ticket == "" {
		v.offerTicket()
		return false
	}
	a, err := v.line.Come(v.Ctx(), ticket, v.Network())
	if err != nil {
		v.Log.WarnContext(v.Ctx(), "no place can be given", "request", serving.RequestID(v.Ctx()), "error", err)
		a = admitting.Answer{Full: true}
	}
	if a.Ticket != "" {
		v.setTicket(a.Ticket)
	}
	if !a.In {
		v.showLine(a)
		return false
	}
	v.place = a.Place
	return true
}

// offerTicket sends a browser to the same page with a ticket.
func (v *visit) offerTicket() {
	if v.R.URL.Query().Has(cameBack) {
		v.Show(portal.System{Kind: portal.SystemCookies})
		return
	}
	v.setTicket(v.line.NewTicket())
	query := v.R.URL.Query()
	query.Set(cameBack, "1")
	v.To(v.Path + "?" + query.Encode())
}

// expectLine tells a page with a form that leads into the paying pages whether
// there is a line. The browser gets a ticket, so that what is typed there is not
// lost to the question whether it keeps cookies.
func (v *visit) expectLine() bool {
	if v.line == nil {
		return false
	}
	if v.ticket() == "" {
		v.setTicket(v.line.NewTicket())
	}
	return v.line.Busy(v.Ctx())
}

// ticket gives the ticket that the browser has, "" for none.
func (v *visit) ticket() string {
	cookie, err := v.R.Cookie(v.CookieName(ticketCookie))
	if err != nil {
		return ""
	}
	return cookie.Value
}

func (v *visit) setTicket(ticket string) {
	http.SetCookie(v.W, &http.Cookie{
		Name: v.CookieName(ticketCookie), Value: ticket, Path: "/", MaxAge: ticketSeconds,
		HttpOnly: true, Secure: v.Secure, SameSite: http.SameSiteLaxMode,
	})
}

// takePlace notes that the visitor opens a bill with a place. A place opens one:
// a second browser, which has copied the ticket, gets to the end of the line.
func (v *visit) takePlace() bool {
	if v.line == nil || v.place.IsZero() {
		return true
	}
	ok, err := v.line.Use(v.Ctx(), v.place)
	switch {
	case err != nil:
		v.Fail(err)
		return false
	case !ok:
		return v.come(v.line.NewTicket()) && v.takePlace()
	}
	return true
}

// stays notes that somebody with an open bill is there.
func (v *visit) stays(s session) session {
	if v.line == nil {
		return s
	}
	if s.Place.IsZero() { // has paid and goes on, or came before there was a line
		s.Place = v.line.NewPlace()
		v.keep(s)
	}
	v.line.Stays(v.Ctx(), s.Place)
	return s
}

// finish notes that a payment of this session was made, and gives its place to
// the next.
func (v *visit) finish(s *session, p paid) {
	s.finish(p)
	if v.line != nil && !s.Place.IsZero() && s.Attempt.Op.IsZero() {
		v.line.Leave(v.Ctx(), s.Place)
		s.Place = admitting.Place{}
	}
}

// turnHasCome tells whether somebody who comes from an account has a place. If
// not, it leads to the page of the line: there they wait without their account
// being read again and again.
func (v *visit) turnHasCome() bool {
	if v.line == nil {
		return true
	}
	if a, known := v.line.Known(v.Ctx(), v.ticket()); known && a.In {
		v.place = a.Place
		return v.takePlace()
	}
	v.To(portal.PathLine + "?" + fromAccount + "=account")
	return false
}

// showTurn is the page of the line for who comes from an account: once it is
// their turn it leads on.
func (v *visit) showTurn() {
	if v.R.URL.Query().Get(fromAccount) == "account" {
		v.To(portal.PathAccountPay)
		return
	}
	v.To(portal.PathFind)
}

// showLine says how long the line is. 503, as for a service that is closed:
// nothing that was asked for was done, and no cache or monitor should take this
// for the page.
func (v *visit) showLine(a admitting.Answer) {
	h := v.W.Header()
	h.Set("Retry-After", strconv.Itoa(int(admitting.AskEvery.Seconds())))
	view := v.lineView(a)
	if v.asksJSON() {
		v.sayLine(view)
		return
	}
	page, err := v.linePages.get(linePage{v.Lang, v.Frame.Suggest, alertOf(v.Frame), view}, func() ([]byte, error) {
		return v.Pages.Page(v.Lang, v.Frame, view)
	})
	if err != nil {
		v.Broken(err)
		return
	}
	v.ShowPacked(page, http.StatusServiceUnavailable, v.Pages.Spoken(v.Lang))
}

func (v *visit) lineView(a admitting.Answer) portal.InLine {
	due, _ := owing.NextDue(v.Profile, v.Today())
	view := portal.InLine{
		Full: a.Full, Due: v.DueDay(v.Ctx(), due), Every: int(admitting.AskEvery.Seconds()), Kept: int(admitting.KeptFor.Minutes()),
		Again: v.asked(),
	}
	view.Ahead, view.About = portal.AboutAhead(a.Ahead)
	view.Minutes = portal.AboutMinutes(a.Wait)
	return view
}

// lineNews is what the script of the page shows. Under another title it asks for
// the page itself.
type lineNews struct {
	Title string   `json:"title"`
	Says  []string `json:"says"`
}

// sayLine is the JSON twin of the page. What a form sent is gone by then.
func (v *visit) sayLine(view portal.InLine) {
	var says []string
	for _, m := range append([]portal.Message{view.Title()}, view.Messages()...) {
		text, err := v.Pages.Text(v.Lang, m)
		if err != nil {
			v.Broken(err)
			return
		}
		says = append(says, text)
	}
	v.W.Header().Set("Content-Type", "application/json")
	v.W.WriteHeader(http.StatusServiceUnavailable)
	_ = json.NewEncoder(v.W).Encode(lineNews{Title: says[0], Says: says[1:]}) // a reader that went away is no error of ours
}

// linePage is all that makes a difference to the page of the line.
type linePage struct {
	lang    catalogue.Lang
	suggest catalogue.Lang
	alert   portal.SiteAlert
	view    portal.InLine
}

func alertOf(f portal.Frame) portal.SiteAlert {
	if f.Alert == nil {
		return portal.SiteAlert{}
	}
	return *f.Alert
}

// linePages keeps pages of the line as they go out. Thousands wait for the same
// few: to write and to compress one for each of them would take the machine
// away from those who pay.
type linePages struct {
	mu   sync.Mutex
	kept map[linePage]*serving.Packed
}

// linePagesMost is far more than are shown within some minutes.
const linePagesMost = 200

func (l *linePages) get(key linePage, render func() ([]byte, error)) (*serving.Packed, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p := l.kept[key]; p != nil {
		return p, nil
	}
	page, err := render()
	if err != nil {
		return nil, err
	}
	if l.kept == nil || len(l.kept) >= linePagesMost {
		l.kept = map[linePage]*serving.Packed{}
	}
	l.kept[key] = serving.Pack(page)
	return l.kept[key], nil
}
