// Package sandboxgateway is payment.CardGateway over the sandbox card
// processor's HTTP API, for the demo, training and tests.
package sandboxgateway

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/cardgateway"
)

const name = "sandbox"

// Config says how to reach the processor. All fields are needed but Timeout.
type Config struct {
	BaseURL       string // "http://127.0.0.1:8091"
	Key           pii.Secret
	WebhookSecret pii.Secret
	Clock         clock.Clock   // judges how old a webhook is
	Timeout       time.Duration // of one call; 0: ten seconds
}

// Gateway is the adapter. It is safe for concurrent use.
type Gateway struct {
	base   string
	origin string
	key    pii.Secret
	secret pii.Secret
	clock  clock.Clock
	client *http.Client
}

var _ payment.CardGateway = (*Gateway)(nil)

// New makes a Gateway.
func New(c Config) (*Gateway, error) {
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("the sandbox processor's address %q is not like http://127.0.0.1:8091", c.BaseURL)
	}
	if c.Key.IsZero() || c.WebhookSecret.IsZero() || c.Clock == nil {
		return nil, errors.New("the sandbox processor needs a key, a webhook secret and a clock")
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	return &Gateway{
		base: u.Scheme + "://" + u.Host, origin: u.Scheme + "://" + u.Host,
		key: c.Key, secret: c.WebhookSecret, clock: c.Clock,
		client: &http.Client{Timeout: c.Timeout},
	}, nil
}

// Name is "sandbox".
func (g *Gateway) Name() string { return name }

// Origin is where the hosted page lives.
func (g *Gateway) Origin() string { return g.origin }

// session is the processor's checkout.
type session struct {
	ID          string `json:"id"`
	Reference   string `json:"reference"`
	Status      string `json:"status"`
	AmountCents int64  `json:"amount_cents"`
	Currency    string `json:"currency"`
	URL         string `json:"url"`
	LastDecline string `json:"last_decline"`
	Charge      *struct {
		ID          string `json:"id"`
		AmountCents int64  `json:"amount_cents"`
		Card        struct {
			Brand    string `json:"brand"`
			LastFour string `json:"last_four"`
		} `json:"card"`
		CreatedAt civil.Instant `json:"created_at"`
	} `json:"charge"`
}

type newSession struct {
	Reference   string        `json:"reference"`
	AmountCents int64         `json:"amount_cents"`
	Currency    string        `json:"currency"`
	Description string        `json:"description"`
	Language    string        `json:"language"`
	SuccessURL  string        `json:"success_url"`
	CancelURL   string        `json:"cancel_url"`
	ExpiresAt   civil.Instant `json:"expires_at"`
}

// Open makes the hosted page, or finds the one made before.
func (g *Gateway) Open(ctx context.Context, c payment.Checkout) (payment.CardSession, error) {
	var s session
	err := g.call(ctx, request{
		method: http.MethodPost, path: "/v1/sessions", idempotencyKey: c.Operation.String(), acts: true,
		body: newSession{
			Reference: c.Operation.String(), AmountCents: c.Amount.Cents(), Currency: "usd",
			Description: c.Description, Language: c.Language,
			SuccessURL: c.SuccessURL, CancelURL: c.CancelURL, ExpiresAt: c.ExpiresAt,
		},
	}, &s)
	if err != nil {
		return payment.CardSession{}, fmt.Errorf("open card page for %s: %w", c.Operation, err)
	}
	if err := s.belongsTo(c); err != nil {
		return payment.CardSession{}, err
	}
	return payment.CardSession{Ref: s.ID, URL: s.URL}, nil
}

// Outcome asks what became of a checkout.
func (g *Gateway) Outcome(ctx context.Context, c payment.Checkout, sessionRef string) (payment.Outcome, error) {
	s, err := g.find(ctx, c, sessionRef)
	if err != nil {
		return payment.Outcome{}, fmt.Errorf("ask about card page of %s: %w", c.Operation, err)
	}
	return s.outcome(c)
}

// Close makes sure that the page can not be paid any more.
func (g *Gateway) Close(ctx context.Context, c payment.Checkout, sessionRef string) (payment.Outcome, error) {
	if sessionRef == "" {
		s, err := g.find(ctx, c, "")
		if err != nil {
			return payment.Outcome{}, fmt.Errorf("find card page of %s: %w", c.Operation, err)
		}
		if s == nil {
			return s.outcome(c)
		}
		sessionRef = s.ID
	}
	var s session
	err := g.call(ctx, request{
		method: http.MethodPost, path: "/v1/sessions/" + url.PathEscape(sessionRef) + "/expire", acts: true,
	}, &s)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return payment.Outcome{Operation: c.Operation, State: payment.OutcomeMissing}, nil
	case err != nil:
		return payment.Outcome{}, fmt.Errorf("close card page of %s: %w", c.Operation, err)
	}
	return s.outcome(c)
}

// find gives nil when the processor knows no such checkout.
func (g *Gateway) find(ctx context.Context, c payment.Checkout, sessionRef string) (*session, error) {
	if sessionRef == "" {
		var list struct {
			Data []session `json:"data"`
		}
		q := url.Values{"reference": {c.Operation.String()}}
		if err := g.call(ctx, request{method: http.MethodGet, path: "/v1/sessions?" + q.Encode()}, &list); err != nil {
			return nil, err
		}
		if len(list.Data) == 0 {
			return nil, nil
		}
		return &list.Data[0], nil
	}
	var s session
	err := g.call(ctx, request{method: http.MethodGet, path: "/v1/sessions/" + url.PathEscape(sessionRef)}, &s)
	if fault.KindOf(err) == fault.NotFound {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &s, nil
}

// belongsTo guards against an answer about somebody else's payment.
func (s *session) belongsTo(c payment.Checkout) error {
	switch {
	case s.ID == "" || s.URL == "":
		return cardgateway.BadAnswer("the session has no id or no page")
	case s.Reference != c.Operation.String():
		return cardgateway.BadAnswer("session %s is for another operation than %s", s.ID, c.Operation)
	case s.AmountCents != c.Amount.Cents() || s.Currency != "usd":
		return cardgateway.BadAnswer("session %s is for another amount", s.ID)
	}
	return nil
}

var states = map[string]payment.OutcomeState{
	"open":       payment.OutcomeOpen,
	"processing": payment.OutcomePending,
	"paid":       payment.OutcomePaid,
	"declined":   payment.OutcomeDeclined,
	"canceled":   payment.OutcomeCanceled,
	"expired":    payment.OutcomeExpired,
}

func (s *session) outcome(c payment.Checkout) (payment.Outcome, error) {
	if s == nil {
		return payment.Outcome{Operation: c.Operation, State: payment.OutcomeMissing}, nil
	}
	if err := s.belongsTo(c); err != nil {
		return payment.Outcome{}, err
	}
	state, known := states[s.Status]
	if !known {
		return payment.Outcome{}, cardgateway.BadAnswer("session %s is %q", s.ID, s.Status)
	}
	o := payment.Outcome{
		Operation: c.Operation, State: state,
		Session: payment.CardSession{Ref: s.ID, URL: s.URL},
		Decline: declineOf(s.LastDecline),
	}
	if state != payment.OutcomePaid {
		return o, nil
	}
	if s.Charge == nil || s.Charge.ID == "" {
		return payment.Outcome{}, cardgateway.BadAnswer("session %s is paid without a charge", s.ID)
	}
	o.Decline = "" // of an earlier card
	o.Charge, o.Amount, o.PaidAt = s.Charge.ID, money.Cents(s.Charge.AmountCents), s.Charge.CreatedAt
	o.Brand, o.LastFour = s.Charge.Card.Brand, s.Charge.Card.LastFour
	return o, nil
}

func declineOf(reason string) payment.Decline {
	switch reason {
	case "":
		return ""
	case "insufficient_funds":
		return payment.DeclineFunds
	case "expired_card":
		return payment.DeclineExpired
	case "authentication_failed":
		return payment.DeclineAuthenticate
	}
	return payment.DeclineGeneric
}
