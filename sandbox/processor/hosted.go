package processor

import (
	"embed"
	"errors"
	"html/template"
	"net/http"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/sandbox/page"
)

//go:embed templates
var templates embed.FS

var (
	cardPage      = parse("card.html")
	challengePage = parse("challenge.html")
	noticePage    = parse("notice.html")
)

func parse(name string) *template.Template { return page.Parse(templates, "templates/"+name) }

const maxForm = 16 << 10

// hosted serves the payer's pages. They need no script.
func (p *Processor) hosted() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /c/{token}", p.showCard)
	mux.HandleFunc("POST /c/{token}", p.submitCard)
	mux.HandleFunc("POST /c/{token}/leave", p.leave)
	mux.HandleFunc("GET /c/{token}/challenge", p.showChallenge)
	mux.HandleFunc("POST /c/{token}/challenge", p.answerChallenge)
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p.Faults().Down {
			p.notice(w, http.StatusServiceUnavailable, downNotice, Session{})
			return
		}
		r.Body = http.MaxBytesReader(w, r.Body, maxForm)
		guarded.ServeHTTP(w, r)
	})
}

type cardView struct {
	page.Frame
	Token     string
	Payee     string
	Amount    string
	Form      cardForm
	Errors    fieldErrors
	Decline   string
	Brands    []string
	TestCards []TestCard
}

func (p *Processor) showCard(w http.ResponseWriter, r *http.Request) {
	s, found, err := p.session(r, nil)
	if !p.usable(w, s, found, err) {
		return
	}
	p.renderCard(w, http.StatusOK, r.PathValue("token"), s, cardForm{}, nil)
}

func (p *Processor) renderCard(w http.ResponseWriter, status int, token string, s Session, f cardForm, errs fieldErrors) {
	title := "Card details"
	if len(errs) > 0 {
		title = "Error: " + title
	}
	v := cardView{
		Frame: page.Frame{Title: title, Mast: s.Description},
		Token: token, Payee: s.Description, Amount: money.Cents(s.AmountCents).Format(),
		Form: f.forRedisplay(), Errors: errs, Brands: acceptedBrands, TestCards: TestCards(),
	}
	if len(errs) == 0 {
		v.Decline = declineWords[s.LastDecline]
	}
	page.Render(w, status, cardPage, v, s.SuccessURL, s.CancelURL)
}

var declineWords = map[string]string{
	DeclineGeneric:      "Your bank may tell you why.",
	DeclineFunds:        "Your bank says there is not enough money for this payment.",
	DeclineExpired:      "Your bank says this card has expired.",
	DeclineAuthenticate: "The payment was not approved with your bank.",
}

// submitCard charges at most once, however often the page is sent: the second
// time the session is not open any more and the payer is sent on.
func (p *Processor) submitCard(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		status := http.StatusBadRequest
		if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
			status = http.StatusRequestEntityTooLarge
		}
		p.notice(w, status, brokenNotice, Session{})
		return
	}
	form := readCardForm(r.PostForm)
	card, errs := form.check(p.clock.Now().DateIn(p.zone))
	var result attempt
	s, found, err := p.session(r, func(s *state, now civil.Instant) (err error) {
		if len(errs) == 0 || s.Session.Status != StatusOpen {
			result, err = p.try(s, card, ident.CleanNumber(form.Number), now)
		}
		return err
	})
	token := r.PathValue("token")
	switch {
	case err == nil && found && len(errs) > 0 && s.Status == StatusOpen:
		p.renderCard(w, http.StatusUnprocessableEntity, token, s, form, errs)
	case err == nil && found && result == attemptDeclined:
		p.renderCard(w, http.StatusPaymentRequired, token, s, cardForm{Name: form.Name, ZIP: form.ZIP}, nil)
	default:
		p.goOn(w, r, s, found, err, result)
	}
}

// goOn sends the payer's browser on after an attempt.
func (p *Processor) goOn(w http.ResponseWriter, r *http.Request, s Session, found bool, err error, result attempt) {
	switch {
	case err != nil || !found:
		p.usable(w, s, found, err)
	case result == attemptSilent:
		p.notice(w, http.StatusGatewayTimeout, silentNotice, s)
	case result == attemptChallenge:
		http.Redirect(w, r, "/c/"+r.PathValue("token")+"/challenge", http.StatusSeeOther)
	case result == attemptDeclined:
		http.Redirect(w, r, "/c/"+r.PathValue("token"), http.StatusSeeOther)
	case s.Status == StatusPaid || s.Status == StatusProcessing:
		http.Redirect(w, r, s.SuccessURL, http.StatusSeeOther)
	default:
		p.usable(w, s, found, err)
	}
}

// leave closes the page and takes the payer back to the merchant.
func (p *Processor) leave(w http.ResponseWriter, r *http.Request) {
	s, found, err := p.session(r, func(s *state, now civil.Instant) error {
		if s.Session.Status != StatusOpen {
			return nil
		}
		return p.shut(s, StatusCanceled, now)
	})
	switch {
	case err != nil || !found:
		p.usable(w, s, found, err)
	case s.Status == StatusPaid || s.Status == StatusProcessing:
		http.Redirect(w, r, s.SuccessURL, http.StatusSeeOther)
	default:
		http.Redirect(w, r, s.CancelURL, http.StatusSeeOther)
	}
}

type challengeView struct {
	page.Frame
	Token, Payee, Amount string
	Card                 Card
}

func (p *Processor) showChallenge(w http.ResponseWriter, r *http.Request) {
	var asked *Card
	s, found, err := p.session(r, func(s *state, _ civil.Instant) error {
		asked = s.Challenged
		return nil
	})
	if !p.usable(w, s, found, err) {
		return
	}
	if asked == nil {
		http.Redirect(w, r, "/c/"+r.PathValue("token"), http.StatusSeeOther)
		return
	}
	page.Render(w, http.StatusOK, challengePage, challengeView{
		Frame: page.Frame{Title: "Approve this payment", Mast: "Sandbox Bank"},
		Token: r.PathValue("token"), Payee: s.Description,
		Amount: money.Cents(s.AmountCents).Format(), Card: *asked,
	}, s.SuccessURL, s.CancelURL)
}

func (p *Processor) answerChallenge(w http.ResponseWriter, r *http.Request) {
	approved := r.PostFormValue("answer") == "approve"
	var result attempt
	s, found, err := p.session(r, func(s *state, now civil.Instant) (err error) {
		result, err = p.answer(s, approved, now)
		return err
	})
	if err == nil && found && result == attemptClosed && s.Status == StatusOpen {
		result = attemptDeclined // answered before: back to the card page, which says so
	}
	p.goOn(w, r, s, found, err, result)
}

// session finds the session of the page's address.
func (p *Processor) session(r *http.Request, act func(*state, civil.Instant) error) (Session, bool, error) {
	return p.use(func() *state { return p.byToken[r.PathValue("token")] }, act)
}

type notice struct {
	Heading, Text string
	Next          string // what the link says
}

var (
	brokenNotice  = notice{Heading: "We could not read the form", Text: "No money was taken. Go back and try again."}
	downNotice    = notice{Heading: "This page is not working", Text: "No money was taken. Try again in a few minutes."}
	missingNotice = notice{Heading: "This page does not exist", Text: "No money was taken. Go back to your bill and start again."}
	failedNotice  = notice{Heading: "Something went wrong", Text: "We could not finish. Go back to your bill to see if you have paid."}
	silentNotice  = notice{Heading: "The bank did not answer in time", Text: "We don't know yet if you have paid. Don't pay again. Go back to see.", Next: "Go back to your bill"}
	paidNotice    = notice{Heading: "You have paid", Text: "This page was used. You were charged once.", Next: "See your payment"}
	pendingNotice = notice{Heading: "The bank is checking", Text: "This page was used. Don't pay again.", Next: "See your payment"}
	closedNotice  = notice{Heading: "This page is closed", Text: "No money was taken.", Next: "Go back to your bill"}
)

type noticeView struct {
	page.Frame
	notice
	Link string
}

func (p *Processor) notice(w http.ResponseWriter, status int, n notice, s Session) {
	mast := s.Description
	if mast == "" {
		mast = "Sandbox card processor"
	}
	v := noticeView{Frame: page.Frame{Title: n.Heading, Mast: mast}, notice: n}
	switch s.Status {
	case StatusPaid, StatusProcessing:
		v.Link = s.SuccessURL
	default:
		v.Link = s.CancelURL
	}
	page.Render(w, status, noticePage, v)
}

// usable tells whether the card page can be shown; if not, it says why.
func (p *Processor) usable(w http.ResponseWriter, s Session, found bool, err error) bool {
	switch {
	case err != nil:
		p.log.Error("the processor failed", "error", err)
		p.notice(w, http.StatusInternalServerError, failedNotice, s)
	case !found:
		p.notice(w, http.StatusNotFound, missingNotice, s)
	case s.Status == StatusOpen:
		return true
	case s.Status == StatusPaid:
		p.notice(w, http.StatusOK, paidNotice, s)
	case s.Status == StatusProcessing:
		p.notice(w, http.StatusOK, pendingNotice, s)
	default:
		p.notice(w, http.StatusGone, closedNotice, s)
	}
	return false
}
