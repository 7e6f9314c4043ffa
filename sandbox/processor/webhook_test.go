package processor_test

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/sandbox/processor"
)

func TestWebhooks(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, number string
		faults       processor.Faults
		refuse       int           // webhooks that the merchant refuses first
		wait         time.Duration // until then
		before, want string        // what came at once, and after the wait
	}{
		{name: "paid", number: "4242 4242 4242 4242", before: "paid", want: "paid"},
		{name: "declined, page still open", number: "4000 0000 0000 0002", before: "card_declined", want: "card_declined"},
		{name: "page ran out", number: "", wait: time.Hour, want: "expired"},
		{name: "page ran out after a decline", number: "4000 0000 0000 0002", wait: time.Hour, before: "card_declined", want: "card_declined declined"},
		{name: "slow bank", number: "4000 0000 0000 0101", wait: 8 * time.Second, before: "processing", want: "processing paid"},
		{name: "silent card", number: "4000 0000 0000 0200", wait: 90 * time.Second, want: "paid"},
		{name: "doubled by the card", number: "4000 0000 0000 0309", before: "paid paid", want: "paid paid"},
		{name: "out of order by the card", number: "4000 0000 0000 0408", wait: 5 * time.Second, before: "paid", want: "paid processing"},
		{name: "refused once, tried again", number: "4242 4242 4242 4242", refuse: 1, wait: 5 * time.Second, want: "paid"},
		{name: "lost", number: "4242 4242 4242 4242", faults: processor.Faults{DropWebhooks: true}, wait: time.Hour},
		{name: "doubled", number: "4242 4242 4242 4242", faults: processor.Faults{DuplicateWebhooks: true}, before: "paid paid", want: "paid paid"},
		{name: "late", number: "4242 4242 4242 4242", faults: processor.Faults{WebhookDelay: time.Minute}, wait: time.Minute, want: "paid"},
		{name: "out of order", number: "4000 0000 0000 0101", faults: processor.Faults{ReorderWebhooks: true}, wait: 30 * time.Second, want: "processing"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			s.processor.SetFaults(tt.faults)
			s.refuse = tt.refuse
			session := s.session("op-1")
			if tt.number != "" {
				s.submit(session.URL, card(tt.number))
			}
			if got := s.webhooks(); got != tt.before {
				t.Errorf("at once came %q, want %q", got, tt.before)
			}
			s.clock.Advance(tt.wait)
			if got := s.webhooks(); got != tt.want {
				t.Errorf("then came %q, want %q", got, tt.want)
			}
		})
	}
}

func TestReorderedWebhooksComeNewestFirst(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.processor.SetFaults(processor.Faults{ReorderWebhooks: true})
	session := s.session("op-1")
	s.submit(session.URL, card("4000 0000 0000 0002"))
	s.submit(session.URL, card("4242 4242 4242 4242"))
	s.clock.Advance(2 * time.Second)
	if got, want := s.webhooks(), "paid card_declined"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestDoubledWebhooksAreTheSameEvent(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.submit(s.session("op-1").URL, card("4000 0000 0000 0309"))
	s.webhooks()
	if len(s.hooks) != 2 || s.hooks[0].ID != s.hooks[1].ID {
		t.Errorf("got %+v, want one event twice", s.hooks)
	}
}

func TestWebhooksAreGivenUpAfterAWhile(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.refuse = 1000
	s.submit(s.session("op-1").URL, card("4242 4242 4242 4242"))
	for range 8 {
		if s.processor.PendingWebhooks() != 1 {
			t.Fatal("given up too early")
		}
		s.webhooks()
		s.clock.Advance(24 * time.Hour)
	}
	if n := s.processor.PendingWebhooks(); n != 0 {
		t.Errorf("%d webhooks are still tried", n)
	}
}

// TestRestart: the marketplace's machine dies; the processor's does not.
func TestRestart(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	paid, declined, slow, fresh := s.session("paid"), s.session("declined"), s.session("slow"), s.session("fresh")
	s.submit(paid.URL, card("4000 0000 0000 0200")) // its webhook is still to come
	s.submit(declined.URL, card("4000 0000 0000 0002"))
	s.submit(slow.URL, card("4000 0000 0000 0101"))
	s.webhooks()
	charges := s.processor.Charges()

	// The kill tore the last line.
	f, err := os.OpenFile(s.journal, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.WriteString(`{"state":{"session":{"id":"cs_torn"`); err != nil {
		t.Fatal(err)
	}
	_ = f.Close()
	s.restart()

	if got := s.processor.Charges(); len(got) != 1 || got[0] != charges[0] {
		t.Errorf("charges are %v, want %v", got, charges)
	}
	s.clock.Advance(2 * time.Minute)
	for _, tt := range []struct {
		session processor.Session
		want    processor.Status
	}{{paid, processor.StatusPaid}, {declined, processor.StatusOpen}, {slow, processor.StatusPaid}, {fresh, processor.StatusOpen}} {
		if got := s.status(tt.session); got != tt.want {
			t.Errorf("%s is %q, want %q", tt.session.Reference, got, tt.want)
		}
	}
	if again := s.session("fresh"); again.ID != fresh.ID {
		t.Errorf("the same key made %s, want %s", again.ID, fresh.ID)
	}
	// What was sent before is not sent again; what was owed still comes.
	if got, want := s.webhooks(), "card_declined processing paid paid"; got != want {
		t.Errorf("webhooks are %q, want %q", got, want)
	}
	s.restart() // what was written after the torn line can be read
	if got := s.processor.Charges(); len(got) != 2 {
		t.Errorf("%d charges after the second restart, want 2", len(got))
	}
}

func TestDamagedJournalIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.session("op-1")
	if err := os.WriteFile(s.journal, []byte("not json\n{}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := processor.New(processor.Options{Clock: s.clock, Key: key, Origin: s.origin, Journal: s.journal})
	if err == nil || !strings.Contains(err.Error(), "line 1 is damaged") {
		t.Errorf("got %v, want the damaged line named", err)
	}
}

func TestAPIRefusals(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.session("used")
	change := func(old, replacement string) string { return strings.Replace(order("op-1"), old, replacement, 1) }
	tests := []struct {
		name, method, path, body string
		want                     int
	}{
		{"another body under the same key", http.MethodPost, "/v1/sessions", strings.Replace(order("used"), "12450", "100", 1), 409},
		{"no amount", http.MethodPost, "/v1/sessions", change("12450", "0"), 422},
		{"negative amount", http.MethodPost, "/v1/sessions", change("12450", "-1"), 422},
		{"amount with cents", http.MethodPost, "/v1/sessions", change("12450", "124.5"), 400},
		{"too much", http.MethodPost, "/v1/sessions", change("12450", "100000000"), 422},
		{"another currency", http.MethodPost, "/v1/sessions", change("usd", "eur"), 422},
		{"script as return address", http.MethodPost, "/v1/sessions", change("http://127.0.0.1:8090/done", "javascript:alert(1)"), 422},
		{"ran out before it began", http.MethodPost, "/v1/sessions", change("20:00:00", "18:59:59"), 422},
		{"a field that is not there", http.MethodPost, "/v1/sessions", change("usd", `usd","card":"4242`), 400},
		{"two bodies", http.MethodPost, "/v1/sessions", order("op-1") + order("op-1"), 400},
		{"unknown session", http.MethodGet, "/v1/sessions/cs_nobody", "", 404},
		{"close unknown session", http.MethodPost, "/v1/sessions/cs_nobody/expire", "", 404},
		{"list of everything", http.MethodGet, "/v1/sessions", "", 400},
		{"10 MB", http.MethodPost, "/v1/sessions", change("Harborview Marketplace", strings.Repeat("x", 10<<20)), 400},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := s.api(tt.method, tt.path, tt.body); got.status != tt.want {
				t.Errorf("got %d %.200s, want %d", got.status, got.body, tt.want)
			}
		})
	}
	t.Run("no key", func(t *testing.T) {
		t.Parallel()
		for _, header := range []map[string]string{nil, {"Authorization": "Bearer wrong"}, {"Authorization": "Bearer "}} {
			if got := s.do(http.MethodGet, s.origin+"/v1/charges", "", "", header); got.status != http.StatusUnauthorized {
				t.Errorf("%v got %d, want 401", header, got.status)
			}
		}
	})
}
