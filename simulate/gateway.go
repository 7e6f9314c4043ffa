package simulate

import (
	"context"
	"encoding/binary"
	"errors"
	"net/http"
	"sync"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
)

// processor is a card processor inside the process: it keeps its promises to
// the port payment.CardGateway and forgets a page some days after it was
// opened. What becomes of a page, and whether the processor falls silent about
// it, is decided by the operation id alone.
type processor struct {
	clock clock.Clock
	told  func(on civil.Instant, amount money.Amount) // of each charge, when it is first told of

	mu       sync.Mutex
	silent   bool // falls silent about some of the pages opened now
	sessions map[payment.OperationID]*cardPage
}

// cardPage is the processor's page of one checkout.
type cardPage struct {
	opened  civil.Instant
	until   civil.Instant // no answer before; zero: it answers
	told    bool          // that it is paid
	outcome payment.Outcome
}

func newProcessor(c clock.Clock, told func(civil.Instant, money.Amount)) *processor {
	return &processor{clock: c, told: told, sessions: map[payment.OperationID]*cardPage{}}
}

var errSilent = errors.New("simulate: the processor does not answer")

const (
	// silence is how long the processor does not answer about a page: over the
	// next night.
	silence = 20 * time.Hour
	// pageKept is how long a page is remembered; every payment is settled by then.
	pageKept = 14 * 24 * time.Hour
)

// lot is a number from 0 to 99 that belongs to an operation.
func lot(id payment.OperationID) int { return int(binary.BigEndian.Uint32(id.UUID[10:14]) % 100) }

func (p *processor) Name() string   { return "simulated" }
func (p *processor) Origin() string { return "https://cards.invalid" }

// Open makes the page. About one in seven it makes and does not say so, on a
// silent day.
func (p *processor) Open(_ context.Context, c payment.Checkout) (payment.CardSession, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	page := p.sessions[c.Operation]
	if page == nil {
		ref := "page-" + c.Operation.String()
		page = &cardPage{opened: p.clock.Now(), outcome: payment.Outcome{
			Operation: c.Operation, State: payment.OutcomeOpen, Session: payment.CardSession{Ref: ref, URL: p.Origin() + "/" + ref},
		}}
		if p.silent && lot(c.Operation)%3 == 0 {
			page.until = page.opened.Add(silence)
		}
		p.sessions[c.Operation] = page
	}
	if p.mute(page) && lot(c.Operation)%2 == 0 {
		return payment.CardSession{}, errSilent
	}
	return page.outcome.Session, nil
}

// mute tells whether the processor keeps silent about a page now.
func (p *processor) mute(page *cardPage) bool { return p.clock.Now().Before(page.until) }

// visit is the payer at the page: most pay, some are declined or turn back.
func (p *processor) visit(c payment.OperationID, order payment.Outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	page := p.sessions[c]
	if page == nil || page.outcome.State != payment.OutcomeOpen {
		return
	}
	o := &page.outcome
	switch n := lot(c); {
	case n >= 96:
		o.State, o.Decline = payment.OutcomeDeclined, payment.DeclineFunds
	case n >= 94:
		o.State = payment.OutcomeCanceled
	default:
		o.State, o.Charge, o.Amount = payment.OutcomePaid, "charge-"+c.String(), order.Amount
		o.LastFour, o.Brand, o.PaidAt = "4242", "Visa", p.clock.Now()
	}
}

// Outcome tells what became of a page.
func (p *processor) Outcome(_ context.Context, c payment.Checkout, _ string) (payment.Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	page := p.sessions[c.Operation]
	if page == nil {
		return payment.Outcome{Operation: c.Operation, State: payment.OutcomeMissing}, nil
	}
	if p.mute(page) {
		return payment.Outcome{}, errSilent
	}
	return p.tell(page), nil
}

// tell gives the outcome of a page. A charge is paid out by the day on which
// its page was opened.
func (p *processor) tell(page *cardPage) payment.Outcome {
	if page.outcome.State == payment.OutcomePaid && !page.told {
		page.told = true
		p.told(page.opened, page.outcome.Amount)
	}
	return page.outcome
}

// Close closes a page that is open.
func (p *processor) Close(_ context.Context, c payment.Checkout, _ string) (payment.Outcome, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	page := p.sessions[c.Operation]
	switch {
	case page == nil:
		return payment.Outcome{Operation: c.Operation, State: payment.OutcomeMissing}, nil
	case p.mute(page):
		return payment.Outcome{}, errSilent
	case page.outcome.State == payment.OutcomeOpen:
		page.outcome.State = payment.OutcomeExpired
	}
	return p.tell(page), nil
}

// Event is not used: nobody sends webhooks here.
func (p *processor) Event(http.Header, []byte) (payment.Event, error) {
	return payment.Event{}, errSilent
}

// day tells the processor whether it falls silent today, and lets it forget
// old pages.
func (p *processor) day(silent bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.silent = silent
	before := p.clock.Now().Add(-pageKept)
	for id, page := range p.sessions {
		if page.opened.Before(before) {
			delete(p.sessions, id)
		}
	}
}
