package portal_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal/states"
)

// Browsers and password managers fill what they know (brief 18.1 check 6,
// WCAG 1.3.5), and nothing stands in the way of pasting (check 10).
func TestAutocompleteTokens(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	want := map[string]map[string]string{
		"/__states/signup/default":   {"email": "username", "password": "new-password"},
		"/__states/signin/default":   {"email": "username", "password": "current-password"},
		"/__states/forgot/default":   {"email": "username"},
		"/__states/reset/default":    {"username": "username", "code": "one-time-code", "password": "new-password"},
		"/__states/code/signup":      {"code": "one-time-code"},
		"/__states/code/text":        {"code": "one-time-code"},
		"/__states/code/app":         {"code": "one-time-code"},
		"/__states/code/backup":      {"code": "off"},
		"/__states/addapp/default":   {"code": "one-time-code"},
		"/__states/addphone/default": {"phone": "tel-national"},
		"/__states/password/default": {"username": "username", "old_password": "current-password", "password": "new-password"},
		"/__states/confirm/default":  {"username": "username", "password": "current-password"},
		"/__states/connect/default":  {"subscriber_id": "off", "birth_month": "bday-month", "birth_day": "bday-day", "birth_year": "bday-year", "account_code": "off"},
		"/__states/invite/default":   {"email": "off"}, // somebody else's
	}
	for _, s := range states.All() {
		tokens, listed := want[s.URL()]
		if !listed {
			continue
		}
		delete(want, s.URL())
		root, _ := render(t, r, catalogue.English, s)
		for field, token := range tokens {
			control := root.byID(field)
			if control == nil || control.attrs["autocomplete"] != token {
				t.Errorf("%s: %s has not the token %q: %v", s.URL(), field, token, control)
			}
		}
	}
	for url := range want {
		t.Errorf("no state %s", url)
	}
}

// What a password manager keeps it can not see in the page: a password is
// never shown again after an error.
func TestPasswordsAreNeverShownAgain(t *testing.T) {
	t.Parallel()
	r, _ := newRenderer(t)
	checked := 0
	for _, s := range states.All() {
		root, _ := render(t, r, catalogue.English, s)
		for _, field := range root.all(func(e *node) bool { return e.attrs["type"] == "password" }) {
			checked++
			if _, has := field.attrs["value"]; has {
				t.Errorf("%s: %s has a value", s.URL(), field.attrs["id"])
			}
		}
	}
	if checked < 10 {
		t.Errorf("checked %d fields", checked)
	}
}

// All scripts of the public pages together, and the first view of the page that
// has the most of them (brief 7.6 and 18.2).
func TestScriptsKeepTheirBudget(t *testing.T) {
	t.Parallel()
	r, assets := newRenderer(t)
	core, status, identity := assets.Size("core.js"), assets.Size("status.js"), assets.Size("identity.js")
	if core == 0 || status == 0 || identity == 0 || core > 4<<10 || status > 1<<10 || core+status+identity > 8<<10 {
		t.Errorf("core.js is %d bytes, status.js %d, identity.js %d; want at most 8 KB together", core, status, identity)
	}
	for _, s := range states.All() {
		root, page := render(t, r, catalogue.English, s)
		scripts := 0
		for _, script := range root.named("script") {
			name := strings.Split(strings.TrimPrefix(script.attrs["src"], "/static/"), ".")[0]
			scripts += assets.Size(name + ".js")
		}
		if first := brotliSize(t, page) + scripts + assets.Size("portal.css") + assets.Size("brand.css"); first > 36<<10 {
			t.Errorf("the first view of %s is %d bytes, want at most 36 KB", s.URL(), first)
		} else if s.URL() == "/__states/signin/default" {
			t.Logf("first view of the sign-in page: %d bytes", first)
		}
	}
}
