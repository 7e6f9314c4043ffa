package e2e_test

import (
	"context"
	"encoding/json"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
)

const passphrase = "correct horse battery"

// newAccount makes an account, and gives the mailbox that its codes come to.
func (b *tab) newAccount(email string) *mailbox {
	b.t.Helper()
	box := &mailbox{demo: b.demo, address: email}
	b.open("/account/new").at("Create an account").fill("email", email, "password", passphrase).press()
	b.at("Check your email").fill("code", box.code()).press().at("Choose a second step")
	return box
}

// connect connects the coverage of a demo member (A5).
func (b *tab) connect(m member) *tab {
	b.t.Helper()
	month, day, year := m.birth(b.t)
	b.open("/account/link").at("Connect your coverage").fill("subscriber_id", m.SubscriberID, "birth_month", month, "birth_day", day, "birth_year", year)
	return b.fill("account_code", m.AccountCode).press().at("Your coverage is connected")
}

// withPassword sends the form of e-mail and password.
func (b *tab) withPassword(email string) *tab {
	b.t.Helper()
	return b.open("/account/sign-in").at("Sign in").fill("email", email, "password", passphrase).pressOn(`form[action="/account/sign-in"] button[type=submit]`)
}

func (b *tab) signOut() *tab {
	b.t.Helper()
	return b.pressOn(`form.pp-sign button`).at("You are signed out")
}

// mailbox is the sandbox's mailbox of one address.
type mailbox struct {
	demo    *demo
	address string
	read    int // codes that were read
}

// code waits for a code that was not read yet.
func (m *mailbox) code() string {
	m.demo.t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for begun := time.Now(); time.Since(begun) < patience; <-ticker.C {
		if codes := m.codes(); len(codes) > m.read {
			m.read = len(codes)
			return codes[m.read-1]
		}
	}
	m.demo.t.Fatalf("no new code came to %s", m.address)
	return ""
}

var sixDigits = regexp.MustCompile(`\b\d{3} \d{3}\b`)

// codes lists the codes that came, the oldest first.
func (m *mailbox) codes() []string {
	m.demo.t.Helper()
	var codes []string
	for _, message := range m.messages() {
		if code := sixDigits.FindString(message.Text); code != "" {
			codes = append(codes, code)
		}
	}
	return codes
}

// message is an e-mail that came.
type message struct {
	To      []string `json:"to"`
	Subject string   `json:"subject"`
	Text    string   `json:"text"`
	HTML    string   `json:"html"`
}

// messages lists what came, the oldest first.
func (m *mailbox) messages() []message {
	m.demo.t.Helper()
	res, err := http.Get(m.demo.Sandbox + "/v1/messages")
	if err != nil {
		m.demo.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var inbox struct {
		Data []message `json:"data"`
	}
	if err := json.NewDecoder(res.Body).Decode(&inbox); err != nil {
		m.demo.t.Fatal(err)
	}
	mine := slices.DeleteFunc(inbox.Data, func(got message) bool { return !slices.Contains(got.To, m.address) })
	slices.Reverse(mine)
	return mine
}

// gets waits for an e-mail with a subject, and fails the test unless it says
// all of these.
func (m *mailbox) gets(subject string, texts ...string) {
	m.demo.t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for begun := time.Now(); time.Since(begun) < patience; <-ticker.C {
		all := m.messages()
		i := slices.IndexFunc(all, func(got message) bool { return got.Subject == subject })
		if i < 0 {
			continue
		}
		for _, text := range texts {
			if !strings.Contains(strings.Join(strings.Fields(all[i].Text), " "), text) {
				m.demo.t.Errorf("the e-mail %q does not say %q: %s", subject, text, all[i].Text)
			}
		}
		return
	}
	m.demo.t.Fatalf("%s never got the e-mail %q", m.address, subject)
}

// Flows F7 and F8 without a passkey: an account, a second step by an app, the
// coverage, and in again with the app and with a backup code.
func TestAccountWithAnApp(t *testing.T) {
	t.Parallel()
	each(t, twoLooks, func(t *testing.T, d *demo, b *tab) {
		b.newAccount("maria@example.com")
		key := b.app()
		var codes []string
		b.ask(`() => [...document.querySelectorAll(".pp-codes li")].map((li) => li.textContent.trim())`, &codes)
		b.press().connect(d.member("A")).says("Subscriber ID ending in")
		b.open("/account/security").says("Authenticator app", "10 codes left", "(This device)").signOut()
		b.withPassword("maria@example.com").at("Enter your one-time code").says("Open your authenticator app.")
		b.open("/account/code/way").at("Use another way").choose("way").press().at("Enter a backup code").fill("code", codes[0]).press()
		b.open("/account/security").says("9 codes left", "Backup code used")
		for _, secret := range []string{key, codes[1], passphrase} {
			if where, found := d.holds(secret); found {
				t.Errorf("a secret can be read in %s", where)
			}
		}
		if where, found := d.holds("maria@example.com"); found && where == "the log" {
			t.Error("the address is in the log")
		}
	})
}

// app sets up an authenticator app as the second step, and gives its key.
func (b *tab) app() (key string) {
	b.t.Helper()
	if !b.look.noScripts {
		b.choose("way") // this portal has no name that passkeys are bound to
	}
	b.press().at("Set up an authenticator app")
	b.ask(`() => document.querySelector(".pp-key").textContent.replaceAll(" ", "")`, &key)
	b.fill("code", appCode(b.t, key)).press().at("Save your backup codes")
	return key
}

func appCode(t *testing.T, key string) string {
	t.Helper()
	code, err := totp.GenerateCode(key, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// A passkey, with the authenticator that Chromium simulates: set up, used in
// place of e-mail and password, and as the second step.
func TestAccountWithAPasskey(t *testing.T) {
	t.Parallel()
	d := newDemoAt(t, "localhost:0")
	b := d.tab(t, desk)
	b.run(webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true,
		}).Do(ctx)
		return err
	}))
	b.newAccount("maria@example.com")
	b.press().at("Set up a passkey").fill("name", "My laptop")
	b.pressOn(`form[data-passkey] button`).at("Save your backup codes").says("Your passkey is set up.")
	b.press().connect(d.member("A")).signOut()

	b.open("/account/security").at("Sign in").says("Sign in to see this page.")
	b.pressOn(`form[data-passkey] button`).at("Sign-in and security").says("Passkey: My laptop", "Signed in: Passkey").signOut()

	b.withPassword("maria@example.com").at("Use your passkey")
	b.pressOn(`form[data-passkey] button`)
	b.open("/account/security").at("Sign-in and security").signOut()

	b.run(webauthn.Disable()) // a browser without the passkey
	b.withPassword("maria@example.com").at("Use your passkey")
	b.pressOn(`main .pp-links a`).at("Use another way").says("Backup code")
}

// Who is signed out from another browser is told why at the next press, signs
// in and is led back.
func TestSignInAgainLeadsBack(t *testing.T) {
	t.Parallel()
	each(t, twoLooks, func(t *testing.T, d *demo, b *tab) {
		box := b.newAccount("maria@example.com")
		b.open("/account/link").fill("subscriber_id", "7001")
		other := d.tab(t, desk) // who signs out everywhere else ends the first one's session
		other.withPassword("maria@example.com").at("Enter your one-time code").fill("code", box.code()).press()
		other.open("/account/security").pressOn(`form:has(input[value="others"]) button`).says("You are signed out everywhere else.")
		b.press().at("Sign in").says("We signed you out for your security.")
		b.fill("email", "maria@example.com", "password", passphrase).pressOn(`form[action="/account/sign-in"] button[type=submit]`)
		b.at("Enter your one-time code").fill("code", box.code()).press().at("Connect your coverage")
	})
}

// The keyboard alone signs in, and the focus is never lost.
func TestSignInByKeyboard(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	b := d.tab(t, desk)
	box := b.newAccount("maria@example.com")
	b.signOut().open("/account/sign-in")
	b.run(chromedp.Focus("#email", chromedp.ByQuery))
	b.typed("email", "maria@example.com").keys("\t").typed("password", passphrase).enter().at("Enter your one-time code")
	b.run(chromedp.Focus("#code", chromedp.ByQuery))
	b.typed("code", box.code()).enter()
	b.open("/account/security").at("Sign-in and security")
}
