package people_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

func TestSignUpAndIn(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		p := w.signedUp("Ana@example.org")
		step, err := w.signIn("ana@EXAMPLE.org", password)
		w.ok(err)
		if step.Done != nil || len(step.Ways) != 1 || step.Ways[0] != identity.FactorEmail || step.Sent == nil || step.Sent.To != "A•••@example.org" {
			t.Fatalf("second step: %+v", step)
		}
		again, err := w.s.Step(t.Context(), step.Ticket)
		if err != nil || again.Sent == nil || again.Sent.To != step.Sent.To {
			t.Errorf("shown again: %+v, %v", again, err)
		}
		in, err := w.s.AnswerCode(t.Context(), people.AnswerCode{Ticket: step.Ticket, Way: identity.FactorEmail, Code: codeOf(w.mail("sign_in", "Ana@example.org")), From: from})
		w.ok(err)
		if in.Person != p.id || !in.FirstStep || in.Device != "" {
			t.Errorf("signed in: %+v", in)
		}
		current := w.resume(in.Session)
		if current.Email != "Ana@example.org" || current.Who.Person != p.id || len(current.Coverages) != 0 {
			t.Errorf("current: %+v", current)
		}
		want := []store.PersonEventKind{store.EventSignedIn, store.EventSignedUp}
		if got := w.events(p); !slices.Equal(got, want) {
			t.Errorf("history %v, want %v", got, want)
		}
	})
}

// A1: an address that is known gets the same answer; the mail differs, and no
// code ever fits.
func TestSignUpTellsNobodyWhoIsThere(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		w.signedUp("ana@example.org")
		ctx := t.Context()
		ticket, err := w.s.SignUp(ctx, people.SignUp{Email: "ana@example.org", Password: pii.NewSecret("another kettle oak"), From: from})
		w.ok(err)
		if m := w.mail("exists", "ana@example.org"); codeOf(m) != "" {
			t.Errorf("the mail has a code")
		}
		for _, code := range []string{"000000", "123456"} {
			_, err = w.s.VerifyEmail(ctx, people.VerifyEmail{Ticket: ticket, Code: code, From: from})
			w.wantCode(err, identity.CodeCodeWrong)
		}
		// Nor for a new password: both answers are a ticket.
		known, err := w.s.Forgot(ctx, people.Forgot{Email: "ana@example.org", From: from})
		w.ok(err)
		w.mail("reset", "ana@example.org")
		unknown, err := w.s.Forgot(ctx, people.Forgot{Email: "bo@example.org", From: from})
		w.ok(err)
		w.mail("unknown", "bo@example.org")
		for _, ticket := range []people.Ticket{known, unknown} {
			err := w.s.Reset(ctx, people.Reset{Ticket: ticket, Code: "000000", Password: pii.NewSecret("another kettle oak"), From: from})
			w.wantCode(err, identity.CodeCodeWrong)
		}
		// Nor signing in.
		_, wrong := w.signIn("ana@example.org", "wrong kettle under oak")
		_, nobody := w.signIn("bo@example.org", "wrong kettle under oak")
		w.wantCode(wrong, people.CodeNoMatch)
		if wrong.Error() != nobody.Error() {
			t.Errorf("%v and %v differ", wrong, nobody)
		}
	})
}

func TestSignUpRefuses(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		_, err := w.s.SignUp(t.Context(), people.SignUp{Email: "ana", Password: pii.NewSecret("short"), From: from})
		fields := fault.Fields(err)
		if len(fields) != 2 || fields[0].Code != identity.CodeEmailFormat || fields[1].Code != identity.CodePasswordShort {
			t.Errorf("got %v, want both fields", err)
		}
		if len(w.mails()) != 0 {
			t.Error("a mail went out")
		}
	})
}

// Two browsers sign up with one address; both codes are right, one person is
// made.
func TestSignUpTwiceAtTheSameTime(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		var tickets []people.Ticket
		for range 2 {
			ticket, err := w.s.SignUp(t.Context(), people.SignUp{Email: "ana@example.org", Password: pii.NewSecret(password), From: from})
			w.ok(err)
			tickets = append(tickets, ticket)
		}
		mails := w.mails()
		_, err := w.s.VerifyEmail(t.Context(), people.VerifyEmail{Ticket: tickets[0], Code: codeOf(mails[0]), From: from})
		w.ok(err)
		_, err = w.s.VerifyEmail(t.Context(), people.VerifyEmail{Ticket: tickets[1], Code: codeOf(mails[1]), From: from})
		w.wantCode(err, people.CodeTicket)
	})
}

func TestCodes(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		begin := func() (people.Ticket, string) {
			step, err := w.signIn(p.email, password)
			w.ok(err)
			return step.Ticket, codeOf(w.mail("sign_in", p.email))
		}
		answer := func(ticket people.Ticket, code string) error {
			_, err := w.s.AnswerCode(ctx, people.AnswerCode{Ticket: ticket, Way: identity.FactorEmail, Code: code, From: from})
			return err
		}
		ticket, code := begin()
		w.wantCode(answer(ticket, "12 34"), identity.CodeCodeFormat)
		w.wantCode(answer(ticket, wrongOf(code)), identity.CodeCodeWrong)
		w.ok(answer(ticket, strings.Join(strings.Split(code, ""), " ")))
		w.wantCode(answer(ticket, code), people.CodeTicket) // once

		// A code of one ticket does not fit another.
		first, firstCode := begin()
		second, secondCode := begin()
		if firstCode != secondCode {
			w.wantCode(answer(second, firstCode), identity.CodeCodeWrong)
		}
		w.ok(answer(first, firstCode))

		// After 10 minutes a new one is on its way, and the old one is dead.
		ticket, code = begin()
		w.advance(10 * time.Minute)
		w.wantCode(answer(ticket, code), identity.CodeCodeExpired)
		next := codeOf(w.mail("sign_in", p.email))
		w.ok(answer(ticket, next))

		// Five wrong answers kill a code, not the step.
		ticket, code = begin()
		for range identity.CodeTries {
			w.wantCode(answer(ticket, wrongOf(code)), identity.CodeCodeWrong)
		}
		w.wantCode(answer(ticket, code), identity.CodeCodeTries)
		_, err := w.s.SendCode(ctx, people.SendCode{Ticket: ticket, From: from})
		w.ok(err)
		w.ok(answer(ticket, codeOf(w.mail("sign_in", p.email))))

		// A step sends a few codes and no more.
		ticket, _ = begin()
		for range identity.CodesPerTicket - 1 {
			_, err = w.s.SendCode(ctx, people.SendCode{Ticket: ticket, From: from})
			w.ok(err)
		}
		_, err = w.s.SendCode(ctx, people.SendCode{Ticket: ticket, From: from})
		w.wantCode(err, people.CodeThrottled)

		// And is over after an hour.
		w.mails()
		ticket, code = begin()
		w.advance(61 * time.Minute)
		w.wantCode(answer(ticket, code), people.CodeTicket)
	})
}

// A code has few tries, but anybody can ask for many codes: so many wrong ones a
// day lock the person's codes, and no more.
func TestCodesOfADay(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		reset := func() (people.Ticket, string) {
			ticket, err := w.s.Forgot(ctx, people.Forgot{Email: p.email, From: from})
			w.ok(err)
			return ticket, codeOf(w.mail("reset", p.email))
		}
		answer := func(ticket people.Ticket, code string) error {
			return w.s.Reset(ctx, people.Reset{Ticket: ticket, Code: code, Password: pii.NewSecret("another kettle under oak"), From: from})
		}
		for range identity.CodeLimit.Tries / identity.CodeTries {
			ticket, code := reset()
			for range identity.CodeTries {
				w.wantCode(answer(ticket, wrongOf(code)), identity.CodeCodeWrong)
			}
		}
		ticket, code := reset()
		w.wantCode(answer(ticket, code), people.CodeThrottled)
		step, err := w.signIn(p.email, password) // the password still works
		w.ok(err)
		_, err = w.s.AnswerCode(ctx, people.AnswerCode{Ticket: step.Ticket, Way: identity.FactorEmail, Code: codeOf(w.mail("sign_in", p.email)), From: from})
		w.wantCode(err, people.CodeThrottled)
		w.advance(24*time.Hour + time.Minute)
		ticket, code = reset()
		w.ok(answer(ticket, code))
	})
}

// wrongOf gives another code.
func wrongOf(code string) string {
	code = strings.ReplaceAll(code, " ", "")
	return code[:5] + string('0'+(code[5]-'0'+1)%10)
}

// A2: after 10 wrong tries wait 15 minutes, also with the right password; an
// address that nobody has is locked in the same way.
func TestLockOut(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		p := w.signedUp("ana@example.org")
		for _, email := range []string{p.email, "nobody@example.org"} {
			for range identity.SignInLimit.Tries {
				_, err := w.signIn(email, "wrong kettle under oak")
				w.wantCode(err, people.CodeNoMatch)
			}
			_, err := w.signIn(email, password)
			w.wantCode(err, people.CodeThrottled)
		}
		if got := w.events(p); got[0] != store.EventLocked {
			t.Errorf("history %v, want locked first", got)
		}
		w.advance(14 * time.Minute)
		_, err := w.signIn(p.email, password)
		w.wantCode(err, people.CodeThrottled)
		w.advance(2 * time.Minute)
		step, err := w.signIn(p.email, password)
		w.ok(err)
		// Only who is in has the count set back.
		in, err := w.s.AnswerCode(t.Context(), people.AnswerCode{Ticket: step.Ticket, Way: identity.FactorEmail, Code: codeOf(w.mail("sign_in", p.email)), From: from})
		w.ok(err)
		w.resume(in.Session)
	})
}

// The limit holds for tries at the same time.
func TestLockOutOfManyAtOnce(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		w.signedUp("ana@example.org")
		var group sync.WaitGroup
		results := make([]error, 24)
		for i := range results {
			group.Go(func() { _, results[i] = w.signIn("ana@example.org", "wrong kettle under oak") })
		}
		group.Wait()
		compared := 0
		for _, err := range results {
			if fault.Is(err, people.CodeNoMatch) {
				compared++
			}
		}
		if compared > identity.SignInLimit.Tries {
			t.Errorf("%d passwords were compared, want %d at most", compared, identity.SignInLimit.Tries)
		}
	})
}

// A network that tries many addresses is stopped.
func TestLockOutOfANetwork(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		for i := range identity.NetworkLimit.Tries {
			_, err := w.signIn("nobody"+string(rune('a'+i%26))+string(rune('a'+i/26))+"@example.org", "wrong kettle under oak")
			w.wantCode(err, people.CodeNoMatch)
		}
		_, err := w.signIn("somebody@example.org", "wrong kettle under oak")
		w.wantCode(err, people.CodeThrottled)
		_, err = w.s.SignIn(t.Context(), people.SignIn{Email: "somebody@example.org", Password: pii.NewSecret(password), From: people.From{Network: "198.51.100.9"}})
		w.wantCode(err, people.CodeNoMatch)
	})
}

func TestRememberedDevice(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		step, err := w.signIn(p.email, password)
		w.ok(err)
		in, err := w.s.AnswerCode(ctx, people.AnswerCode{Ticket: step.Ticket, Way: identity.FactorEmail, Code: codeOf(w.mail("sign_in", p.email)), Remember: true, From: from})
		w.ok(err)
		with := func(device string) people.Step {
			step, err := w.s.SignIn(ctx, people.SignIn{Email: p.email, Password: pii.NewSecret(password), Device: device, From: from})
			w.ok(err)
			return step
		}
		apptest.Check(t, "method", w.resume(in.Session).Who.Method, identity.Method("password+email"))
		done := with(in.Device).Done
		if done == nil {
			t.Fatal("the device was not remembered")
		}
		apptest.Check(t, "method", w.resume(done.Session).Who.Method, identity.MethodDevice)
		other := w.signedUpAgain("bo@example.org")
		if step, err := w.s.SignIn(ctx, people.SignIn{Email: other.email, Password: pii.NewSecret(password), Device: in.Device, From: from}); err != nil || step.Done != nil {
			t.Errorf("the device of somebody else: %+v, %v", step, err)
		}
		_, err = w.s.SignIn(ctx, people.SignIn{Email: p.email, Password: pii.NewSecret("wrong kettle under oak"), Device: in.Device, From: from})
		w.wantCode(err, people.CodeNoMatch)
		w.ok(w.s.SignOutOthers(ctx, w.resume(in.Session).Who, from))
		if with(in.Device).Done != nil {
			t.Error("the device was not forgotten")
		}
		w.advance(identity.RememberDays * 24 * time.Hour)
		if with(in.Device).Done != nil {
			t.Error("the device is remembered for ever")
		}
	})
}

// signedUpAgain is signedUp when mails wait.
func (w *lobby) signedUpAgain(email string) person { w.mails(); return w.signedUp(email) }

func TestNewPassword(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		const next = "another kettle under oak"
		ticket, err := w.s.Forgot(ctx, people.Forgot{Email: p.email, From: from})
		w.ok(err)
		code := codeOf(w.mail("reset", p.email))
		w.wantCode(w.s.Reset(ctx, people.Reset{Ticket: ticket, Code: code, Password: pii.NewSecret("short"), From: from}), identity.CodePasswordShort)
		w.ok(w.s.Reset(ctx, people.Reset{Ticket: ticket, Code: code, Password: pii.NewSecret(next), From: from}))
		if m := w.mail("change", p.email); !strings.Contains(m.Text.Reveal(), "password_reset") {
			t.Errorf("mail %q", m.Text.Reveal())
		}
		_, err = w.s.Resume(ctx, p.who.Session, from)
		w.wantCode(err, people.CodeNoSession)
		w.wantCode(w.s.Reset(ctx, people.Reset{Ticket: ticket, Code: code, Password: pii.NewSecret(next), From: from}), people.CodeTicket)
		_, err = w.signIn(p.email, password)
		w.wantCode(err, people.CodeNoMatch)
		_, err = w.signIn(p.email, next)
		w.ok(err)
	})
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		step, err := w.signIn(p.email, password)
		w.ok(err)
		other, err := w.s.AnswerCode(ctx, people.AnswerCode{Ticket: step.Ticket, Way: identity.FactorEmail, Code: codeOf(w.mail("sign_in", p.email)), From: from})
		w.ok(err)
		change := func(old, next string) error {
			return w.s.ChangePassword(ctx, p.who, people.ChangePassword{Old: pii.NewSecret(old), New: pii.NewSecret(next), From: from})
		}
		err = change("wrong kettle under oak", "another kettle under oak")
		w.wantCode(err, people.CodeWrongPassword)
		if fault.Fields(err)[0].Field != "old" {
			t.Errorf("at %s", fault.Fields(err)[0].Field)
		}
		err = change(password, "qwertyuiop12")
		w.wantCode(err, identity.CodePasswordCommon)
		if fault.Fields(err)[0].Field != "new" {
			t.Errorf("at %s", fault.Fields(err)[0].Field)
		}
		w.ok(change(password, "another kettle under oak"))
		w.mail("change", p.email)
		w.resume(p.who.Session)
		_, err = w.s.Resume(ctx, other.Session, from)
		w.wantCode(err, people.CodeNoSession)
	})
}
