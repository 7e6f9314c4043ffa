package cardgateway_test

import (
	"net/http"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
)

// outage is a way in which the processor fails.
type outage int

const (
	working  outage = iota
	down            // answers 503, does nothing
	cut             // does it, drops the connection
	hanging         // does it, never answers
	unlisted        // nobody listens at its address
)

// world is a card processor with a payer in front of it, as the contract test
// sees it.
type world interface {
	Gateway() payment.CardGateway
	// Impatient is the same gateway, which gives up on an answer soon.
	Impatient() payment.CardGateway
	// Unreachable is the same gateway at an address where nobody listens.
	Unreachable() payment.CardGateway
	Clock() *virtual.Clock
	// What the payer does on the page.
	Pay(t *testing.T, s payment.CardSession)
	TryDeclined(t *testing.T, s payment.CardSession, why payment.Decline)
	PaySlowly(t *testing.T, s payment.CardSession)
	BankAnswers(t *testing.T, s payment.CardSession)
	// RunOut lets the page of c expire.
	RunOut(t *testing.T, c payment.Checkout)
	Fail(outage)
	Sessions() int // ever made
	Charges() int  // ever made
	// Webhook gives what the processor sends about c when it was paid, and the
	// same sent an hour ago.
	Webhook(t *testing.T, c payment.Checkout, s payment.CardSession) (now, old webhook)
}

type webhook struct {
	header http.Header
	body   []byte
}

// How long a gateway waits for an answer: longer than any machine is busy, or,
// where rows of the fault table wait for it, longer than a busy one takes to do
// what it was asked.
const patience, soon = time.Minute, 2 * time.Second

var friday = civil.InstantOf(time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC))

var ids = ident.NewMaker(virtual.Running(friday), nil)

func newCheckout(w world) payment.Checkout {
	return payment.Checkout{
		Operation: ident.Make[payment.Intent](ids), Amount: money.Cents(124_50),
		Description: "Harborview Marketplace", Language: "vi",
		SuccessURL: "http://127.0.0.1:8090/pay/done", CancelURL: "http://127.0.0.1:8090/pay/back",
		ExpiresAt: w.Clock().Now().Add(payment.CardPageLife),
	}
}
