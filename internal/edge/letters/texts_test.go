package letters_test

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/edge/letters"
)

// Brief 17: with the longest facts each text goes into one message of the GSM
// alphabet, or two parts where a language needs more letters.
func TestEveryTextIsShortEnough(t *testing.T) {
	t.Parallel()
	w := writerOf(t)
	w.BaseURL = "https://pay.marketplace.example.gov"
	if err := w.CheckTexts(); err != nil {
		t.Error(err)
	}
	w.BaseURL = "https://" + strings.Repeat("premium-", 12) + "payments.example.gov"
	if err := w.CheckTexts(); !fault.Is(err, letters.CodeTextTooLong) {
		t.Errorf("an address of %d characters: %v", len(w.BaseURL), err)
	}
}

// The texts that letters have, by the letter.
var textsOf = map[string]string{
	"bill_first":         "Bay Harbor Health: your first bill is ready. Pay or see it: pay.example.gov/p/",
	"bill_monthly":       "Bay Harbor Health: your bill is ready. Pay or see it: pay.example.gov/p/",
	"bill_autopay":       "Bay Harbor Health: AutoPay on ",
	"bill_autopay_waits": "Bay Harbor Health: your bill is ready. AutoPay waits for your bank account. Pay or see it: pay.example.gov/p/",
	"bill_autopay_held":  "Bay Harbor Health: AutoPay is waiting for you. Choose what to do: pay.example.gov/account/autopay.",
	"due_reminder":       "Bay Harbor Health: your bill is due Monday, November 23, 2026. Pay: pay.example.gov/pay.",
	"start_reminder":     "Bay Harbor Health: your bill is due ",
	"past_due":           "Bay Harbor Health: your payment is past due. Pay or get help: pay.example.gov/pay.",
	"end_warning":        "Bay Harbor Health: act by ",
	"payment_returned":   "Bay Harbor Health: your bank returned your payment.",
}

var anAmount = regexp.MustCompile(`\$\d`)

// A text begins with the marketplace's name, and has no name, no amount, no word
// of health and no plan: others may read it. Those that come each month say how
// to end them.
func TestTextsOfLetters(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for name, s := range samples() {
		words, err := s.write(writerOf(t))
		if err != nil {
			t.Fatal(err)
		}
		want, texted := textsOf[words.Template]
		if words.Short == nil {
			if texted && words.Template != "payment_returned" { // one that leaves nothing to do has none
				t.Errorf("%s: no text", name)
			}
			continue
		}
		seen[words.Template] = true
		text := words.Short.Words
		if !strings.HasPrefix(text, want) || !texted || words.Short.Version < 1 || !strings.HasPrefix(words.Short.Template, "text_") {
			if !strings.Contains(text, "Nothing is due") {
				t.Errorf("%s: %s %q, want %q", name, words.Short.Template, text, want)
			}
		}
		if !texting.Plain(text) || texting.Parts(text) != 1 || anAmount.MatchString(text) {
			t.Errorf("%s: %q", name, text)
		}
		for _, word := range []string{"Maria", "Souza", "overage", "plan", "dental", "insurance", "enroll"} {
			if strings.Contains(text, word) {
				t.Errorf("%s says %q: %q", name, word, text)
			}
		}
		if strings.HasPrefix(words.Template, "bill_") && !strings.Contains(text, "STOP to end") {
			t.Errorf("%s comes each month and does not say how to end it: %q", name, text)
		}
	}
	for _, template := range slices.Sorted(maps.Keys(textsOf)) {
		if !seen[template] {
			t.Errorf("no sample of %s has a text", template)
		}
	}
}

func TestReceiptText(t *testing.T) {
	t.Parallel()
	l, err := writerOf(t).Receipt(paid(t))
	if err != nil || l.Short == nil || l.Short.Words != "Bay Harbor Health: payment received. Confirmation "+paid(t).Payment.Confirmation.String()+". Thank you." {
		t.Errorf("%+v, %v", l.Short, err)
	}
	w := writerOf(t)
	w.BaseURL = "https://" + strings.Repeat("a", 200) + ".example.gov"
	if _, err := w.Receipt(paid(t)); err != nil {
		t.Errorf("a receipt needs no text: %v", err)
	}
}

func TestAnswersByText(t *testing.T) {
	t.Parallel()
	for kind, says := range map[people.MailKind][]string{
		people.MailTexts:     {"482913", "reply YES", "about 4 a month", "Msg&data rates may apply", "HELP for help", "STOP to end"},
		people.MailTextsOn:   {"are on", "Msg & data rates may apply", "HELP for help", "STOP to end"},
		people.MailTextsOff:  {"no more bill texts", "START", "1-800-555-0100"},
		people.MailTextsHelp: {"1-800-555-0100", "STOP to end", "about 4 a month"},
		people.MailSignIn:    {"482913", "10 minutes"},
	} {
		text, err := writerOf(t).PersonText(people.Mail{Kind: kind, Language: "en", Code: "482 913", Minutes: 10})
		if err != nil || !strings.HasPrefix(text, "Bay Harbor Health: ") || texting.Parts(text) != 1 {
			t.Errorf("%s: %q, %v", kind, text, err)
		}
		for _, part := range says {
			if !strings.Contains(text, part) {
				t.Errorf("%s lacks %q: %q", kind, part, text)
			}
		}
	}
}

// A call reads the code digit by digit, twice.
func TestCall(t *testing.T) {
	t.Parallel()
	text, err := writerOf(t).PersonCall(people.Mail{Kind: people.MailSignIn, Language: "en", Code: "482 913"})
	if err != nil || strings.Count(text, "4, 8, 2, 9, 1, 3") != 2 || strings.Contains(text, "482") {
		t.Errorf("%q, %v", text, err)
	}
}
