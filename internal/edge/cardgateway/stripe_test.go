package cardgateway_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	stripehook "github.com/stripe/stripe-go/v85/webhook"

	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/cardgateway/stripegateway"
	"quittance.org/quittance/internal/testservers"
)

const (
	stripeKey    = "sk_test_quittance"
	stripeSecret = "whsec_quittance"
)

// stripeWorld is stripe-mock with a memory in front of it (see stripeMemory),
// and Stripe's own webhook signing.
type stripeWorld struct {
	clock     *virtual.Clock
	memory    *stripeMemory
	gateway   *stripegateway.Gateway
	impatient *stripegateway.Gateway
	nowhere   *stripegateway.Gateway
}

func stripeWorlds(t *testing.T) func(*testing.T) world {
	t.Helper()
	mock := testservers.StripeMock(t)
	return func(t *testing.T) world {
		t.Helper()
		w := newStripeWorld(t, mock)
		return w
	}
}

func newStripeWorld(t *testing.T, mock string) *stripeWorld {
	t.Helper()
	w := &stripeWorld{clock: virtual.Standing(friday)}
	w.memory = newStripeMemory(mock, w.clock)
	server := httptest.NewServer(w.memory)
	t.Cleanup(server.Close)
	w.gateway, w.impatient = w.at(t, server.URL, patience), w.at(t, server.URL, soon)
	w.nowhere = w.at(t, nowhere, patience)
	return w
}

func (w *stripeWorld) at(t *testing.T, api string, timeout time.Duration) *stripegateway.Gateway {
	t.Helper()
	g, err := stripegateway.New(stripegateway.Config{
		Key: pii.NewSecret(stripeKey), WebhookSecret: pii.NewSecret(stripeSecret),
		Clock: w.clock, APIURL: api, Timeout: timeout,
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (w *stripeWorld) Gateway() payment.CardGateway     { return w.gateway }
func (w *stripeWorld) Impatient() payment.CardGateway   { return w.impatient }
func (w *stripeWorld) Unreachable() payment.CardGateway { return w.nowhere }
func (w *stripeWorld) Clock() *virtual.Clock            { return w.clock }
func (w *stripeWorld) Fail(how outage)                  { w.memory.fail(how) }
func (w *stripeWorld) Sessions() int                    { return w.memory.count(func(*checkout) bool { return true }) }

func (w *stripeWorld) Charges() int {
	return w.memory.count(func(c *checkout) bool { return c.charge != "" })
}

func (w *stripeWorld) Pay(_ *testing.T, s payment.CardSession) {
	w.memory.change(s.Ref, (*checkout).pay)
}

func (w *stripeWorld) TryDeclined(_ *testing.T, s payment.CardSession, why payment.Decline) {
	w.memory.change(s.Ref, func(c *checkout) { c.decline(stripeErrors[why]) })
}

// stripeErrors are last_payment_error as Stripe's documentation gives them for
// its test cards.
var stripeErrors = map[payment.Decline]map[string]any{
	payment.DeclineGeneric:      {"type": "card_error", "code": "card_declined", "decline_code": "generic_decline"},
	payment.DeclineFunds:        {"type": "card_error", "code": "card_declined", "decline_code": "insufficient_funds"},
	payment.DeclineExpired:      {"type": "card_error", "code": "expired_card", "decline_code": "expired_card"},
	payment.DeclineAuthenticate: {"type": "card_error", "code": "payment_intent_authentication_failure"},
}

func (w *stripeWorld) PaySlowly(_ *testing.T, s payment.CardSession) {
	w.memory.change(s.Ref, (*checkout).think)
}

func (w *stripeWorld) BankAnswers(_ *testing.T, s payment.CardSession) {
	w.memory.change(s.Ref, (*checkout).approve)
}

func (w *stripeWorld) RunOut(_ *testing.T, c payment.Checkout) { w.clock.Set(c.ExpiresAt) }

// Webhook signs with the SDK, whose check of the age uses the machine's clock.
func (w *stripeWorld) Webhook(t *testing.T, c payment.Checkout, s payment.CardSession) (now, old webhook) {
	t.Helper()
	reference := c.Operation.String()
	if reference == "" {
		reference = "order 7"
	}
	body, err := json.Marshal(map[string]any{
		"id": "evt_1", "object": "event", "api_version": "2024-06-20", "type": "checkout.session.completed",
		"data": map[string]any{"object": map[string]any{
			"id": s.Ref, "object": "checkout.session", "client_reference_id": reference,
		}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return signed(body, clock.Start()), signed(body, clock.Start().Add(-time.Hour))
}

func signed(body []byte, at time.Time) webhook {
	p := stripehook.GenerateTestSignedPayload(&stripehook.UnsignedPayload{Payload: body, Secret: stripeSecret, Timestamp: at})
	return webhook{http.Header{"Stripe-Signature": {p.Header}}, p.Payload}
}

// TestStripeFindsAPaymentAfterItForgotTheKey: Stripe keeps an Idempotency-Key
// for a day. After that a paid checkout whose answer was lost is found through
// its payment intent.
func TestStripeFindsAPaymentAfterItForgotTheKey(t *testing.T) {
	t.Parallel()
	mock := testservers.StripeMock(t)
	for name, tt := range map[string]struct {
		before func(*stripeWorld, payment.CardSession)
		want   payment.OutcomeState
	}{
		"paid":         {func(w *stripeWorld, s payment.CardSession) { w.Pay(nil, s) }, payment.OutcomePaid},
		"refused":      {func(w *stripeWorld, s payment.CardSession) { w.TryDeclined(nil, s, payment.DeclineFunds) }, payment.OutcomeDeclined},
		"never opened": {nil, payment.OutcomeMissing},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newStripeWorld(t, mock)
			c := newCheckout(w)
			if tt.before != nil {
				tt.before(w, mustOpen(t, w, c))
			}
			w.memory.forgetKeys()
			w.clock.Advance(48 * time.Hour)
			wantState(t, mustAsk(t, w, c, ""), tt.want)
		})
	}
}

// TestStripeEventsOfOtherObjects: a payment intent and a charge carry the
// operation in their metadata.
func TestStripeEventsOfOtherObjects(t *testing.T) {
	t.Parallel()
	w := &stripeWorld{clock: virtual.Standing(friday)}
	g := w.at(t, nowhere, patience)
	c := newCheckout(w)
	for _, object := range []string{"payment_intent", "charge"} {
		body := fmt.Appendf(nil, `{"id":"evt_2","object":"event","data":{"object":{"id":"x_1","object":%q,"metadata":{"operation":%q}}}}`,
			object, c.Operation)
		hook := signed(body, clock.Start())
		e, err := g.Event(hook.header, hook.body)
		if err != nil || e.Operation != c.Operation || e.Session != "" {
			t.Errorf("%s: got %+v, %v; want operation %s and no session", object, e, err, c.Operation)
		}
	}
}
