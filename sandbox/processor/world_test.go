package processor_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/sandbox/processor"
)

const key, secret = "key-of-tests", "secret-of-tests"

var friday = civil.InstantOf(time.Date(2026, 11, 20, 19, 0, 0, 0, time.UTC))

// shop is a merchant with a processor, and a payer with a browser that runs no
// scripts.
type shop struct {
	t         *testing.T
	clock     *virtual.Clock
	processor *processor.Processor
	origin    string
	journal   string
	log       *bytes.Buffer

	mu     sync.Mutex
	hooks  []processor.Event
	refuse int // how many webhooks to refuse first
	server *httptest.Server
	hookAt string
}

func newShop(t *testing.T) *shop {
	t.Helper()
	s := &shop{t: t, clock: virtual.Standing(friday), journal: filepath.Join(t.TempDir(), "processor.jsonl"), log: &bytes.Buffer{}}
	merchant := httptest.NewServer(http.HandlerFunc(s.takeWebhook))
	t.Cleanup(merchant.Close)
	s.hookAt = merchant.URL
	s.open()
	t.Cleanup(func() { s.server.Close() })
	return s
}

func (s *shop) open() {
	s.t.Helper()
	s.server = httptest.NewUnstartedServer(nil)
	s.origin = "http://" + s.server.Listener.Addr().String()
	p, err := processor.New(processor.Options{
		Clock: s.clock, Key: key, Origin: s.origin, WebhookURL: s.hookAt, WebhookSecret: secret, Journal: s.journal,
		Log: slog.New(slog.NewTextHandler(s.log, nil)),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.processor = p
	s.server.Config.Handler = p.Handler()
	s.server.Start()
}

// restart kills the processor and starts it on the journal that it left.
func (s *shop) restart() {
	s.t.Helper()
	s.server.Close()
	if err := s.processor.Close(); err != nil {
		s.t.Fatal(err)
	}
	s.open()
}

func (s *shop) takeWebhook(w http.ResponseWriter, r *http.Request) {
	var e processor.Event
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case r.Header.Get(processor.SignatureHeader) != processor.Sign([]byte(secret), s.clock.Now(), body):
		w.WriteHeader(http.StatusUnauthorized)
	case s.refuse > 0:
		s.refuse--
		w.WriteHeader(http.StatusInternalServerError)
	case json.Unmarshal(body, &e) == nil:
		s.hooks = append(s.hooks, e)
	}
}

// webhooks delivers what is due and tells the kinds that came so far.
func (s *shop) webhooks() string {
	s.t.Helper()
	s.processor.DeliverDue(s.t.Context())
	s.mu.Lock()
	defer s.mu.Unlock()
	kinds := []string{}
	for _, h := range s.hooks {
		kinds = append(kinds, strings.TrimPrefix(h.Type, "session."))
	}
	return strings.Join(kinds, " ")
}

type answer struct {
	status   int
	location string
	body     string
	header   http.Header
}

func (s *shop) do(method, address, kind, body string, header map[string]string) answer {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, address, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	req.Header.Set("Content-Type", kind)
	for k, v := range header {
		req.Header.Set(k, v)
	}
	browser := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := browser.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header.Get("Location"), string(b), res.Header}
}

func (s *shop) api(method, path, body string) answer {
	s.t.Helper()
	header := map[string]string{"Authorization": "Bearer " + key}
	var n processor.NewSession
	if json.Unmarshal([]byte(body), &n) == nil {
		header["Idempotency-Key"] = n.Reference
	}
	return s.do(method, s.origin+path, "application/json", body, header)
}

func order(reference string) string {
	return `{"reference":"` + reference + `","amount_cents":12450,"currency":"usd","description":"Harborview Marketplace",` +
		`"language":"en","success_url":"http://127.0.0.1:8090/done","cancel_url":"http://127.0.0.1:8090/back","expires_at":"2026-11-20T20:00:00Z"}`
}

func (s *shop) session(reference string) processor.Session {
	s.t.Helper()
	a := s.api(http.MethodPost, "/v1/sessions", order(reference))
	var session processor.Session
	if err := json.Unmarshal([]byte(a.body), &session); err != nil || session.URL == "" {
		s.t.Fatalf("no session: %d %s", a.status, a.body)
	}
	return session
}

func (s *shop) status(session processor.Session) processor.Status {
	s.t.Helper()
	var now processor.Session
	if err := json.Unmarshal([]byte(s.api(http.MethodGet, "/v1/sessions/"+session.ID, "").body), &now); err != nil {
		s.t.Fatal(err)
	}
	return now.Status
}

func (s *shop) submit(address string, form url.Values) answer {
	s.t.Helper()
	return s.do(http.MethodPost, address, "application/x-www-form-urlencoded", form.Encode(), nil)
}

func card(number string) url.Values {
	return url.Values{
		"number": {number}, "month": {"10"}, "year": {"29"}, "name": {"Maria Santos"}, "code": {"123"}, "zip": {"02110"},
	}
}
