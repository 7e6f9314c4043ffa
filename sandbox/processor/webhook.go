package processor

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"quittance.org/quittance/internal/base/civil"
)

// SignatureHeader carries "t=UNIX,v1=HEX": the moment of sending, and the
// HMAC-SHA256 of "UNIX.BODY" under the webhook secret.
const SignatureHeader = "Sandbox-Signature"

// Event is the body of a webhook. Session is how it stood when the event was
// made, which may be long ago: merchants ask the API.
type Event struct {
	ID        string        `json:"id"`
	Type      string        `json:"type"`
	CreatedAt civil.Instant `json:"created"`
	Data      struct {
		Session Session `json:"session"`
	} `json:"data"`
}

// delivery is one event on its way.
type delivery struct {
	ID          string          `json:"id"`
	Event       string          `json:"event"`
	Type        string          `json:"type"`
	Body        json.RawMessage `json:"body"`
	MadeAt      civil.Instant   `json:"made_at"`
	DueAt       civil.Instant   `json:"due_at"`
	NewestFirst bool            `json:"newest_first,omitempty"`
	Twice       bool            `json:"twice,omitempty"`
	Attempts    int             `json:"attempts,omitempty"`
	Done        bool            `json:"done,omitempty"`
}

// retryAfter is how long to wait after each failed attempt; then it is given up.
var retryAfter = []time.Duration{
	5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, time.Hour, 6 * time.Hour, 24 * time.Hour,
}

type webhooks struct {
	url    string
	secret []byte
	client *http.Client
}

func newWebhooks(url, secret string) webhooks {
	return webhooks{url: url, secret: []byte(secret), client: &http.Client{
		Timeout: 10 * time.Second,
		// A merchant's endpoint answers; it does not send us elsewhere.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// DeliverDue sends every webhook whose time has come, once each, and tells how
// many were taken. Run calls it; tests may call it to wait for webhooks.
func (p *Processor) DeliverDue(ctx context.Context) int {
	p.delivering.Lock()
	defer p.delivering.Unlock()
	taken := 0
	for _, d := range p.due() {
		if ctx.Err() != nil {
			break
		}
		ok := p.send(ctx, d)
		if ok && d.Twice {
			p.send(ctx, d)
		}
		if ok {
			taken++
		}
		p.sent(d.ID, ok)
	}
	return taken
}

// PendingWebhooks counts the webhooks that are still to be delivered.
func (p *Processor) PendingWebhooks() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.deliveries)
}

// due gives copies of the deliveries whose time has come, in sending order.
func (p *Processor) due() []delivery {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settleAll()
	now := p.clock.Now()
	var due, newest []delivery
	for _, d := range p.deliveries {
		switch {
		case now.Before(d.DueAt) || p.hooks.url == "": // a journal may hold some from another run
		case d.NewestFirst:
			newest = append(newest, *d)
		default:
			due = append(due, *d)
		}
	}
	slices.Reverse(newest)
	return append(due, newest...)
}

// send posts one webhook; any 2xx is a yes.
func (p *Processor) send(ctx context.Context, d delivery) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.hooks.url, bytes.NewReader(d.Body))
	if err != nil {
		p.log.Error("webhook URL can not be used", "error", err)
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(SignatureHeader, Sign(p.hooks.secret, p.clock.Now(), d.Body))
	res, err := p.hooks.client.Do(req)
	if err != nil {
		p.log.Warn("webhook was not taken", "event", d.Event, "error", err)
		return false
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
	if res.StatusCode/100 != 2 {
		p.log.Warn("webhook was refused", "event", d.Event, "status", res.StatusCode)
		return false
	}
	return true
}

// sent notes the result of an attempt.
func (p *Processor) sent(id string, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.deliveries, func(d *delivery) bool { return d.ID == id })
	if i < 0 {
		return
	}
	d := p.deliveries[i]
	d.Done = ok || d.Attempts >= len(retryAfter)
	if !d.Done {
		d.DueAt = p.clock.Now().Add(retryAfter[d.Attempts])
		d.Attempts++
	}
	if err := p.journal.Append(entry{Delivery: d}); err != nil {
		p.log.Error("the processor can not keep its state", "error", err)
	}
	if d.Done {
		p.deliveries = slices.Delete(p.deliveries, i, i+1)
	}
}

// again gives a second delivery of the same event.
func (d *delivery) again() *delivery {
	twin := *d
	twin.ID += "_2"
	return &twin
}

// Sign gives the signature header of a webhook body sent at a moment.
func Sign(secret []byte, at civil.Instant, body []byte) string {
	unix := at.Time().Unix()
	mac := hmac.New(sha256.New, secret)
	_, _ = fmt.Fprintf(mac, "%d.%s", unix, body)
	return fmt.Sprintf("t=%d,v1=%s", unix, hex.EncodeToString(mac.Sum(nil)))
}
