// Package bankvalidation is payment.AccountValidator over an account
// validation service's HTTP API (ACH-06).
package bankvalidation

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
)

const maxAnswer = 64 << 10

// Config says how to reach the service. All fields are needed but Timeout.
type Config struct {
	BaseURL string // "http://127.0.0.1:8091"
	Key     pii.Secret
	Timeout time.Duration // of one question; 0: five seconds
}

// Client asks the service. It is safe for concurrent use.
type Client struct {
	endpoint string
	key      pii.Secret
	http     *http.Client
}

var _ payment.AccountValidator = (*Client)(nil)

// New makes a Client.
func New(c Config) (*Client, error) {
	u, err := url.Parse(c.BaseURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("the account validation's address %q is not like https://validation.example", c.BaseURL)
	}
	if c.Key.IsZero() {
		return nil, errors.New("the account validation needs a key")
	}
	if c.Timeout == 0 {
		c.Timeout = 5 * time.Second
	}
	return &Client{
		endpoint: u.Scheme + "://" + u.Host + "/v1/account-validations",
		key:      c.Key, http: &http.Client{Timeout: c.Timeout},
	}, nil
}

// Validate asks whether an account is open and takes debits. A service that
// does not answer is the answer ValidationUnavailable, not an error: the
// profile says what to do then. An error is a mistake of ours.
func (c *Client) Validate(ctx context.Context, routing string, number pii.Secret, kind payment.AccountType) (payment.Validation, string, error) {
	// The account number is in this body and nowhere else: not in the address,
	// not in an error.
	body, err := json.Marshal(map[string]string{"routing": routing, "account": number.Reveal(), "type": string(kind)})
	if err != nil {
		return "", "", fault.Wrap(fault.Internal, "validation.request", err, "can not ask the account validation")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.endpoint, bytes.NewReader(body))
	if err != nil {
		return "", "", fault.Wrap(fault.Internal, "validation.request", err, "can not ask the account validation")
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+c.key.Reveal())
	res, err := c.http.Do(req)
	if err != nil {
		return payment.ValidationUnavailable, "", ctx.Err()
	}
	defer func() { _ = res.Body.Close() }()
	return read(res)
}

func read(res *http.Response) (payment.Validation, string, error) {
	switch {
	case res.StatusCode >= 500, res.StatusCode == http.StatusTooManyRequests:
		return payment.ValidationUnavailable, "", nil
	case res.StatusCode != http.StatusOK:
		return "", "", fault.New(fault.Internal, "validation.rejected",
			"the account validation does not accept our request (status %d); check its settings", res.StatusCode)
	}
	var a struct {
		Status    string `json:"status"`
		Reference string `json:"reference"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, maxAnswer)).Decode(&a); err != nil {
		return payment.ValidationUnavailable, "", nil //nolint:nilerr // half an answer is no answer
	}
	switch v := payment.Validation(a.Status); v {
	case payment.ValidationOK, payment.ValidationRefused, payment.ValidationUnavailable:
		return v, a.Reference, nil
	}
	return "", "", fault.New(fault.Internal, "validation.bad_answer", "the account validation answered %q", a.Status)
}
