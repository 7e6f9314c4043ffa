package people_test

import (
	"crypto/sha256"
	"encoding/base64"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// again signs a person in once more.
func (w *lobby) again(p person) people.Who {
	w.t.Helper()
	w.mails()
	step, err := w.signIn(p.email, password)
	w.ok(err)
	in, err := w.s.AnswerCode(w.t.Context(), people.AnswerCode{Ticket: step.Ticket, Way: identity.FactorEmail, Code: codeOf(w.mail("sign_in", p.email)), From: from})
	w.ok(err)
	return w.resume(in.Session).Who
}

// webSession keeps a session of the pages under a cookie's value, and tells
// whether it is there.
func (w *lobby) webSession(token string) func() bool {
	w.t.Helper()
	sum := sha256.Sum256([]byte(token))
	hash := base64.RawURLEncoding.EncodeToString(sum[:])
	w.InTx(func(tx *store.Tx) error { return tx.PutSession(hash, []byte("x"), w.Clock.Now().Add(time.Hour)) })
	return func() (found bool) {
		w.InTx(func(tx *store.Tx) (err error) {
			_, found, err = tx.Session(hash, w.Clock.Now())
			return err
		})
		return found
	}
}

func TestRevocation(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		second, third := w.again(p), w.again(p)
		alive := w.webSession("cookie of the second")
		w.ok(w.s.Bind(ctx, second.Session, "cookie of the second"))
		security, err := w.s.Security(ctx, p.who)
		w.ok(err)
		if len(security.Sessions) != 3 {
			t.Fatalf("%d sessions, want 3", len(security.Sessions))
		}
		for _, d := range security.Sessions {
			if d.Browser != "Firefox on Windows" || d.Network != "203.0.113.…" || d.This != (d.ID == p.who.Session) {
				t.Errorf("device %+v", d)
			}
		}
		bo := w.signedUp("bo@example.org")
		w.wantCode(w.s.SignOutOne(ctx, bo.who, second.Session, from), people.CodeNoSuch)
		if !alive() {
			t.Fatal("somebody else ended the session of the pages")
		}
		w.ok(w.s.SignOutOne(ctx, p.who, second.Session, from))
		_, err = w.s.Resume(ctx, second.Session, from)
		w.wantCode(err, people.CodeNoSession)
		if alive() {
			t.Error("the session of the pages is there")
		}
		w.resume(third.Session)
		w.ok(w.s.SignOutOthers(ctx, p.who, from))
		_, err = w.s.Resume(ctx, third.Session, from)
		w.wantCode(err, people.CodeNoSession)
		w.resume(bo.who.Session)
		w.ok(w.s.SignOut(ctx, p.who))
		_, err = w.s.Resume(ctx, p.who.Session, from)
		w.wantCode(err, people.CodeNoSession)
	})
}

// A session ends after 15 minutes without a page, and after half a day with
// many.
func TestIdleSessions(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		w.advance(15 * time.Minute)
		w.resume(p.who.Session)
		w.advance(14*time.Minute + 50*time.Second)
		w.resume(p.who.Session)
		w.advance(15*time.Minute + time.Second)
		_, err := w.s.Resume(ctx, p.who.Session, from)
		w.wantCode(err, people.CodeNoSession)

		who := w.again(p)
		for range 12 * 6 {
			w.advance(10 * time.Minute)
			w.resume(who.Session)
		}
		w.advance(time.Minute)
		_, err = w.s.Resume(ctx, who.Session, from)
		w.wantCode(err, people.CodeNoSession)
	})
}

// What nobody needs any more is deleted; what is in use stays.
func TestSweep(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		ticket, err := w.s.Forgot(ctx, people.Forgot{Email: p.email, From: from})
		w.ok(err)
		w.ok(w.s.Sweep(ctx))
		w.resume(p.who.Session)
		code := codeOf(w.mail("reset", p.email))
		w.advance(2 * time.Hour)
		w.ok(w.s.Sweep(ctx))
		err = w.s.Reset(ctx, people.Reset{Ticket: ticket, Code: code, Password: pii.NewSecret("another kettle under oak"), From: from})
		w.wantCode(err, people.CodeTicket)
		w.advance(24 * time.Hour)
		w.ok(w.s.Sweep(ctx))
		if n := w.count("person_session") + w.count("person_challenge"); n != 0 {
			t.Errorf("%d rows are left", n)
		}
		w.advance(31 * 24 * time.Hour)
		w.ok(w.s.Sweep(ctx))
		if n := w.count("person_mail"); n != 0 {
			t.Errorf("%d mails are left", n)
		}
	})
}

// Mail that was sent holds no code any more.
func TestSentMailIsEmptied(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		_, err := w.s.Forgot(t.Context(), people.Forgot{Email: "ana@example.org", From: from})
		w.ok(err)
		id := w.out.queued[len(w.out.queued)-1]
		w.mail("unknown", "ana@example.org")
		w.InTx(func(tx *store.Tx) error {
			m, err := tx.PersonMail(id)
			if err == nil && (m.State != store.MessageSent || !m.Text.IsZero() || !m.HTML.IsZero()) {
				t.Errorf("kept: state %s, text %d", m.State, len(m.Text.Reveal()))
			}
			return err
		})
		w.ok(w.s.SendMail(t.Context(), id)) // again: not sent twice
		if len(w.out.sent) != 1 {
			t.Errorf("%d mails went out", len(w.out.sent))
		}
	})
}
