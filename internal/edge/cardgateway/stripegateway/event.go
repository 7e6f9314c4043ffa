package stripegateway

import (
	"encoding/json"
	"errors"
	"net/http"

	"github.com/stripe/stripe-go/v85/webhook"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/cardgateway"
)

// Event checks the signature of a webhook and says which checkout it is about.
// An event that is about none of ours has no Operation.
func (g *Gateway) Event(header http.Header, body []byte) (payment.Event, error) {
	signature := header.Get("Stripe-Signature")
	if err := webhook.ValidatePayload(body, signature, g.secret.Reveal()); err != nil {
		return payment.Event{}, cardgateway.BadSignature(err)
	}
	// The body is read by hand: it is only a hint, and reading three fields
	// works with every API version an endpoint may be set to.
	var e struct {
		ID   string `json:"id"`
		Data struct {
			Object struct {
				ID                string            `json:"id"`
				Object            string            `json:"object"`
				ClientReferenceID string            `json:"client_reference_id"`
				Metadata          map[string]string `json:"metadata"`
			} `json:"object"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return payment.Event{}, cardgateway.BadEvent(err)
	}
	if e.ID == "" {
		return payment.Event{}, cardgateway.BadEvent(errors.New("it has no id"))
	}
	subject := e.Data.Object
	reference := subject.ClientReferenceID
	if reference == "" {
		reference = subject.Metadata[operationMetadata]
	}
	event := payment.Event{ID: e.ID}
	event.Operation, _ = ident.ParseID[payment.Intent](reference)
	if subject.Object == "checkout.session" {
		event.Session = subject.ID
	}
	return event, nil
}
