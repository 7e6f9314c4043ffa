package account_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/pquerna/otp/totp"

	"quittance.org/quittance/internal/app/apptest"
)

var appKey = regexp.MustCompile(`class="pp-key">([A-Z2-7 ]+)<`)

// setUpApp sets up an authenticator app and gives its key and the backup codes.
func (b *browser) setUpApp(h *house) (key string, codes []string) {
	b.t.Helper()
	b.open("/account/second-step").send("/account/second-step", "way", "app").at("/account/second-step/app", "Set up an authenticator app")
	found := appKey.FindStringSubmatch(b.body)
	if found == nil {
		b.t.Fatalf("no key in %s", b.text())
	}
	key = strings.ReplaceAll(found[1], " ", "")
	b.send("/account/second-step/app", "code", "1").problem("Code must be 6 numbers")
	if again := appKey.FindStringSubmatch(b.open("/account/second-step/app").body); again == nil || again[1] != found[1] {
		b.t.Errorf("a reload shows another key: %v", again)
	}
	b.send("/account/second-step/app", "code", b.appCode(h, key)).at("/account/second-step/backup-codes", "Save your backup codes")
	return key, regexp.MustCompile(`[0-9A-Z]{4}-[0-9A-Z]{4}`).FindAllString(b.text(), -1)
}

func (b *browser) appCode(h *house, key string) string {
	b.t.Helper()
	code, err := totp.GenerateCode(key, h.Clock.Now().Time())
	if err != nil {
		b.t.Fatal(err)
	}
	return code
}

// An authenticator app, its backup codes, and their use.
func TestAnAuthenticatorApp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.signUp(t, "ana@example.com")
	key, codes := b.setUpApp(h)
	if len(codes) != 10 {
		t.Fatalf("got %d backup codes: %v", len(codes), codes)
	}
	b.open("/account/second-step/backup-codes").says(codes[0], "Your authenticator app is set up.")
	b.send("/account/second-step/backup-codes")
	b.open("/account/second-step/backup-codes").at("/account/security", "Sign-in and security").says("Authenticator app", "10 codes left")

	h.wait(60e9)
	other := h.browser(t)
	other.agent = "Mozilla/5.0 (iPhone) Version/18 Safari/605"
	other.open("/account/sign-in").send("/account/sign-in", "email", "ana@example.com", "password", password)
	other.at("/account/code", "Enter your one-time code").says("Open your authenticator app.")
	other.open("/account/code/way").at("/account/code/way", "Use another way").send("/account/code/way").problem("Select a way")
	other.send("/account/code/way", "way", "email").problem("Select a way") // the mail stands in for no other
	other.send("/account/code/way", "way", "backup").at("/account/code", "Enter a backup code")
	other.send("/account/code", "code", "1").problem("Enter a backup code")
	other.send("/account/code", "code", strings.ToLower(codes[3]))
	other.open("/account/security").says("9 codes left", "Safari on iPhone", "(This device)", "Firefox on Windows")
	other.do("POST", "/account/sign-out", url.Values{})
	other.open("/account/sign-in").send("/account/sign-in", "email", "ana@example.com", "password", password)
	other.send("/account/code", "code", other.appCode(h, key))
	other.open("/account/security").at("/account/security", "Sign-in and security")
}

// A15: the list of browsers; one that is signed out is out at its next page.
func TestSigningOthersOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.signUp(t, "ana@example.com")
	second, third := h.browser(t).signIn(h, "ana@example.com"), h.browser(t).signIn(h, "ana@example.com")
	b.open("/account/security").send("/account/security/sign-out").at("/account/security", "Sign-in and security")
	out := 0
	for _, other := range []*browser{second, third} {
		if other.open("/account/security"); other.url.Path == "/account/sign-in" {
			out++
		}
	}
	if out != 1 {
		t.Errorf("%d browsers are out, want 1", out)
	}
	b.says("That device is signed out.")
	b.sendNth("/account/security/sign-out", strings.Count(b.body, `action="/account/security/sign-out"`)-1, "of", "others")
	b.says("You are signed out everywhere else.")
	for _, other := range []*browser{second, third} {
		if other.open("/account/security"); other.url.Path != "/account/sign-in" {
			t.Error("a browser is still in")
		}
	}
	b.open("/account/security").at("/account/security", "Sign-in and security").says("You created the account")
}

// The script's question whether somebody is still in uses up nothing that a
// page says once.
func TestStayingSignedInChangesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.signUp(t, "ana@example.com").open("/account/security/password")
	follow := b.client.CheckRedirect
	b.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	b.send("/account/security/password", "old_password", password, "password", "another horse battery")
	b.do("HEAD", "/account/security", nil)
	if b.status != http.StatusOK {
		t.Errorf("got %d", b.status)
	}
	b.client.CheckRedirect = follow
	b.open("/account/security").says("Your password is changed.")
	if b.open("/account/security"); strings.Contains(b.text(), "Your password is changed.") {
		t.Error("it is said twice")
	}
	stranger := h.browser(t).do("HEAD", "/account/security", nil)
	if stranger.url.Path != "/account/sign-in" {
		t.Errorf("a stranger stays at %s", stranger.url.Path)
	}
}

func TestChangingThePassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.signUp(t, "ana@example.com").open("/account/security/password").at("/account/security/password", "Change your password")
	b.send("/account/security/password", "old_password", "", "password", "").problem("Enter your password")
	b.send("/account/security/password", "old_password", "not my password", "password", "another horse battery").problem("That is not your password")
	b.send("/account/security/password", "old_password", password, "password", "short").problem("Password must be at least 12 characters")
	b.send("/account/security/password", "old_password", password, "password", "another horse battery")
	b.at("/account/security", "Sign-in and security").says("Your password is changed.", "Password changed")
	if text := h.read(t, "ana@example.com"); !strings.HasPrefix(text, "change") {
		t.Errorf("no word of it went out: %q", text)
	}
}

// What changes how somebody signs in asks for the password when some time has
// gone by, and leads back.
func TestWeightyChangesNeedThePassword(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.signUp(t, "ana@example.com")
	b.setUpApp(h)
	b.send("/account/second-step/backup-codes")
	h.wait(14 * 60e9)
	b.open("/account/security").send("/account/security/backup-codes").at("/account/security/confirm", "Enter your password again")
	b.send("/account/security/confirm", "password", "").problem("Enter your password")
	b.send("/account/security/confirm", "password", "not my password").problem("That is not your password")
	b.send("/account/security/confirm", "password", password).at("/account/security", "Sign-in and security").says("Now choose again")
	b.send("/account/security/backup-codes").at("/account/second-step/backup-codes", "Save your backup codes")
	b.send("/account/second-step/backup-codes").at("/account/security", "Sign-in and security")
	link := regexp.MustCompile(`href="(/account/security/remove\?of=[^"]+)"`).FindStringSubmatch(b.body)
	b.open(link[1]).at("/account/security/remove", "Remove this second step?").says("This is your last second step.")
}

// Codes by text message: set up, and used.
func TestAPhone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b := h.signUp(t, "ana@example.com").send("/account/second-step", "way", "text").at("/account/second-step/phone", "Set up codes by text message")
	b.send("/account/second-step/phone", "phone", "12").problem("Enter a phone number with 10 numbers, like 617-555-0147")
	b.send("/account/second-step/phone", "phone", "(617) 555-0147").at("/account/second-step/phone/code", "Enter your one-time code").says("(•••) •••-0147")
	b.send("/account/second-step/phone/code", "code", "000000")
	b.send("/account/second-step/phone/code", "code", h.code(t, "6175550147")).at("/account/second-step/backup-codes", "Save your backup codes")
	other := h.browser(t).open("/account/sign-in").send("/account/sign-in", "email", "ana@example.com", "password", password)
	other.at("/account/code", "Enter your one-time code").says("(•••) •••-0147")
	other.send("/account/code", "code", h.code(t, "6175550147"))
	other.open("/account/security").says("A code by text message: (•••) •••-0147")
}

// A5 says what is wrong, and never which part of a claim.
func TestConnecting(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.Household(apptest.Medical("2026-12", "109.50").Renewed())
	b := h.signUp(t, "ana@example.com").open("/account/link")
	b.send("/account/link").problem("Enter your Subscriber ID").problem("Enter the date of birth").problem("Enter the account code")
	b.send("/account/link", h.claim(of, "account_code", "7F3")...).problem("Account code must be 8 letters and numbers")
	if b.value("account_code") != "7F3" || b.value("birth_day") == "" {
		t.Error("what was typed is lost")
	}
	wrongCode := b.send("/account/link", h.claim(of, "account_code", "7F3K92QM")...).says("We couldn't find coverage that matches").text()
	wrongBirth := b.send("/account/link", h.claim(of, "account_code", "7F3K92QM", "birth_year", "1984")...).text()
	if wrongCode != wrongBirth {
		t.Errorf("the page says which part was wrong:\n%s\n%s", wrongCode, wrongBirth)
	}
	b.send("/account/link", h.claim(of, "account_code", h.accountCode(of))...).at("/account/link/done", "Your coverage is connected")
	b.open("/account/link").send("/account/link", h.claim(of, "account_code", h.accountCode(of))...).says("This coverage is connected already")

	more := h.Household(apptest.Medical("2026-12", "99.00").Renewed())
	b.open("/account/link").send("/account/link", h.claim(more, "account_code", h.accountCode(more))...).says("Choose which coverage to look at")
	b.open("/account/coverage").at("/account/coverage", "Choose the coverage").says(of.SubscriberID.String()[8:], more.SubscriberID.String()[8:])
	b.send("/account/coverage", "coverage", "7").problem("Select a coverage")
	b.send("/account/coverage", "coverage", "0")
	if !strings.Contains(b.open("/account/coverage").body, `value="0" checked`) {
		t.Error("the chosen coverage is not remembered")
	}
}

// A16: invited, accepted, removed; a helper sees no such page.
func TestHelpers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, _ := h.linked(t, "ana@example.com")
	b.open("/account/people").at("/account/people", "People who can pay for me").says("Nobody yet.")
	b.open("/account/people/invite").send("/account/people/invite", "email", "eva@example.com").problem("Select what this person may do").problem("Select how long")
	b.send("/account/people/invite", "email", "ana@example.com", "scope", "pay", "until", "2027-02-20").problem("That is your own email address")
	b.send("/account/people/invite", "email", "eva@example.com", "scope", "pay", "until", "2999-01-01").problem("Select how long")
	b.send("/account/people/invite", "email", "eva@example.com", "scope", "pay", "until", "2027-02-20")
	b.at("/account/people", "People who can pay for me").says("We sent the invitation by email.", "eva@example.com", "can say yes until December 4, 2026")
	h.read(t, "eva@example.com")

	eva := h.signUp(t, "eva@example.com").open("/account/invitations").at("/account/invitations", "Help somebody pay")
	eva.says("asks for your help", "See amounts and pay", "February 20, 2027").send("/account/invitations", "answer", "yes").says("You can help now.")
	eva.open("/account/people")
	if eva.status != http.StatusForbidden {
		t.Errorf("a helper got %d at the list of helpers", eva.status)
	}
	b.open("/account/people").says("eva@example.com", "until February 20, 2027")
	link := regexp.MustCompile(`href="(/account/people/remove\?of=[^"]+)"`).FindStringSubmatch(b.body)
	b.open(link[1]).at("/account/people/remove", "Remove this person?").send("/account/people/remove").says("That person may not help any more.", "Nobody yet.")
	eva.open("/account/coverage").at("/account/link", "Connect your coverage")
}
