package people_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

func (w *lobby) household() apptest.Household {
	w.t.Helper()
	return w.Household(apptest.Medical("2026-01", "109.50").Renewed())
}

// R-ACC-3: Subscriber ID, birth date and the account code of the bill.
func TestLink(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h, p := w.household(), w.signedUp("ana@example.org")
		c, err := w.s.Link(ctx, p.who, w.claim(h))
		w.ok(err)
		if c.Account != h.Account || c.Role != access.RoleMember || c.FirstName != "Ana" || c.LastName != "Testperson" {
			t.Errorf("connected %+v", c)
		}
		w.mail("change", p.email)
		_, err = w.s.Link(ctx, p.who, w.claim(h))
		w.wantCode(err, people.CodeLinked)
		who, ok := w.resume(p.who.Session).On(h.Account)
		if !ok || who.Role != access.RoleMember {
			t.Errorf("acts as %+v", who)
		}
		// A second member; the first is told.
		bo := w.signedUp("bo@example.org")
		_, err = w.s.Link(ctx, bo.who, w.claim(h))
		w.ok(err)
		told := map[string]bool{}
		for _, m := range w.mails() {
			told[m.Address.Reveal()] = strings.Contains(m.Text.Reveal(), "linked")
		}
		if !told["ana@example.org"] || !told["bo@example.org"] {
			t.Errorf("told %v", told)
		}
		if n := w.count("audit"); n < 2 {
			t.Errorf("%d audit events", n)
		}
		w.ok(w.s.Unlink(ctx, who, from))
		if current := w.resume(p.who.Session); len(current.Coverages) != 0 {
			t.Errorf("still connected: %+v", current.Coverages)
		}
		w.wantCode(w.s.Unlink(ctx, who, from), people.CodeNoAccount)
		_, err = w.s.Link(ctx, p.who, w.claim(h))
		w.ok(err)
	})
}

func TestLinkRefuses(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h, other := w.household(), w.household()
		for i, c := range []struct {
			name string
			edit func(*people.LinkCoverage)
			want string
		}{
			{"another birth date", func(in *people.LinkCoverage) { in.BirthDate = civil.MustParseDate("1980-03-01") }, people.CodeLinkNoMatch},
			{"the code of another account", func(in *people.LinkCoverage) { in.Code = w.DB.AccountCode(other.Account).String() }, people.CodeLinkNoMatch},
			{"a number that nobody has", func(in *people.LinkCoverage) { in.SubscriberID = ident.NewSubscriberID(1).String() }, people.CodeLinkNoMatch},
			{"no code", func(in *people.LinkCoverage) { in.Code = "" }, identity.CodeAccountCode},
			{"a number that can be none", func(in *people.LinkCoverage) { in.SubscriberID = "123" }, people.CodeSubscriberLength},
			{"a mistyped number", func(in *people.LinkCoverage) { in.SubscriberID = wrongDigit(in.SubscriberID) }, people.CodeSubscriberDigit},
			{"no number", func(in *people.LinkCoverage) { in.SubscriberID = " " }, people.CodeSubscriberEmpty},
			{"no birth date", func(in *people.LinkCoverage) { in.BirthDate = civil.Date{} }, people.CodeBirthDate},
		} {
			p := w.signedUp("ana" + string(rune('a'+i)) + "@example.org")
			in := w.claim(h)
			c.edit(&in)
			_, err := w.s.Link(ctx, p.who, in)
			t.Log(c.name)
			w.wantCode(err, c.want)
			if fault.Is(err, people.CodeLinkNoMatch) && strings.ContainsAny(err.Error(), "0123456789") {
				t.Errorf("%s: %v tells something", c.name, err)
			}
		}
	})
}

func wrongDigit(grouped string) string {
	last := grouped[len(grouped)-1]
	return grouped[:len(grouped)-1] + string('0'+(last-'0'+1)%10)
}

// Five wrong tries lock the Subscriber ID, for everybody, and the person, for
// every number. The right code does not help while it is locked.
func TestLinkIsThrottled(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h, p := w.household(), w.signedUp("ana@example.org")
		for range identity.LinkLimit.Tries {
			in := w.claim(h)
			in.Code = "22222222"
			_, err := w.s.Link(ctx, p.who, in)
			w.wantCode(err, people.CodeLinkNoMatch)
		}
		_, err := w.s.Link(ctx, p.who, w.claim(h))
		w.wantCode(err, people.CodeThrottled)
		bo := w.signedUp("bo@example.org")
		_, err = w.s.Link(ctx, bo.who, w.claim(h))
		w.wantCode(err, people.CodeThrottled)
		_, err = w.s.MailCode(ctx, bo.who, w.claim(h))
		w.wantCode(err, people.CodeThrottled)
		_, err = w.s.Link(ctx, p.who, w.claim(w.household()))
		w.wantCode(err, people.CodeThrottled)
		_, err = w.s.Link(ctx, bo.who, w.claim(w.household()))
		w.ok(err)
	})
}

func TestMailedCode(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h, p := w.household(), w.signedUp("ana@example.org")
		in := w.claim(h)
		in.Code = ""
		_, err := w.s.MailCode(ctx, p.who, in)
		w.wantCode(err, people.CodeNoAddress)
		w.Reach(h, "")
		mailed, err := w.s.MailCode(ctx, p.who, in)
		w.ok(err)
		if mailed.On.String() != "2026-11-20" || mailed.By.String() != "2026-11-27" {
			t.Errorf("mailed %+v", mailed)
		}
		_, err = w.s.MailCode(ctx, p.who, in)
		w.wantCode(err, people.CodeMailed)
		code := w.DB.MailedCode(w.out.printed[len(w.out.printed)-1])
		if code == w.DB.AccountCode(h.Account) {
			t.Error("the mailed code is that of the bill")
		}
		// With the wrong birth date it is not used up.
		in.Code, in.BirthDate = code.String(), civil.MustParseDate("1980-03-01")
		_, err = w.s.Link(ctx, p.who, in)
		w.wantCode(err, people.CodeLinkNoMatch)
		in.BirthDate = h.BirthDate
		_, err = w.s.Link(ctx, p.who, in)
		w.ok(err)
		bo := w.signedUpAgain("bo@example.org")
		_, err = w.s.Link(ctx, bo.who, in) // once
		w.wantCode(err, people.CodeLinkNoMatch)
	})
}

func TestMailedCodeRunsOut(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		w.Reach(h, "")
		p := w.signedUp("ana@example.org")
		_, err := w.s.MailCode(t.Context(), p.who, w.claim(h))
		w.ok(err)
		in := w.claim(h)
		in.Code = w.DB.MailedCode(w.out.printed[len(w.out.printed)-1]).String()
		w.At("2026-12-21 12:00:00")
		_, err = w.s.Link(t.Context(), w.again(p), in)
		w.wantCode(err, people.CodeLinkNoMatch)
	})
}

func TestTextedCode(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h, p := w.household(), w.signedUp("ana@example.org")
		_, err := w.s.TextCode(ctx, p.who, w.claim(h))
		w.wantCode(err, people.CodeNoPhone)
		w.InTx(func(tx *store.Tx) error { return tx.PutPhone(h.Account, "6175550147") })
		sent, err := w.s.TextCode(ctx, p.who, w.claim(h))
		w.ok(err)
		in := w.claim(h)
		in.Ticket, in.Code = sent.Ticket, codeOf(w.mail("text", "6175550147"))
		bo := w.signedUp("bo@example.org")
		_, err = w.s.Link(ctx, bo.who, in) // it was sent for somebody else
		w.wantCode(err, people.CodeTicket)
		wrong := in
		wrong.Code = wrongOf(in.Code)
		_, err = w.s.Link(ctx, p.who, wrong)
		w.wantCode(err, people.CodeLinkNoMatch)
		_, err = w.s.Link(ctx, p.who, in)
		w.ok(err)
	})
}

// Who asks for a code again has no more guesses at it: only connected coverage
// makes wrong tries be forgotten.
func TestAskingForACodeForgetsNoGuess(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h, p := w.household(), w.signedUp("ana@example.org")
		w.InTx(func(tx *store.Tx) error { return tx.PutPhone(h.Account, "6175550147") })
		w.Reach(h, "")
		for n := range identity.LinkLimit.Tries {
			in := w.claim(h)
			if n%2 == 0 {
				sent, err := w.s.TextCode(ctx, p.who, w.claim(h))
				w.ok(err)
				in.Ticket, in.Code = sent.Ticket, wrongOf(codeOf(w.mail("text", "6175550147")))
			} else {
				_, err := w.s.MailCode(ctx, p.who, w.claim(h))
				if fault.CodeOf(err) != people.CodeMailed {
					w.ok(err)
				}
				in.Code = "22222222"
			}
			_, err := w.s.Link(ctx, p.who, in)
			w.wantCode(err, people.CodeLinkNoMatch)
		}
		_, err := w.s.TextCode(ctx, p.who, w.claim(h))
		w.wantCode(err, people.CodeThrottled)
		_, err = w.s.Link(ctx, p.who, w.claim(h))
		w.wantCode(err, people.CodeThrottled)
	})
}
