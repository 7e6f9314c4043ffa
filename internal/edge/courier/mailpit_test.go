//go:build unix

package courier_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/edge/courier"
	"quittance.org/quittance/internal/testservers"
)

const (
	from    = "Bay Harbor Health <no-reply@bayharbor.example>"
	address = "maria@example.org"
)

func mailTo(t *testing.T, to string) notifying.Mail {
	t.Helper()
	id, err := ident.ParseUUID("0199a000-0000-7000-8000-000000000001")
	if err != nil {
		t.Fatal(err)
	}
	at, err := civil.ParseInstant("2026-11-20T19:14:00Z")
	if err != nil {
		t.Fatal(err)
	}
	return notifying.Mail{
		ID: id, WrittenAt: at, Language: "vi", Address: pii.NewSecret(to), Subject: "Biên nhận của quý vị",
		Text: "Số xác nhận 7F3K-92QM-4X\n.\nFrom here on: a dot alone, and " + strings.Repeat("a long line ", 200),
		HTML: `<!DOCTYPE html><html lang="vi"><body><h1>Biên nhận</h1><p>a=b</p></body></html>`,
	}
}

func TestMailpitReadsWhatWasSent(t *testing.T) {
	t.Parallel()
	server := testservers.Mailpit(t)
	c, err := courier.New(courier.Config{Address: server.SMTP, From: from, TLS: courier.TLSNone})
	if err != nil {
		t.Fatal(err)
	}
	sent := mailTo(t, address)
	for range 2 { // as after a crash between sending and marking
		if err := c.Send(t.Context(), sent); err != nil {
			t.Fatal(err)
		}
	}
	var list struct {
		Messages []struct{ ID, MessageID string }
	}
	get(t, server.API+"/api/v1/messages", &list)
	if len(list.Messages) != 2 || list.Messages[0].MessageID != list.Messages[1].MessageID {
		t.Fatalf("got %+v, want two with one Message-ID, which mail programs fold", list.Messages)
	}
	var got struct {
		MessageID, Subject, Text, HTML, Date string
		From                                 struct{ Name, Address string }
		To                                   []struct{ Name, Address string }
	}
	get(t, server.API+"/api/v1/message/"+list.Messages[0].ID, &got)
	plain := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	for name, row := range map[string][2]string{
		"subject":      {got.Subject, sent.Subject},
		"text":         {plain(got.Text), plain(sent.Text)},
		"HTML":         {plain(got.HTML), plain(sent.HTML)},
		"Message-ID":   {got.MessageID, "0199a000-0000-7000-8000-000000000001@bayharbor.example"},
		"from":         {got.From.Name + " <" + got.From.Address + ">", from},
		"date of mail": {got.Date, "2026-11-20T19:14:00Z"},
	} {
		if row[0] != row[1] {
			t.Errorf("%s: got %q, want %q", name, row[0], row[1])
		}
	}
	if len(got.To) != 1 || got.To[0].Address != address {
		t.Errorf("to: got %+v, want %s", got.To, address)
	}
	checkHeaders(t, raw(t, server.API+"/api/v1/message/"+list.Messages[0].ID+"/raw"))
}

func checkHeaders(t *testing.T, text string) {
	t.Helper()
	plain, html := strings.Index(text, "Content-Type: text/plain"), strings.Index(text, "Content-Type: text/html")
	if plain < 0 || html < plain {
		t.Error("the plain text is not the first of the two parts")
	}
	for _, line := range []string{"Content-Language: vi", "Auto-Submitted: auto-generated", "Content-Type: multipart/alternative"} {
		if !strings.Contains(text, line) {
			t.Errorf("the header lacks %q:\n%.1500s", line, text)
		}
	}
	if strings.Contains(text, "User-Agent") || strings.Contains(text, "X-Mailer") {
		t.Error("the header names the program")
	}
}

func get(t *testing.T, url string, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(raw(t, url)), v); err != nil {
		t.Fatal(err)
	}
}

func raw(t *testing.T, url string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("%s: %d %v", url, res.StatusCode, err)
	}
	return string(body)
}
