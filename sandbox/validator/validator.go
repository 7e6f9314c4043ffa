// Package validator is a simulated account validation service: it says whether
// a bank account is open and takes debits (ACH-06). It keeps no numbers.
package validator

import (
	"crypto/rand"
	"net/http"
	"strings"
	"sync/atomic"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/sandbox/wire"
)

// The answers.
const (
	StatusOK          = "ok"
	StatusRefused     = "refused"
	StatusUnavailable = "unavailable"
)

// The account numbers that the demo's pages and tests use. Any other number
// is fine unless it ends in 13; of one that begins with 000777 the service can
// not tell.
const (
	AccountGood         = "000123456789"
	AccountReturnsLater = "000111111116" // open today; its debit comes back for no funds
	AccountClosed       = "000111111113"
	AccountUnsure       = "000777123456" // a small bank of which the service knows nothing
)

const unsurePrefix = "000777"

// Validator is the service. Its zero value is not usable; use New.
type Validator struct {
	key         string
	unavailable atomic.Bool
}

// New makes a Validator with its bearer key.
func New(key string) *Validator { return &Validator{key: key} }

// SetUnavailable makes the service answer "unavailable" to everything.
func (v *Validator) SetUnavailable(on bool) { v.unavailable.Store(on) }

// Unavailable tells whether it does.
func (v *Validator) Unavailable() bool { return v.unavailable.Load() }

// Request is the body of POST /v1/account-validations.
type Request struct {
	Routing string `json:"routing"`
	Account string `json:"account"`
	Type    string `json:"type"`
}

// Answer is its reply.
type Answer struct {
	Status    string `json:"status"`
	Reference string `json:"reference"`
}

// Handler serves the API.
func (v *Validator) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/account-validations", v.validate)
	return wire.Guard(v.key, mux)
}

func (v *Validator) validate(w http.ResponseWriter, r *http.Request) {
	var q Request
	if err := wire.Decode(w, r, &q); err != nil {
		wire.Refuse(w, http.StatusBadRequest, "bad_body", "The body is not the JSON object of this call.")
		return
	}
	if problem := q.problem(); problem != "" {
		wire.Refuse(w, http.StatusUnprocessableEntity, "bad_account", problem)
		return
	}
	a := Answer{Status: StatusOK, Reference: "val_" + rand.Text()}
	switch {
	case v.Unavailable(), strings.HasPrefix(q.Account, unsurePrefix):
		a.Status = StatusUnavailable
	case strings.HasSuffix(q.Account, "13"):
		a.Status = StatusRefused
	}
	wire.Reply(w, http.StatusOK, a)
}

func (q Request) problem() string {
	switch {
	case len(q.Routing) != 9 || !ident.AllDigits(q.Routing):
		return "routing must be 9 numbers"
	case len(q.Account) < 4 || len(q.Account) > 17 || !ident.AllDigits(q.Account):
		return "account must be 4 to 17 numbers"
	case q.Type != "checking" && q.Type != "savings":
		return "type must be checking or savings"
	}
	return ""
}
