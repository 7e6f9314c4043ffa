package paying_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
)

// fakeGateway is a processor whose next call of a method can be made to fail
// in every way that a call over a network can.
type fakeGateway struct {
	mu       sync.Mutex
	sessions map[payment.OperationID]*payment.Outcome
	charges  int                // cards charged
	next     map[string]failure // by method name
	during   func()             // runs in the next call, after its effect
}

// failure is what goes wrong with a step.
type failure string

const (
	fails           failure = "fails"
	failsButApplied failure = "fails but applied"
	killedBefore    failure = "process killed before"
	killedAfter     failure = "process killed after"
)

var (
	errSilent = errors.New("no answer")
	errKilled = errors.New("killed") // what a killed process panics with
)

func newFakeGateway() *fakeGateway {
	return &fakeGateway{sessions: map[payment.OperationID]*payment.Outcome{}, next: map[string]failure{}}
}

func (g *fakeGateway) Name() string   { return "fake" }
func (g *fakeGateway) Origin() string { return "https://cards.test" }

// fail makes the next call of a method fail.
func (g *fakeGateway) fail(method string, how failure) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.next[method] = how
}

// call runs act unless the next call of the method is to fail before it.
func (g *fakeGateway) call(method string, act func()) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	how := g.next[method]
	delete(g.next, method)
	switch how {
	case fails:
		return errSilent
	case killedBefore:
		panic(errKilled)
	}
	act()
	if during := g.during; during != nil {
		g.during = nil
		during()
	}
	switch how {
	case failsButApplied:
		return errSilent
	case killedAfter:
		panic(errKilled)
	}
	return nil
}

func (g *fakeGateway) Open(_ context.Context, c payment.Checkout) (payment.CardSession, error) {
	var s payment.CardSession
	err := g.call("Open", func() {
		o := g.sessions[c.Operation]
		if o == nil {
			ref := "cs_" + c.Operation.String()
			o = &payment.Outcome{
				Operation: c.Operation, State: payment.OutcomeOpen, Amount: c.Amount,
				Session: payment.CardSession{Ref: ref, URL: "https://cards.test/" + ref},
			}
			g.sessions[c.Operation] = o
		}
		s = o.Session
	})
	return s, err
}

func (g *fakeGateway) Outcome(_ context.Context, c payment.Checkout, _ string) (payment.Outcome, error) {
	var out payment.Outcome
	err := g.call("Outcome", func() { out = g.outcome(c) })
	return out, err
}

func (g *fakeGateway) Close(_ context.Context, c payment.Checkout, _ string) (payment.Outcome, error) {
	var out payment.Outcome
	err := g.call("Close", func() {
		if o := g.sessions[c.Operation]; o != nil && o.State == payment.OutcomeOpen {
			o.State = payment.OutcomeCanceled
		}
		out = g.outcome(c)
	})
	return out, err
}

func (g *fakeGateway) outcome(c payment.Checkout) payment.Outcome {
	if o := g.sessions[c.Operation]; o != nil {
		return *o
	}
	return payment.Outcome{Operation: c.Operation, State: payment.OutcomeMissing}
}

const signature = "Fake-Signature"

// Event reads "event-id operation-id", signed "good".
func (g *fakeGateway) Event(header http.Header, body []byte) (payment.Event, error) {
	if header.Get(signature) != "good" {
		return payment.Event{}, fault.New(fault.Invalid, "card.signature", "the signature is wrong")
	}
	id, operation, _ := strings.Cut(string(body), " ")
	about, err := ident.ParseID[payment.Intent](operation)
	return payment.Event{ID: id, Operation: about}, err
}

// pay is the payer typing a good card on the processor's page.
func (g *fakeGateway) pay(id payment.OperationID) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if o := g.sessions[id]; o != nil && o.State == payment.OutcomeOpen {
		g.charges++
		o.State, o.Charge, o.LastFour, o.Brand = payment.OutcomePaid, "ch_"+id.String(), "4242", "Visa"
	}
}

// end is the page coming to another end.
func (g *fakeGateway) end(id payment.OperationID, state payment.OutcomeState, why payment.Decline) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sessions[id].State, g.sessions[id].Decline = state, why
}

// take makes the processor say that it took another amount.
func (g *fakeGateway) take(id payment.OperationID, amount money.Amount) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.sessions[id].Amount = amount
}

func (g *fakeGateway) charged() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.charges
}
