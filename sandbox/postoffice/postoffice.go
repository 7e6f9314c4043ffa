// Package postoffice plays the mail and whoever opens it: an envelope with a
// check is postmarked, is under way for some days, and when it arrives its
// check is posted to the marketplace through its API.
package postoffice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// Clock tells the sandbox's time.
type Clock interface{ Now() civil.Instant }

// Envelope is a check in the mail.
type Envelope struct {
	Serial   int
	Number   string // Subscriber ID, as written on the check
	Amount   money.Amount
	Postmark civil.Date // zero: smudged
	Arrives  civil.Date
	Answer   string // what the marketplace said; empty while it is under way
	Posted   bool   // that is the end of it
	Accepted bool   // the marketplace keeps the check
	PostedOn civil.Date
}

// Office is the post office. It is safe for concurrent use.
type Office struct {
	clock Clock
	zone  *time.Location
	url   string // of the marketplace
	key   string // of its API
	http  *http.Client

	mu        sync.Mutex
	envelopes []Envelope
}

// answerWithin is how long the marketplace may take to post a check.
const answerWithin = 10 * time.Second

// New makes a post office that delivers to a marketplace.
func New(clock Clock, zone *time.Location, url, key string) *Office {
	return &Office{clock: clock, zone: zone, url: url, key: key, http: &http.Client{Timeout: answerWithin}}
}

// Bounds of what can be mailed.
const daysMost = 60

// Mail postmarks an envelope today, or smudges the mark, and puts it on its
// way. Errors say what to write instead.
func (o *Office) Mail(number, amount string, days int, smudged bool) error {
	sum, err := money.Parse(strings.TrimPrefix(strings.TrimSpace(amount), "$"))
	switch {
	case strings.TrimSpace(number) == "":
		return errors.New("Enter the Subscriber ID on the check.")
	case err != nil || !sum.IsPositive():
		return errors.New("Enter an amount like 124.50.")
	case days < 0 || days > daysMost:
		return fmt.Errorf("A letter is under way for 0 to %d days.", daysMost)
	}
	today := o.clock.Now().DateIn(o.zone)
	e := Envelope{Number: strings.TrimSpace(number), Amount: sum, Postmark: today, Arrives: today.AddDays(days)}
	if smudged {
		e.Postmark = civil.Date{}
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	e.Serial = len(o.envelopes) + 1
	o.envelopes = append(o.envelopes, e)
	return nil
}

// Envelopes gives all that was mailed, the newest first.
func (o *Office) Envelopes() []Envelope {
	o.mu.Lock()
	defer o.mu.Unlock()
	all := make([]Envelope, 0, len(o.envelopes))
	for i := len(o.envelopes) - 1; i >= 0; i-- {
		all = append(all, o.envelopes[i])
	}
	return all
}

// Deliver posts the checks of the envelopes that have arrived by today. One
// that the marketplace did not answer is tried again next time: it has the
// same key, and so is posted once.
func (o *Office) Deliver(ctx context.Context) {
	o.mu.Lock()
	defer o.mu.Unlock()
	today := o.clock.Now().DateIn(o.zone)
	for i := range o.envelopes {
		e := &o.envelopes[i]
		if !e.Posted && !e.Arrives.After(today) {
			e.Answer, e.Posted, e.Accepted = o.post(ctx, e)
			e.PostedOn = today
		}
	}
}

// post posts a check, and tells whether that is the end of it, and a good one.
func (o *Office) post(ctx context.Context, e *Envelope) (answer string, done, accepted bool) {
	receipt := map[string]string{
		"number": e.Number, "channel": "mail", "method": "check", "amount": e.Amount.String(), "reference": fmt.Sprintf("check %d", 1000+e.Serial),
	}
	if !e.Postmark.IsZero() {
		receipt["postmark"] = e.Postmark.String()
	}
	body, err := json.Marshal(receipt)
	if err != nil {
		return err.Error(), true, false
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, o.url+"/api/v1/receipts", bytes.NewReader(body))
	if err != nil {
		return err.Error(), true, false
	}
	request.Header.Set("Authorization", "Bearer "+o.key)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Idempotency-Key", fmt.Sprintf("envelope-%s-%d", e.Arrives, e.Serial))
	response, err := o.http.Do(request)
	if err != nil {
		return "The marketplace does not answer.", false, false
	}
	defer response.Body.Close()
	return read(response)
}

// read tells in words what the marketplace answered.
func read(response *http.Response) (answer string, done, accepted bool) {
	var said struct {
		Confirmation string `json:"confirmation"`
		CountsOn     string `json:"counts_on"`
		Detail       string `json:"detail"`
	}
	err := json.NewDecoder(io.LimitReader(response.Body, 64<<10)).Decode(&said)
	switch {
	case err != nil || response.StatusCode >= http.StatusInternalServerError:
		return "The marketplace could not post it.", false, false
	case response.StatusCode != http.StatusOK:
		return "Sent back: " + said.Detail, true, false
	}
	return fmt.Sprintf("Posted, counts on %s, confirmation %s", said.CountsOn, said.Confirmation), true, true
}
