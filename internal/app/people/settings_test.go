package people_test

import (
	"slices"
	"testing"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

func TestSettings(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h := w.household()
		w.Reach(h, "")
		p := w.member("ana@example.org", h)
		got, err := w.s.Settings(ctx, p.who)
		w.ok(err)
		if got.PageLanguage != "en" || got.LetterLanguage != "en" || got.Email != p.email || got.Phone != "" ||
			!slices.Equal(got.Address, []string{"1428 Commonwealth Avenue, Apt 12B", "Brighton, MA 02199"}) {
			t.Errorf("settings %+v", got)
		}
		for _, c := range got.Delivery {
			if c.Delivery != identity.DeliverPaper || c.To != "" {
				t.Errorf("before any choice: %+v", c)
			}
		}
		w.ok(w.s.SetLanguages(ctx, p.who, people.Languages{Page: "vi", Letters: "es"}))
		w.ok(w.s.SetLanguages(ctx, p.who, people.Languages{Phone: "pt"}))
		w.wantCode(w.s.SetLanguages(ctx, p.who, people.Languages{Page: "tlh"}), people.CodeLanguage)
		got, err = w.s.Settings(ctx, p.who)
		if err != nil || got.PageLanguage != "vi" || got.LetterLanguage != "es" || got.PhoneLanguage != "pt" {
			t.Errorf("settings %+v, %v", got, err)
		}
		if current := w.resume(p.who.Session); current.Language != "vi" {
			t.Errorf("current language %q", current.Language)
		}
	})
}

func TestChangeEmail(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		p := w.signedUp("ana@example.org")
		sent, err := w.s.BeginEmail(ctx, p.who, "new@example.org", from)
		w.ok(err)
		code := codeOf(w.mail("new_email", "new@example.org"))
		bo := w.signedUp("bo@example.org")
		w.wantCode(w.s.ChangeEmail(ctx, bo.who, people.AnswerSetup{Ticket: sent.Ticket, Code: code, From: from}), people.CodeTicket)
		w.wantCode(w.s.ChangeEmail(ctx, p.who, people.AnswerSetup{Ticket: sent.Ticket, Code: wrongOf(code), From: from}), identity.CodeCodeWrong)
		w.ok(w.s.ChangeEmail(ctx, p.who, people.AnswerSetup{Ticket: sent.Ticket, Code: code, From: from}))
		w.mail("change", "ana@example.org") // to the old address
		_, err = w.signIn("ana@example.org", password)
		w.wantCode(err, people.CodeNoMatch)
		_, err = w.signIn("new@example.org", password)
		w.ok(err)
		w.mails()
		// An address that somebody has: the same answer, and no code fits.
		sent, err = w.s.BeginEmail(ctx, p.who, "bo@example.org", from)
		w.ok(err)
		w.mail("exists", "bo@example.org")
		w.wantCode(w.s.ChangeEmail(ctx, p.who, people.AnswerSetup{Ticket: sent.Ticket, Code: "000000", From: from}), identity.CodeCodeWrong)
	})
}

// letters tells where documents of a kind go.
func (w *lobby) letters(p person, d identity.Document) (c people.Choice) {
	w.t.Helper()
	got, err := w.s.Settings(w.t.Context(), p.who)
	w.ok(err)
	for _, one := range got.Delivery {
		if one.Document == d {
			c = one
		}
	}
	return c
}

func (w *lobby) paperless(p person, documents ...identity.Document) {
	w.t.Helper()
	ctx := w.t.Context()
	sent, err := w.s.BeginPaperless(ctx, p.who, people.AskPaperless{Documents: documents, Language: "en", From: from})
	w.ok(err)
	code := codeOf(w.mail("paperless", p.email))
	w.ok(w.s.GoPaperless(ctx, p.who, people.GoPaperless{Ticket: sent.Ticket, Code: code, Wording: "You have the right to paper.", From: from}))
	w.mail("change", p.email)
}

// REG-45: paper goes only after it was shown that the person can read what
// comes instead, and the words of the consent are kept.
func TestPaperless(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h := w.household()
		p := w.member("ana@example.org", h)
		ask := people.AskPaperless{Documents: []identity.Document{identity.DocumentBill}, Language: "en", From: from}
		sent, err := w.s.BeginPaperless(ctx, p.who, ask)
		w.ok(err)
		if w.letters(p, identity.DocumentBill).Delivery != identity.DeliverPaper {
			t.Error("paper went before the demonstration")
		}
		code := codeOf(w.mail("paperless", p.email))
		wish := people.GoPaperless{Ticket: sent.Ticket, Code: wrongOf(code), Wording: "You have the right to paper.", From: from}
		w.wantCode(w.s.GoPaperless(ctx, p.who, wish), identity.CodeCodeWrong)
		wish.Code, wish.Wording = code, ""
		w.wantCode(w.s.GoPaperless(ctx, p.who, wish), people.CodeWording)
		wish.Wording = "You have the right to paper."
		w.ok(w.s.GoPaperless(ctx, p.who, wish))
		w.mails()
		if c := w.letters(p, identity.DocumentBill); c.Delivery != identity.DeliverEmail || c.To != p.email {
			t.Errorf("bills: %+v", c)
		}
		if c := w.letters(p, identity.DocumentNotice); c.Delivery != identity.DeliverPaper {
			t.Errorf("notices, which nobody chose: %+v", c)
		}
		w.ok(w.s.BackToPaper(ctx, p.who, []identity.Document{identity.DocumentBill}, from))
		if c := w.letters(p, identity.DocumentBill); c.Delivery != identity.DeliverPaper || c.Why != identity.PaperAsked {
			t.Errorf("bills: %+v", c)
		}
		w.mails()
		for _, documents := range [][]identity.Document{nil, {"spam"}} {
			ask.Documents = documents
			_, err = w.s.BeginPaperless(ctx, p.who, ask)
			w.wantCode(err, people.CodeDocument)
		}
		if n := w.count("delivery_choice"); n != 2 {
			t.Errorf("%d choices on record, want 2", n)
		}
	})
}

// The consent of one account is no consent of another.
func TestPaperlessIsPerAccount(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		first, second := w.household(), w.household()
		p := w.member("ana@example.org", first)
		_, err := w.s.Link(ctx, p.who, w.claim(second))
		w.ok(err)
		w.mails()
		sent, err := w.s.BeginPaperless(ctx, p.who, people.AskPaperless{Documents: identity.Documents, Language: "en", From: from})
		w.ok(err)
		other := w.on(p, second)
		err = w.s.GoPaperless(ctx, other.who, people.GoPaperless{Ticket: sent.Ticket, Code: codeOf(w.mail("paperless", p.email)), Wording: "words", From: from})
		w.wantCode(err, people.CodeTicket)
	})
}

// Who is no member any more gets no letters: paper is back.
func TestPaperlessEndsWithTheMember(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		ana, bo := w.member("ana@example.org", h), w.member("bo@example.org", h)
		w.paperless(ana, identity.DocumentNotice)
		w.ok(w.s.Unlink(t.Context(), ana.who, from))
		if c := w.letters(bo, identity.DocumentNotice); c.Delivery != identity.DeliverPaper {
			t.Errorf("notices: %+v", c)
		}
	})
}

// M20: an e-mail that comes back brings paper back.
func TestBounced(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		p := w.member("ana@example.org", h)
		bounced := func() (was bool) {
			w.InTx(func(tx *store.Tx) (err error) {
				was, err = w.s.Bounced(tx, h.Account)
				return err
			})
			return was
		}
		if bounced() {
			t.Error("paper came back that had not gone")
		}
		w.paperless(p, identity.DocumentBill, identity.DocumentNotice)
		if !bounced() || bounced() {
			t.Error("paper comes back once")
		}
		for _, d := range []identity.Document{identity.DocumentBill, identity.DocumentNotice} {
			if c := w.letters(p, d); c.Delivery != identity.DeliverPaper || c.Why != identity.PaperBounced {
				t.Errorf("%s: %+v", d, c)
			}
		}
	})
}

func TestMessages(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		ctx := t.Context()
		h, other := w.household(), w.household()
		p := w.member("ana@example.org", h)
		var last store.MessageID
		w.InTx(func(tx *store.Tx) error {
			source := tx.NewID()
			for _, m := range []store.Message{
				{AccountID: h.Account, Template: "past_due", Channel: store.ChannelEmail, Source: source, Subject: "Your payment is past due", Text: "Pay."},
				{AccountID: h.Account, Template: "past_due", Channel: store.ChannelPrint, Stock: store.StockLetter, Source: source, Subject: "Your payment is past due"},
				{AccountID: h.Account, Template: store.TemplateLinkCode, Channel: store.ChannelPrint, Stock: store.StockLetter, Source: tx.NewID(), Subject: "Your code"},
				{AccountID: other.Account, Template: "ended", Channel: store.ChannelEmail, Source: tx.NewID(), Subject: "Not hers", Text: "No."},
			} {
				m.ID, m.Version, m.Language, m.Address = tx.NewMessageID(), 1, "en", pii.NewSecret("a")
				if m.Template == store.TemplateLinkCode {
					last = m.ID
				}
				if _, err := tx.InsertMessage(m); err != nil {
					return err
				}
			}
			return nil
		})
		all, err := w.s.Messages(ctx, p.who, store.MessageID{})
		if err != nil || len(all) != 1 || !all[0].Email || !all[0].Paper || !all[0].Unread || all[0].Template != "past_due" {
			t.Fatalf("messages %+v, %v", all, err)
		}
		if n, err := w.s.UnreadMessages(ctx, p.who); n != 1 || err != nil {
			t.Errorf("%d unread, %v", n, err)
		}
		ways, err := w.s.Message(ctx, p.who, all[0].ID)
		if err != nil || len(ways) != 2 || ways[0].Text != "Pay." {
			t.Errorf("message %+v, %v", ways, err)
		}
		if n, _ := w.s.UnreadMessages(ctx, p.who); n != 0 {
			t.Errorf("%d unread after it was read", n)
		}
		if more, err := w.s.Messages(ctx, p.who, all[0].ID); err != nil || len(more) != 0 {
			t.Errorf("after the last: %+v, %v", more, err)
		}
		_, err = w.s.Message(ctx, p.who, last) // a code is shown to nobody who is signed in
		w.wantCode(err, people.CodeNoSuch)
	})
}

func TestYearTotals(t *testing.T) {
	t.Parallel()
	eachLobby(t, func(t *testing.T, w *lobby) {
		h := w.household()
		w.Bill("2026-12")
		p := w.member("ana@example.org", h)
		none, err := w.s.YearTotals(t.Context(), p.who)
		if err != nil || len(none) != 0 {
			t.Fatalf("before any payment: %+v, %v", none, err)
		}
		w.pay(h, "60.00")
		w.pay(h, "49.50")
		got, err := w.s.YearTotals(t.Context(), p.who)
		w.ok(err)
		if len(got) != 1 || got[0].Year != 2026 || got[0].Paid.Format() != "$109.50" || got[0].Payments != 2 ||
			len(got[0].Months) != 1 || got[0].Months[0].Month.String() != "2026-12" || got[0].Months[0].Medical.Format() != "$109.50" || !got[0].Months[0].Dental.IsZero() {
			t.Errorf("totals %+v", got)
		}
	})
}
