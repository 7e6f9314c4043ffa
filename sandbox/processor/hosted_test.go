package processor_test

import (
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/sandbox/processor"
)

func TestTestCards(t *testing.T) {
	t.Parallel()
	for _, c := range processor.TestCards() {
		if !pii.LooksLikeCard(c.Number) {
			t.Errorf("%s is no card number", c.Number)
		}
	}
	tests := []struct {
		name, number string
		status       int
		location     string // ends so
		says         string
		then         processor.Status
		charges      int
	}{
		{"approved", "4242 4242 4242 4242", 303, "/done", "", processor.StatusPaid, 1},
		{"another brand", "5555555555554444", 303, "/done", "", processor.StatusPaid, 1},
		{"full-width digits", "４２４２4242-4242-4242", 303, "/done", "", processor.StatusPaid, 1},
		{"declined", "4000 0000 0000 0002", 402, "", "Your bank may tell you why.", processor.StatusOpen, 0},
		{"no money", "4000 0000 0000 9995", 402, "", "not enough money", processor.StatusOpen, 0},
		{"card expired", "4000 0000 0000 0069", 402, "", "this card has expired", processor.StatusOpen, 0},
		{"challenge", "4000 0000 0000 3220", 303, "/challenge", "", processor.StatusOpen, 0},
		{"slow", "4000 0000 0000 0101", 303, "/done", "", processor.StatusProcessing, 0},
		{"silent", "4000 0000 0000 0200", 504, "", "We don&#39;t know yet if you have paid.", processor.StatusPaid, 1},
		{"doubled webhooks", "4000 0000 0000 0309", 303, "/done", "", processor.StatusPaid, 1},
		{"webhooks out of order", "4000 0000 0000 0408", 303, "/done", "", processor.StatusPaid, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			session := s.session("op-1")
			got := s.submit(session.URL, card(tt.number))
			if got.status != tt.status || !strings.HasSuffix(got.location, tt.location) || !strings.Contains(got.body, tt.says) {
				t.Errorf("got %d to %q, want %d to …%s saying %q; body:\n%s", got.status, got.location, tt.status, tt.location, tt.says, got.body)
			}
			if now := s.status(session); now != tt.then {
				t.Errorf("session is %q, want %q", now, tt.then)
			}
			if n := len(s.processor.Charges()); n != tt.charges {
				t.Errorf("%d charges, want %d", n, tt.charges)
			}
		})
	}
}

func TestCardFormErrors(t *testing.T) {
	t.Parallel()
	amex := map[string]string{"number": "378282246310005"}
	tests := []struct {
		name string
		set  map[string]string
		want []string
	}{
		{"nothing typed", map[string]string{"number": "", "month": "", "year": "", "name": "", "code": "", "zip": ""}, []string{
			"Enter your card number", "Enter the expiry date", "Enter the name as it appears on the card", "Enter the security code", "Enter the ZIP code",
		}},
		{"too short", map[string]string{"number": "4242 4242 4242"}, []string{"Card number is not the right length"}},
		{"one number wrong", map[string]string{"number": "4242 4242 4242 4241"}, []string{"Check your card number"}},
		{"letters", map[string]string{"number": "my card"}, []string{"Check your card number"}},
		{"a brand not taken", map[string]string{"number": "30569309020004"}, []string{"We don&#39;t take Diners Club cards"}},
		{"another brand not taken", map[string]string{"number": "3530111333300000"}, []string{"We don&#39;t take JCB cards"}},
		{"maybe a real card", map[string]string{"number": "4012888888881881"}, []string{"Use one of the test cards on this page. Never type a real card here."}},
		{"expired last month", map[string]string{"month": "10", "year": "2026"}, []string{"Expiry date must be in the future"}},
		{"no such month", map[string]string{"month": "13"}, []string{"Expiry date must be a month and a year, like 10/29"}},
		{"three-digit year", map[string]string{"year": "209"}, []string{"Expiry date must be a month and a year, like 10/29"}},
		{"card number as name", map[string]string{"name": "4242 4242 4242 4242"}, []string{"Don&#39;t enter card numbers here"}},
		{"digits in the name", map[string]string{"name": "Maria 2"}, []string{"Enter the name as it appears on the card"}},
		{"long name", map[string]string{"name": strings.Repeat("é", 61)}, []string{"Name on card must be 60 characters or fewer"}},
		{"short code", map[string]string{"code": "12"}, []string{"Security code must be 3 numbers"}},
		{"three numbers for American Express", amex, []string{"Security code must be 4 numbers"}},
		{"short ZIP", map[string]string{"zip": "0211"}, []string{"ZIP code must be 5 numbers"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			session := s.session("op-1")
			form := card("4242 4242 4242 4242")
			for k, v := range tt.set {
				form.Set(k, v)
			}
			got := s.submit(session.URL, form)
			if got.status != http.StatusUnprocessableEntity || !strings.Contains(got.body, "<title>Error: ") {
				t.Errorf("got %d, want 422 and a title that begins with Error", got.status)
			}
			for _, text := range tt.want {
				if !strings.Contains(got.body, ">"+text+"</a>") || !strings.Contains(got.body, "Error: "+text) {
					t.Errorf("%q is not both in the summary and at the field", text)
				}
			}
			if n := strings.Count(got.body, `class="msg"`); n != len(tt.want) {
				t.Errorf("%d messages, want %d", n, len(tt.want))
			}
			if len(s.processor.Charges()) != 0 {
				t.Error("charged in spite of errors")
			}
		})
	}
}

func TestCardThatExpiresThisMonthIsGood(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	form := card("4242 4242 4242 4242")
	form.Set("month", "11")
	form.Set("year", "26")
	if got := s.submit(s.session("op-1").URL, form); got.status != http.StatusSeeOther {
		t.Errorf("got %d, want 303", got.status)
	}
}

func TestWhatIsShownAgainAfterAnError(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	session := s.session("op-1")
	form := card("4242 4242 4242 4242")
	form.Set("zip", "x")
	got := s.submit(session.URL, form)
	if !strings.Contains(got.body, `value="4242 4242 4242 4242"`) || !strings.Contains(got.body, `value="Maria Santos"`) {
		t.Error("a test card's number or the name is not kept")
	}
	if strings.Contains(got.body, `value="123"`) {
		t.Error("the security code is shown again")
	}
	form.Set("number", "4012 8888 8888 1881")
	if got = s.submit(session.URL, form); strings.Contains(got.body, "1881") {
		t.Error("a number that may be real is shown again")
	}
}

// TestChargesOnce: double tap, reload, Back, two tabs, two cards.
func TestChargesOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	session := s.session("op-1")
	var taps sync.WaitGroup
	for _, number := range []string{"4242 4242 4242 4242", "4242 4242 4242 4242", "5555 5555 5555 4444", "4000 0000 0000 0200", "4000 0000 0000 0309"} {
		taps.Go(func() { s.submit(session.URL, card(number)) })
	}
	taps.Wait()
	if got := s.submit(session.URL, card("4242 4242 4242 4242")); got.location != session.SuccessURL {
		t.Errorf("the page sent again goes to %q, want %q", got.location, session.SuccessURL)
	}
	if got := s.submit(session.URL, url.Values{}); got.location != session.SuccessURL {
		t.Errorf("an empty form on a paid page goes to %q, want %q", got.location, session.SuccessURL)
	}
	if got := s.do(http.MethodGet, session.URL, "", "", nil); !strings.Contains(got.body, "You have paid") {
		t.Error("going back does not say that it is paid")
	}
	if n := len(s.processor.Charges()); n != 1 {
		t.Errorf("%d charges, want 1", n)
	}
}

func TestChallenge(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, answer, location string
		then                   processor.Status
	}{
		{"approved", "approve", "/done", processor.StatusPaid},
		{"refused", "refuse", "/c/", processor.StatusOpen},
		{"anything else is a refusal", "", "/c/", processor.StatusOpen},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			session := s.session("op-1")
			page := s.submit(session.URL, card("4000 0000 0000 3220")).location
			if got := s.do(http.MethodGet, s.origin+page, "", "", nil); !strings.Contains(got.body, "Visa ending in 3220") {
				t.Errorf("the bank's page does not name the card:\n%s", got.body)
			}
			for range 2 { // tapped twice
				if got := s.submit(s.origin+page, url.Values{"answer": {tt.answer}}); !strings.Contains(got.location, tt.location) {
					t.Errorf("went to %q, want …%s", got.location, tt.location)
				}
			}
			if now := s.status(session); now != tt.then {
				t.Errorf("session is %q, want %q", now, tt.then)
			}
		})
	}
}

func TestChallengeUnasked(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	session := s.session("op-1")
	s.submit(session.URL+"/challenge", url.Values{"answer": {"approve"}})
	if now := s.status(session); now != processor.StatusOpen {
		t.Errorf("approving what the bank never asked made the session %q", now)
	}
}

func TestLeaving(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, tried string
		location    string
		then        processor.Status
	}{
		{"without trying a card", "", "/back", processor.StatusCanceled},
		{"after a decline", "4000 0000 0000 0002", "/back", processor.StatusDeclined},
		{"after paying", "4242 4242 4242 4242", "/done", processor.StatusPaid},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			session := s.session("op-1")
			if tt.tried != "" {
				s.submit(session.URL, card(tt.tried))
			}
			if got := s.submit(session.URL+"/leave", nil); !strings.HasSuffix(got.location, tt.location) {
				t.Errorf("went to %q, want …%s", got.location, tt.location)
			}
			if now := s.status(session); now != tt.then {
				t.Errorf("session is %q, want %q", now, tt.then)
			}
		})
	}
}

func TestHostedPageIsLockedDown(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	session := s.session("op-1")
	got := s.do(http.MethodGet, session.URL, "", "", nil)
	want := "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' http://127.0.0.1:8090; frame-ancestors 'none'; base-uri 'none'"
	if csp := got.header.Get("Content-Security-Policy"); csp != want {
		t.Errorf("policy is %q, want %q", csp, want)
	}
	for _, bad := range []string{"<script", " style=", " onclick", "http://fonts"} {
		if strings.Contains(got.body, bad) {
			t.Errorf("the page has %q", bad)
		}
	}
	foreign := s.do(http.MethodPost, session.URL, "application/x-www-form-urlencoded", card("4242 4242 4242 4242").Encode(),
		map[string]string{"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"})
	if foreign.status != http.StatusForbidden || len(s.processor.Charges()) != 0 {
		t.Errorf("a form of another site got %d and %d charges", foreign.status, len(s.processor.Charges()))
	}
	big := card("4242 4242 4242 4242")
	big.Set("name", strings.Repeat("x", 1<<20))
	if got := s.submit(session.URL, big); got.status != http.StatusRequestEntityTooLarge {
		t.Errorf("a form of 1 MB got %d, want 413", got.status)
	}
	if got := s.do(http.MethodGet, s.origin+"/c/nobody", "", "", nil); got.status != http.StatusNotFound {
		t.Errorf("an unknown page got %d, want 404", got.status)
	}
}

// TestCardNumbersAreForgotten greps everything that the processor keeps or
// says for card numbers and security codes.
func TestCardNumbersAreForgotten(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	for i, c := range processor.TestCards() {
		s.submit(s.session("op-"+string(rune('a'+i))).URL, card(c.Number))
	}
	s.submit(s.session("op-real").URL, card("4012 8888 8888 1881"))
	s.clock.Advance(time.Hour)
	s.webhooks()
	journal, err := os.ReadFile(s.journal)
	if err != nil {
		t.Fatal(err)
	}
	kept := string(journal) + s.log.String() + s.api(http.MethodGet, "/v1/charges", "").body
	if found := regexp.MustCompile(`[0-9]{13,19}`).FindString(kept); found != "" {
		t.Errorf("a long number was kept: %s", found)
	}
	if strings.Contains(kept, "Maria") {
		t.Error("the name on the card was kept")
	}
	if !strings.Contains(kept, `"last_four":"4242"`) {
		t.Error("the search looked at nothing")
	}
}
