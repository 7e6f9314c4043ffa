// Package stripegateway is payment.CardGateway over Stripe Checkout: the payer
// types the card on Stripe's own page, and this process sees the brand and the
// last four digits at most.
//
// The operation id is the Idempotency-Key, the client_reference_id, and is in
// the metadata of the session and of its payment intent, so that a checkout can
// be found again from either end.
package stripegateway

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/stripe/stripe-go/v85"

	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/cardgateway"
)

const (
	name              = "stripe"
	checkoutOrigin    = "https://checkout.stripe.com"
	operationMetadata = "operation"
	maxAnswer         = 4 << 20
)

// Config says how to reach Stripe. Key, WebhookSecret and Clock are needed.
type Config struct {
	Key           pii.Secret // "sk_…" or, better, a restricted "rk_…"
	WebhookSecret pii.Secret // "whsec_…"
	Clock         clock.Clock
	APIURL        string        // empty: Stripe's own
	PageOrigin    string        // empty: Stripe's own; set it for a custom checkout domain
	Timeout       time.Duration // of one call; 0: twenty seconds
}

// Gateway is the adapter. It is safe for concurrent use.
type Gateway struct {
	client *stripe.Client
	origin string
	secret pii.Secret
	clock  clock.Clock
}

var _ payment.CardGateway = (*Gateway)(nil)

// New makes a Gateway.
func New(c Config) (*Gateway, error) {
	if c.Key.IsZero() || c.WebhookSecret.IsZero() || c.Clock == nil {
		return nil, errors.New("Stripe needs a key, a webhook secret and a clock")
	}
	if c.APIURL == "" {
		c.APIURL = stripe.APIURL
	}
	if c.PageOrigin == "" {
		c.PageOrigin = checkoutOrigin
	}
	for _, address := range []string{c.APIURL, c.PageOrigin} {
		if u, err := url.Parse(address); err != nil || u.Host == "" {
			return nil, fmt.Errorf("%q is not an address like https://api.stripe.com", address)
		}
	}
	if c.Timeout == 0 {
		c.Timeout = 20 * time.Second
	}
	backends := stripe.NewBackendsWithConfig(&stripe.BackendConfig{
		URL:             stripe.String(c.APIURL),
		HTTPClient:      &http.Client{Timeout: c.Timeout, Transport: bounded{http.DefaultTransport}},
		EnableTelemetry: stripe.Bool(false),
		// Retries are the caller's, who stores what it knows between them; the
		// SDK's sleep would ignore the context.
		MaxNetworkRetries: stripe.Int64(0),
		// The SDK logs whole answers at debug level.
		LeveledLogger: &stripe.LeveledLogger{Level: stripe.LevelNull},
	})
	return &Gateway{
		client: stripe.NewClient(c.Key.Reveal(), stripe.WithBackends(backends)),
		origin: c.PageOrigin, secret: c.WebhookSecret, clock: c.Clock,
	}, nil
}

// bounded keeps an endless answer from filling the memory.
type bounded struct{ next http.RoundTripper }

func (b bounded) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := b.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	res.Body = struct {
		io.Reader
		io.Closer
	}{io.LimitReader(res.Body, maxAnswer), res.Body}
	return res, nil
}

// Name is "stripe".
func (g *Gateway) Name() string { return name }

// Origin is where Stripe's page lives.
func (g *Gateway) Origin() string { return g.origin }

// Open makes Stripe's page, or finds the one made before.
func (g *Gateway) Open(ctx context.Context, c payment.Checkout) (payment.CardSession, error) {
	s, err := g.open(ctx, c)
	if err != nil {
		return payment.CardSession{}, fmt.Errorf("open card page for %s: %w", c.Operation, err)
	}
	return payment.CardSession{Ref: s.ID, URL: s.URL}, nil
}

func (g *Gateway) open(ctx context.Context, c payment.Checkout) (*stripe.CheckoutSession, error) {
	operation := c.Operation.String()
	p := &stripe.CheckoutSessionCreateParams{
		Mode:               stripe.String(stripe.CheckoutSessionModePayment),
		PaymentMethodTypes: stripe.StringSlice([]string{"card"}),
		ClientReferenceID:  stripe.String(operation),
		SuccessURL:         stripe.String(c.SuccessURL),
		CancelURL:          stripe.String(c.CancelURL),
		ExpiresAt:          stripe.Int64(c.ExpiresAt.Time().Unix()),
		Locale:             stripe.String(localeOf(c.Language)),
		LineItems: []*stripe.CheckoutSessionCreateLineItemParams{{
			Quantity: stripe.Int64(1),
			PriceData: &stripe.CheckoutSessionCreateLineItemPriceDataParams{
				Currency:    stripe.String(stripe.CurrencyUSD),
				UnitAmount:  stripe.Int64(c.Amount.Cents()),
				ProductData: &stripe.CheckoutSessionCreateLineItemPriceDataProductDataParams{Name: stripe.String(c.Description)},
			},
		}},
		PaymentIntentData: &stripe.CheckoutSessionCreatePaymentIntentDataParams{
			Metadata: map[string]string{operationMetadata: operation},
		},
	}
	p.AddMetadata(operationMetadata, operation)
	p.SetIdempotencyKey(operation)
	p.AddExpand("payment_intent.latest_charge")
	s, err := g.client.V1CheckoutSessions.Create(ctx, p)
	if err != nil {
		return nil, translate(err, true)
	}
	return s, check(s, c)
}

// localeOf gives Stripe's name for a language; Haitian Creole is not among
// them, and the payer's browser may know better.
func localeOf(language string) string {
	switch language {
	case "en", "es", "zh", "vi":
		return language
	case "pt":
		return "pt-BR"
	}
	return "auto"
}

// Outcome asks what became of a checkout.
func (g *Gateway) Outcome(ctx context.Context, c payment.Checkout, sessionRef string) (payment.Outcome, error) {
	o, err := g.ask(ctx, c, sessionRef)
	if err != nil {
		return payment.Outcome{}, fmt.Errorf("ask about card page of %s: %w", c.Operation, err)
	}
	return o, nil
}

func (g *Gateway) ask(ctx context.Context, c payment.Checkout, sessionRef string) (payment.Outcome, error) {
	if sessionRef == "" {
		return g.findByOperation(ctx, c)
	}
	p := &stripe.CheckoutSessionRetrieveParams{}
	p.AddExpand("payment_intent.latest_charge")
	s, err := g.client.V1CheckoutSessions.Retrieve(ctx, sessionRef, p)
	switch {
	case statusOf(err) == http.StatusNotFound:
		return payment.Outcome{Operation: c.Operation, State: payment.OutcomeMissing}, nil
	case err != nil:
		return payment.Outcome{}, translate(err, false)
	}
	return g.outcome(s, c)
}

// searchAfter is how long after a page ran out Stripe's search, which lags
// behind, is believed.
const searchAfter = time.Hour

// findByOperation opens the checkout once more: Stripe replays the first answer
// to an Idempotency-Key, and if there never was one, the page made now is one
// that nobody has the address of. When it is too late to make a page, a refusal
// says that there is none under the key. Then, and when Stripe keeps replaying a
// failure and the page has long run out, the payment intents are searched: the
// key may be forgotten.
func (g *Gateway) findByOperation(ctx context.Context, c payment.Checkout) (payment.Outcome, error) {
	s, err := g.open(ctx, c)
	tooLate := g.clock.Now().Add(payment.CardPageLeast).After(c.ExpiresAt)
	switch {
	case err == nil:
		// What Create replays is how the session stood then.
		return g.ask(ctx, c, s.ID)
	case tooLate && fault.Is(err, cardgateway.CodeRejected):
	case g.clock.Now().Before(c.ExpiresAt.Add(searchAfter)):
		return payment.Outcome{}, err
	}
	p := &stripe.PaymentIntentSearchParams{}
	p.Query = fmt.Sprintf("metadata[%q]:%q", operationMetadata, c.Operation.String())
	p.AddExpand("data.latest_charge")
	o := payment.Outcome{Operation: c.Operation, State: payment.OutcomeMissing}
	for intent, err := range g.client.V1PaymentIntents.Search(ctx, p).All(ctx) {
		if err != nil {
			return payment.Outcome{}, translate(err, false)
		}
		if intent.Metadata[operationMetadata] != c.Operation.String() {
			continue
		}
		if o, err = intentOutcome(intent, c, payment.OutcomeExpired); err != nil || o.State == payment.OutcomePaid {
			return o, err
		}
	}
	return o, nil
}

// Close makes sure that the page can not be paid any more.
func (g *Gateway) Close(ctx context.Context, c payment.Checkout, sessionRef string) (payment.Outcome, error) {
	o, err := g.shut(ctx, c, sessionRef)
	if err != nil {
		return payment.Outcome{}, fmt.Errorf("close card page of %s: %w", c.Operation, err)
	}
	return o, nil
}

func (g *Gateway) shut(ctx context.Context, c payment.Checkout, sessionRef string) (payment.Outcome, error) {
	if sessionRef == "" {
		o, err := g.findByOperation(ctx, c)
		if err != nil || o.State != payment.OutcomeOpen {
			return o, err
		}
		sessionRef = o.Session.Ref
	}
	p := &stripe.CheckoutSessionExpireParams{}
	p.AddExpand("payment_intent.latest_charge")
	s, err := g.client.V1CheckoutSessions.Expire(ctx, sessionRef, p)
	if err == nil {
		return g.outcome(s, c)
	}
	if !refusedAsked(err) {
		return payment.Outcome{}, translate(err, true)
	}
	// Only an open page can be expired: this one was used first, or is unknown.
	o, askErr := g.ask(ctx, c, sessionRef)
	if askErr == nil && o.State == payment.OutcomeOpen {
		askErr = cardgateway.Unknown(err)
	}
	return o, askErr
}
