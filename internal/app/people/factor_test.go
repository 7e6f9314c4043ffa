package people_test

import (
	"bytes"
	"image/png"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// addPasskey registers a software passkey.
func (w *lobby) addPasskey(p person, a *authenticator) people.Added {
	w.t.Helper()
	begun, err := w.s.BeginPasskey(w.t.Context(), p.who)
	w.ok(err)
	added, err := w.s.AddPasskey(w.t.Context(), p.who, people.PasskeyAnswer{Ticket: begun.Ticket, Response: a.register(begun.Options), From: from})
	w.ok(err)
	w.mails()
	return added
}

func TestPasskey(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p, a := w.signedUp("ana@example.org"), newAuthenticator(t)
		added := w.addPasskey(p, a)
		if added.Factor.Kind != identity.FactorPasskey || added.Factor.Name != "Firefox on Windows" || len(added.BackupCodes) != identity.BackupCodes {
			t.Errorf("added %+v", added.Factor)
		}
		// As the second step: the mail does not stand in for it.
		step, err := w.signIn(p.email, password)
		w.ok(err)
		if step.Ways[0] != identity.FactorPasskey || step.Sent != nil || len(w.mails()) != 0 {
			t.Fatalf("second step %+v", step)
		}
		_, err = w.s.SendCode(ctx, people.SendCode{Ticket: step.Ticket, Way: identity.FactorEmail, From: from})
		w.wantCode(err, people.CodeTicket)
		_, err = w.s.AnswerCode(ctx, people.AnswerCode{Ticket: step.Ticket, Way: identity.FactorEmail, Code: "123456", From: from})
		w.wantCode(err, people.CodeTicket)
		begun, err := w.s.BeginPasskeyStep(ctx, step.Ticket)
		w.ok(err)
		answer := people.PasskeyAnswer{Ticket: begun.Ticket, Response: a.assert(begun.Options), From: from}
		in, err := w.s.PasskeyStep(ctx, answer)
		w.ok(err)
		if in.Person != p.id || in.FirstStep {
			t.Errorf("signed in %+v", in)
		}
		apptest.Check(t, "method", w.resume(in.Session).Who.Method, identity.Method("password+passkey"))
		_, err = w.s.PasskeyStep(ctx, answer) // once
		w.wantCode(err, people.CodeTicket)

		// In place of e-mail and password.
		begun, err = w.s.BeginPasskeySignIn(ctx, from)
		w.ok(err)
		if o := a.read(begun.Options); o.PublicKey.UserVerification != "required" || len(o.PublicKey.AllowCredentials) != 0 {
			t.Errorf("options %+v", o)
		}
		in, err = w.s.PasskeySignIn(ctx, people.PasskeyAnswer{Ticket: begun.Ticket, Response: a.assert(begun.Options), From: from})
		w.ok(err)
		if in.Person != p.id {
			t.Errorf("signed in %+v", in)
		}
		apptest.Check(t, "method", w.resume(in.Session).Who.Method, identity.MethodPasskey)
	})
}

func TestPasskeysThatAreRefused(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p, good := w.signedUp("ana@example.org"), newAuthenticator(t)
		w.addPasskey(p, good)
		stranger := newAuthenticator(t)
		stranger.user = good.user
		for _, c := range []struct {
			name   string
			answer func(options []byte) []byte
		}{
			{"a passkey that nobody has", stranger.assert},
			{"another site", func(o []byte) []byte {
				a := *good
				a.origin = "https://pay.example.gov.evil.example"
				return a.assert(o)
			}},
			{"another party", func(o []byte) []byte { a := *good; a.party = "evil.example"; return a.assert(o) }},
			{"the person was not checked", func(o []byte) []byte { a := *good; a.verified = false; return a.assert(o) }},
			{"the right name with another key", func(o []byte) []byte { a := *stranger; a.id = good.id; return a.assert(o) }},
			{"somebody else's handle", func(o []byte) []byte { a := *good; a.user = bytes.Repeat([]byte{7}, 16); return a.assert(o) }},
			{"another challenge", func([]byte) []byte {
				other, err := w.s.BeginPasskeySignIn(ctx, from)
				w.ok(err)
				a := *good
				return a.assert(other.Options)
			}},
			{"no JSON", func([]byte) []byte { return []byte("hello") }},
			{"nothing", func([]byte) []byte { return nil }},
		} {
			begun, err := w.s.BeginPasskeySignIn(ctx, from)
			w.ok(err)
			response := c.answer(begun.Options)
			_, err = w.s.PasskeySignIn(ctx, people.PasskeyAnswer{Ticket: begun.Ticket, Response: response, From: from})
			if !fault.Is(err, people.CodePasskeyRefused) {
				t.Errorf("%s: got %v, want a refusal", c.name, err)
			}
			// Its challenge is used up.
			_, err = w.s.PasskeySignIn(ctx, people.PasskeyAnswer{Ticket: begun.Ticket, Response: good.assert(begun.Options), From: from})
			if !fault.Is(err, people.CodeTicket) {
				t.Errorf("%s, then the right answer: got %v, want that it is over", c.name, err)
			}
		}
		// A count that goes back is a copy of the passkey.
		good.count = 0
		begun, err := w.s.BeginPasskeySignIn(ctx, from)
		w.ok(err)
		good.count = 50
		_, err = w.s.PasskeySignIn(ctx, people.PasskeyAnswer{Ticket: begun.Ticket, Response: good.assert(begun.Options), From: from})
		w.ok(err)
		good.count = 20
		begun, err = w.s.BeginPasskeySignIn(ctx, from)
		w.ok(err)
		_, err = w.s.PasskeySignIn(ctx, people.PasskeyAnswer{Ticket: begun.Ticket, Response: good.assert(begun.Options), From: from})
		w.wantCode(err, people.CodePasskeyRefused)
	})
}

// A ceremony of one person is no use to another.
func TestPasskeyOfAnotherPerson(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ana, bo, a := w.signedUp("ana@example.org"), w.signedUp("bo@example.org"), newAuthenticator(t)
		begun, err := w.s.BeginPasskey(t.Context(), ana.who)
		w.ok(err)
		_, err = w.s.AddPasskey(t.Context(), bo.who, people.PasskeyAnswer{Ticket: begun.Ticket, Response: a.register(begun.Options), From: from})
		w.wantCode(err, people.CodeTicket)
	})
}

// addApp sets an authenticator app up and gives its seed.
func (w *lobby) addApp(p person) (seed string, added people.Added) {
	w.t.Helper()
	setup, err := w.s.BeginApp(w.t.Context(), p.who)
	w.ok(err)
	if _, err := png.Decode(bytes.NewReader(setup.QR)); err != nil {
		w.t.Errorf("the picture: %v", err)
	}
	seed = strings.ReplaceAll(setup.Secret, " ", "")
	if !strings.Contains(setup.URI.Reveal(), "secret="+seed) {
		w.t.Error("the address of the app has another seed")
	}
	added, err = w.s.AddApp(w.t.Context(), p.who, people.AnswerSetup{Ticket: setup.Ticket, Code: w.appCode(seed, 0), From: from})
	w.ok(err)
	w.mails()
	return seed, added
}

// appCode gives the code of an app whose clock is off by so many codes.
func (w *lobby) appCode(seed string, off int) string {
	w.t.Helper()
	code, err := totp.GenerateCode(seed, w.Clock.Now().Time().Add(time.Duration(off)*30*time.Second))
	w.ok(err)
	return code
}

func TestAppDriftAndReplay(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		p := w.signedUp("ana@example.org")
		seed, _ := w.addApp(p)
		answer := func(code string) error {
			step, err := w.signIn(p.email, password)
			w.ok(err)
			_, err = w.s.AnswerCode(t.Context(), people.AnswerCode{Ticket: step.Ticket, Way: identity.FactorApp, Code: code, From: from})
			return err
		}
		w.wantCode(answer(w.appCode(seed, 0)), identity.CodeCodeWrong) // used when it was set up
		w.ok(answer(w.appCode(seed, 1)))                               // its clock runs ahead
		w.wantCode(answer(w.appCode(seed, 1)), identity.CodeCodeWrong)
		w.wantCode(answer(w.appCode(seed, 0)), identity.CodeCodeWrong) // older than one that was used
		w.advance(2 * time.Minute)
		w.wantCode(answer(w.appCode(seed, -2)), identity.CodeCodeWrong)
		w.wantCode(answer(w.appCode(seed, 2)), identity.CodeCodeWrong)
		w.ok(answer(w.appCode(seed, -1)))
		w.ok(answer(w.appCode(seed, 0)))
	})
}

func TestBackupCodes(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		_, added := w.addApp(p)
		answer := func(code string) error {
			step, err := w.signIn(p.email, password)
			w.ok(err)
			_, err = w.s.AnswerCode(ctx, people.AnswerCode{Ticket: step.Ticket, Way: identity.FactorBackup, Code: code, From: from})
			return err
		}
		first, second := added.BackupCodes[0], added.BackupCodes[1]
		w.ok(answer(strings.ToLower(strings.ReplaceAll(first, "-", " "))))
		w.wantCode(answer(first), identity.CodeCodeWrong)
		w.wantCode(answer("2222-2222"), identity.CodeCodeWrong)
		w.wantCode(answer("22"), identity.CodeCodeFormat)
		security, err := w.s.Security(ctx, p.who)
		if err != nil || security.BackupCodes != identity.BackupCodes-1 {
			t.Errorf("%d codes are left, %v", security.BackupCodes, err)
		}
		fresh, err := w.s.NewBackupCodes(ctx, p.who, from)
		w.ok(err)
		w.wantCode(answer(second), identity.CodeCodeWrong)
		w.ok(answer(fresh[9]))
		// A second factor brings no new ones.
		if added := w.addPasskey(p, newAuthenticator(t)); added.BackupCodes != nil {
			t.Error("a second factor brought backup codes")
		}
	})
}

func TestPhone(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		_, err := w.s.BeginPhone(ctx, p.who, people.NewPhone{Number: "555", From: from})
		w.wantCode(err, people.CodePhone)
		sent, err := w.s.BeginPhone(ctx, p.who, people.NewPhone{Number: "(617) 555-0147", From: from})
		w.ok(err)
		if sent.To != "(•••) •••-0147" {
			t.Errorf("sent to %q", sent.To)
		}
		added, err := w.s.AddPhone(ctx, p.who, people.AnswerSetup{Ticket: sent.Ticket, Code: codeOf(w.mail("text", "6175550147")), From: from})
		w.ok(err)
		if added.Factor.Name != "(•••) •••-0147" {
			t.Errorf("added %+v", added.Factor)
		}
		w.mails()
		step, err := w.signIn(p.email, password)
		w.ok(err)
		if step.Sent == nil || step.Sent.Way != identity.FactorText {
			t.Fatalf("second step %+v", step)
		}
		_, err = w.s.AnswerCode(ctx, people.AnswerCode{Ticket: step.Ticket, Way: identity.FactorText, Code: codeOf(w.mail("text", "6175550147")), From: from})
		w.ok(err)
	})
}

func TestRemoveFactor(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		_, app := w.addApp(p)
		w.wantCode(w.s.RemoveFactor(ctx, p.who, app.Factor.ID, from), people.CodeLastFactor)
		key := w.addPasskey(p, newAuthenticator(t))
		other := w.signedUp("bo@example.org")
		w.wantCode(w.s.RemoveFactor(ctx, other.who, key.Factor.ID, from), people.CodeNoSuch)
		w.ok(w.s.RemoveFactor(ctx, p.who, app.Factor.ID, from))
		w.mail("change", p.email)
		w.wantCode(w.s.RemoveFactor(ctx, p.who, key.Factor.ID, from), people.CodeLastFactor)
		if got := w.events(p); got[0] != store.EventFactorRemoved {
			t.Errorf("history %v", got)
		}
	})
}

// What changes how somebody signs in needs the password again.
func TestConfirm(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		w.advance(8 * time.Minute)
		w.resume(p.who.Session)
		w.advance(3 * time.Minute)
		_, err := w.s.BeginApp(ctx, p.who)
		w.wantCode(err, people.CodeNotConfirmed)
		_, err = w.s.BeginPasskey(ctx, p.who)
		w.wantCode(err, people.CodeNotConfirmed)
		_, err = w.s.NewBackupCodes(ctx, p.who, from)
		w.wantCode(err, people.CodeNotConfirmed)
		_, err = w.s.BeginEmail(ctx, p.who, "new@example.org", from)
		w.wantCode(err, people.CodeNotConfirmed)
		w.wantCode(w.s.Confirm(ctx, p.who, pii.NewSecret("wrong kettle under oak"), from), people.CodeWrongPassword)
		w.ok(w.s.Confirm(ctx, p.who, pii.NewSecret(password), from))
		w.addApp(p)
	})
}

func TestTooManyFactors(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		p := w.signedUp("ana@example.org")
		for range identity.MaxFactors {
			w.addPasskey(p, newAuthenticator(t))
		}
		_, err := w.s.BeginApp(t.Context(), p.who)
		w.wantCode(err, people.CodeTooMany)
	})
}
