package sandboxgateway

import (
	"encoding/json"
	"errors"
	"net/http"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/cardgateway"
	"quittance.org/quittance/internal/edge/websign"
)

const (
	signatureHeader = "Sandbox-Signature"
)

// Event checks the signature of a webhook and says which checkout it is about.
func (g *Gateway) Event(header http.Header, body []byte) (payment.Event, error) {
	if err := websign.Verify(header.Get(signatureHeader), body, g.secret, g.clock.Now()); err != nil {
		return payment.Event{}, cardgateway.BadSignature(err)
	}
	var e struct {
		ID   string `json:"id"`
		Data struct {
			Session struct {
				ID        string `json:"id"`
				Reference string `json:"reference"`
			} `json:"session"`
		} `json:"data"`
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return payment.Event{}, cardgateway.BadEvent(err)
	}
	if e.ID == "" {
		return payment.Event{}, cardgateway.BadEvent(errors.New("it has no id"))
	}
	// A reference that is no operation of ours leaves Operation zero: there is
	// nothing to do about such an event, and nothing wrong with it either.
	operation, _ := ident.ParseID[payment.Intent](e.Data.Session.Reference)
	return payment.Event{ID: e.ID, Operation: operation, Session: e.Data.Session.ID}, nil
}
