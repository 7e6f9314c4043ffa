package account_test

import (
	"context"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
)

// slot is a bank's mailbox that takes everything and says nothing.
type slot struct{}

func (slot) Put(_ context.Context, _ string, write func(io.Writer) error) error {
	return write(io.Discard)
}
func (slot) Has(context.Context, string) (bool, error)          { return true, nil }
func (slot) List(context.Context) ([]ach.File, error)           { return nil, nil }
func (slot) Get(context.Context, string) (io.ReadCloser, error) { return nil, io.EOF }
func (slot) Done(context.Context, string) error                 { return nil }

// evening sends what waits to the bank.
func (h *house) evening(t *testing.T) {
	t.Helper()
	out := originating.New(originating.Config{DB: h.DB, Profile: h.Profile, Link: slot{}})
	if _, err := h.bureau.autopay.Freeze(t.Context(), h.Today()); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Build(t.Context(), h.Today()); err != nil {
		t.Fatal(err)
	}
	if _, err := out.Send(t.Context(), h.Today()); err != nil {
		t.Fatal(err)
	}
}

// morning is what the business day does for AutoPay.
func (h *house) morning(t *testing.T) {
	t.Helper()
	if _, err := h.bureau.autopay.Plan(t.Context(), h.Today()); err != nil {
		t.Fatal(err)
	}
}

// twoAmounts is what the member reads at the bank, as it is typed.
func (h *house) twoAmounts() [2]string {
	var two [2]string
	for i, cents := range h.Rows("SELECT CAST(amount_cents AS TEXT) FROM ach_entry WHERE kind = 'micro' AND first_entry_id IS NULL ORDER BY ach_entry_id") {
		two[i] = cents
	}
	return two
}

// other gives an amount that is neither of two.
func other(two [2]string) string {
	for n := 1; ; n++ {
		if s := strconv.Itoa(n); s != two[0] && s != two[1] {
			return s
		}
	}
}

var confirmLink = regexp.MustCompile(`/account/methods/confirm\?of=[0-9a-f-]+`)

// toConfirm follows the link to where the amounts are entered.
func (b *browser) toConfirm() *browser {
	b.t.Helper()
	link := confirmLink.FindString(b.body)
	if link == "" {
		b.t.Fatalf("%s leads to no page for the amounts: %s", b.url.Path, b.text())
	}
	return b.open(link).at("/account/methods/confirm", "Enter the two small amounts")
}

// unsure is a member with AutoPay on the 15th from an account that no service
// knows, whose amounts are at the bank.
func unsure(t *testing.T) (*house, *browser, apptest.Household) {
	t.Helper()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	h.Validator.Answer = payment.ValidationUnavailable
	b.choose("15").says("AutoPay waits.", "They arrive on Monday, November 23, 2026.", "Pay it another way.")
	if strings.Contains(b.body, `name="now"`) {
		t.Error("the page offers to pay from an account that waits")
	}
	b.send("/account/autopay/check", "cap", "200").at("/account/autopay/done", "AutoPay is on").says("AutoPay waits.")
	b.open("/account").says("AutoPay waits.", "Pay $124.50")
	b.open("/account/autopay").says("AutoPay is on.", "AutoPay waits.")
	b.open("/account/methods").says("Look for them at your bank on Monday, November 23, 2026.", "Not confirmed yet", "Used for AutoPay")
	if confirmLink.MatchString(b.body) {
		t.Error("the amounts are asked for before they are there")
	}
	h.evening(t)
	h.At("2026-11-24 09:00:00")
	h.morning(t)
	b.signIn(h, "ana@example.com")
	return h, b, of
}

// A member enters the two amounts, badly, wrong and right; from then on AutoPay
// takes its payments (R-AUTO-8, ACH-11).
func TestConfirmingABankAccount(t *testing.T) {
	t.Parallel()
	h, b, of := unsure(t)
	b.open("/account").says("Enter two small amounts to confirm your bank account").toConfirm()
	b.says("Checking account ending in 6789", "enter the two amounts by Tuesday, December 8, 2026", "You have 3 tries.")
	two := h.twoAmounts()
	b.send("/account/methods/confirm").problem("First amount must be between $0.01 and $0.99, like 0.12").problem("Second amount must be between $0.01 and $0.99, like 0.31")
	b.send("/account/methods/confirm", "first", "1.00", "second", "x").problem("First amount must be between $0.01 and $0.99, like 0.12")
	b.send("/account/methods/confirm", "first", "12", "second", "0.12").problem("The two amounts are different. Look again at your bank")
	b.send("/account/methods/confirm", "first", two[0], "second", other(two)).problem("These are not the amounts we sent. Look again at your bank. You have 2 tries left.")
	for _, typed := range two {
		if strings.Contains(b.url.String(), typed+"&") {
			t.Error("an amount is in the address")
		}
	}
	b.send("/account/methods/confirm", "first", ".0"+two[1], "second", "$0."+strings.Repeat("0", 2-len(two[0]))+two[0])
	if len(two[1]) == 2 { // ".0dd" is no amount of cents
		b.problem("First amount must be between $0.01 and $0.99, like 0.12")
		b.send("/account/methods/confirm", "first", "."+two[1], "second", two[0])
	}
	b.at("/account/methods", "Saved accounts").says("The account is confirmed. You can pay with it now.")
	if strings.Contains(b.text(), "Not confirmed yet") {
		t.Error("it waits still")
	}
	b.open("/account/autopay").says("AutoPay is on.", "December 15")
	if strings.Contains(b.text(), "AutoPay waits") {
		t.Error("AutoPay waits still")
	}
	apptest.Check(t, "letters", h.Rows("SELECT kind FROM mandate_letter ORDER BY letter_id"), []string{"on", "bank_sent", "bank_confirmed"})
	h.payDecember(t, of)
	h.At("2026-12-01 12:00:00")
	h.Bill("2027-01")
	h.morning(t)
	h.At("2026-12-14 20:30:00")
	h.evening(t)
	apptest.Check(t, "drafts", h.Drafts(of), []string{"2027-01 on 2026-12-15 frozen 124"})
}

// payDecember has the bill that AutoPay comes too late for paid through a bank.
func (h *house) payDecember(t *testing.T, of apptest.Household) {
	t.Helper()
	_, err := h.bureau.paying.Receive(t.Context(), paying.Received{
		Operation: h.bureau.paying.NewOperation(), Account: of.Account, Channel: payment.ChannelBillPay, Method: payment.MethodBank, Amount: apptest.Amount("124.50"),
	})
	if err != nil {
		t.Fatal(err)
	}
}

// After three wrong answers the account is gone, and AutoPay is off.
func TestABankAccountThatIsNotConfirmed(t *testing.T) {
	t.Parallel()
	h, b, _ := unsure(t)
	b.open("/account/methods").toConfirm()
	form, two := b.page, h.twoAmounts()
	wrong := other(two)
	b.send("/account/methods/confirm", "first", two[0], "second", wrong).problem("These are not the amounts we sent. Look again at your bank. You have 2 tries left.")
	b.send("/account/methods/confirm", "first", wrong, "second", two[1]).problem("These are not the amounts we sent. Look again at your bank. You have 1 try left.")
	b.send("/account/methods/confirm", "first", wrong, "second", two[0]).at("/account/methods", "Saved accounts")
	b.says("We could not confirm the account, so we removed it.", "No saved accounts.")
	b.page = form // Back, and the right amounts
	b.send("/account/methods/confirm", "first", two[0], "second", two[1]).at("/account/methods", "Saved accounts").says("No saved accounts.")
	b.open("/account/autopay").says("We turned AutoPay off", "was not confirmed")
	b.open("/account").says("AutoPay is off because your bank account was not confirmed.")
	b.open("/account/methods/new").send("/account/methods/new", typeBank("000123456789")...)
	b.says("This account can't be checked again right now.")
	apptest.Check(t, "mandate", h.Rows("SELECT state || ' ' || reason FROM mandate"), []string{"stopped unverified"})
}

// A bill while AutoPay waits: its pages and its paper say until when the account
// can be confirmed so that AutoPay takes it, and to pay it otherwise. Confirmed
// in time, all is as ever.
func TestABillWhileAutoPayWaits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.At("2026-11-05 12:00:00")
	b, _ := h.billed(t, "ana@example.com")
	h.Validator.Answer = payment.ValidationUnavailable
	const (
		waits = "AutoPay waits, because its bank account is not confirmed yet. If that is done by 8:00 p.m. Eastern time on November 20, AutoPay takes $124.50 on November 23."
		pay   = "If not, pay it yourself by Monday, November 23, 2026."
		takes = "AutoPay will take $124.50"
	)
	number := h.Rows("SELECT bill_no FROM bill")[0]
	b.choose("23").says(waits, pay, "Look for them at your bank on Friday, November 6, 2026.")
	b.send("/account/autopay/check", "cap", "200").at("/account/autopay/done", "AutoPay is on").says("AutoPay starts once the bank account is confirmed.", waits)
	for _, path := range []string{"/account", "/account/autopay", "/account/bills/" + number, "/account/pay"} {
		if b.open(path).says(waits, pay); strings.Contains(b.text(), takes) || strings.Contains(b.text(), "Next: ") {
			t.Errorf("%s says that AutoPay takes it: %s", path, b.text())
		}
	}
	b.open("/account/autopay/stop").says("If you stop it now, we take nothing.")
	b.file("/account/bills/"+number+".pdf", "AutoPay waits", "ending in 6789 is not confirmed yet", "Pay by Monday, November 23, 2026", "mail this part")

	h.evening(t)
	h.At("2026-11-06 09:00:00")
	h.morning(t)
	b.signIn(h, "ana@example.com").open("/account").says(waits, "enter the two amounts by Friday, November 20, 2026").toConfirm()
	two := h.twoAmounts()
	b.send("/account/methods/confirm", "first", two[0], "second", two[1]).at("/account/methods", "Saved accounts").says("The account is confirmed.")
	for _, path := range []string{"/account", "/account/bills/" + number, "/account/pay"} {
		if b.open(path).says(takes); strings.Contains(b.text(), "AutoPay waits") {
			t.Errorf("%s says that AutoPay waits: %s", path, b.text())
		}
	}
	b.file("/account/bills/"+number+".pdf", takes)
}

// The amounts arrive after the cut-off: AutoPay does not take this bill.
func TestABillThatAutoPayWaitsTooLongFor(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, _ := h.billed(t, "ana@example.com")
	h.Validator.Answer = payment.ValidationUnavailable
	const late = "AutoPay does not take this bill, because its bank account is not confirmed in time. Pay it yourself by Monday, November 23, 2026."
	b.choose("23").says(late)
	b.send("/account/autopay/check", "cap", "200").at("/account/autopay/done", "AutoPay is on").says(late)
	for _, path := range []string{"/account", "/account/autopay", "/account/bills/" + h.Rows("SELECT bill_no FROM bill")[0], "/account/pay"} {
		b.open(path).says(late)
	}
}
