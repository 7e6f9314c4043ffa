package phonegateway

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/edge/websign"
)

// Path is where the service tells of phones.
const Path = "/webhooks/text"

const (
	signatureHeader = "Phone-Signature"
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
	if err := websign.Verify(signature, body, g.secret, g.clock.Now()); err != nil {
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
