package phone_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/sandbox/phone"
)

var noon = civil.InstantOf(time.Date(2026, 11, 20, 17, 0, 0, 0, time.UTC))

func send(h http.Handler, method, path, key, body string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if strings.HasPrefix(path, "/phone") {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	r.Header.Set("Authorization", "Bearer "+key)
	h.ServeHTTP(w, r)
	return w
}

func TestAPI(t *testing.T) {
	t.Parallel()
	s := phone.New(phone.Options{Clock: virtual.Standing(noon), Key: "key"})
	good := `{"id":"1","to":"+16175550147","language":"en","text":"Hello"}`
	for name, c := range map[string]struct {
		key, body string
		want      int
	}{
		"a text":            {"key", good, 202},
		"the wrong key":     {"guess", good, 401},
		"no number":         {"key", `{"id":"2","text":"Hello"}`, 400},
		"a foreign number":  {"key", `{"id":"2","to":"+4930123456","text":"Hello"}`, 400},
		"no words":          {"key", `{"id":"2","to":"+16175550147"}`, 400},
		"no JSON":           {"key", "x", 400},
		"nobody's number":   {"key", `{"id":"2","to":"+16175550113","text":"Hello"}`, 422},
		"another field too": {"key", `{"id":"2","to":"+16175550147","text":"Hello","from":"me"}`, 400},
	} {
		if got := send(s.API(), "POST", "/v1/texts", c.key, c.body); got.Code != c.want {
			t.Errorf("%s: %d, want %d", name, got.Code, c.want)
		}
	}
	if all := s.Messages(); len(all) != 1 || all[0].Words != "Hello" {
		t.Errorf("phones got %+v", all)
	}
}

func TestPages(t *testing.T) {
	t.Parallel()
	s := phone.New(phone.Options{Clock: virtual.Standing(noon), Key: "key"})
	h := s.Handler(time.FixedZone("EST", -5*3600))
	if got := send(h, "GET", "/phone", "", "").Body.String(); !strings.Contains(got, "No messages yet") {
		t.Errorf("before any: %s", got)
	}
	send(s.API(), "POST", "/v1/texts", "key", `{"id":"1","to":"+16175550147","language":"en","text":"Read <b>this</b>"}`)
	send(s.API(), "POST", "/v1/calls", "key", `{"id":"2","to":"+16175550147","language":"en","text":"Your code is 4"}`)
	if got := send(h, "POST", "/phone/6175550147", "", url.Values{"word": {"STOP"}}.Encode()); got.Code != http.StatusSeeOther {
		t.Errorf("an answer: %d", got.Code)
	}
	if got := send(h, "POST", "/phone/6175550147", "", "text=+"); !strings.Contains(got.Header().Get("Location"), "?empty") {
		t.Errorf("an empty answer: %s", got.Header().Get("Location"))
	}
	page := send(h, "GET", "/phone/6175550147?empty", "", "").Body.String()
	for _, part := range []string{"(617) 555-0147", "Read &lt;b&gt;this", "a voice says", "Your code is 4", "Answer from this phone", "STOP", "November 20, 2026, 12:00 PM", "Type what the phone sends"} {
		if !strings.Contains(page, part) {
			t.Errorf("the page lacks %q", part)
		}
	}
	for _, path := range []string{"/phone/617", "/phone/61755501470", "/phone/abcdefghij"} {
		if got := send(h, "GET", path, "", ""); got.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
	if got := send(h, "GET", "/phone", "", "").Body.String(); strings.Count(got, "(617) 555-0147") != 1 {
		t.Errorf("the list: %s", got)
	}
	if got := send(h, "GET", "/v1/phone", "", "").Body.String(); strings.Count(got, `"id"`) != 3 {
		t.Errorf("JSON: %s", got)
	}
	send(h, "POST", "/phone", "", "down=on")
	if !s.Down() || send(s.API(), "POST", "/v1/texts", "key", `{"id":"3","to":"+16175550147","text":"x"}`).Code != http.StatusServiceUnavailable {
		t.Error("the switch does nothing")
	}
}
