package e2e_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// moveTo moves the demo's clock to the morning of a day, on the sandbox's
// control page: every night up to it is lived.
func (b *tab) moveTo(day string) *tab {
	b.t.Helper()
	b.control().set("date", day)
	move := chromedp.Click(`form button.second`, chromedp.ByQuery)
	if b.look.touch {
		move = b.tap(`form button.second`)
	}
	return b.loadWithin(3*patience, move) // weeks of business days
}

// set gives a field another value than the one it has.
func (b *tab) set(id, value string) {
	b.t.Helper()
	var done bool
	b.ask(fmt.Sprintf(`() => { document.getElementById(%q).value = %q; return true; }`, id, value), &done)
}

func (b *tab) control() *tab {
	b.t.Helper()
	return b.load(chromedp.Navigate(b.demo.Sandbox + "/")).at("Sandbox control")
}

// mail posts a check that is under way for some days.
func (b *tab) mail(m member, amount, days string) *tab {
	b.t.Helper()
	b.control().set("days", days)
	return b.fill("number", m.SubscriberID, "amount", amount).pressOn(`form[action="/control/mail"] button`)
}

// R-PAY-4, day by day: a first payment is mailed on the day before it is due
// and arrives after Christmas. By then the start was moved; the postmark puts
// it back.
func TestCheckWithTimelyPostmark(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	b := d.tab(t, desk)
	f := d.member("F")
	b.open("/pay").find(f).at("Your bill").says("Your coverage has not started", "Pay $124.50 by December 23, 2026")
	b.moveTo("2026-12-22").mail(f, "124.50", "6").says("On its way")
	b.moveTo("2026-12-24")
	b.open("/pay").find(f).says("Your coverage has not started", "January 23, 2027", "February 1, 2027")
	b.moveTo("2026-12-28").says("Posted, counts on 2026-12-22")
	b.moveTo("2026-12-29")
	b.open("/pay").find(f).says("You owe $0.00", "Covers January 2027")
	b.load(chromedp.Navigate(d.Sandbox + "/inbox"))
	// E-mails of one night may arrive in any order.
	letters := strings.Split(b.seen().Text, "fixture-F@example.com")
	for text, wants := range map[string][]string{
		strings.Join(letters[:4], ""): {
			"Your new bill is ready", "A letter from us no longer counts", "Your coverage starts. Here's what happens next", "Your receipt",
		},
		strings.Join(letters[4:6], ""): {"Your coverage did not start on January 1", "Finish your enrollment: make your first payment"},
	} {
		for _, want := range wants {
			if !strings.Contains(text, want) {
				t.Errorf("no %q in %q", want, text)
			}
		}
	}
}
