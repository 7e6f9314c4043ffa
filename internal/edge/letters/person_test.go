package letters_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// changes are the events that a person is told of (M18).
var changes = []store.PersonEventKind{
	store.EventSignedUp, store.EventPasswordChanged, store.EventPasswordReset, store.EventEmailChanged, store.EventFactorAdded, store.EventFactorRemoved,
	store.EventBackupCodes, store.EventLinked, store.EventUnlinked, store.EventDelegateAdded, store.EventDelegateRemoved, store.EventDelivery, store.EventBankAdded, store.EventBankRemoved,
}

func personMails() []people.Mail {
	at, _ := civil.ParseInstant("2026-11-20T19:00:00Z")
	mails := []people.Mail{
		{Kind: people.MailExists},
		{Kind: people.MailUnknown},
		{Kind: people.MailBillReady},
		{Kind: people.MailOtherPaid, Amount: money.Cents(12450), On: civil.MustParseDate("2026-11-20")},
	}
	for _, kind := range []people.MailKind{people.MailSignUp, people.MailSignIn, people.MailReset, people.MailNewEmail, people.MailPaperless} {
		mails = append(mails, people.Mail{Kind: kind, Code: "482 913", Minutes: 10})
	}
	for _, scope := range []identity.Scope{identity.ScopeView, identity.ScopePay, identity.ScopeAutoPay} {
		mails = append(mails, people.Mail{Kind: people.MailInvite, Helped: "Ana T.", Scope: scope, Until: civil.MustParseDate("2026-12-04")})
	}
	for _, change := range changes {
		mails = append(mails, people.Mail{Kind: people.MailChange, Change: change, At: at})
	}
	return mails
}

// Every mail to a person can be said, and says nothing in its subject (M17,
// brief 17) and nothing secret in an address.
func TestMailToPeople(t *testing.T) {
	t.Parallel()
	w := writerOf(t)
	for _, m := range personMails() {
		for _, lang := range []string{"en", "vi", ""} {
			m.Language = lang
			words, err := w.Person(m)
			if err != nil {
				t.Fatalf("%s %s: %v", m.Kind, m.Change, err)
			}
			if words.Template != "person_"+string(m.Kind) || words.Subject == "" || words.Text == "" || words.HTML == "" || words.Language != "en" {
				t.Errorf("%s: template %q, subject %q, language %q", m.Kind, words.Template, words.Subject, words.Language)
			}
			if strings.ContainsAny(words.Subject, "0123456789@$") || strings.Contains(words.Subject, "Ana") {
				t.Errorf("%s: the subject %q has facts", m.Kind, words.Subject)
			}
			if (m.Code != "") != strings.Contains(words.Text, "482 913") {
				t.Errorf("%s: the code: %q", m.Kind, words.Text)
			}
			for line := range strings.Lines(words.Text) {
				if strings.Contains(line, "http") && strings.Contains(line, "482") {
					t.Errorf("%s: a code in an address: %q", m.Kind, line)
				}
			}
		}
	}
	if _, err := w.Person(people.Mail{Kind: "birthday"}); err == nil {
		t.Error("a mail of no kind was written")
	}
}

func TestTextMessage(t *testing.T) {
	t.Parallel()
	text, err := writerOf(t).PersonText(people.Mail{Code: "482 913", Minutes: 10})
	if err != nil || !strings.Contains(text, "482913") || len(text) > 160 {
		t.Errorf("%d characters: %q, %v", len(text), text, err)
	}
}

func TestPlainLetters(t *testing.T) {
	t.Parallel()
	w := writerOf(t)
	reader := notifying.Reader{FirstName: "Ana", LastName: "Testperson", SubscriberID: "700123456789", Language: "en", Ways: notifying.Ways{Print: true}}
	for _, p := range []notifying.Plain{
		{Kind: notifying.PlainCode, Until: civil.MustParseDate("2026-12-20")},
		{Kind: notifying.PlainBounced, Said: []string{"Your bill is ready."}},
	} {
		p.Reader, p.Written = reader, civil.MustParseDate("2026-11-20")
		words, err := w.Plain(p)
		if err != nil || words.Letter == nil || words.Text != "" || words.Template != string(p.Kind) {
			t.Fatalf("%s: %+v, %v", p.Kind, words, err)
		}
		if p.Kind == notifying.PlainCode && (len(words.Letter.Box) != 1 || words.Letter.Box[0].Value != notifying.CodePlace) {
			t.Errorf("the place of the code: %+v", words.Letter.Box)
		}
	}
}

// R-ACC-3: the paper bill brings the account code; its e-mail does not, and a
// bill without a code says nothing of one.
func TestAccountCodeOnPaper(t *testing.T) {
	t.Parallel()
	w := writerOf(t)
	b := billed()
	b.Reader.AccountCode = "7F3K92QM"
	words, err := w.Bill(b)
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(words.Bill.Help, "\n"); !strings.Contains(got, "Create your online account") || !strings.Contains(got, "7F3K 92QM") {
		t.Errorf("help %q", got)
	}
	if strings.Contains(words.Text+words.HTML, "7F3K") {
		t.Error("the e-mail has the code")
	}
	b.Reader.AccountCode = ""
	if words, err = w.Bill(b); err != nil || len(words.Bill.Help) != 1 {
		t.Errorf("without a code: %q, %v", words.Bill.Help, err)
	}
}
