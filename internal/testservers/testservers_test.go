//go:build unix

package testservers_test

import (
	"io"
	"net/http"
	"net/smtp"
	"strings"
	"testing"

	"quittance.org/quittance/internal/testservers"
)

func TestStripeMockAnswersForStripe(t *testing.T) {
	t.Parallel()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, testservers.StripeMock(t)+"/v1/checkout/sessions/cs_1", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer sk_test_1")
	if body := get(t, req); !strings.Contains(body, `"checkout.session"`) {
		t.Errorf("got %.200s, want a checkout session", body)
	}
}

func TestMailpitKeepsMail(t *testing.T) {
	t.Parallel()
	m := testservers.Mailpit(t)
	if err := smtp.SendMail(m.SMTP, nil, "a@example.com", []string{"b@example.com"}, []byte("Subject: Receipt 7F3K\r\n\r\nThank you.\r\n")); err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, m.API+"/api/v1/messages", nil)
	if err != nil {
		t.Fatal(err)
	}
	if body := get(t, req); !strings.Contains(body, "Receipt 7F3K") {
		t.Errorf("got %.200s, want the message's subject", body)
	}
}

func get(t *testing.T, req *http.Request) string {
	t.Helper()
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}
