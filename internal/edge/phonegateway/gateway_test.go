package phonegateway_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/edge/phonegateway"
	"quittance.org/quittance/sandbox/phone"
	"quittance.org/quittance/sandbox/processor"
)

var noon = civil.InstantOf(time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC))

// marketplace hears phones.
type marketplace struct {
	heard   []people.HeardText
	reports []string
	fail    error
}

func (m *marketplace) HeardText(_ context.Context, in people.HeardText) error {
	if m.fail == nil {
		m.heard = append(m.heard, in)
	}
	return m.fail
}

func (m *marketplace) TextReported(_ context.Context, id string, arrived bool) error {
	if m.fail == nil {
		m.reports = append(m.reports, id+map[bool]string{true: " arrived", false: " lost"}[arrived])
	}
	return m.fail
}

// world is the marketplace and the sandbox's phones, over HTTP.
type world struct {
	*phonegateway.Gateway
	market *marketplace
	phones *phone.Service
	url    string // of the marketplace's webhook
	clock  *virtual.Clock
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{market: &marketplace{}, clock: virtual.Standing(noon)}
	mux := http.NewServeMux()
	portal := httptest.NewServer(mux)
	t.Cleanup(portal.Close)
	w.url = portal.URL + phonegateway.Path
	w.phones = phone.New(phone.Options{Clock: w.clock, Key: "key", WebhookURL: w.url, WebhookSecret: "secret"})
	outside := http.NewServeMux()
	outside.Handle("/v1/", w.phones.API())
	outside.Handle("/phone/", w.phones.Handler(time.UTC))
	service := httptest.NewServer(outside)
	t.Cleanup(service.Close)
	w.Gateway = gateway(t, service.URL, "key", w.clock)
	mux.Handle(phonegateway.Path, w.Handler(w.market, slog.New(slog.DiscardHandler)))
	return w
}

func gateway(t *testing.T, at, key string, c *virtual.Clock) *phonegateway.Gateway {
	t.Helper()
	g, err := phonegateway.New(phonegateway.Config{BaseURL: at, Key: pii.NewSecret(key), WebhookSecret: pii.NewSecret("secret"), Clock: c})
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func text(id byte, number, words string) people.Text {
	return people.Text{ID: ident.UUID{15: id}, WrittenAt: noon, Language: "en", Number: pii.NewSecret(number), Words: pii.NewSecret(words)}
}

func TestTextAndAnswer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx := t.Context()
	for range 2 { // a job that runs twice sends one message
		if err := w.Text(ctx, text(1, "6175550147", "Your bill is ready.")); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Call(ctx, text(2, "6175550147", "Your code is 4, 8.")); err != nil {
		t.Fatal(err)
	}
	if err := w.Text(ctx, text(3, "6175550114", "Lost.")); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range w.phones.Messages() {
		got = append(got, string(m.Kind)+" "+m.Number+" "+m.Words)
	}
	if want := []string{"call 6175550147 Your code is 4, 8.", "text 6175550147 Your bill is ready."}; !slices.Equal(got, want) {
		t.Errorf("phones got %q", got)
	}
	w.phones.Answer("6175550147", "STOP")
	w.phones.Deliver(ctx)
	want := []string{ident.UUID{15: 1}.String() + " arrived", ident.UUID{15: 3}.String() + " lost"}
	if !slices.Equal(w.market.reports, want) {
		t.Errorf("reports %q, want %q", w.market.reports, want)
	}
	if len(w.market.heard) != 1 || w.market.heard[0].Number != "+16175550147" || w.market.heard[0].Words != "STOP" || w.market.heard[0].ID == "" {
		t.Errorf("heard %+v", w.market.heard)
	}
}

// What phones say is told again until the marketplace has it.
func TestToldAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.market.fail = errors.New("the database is down")
	w.phones.Answer("6175550147", "STOP")
	if taken := w.phones.Deliver(t.Context()); taken != 0 {
		t.Error("taken while the database was down")
	}
	w.market.fail = nil
	for range 100 {
		w.phones.Deliver(t.Context())
	}
	if len(w.market.heard) != 1 {
		t.Errorf("heard %+v", w.market.heard)
	}
}

// What is wrong with the number stays wrong; what is wrong with the service or
// the key is tried again. No error tells the number or the words.
func TestMessagesThatAreNotTaken(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	err := w.Text(t.Context(), text(1, "6175550113", "Secret words"))
	if !notifying.Final(err) {
		t.Errorf("no such phone: %v", err)
	}
	w.phones.SetDown(true)
	down := w.Text(t.Context(), text(2, "6175550147", "Secret words"))
	w.phones.SetDown(false)
	silent := httptest.NewServer(http.NotFoundHandler())
	silent.Close()
	dead := gateway(t, silent.URL, "key", w.clock).Text(t.Context(), text(3, "6175550147", "Secret words"))
	limited := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }))
	t.Cleanup(limited.Close)
	slow := gateway(t, limited.URL, "key", w.clock).Call(t.Context(), text(4, "6175550147", "Secret words"))
	for name, err := range map[string]error{"down": down, "dead": dead, "limited": slow} {
		if fault.KindOf(err) != fault.Unavailable || notifying.Final(err) || strings.Contains(err.Error(), "617555") || strings.Contains(err.Error(), "Secret") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]phonegateway.Config{
		"no address": {Key: pii.NewSecret("k"), WebhookSecret: pii.NewSecret("s"), Clock: virtual.Standing(noon)},
		"no key":     {BaseURL: "https://phones.example.com", WebhookSecret: pii.NewSecret("s"), Clock: virtual.Standing(noon)},
		"no secret":  {BaseURL: "https://phones.example.com", Key: pii.NewSecret("k"), Clock: virtual.Standing(noon)},
	} {
		if _, err := phonegateway.New(c); fault.KindOf(err) != fault.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// The signature is all the trust there is.
func TestWebhooksThatAreNotTheServices(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	body := `{"id":"m1","type":"text.received","from":"+16175550147","text":"STOP"}`
	sign := func(secret string, at civil.Instant, body string) string {
		return processor.Sign([]byte(secret), at, []byte(body))
	}
	good := sign("secret", noon, body)
	for name, c := range map[string]struct {
		method, signature, body string
		want                    int
	}{
		"the service's":         {"POST", good, body, 200},
		"another secret":        {"POST", sign("guess", noon, body), body, 400},
		"an hour old":           {"POST", sign("secret", noon.Add(-time.Hour), body), body, 400},
		"from tomorrow":         {"POST", sign("secret", noon.Add(24*time.Hour), body), body, 400},
		"another body":          {"POST", good, body + " ", 400},
		"no signature":          {"POST", "", body, 400},
		"half a signature":      {"POST", "t=1700000000", body, 400},
		"no JSON":               {"POST", sign("secret", noon, "x"), "x", 400},
		"no id":                 {"POST", sign("secret", noon, "{}"), "{}", 400},
		"another kind of event": {"POST", sign("secret", noon, `{"id":"e","type":"call.ended"}`), `{"id":"e","type":"call.ended"}`, 200},
		"more than any has":     {"POST", good, strings.Repeat("x", 70_000), 413},
		"asked, not told":       {"GET", good, "", 404},
	} {
		req, err := http.NewRequestWithContext(t.Context(), c.method, w.url, strings.NewReader(c.body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set(phone.SignatureHeader, c.signature)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = res.Body.Close()
		if res.StatusCode != c.want {
			t.Errorf("%s: got %d, want %d", name, res.StatusCode, c.want)
		}
	}
	if len(w.market.heard) != 1 {
		t.Errorf("heard %d messages, want the one", len(w.market.heard))
	}
}
