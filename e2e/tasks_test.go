package e2e_test

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

var confirmation = regexp.MustCompile(`^[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{2}$`)

// Each look is a way to sit in front of the site.
var looks = map[string]look{
	"scripts on": desk, "scripts off": desk.withoutScripts(), "phone": phone, "phone, scripts off": phone.withoutScripts(),
}

// The two looks that differ most.
var twoLooks = map[string]look{"scripts on": desk, "phone, scripts off": phone.withoutScripts()}

// each runs a task in several looks, each with a demo of its own.
func each(t *testing.T, looks map[string]look, task func(t *testing.T, d *demo, b *tab)) {
	t.Helper()
	for name, l := range looks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDemo(t)
			task(t, d, d.tab(t, l))
		})
	}
}

// find looks a member up on the page with the form.
func (b *tab) find(m member) *tab {
	b.t.Helper()
	month, day, year := m.birth(b.t)
	return b.fill("subscriber_id", m.SubscriberID, "birth_month", month, "birth_day", day, "birth_year", year).press()
}

// bank types the good test account.
func (b *tab) bank() *tab {
	b.t.Helper()
	return b.fill("name", "Maria Silva").choose("account_type").fill("routing", "110000000", "account", "000123456789").press()
}

// card types a card on the processor's page.
func (b *tab) card(number string) *tab {
	b.t.Helper()
	if s := b.seen(); s.Origin != b.demo.Sandbox {
		b.t.Fatalf("the card would be typed at %s", s.Origin)
	}
	return b.fill("number", number, "month", "10", "year", "29", "name", "Maria Silva", "code", "123", "zip", "02139").press()
}

// confirmed reads the confirmation number.
func (b *tab) confirmed() string {
	b.t.Helper()
	var number string
	b.ask(`() => document.querySelector("[data-test=confirmation]")?.textContent ?? ""`, &number)
	if !confirmation.MatchString(number) {
		b.t.Fatalf("no confirmation number at %s: %s", b.where(), b.seen().Text)
	}
	return number
}

// Tasks 1 and 2: pay this bill from your checking account, without an account
// on this site; on a phone with thumbs only.
func TestPayByBank(t *testing.T) {
	t.Parallel()
	each(t, looks, func(t *testing.T, d *demo, b *tab) {
		b.open("/").at("Pay your health insurance bill")
		started := b.loads
		b.find(d.member("A")).at("Your bill").says("$124.50", "Pay by November 23, 2026").press()
		b.at("How do you want to pay?").choose("method").press()
		b.at("Bank account details").bank()
		b.at("Check your details and pay").says("000123456789").fill("email", "maria@example.com").press()
		number := b.at("Payment received").says("$124.50 · November 20, 2026").confirmed()
		if n := b.loads - started; n > 5 {
			t.Errorf("%d pages, want at most 5", n)
		}
		b.pressOn(`main a[href$="/receipt"]`).at("Your receipt").says(number, "Health plan, December 2026", "$109.50", "Dental plan, December 2026", "$15.00")
		b.open("/is-my-payment-in").fill("confirmation", number).press().at("Your payment").says("Received – waiting for your bank")
		b.open("/pay").find(d.member("A")).says("You paid $124.50 on November 20", "You don't need to pay again.")
		for _, secret := range []string{"000123456789", "maria@example.com"} {
			if where, found := d.holds(secret); found && (secret != "maria@example.com" || where == "the log") {
				t.Errorf("%s can be read in %s", secret, where)
			}
		}
	})
}

// Flow F2: the card is typed on another origin.
func TestPayByCard(t *testing.T) {
	t.Parallel()
	each(t, looks, func(t *testing.T, d *demo, b *tab) {
		b.open("/pay").find(d.member("A")).press().choose("method-card").press()
		b.at("Check your details").press().at("Card details").says("$124.50")
		b.card("4242424242424242").at("Payment complete").says("Visa card ending in 4242").confirmed()
		b.noCardNumber("4242424242424242")
	})
}

// noCardNumber checks that a card number never went to the portal and is in
// nothing that the demo keeps.
func (b *tab) noCardNumber(number string) {
	b.t.Helper()
	long := regexp.MustCompile(`[0-9]{13,19}`)
	b.mu.Lock()
	for _, sent := range b.sent {
		if strings.Contains(sent, number) {
			b.t.Errorf("the card number went to the portal: %s", long.ReplaceAllString(sent, "…"))
		}
	}
	b.mu.Unlock()
	if where, found := b.demo.holds(number); found {
		b.t.Errorf("the card number is in %s", where)
	}
}

// Task 8, flow F3: the first payment, which starts coverage.
func TestFirstPayment(t *testing.T) {
	t.Parallel()
	each(t, twoLooks, func(t *testing.T, d *demo, b *tab) {
		b.open("/pay").find(d.member("F")).says("Your coverage has not started. Pay $124.50 by December 23, 2026 to start coverage on January 1, 2027.")
		b.press().choose("method").press().bank().press().at("Payment received").says("January 1, 2027: your coverage starts.")
		b.confirmed()
		var steps int
		b.ask(`() => document.querySelectorAll("main .pp-timeline li").length`, &steps)
		if steps < 4 {
			t.Errorf("%d dated steps, want at least 4", steps)
		}
	})
}

// Task 20, flow F9: two months behind; what each amount does, and where the
// member stands.
func TestPastDue(t *testing.T) {
	t.Parallel()
	each(t, twoLooks, func(t *testing.T, d *demo, b *tab) {
		b.open("/pay").find(d.member("B")).at("Your bill").says("You have a payment past due. You are covered. Pay $309.00 by November 23, 2026 to stay covered.",
			"Past due only: $206.00", "Keeps your coverage through November 30, 2026.", "You are here.", "November 23, 2026")
		var here int
		b.ask(`() => document.querySelectorAll("main .pp-timeline [aria-current=step]").length`, &here)
		if here != 1 {
			t.Errorf("%d places where the member is, want 1", here)
		}
		b.pressOn(`main a[href$="/past-due"]`).at("If you are behind on payments").says("You are not alone: call us.")
		b.open("/pay/amount").choose("choice-past_due").press().choose("method").press().bank().press()
		b.at("Payment received").says("You still owe $103.00 by Monday, November 23, 2026.")
	})
}

// R-DUE-6: coverage that ended comes back without a gap, for one amount.
func TestRestart(t *testing.T) {
	t.Parallel()
	each(t, twoLooks, func(t *testing.T, d *demo, b *tab) {
		g := d.member("G")
		if g.DueCents != 498_00 {
			t.Errorf("the demo says that G owes %d cents", g.DueCents)
		}
		b.open("/pay").find(g).at("Your bill").says("Coverage ended August 31, 2026. Pay $498.00 by November 23, 2026 to get it back with no gap.",
			"The last day is December 25, 2026, and then it takes $622.50.", "We ended your coverage. Its last day was August 31, 2026.")
		b.press().choose("method").press().bank().press()
		b.at("Payment received").says("November 21, 2026: your coverage is back, with no gap, from September 2026 on.")
		b.open("/pay/amount").says("We have your payment.")
	})
}

// Task 3: keyboard only, at most 60 keys besides typing, the focus never lost.
func TestKeyboardOnly(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]look{"scripts on": desk, "scripts off": desk.withoutScripts()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDemo(t)
			b := d.tab(t, l)
			month, day, year := d.member("A").birth(t)
			b.open("/").keys(kb.Tab, kb.Enter, kb.Tab).typed("subscriber_id", d.member("A").SubscriberID) // past the skip link
			b.keys(kb.Tab).typed("birth_month", month).keys(kb.Tab).typed("birth_day", day).keys(kb.Tab).typed("birth_year", year).enter()
			b.at("Your bill").keys(kb.Tab, kb.Enter, kb.Tab, kb.Tab).enter()
			b.at("How do you want to pay?").keys(kb.Tab, kb.Enter, kb.Tab, kb.Tab, " ").enter()
			b.at("Bank account details").keys(kb.Tab, kb.Enter, kb.Tab, kb.Tab).typed("name", "Maria Silva").keys(kb.Tab, " ")
			b.keys(kb.Tab).typed("routing", "110000000").keys(kb.Tab).typed("account", "000123456789").enter()
			b.at("Check your details and pay").keys(kb.Tab, kb.Enter, kb.Tab, kb.Tab, kb.Tab, kb.Tab).typed("email", "maria@example.com").enter()
			b.at("Payment received").confirmed()
			t.Logf("%d keys besides typing", b.presses)
			if b.presses > 60 {
				t.Errorf("%d keys besides typing, want at most 60", b.presses)
			}
		})
	}
}

// Task 5: one number of the Subscriber ID is wrong.
func TestOneNumberWrong(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	for name, l := range twoLooks {
		t.Run(name, func(t *testing.T) {
			b := d.tab(t, l)
			m := d.member("A")
			good := m.SubscriberID
			m.SubscriberID = good[:len(good)-1] + map[bool]string{true: "0", false: "1"}[good[len(good)-1] != '0']
			b.open("/pay").find(m)
			var seen struct{ Focus, Title, Summary, Field, Typed, Day, Month string }
			b.untilTrue(`() => document.activeElement.id === "problems"`)
			b.ask(`() => {
				const value = (id) => document.getElementById(id).value;
				return { focus: document.activeElement.id, title: document.title, summary: document.querySelector("#problems li").textContent,
					field: document.getElementById("subscriber_id-problem").textContent, typed: value("subscriber_id"), day: value("birth_day"), month: value("birth_month") };
			}`, &seen)
			const want = "Check your Subscriber ID. One of the numbers looks wrong."
			if seen.Focus != "problems" || !strings.HasPrefix(seen.Title, "Error: ") || seen.Summary != want || seen.Field != want {
				t.Errorf("got %+v", seen)
			}
			if seen.Typed != m.SubscriberID || seen.Day != "14" || seen.Month != "3" {
				t.Errorf("what was typed is gone: %+v", seen)
			}
		})
	}
}

// Task 7: what is owed, and when, in five seconds.
func TestAmountAndDateFirst(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	b := d.tab(t, phone)
	b.open("/pay").find(d.member("A"))
	var seen struct {
		Bottom  float64
		Largest bool
	}
	b.ask(`() => {
		const size = (e) => parseFloat(getComputedStyle(e).fontSize);
		const sum = document.querySelector(".pp-sum"), by = document.querySelector(".pp-by");
		const texts = [...document.querySelectorAll("main *")].filter((e) => e.children.length === 0 && e.textContent.trim() && !e.closest(".pp-hidden"));
		return { bottom: Math.max(sum.getBoundingClientRect().bottom, by.getBoundingClientRect().bottom) + scrollY, largest: texts.every((e) => e === sum || size(e) < size(sum)) };
	}`, &seen)
	if seen.Bottom > 300 || !seen.Largest {
		t.Errorf("got %+v, want the amount as the largest text, and the date, in the first 300 px", seen)
	}
}

// Task 2, its other half: thumbs find every target on the way.
func TestThumbsFindEveryTarget(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	b := d.tab(t, phone)
	small := func() {
		t.Helper()
		var found []string
		b.ask(`() => [...document.querySelectorAll("main button, main .usa-button, main input:not([type=hidden]):not([type=radio]), main select, main summary, main .usa-radio__label")]
			.filter((e) => { const r = e.getBoundingClientRect(); return r.width && r.height < 44 && !e.classList.contains("usa-button--unstyled")
				|| e.matches("input, select") && parseFloat(getComputedStyle(e).fontSize) < 16; })
			.map((e) => e.outerHTML.slice(0, 90))`, &found)
		for _, e := range found {
			t.Errorf("%s: too small for a thumb, or makes the phone zoom: %s", b.where(), e)
		}
	}
	b.open("/")
	small()
	b.find(d.member("A"))
	small()
	b.press()
	small()
	b.choose("method").press()
	small()
	b.bank()
	small()
	b.press()
	small()
	b.confirmed()
}

// Task 9: you can pay only $50.
func TestOnlyFiftyDollars(t *testing.T) {
	t.Parallel()
	each(t, twoLooks, func(t *testing.T, d *demo, b *tab) {
		b.open("/pay").find(d.member("A")).choose("choice-other").fill("other", "50").press()
		b.at("This may not keep your coverage").says("You entered $50.00. Pay at least $124.50 by November 23, 2026 to be covered in December 2026.")
		var first string
		b.ask(`() => document.querySelector("main form button").textContent`, &first)
		if first != "Pay $124.50 instead" {
			t.Errorf("the default button says %q", first)
		}
		b.pressOn(`main form button[value=entered]`).at("How do you want to pay?").choose("method").press().bank().press()
		b.at("Payment received").says("$50.00", "You still owe $74.50 by Monday, November 23, 2026.")
		b.confirmed()
	})
}

// Task 10: health and dental together.
func TestHealthAndDental(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	b := d.tab(t, desk)
	b.open("/pay").find(d.member("D")).says("$258.40").press().choose("method").press().bank().press().confirmed()
	b.pressOn(`main a[href$="/receipt"]`).at("Your receipt").says("Health plan, December 2026 $206.00", "Dental plan, December 2026 $52.40", "$258.40")
}

// Task 12: the bank says no to the card; pay another way.
func TestDeclinedThenByBank(t *testing.T) {
	t.Parallel()
	each(t, twoLooks, func(t *testing.T, d *demo, b *tab) {
		b.open("/pay").find(d.member("A")).press().choose("method-card").press().press()
		b.card("4000000000000002").says("Your payment was declined", "No money was taken.")
		b.pressOn(`form[action$="/leave"] button`).at("Your payment was declined").says("No money was taken.", "We kept the amount: $124.50.")
		b.pressOn(`main .pp-buttons a[href="/pay/method"]`).at("How do you want to pay?").says("$124.50")
		b.choose("method").press().bank().press().at("Payment received").confirmed()
		b.noCardNumber("4000000000000002")
	})
}

// Task 13: a card number in the box for the account number.
func TestACardNumberInTheWrongBox(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	for name, l := range twoLooks {
		t.Run(name, func(t *testing.T) {
			b := d.tab(t, l)
			b.open("/pay").find(d.member("A")).press().choose("method").press()
			b.fill("name", "Maria Silva").choose("account_type").fill("routing", "110000000", "account", "4242424242424242").press()
			b.at("Bank account details").says("That looks like a card number. Enter your bank account number.")
			var again string
			b.ask(`() => document.documentElement.outerHTML`, &again)
			if strings.Contains(again, "4242") {
				t.Error("the card number is shown again")
			}
			if where, found := d.holds("4242424242424242"); found {
				t.Errorf("the card number is in %s", where)
			}
		})
	}
}

// G7: the slow bank. The page leads on by itself, by script and without.
func TestASlowBank(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]look{"scripts on": desk, "scripts off": desk.withoutScripts()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDemo(t)
			b := d.tab(t, l)
			b.open("/pay").find(d.member("A")).press().choose("method-card").press().press()
			b.fleeting = true // the bank answers after eight seconds
			b.card("4000000000000101").at("We're checking with your bank").says("Don't pay again and don't close this page.")
			b.fleeting = false
			begun := time.Now()
			b.until("/pay/done/").at("Payment complete").confirmed()
			t.Logf("led on after %s", time.Since(begun).Round(time.Second))
		})
	}
}

// Two fast presses of the last button: one payment.
func TestPressedTwice(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]look{"scripts on": desk, "scripts off": desk.withoutScripts()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDemo(t)
			b := d.tab(t, l)
			b.open("/pay").find(d.member("A")).press().choose("method").press().bank()
			b.run(doubleClick(`main form button`))
			b.until("/pay/done/")
			number := b.confirmed()
			b.open("/pay").find(d.member("A")).says("You paid $124.50", number)
		})
	}
}

// Back after paying, and the button again, lead to the one confirmation.
func TestBackAfterPaying(t *testing.T) {
	t.Parallel()
	for name, l := range map[string]look{"scripts on": desk, "scripts off": desk.withoutScripts()} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDemo(t)
			b := d.tab(t, l)
			b.open("/pay").find(d.member("A")).press().choose("method").press().bank().press()
			number := b.confirmed()
			b.run(back())
			b.until("/pay/") // no page of ours is kept by the browser: it asks again
			b.open("/pay/check").at("Your bill").says("You paid $124.50", number)
			b.until("/pay/amount")
		})
	}
}

// The language is kept through the whole way, the card page included.
func TestInAnotherLanguage(t *testing.T) {
	t.Parallel()
	d := newDemo(t)
	b := d.tab(t, phone)
	b.open("/vi/pay").find(d.member("A")).press().choose("method-card").press().press().card("4242424242424242")
	if s := b.seen(); !strings.HasPrefix(s.Path, "/vi/pay/done/") {
		t.Errorf("ended at %s", s.Path)
	}
	b.confirmed()
}
