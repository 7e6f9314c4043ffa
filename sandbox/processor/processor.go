// Package processor is a simulated card processor: a JSON API to make checkout
// sessions, a hosted card page on its own origin, test cards, and signed
// webhooks that may be late, doubled, lost or out of order.
//
// Card numbers are looked up in a table of test cards and forgotten; the brand
// and the last four digits are all that is stored. State can be kept in a
// journal, because a real processor does not forget its charges when the
// marketplace is killed.
package processor

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/sandbox/journal"
)

// Options configure a Processor. Clock, Key and Origin are needed.
type Options struct {
	Clock         clock.Clock
	Key           string        // bearer key of the API
	Origin        string        // where payers reach the page, "http://127.0.0.1:8091"
	WebhookURL    string        // empty: no webhooks
	WebhookSecret string        // signs them
	Journal       string        // file that keeps the state; empty: memory only
	SlowFor       time.Duration // how long the slow card's bank thinks; 0: eight seconds
	Zone          *time.Location
	Log           *slog.Logger
}

// Processor is the simulated card processor. It is safe for concurrent use.
type Processor struct {
	clock   clock.Clock
	key     string
	origin  string
	zone    *time.Location
	slowFor time.Duration
	hooks   webhooks
	log     *slog.Logger

	mu          sync.Mutex
	sessions    map[string]*state // by id
	byToken     map[string]*state
	byReference map[string]*state
	order       []*state // as made
	deliveries  []*delivery
	faults      Faults
	journal     *journal.Journal[entry]

	delivering sync.Mutex // one DeliverDue at a time
	kick       chan struct{}
}

// New makes a Processor and reads its journal, if it has one.
func New(o Options) (*Processor, error) {
	if o.Clock == nil || o.Key == "" || o.Origin == "" {
		return nil, errors.New("processor: Clock, Key and Origin are needed")
	}
	if o.WebhookURL != "" && o.WebhookSecret == "" {
		return nil, errors.New("processor: webhooks need a secret to sign them")
	}
	p := &Processor{
		clock: o.Clock, key: o.Key, origin: o.Origin, zone: o.Zone, slowFor: o.SlowFor, log: o.Log,
		hooks:    newWebhooks(o.WebhookURL, o.WebhookSecret),
		sessions: map[string]*state{}, byToken: map[string]*state{}, byReference: map[string]*state{},
		kick: make(chan struct{}, 1),
	}
	if p.slowFor == 0 {
		p.slowFor = 8 * time.Second
	}
	if p.zone == nil {
		p.zone = time.UTC
	}
	if p.log == nil {
		p.log = slog.New(slog.DiscardHandler)
	}
	if o.Journal != "" {
		if err := p.openJournal(o.Journal); err != nil {
			return nil, fmt.Errorf("open the processor's journal: %w", err)
		}
	}
	return p, nil
}

// Close closes the journal. Nothing is lost without it.
func (p *Processor) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.journal.Close()
}

// Handler serves the API and the hosted page.
func (p *Processor) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/v1/", p.api())
	mux.Handle("/c/", p.hosted())
	return mux
}

// Charges lists every charge ever made, oldest first.
func (p *Processor) Charges() []Charge {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.settleAll()
	charges := []Charge{}
	for _, s := range p.order {
		if s.Session.Charge != nil {
			charges = append(charges, *s.Session.Charge)
		}
	}
	slices.SortStableFunc(charges, func(a, b Charge) int { return a.CreatedAt.Compare(b.CreatedAt) })
	return charges
}

// SessionCount counts the sessions ever made.
func (p *Processor) SessionCount() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.order)
}

// Run delivers webhooks until ctx ends.
func (p *Processor) Run(ctx context.Context) {
	ticker := time.NewTicker(250 * time.Millisecond)
	defer ticker.Stop()
	for {
		p.DeliverDue(ctx)
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-p.kick:
		}
	}
}

// settleAll brings every session up to now. Callers hold p.mu.
func (p *Processor) settleAll() {
	now := p.clock.Now()
	for _, s := range p.order {
		if err := p.settle(s, now); err != nil {
			p.log.Error("the processor can not keep its state", "error", err)
		}
	}
}

// use finds a session and hands it to act, up to date and locked.
func (p *Processor) use(find func() *state, act func(*state, civil.Instant) error) (Session, bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := find()
	if s == nil {
		return Session{}, false, nil
	}
	now := p.clock.Now()
	if err := p.settle(s, now); err != nil {
		return Session{}, true, err
	}
	if act != nil {
		if err := act(s, now); err != nil {
			return Session{}, true, err
		}
	}
	return s.Session, true, nil
}

// record writes what happened down before anybody is told. Callers hold p.mu.
func (p *Processor) record(s *state, deliveries ...*delivery) error {
	if err := p.journal.Append(entry{State: s}); err != nil {
		return err
	}
	for _, d := range deliveries {
		if p.hooks.url != "" && p.faults.shape(d) {
			p.deliveries = append(p.deliveries, d)
			if err := p.journal.Append(entry{Delivery: d}); err != nil {
				return err
			}
		}
	}
	select {
	case p.kick <- struct{}{}:
	default:
	}
	return nil
}

// index makes s findable. Callers hold p.mu.
func (p *Processor) index(s *state) {
	if _, known := p.sessions[s.Session.ID]; !known {
		p.order = append(p.order, s)
	}
	p.sessions[s.Session.ID], p.byToken[s.Token], p.byReference[s.Session.Reference] = s, s, s
}
