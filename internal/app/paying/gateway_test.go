package paying_test

import (
	"context"
	"errors"
	"net/http"
	"sync"

	"quittance.org/quittance/internal/domain/payment"
)

// fakeGateway is a processor with both kinds of failure: a call may fail
// without effect, or take effect and then fail.
type fakeGateway struct {
	mu       sync.Mutex
	sessions map[payment.OperationID]*payment.Outcome
	charges  int
	failNext map[string]failure // by method name
}

type failure int

const (
	failsNot failure = iota
	fails
	failsButApplied
)

var errSilent = errors.New("no answer")

func newFakeGateway() *fakeGateway {
	return &fakeGateway{sessions: map[payment.OperationID]*payment.Outcome{}, failNext: map[string]failure{}}
}

func (g *fakeGateway) Name() string   { return "fake" }
func (g *fakeGateway) Origin() string { return "https://cards.test" }

// call runs act unless the next call of the method is to fail before it.
func (g *fakeGateway) call(method string, act func()) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	f := g.failNext[method]
	delete(g.failNext, method)
	if f == fails {
		return errSilent
	}
	act()
	if f == failsButApplied {
		return errSilent
	}
	return nil
}

func (g *fakeGateway) Open(_ context.Context, c payment.Checkout) (payment.CardSession, error) {
	var s payment.CardSession
	err := g.call("Open", func() { s = g.session(c).Session })
	return s, err
}

func (g *fakeGateway) session(c payment.Checkout) *payment.Outcome {
	o := g.sessions[c.Operation]
	if o == nil {
		ref := "cs_" + c.Operation.String()
		o = &payment.Outcome{Operation: c.Operation, State: payment.OutcomeOpen, Amount: c.Amount, Session: payment.CardSession{Ref: ref, URL: "https://cards.test/" + ref}}
		g.sessions[c.Operation] = o
	}
	return o
}

func (g *fakeGateway) Outcome(_ context.Context, c payment.Checkout, _ string) (payment.Outcome, error) {
	var out payment.Outcome
	err := g.call("Outcome", func() {
		if o := g.sessions[c.Operation]; o != nil {
			out = *o
			return
		}
		out = payment.Outcome{Operation: c.Operation, State: payment.OutcomeMissing}
	})
	return out, err
}

func (g *fakeGateway) Close(_ context.Context, c payment.Checkout, _ string) (payment.Outcome, error) {
	var out payment.Outcome
	err := g.call("Close", func() {
		o := g.session(c)
		if o.State == payment.OutcomeOpen {
			o.State = payment.OutcomeCanceled
		}
		out = *o
	})
	return out, err
}

func (g *fakeGateway) Event(http.Header, []byte) (payment.Event, error) {
	return payment.Event{}, errors.New("the fake sends no events")
}

// pay is the payer typing a card on the processor's page.
func (g *fakeGateway) pay(id payment.OperationID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if o := g.sessions[id]; o != nil && o.State == payment.OutcomeOpen {
		g.charges++
		o.State, o.Charge, o.LastFour, o.Brand = payment.OutcomePaid, "ch_"+id.String(), "4242", "Visa"
	}
}
