package phonegateway

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
)

// Path is where the service tells of phones.
const Path = "/webhooks/text"

const (
	signatureHeader = "Phone-Signature"
	tolerance       = 5 * time.Minute // between signing and now, either way
	maxBody         = 64 << 10
)

// Hearer takes what phones say and what became of messages, as app.App does.
type Hearer interface {
	HeardText(ctx context.Context, in people.HeardText) error
	TextReported(ctx context.Context, id string, arrived bool) error
}

// event is the body of a webhook.
type event struct {
	ID        string `json:"id"`
	Type      string `json:"type"`
	Reference string `json:"reference"`
	From      string `json:"from"`
	Text      string `json:"text"`
}

// Handler takes the webhooks of the service. The signature is all the trust
// there is.
func (g *Gateway) Handler(hear Hearer, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost {
			http.NotFound(w, r)
			return
		}
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "the report is too large", http.StatusRequestEntityTooLarge)
			return
		}
		e, err := g.read(r.Header.Get(signatureHeader), body)
		if err != nil {
			log.WarnContext(r.Context(), "message from a phone refused", "error", err)
			http.Error(w, "the signature or the report is not right", http.StatusBadRequest)
			return
		}
		if err := e.tell(r.Context(), hear); err != nil { // the service tells again
			log.ErrorContext(r.Context(), "message from a phone not stored", "code", fault.CodeOf(err))
			http.Error(w, "try again later", http.StatusServiceUnavailable)
			return
		}
		w.WriteHeader(http.StatusOK)
	})
}

func (e event) tell(ctx context.Context, hear Hearer) error {
	switch e.Type {
	case "text.received":
		return hear.HeardText(ctx, people.HeardText{ID: e.ID, Number: e.From, Words: e.Text})
	case "text.delivered", "text.failed":
		return hear.TextReported(ctx, e.Reference, e.Type == "text.delivered")
	}
	return nil // nothing that we act on
}

func (g *Gateway) read(signature string, body []byte) (event, error) {
	if err := g.verify(signature, body); err != nil {
		return event{}, err
	}
	var e event
	if err := json.Unmarshal(body, &e); err != nil {
		return event{}, errors.New("it is not JSON") // the library's words repeat the body
	}
	if e.ID == "" {
		return event{}, errors.New("it has no id")
	}
	return e, nil
}

// verify reads "t=UNIX,v1=HEX", the HMAC-SHA256 of "UNIX.BODY" under the webhook
// secret. The moment is signed too, so that an old webhook can not be sent again
// by somebody who saw it.
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
