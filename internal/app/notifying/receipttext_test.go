package notifying_test

import (
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
)

const payersPhone = "6175550123"

// paidWith is a payment by somebody who gave a number for a text, and its receipt.
func (o *office) paidWith(h apptest.Household, number string) notifying.Letter {
	o.TB.Helper()
	s := o.NewPaying(nil)
	p, err := s.PayByBank(o.TB.Context(), paying.BankOrder{
		Order: paying.Order{
			Operation: s.NewOperation(), Account: h.Account, Channel: payment.ChannelWebGuest, Amount: apptest.Amount("20.00"), Language: "en",
			Text:          &paying.ReceiptText{Number: pii.NewSecret(number), Version: "en-1", Language: "en", Wording: "One text."},
			Authorization: payment.Authorization{Version: "2026-1", Wording: "I authorize one payment.", Network: "n", SessionHash: "s"},
		},
		Bank:          payment.BankAccount{HolderName: "Bo Payer", Type: payment.AccountChecking, Routing: "011000138", Number: pii.NewSecret("000123456789")},
		ValidationRef: "check-1",
	})
	if err != nil {
		o.TB.Fatal(err)
	}
	return notifying.Letter{
		Account: h.Account, Template: "receipt", Version: 1, Language: "en", Source: p.ID.UUID, Subject: "Your receipt", Text: "Received.",
		Short: &notifying.Short{Template: "text_receipt", Version: 1, Words: "Text: receipt"},
	}
}

func (o *office) textReceipt(l notifying.Letter, number string) {
	o.TB.Helper()
	if err := o.TextReceipt(o.TB.Context(), l, pii.NewSecret(number)); err != nil {
		o.TB.Fatal(err)
	}
}

func (o *office) stops(number string) {
	o.TB.Helper()
	o.InTx(func(tx *store.Tx) error { _, err := tx.StopTexts(number); return err })
}

// G6: the number that a payer gave gets the receipt once, and no e-mail need go.
func TestAPayersReceiptByText(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.pastDue(address)
		o.At("2027-01-01 10:00:00")
		l := o.paidWith(h, payersPhone)
		for range 2 {
			o.textReceipt(l, payersPhone)
			o.workTexts()
		}
		apptest.Check(t, "texts", o.texts(h), []string{"text_receipt sent"})
		if got := o.phones.got; len(got) != 1 || got[0].Number.Reveal() != payersPhone || got[0].Words != "Text: receipt" {
			t.Errorf("the phone got %+v", got)
		}
		o.textReceipt(l, "6175550199") // which nobody has agreed for
		apptest.Check(t, "another number", o.texts(h), []string{"text_receipt sent"})
	})
}

// Texts go by the clock, and not to who has said STOP: before it was written, or
// while it waited for the morning.
func TestAReceiptByTextThatDoesNotLeave(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.pastDue(address)
		o.At("2027-01-01 22:00:00")
		o.textReceipt(o.paidWith(h, payersPhone), payersPhone)
		apptest.Check(t, "at night", o.texts(h), []string{"text_receipt waiting"})
		o.stops(payersPhone)
		o.At("2027-01-02 08:00:00")
		o.sendTexts()
		apptest.Check(t, "after STOP", o.texts(h), []string{"text_receipt not_wanted"})
		o.textReceipt(o.paidWith(h, payersPhone), payersPhone)
		apptest.Check(t, "of the next payment", o.texts(h), []string{"text_receipt not_wanted"})
		apptest.Check(t, "sent", len(o.phones.got), 0)
	})
}

// A member's number gets one text, not two.
func TestAMembersNumberGetsOneReceipt(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.pastDue(address)
		id, _ := o.member(h, "ana@example.org")
		o.text(h, id, phone, texting.On)
		o.At("2027-01-01 10:00:00")
		l := o.paidWith(h, phone)
		l.Address = pii.NewSecret("ana@example.org")
		if err := o.Deliver(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		o.textReceipt(l, phone)
		o.workTexts()
		apptest.Check(t, "texts", o.texts(h), []string{"text_receipt sent"})
	})
}

// Who pays again and again does not make a phone ring without end.
func TestReceiptsByTextAreThrottled(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.pastDue(address)
		o.At("2027-01-01 10:00:00")
		for range 6 {
			o.textReceipt(o.paidWith(h, payersPhone), payersPhone)
		}
		apptest.Check(t, "in an hour", len(o.texts(h)), 5)
		o.Clock.Advance(61 * time.Minute)
		o.textReceipt(o.paidWith(h, payersPhone), payersPhone)
		apptest.Check(t, "an hour later", len(o.texts(h)), 6)
	})
}
