//go:build unix

package letters_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/edge/courier"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/testservers"
)

// A real mail server takes every letter and gives back what was written.
func TestMailpitReadsEveryLetter(t *testing.T) {
	t.Parallel()
	server := testservers.Mailpit(t)
	c, err := courier.New(courier.Config{Address: server.SMTP, From: "Bay Harbor Health <no-reply@bayharbor.example>", TLS: courier.TLSNone})
	if err != nil {
		t.Fatal(err)
	}
	at, err := civil.ParseInstant("2027-01-02T15:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	written := map[string]notifying.Words{} // by Message-ID
	all := samples()
	all["a bill that was waited for"] = letterSample{write: func(w letters.Writer) (notifying.Words, error) {
		p, err := w.Person(people.Mail{Kind: people.MailBillReady})
		return notifying.Words{Template: p.Template, Language: p.Language, Subject: p.Subject, Text: p.Text, HTML: p.HTML}, err
	}}
	for _, s := range all {
		w, err := s.write(writerOf(t))
		if err != nil {
			t.Fatal(err)
		}
		id := ident.UUID{0: 1, 15: byte(len(written))}
		written[id.String()+"@bayharbor.example"] = w
		err = c.Send(t.Context(), notifying.Mail{
			ID: id, WrittenAt: at, Language: w.Language, Address: pii.NewSecret("maria@example.org"), Subject: w.Subject, Text: w.Text, HTML: w.HTML,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	var list struct{ Messages []struct{ ID string } }
	fetch(t, server.API+"/api/v1/messages?limit=100", &list)
	if len(list.Messages) != len(written) {
		t.Fatalf("%d messages came, want %d", len(list.Messages), len(written))
	}
	for _, m := range list.Messages {
		var got struct{ MessageID, Subject, Text, HTML string }
		fetch(t, server.API+"/api/v1/message/"+m.ID, &got)
		plain := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
		want := written[got.MessageID]
		if got.Subject != want.Subject || plain(got.Text) != plain(want.Text) || plain(got.HTML) != plain(want.HTML) {
			t.Errorf("%s: what came differs from what was written:\n%s", want.Template, got.Text)
		}
	}
}

func fetch(t *testing.T, url string, v any) {
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
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(body, v); err != nil {
		t.Fatal(err)
	}
}
