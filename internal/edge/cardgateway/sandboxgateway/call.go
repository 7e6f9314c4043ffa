package sandboxgateway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/edge/cardgateway"
)

const maxAnswer = 1 << 20

type request struct {
	method, path   string
	idempotencyKey string
	body           any
	acts           bool // a lost answer leaves the outcome unknown
}

// call makes one request and reads its JSON answer into v.
func (g *Gateway) call(ctx context.Context, r request, v any) error {
	req, err := g.newRequest(ctx, r)
	if err != nil {
		return cardgateway.Rejected(err)
	}
	res, err := g.client.Do(req)
	if err != nil {
		return r.lost(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return r.lost(err)
	}
	if res.StatusCode/100 != 2 {
		return r.refused(res.StatusCode, body)
	}
	if err := json.Unmarshal(body, v); err != nil {
		return r.lost(fmt.Errorf("the answer is not JSON: %w", err))
	}
	return nil
}

func (g *Gateway) newRequest(ctx context.Context, r request) (*http.Request, error) {
	var body io.Reader
	if r.body != nil {
		b, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, r.method, g.base+r.path, body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Authorization", "Bearer "+g.key.Reveal())
	req.Header.Set("Accept", "application/json")
	if r.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.idempotencyKey != "" {
		req.Header.Set("Idempotency-Key", r.idempotencyKey)
	}
	return req, nil
}

// lost is the error when no answer came. Only a connection that was never made
// proves that nothing happened.
func (r request) lost(err error) error {
	var op *net.OpError
	if !r.acts || errors.As(err, &op) && op.Op == "dial" {
		return cardgateway.Unavailable(err)
	}
	return cardgateway.Unknown(err)
}

func (r request) refused(status int, body []byte) error {
	var problem struct {
		Error struct {
			Code    string `json:"code"`
			Message string `json:"message"`
		} `json:"error"`
	}
	_ = json.Unmarshal(body, &problem) // the status alone says enough
	err := fmt.Errorf("status %d %s: %s", status, problem.Error.Code, problem.Error.Message)
	switch {
	case status == http.StatusServiceUnavailable, status == http.StatusTooManyRequests:
		return cardgateway.Unavailable(err)
	case status >= 500:
		return r.lost(err)
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		return cardgateway.NotAllowed(err)
	case status == http.StatusNotFound:
		return fault.Wrap(fault.NotFound, "card.no_session", err, "the card processor knows no such payment page")
	case status == http.StatusConflict:
		return cardgateway.Conflict(err)
	}
	return cardgateway.Rejected(err)
}
