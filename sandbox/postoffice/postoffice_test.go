package postoffice_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/sandbox/postoffice"
)

// marketplace notes what is posted to it and answers as told.
type marketplace struct {
	posted []map[string]string
	keys   []string
	status int
	answer string
}

func (m *marketplace) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	receipt := map[string]string{}
	if r.URL.Path != "/api/v1/receipts" || r.Header.Get("Authorization") != "Bearer secret" || json.NewDecoder(r.Body).Decode(&receipt) != nil {
		http.Error(w, "{}", http.StatusUnauthorized)
		return
	}
	m.posted, m.keys = append(m.posted, receipt), append(m.keys, r.Header.Get("Idempotency-Key"))
	w.WriteHeader(m.status)
	_, _ = w.Write([]byte(m.answer))
}

func open(t *testing.T) (*marketplace, *virtual.Clock, *postoffice.Office) {
	t.Helper()
	m := &marketplace{status: http.StatusOK, answer: `{"confirmation":"7F3K-92QM-4X","counts_on":"2027-01-22"}`}
	server := httptest.NewServer(m)
	t.Cleanup(server.Close)
	at, err := civil.ParseInstant("2027-01-22T15:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	clock := virtual.Standing(at)
	return m, clock, postoffice.New(clock, time.UTC, server.URL, "secret")
}

func TestEnvelopeArrivesOnItsDay(t *testing.T) {
	t.Parallel()
	m, clock, o := open(t)
	if err := o.Mail(" 700100000016", "$103.00", 5, false); err != nil {
		t.Fatal(err)
	}
	for day, want := range []int{0, 0, 0, 0, 0, 1, 1} {
		o.Deliver(t.Context())
		if len(m.posted) != want {
			t.Errorf("after %d days: %d posted, want %d", day, len(m.posted), want)
		}
		clock.Advance(24 * time.Hour)
	}
	want := []map[string]string{{
		"number": "700100000016", "channel": "mail", "method": "check", "amount": "103.00", "reference": "check 1001", "postmark": "2027-01-22",
	}}
	if diff := cmp.Diff(want, m.posted); diff != "" {
		t.Errorf("posted (-want +got):\n%s", diff)
	}
	if got := o.Envelopes()[0].Answer; got != "Posted, counts on 2027-01-22, confirmation 7F3K-92QM-4X" {
		t.Errorf("got %q", got)
	}
}

// What the marketplace did not take is tried again with the same key; what it
// refused comes back.
func TestEnvelopeThatIsNotTaken(t *testing.T) {
	t.Parallel()
	m, _, o := open(t)
	if err := o.Mail("700100000016", "103.00", 0, true); err != nil {
		t.Fatal(err)
	}
	m.status, m.answer = http.StatusServiceUnavailable, `{"detail":"later"}`
	o.Deliver(t.Context())
	m.status, m.answer = http.StatusNotFound, `{"detail":"no account has this number"}`
	o.Deliver(t.Context())
	o.Deliver(t.Context())
	if len(m.posted) != 2 || m.keys[0] != m.keys[1] {
		t.Errorf("posted %v with keys %v", m.posted, m.keys)
	}
	if _, marked := m.posted[0]["postmark"]; marked {
		t.Error("a smudged postmark was read")
	}
	if got := o.Envelopes()[0].Answer; got != "Sent back: no account has this number" {
		t.Errorf("got %q", got)
	}
}

func TestMailRefuses(t *testing.T) {
	t.Parallel()
	_, _, o := open(t)
	for _, c := range []struct {
		number, amount string
		days           int
	}{{"", "103.00", 1}, {"700100000016", "much", 1}, {"700100000016", "-1", 1}, {"700100000016", "103.00", -1}, {"700100000016", "103.00", 61}} {
		if err := o.Mail(c.number, c.amount, c.days, false); err == nil {
			t.Errorf("%+v was mailed", c)
		}
	}
	if n := len(o.Envelopes()); n != 0 {
		t.Errorf("%d envelopes", n)
	}
}
