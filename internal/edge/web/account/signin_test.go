package account_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
)

// Flow F7: from nothing to connected coverage, without scripts.
func TestFromNothingToConnectedCoverage(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.Household(apptest.Medical("2026-12", "109.50").Renewed())
	b := h.browser(t).open("/account/coverage").at("/account/sign-in", "Sign in").says("Just want to pay?", "Pay without signing in")
	b.open("/account/new").at("/account/new", "Create an account").send("/account/new", "email", "ana@example.com", "password", password)
	b.at("/account/new/code", "Check your email").says("We sent an email to ana@example.com", "It works for 10 minutes"[3:])
	b.send("/account/new/code", "code", h.code(t, "ana@example.com")).at("/account/second-step", "Choose a second step")
	b.open("/account/coverage").at("/account/link", "Connect your coverage")
	b.send("/account/link", h.claim(of, "account_code", strings.ToLower(h.accountCode(of)))...)
	b.at("/account/link/done", "Your coverage is connected").says(of.SubscriberID.String()[8:])
	for _, personal := range []string{"ana", "example.com", of.SubscriberID.String(), h.accountCode(of)} {
		if strings.Contains(strings.ToLower(h.urls.String()), strings.ToLower(personal)) {
			t.Errorf("%q stood in an address", personal)
		}
		if strings.Contains(h.log.String(), personal) {
			t.Errorf("%q stands in the log", personal)
		}
	}
}

// A1 says the same to everybody: what differs is in the mail.
func TestAKnownAddressIsNotGivenAway(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signUp(t, "ana@example.com")
	known := h.browser(t).open("/account/new").send("/account/new", "email", "ana@example.com", "password", password)
	fresh := h.browser(t).open("/account/new").send("/account/new", "email", "eva@example.com", "password", password)
	if got, want := strings.ReplaceAll(known.body, "ana@", "eva@"), fresh.body; got != want || known.status != fresh.status || known.url.Path != fresh.url.Path {
		t.Errorf("a known address is told apart:\n%s\n%s", known.text(), fresh.text())
	}
	if text := h.read(t, "ana@example.com"); !strings.HasPrefix(text, "exists") {
		t.Errorf("the owner reads %q", text)
	}
	known.send("/account/new/code", "code", "123456").problem("That code is not right. Check it or get a new one")

	asked := func(email string) page {
		return h.browser(t).open("/account/forgot").send("/account/forgot", "email", email).page
	}
	if got, want := strings.ReplaceAll(asked("ana@example.com").body, "ana@", "zoe@"), asked("zoe@example.com").body; got != want {
		t.Error("a new password tells a known address apart")
	}
}

func TestSigningUpSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.browser(t)
	for name, c := range map[string]struct{ email, password, says string }{
		"no address":       {"", password, "Enter an email address"},
		"no address at it": {"ana.example.com", password, "Enter an email address like name@example.com"},
		"short":            {"ana@example.com", "elevenchars", "Password must be at least 12 characters"},
		"common":           {"ana@example.com", "password1234", "Choose a password that is harder to guess. This one is on lists of stolen passwords."},
	} {
		b.open("/account/new").send("/account/new", "email", c.email, "password", c.password).problem(c.says)
		if b.value("email") != c.email {
			t.Errorf("%s: the address was not kept: %q", name, b.value("email"))
		}
		if c.password != "" && strings.Contains(b.body, c.password) {
			t.Errorf("%s: the password stands in the page", name)
		}
	}
	b.open("/account/new/code").at("/account/new", "Create an account")
}

// A2: a wrong password and an unknown address get the same words; what was
// asked for is opened afterwards (F8).
func TestSignInLeadsBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.linked(t, "ana@example.com")
	b := h.browser(t).open("/account/people").at("/account/sign-in", "Sign in").says("Sign in to see this page.")
	wrong := b.send("/account/sign-in", "email", "ana@example.com", "password", "wrong horse battery").says("That email and password don't match.").page
	unknown := b.send("/account/sign-in", "email", "eva@example.com", "password", password).page
	if strings.ReplaceAll(wrong.body, "ana@", "eva@") != unknown.body || wrong.status != unknown.status {
		t.Error("an unknown address is told apart from a wrong password")
	}
	b.send("/account/sign-in", "email", "", "password", "").says("Enter an email address", "Enter your password")
	b.send("/account/sign-in", "email", "ana@example.com", "password", password)
	b.at("/account/code", "Enter your one-time code").says("a•••@example.com")
	before := cookie(b, "account")
	b.send("/account/code", "code", "12").problem("Code must be 6 numbers")
	b.send("/account/code", "code", h.code(t, "ana@example.com")).at("/account/people", "People who can pay for me")
	if after := cookie(b, "account"); after == before || after == "" {
		t.Error("the session kept its name when somebody signed in")
	}
	b.open("/account/sign-in")
	if b.url.Path != "/account" {
		t.Errorf("who is signed in sees the sign-in page, at %s", b.url.Path)
	}
}

func cookie(b *browser, name string) string {
	for _, c := range b.client.Jar.Cookies(b.url) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func TestACodeCanBeSentAgainAndRunsOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signUp(t, "ana@example.com")
	b := h.browser(t).open("/account/sign-in").send("/account/sign-in", "email", "ana@example.com", "password", password)
	first := h.code(t, "ana@example.com")
	b.send("/account/code/new").at("/account/code", "Enter your one-time code").says("We sent another code. Only the newest code works.")
	second := h.code(t, "ana@example.com")
	if first != second {
		b.send("/account/code", "code", first).problem("That code is not right. Check it or get a new one")
	}
	h.wait(11 * time.Minute)
	b.send("/account/code", "code", second).problem("That code has expired. We sent a new one.")
	b.send("/account/code", "code", h.code(t, "ana@example.com")).open("/account/security").at("/account/security", "Sign-in and security")
}

// A remembered device needs no second step; another browser does.
func TestARememberedDevice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signUp(t, "ana@example.com")
	b := h.browser(t).open("/account/sign-in").send("/account/sign-in", "email", "ana@example.com", "password", password)
	b.send("/account/code", "code", h.code(t, "ana@example.com"), "remember", "1")
	b.do("POST", "/account/sign-out", url.Values{}).at("/account/signed-out", "You are signed out")
	b.open("/account/security").at("/account/sign-in", "Sign in")
	b.send("/account/sign-in", "email", "ana@example.com", "password", password).at("/account/security", "Sign-in and security")
	h.browser(t).open("/account/sign-in").send("/account/sign-in", "email", "ana@example.com", "password", password).at("/account/code", "Enter your one-time code")
}

// A4, and every browser is out afterwards.
func TestANewPassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	inside := h.signUp(t, "ana@example.com").open("/account/security").at("/account/security", "Sign-in and security")
	b := h.browser(t).open("/account/forgot").send("/account/forgot", "email", "ana@example.com").at("/account/forgot/new", "Set a new password")
	b.send("/account/forgot/new", "code", "", "password", "short").says("Code must be 6 numbers", "Password must be at least 12 characters")
	b.send("/account/forgot/new", "code", h.code(t, "ana@example.com"), "password", "another horse battery")
	b.at("/account/sign-in", "Sign in").says("Your new password is set.")
	inside.open("/account/security").at("/account/sign-in", "Sign in").says("We signed you out for your security.")
	b.send("/account/sign-in", "email", "ana@example.com", "password", password).says("That email and password don't match.")
	b.send("/account/sign-in", "email", "ana@example.com", "password", "another horse battery").at("/account/code", "Enter your one-time code")
}

// After the time-out the sign-in page says why, leads back, and what was typed
// is there; but not for another person.
func TestATimeOutKeepsTheForm(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signUp(t, "eva@example.com")
	h.signUp(t, "ana@example.com")
	for name, c := range map[string]struct {
		who  string
		kept string
	}{"the same person": {"ana@example.com", "7001"}, "another person": {"eva@example.com", "-"}} {
		t.Run(name, func(t *testing.T) {
			b := h.browser(t)
			b.signIn(h, "ana@example.com")
			b.open("/account/link").says("For your security we sign you out after 15 minutes without a new page.")
			h.wait(14 * time.Minute)
			b.do("HEAD", "/account/link", nil) // the script's "Stay signed in"
			h.wait(14 * time.Minute)
			b.open("/account/link").at("/account/link", "Connect your coverage")
			h.wait(16 * time.Minute)
			b.send("/account/link", "subscriber_id", "7001", "birth_day", "12", "account_code", "7F3K92QM")
			b.at("/account/sign-in", "Sign in").says("We signed you out for your security.", "15 minutes", "What you typed is kept.")
			b.send("/account/sign-in", "email", c.who, "password", password).send("/account/code", "code", h.code(t, c.who))
			if c.kept == "-" { // and the page of the other is not opened either
				b.open("/account/link")
				c.kept = ""
			}
			b.at("/account/link", "Connect your coverage")
			if got := b.value("subscriber_id"); got != c.kept {
				t.Errorf("the form holds %q, want %q", got, c.kept)
			}
			if strings.Contains(b.body, "7F3K92QM") {
				t.Error("a code was kept")
			}
		})
	}
}

// Ten wrong passwords, and nobody may try for a while.
func TestTooManyTries(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.signUp(t, "ana@example.com")
	b := h.browser(t).open("/account/sign-in")
	for range 10 {
		b.open("/account/sign-in").send("/account/sign-in", "email", "ana@example.com", "password", "wrong horse battery").says("That email and password don't match.")
	}
	b.open("/account/sign-in").send("/account/sign-in", "email", "ana@example.com", "password", password)
	if b.status != http.StatusTooManyRequests {
		t.Errorf("got %d %q after ten wrong tries", b.status, b.heading())
	}
	b.says("wait 15 minutes", "1-800-555-0100")
}

// Headers, cookies and forms of other sites.
func TestGuards(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.signUp(t, "ana@example.com").open("/account/security")
	for name, want := range map[string]string{
		"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin",
	} {
		if got := b.header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if csp := b.header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") || strings.Contains(csp, "data:") {
		t.Errorf("got policy %q", csp)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, h.portal+"/account/sign-out", strings.NewReader(""))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := b.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	_ = res.Body.Close()
	if res.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site got %d", res.StatusCode)
	}
	b.open("/account/security").at("/account/security", "Sign-in and security")
	b.do("DELETE", "/account/security", nil)
	if b.status != http.StatusMethodNotAllowed {
		t.Errorf("DELETE got %d", b.status)
	}
	b.open("/account/nothing-here")
	if b.status != http.StatusNotFound {
		t.Errorf("an unknown page got %d", b.status)
	}
	b.open("/es/account/security")
	if b.status != http.StatusOK || !strings.Contains(b.body, `action="/es/account/security/sign-out"`) {
		t.Errorf("the Spanish page got %d", b.status)
	}
}
