package e2e_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// One may pay at a time: a second browser waits in line while the first pays,
// and is in when that is done, by the page's own script or by its refresh
// without scripts, and by hand.
func TestInLine(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]look{"scripts on": desk, "phone, scripts off": phone.withoutScripts()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDemoAt(t, "127.0.0.1:0", "--pay-places", "1")
			first, second, third := d.tab(t, l), d.tab(t, l), d.tab(t, l)
			first.open("/").at("Pay your health insurance bill").find(d.member("A")).at("Your bill")
			second.open("/").at("Pay your health insurance bill").says("There is a line")
			second.loadLink("Get in line").at("You're in line").
				says("You're next.", "Nothing is charged while you wait.", "The due date is still November 23, 2026.")
			third.open("/pay").at("You're in line").says("1 person is ahead of you.")
			first.press().at("How do you want to pay?").choose("method").press()
			first.at("Bank account details").bank()
			first.at("Check your details and pay").press().at("Payment received")
			third.open("/pay").at("You're in line") // by hand; second was called
			second.untilTrue(`() => document.querySelector("h1")?.textContent.trim() === "Find your bill"`)
			second.at("Find your bill").find(d.member("A"))
			if s := second.seen(); s.Origin != d.Portal || strings.Contains(s.Heading, "line") {
				t.Errorf("who was let in got %q", s.Heading)
			}
			third.open("/pay").at("You're in line").says("You're next.")
		})
	}
}

// loadLink follows a link by what it says.
func (b *tab) loadLink(text string) *tab {
	b.t.Helper()
	return b.load(chromedp.Click(`//main//a[text()="`+text+`"]`, chromedp.BySearch))
}
