package letters_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/format/billpdf"
)

// Brief 16, page 2: how to appeal and by when, AutoPay in three lines where it is
// not on, and the notice of language help.
func TestTheBackOfABill(t *testing.T) {
	t.Parallel()
	monthly, err := writerOf(t).Bill(billed())
	if err != nil {
		t.Fatal(err)
	}
	text := onPaper(t, monthly)
	for _, want := range []string{
		"you have the right to appeal until December 2, 2026. Call 1-800-555-0100, say that you want to appeal",
		"Sign in at pay.example.gov/account/autopay and choose your bank account.",
		"Cette lettre est importante.", "Questa lettera è importante.", "Ten list jest ważny.", "Это важное письмо.", "Αυτή η επιστολή",
		"Arabic, Gujarati, Hindi, Khmer, Korean, Lao",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the bill lacks %q:\n%s", want, text)
		}
	}
	printed(t, monthly) // every letter has a glyph
	auto, err := autoPaySamples()["autopay_bill"].write(writerOf(t))
	if err != nil {
		t.Fatal(err)
	}
	if hasHeading(auto.Bill, "Let AutoPay pay your bill") || !hasHeading(monthly.Bill, "Let AutoPay pay your bill") {
		t.Error("AutoPay is offered where it is on, or not where it is off")
	}
}

func hasHeading(doc *billpdf.Document, heading string) bool {
	for _, s := range doc.More {
		if s.Heading == heading {
			return true
		}
	}
	return false
}
