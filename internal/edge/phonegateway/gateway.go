// Package phonegateway takes text messages and calls to a service that reaches
// phones, and hears what it tells of them by signed webhooks. The calls are
// plain: whoever runs another service puts them into its own words in a small
// program between the two, or in another adapter beside this one.
//
// Neither errors nor logs hold a number or what a message says.
package phonegateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
)

// Config says how to reach the service. All is needed but Timeout.
type Config struct {
	BaseURL       string // "https://phones.example.com"
	Key           pii.Secret
	WebhookSecret pii.Secret
	Clock         clock.Clock   // judges how old a webhook is
	Timeout       time.Duration // of one call; 0: ten seconds
}

// Gateway is the adapter. It is safe for concurrent use.
type Gateway struct {
	base   string
	key    pii.Secret
	secret pii.Secret
	clock  clock.Clock
	client *http.Client
}

var (
	_ people.Texter = (*Gateway)(nil)
	_ people.Caller = (*Gateway)(nil)
)

// Codes of what may be mended by trying again later, or by an operator.
const (
	CodeUnreachable = "phone.unreachable" // no answer, or "not now"
	CodeNotAllowed  = "phone.not_allowed" // the key is not right
)

// New makes a Gateway.
func New(c Config) (*Gateway, error) {
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fault.New(fault.Invalid, "phone.url", "the address of the phone service must be like https://phones.example.com, not %q", c.BaseURL)
	}
	if c.Key.IsZero() || c.WebhookSecret.IsZero() || c.Clock == nil {
		return nil, fault.New(fault.Invalid, "phone.key", "the phone service needs a key and a webhook secret")
	}
	if c.Timeout == 0 {
		c.Timeout = 10 * time.Second
	}
	return &Gateway{base: u.Scheme + "://" + u.Host + u.Path, key: c.Key, secret: c.WebhookSecret, clock: c.Clock, client: &http.Client{Timeout: c.Timeout}}, nil
}

// message is the body of a call. The service sends a message of an id once.
type message struct {
	ID       string `json:"id"`
	To       string `json:"to"`
	Language string `json:"language"`
	Text     string `json:"text"`
}

// Text sends a text message.
func (g *Gateway) Text(ctx context.Context, m people.Text) error { return g.ask(ctx, "/v1/texts", m) }

// Call calls a phone and says something.
func (g *Gateway) Call(ctx context.Context, m people.Text) error { return g.ask(ctx, "/v1/calls", m) }

func (g *Gateway) ask(ctx context.Context, path string, m people.Text) error {
	body, err := json.Marshal(message{m.ID.String(), "+1" + m.Number.Reveal(), m.Language, m.Words.Reveal()})
	if err != nil {
		return notifying.Refused(err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.base+path, bytes.NewReader(body))
	if err != nil {
		return notifying.Refused(errors.New("the address of the service can not be used"))
	}
	req.Header.Set("Authorization", "Bearer "+g.key.Reveal())
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Idempotency-Key", m.ID.String())
	res, err := g.client.Do(req)
	if err != nil { // its words may repeat what was sent
		return fault.New(fault.Unavailable, CodeUnreachable, "the phone service did not answer")
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxAnswer))
	return outcome(res.StatusCode)
}

const maxAnswer = 64 << 10

// outcome reads the status: what is wrong with the message stays wrong, what is
// wrong with us or the service may be mended.
func outcome(status int) error {
	answer := fmt.Errorf("status %d", status)
	switch {
	case status/100 == 2, status == http.StatusConflict: // the id is known: it was sent
		return nil
	case status == http.StatusUnauthorized, status == http.StatusForbidden, status == http.StatusNotFound:
		return fault.Wrap(fault.Unavailable, CodeNotAllowed, answer, "the phone service does not let us send")
	case status == http.StatusTooManyRequests, status == http.StatusRequestTimeout, status/100 != 4:
		return fault.Wrap(fault.Unavailable, CodeUnreachable, answer, "the phone service did not take the message")
	}
	return notifying.Refused(answer)
}
