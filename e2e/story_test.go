package e2e_test

import (
	"os/exec"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// Two accounts at the sandbox's bank that are paid from. The usual one would
// not do: it is the example in the drawing of a check.
const (
	firstAccount = "000222333444"
	otherAccount = "000987654321"
)

// Two months of a member with AutoPay (issue "accounts and AutoPay"): a new
// account, AutoPay on the 15th with a limit, the bill, the notice, the debit, the
// settlement, and in the next month a debit that the bank sends back.
func TestTwoMonthsOfAutoPay(t *testing.T) {
	t.Parallel()
	each(t, twoLooks, func(t *testing.T, d *demo, b *tab) {
		a := d.member("A")
		box := b.newAccount("maria@example.com")
		b.app()
		b.press().connect(a)
		b.turnOn(box)
		b.firstDebit(box)
		b.debitReturned(box)
		b.fixed()
		d.noAccountNumber(box)
		d.says("Nothing is missing.", "day", "status")
		d.says("ACH-20270114-A.ach", "ach", "status")
		d.says("Nothing of the bank's files waits for a person.", "bank", "items")
	})
}

// turnOn is flow F5: AutoPay on the 15th, with a limit, and the bill that it
// comes too late for is paid from the same account.
func (b *tab) turnOn(box *mailbox) {
	b.t.Helper()
	b.open("/account").at("Your account").says("$124.50", "AutoPay is off.")
	b.open("/account/autopay").at("Your AutoPay").says("AutoPay is off.")
	b.pressOn(`main a[href="/account/autopay/set-up"]`).at("Choose your AutoPay day").says("First payment December 15, 2026")
	b.choose("day").press().at("Add a bank account").bankFields(firstAccount).press()
	b.at("Check and turn on AutoPay").says("December 15, 2026", "(covers January 2027)", "is not covered by AutoPay")
	b.set("cap", "200")
	b.secret(firstAccount) // read back on this page, once, and never again
	b.choose("now").press().at("AutoPay is on").says("December 15", "We also asked your bank for $124.50")
	box.gets("AutoPay is on", "Ask me first above: $200.00")
	b.moveTo("2026-11-24").open("/account/payments").says("November 20, 2026", "Paid")
	b.open("/account").says("You're all set.", "The next payment is on December 15")
}

// firstDebit is December: bill, notice, debit, settlement.
func (b *tab) firstDebit(box *mailbox) {
	b.t.Helper()
	b.moveTo("2026-12-02")
	box.gets("AutoPay: payment coming December 15", "$124.50", "ending in 3444")
	b.open("/account").says("AutoPay will take $124.50 on December 15.")
	b.open("/account/autopay").says("$124.50 on December 15", "until 8:00 p.m. Eastern time on Monday, December 14")
	b.open("/account/bills").says("January 2027", "$124.50")
	b.moveTo("2026-12-15").open("/account/autopay").says("December 15, 2026", "Received – waiting for your bank")
	b.open("/account/payments").says("December 15, 2026", "Received – waiting for your bank")
	b.moveTo("2026-12-16").open("/account/autopay").says("Paid")
	b.open("/account/payments").says("AutoPay, account ending in 3444")
	b.open("/account").says("You're all set.")
}

// debitReturned is January: the bank sends the debit back after it was paid.
func (b *tab) debitReturned(box *mailbox) {
	b.t.Helper()
	b.moveTo("2027-01-16").open("/account/autopay").says("January 15, 2027")
	b.load(chromedp.Navigate(b.demo.Sandbox + "/bank")).at("Bank")
	b.pressOn(`button[value=return]`).says("The entry comes back when the bank closes.")
	b.moveTo("2027-01-20")
	box.gets("Your bank returned your payment", "$124.50", "there was not enough money in the account", "Saturday, January 23, 2027")
	b.open("/account").says("A payment did not go through", "Pay by January 23 to be on time.")
	b.open("/account/autopay").says("Returned by your bank", "We try again: $124.50 on January 26", "That is too late for this bill.")
	b.open("/account/payments").says("Returned by your bank")
	b.pressOn(`main table tbody a`).at("A payment").says("It counts as paid on January 15.",
		"Your bank returned this payment: not enough money in the account.", "You owe $124.50 now.")
}

// fixed is what the member does about it: AutoPay takes from another account,
// and the bill is paid from it.
func (b *tab) fixed() {
	b.t.Helper()
	b.open("/account/autopay").pressOn(`main a[href$="what=bank"]`).at("Change your AutoPay bank account")
	b.choose("saved-other").press().at("Add a bank account").bankFields(otherAccount).press().at("Check and change AutoPay")
	b.secret(otherAccount).press().at("AutoPay is changed")
	b.open("/account/pay").press().at("How do you want to pay?").choose("method-saved-1").press().press()
	b.at("Payment received").confirmed()
	b.moveTo("2027-01-27").open("/account").says("You're all set.").saysNot("See what to do.")
	b.open("/account/payments").says("Paid")
	b.open("/account/autopay").says("AutoPay is on.", "February 15")
}

func (b *tab) bankFields(account string) *tab {
	b.t.Helper()
	return b.fill("name", "Maria Silva").choose("account_type").fill("routing", "110000000", "account", account)
}

// noAccountNumber fails the test if a whole account number is in what the
// marketplace keeps, logs or mails. The bank has to have them: its folder is
// left out.
func (d *demo) noAccountNumber(box *mailbox) {
	d.t.Helper()
	for _, number := range []string{firstAccount, otherAccount} {
		if where, found := d.keeps(number); found {
			d.t.Errorf("the account number ending in %s can be read in %s", number[len(number)-4:], where)
		}
		for _, m := range box.messages() {
			if strings.Contains(m.Text+m.HTML+m.Subject, number) {
				d.t.Errorf("the account number is in the e-mail %q", m.Subject)
			}
		}
	}
}

// says runs a command in the demo's folder, as its operator would.
func (d *demo) says(want string, command ...string) {
	d.t.Helper()
	binary, err := program()
	if err != nil {
		d.t.Fatal(err)
	}
	// The exit code may say that somebody has to look: the story of member I is
	// of a payment that came back before the simulated bank was there.
	out, _ := exec.Command(binary, append(command, "--data", d.dir)...).CombinedOutput()
	if !strings.Contains(string(out), want) {
		d.t.Errorf("quittance %s: want %q in:\n%s", strings.Join(command, " "), want, out)
	}
}

// saysNot fails the test if the page says this.
func (b *tab) saysNot(text string) *tab {
	b.t.Helper()
	if s := b.seen(); strings.Contains(s.Text, text) {
		b.t.Errorf("%s says %q: %s", s.Path, text, s.Text)
	}
	return b
}
