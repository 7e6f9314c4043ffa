package e2e_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// Flows F5 and F6, tasks 17 and 18: AutoPay on the 15th without missing this
// bill, never more than $200 without being asked; then off again.
func TestAutoPayOnAndOff(t *testing.T) {
	t.Parallel()
	each(t, twoLooks, func(t *testing.T, d *demo, b *tab) {
		b.newAccount("maria@example.com")
		b.connect(d.member("A")).open("/account").at("Your account").says("$124.50", "Pay by November 23, 2026", "AutoPay is off.")
		b.pressOn(`main a[href="/account/autopay/set-up"]`).at("Choose your AutoPay day").press().at("Choose your AutoPay day").says("Select a day")
		b.choose("day").press().at("Add a bank account").bank()
		b.at("Check and turn on AutoPay").says("Your December 2026 bill ($124.50, due November 23) is not covered by AutoPay.", "December 15, 2026", "You can stop any time here")
		b.run(chromedp.SetValue("#cap", "200", chromedp.ByQuery))
		b.choose("now").press().at("AutoPay is on").says("The first payment is on December 15.", "We also asked your bank for $124.50")
		b.mailed("AutoPay is on")
		b.open("/account/autopay").at("Your AutoPay").says("AutoPay is on.", "We ask first if the amount is more than $200.00.", "until 8:00 p.m. Eastern time on Monday, December 14, 2026")

		b.open("/account").at("Your account").says("$0.00 due")
		started := b.loads
		b.pressOn(`main a[href="/account/autopay"]`).pressOn(`main a[href="/account/autopay/stop"]`)
		b.at("Stop AutoPay").says("Stop now", "Stop after the December 15 payment").choose("when").press()
		if n := b.loads - started; n > 3 {
			t.Errorf("%d pages to stop, want at most 3", n)
		}
		b.at("AutoPay is off").says("We will not take any more payments from your bank account.")
		b.open("/account").says("AutoPay is off.").signOut()
		for _, secret := range []string{"000123456789"} {
			if where, found := d.holds(secret); found {
				t.Errorf("%s can be read in %s", secret, where)
			}
		}
	})
}

// mailed waits for a mail with a subject.
func (b *tab) mailed(subject string) {
	b.t.Helper()
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	var subjects []string
	for begun := time.Now(); time.Since(begun) < patience; <-ticker.C {
		if subjects = b.subjects(); slices.ContainsFunc(subjects, func(s string) bool { return strings.Contains(s, subject) }) {
			return
		}
	}
	b.t.Errorf("no mail %q came: %q", subject, subjects)
}

func (b *tab) subjects() []string {
	b.t.Helper()
	res, err := http.Get(b.demo.Sandbox + "/v1/messages")
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var inbox struct {
		Data []struct {
			Subject string `json:"subject"`
		} `json:"data"`
	}
	if err := json.NewDecoder(res.Body).Decode(&inbox); err != nil {
		b.t.Fatal(err)
	}
	var all []string
	for _, m := range inbox.Data {
		all = append(all, m.Subject)
	}
	return all
}

// Task 22: pay from the account, and get the receipt for taxes.
func TestReceiptForTaxes(t *testing.T) {
	t.Parallel()
	each(t, twoLooks, func(t *testing.T, d *demo, b *tab) {
		b.newAccount("maria@example.com")
		b.connect(d.member("D")).open("/account").pressOn(`main a[href="/account/pay"]`).at("Your bill").press()
		b.at("How do you want to pay?").choose("method").press().at("Bank account details").bank()
		b.at("Check your details and pay").press().at("Payment received").confirmed()
		b.open("/account")
		started := b.loads
		b.pressOn(`nav a[href="/account/payments"]`).at("Your payments").pressOn(`main tbody a`).at("A payment").says("Receipt (PDF, 1 page, ", "Proof of payment letter (PDF, 1 page, ")
		if n := b.loads - started; n > 3 {
			t.Errorf("%d pages to the receipt, want at most 3", n)
		}
		b.open("/account/bills").at("Your bills").pressOn(`main tbody a`).says("Bill number")
	})
}
