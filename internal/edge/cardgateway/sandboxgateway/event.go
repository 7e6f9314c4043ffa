package sandboxgateway

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/cardgateway"
)

const (
	signatureHeader = "Sandbox-Signature"
	tolerance       = 5 * time.Minute // between signing and now, either way
)

// Event checks the signature of a webhook and says which checkout it is about.
func (g *Gateway) Event(header http.Header, body []byte) (payment.Event, error) {
	if err := g.verify(header.Get(signatureHeader), body); err != nil {
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

// verify reads "t=UNIX,v1=HEX". The moment is signed too, so that an old
// webhook can not be sent again by somebody who saw it.
func (g *Gateway) verify(header string, body []byte) error {
	var moment string
	var signature []byte
	for part := range strings.SplitSeq(header, ",") {
		switch key, value, _ := strings.Cut(part, "="); key {
		case "t":
			moment = value
		case "v1":
			signature, _ = hex.DecodeString(value)
		}
	}
	unix, err := strconv.ParseInt(moment, 10, 64)
	if err != nil || len(signature) == 0 {
		return fmt.Errorf("no usable %s header", signatureHeader)
	}
	mac := hmac.New(sha256.New, []byte(g.secret.Reveal()))
	_, _ = fmt.Fprintf(mac, "%d.%s", unix, body)
	if !hmac.Equal(signature, mac.Sum(nil)) {
		return errors.New("the signature does not match the body")
	}
	if age := g.clock.Now().Sub(civil.InstantOf(time.Unix(unix, 0))); age.Abs() > tolerance {
		return fmt.Errorf("it was signed %s ago", age.Round(time.Second))
	}
	return nil
}
