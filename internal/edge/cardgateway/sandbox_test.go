package cardgateway_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/cardgateway/sandboxgateway"
	"quittance.org/quittance/sandbox/processor"
)

const (
	sandboxKey    = "sandbox-key"
	sandboxSecret = "sandbox-webhook-secret"
)

// sandboxWorld is the sandbox processor on loopback. The payer uses its hosted
// page as a browser without scripts would.
type sandboxWorld struct {
	clock     *virtual.Clock
	processor *processor.Processor
	gateway   *sandboxgateway.Gateway
	impatient *sandboxgateway.Gateway
	nowhere   *sandboxgateway.Gateway
	browser   *http.Client

	mu    sync.Mutex
	hooks []webhook
}

func sandboxWorlds(*testing.T) func(*testing.T) world {
	return func(t *testing.T) world {
		t.Helper()
		w := &sandboxWorld{clock: virtual.Standing(friday)}
		merchant := httptest.NewServer(http.HandlerFunc(w.takeWebhook))
		t.Cleanup(merchant.Close)
		server := httptest.NewUnstartedServer(nil)
		origin := "http://" + server.Listener.Addr().String()
		var err error
		w.processor, err = processor.New(processor.Options{
			Clock: w.clock, Key: sandboxKey, Origin: origin, WebhookURL: merchant.URL, WebhookSecret: sandboxSecret,
		})
		if err != nil {
			t.Fatal(err)
		}
		server.Config.Handler = w.processor.Handler()
		server.Start()
		t.Cleanup(server.Close)
		w.gateway, w.impatient = w.at(t, origin, patience), w.at(t, origin, soon)
		w.nowhere = w.at(t, nowhere, patience)
		w.browser = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		return w
	}
}

// nowhere is an address where nobody listens, nor will: a port that was given
// back may be somebody else's the next moment.
const nowhere = "http://127.0.0.1:1"

func (w *sandboxWorld) at(t *testing.T, origin string, timeout time.Duration) *sandboxgateway.Gateway {
	t.Helper()
	g, err := sandboxgateway.New(sandboxgateway.Config{
		BaseURL: origin, Key: pii.NewSecret(sandboxKey), WebhookSecret: pii.NewSecret(sandboxSecret),
		Clock: w.clock, Timeout: timeout,
	})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (w *sandboxWorld) takeWebhook(_ http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hooks = append(w.hooks, webhook{r.Header, body})
}

func (w *sandboxWorld) Gateway() payment.CardGateway     { return w.gateway }
func (w *sandboxWorld) Impatient() payment.CardGateway   { return w.impatient }
func (w *sandboxWorld) Unreachable() payment.CardGateway { return w.nowhere }
func (w *sandboxWorld) Clock() *virtual.Clock            { return w.clock }
func (w *sandboxWorld) Charges() int                     { return len(w.processor.Charges()) }
func (w *sandboxWorld) Sessions() int                    { return w.processor.SessionCount() }

func (w *sandboxWorld) Pay(t *testing.T, s payment.CardSession) {
	t.Helper()
	w.typeCard(t, s, "4242 4242 4242 4242")
}

func (w *sandboxWorld) PaySlowly(t *testing.T, s payment.CardSession) {
	t.Helper()
	w.typeCard(t, s, "4000 0000 0000 0101")
}

func (w *sandboxWorld) BankAnswers(*testing.T, payment.CardSession) { w.clock.Advance(time.Minute) }

func (w *sandboxWorld) RunOut(_ *testing.T, c payment.Checkout) { w.clock.Set(c.ExpiresAt) }

func (w *sandboxWorld) TryDeclined(t *testing.T, s payment.CardSession, why payment.Decline) {
	t.Helper()
	w.typeCard(t, s, map[payment.Decline]string{
		payment.DeclineGeneric:      "4000 0000 0000 0002",
		payment.DeclineFunds:        "4000 0000 0000 9995",
		payment.DeclineExpired:      "4000 0000 0000 0069",
		payment.DeclineAuthenticate: "4000 0000 0000 3220",
	}[why])
	if why == payment.DeclineAuthenticate {
		w.post(t, s.URL+"/challenge", url.Values{"answer": {"refuse"}})
	}
}

func (w *sandboxWorld) typeCard(t *testing.T, s payment.CardSession, number string) {
	t.Helper()
	w.post(t, s.URL, url.Values{
		"number": {number}, "month": {"10"}, "year": {"29"}, "name": {"Maria Santos"}, "code": {"123"}, "zip": {"02110"},
	})
}

func (w *sandboxWorld) post(t *testing.T, address string, form url.Values) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := w.browser.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
}

func (w *sandboxWorld) Fail(how outage) {
	w.processor.SetFaults(processor.Faults{Down: how == down, Cut: how == cut, Hang: how == hanging})
}

// Webhook gives what the processor really sent, and what it would have sent an
// hour ago. For a stranger's checkout it signs an event as the processor does.
func (w *sandboxWorld) Webhook(t *testing.T, c payment.Checkout, _ payment.CardSession) (now, old webhook) {
	t.Helper()
	if c.Operation.IsZero() {
		return w.sign([]byte(`{"id":"evt_1","type":"session.paid","data":{"session":{"id":"cs_1","reference":"order 7"}}}`), w.clock.Now()), webhook{}
	}
	w.processor.DeliverDue(t.Context())
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range w.hooks {
		if strings.Contains(string(h.body), c.Operation.String()) {
			return h, w.sign(h.body, w.clock.Now().Add(-time.Hour))
		}
	}
	t.Fatalf("no webhook about %s came", c.Operation)
	return webhook{}, webhook{}
}

func (w *sandboxWorld) sign(body []byte, at civil.Instant) webhook {
	return webhook{http.Header{processor.SignatureHeader: {processor.Sign([]byte(sandboxSecret), at, body)}}, body}
}
