package letters_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/letters"
)

// Who started the payment may be anyone: the letter names nobody.
func TestTheLetterAboutNoPayment(t *testing.T) {
	t.Parallel()
	paid := paid(t)
	l, err := writerOf(t).Unpaid(payment.Intent{
		ID: paid.Payment.IntentID, AccountID: paid.Payment.AccountID, Amount: money.Cents(12450), State: payment.IntentDeclined, Email: "payer@example.com",
		Language: "en", SubmittedAt: paid.Payment.SubmittedAt, UpdatedAt: paid.Payment.SubmittedAt,
	})
	if err != nil {
		t.Fatal(err)
	}
	if l.Address.Reveal() != "payer@example.com" || l.Template == letters.TemplateReceipt || l.Account != paid.Payment.AccountID {
		t.Errorf("got %+v", l)
	}
	if strings.Contains(l.Subject, "$") || strings.Contains(l.Text, paid.FirstName) {
		t.Errorf("the letter tells too much: %s\n%s", l.Subject, l.Text)
	}
	golden(t, "unpaid.txt", "Subject: "+l.Subject+"\n\n"+l.Text)
}
