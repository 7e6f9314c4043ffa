package cardgateway_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"

	"quittance.org/quittance/internal/base/clock/virtual"
)

// stripeMemory stands before stripe-mock. stripe-mock checks every request
// against Stripe's API description and answers with an example of the right
// shape, but it remembers nothing: its sessions have no amount, belong to
// nobody and are never paid. So each request goes to stripe-mock first, and
// what it refuses stays refused; then the fields of its answer that depend on
// the past are filled in from what happened here. Idempotency keys, expiry and
// the errors about them follow Stripe's documentation.
type stripeMemory struct {
	mock  string
	clock *virtual.Clock

	mu        sync.Mutex
	how       outage
	checkouts []*checkout
	keys      map[string]*checkout
}

func newStripeMemory(mock string, c *virtual.Clock) *stripeMemory {
	return &stripeMemory{mock: mock, clock: c, keys: map[string]*checkout{}}
}

// checkout is what Stripe remembers of one session.
type checkout struct {
	id, request         string
	reference, currency string
	amount, expiresAt   int64
	operation           string // in the payment intent's metadata
	status              string
	intent              string // the payment intent's status, "" before a card was tried
	lastError           map[string]any
	charge              string
	paidAt              int64
	now                 func() int64
}

func (c *checkout) pay() {
	if c.status == "open" {
		c.intent = "processing"
		c.approve()
	}
}

func (c *checkout) approve() {
	if c.intent == "processing" {
		c.status, c.intent, c.lastError = "complete", "succeeded", nil
		c.charge, c.paidAt = "ch_"+c.id, c.now()
	}
}

func (c *checkout) think() {
	if c.status == "open" {
		c.status, c.intent = "complete", "processing"
	}
}

func (c *checkout) decline(why map[string]any) {
	if c.status == "open" {
		c.intent, c.lastError = "requires_payment_method", why
	}
}

func (m *stripeMemory) fail(how outage) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.how = how
}

func (m *stripeMemory) forgetKeys() {
	m.mu.Lock()
	defer m.mu.Unlock()
	clear(m.keys)
}

func (m *stripeMemory) count(which func(*checkout) bool) int {
	m.mu.Lock()
	defer m.mu.Unlock()
	n := 0
	for _, c := range m.checkouts {
		if which(c) {
			n++
		}
	}
	return n
}

// change lets something happen to a session, whose page may have run out.
func (m *stripeMemory) change(id string, act func(*checkout)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.find(id); c != nil {
		act(c)
	}
}

// find gives a session as it stands now. Callers hold m.mu.
func (m *stripeMemory) find(id string) *checkout {
	for _, c := range m.checkouts {
		if c.id == id {
			if c.status == "open" && c.now() >= c.expiresAt {
				c.status = "expired"
			}
			return c
		}
	}
	return nil
}

func (m *stripeMemory) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	m.mu.Lock()
	how := m.how
	m.mu.Unlock()
	if how == down {
		refuse(w, http.StatusServiceUnavailable, "api_error", "")
		return
	}
	answer := httptest.NewRecorder()
	m.answer(answer, r, body)
	switch how {
	case hanging:
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	case cut:
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func refuse(w http.ResponseWriter, status int, kind, code string) {
	w.WriteHeader(status)
	_, _ = fmt.Fprintf(w, `{"error":{"type":%q,"code":%q,"message":"as Stripe would say"}}`, kind, code)
}

// answer lets stripe-mock judge the request and then fills in the past.
func (m *stripeMemory) answer(w http.ResponseWriter, r *http.Request, body []byte) {
	status, example, err := m.ask(r, body)
	if err != nil || status != http.StatusOK {
		w.WriteHeader(max(status, http.StatusBadRequest))
		_ = json.NewEncoder(w).Encode(example)
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	id, expire := strings.CutSuffix(strings.TrimPrefix(r.URL.Path, "/v1/checkout/sessions/"), "/expire")
	switch {
	case r.URL.Path == "/v1/payment_intents/search":
		m.search(w, r.URL.Query().Get("query"), example)
	case r.URL.Path == "/v1/checkout/sessions":
		m.create(w, r.Header.Get("Idempotency-Key"), body, example)
	case m.find(id) == nil:
		refuse(w, http.StatusNotFound, "invalid_request_error", "resource_missing")
	case expire && m.find(id).status != "open":
		refuse(w, http.StatusBadRequest, "invalid_request_error", "")
	default:
		c := m.find(id)
		if expire {
			c.status = "expired"
		}
		c.write(w, example)
	}
}

func (m *stripeMemory) ask(r *http.Request, body []byte) (int, map[string]any, error) {
	req, err := http.NewRequestWithContext(r.Context(), r.Method, m.mock+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	req.Header = r.Header.Clone()
	req.Header.Del("Accept-Encoding")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, nil, err
	}
	defer func() { _ = res.Body.Close() }()
	var example map[string]any
	err = json.NewDecoder(res.Body).Decode(&example)
	return res.StatusCode, example, err
}

func (m *stripeMemory) create(w http.ResponseWriter, key string, body []byte, example map[string]any) {
	form, err := url.ParseQuery(string(body))
	if err != nil {
		refuse(w, http.StatusBadRequest, "invalid_request_error", "")
		return
	}
	if c := m.keys[key]; c != nil {
		if c.request != string(body) {
			refuse(w, http.StatusBadRequest, "idempotency_error", "")
			return
		}
		replay := *c // Stripe replays the first answer, whatever happened since
		replay.status, replay.intent, replay.charge, replay.lastError = "open", "", "", nil
		replay.write(w, example)
		return
	}
	c := &checkout{
		id: fmt.Sprintf("cs_test_%d", len(m.checkouts)+1), request: string(body), status: "open",
		reference: form.Get("client_reference_id"), currency: form.Get("line_items[0][price_data][currency]"),
		operation: form.Get("payment_intent_data[metadata][operation]"),
		now:       func() int64 { return m.clock.Now().Time().Unix() },
	}
	_, errAmount := fmt.Sscan(form.Get("line_items[0][price_data][unit_amount]"), &c.amount)
	_, errExpiry := fmt.Sscan(form.Get("expires_at"), &c.expiresAt)
	if errAmount != nil || errExpiry != nil || c.expiresAt < c.now()+30*60 {
		refuse(w, http.StatusBadRequest, "invalid_request_error", "")
		return
	}
	m.checkouts = append(m.checkouts, c)
	m.keys[key] = c
	c.write(w, example)
}

// write fills the checkout into an example session.
func (c *checkout) write(w http.ResponseWriter, example map[string]any) {
	intent, _ := example["payment_intent"].(map[string]any)
	example["id"], example["status"], example["currency"] = c.id, c.status, c.currency
	example["client_reference_id"], example["amount_total"] = c.reference, c.amount
	example["expires_at"] = c.expiresAt
	example["url"] = "https://checkout.stripe.com/c/pay/" + c.id
	example["payment_status"] = "unpaid"
	if c.charge != "" {
		example["payment_status"] = "paid"
	}
	example["payment_intent"] = c.fill(intent)
	_ = json.NewEncoder(w).Encode(example)
}

// fill fills the checkout into an example payment intent with its charge.
func (c *checkout) fill(intent map[string]any) any {
	if c.intent == "" || intent == nil {
		return nil
	}
	charge, _ := intent["latest_charge"].(map[string]any)
	intent["id"], intent["status"], intent["currency"] = "pi_"+c.id, c.intent, c.currency
	intent["metadata"] = map[string]any{"operation": c.operation}
	intent["amount"], intent["amount_received"] = c.amount, 0
	intent["last_payment_error"], intent["latest_charge"] = c.lastError, nil
	if c.charge != "" && charge != nil {
		charge["id"], charge["created"] = c.charge, c.paidAt
		charge["payment_method_details"] = map[string]any{
			"type": "card", "card": map[string]any{"brand": "visa", "last4": "4242"},
		}
		intent["amount_received"], intent["latest_charge"] = c.amount, charge
	}
	return intent
}

func (m *stripeMemory) search(w http.ResponseWriter, query string, example map[string]any) {
	data, _ := example["data"].([]any)
	found := []any{}
	for _, c := range m.checkouts {
		m.find(c.id)
		if query == fmt.Sprintf("metadata[%q]:%q", "operation", c.operation) && c.intent != "" && len(data) > 0 {
			intent, _ := data[0].(map[string]any)
			found = append(found, c.fill(intent))
		}
	}
	example["data"], example["has_more"] = found, false
	_ = json.NewEncoder(w).Encode(example)
}
