package account_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/store"
)

// Who is signed in waits in the same line as everybody when they want to pay,
// and only then; once it is their turn the page leads on to their bill.
func TestTheLineIsForMembersToo(t *testing.T) {
	t.Parallel()
	h := newBusyHouse(t)
	b, _ := h.billed(t, "ana@example.com")
	h.browser(t).open("/").open("/pay").at("/pay", "Find your bill")
	b.open("/account/pay").at("/pay/line", "You're in line").says("You're next.")
	if b.status != http.StatusServiceUnavailable || b.url.Query().Get("to") != "account" {
		t.Errorf("got %d at %s", b.status, b.url)
	}
	b.open("/account/bills").at("/account/bills", "Your bills")
	b.open("/account/pay").at("/pay/line", "You're in line")
	for range 4 { // as the page does
		h.Clock.Advance(80 * time.Second)
		b.open(b.url.String())
	}
	b.at("/pay/amount", "Your bill").says("$124.50")
	h.Clock.Advance(6 * time.Minute)
	b.open("/account").open("/account/pay").at("/pay/amount", "Your bill")
}

// Somebody who is signed in pays without a look-up, saves the bank account, and
// finds the payment, its receipt and its proof (task 22 of brief 19).
func TestPayingFromTheAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	b.open("/account").at("/account", "Your account").says("$124.50", "Pay by November 23, 2026", "Active", "Bill for December 2026", "Turn on AutoPay")
	b.open("/account/pay").at("/pay/amount", "Your bill").says("Health plan, December 2026")
	b.send("/pay/amount", "choice", "total").at("/pay/bank", "Bank account details")
	b.send("/pay/bank", append(typeBank("000123456789"), "save", "yes")...).at("/pay/check", "Check your details and pay")
	if b.value("email") != "ana@example.com" {
		t.Errorf("the receipt goes to %q", b.value("email"))
	}
	b.send("/pay/check").says("Payment received", "This payment in your account")
	if !strings.HasPrefix(b.url.Path, "/pay/done/") {
		t.Fatalf("got %s", b.url)
	}
	apptest.Check(t, "channel", string(h.Payments(of)[0].Channel), "web_account")
	number := regexp.MustCompile(`data-test="confirmation">([^<]+)<`).FindStringSubmatch(b.body)[1]
	b.open("/account/payments/"+number).at("/account/payments/"+number, "A payment").says("$124.50", "Received – waiting for your bank", "Health plan, December 2026 $109.50", "Dental plan, December 2026 $15.00")
	b.file("/account/payments/"+number+"/receipt.pdf", "Receipt", "$124.50", number, "November 20, 2026", "Bank account ending in 6789")
	b.file("/account/payments/"+number+"/proof.pdf", "Proof of payment", "$124.50", "The premium is paid through December 31, 2026")
	b.open("/account/payments").says("November 20, 2026", number).open("/account/payments?q=" + number).says("$124.50")
	b.open("/account/payments?q=99.99").says("No payment matches.").open("/account/payments?year=2025").says("No payment matches.")
	b.open("/account/payments.csv")
	if want := "date,amount,how,account_ending,status,confirmation\n2026-11-20,124.50,bank,6789,received," + number + "\n"; b.body != want {
		t.Errorf("got %q, want %q", b.body, want)
	}
	b.open("/account/tax").says("2026", "$124.50").file("/account/tax/2026.pdf", "In 2026 you paid $124.50", "Health plan, December 2026: $109.50")
	b.open("/account/methods").says("Checking account ending in 6789", "Ready to pay with")

	b.open("/account/pay").open("/pay/again").at("/pay/again", "Pay again?").send("/pay/again").send("/pay/amount", "other", "10.00").at("/pay/method", "How do you want to pay?")
	saved := regexp.MustCompile(`value="(saved:[^"]+)"`).FindStringSubmatch(b.body)[1]
	b.send("/pay/method", "method", "saved:00000000-0000-0000-0000-000000000000").problem("Select how you want to pay")
	b.send("/pay/method", "method", saved).at("/pay/check", "Check your details and pay").says("Checking account ending in 6789")
	if strings.Contains(b.body, "000123456789") || strings.Contains(b.body, "0001</span>") {
		t.Error("the number of a saved account is shown")
	}
	b.send("/pay/check").says("Payment received")
	apptest.Check(t, "payments", len(h.Payments(of)), 2)
}

func TestBillsOfTheAccount(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	number := h.Bills(of)[0].Number
	b.open("/account/bills").at("/account/bills", "Your bills").says("December 2026", "$124.50", "To pay")
	b.open("/account/bills/"+number).at("/account/bills/"+number, "Your bill for December 2026 coverage").says("Harbor Silver (Harbor Health Plan)", "Pay $124.50", "You are paid through November 30, 2026.")
	b.file("/account/bills/"+number+".pdf", number, "$124.50", "Harbor Silver")
	for _, path := range []string{"/account/bills/nothing", "/account/bills/nothing.pdf", "/account/payments/7F3K-92QM-4X", "/account/payments/nothing", "/account/messages/nothing", "/account/tax/2026", "/account/tax/1999.pdf", "/account/messages/018f6b2e-7c4d-7a31-9b1f-2f6a1c9d4e55"} {
		if b.open(path); b.status != http.StatusNotFound {
			t.Errorf("%s: got %d", path, b.status)
		}
	}
	b.choose("23").send("/account/autopay/check").at("/account/autopay/done", "AutoPay is on")
	b.open("/account/bills/" + number).says("AutoPay will take $124.50 from your bank account on November 23. You don't need to do anything.")
	b.open("/account/pay").at("/pay/amount", "Your bill").says("If you pay now, AutoPay will only take what's left.")
	other := h.Household(apptest.Medical("2026-01", "99.00").Renewed())
	h.Bill("2026-12")
	if b.open("/account/bills/" + h.Bills(other)[0].Number); b.status != http.StatusNotFound {
		t.Errorf("somebody else's bill: got %d", b.status)
	}
}

// What waits on the home besides letters: e-mail that came back, and somebody who
// asks for help (A6).
func TestWhatWaitsOnTheHome(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ana, of := h.billed(t, "ana@example.com")
	ben, _ := h.billed(t, "ben@example.com")
	const asked, bounced = "Someone asked you to help with their bills", "Our email did not reach you."
	for _, b := range []*browser{ana, ben} {
		if b.open("/account"); strings.Contains(b.text(), asked) || strings.Contains(b.text(), bounced) {
			t.Errorf("something waits: %s", b.text())
		}
	}
	ana.open("/account/people/invite").send("/account/people/invite", "email", "ben@example.com", "scope", "view", "until", "2027-02-20")
	ben.open("/account").says(asked)
	ana.open("/account/settings/paperless").send("/account/settings/paperless", "delivery_bill", "email", "delivery_notice", "both", "delivery_tax", "both", "agree", "yes")
	ana.send("/account/settings/paperless/code", "code", h.code(t, "ana@example.com"))
	h.InTx(func(tx *store.Tx) error {
		_, err := h.people.Bounced(tx, of.Account)
		return err
	})
	ana.open("/account").says(bounced)
}

// A helper sees amounts and pays if the member said so; never plans, bills,
// letters or the member's bank accounts (A16).
func TestWhatAHelperSees(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	bill := "/account/bills/" + h.Bills(of)[0].Number
	b.choose("15").send("/account/autopay/check", "now", "other").at("/account/autopay/done", "AutoPay is on")
	for scope, pays := range map[string]bool{"view": false, "pay": true} {
		email := scope + "@example.com"
		b.open("/account/people/invite").send("/account/people/invite", "email", email, "scope", scope, "until", "2027-02-20")
		helper := h.signUp(t, email).open("/account/invitations").send("/account/invitations", "answer", "yes")
		helper.open("/account").at("/account", "An account you help with").says("$124.50")
		if got := strings.Contains(helper.text(), "Pay $124.50"); got != pays {
			t.Errorf("%s: offered to pay: %t", scope, got)
		}
		if strings.Contains(helper.body, "Harbor Silver") || strings.Contains(helper.body, "Your coverage") {
			t.Errorf("%s sees the plan", scope)
		}
		for _, link := range regexp.MustCompile(`<nav.*?</nav>`).FindAllString(strings.ReplaceAll(helper.body, "\n", ""), -1) {
			for _, href := range regexp.MustCompile(`href="([^"]+)"`).FindAllStringSubmatch(link, -1) {
				if helper.open(href[1]); helper.status != http.StatusOK {
					t.Errorf("%s: the navigation leads to %s, which answers %d", scope, href[1], helper.status)
				}
			}
		}
		for _, path := range []string{
			"/account/bills", bill, bill + ".pdf", "/account/messages", "/account/settings", "/account/methods", "/account/methods/new",
			"/account/autopay/set-up", "/account/autopay/stop", "/account/autopay/change?what=day", "/account/autopay/proof.pdf", "/account/settings/paperless",
		} {
			if helper.open(path); helper.status != http.StatusForbidden {
				t.Errorf("%s at %s: got %d at %s", scope, path, helper.status, helper.url.Path)
			}
		}
		helper.open("/account/pay")
		if !pays {
			if helper.status != http.StatusForbidden {
				t.Errorf("%s may pay: %d", scope, helper.status)
			}
			continue
		}
		helper.at("/pay/amount", "Your bill").send("/pay/amount", "choice", "total").at("/pay/bank", "Bank account details")
		if strings.Contains(helper.body, "Save this account") {
			t.Error("a helper is offered to save an account")
		}
	}
}

// Who signs out, or is away for too long, leaves nothing open on the paying
// pages either.
func TestThePayingPagesKnowWhoSignedOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, _ := h.billed(t, "ana@example.com")
	b.open("/account/pay").at("/pay/amount", "Your bill")
	b.open("/account").send("/account/sign-out")
	b.open("/pay/amount")
	if b.url.Path != "/account/sign-in" {
		t.Fatalf("after signing out: got %s", b.url)
	}
	b.signIn(h, "ana@example.com").open("/account/pay").at("/pay/amount", "Your bill")
	h.wait(16 * time.Minute)
	if b.open("/pay/amount"); b.url.Path != "/account/sign-in" {
		t.Errorf("after 16 minutes: got %s", b.url)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, _ := h.billed(t, "ana@example.com")
	b.open("/account/settings").at("/account/settings", "Settings").says("a•••@example.com", "Paper and email")
	b.open("/account/settings/language").send("/account/settings/language", "site", "en", "bills", "es", "phone_language", "vi")
	b.at("/account/settings", "Settings").says("Your changes are saved.", "Español", "Tiếng Việt")
	b.open("/account/settings/language").send("/account/settings/language", "site", "es", "bills", "es", "phone_language", "vi")
	if b.url.Path != "/es/account/settings" {
		t.Errorf("the site stays at %s", b.url.Path)
	}
	b.open("/vi/account")
	if !strings.Contains(b.text(), "Use Tiếng Việt for bills and messages too?") { // flow F16
		t.Errorf("the home does not ask about the language: %s", b.text())
	}
	b.open("/account/settings").says("Change the number for texts", "Your mobile number and mailing address are part of your application.")
	b.open("/account/settings/contact").says("To change the number for text messages, go to: Text messages", "To change the number for one-time codes, go to:")
	b.send("/account/settings/contact", "email", "").problem("Enter an email address")
	b.send("/account/settings/contact", "email", "new@example.com").at("/account/settings/contact/code", "Confirm your new email address")
	b.send("/account/settings/contact/code", "code", "12").problem("Code must be 6 numbers")
	b.send("/account/settings/contact/code", "code", h.code(t, "new@example.com")).at("/account/settings", "Settings").says("n•••@example.com")
}

// Paper ends by consent and a code that shows that e-mail can be read, and
// comes back for free (REG-45).
func TestPaperless(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	b.open("/account/settings/paperless").at("/account/settings/paperless", "Choose paper or email")
	b.send("/account/settings/paperless", "delivery_bill", "email", "delivery_notice", "both", "delivery_tax", "both").problem("Check the box to agree")
	consent := authorization(b.page)
	b.send("/account/settings/paperless", "delivery_bill", "email", "delivery_notice", "both", "delivery_tax", "both", "agree", "yes")
	b.at("/account/settings/paperless/code", "Show that you can read our emails").send("/account/settings/paperless/code", "code", h.code(t, "ana@example.com"))
	b.at("/account/settings", "Settings").says("Bills Email only", "Letters about payments and coverage Paper and email")
	kept := h.Rows("SELECT wording FROM delivery_choice WHERE id_text(account_id) = '" + of.Account.String() + "' AND delivery = 'email'")
	apptest.Check(t, "consent", kept, []string{consent})
	b.open("/account/settings/paperless").send("/account/settings/paperless", "delivery_bill", "both").at("/account/settings", "Settings").says("Bills Paper and email")
}

func TestMessages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	b.open("/account/messages").at("/account/messages", "Messages").says("No messages yet.")
	h.Reach(of, "ana@example.com")
	if _, err := h.bureau.post.SendBills(t.Context(), h.Today()); err != nil {
		t.Fatal(err)
	}
	b.open("/account").says("Read 1 new message")
	b.open("/account/messages").says("November 20, 2026", "New")
	link := regexp.MustCompile(`href="(/account/messages/[^".]+)"`).FindStringSubmatch(b.body)[1]
	b.open(link).at(link, "A message").says("November 20, 2026")
	if b.open("/account"); strings.Contains(b.text(), "new message") {
		t.Error("a letter that was read is new still")
	}
}

// A12: a payment that is not with the bank yet can be canceled, with the time
// until when; afterwards the page says that nothing was taken.
func TestCancelingAPayment(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	b.open("/account/pay").send("/pay/amount", "choice", "total").send("/pay/bank", typeBank("000123456789")...).send("/pay/check").says("Payment received")
	number := regexp.MustCompile(`data-test="confirmation">([^<]+)<`).FindStringSubmatch(b.body)[1]
	at := "/account/payments/" + number
	b.open(at).says("You can cancel it here until 8:00 p.m. Eastern time on November 20", "Cancel this payment of $124.50")
	b.send(at+"/cancel").at(at, "A payment").says("Canceled", "No money was taken.", "It was canceled in your account.")
	if strings.Contains(b.text(), "Cancel this payment") {
		t.Error("it can be canceled again")
	}
	b.open(at+"/cancel").at(at, "A payment").open("/account").says("$124.50", "Pay by November 23, 2026")
	apptest.Check(t, "owed", h.Owed(of), apptest.Amount("124.50"))
}

// A debit that undid itself before its file was built was not returned by a
// bank: nothing was taken, and it does not count (ACH-33).
func TestAPaymentThatWasNotTaken(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	b.open("/account/pay").send("/pay/amount", "choice", "total").send("/pay/bank", typeBank("000123456789")...).send("/pay/check").says("Payment received")
	p := h.Payments(of)[0]
	h.InTx(func(tx *store.Tx) error {
		_, err := h.bureau.paying.TakeBack(tx, of.Account, p.ID, ach.CodeDisputed, h.Today())
		return err
	})
	b.open("/account/payments").says("Canceled")
	at := "/account/payments/" + p.Confirmation.String()
	b.open(at).says("Canceled", "We did not take this payment", "Use another account, or pay another way.", "Pay $124.50")
	for _, wrong := range []string{"Returned by your bank", "Counts as paid on"} {
		if strings.Contains(b.text(), wrong) {
			t.Errorf("the page says %q: %s", wrong, b.text())
		}
	}
	b.open("/is-my-payment-in").send("/is-my-payment-in", "confirmation", p.Confirmation.String()).says("Canceled", "No money was taken.")
}
