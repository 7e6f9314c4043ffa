package processor

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"unicode/utf8"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/sandbox/wire"
)

// NewSession is the body of POST /v1/sessions.
type NewSession struct {
	Reference   string        `json:"reference"`
	AmountCents int64         `json:"amount_cents"`
	Currency    string        `json:"currency"`
	Description string        `json:"description"`
	Language    string        `json:"language"`
	SuccessURL  string        `json:"success_url"`
	CancelURL   string        `json:"cancel_url"`
	ExpiresAt   civil.Instant `json:"expires_at"`
}

const maxAmountCents = 99_999_999

func (p *Processor) api() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/sessions", p.createSession)
	mux.HandleFunc("GET /v1/sessions", p.listSessions)
	mux.HandleFunc("GET /v1/sessions/{id}", p.getSession)
	mux.HandleFunc("POST /v1/sessions/{id}/expire", p.expireSession)
	mux.HandleFunc("GET /v1/charges", p.listCharges)
	return p.faulty(wire.Guard(p.key, mux))
}

// createSession is idempotent by the Idempotency-Key: the same key and body
// give the same session for ever, another body is refused.
func (p *Processor) createSession(w http.ResponseWriter, r *http.Request) {
	var n NewSession
	if err := wire.Decode(w, r, &n); err != nil {
		wire.Refuse(w, http.StatusBadRequest, "bad_body", err.Error())
		return
	}
	key := r.Header.Get("Idempotency-Key")
	if key == "" || key != n.Reference {
		wire.Refuse(w, http.StatusBadRequest, "bad_key", "Send the reference as Idempotency-Key.")
		return
	}
	s, fresh, err := p.findOrMake(n)
	switch {
	case err != nil:
		p.failed(w, err)
	case s == nil:
		wire.Refuse(w, http.StatusConflict, "idempotency_mismatch", "This key was used with another body.")
	case fresh:
		wire.Reply(w, http.StatusCreated, s)
	default:
		wire.Reply(w, http.StatusOK, s)
	}
}

// findOrMake gives no session when the reference belongs to another request.
func (p *Processor) findOrMake(n NewSession) (*Session, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	if s := p.byReference[n.Reference]; s != nil {
		if s.Fingerprint != n.fingerprint() {
			return nil, false, nil
		}
		err := p.settle(s, now)
		session := s.Session
		return &session, false, err
	}
	if err := n.validate(now); err != nil {
		return nil, false, err
	}
	s := p.newState(n, now)
	if err := p.record(s); err != nil {
		return nil, false, err
	}
	p.index(s)
	session := s.Session
	return &session, true, nil
}

func (p *Processor) newState(n NewSession, now civil.Instant) *state {
	token := rand.Text()
	return &state{
		Token: token, Fingerprint: n.fingerprint(),
		Session: Session{
			ID: "cs_" + rand.Text(), Reference: n.Reference, Status: StatusOpen,
			AmountCents: n.AmountCents, Currency: n.Currency, Description: n.Description, Language: n.Language,
			URL: p.origin + "/c/" + token, SuccessURL: n.SuccessURL, CancelURL: n.CancelURL,
			ExpiresAt: n.ExpiresAt, CreatedAt: now,
		},
	}
}

type badSession string

func (b badSession) Error() string { return string(b) }

func (n NewSession) validate(now civil.Instant) error {
	switch {
	case len(n.Reference) > 100:
		return badSession("reference must be 100 characters or fewer")
	case n.AmountCents < 1 || n.AmountCents > maxAmountCents:
		return badSession(fmt.Sprintf("amount_cents must be 1 to %d", maxAmountCents))
	case n.Currency != "usd":
		return badSession(`currency must be "usd"`)
	case n.Description == "" || utf8.RuneCountInString(n.Description) > 100:
		return badSession("description must be 1 to 100 characters")
	case !isWebAddress(n.SuccessURL):
		return badSession("success_url must be a whole web address")
	case !isWebAddress(n.CancelURL):
		return badSession("cancel_url must be a whole web address")
	case !n.ExpiresAt.After(now):
		return badSession("expires_at must be in the future")
	}
	return nil
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && len(s) <= 2000
}

func (n NewSession) fingerprint() string {
	body, err := json.Marshal(n)
	if err != nil {
		panic("processor: a request is plain data: " + err.Error())
	}
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func (p *Processor) listSessions(w http.ResponseWriter, r *http.Request) {
	reference := r.FormValue("reference")
	if reference == "" {
		wire.Refuse(w, http.StatusBadRequest, "bad_query", "Say which reference.")
		return
	}
	list := struct {
		Data []Session `json:"data"`
	}{[]Session{}}
	s, found, err := p.use(func() *state { return p.byReference[reference] }, nil)
	if err != nil {
		p.failed(w, err)
		return
	}
	if found {
		list.Data = append(list.Data, s)
	}
	wire.Reply(w, http.StatusOK, list)
}

func (p *Processor) getSession(w http.ResponseWriter, r *http.Request) {
	p.answerWith(w, r, nil)
}

// expireSession closes an open page and tells how the session stands then: a
// payment that was first stays paid.
func (p *Processor) expireSession(w http.ResponseWriter, r *http.Request) {
	p.answerWith(w, r, func(s *state, now civil.Instant) error {
		if s.Session.Status != StatusOpen {
			return nil
		}
		return p.shut(s, StatusCanceled, now)
	})
}

func (p *Processor) answerWith(w http.ResponseWriter, r *http.Request, act func(*state, civil.Instant) error) {
	s, found, err := p.use(func() *state { return p.sessions[r.PathValue("id")] }, act)
	switch {
	case err != nil:
		p.failed(w, err)
	case !found:
		wire.Refuse(w, http.StatusNotFound, "no_session", "There is no such session.")
	default:
		wire.Reply(w, http.StatusOK, s)
	}
}

func (p *Processor) listCharges(w http.ResponseWriter, _ *http.Request) {
	wire.Reply(w, http.StatusOK, struct {
		Data []Charge `json:"data"`
	}{p.Charges()})
}

func (p *Processor) failed(w http.ResponseWriter, err error) {
	var bad badSession
	if errors.As(err, &bad) {
		wire.Refuse(w, http.StatusUnprocessableEntity, "bad_session", bad.Error())
		return
	}
	p.log.Error("the processor failed", "error", err)
	wire.Refuse(w, http.StatusInternalServerError, "failed", "The processor failed.")
}
