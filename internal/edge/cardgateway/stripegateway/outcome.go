package stripegateway

import (
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/stripe/stripe-go/v85"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/cardgateway"
)

// check guards against an answer about somebody else's payment.
func check(s *stripe.CheckoutSession, c payment.Checkout) error {
	switch {
	case s.ID == "":
		return cardgateway.BadAnswer("the session has no id")
	case s.ClientReferenceID != c.Operation.String():
		return cardgateway.BadAnswer("session %s is for another operation than %s", s.ID, c.Operation)
	case s.AmountTotal != c.Amount.Cents() || s.Currency != stripe.CurrencyUSD:
		return cardgateway.BadAnswer("session %s is for another amount", s.ID)
	}
	return nil
}

// outcome says what became of a session, which was fetched with its payment
// intent and charge.
func (g *Gateway) outcome(s *stripe.CheckoutSession, c payment.Checkout) (payment.Outcome, error) {
	if err := check(s, c); err != nil {
		return payment.Outcome{}, err
	}
	var unpaid payment.OutcomeState
	switch s.Status {
	case stripe.CheckoutSessionStatusOpen:
		unpaid = payment.OutcomeOpen
	case stripe.CheckoutSessionStatusComplete:
		unpaid = payment.OutcomePending
	case stripe.CheckoutSessionStatusExpired:
		unpaid = g.expiredOrClosed(c)
	default:
		return payment.Outcome{}, cardgateway.BadAnswer("session %s is %q", s.ID, s.Status)
	}
	o := payment.Outcome{Operation: c.Operation, State: unpaid}
	if s.PaymentIntent != nil {
		var err error
		if o, err = intentOutcome(s.PaymentIntent, c, unpaid); err != nil {
			return payment.Outcome{}, err
		}
	}
	if s.PaymentStatus == stripe.CheckoutSessionPaymentStatusPaid && o.State != payment.OutcomePaid {
		return payment.Outcome{}, cardgateway.BadAnswer("session %s is paid without a charge", s.ID)
	}
	o.Session = payment.CardSession{Ref: s.ID, URL: s.URL}
	return o, nil
}

// expiredOrClosed tells a page that ran out from one that Close shut: to Stripe
// both are expired, but only we shut one before its time.
func (g *Gateway) expiredOrClosed(c payment.Checkout) payment.OutcomeState {
	if g.clock.Now().Before(c.ExpiresAt) {
		return payment.OutcomeCanceled
	}
	return payment.OutcomeExpired
}

// intentOutcome says what became of a payment intent; unpaid is what the page
// alone says when no money was taken and no card was refused.
func intentOutcome(i *stripe.PaymentIntent, c payment.Checkout, unpaid payment.OutcomeState) (payment.Outcome, error) {
	o := payment.Outcome{Operation: c.Operation, State: unpaid}
	switch i.Status {
	case stripe.PaymentIntentStatusSucceeded:
		return paid(i, o)
	case stripe.PaymentIntentStatusProcessing:
		o.State = payment.OutcomePending
		return o, nil
	}
	if i.LastPaymentError != nil {
		o.Decline = declineOf(i.LastPaymentError)
		// While the page is open, another card may follow.
		if unpaid != payment.OutcomeOpen {
			o.State = payment.OutcomeDeclined
		}
	}
	return o, nil
}

func paid(i *stripe.PaymentIntent, o payment.Outcome) (payment.Outcome, error) {
	charge := i.LatestCharge
	if charge == nil || charge.ID == "" {
		return payment.Outcome{}, cardgateway.BadAnswer("payment intent %s is paid without a charge", i.ID)
	}
	if i.Currency != stripe.CurrencyUSD {
		return payment.Outcome{}, cardgateway.BadAnswer("payment intent %s is in %q", i.ID, i.Currency)
	}
	o.State, o.Charge, o.Amount = payment.OutcomePaid, charge.ID, money.Cents(i.AmountReceived)
	o.PaidAt = civil.InstantOf(time.Unix(charge.Created, 0))
	if d := charge.PaymentMethodDetails; d != nil && d.Card != nil {
		o.Brand, o.LastFour = brandOf(string(d.Card.Brand)), d.Card.Last4
	}
	return o, nil
}

var brands = map[string]string{
	"amex": "American Express", "diners": "Diners Club", "discover": "Discover", "eftpos_au": "Eftpos",
	"jcb": "JCB", "link": "Link", "mastercard": "Mastercard", "unionpay": "UnionPay", "visa": "Visa",
}

func brandOf(stripeName string) string {
	if brand, ok := brands[stripeName]; ok {
		return brand
	}
	return "Card"
}

func declineOf(e *stripe.Error) payment.Decline {
	switch {
	case e.DeclineCode == stripe.DeclineCodeInsufficientFunds, e.Code == stripe.ErrorCodeInsufficientFunds:
		return payment.DeclineFunds
	case e.DeclineCode == stripe.DeclineCodeExpiredCard, e.Code == stripe.ErrorCodeExpiredCard:
		return payment.DeclineExpired
	case e.DeclineCode == stripe.DeclineCodeAuthenticationRequired,
		e.Code == stripe.ErrorCodeAuthenticationRequired,
		e.Code == stripe.ErrorCodePaymentIntentAuthenticationFailure:
		return payment.DeclineAuthenticate
	}
	return payment.DeclineGeneric
}

// statusOf gives the HTTP status of Stripe's refusal, 0 when there is none.
func statusOf(err error) int {
	var e *stripe.Error
	if errors.As(err, &e) {
		return e.HTTPStatusCode
	}
	return 0
}

// refusedAsked tells whether Stripe understood and would not.
func refusedAsked(err error) bool {
	return statusOf(err) == http.StatusBadRequest || statusOf(err) == http.StatusNotFound
}

// translate gives an SDK error in our words; acts says that a lost answer
// leaves the outcome unknown.
func translate(err error, acts bool) error {
	lost := cardgateway.Unavailable
	if acts {
		lost = cardgateway.Unknown
	}
	var e *stripe.Error
	if !errors.As(err, &e) {
		var op *net.OpError
		if errors.As(err, &op) && op.Op == "dial" {
			return cardgateway.Unavailable(err)
		}
		return lost(err)
	}
	// The SDK's error text is the whole answer; its type and code say enough.
	short := errors.New(string(e.Type) + " " + string(e.Code) + " " + e.RequestID)
	switch status := e.HTTPStatusCode; {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return cardgateway.NotAllowed(short)
	case status == http.StatusTooManyRequests:
		return cardgateway.Unavailable(short)
	case status == http.StatusConflict: // the same key is being worked on now
		return lost(short)
	case e.Type == stripe.ErrorTypeIdempotency:
		return cardgateway.Conflict(short)
	case status >= 500:
		return lost(short)
	}
	return cardgateway.Rejected(short)
}
