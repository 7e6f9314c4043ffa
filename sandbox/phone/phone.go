// Package phone is a simulated service of text messages and calls, and the
// phones that it reaches: pages on which one reads what came, hears what was
// said, and answers. What phones answer, and what became of messages, it tells
// the marketplace by signed webhooks.
package phone

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/sandbox/processor"
	"quittance.org/quittance/sandbox/wire"
)

// SignatureHeader carries the signature of a webhook, as the card processor's
// does.
const SignatureHeader = "Phone-Signature"

// Kind is what a message is.
type Kind string

// The kinds.
const (
	TextIn  Kind = "text"   // to the phone
	TextOut Kind = "answer" // from the phone
	CallIn  Kind = "call"   // spoken to the phone
)

// Message is what a phone got or sent. ID is the sender's.
type Message struct {
	ID     string        `json:"id"`
	Kind   Kind          `json:"kind"`
	Number string        `json:"number"` // ten digits
	Words  string        `json:"words"`
	At     civil.Instant `json:"at"`
}

// The endings of numbers that do not work.
const (
	endingRefused = "13" // no such phone: refused at once
	endingLost    = "14" // taken, and reported as never delivered
)

const keepAtMost = 1000

// Options configure a Service. Clock and Key are needed.
type Options struct {
	Clock         clock.Clock
	Key           string // bearer key of the service
	WebhookURL    string // where it reports; empty: nowhere
	WebhookSecret string
	Log           *slog.Logger
}

// Service is the service with its phones, in memory. It is safe for concurrent
// use.
type Service struct {
	options Options
	client  *http.Client

	mu       sync.Mutex
	messages []Message // oldest first
	reports  []report  // to be told
	down     bool
	telling  sync.Mutex
	kick     chan struct{}
}

// report is a webhook on its way.
type report struct {
	body  []byte
	tries int
	wait  int // rounds
}

// New makes a Service.
func New(o Options) *Service {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Service{options: o, kick: make(chan struct{}, 1), client: &http.Client{
		Timeout: 10 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// SetDown makes the service answer 503 to everything.
func (s *Service) SetDown(on bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.down = on
}

// Down tells whether it does.
func (s *Service) Down() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.down
}

// Messages lists what phones got and sent, newest first.
func (s *Service) Messages() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := append([]Message{}, s.messages...) // never nil: JSON has a list
	slices.Reverse(list)
	return list
}

// take keeps a message that a phone got, once, and tells what became of it.
func (s *Service) take(m Message) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if slices.ContainsFunc(s.messages, func(x Message) bool { return x.ID == m.ID && x.Kind == m.Kind }) {
		return
	}
	kind := "text.delivered"
	if strings.HasSuffix(m.Number, endingLost) {
		kind = "text.failed"
	} else {
		s.keep(m)
	}
	if m.Kind == TextIn {
		s.tell(event{ID: "evt_" + rand.Text(), Type: kind, Reference: m.ID, To: e164(m.Number)})
	}
}

// Answer sends a text from a phone to the marketplace.
func (s *Service) Answer(number, words string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id := "msg_" + rand.Text()
	s.keep(Message{ID: id, Kind: TextOut, Number: number, Words: words})
	s.tell(event{ID: id, Type: "text.received", From: e164(number), Text: words})
}

// keep appends a message. Callers hold s.mu.
func (s *Service) keep(m Message) {
	m.At = s.options.Clock.Now()
	s.messages = append(s.messages, m)
	if len(s.messages) > keepAtMost {
		s.messages = slices.Delete(s.messages, 0, 1)
	}
}

// event is the body of a webhook.
type event struct {
	ID        string `json:"id"`
	Type      string `json:"type"`
	Reference string `json:"reference,omitempty"` // the marketplace's own name of the message
	From      string `json:"from,omitempty"`
	To        string `json:"to,omitempty"`
	Text      string `json:"text,omitempty"`
}

// tell puts a webhook on its way. Callers hold s.mu.
func (s *Service) tell(e event) {
	body, err := json.Marshal(e)
	if err != nil || s.options.WebhookURL == "" {
		return
	}
	s.reports = append(s.reports, report{body: body})
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

const (
	triesMost = 10
	roundLong = 250 * time.Millisecond
	waitLong  = 20 // rounds between two tries
)

// Run delivers webhooks until ctx ends.
func (s *Service) Run(ctx context.Context) {
	ticker := time.NewTicker(roundLong)
	defer ticker.Stop()
	for {
		s.Deliver(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-s.kick:
		}
	}
}

// Deliver sends every webhook whose turn it is, once, and tells how many were
// taken. Tests call it to wait for them.
func (s *Service) Deliver(ctx context.Context) (taken int) {
	s.telling.Lock()
	defer s.telling.Unlock()
	s.mu.Lock()
	waiting := s.reports
	s.reports = nil
	s.mu.Unlock()
	var again []report
	for _, r := range waiting {
		switch {
		case ctx.Err() != nil:
			again = append(again, r)
		case r.wait > 0:
			r.wait--
			again = append(again, r)
		case s.post(ctx, r.body):
			taken++
		case r.tries < triesMost:
			r.tries, r.wait = r.tries+1, waitLong
			again = append(again, r)
		}
	}
	s.mu.Lock()
	s.reports = append(again, s.reports...)
	s.mu.Unlock()
	return taken
}

func (s *Service) post(ctx context.Context, body []byte) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.options.WebhookURL, bytes.NewReader(body))
	if err != nil {
		return false
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(SignatureHeader, processor.Sign([]byte(s.options.WebhookSecret), s.options.Clock.Now(), body))
	res, err := s.client.Do(req)
	if err != nil {
		s.options.Log.Warn("the marketplace did not take a message from a phone", "error", err)
		return false
	}
	defer func() { _ = res.Body.Close() }()
	_, _ = io.CopyN(io.Discard, res.Body, 4<<10)
	return res.StatusCode/100 == 2
}

// Request is the body of POST /v1/texts and /v1/calls.
type Request struct {
	ID       string `json:"id"` // the same on every try
	To       string `json:"to"` // "+16175550147"
	Language string `json:"language"`
	Text     string `json:"text"` // or what is said
}

// API serves the calls of the service, and for tests what phones got.
func (s *Service) API() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/texts", func(w http.ResponseWriter, r *http.Request) { s.ask(w, r, TextIn) })
	mux.HandleFunc("POST /v1/calls", func(w http.ResponseWriter, r *http.Request) { s.ask(w, r, CallIn) })
	return wire.Guard(s.options.Key, mux)
}

func (s *Service) ask(w http.ResponseWriter, r *http.Request, kind Kind) {
	if s.Down() {
		wire.Refuse(w, http.StatusServiceUnavailable, "down", "The service is down.")
		return
	}
	var q Request
	if err := wire.Decode(w, r, &q); err != nil {
		wire.Refuse(w, http.StatusBadRequest, "bad_body", "The body is not the JSON object of this call.")
		return
	}
	number, ok := strings.CutPrefix(q.To, "+1")
	switch {
	case !ok || len(number) != 10 || !ident.AllDigits(number), q.ID == "", q.Text == "":
		wire.Refuse(w, http.StatusBadRequest, "bad_message", "A message has an id, a number like +16175550147 and words.")
	case strings.HasSuffix(number, endingRefused):
		wire.Refuse(w, http.StatusUnprocessableEntity, "no_such_phone", "Nobody can be reached at this number.")
	default:
		s.take(Message{ID: q.ID, Kind: kind, Number: number, Words: q.Text})
		wire.Reply(w, http.StatusAccepted, struct {
			Status string `json:"status"`
		}{"accepted"})
	}
}

func e164(number string) string { return "+1" + number }
