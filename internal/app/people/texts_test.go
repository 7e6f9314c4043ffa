package people_test

import (
	"slices"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
)

const phone = "6175550147"

var agreed = people.AskTexts{Number: "(617) 555-0147", Wording: "About 4 a month. STOP to end.", TextVersion: "en-1", Language: "en", From: from}

// texts tells what the settings page shows.
func (w *lobby) texts(p person) people.TextSetting {
	w.t.Helper()
	s, err := w.s.Settings(w.t.Context(), p.who)
	w.ok(err)
	return s.Texts
}

// asked lets a person agree, and gives the ticket and the code.
func (w *lobby) asked(p person, in people.AskTexts) (people.Ticket, string) {
	w.t.Helper()
	sent, err := w.s.BeginTexts(w.t.Context(), p.who, in)
	w.ok(err)
	digits, _ := identity.ParsePhone(in.Number)
	return sent.Ticket, codeOf(w.mail("text", digits))
}

// texted turns texts on by the code.
func (w *lobby) texted(p person, in people.AskTexts) {
	w.t.Helper()
	ticket, code := w.asked(p, in)
	w.ok(w.s.ConfirmTexts(w.t.Context(), p.who, people.AnswerSetup{Ticket: ticket, Code: code, From: from}))
	w.mail("change", p.email)
}

// hears takes a message from the phone and gives what was answered by text.
func (w *lobby) hears(id, words string) []string {
	w.t.Helper()
	w.ok(w.s.HeardText(w.t.Context(), people.HeardText{ID: id, Number: "+1" + phone, Words: words}))
	var answers []string
	for _, m := range w.mails() {
		if m.Template == "text" {
			answers = append(answers, m.Text.Reveal())
		}
	}
	return answers
}

func (w *lobby) consents(h apptest.Household) (all []store.TextConsent) {
	w.t.Helper()
	w.ok(w.DB.Read(w.t.Context(), "consents", func(tx *store.ReadTx) (err error) {
		all, err = tx.TextConsents(h.Account)
		return err
	}))
	return all
}

func (w *lobby) textedTo(h apptest.Household) (numbers []string) {
	w.t.Helper()
	w.ok(w.DB.Read(w.t.Context(), "numbers", func(tx *store.ReadTx) error {
		all, err := tx.TextTo(h.Account)
		for _, n := range all {
			numbers = append(numbers, n.Number.Reveal())
		}
		return err
	}))
	return numbers
}

// The code proves whose number it is: nothing goes out before. The record keeps
// words, version, language, number and who (A14).
func TestTextsByCode(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h := w.household()
		p := w.member("ana@example.org", h)
		if got := w.texts(p); !got.Offered || got.State != "" {
			t.Errorf("at first: %+v", got)
		}
		bad := agreed
		bad.Number = "555-0147"
		_, err := w.s.BeginTexts(ctx, p.who, bad)
		w.wantCode(err, people.CodePhone)
		bad = agreed
		bad.Wording = ""
		_, err = w.s.BeginTexts(ctx, p.who, bad)
		w.wantCode(err, people.CodeWording)
		ticket, code := w.asked(p, agreed)
		if got := w.texts(p); got.State != texting.Asked || got.Number != "(•••) •••-0147" || len(w.textedTo(h)) != 0 {
			t.Errorf("asked: %+v, to %v", got, w.textedTo(h))
		}
		answer := people.AnswerSetup{Ticket: ticket, Code: wrongOf(code), From: from}
		w.wantCode(w.s.ConfirmTexts(ctx, p.who, answer), identity.CodeCodeWrong)
		answer.Code = code
		w.ok(w.s.ConfirmTexts(ctx, p.who, answer))
		w.mail("change", p.email)
		w.wantCode(w.s.ConfirmTexts(ctx, p.who, answer), people.CodeTicket)
		if got := w.texts(p); got.State != texting.On || !slices.Equal(w.textedTo(h), []string{phone}) {
			t.Errorf("confirmed: %+v, to %v", got, w.textedTo(h))
		}
		all := w.consents(h)
		if len(all) != 2 || all[0].State != texting.Asked || all[0].Wording != agreed.Wording || all[0].TextVersion != "en-1" || all[0].Language != "en" ||
			all[0].Version != texting.ConsentVersion || all[0].Person != p.id || all[0].Number.Reveal() != phone || all[1].How != texting.HowCode {
			t.Errorf("record %+v", all)
		}
		w.ok(w.s.EndTexts(ctx, p.who, from))
		w.mail("change", p.email)
		if got := w.texts(p); got.State != texting.Stopped || len(w.textedTo(h)) != 0 {
			t.Errorf("ended on the page: %+v", got)
		}
		w.ok(w.s.EndTexts(ctx, p.who, from))
		if all := w.mails(); len(all) != 0 {
			t.Errorf("told twice: %d mails", len(all))
		}
	})
}

// YES from the phone proves the number as well, while it is fresh; whoever
// answers days later is not taken at it.
func TestTextsByReply(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		p := w.member("ana@example.org", h)
		if got := w.hears("m0", "YES"); len(got) != 0 {
			t.Errorf("YES to nothing: %v", got)
		}
		w.asked(p, agreed)
		w.advance(texting.AnswerFor + time.Minute)
		if got := w.hears("m1", "Yes"); len(got) != 0 || len(w.textedTo(h)) != 0 {
			t.Errorf("YES after days: %v, to %v", got, w.textedTo(h))
		}
		w.asked(p, agreed)
		if got := w.hears("m2", "Yes"); !slices.Equal(got, []string{"|texts_on|"}) || !slices.Equal(w.textedTo(h), []string{phone}) {
			t.Errorf("YES: %v, to %v", got, w.textedTo(h))
		}
		if got := w.hears("m3", "yes"); len(got) != 0 {
			t.Errorf("YES again: %v", got)
		}
	})
}

// STOP ends texts at once for all accounts of the number and is answered once;
// the service may tell of one message twice. START takes them up, HELP is
// answered whoever asks, other words are not.
func TestStopStartHelp(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		first, second, third := w.household(), w.household(), w.household()
		ana := w.member("ana@example.org", first)
		_, err := w.s.Link(t.Context(), ana.who, w.claim(second))
		w.ok(err)
		w.mails()
		bo := w.member("bo@example.org", third)
		w.texted(w.on(ana, first), agreed)
		w.texted(w.on(ana, second), agreed)
		other := agreed
		other.Number = "617-555-0188"
		w.texted(bo, other)
		if got := w.hears("m1", "Stop."); !slices.Equal(got, []string{"|texts_off|"}) {
			t.Errorf("STOP: %v", got)
		}
		if len(w.textedTo(first)) != 0 || len(w.textedTo(second)) != 0 || len(w.textedTo(third)) != 1 {
			t.Errorf("after STOP: %v, %v, %v", w.textedTo(first), w.textedTo(second), w.textedTo(third))
		}
		for _, id := range []string{"m1", "m2"} { // told twice, and sent twice
			if got := w.hears(id, "STOP"); len(got) != 0 {
				t.Errorf("STOP %s again: %v", id, got)
			}
		}
		if got := w.hears("m3", "what is this"); len(got) != 0 {
			t.Errorf("other words: %v", got)
		}
		if got := w.hears("m4", "HELP"); !slices.Equal(got, []string{"|texts_help|"}) {
			t.Errorf("HELP: %v", got)
		}
		if got := w.hears("m5", "start"); !slices.Equal(got, []string{"|texts_on|"}) || len(w.textedTo(first)) != 1 || len(w.textedTo(second)) != 1 {
			t.Errorf("START: %v", got)
		}
		if all := w.consents(first); all[len(all)-1].How != texting.HowReply || all[len(all)-1].State != texting.On || all[len(all)-2].State != texting.Stopped {
			t.Errorf("record %+v", all)
		}
	})
}

// STOP ends what waits for its code, too.
func TestStopBeforeTheCode(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		p := w.member("ana@example.org", h)
		ticket, code := w.asked(p, agreed)
		w.hears("m1", "QUIT")
		w.wantCode(w.s.ConfirmTexts(t.Context(), p.who, people.AnswerSetup{Ticket: ticket, Code: code, From: from}), people.CodeTicket)
		if len(w.textedTo(h)) != 0 {
			t.Error("the code turned on what STOP had ended")
		}
	})
}

// A phone that asks for help without end is not answered without end.
func TestHelpIsThrottled(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		answered := 0
		for i := range identity.TextLimit.Tries + 3 {
			answered += len(w.hears(string(rune('a'+i)), "HELP"))
		}
		if answered == 0 || answered > identity.TextLimit.Tries {
			t.Errorf("%d answers", answered)
		}
	})
}

// Another number is another agreement, and takes the place of the first. START
// from the old phone takes up nothing.
func TestAnotherNumber(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		p := w.member("ana@example.org", h)
		w.texted(p, agreed)
		other := agreed
		other.Number = "617-555-0188"
		ticket, code := w.asked(p, other)
		if !slices.Equal(w.textedTo(h), []string{phone}) {
			t.Errorf("before the code: %v", w.textedTo(h))
		}
		w.ok(w.s.ConfirmTexts(t.Context(), p.who, people.AnswerSetup{Ticket: ticket, Code: code, From: from}))
		w.mails()
		w.hears("m1", "START")
		if !slices.Equal(w.textedTo(h), []string{"6175550188"}) {
			t.Errorf("after it: %v", w.textedTo(h))
		}
	})
}

// Texts end with the access to the coverage, and START brings nothing back.
func TestTextsEndWithAccess(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		p := w.member("ana@example.org", h)
		w.texted(p, agreed)
		w.ok(w.s.Unlink(t.Context(), p.who, from))
		w.mails()
		if all := w.consents(h); all[len(all)-1].How != texting.HowAccess || all[len(all)-1].State != texting.Ended {
			t.Errorf("record %+v", all)
		}
		if got := w.hears("m1", "START"); len(got) != 0 || len(w.textedTo(h)) != 0 {
			t.Errorf("START: %v, to %v", got, w.textedTo(h))
		}
	})
}

// "Call me instead" (A3): the code is spoken, in the language of phone calls.
func TestCallMeInstead(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h := w.household()
		p := w.member("ana@example.org", h)
		w.ok(w.s.SetLanguages(ctx, p.who, people.Languages{Phone: "vi"}))
		sent, err := w.s.BeginPhone(ctx, p.who, people.NewPhone{Number: phone, From: from})
		w.ok(err)
		_, err = w.s.AddPhone(ctx, p.who, people.AnswerSetup{Ticket: sent.Ticket, Code: codeOf(w.mail("text", phone)), From: from})
		w.ok(err)
		w.mails()
		step, err := w.signIn(p.email, password)
		w.ok(err)
		written := codeOf(w.mail("text", phone))
		_, err = w.s.SendCode(ctx, people.SendCode{Ticket: step.Ticket, Call: true, From: from})
		w.ok(err)
		call := w.mail("call", phone)
		if call.Language != "vi" || codeOf(call) == written {
			t.Errorf("call in %q", call.Language)
		}
		_, err = w.s.AnswerCode(ctx, people.AnswerCode{Ticket: step.Ticket, Way: identity.FactorText, Code: written, From: from})
		w.wantCode(err, identity.CodeCodeWrong) // it was replaced
		_, err = w.s.AnswerCode(ctx, people.AnswerCode{Ticket: step.Ticket, Way: identity.FactorText, Code: codeOf(call), From: from})
		w.ok(err)
	})
}

// Nobody calls for a code that goes by e-mail, nor where nobody calls.
func TestCallsThatAreNotMade(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		step, err := w.signIn(p.email, password)
		w.ok(err)
		w.mails()
		_, err = w.s.SendCode(ctx, people.SendCode{Ticket: step.Ticket, Call: true, From: from})
		w.ok(err)
		w.mail("sign_in", p.email)
		sent, err := w.s.BeginPhone(ctx, p.who, people.NewPhone{Number: phone, From: from})
		w.ok(err)
		w.s.Calls = nil
		_, err = w.s.SendCode(ctx, people.SendCode{Ticket: sent.Ticket, Call: true, From: from})
		w.wantCode(err, people.CodeCallsOff)
	})
}

// STOP from a number that only a payer has given is kept, and answered once;
// START lifts it, and so does its owner's agreement by a code. A number that was
// never written to is not answered.
func TestStopOfAPayersNumber(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		w.Bill("2026-12")
		stopped := func() int { w.t.Helper(); return w.count("text_stop") }
		if got := w.hears("m1", "STOP"); len(got) != 0 || stopped() != 1 {
			t.Errorf("a number that was never written to: %v, %d", got, stopped())
		}
		if got := w.hears("m2", "START"); len(got) != 0 || stopped() != 0 {
			t.Errorf("START: %v, %d", got, stopped())
		}
		s := w.NewPaying(nil)
		_, err := s.PayByBank(t.Context(), paying.BankOrder{
			Order: paying.Order{
				Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelWebGuest, Amount: apptest.Amount("20.00"), Language: "en",
				Text:          &paying.ReceiptText{Number: pii.NewSecret(phone), Version: "en-1", Language: "en", Wording: "One text."},
				Authorization: payment.Authorization{Version: "2026-1", Wording: "I authorize one payment.", Network: "n", SessionHash: "s"},
			},
			Bank: payment.BankAccount{HolderName: "Bo Payer", Type: payment.AccountChecking, Routing: "011000138", Number: pii.NewSecret("000123456789")},
		})
		w.ok(err)
		if got := w.hears("m3", "stop"); !slices.Equal(got, []string{"|texts_off|"}) || stopped() != 1 {
			t.Errorf("STOP: %v, %d", got, stopped())
		}
		if got := w.hears("m4", "stop"); len(got) != 0 || stopped() != 1 {
			t.Errorf("STOP again: %v, %d", got, stopped())
		}
		w.texted(w.member("ana@example.org", h), agreed)
		if stopped() != 0 {
			t.Error("its owner has agreed by a code, and the number is stopped")
		}
	})
}
