package paying_test

import (
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

const payersPhone = "6175550123"

// withNumber gives a number for a text with the receipt.
func withNumber(o paying.Order) paying.Order {
	o.Text = &paying.ReceiptText{Number: pii.NewSecret(payersPhone), Version: "en-1", Language: "en", Wording: "One text, to this number."}
	return o
}

// asksForTexts notes whose receipts are asked for by text. Closures run twice.
func (w *till) asksForTexts() map[payment.OperationID]bool {
	asked := map[payment.OperationID]bool{}
	w.Jobs.Text = func(_ *store.Tx, id payment.OperationID) error { asked[id] = true; return nil }
	return asked
}

func (w *till) numberOf(id payment.OperationID) string {
	w.t.Helper()
	r, err := w.s.Receipt(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return r.Number.Reveal()
}

// G6: the number goes with the intent, what was agreed to is kept for good, and
// the text is asked for with the payment, by bank or by card, with or without an
// e-mail address.
func TestReceiptByText(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		asked := w.asksForTexts()
		h := w.renewed()
		bank := w.bankOrder(h, "20.00")
		bank.Order = withNumber(bank.Order)
		bank.Email = ""
		for range 2 { // a double tap
			if _, err := w.s.PayByBank(t.Context(), bank); err != nil {
				t.Fatal(err)
			}
		}
		card := withNumber(w.order(h, "30.00"))
		w.open(card)
		apptest.Check(t, "asked before the card is charged", asked[card.Operation], false)
		w.gateway.pay(card.Operation)
		w.refresh(card.Operation)
		for name, id := range map[string]payment.OperationID{"bank": bank.Operation, "card": card.Operation} {
			apptest.Check(t, name+": asked for", asked[id], true)
			apptest.Check(t, name+": number", w.numberOf(id), payersPhone)
		}
		consent := fmt.Sprintf("SELECT consent_version || '|' || text_version || '|' || language || '|' || wording || '|' || network || '|' || session_hash FROM receipt_text_consent WHERE id_text(account_id) = '%s'", h.Account)
		want := "receipt-2026-1|en-1|en|One text, to this number.|n|s"
		apptest.Check(t, "what was agreed to", w.Rows(consent), []string{want, want})
		for _, kept := range w.Rows("SELECT CAST(number_enc AS TEXT) FROM intent WHERE number_enc IS NOT NULL") {
			if strings.Contains(kept, payersPhone) {
				t.Errorf("the number is in the clear: %q", kept)
			}
		}
		w.VerifyClean()
	})
}

// Who gives no number is asked nothing and gets no text, and nobody does where no
// texts are sent, or when no money came.
func TestNoReceiptByText(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		asked := w.asksForTexts()
		h := w.renewed()
		w.payByBank(h, "20.00")
		declined := withNumber(w.order(h, "30.00"))
		w.open(declined)
		if _, err := w.s.Abandon(t.Context(), declined.Operation); err != nil {
			t.Fatal(err)
		}
		off := paying.New(paying.Config{DB: w.DB, Profile: w.Profile, Jobs: w.Jobs, Links: nowhere{}, Validator: w.Validator, Log: w.Log})
		order := w.bankOrder(h, "25.00")
		order.Order = withNumber(order.Order)
		if _, err := off.PayByBank(t.Context(), order); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "asked for", len(asked), 0)
		apptest.Check(t, "number", w.numberOf(order.Operation), "")
		apptest.Check(t, "agreed", len(w.Rows("SELECT language FROM receipt_text_consent")), 1) // by who left the card page
	})
}
