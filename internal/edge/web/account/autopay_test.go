package account_test

import (
	"fmt"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
)

// typeBank fills in the page for a bank account.
func typeBank(number string) []string {
	return []string{"name", "Ana Testperson", "account_type", "checking", "routing", "110000000", "account", number}
}

// choose goes from the home to the check page of AutoPay, with an account that
// is typed.
func (b *browser) choose(day string) *browser {
	b.t.Helper()
	b.open("/account/autopay/set-up").at("/account/autopay/set-up", "Choose your AutoPay day")
	b.send("/account/autopay/set-up", "day", day).at("/account/autopay/new-bank", "Add a bank account")
	return b.send("/account/autopay/new-bank", typeBank("000123456789")...).at("/account/autopay/check", "Check and turn on AutoPay")
}

// Task 17 of brief 19: AutoPay on the 15th, without missing this bill, and
// never more than $200 without being asked.
func TestTurningOnAutoPay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	b.open("/account/autopay").at("/account/autopay", "Your AutoPay").says("AutoPay is off.", "Turn on AutoPay")
	b.open("/account/autopay/set-up").send("/account/autopay/set-up").problem("Select a day")
	b.send("/account/autopay/set-up", "day", "15").at("/account/autopay/new-bank", "Add a bank account")
	b.send("/account/autopay/new-bank").problem("Enter the name on the account").problem("Enter the account number")
	b.send("/account/autopay/new-bank", typeBank("4242424242424242")...).problem("That looks like a card number. Enter your bank account number.")
	if strings.Contains(b.body, "4242424242424242") {
		t.Error("a card number is shown again")
	}
	b.send("/account/autopay/new-bank", typeBank("000123456789")...).at("/account/autopay/check", "Check and turn on AutoPay")
	b.says("15th of each month", "December 15, 2026", "Your December 2026 bill ($124.50, due November 23) is not covered by AutoPay.", "0001 2345 6789", "Step 3 of 4")
	b.send("/account/autopay/check").problem("Select how you want to pay this bill")
	b.send("/account/autopay/check", "now", "pay", "cap", "20").problem("Limit must be at least $124.50")
	b.send("/account/autopay/check", "now", "pay", "cap", "two").problem("Limit must be numbers, like 187 or 187.50")
	b.send("/account/autopay/check", "now", "pay", "notice", "over", "over", "").problem("Enter an amount for changes")
	shown := authorization(b.page)
	form := b.page
	b.send("/account/autopay/check", "now", "pay", "cap", "200", "notice", "always").at("/account/autopay/done", "AutoPay is on")
	b.says("The first payment is on December 15.", "We also asked your bank for $124.50", "You can change or stop it until 8:00 p.m. Eastern time on Monday, December 14, 2026.", "We sent a copy to a•••@example.com")
	apptest.Check(t, "payments", h.Rows(fmt.Sprintf(`SELECT channel || ' ' || CAST(amount_cents AS TEXT) FROM payment WHERE id_text(account_id) = '%s'`, of.Account)), []string{"web_account 12450"})
	apptest.Check(t, "what was agreed to", h.Rows(fmt.Sprintf(`SELECT wording FROM mandate_authorization WHERE id_text(account_id) = '%s'`, of.Account)), []string{shown})

	b.page = form // Back, and the button again
	b.send("/account/autopay/check", "now", "pay", "cap", "200").at("/account/autopay/done", "AutoPay is on")
	apptest.Check(t, "payments after a second press", len(h.Payments(of)), 1)

	b.open("/account/autopay").says("AutoPay is on.", "December 15", "We ask first if the amount is more than $200.00.", "You can change or stop it until 8:00 p.m. Eastern time on Monday, December 14, 2026.")
	b.open("/account").at("/account", "Your account").says("AutoPay is on. The next payment is on December 15.", "You're all set. $0.00 due.")
	b.file("/account/autopay/proof.pdf", "Your AutoPay authorization", strings.Join(strings.Fields(shown), " ")[:80], "the bank account ending in 6789", "Checking account ending in 6789", "November 20, 2026",
		"By the member, signed in as ana@example.com", "How we knew the person: password and a code by email", "Internet address: 127.0.0.1")
}

// A bank may ask for the proof of a mandate that was replaced (ACH-04): each is
// one click away.
func TestProofsOfMandatesBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, _ := h.billed(t, "ana@example.com")
	b.choose("15").send("/account/autopay/check", "now", "other", "cap", "200").at("/account/autopay/done", "AutoPay is on")
	if strings.Contains(b.open("/account/autopay").body, "Authorizations before") {
		t.Error("there is none before")
	}
	b.open("/account/autopay/stop").send("/account/autopay/stop", "when", "now").at("/account/autopay/done", "AutoPay is off")
	b.open("/account/autopay/set-up").send("/account/autopay/set-up", "day", "23").send("/account/autopay/bank", "bank", b.value("bank"))
	b.send("/account/autopay/check", "cap", "300").at("/account/autopay/done", "AutoPay is on")
	b.open("/account/autopay").says("Authorizations before", "From November 20, 2026 to November 20, 2026 (PDF)")
	link := regexp.MustCompile(`proof\.pdf\?of=[0-9a-f-]+`).FindString(b.body)
	b.file("/account/autopay/"+link, "Your AutoPay authorization", "$200.00")
	b.file("/account/autopay/proof.pdf", "Your AutoPay authorization", "$300.00")
	other, _ := h.billed(t, "eva@example.com")
	other.open("/account/autopay/"+link).at("/account/autopay", "Your AutoPay")
	b.open("/account/autopay/proof.pdf?of=nonsense").at("/account/autopay", "Your AutoPay")
}

// authorization is what the page says that the member agrees to, as it is kept.
func authorization(p page) string {
	box := regexp.MustCompile(`(?s)<div class="pp-authorization">(.*?)</div>`).FindStringSubmatch(p.body)
	var paragraphs []string
	for _, found := range regexp.MustCompile(`(?s)<p>(.*?)</p>`).FindAllStringSubmatch(box[1], -1) {
		paragraphs = append(paragraphs, html.UnescapeString(anyTag.ReplaceAllString(found[1], "")))
	}
	return strings.Join(paragraphs, "\n\n")
}

// A bill over the limit waits for the member, who says yes or no (task 17).
func TestAPaymentThatWaits(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ answer, path, heading, state string }{
		{"yes", "/account/autopay/done", "We will take this payment", "2027-01 on 2026-12-15 planned 512"},
		{"no", "/account/autopay/done", "We will not take this payment", "2027-01 on 2026-12-15 skipped declined 512"},
	} {
		t.Run(row.answer, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			b, of := h.billed(t, "ana@example.com")
			b.choose("15").send("/account/autopay/check", "now", "pay", "cap", "200").at("/account/autopay/done", "AutoPay is on")
			h.Enroll(&of, apptest.Dental("2027-01", "387.50").Renewed().Until("2027-06"))
			h.At("2026-12-01 12:00:00")
			h.Bill("2027-01")
			if _, err := h.bureau.autopay.Plan(t.Context(), h.Today()); err != nil {
				t.Fatal(err)
			}
			b.signIn(h, "ana@example.com").open("/account").says("AutoPay is waiting for you.", "Your January 2027 bill is $512.00.")
			b.open("/account/autopay").says("AutoPay is waiting for you", "over your safety limit of $200.00", "Your bill is still due Wednesday, December 23, 2026.", "Pay $512.00", "Ask for help lowering it")
			b.send("/account/autopay/waiting", "answer", row.answer).at(row.path, row.heading)
			apptest.Check(t, "drafts", h.Drafts(of), []string{row.state})
			if b.open("/account/autopay"); strings.Contains(b.text(), "waiting for you") {
				t.Error("it waits still")
			}
		})
	}
}

// Task 18 of brief 19: stopping before Monday's payment, and after the cut-off.
func TestStoppingAutoPay(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		at, when, heading string
		says              []string
	}{
		"now":        {"2026-11-20 19:59:00", "now", "AutoPay is off", []string{"Your next bill is $124.50, due Monday, November 23, 2026. Pay it here or another way."}},
		"after next": {"2026-11-20 19:59:00", "after", "AutoPay will stop", []string{"We still take the payment on November 23."}},
		"too late":   {"2026-11-20 20:01:00", "after", "AutoPay will stop", []string{"We still take the payment on November 23."}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			b, _ := h.billed(t, "ana@example.com")
			b.choose("23").send("/account/autopay/check", "cap", "200").at("/account/autopay/done", "AutoPay is on")
			h.At(row.at)
			b.signIn(h, "ana@example.com")
			late := name == "too late"
			if late {
				if _, err := h.bureau.autopay.Freeze(t.Context(), h.Today()); err != nil {
					t.Fatal(err)
				}
			}
			b.open("/account/autopay/stop").at("/account/autopay/stop", "Stop AutoPay")
			if late {
				b.says("is with your bank now", "1-800-555-0100", "at least 3 business days before")
				if strings.Contains(b.body, `value="now"`) {
					t.Error("it offers to stop what is with the bank")
				}
			} else {
				b.says("Stop now", "We will not take $124.50 on November 23.", "Stop after the November 23 payment")
				b.send("/account/autopay/stop").problem("Select when AutoPay should stop")
			}
			b.send("/account/autopay/stop", "when", row.when).at("/account/autopay/done", row.heading).says(row.says...)
		})
	}
}

// Day, bank account and limits are changed one at a time, and agreed to anew.
func TestChangingAutoPay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	b.choose("15").send("/account/autopay/check", "now", "other", "cap", "200").at("/account/autopay/done", "AutoPay is on")
	b.open("/account/autopay/change?what=day").at("/account/autopay/set-up", "Change your AutoPay day")
	b.send("/account/autopay/set-up", "day", "23").at("/account/autopay/check", "Check and change AutoPay").says("23rd of each month")
	b.send("/account/autopay/check").at("/account/autopay/done", "AutoPay is changed")
	b.open("/account/autopay/change?what=bank").at("/account/autopay/bank", "Change your AutoPay bank account")
	b.send("/account/autopay/bank", "saved", "other").at("/account/autopay/new-bank", "Add a bank account")
	b.send("/account/autopay/new-bank", append(typeBank("000123450000"), "nickname", "Household")...).at("/account/autopay/check", "Check and change AutoPay")
	b.send("/account/autopay/check").at("/account/autopay/done", "AutoPay is changed")
	b.open("/account/autopay/change?what=limits").send("/account/autopay/check", "cap", "", "notice", "over", "over", "5.50").at("/account/autopay/done", "AutoPay is changed")
	b.open("/account/autopay").says("23rd of each month", "Household, ending in 0000", "None. We ask first only if the amount jumps.", "if the amount changes by more than $5.50")
	apptest.Check(t, "authorizations", len(h.Rows(fmt.Sprintf(`SELECT version FROM mandate_authorization WHERE id_text(account_id) = '%s'`, of.Account))), 4)
	b.open("/account/methods").says("Household, ending in 0000 Used for AutoPay")
	id := regexp.MustCompile(`remove\?of=([^"]+)`).FindAllStringSubmatch(b.body, -1)
	for _, found := range id {
		b.open("/account/methods/remove?of=" + found[1])
		if strings.Contains(b.text(), "Household") {
			b.says("AutoPay uses this account. Choose another account first.")
			continue
		}
		b.send("/account/methods/remove").at("/account/methods", "Saved accounts").says("The account is removed.")
	}
}

// Two tabs, two days: nobody agrees to words that another tab shows (REG-40).
func TestTwoTabsWithDifferentDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, of := h.billed(t, "ana@example.com")
	b.choose("15").says("15th of each month")
	one := b.page
	b.open("/account/autopay/set-up").send("/account/autopay/set-up", "day", "23").at("/account/autopay/bank", "Choose a bank account")
	b.send("/account/autopay/bank", "bank", b.value("bank")).at("/account/autopay/check", "Check and turn on AutoPay").says("23rd of each month")
	b.page = one
	b.send("/account/autopay/check", "now", "pay").at("/account/autopay/check", "Check and turn on AutoPay").says("23rd of each month")
	apptest.Check(t, "mandates", h.Rows(fmt.Sprintf(`SELECT state FROM mandate WHERE id_text(account_id) = '%s'`, of.Account)), []string(nil))
	shown := authorization(b.page)
	b.send("/account/autopay/check").at("/account/autopay/done", "AutoPay is on")
	apptest.Check(t, "what was agreed to", h.Rows(fmt.Sprintf(`SELECT wording FROM mandate_authorization WHERE id_text(account_id) = '%s'`, of.Account)), []string{shown})
}

// What was begun out of order leads to the page that is missing.
func TestAutoPayStepsInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	b, _ := h.billed(t, "ana@example.com")
	for path, want := range map[string]string{
		"/account/autopay/check": "/account/autopay/set-up", "/account/autopay/bank": "/account/autopay/set-up", "/account/autopay/new-bank": "/account/autopay/set-up",
		"/account/autopay/done": "/account/autopay", "/account/autopay/stop": "/account/autopay", "/account/autopay/change?what=day": "/account/autopay",
		"/account/autopay/waiting": "/account/autopay", "/account/autopay/proof.pdf": "/account/autopay",
	} {
		if b.open(path); b.url.Path != want || b.status != http.StatusOK {
			t.Errorf("%s leads to %s (%d), want %s", path, b.url.Path, b.status, want)
		}
	}
}
