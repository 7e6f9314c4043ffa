package bankvalidation_test

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/bankvalidation"
	"quittance.org/quittance/sandbox/validator"
)

const key = "validator-key"

// newClient makes a client that waits for an answer longer than any machine
// is busy.
func newClient(t *testing.T, address, key string) *bankvalidation.Client {
	t.Helper()
	return newClientWithin(t, time.Minute, address, key)
}

func newClientWithin(t *testing.T, timeout time.Duration, address, key string) *bankvalidation.Client {
	t.Helper()
	c, err := bankvalidation.New(bankvalidation.Config{BaseURL: address, Key: pii.NewSecret(key), Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestSandboxValidator(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, account string
		unavailable   bool
		want          payment.Validation
	}{
		{"good", validator.AccountGood, false, payment.ValidationOK},
		{"good today, returned later", validator.AccountReturnsLater, false, payment.ValidationOK},
		{"closed", validator.AccountClosed, false, payment.ValidationRefused},
		{"any other", "55554444", false, payment.ValidationOK},
		{"any other that ends in 13", "7713", false, payment.ValidationRefused},
		{"of a bank that it does not know", validator.AccountUnsure, false, payment.ValidationUnavailable},
		{"service switched off", validator.AccountGood, true, payment.ValidationUnavailable},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			v := validator.New(key)
			v.SetUnavailable(tt.unavailable)
			s := httptest.NewServer(v.Handler())
			t.Cleanup(s.Close)
			got, reference, err := newClient(t, s.URL, key).Validate(t.Context(), "110000000", pii.NewSecret(tt.account), payment.AccountChecking)
			if got != tt.want || err != nil || reference == "" {
				t.Errorf("got %q, %q, %v; want %q and a reference", got, reference, err, tt.want)
			}
		})
	}
}

func TestOurMistakesAreErrors(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(validator.New(key).Handler())
	t.Cleanup(s.Close)
	for name, ask := range map[string]func() error{
		"wrong key": func() error {
			_, _, err := newClient(t, s.URL, "wrong").Validate(t.Context(), "110000000", pii.NewSecret("000123456789"), payment.AccountSavings)
			return err
		},
		"routing number too short": func() error {
			_, _, err := newClient(t, s.URL, key).Validate(t.Context(), "1100", pii.NewSecret("000123456789"), payment.AccountSavings)
			return err
		},
		"no account type": func() error {
			_, _, err := newClient(t, s.URL, key).Validate(t.Context(), "110000000", pii.NewSecret("000123456789"), "")
			return err
		},
	} {
		err := ask()
		if err == nil || fault.KindOf(err) != fault.Internal {
			t.Errorf("%s: got %v, want an internal error", name, err)
		}
		if strings.Contains(fmt.Sprint(err), "000123456789") {
			t.Errorf("%s: the error tells the account number", name)
		}
	}
}

func TestNoAnswerIsUnavailable(t *testing.T) {
	t.Parallel()
	for name, h := range map[string]http.HandlerFunc{
		"503":         func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) },
		"429":         func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) },
		"half":        func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"status":"o`)) },
		"hung up":     func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"no end":      func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`"` + strings.Repeat("x", 1<<20))) },
		"no answer":   func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body); <-r.Context().Done() },
		"unreachable": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			address := "http://127.0.0.1:1" // where nobody listens
			if h != nil {
				s := httptest.NewServer(h)
				t.Cleanup(s.Close)
				address = s.URL
			}
			timeout := time.Minute
			if name == "no answer" {
				timeout = 100 * time.Millisecond
			}
			got, _, err := newClientWithin(t, timeout, address, key).Validate(t.Context(), "110000000", pii.NewSecret("000123456789"), payment.AccountChecking)
			if got != payment.ValidationUnavailable || err != nil {
				t.Errorf("got %q, %v; want unavailable", got, err)
			}
		})
	}
}

func TestAnAnswerThatIsNoneIsAnError(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"status":"perhaps"}`)) }))
	t.Cleanup(s.Close)
	_, _, err := newClient(t, s.URL, key).Validate(t.Context(), "110000000", pii.NewSecret("000123456789"), payment.AccountChecking)
	if !fault.Is(err, "validation.bad_answer") {
		t.Errorf("got %v, want a bad answer", err)
	}
}
