package guest_test

import (
	"html"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/standing"
)

var cell = regexp.MustCompile(`<td class="pp-cents"[^>]*>(-?)\$([0-9,]+\.[0-9]{2})</td>`)

// addsUp checks that the rows of a table with a caption come to its last row.
func (b *browser) addsUp(caption, total string) {
	b.t.Helper()
	_, table, found := strings.Cut(b.body, "<caption>"+html.EscapeString(caption)+"</caption>")
	table, _, _ = strings.Cut(table, "</table>")
	var sum money.Amount
	rows := cell.FindAllStringSubmatch(table, -1)
	if !found || len(rows) == 0 {
		b.t.Fatalf("%s has no table %q: %s", b.url.Path, caption, b.text())
	}
	for _, row := range rows[:len(rows)-1] {
		sum = sum.Add(apptest.Amount(row[1] + strings.ReplaceAll(row[2], ",", "")))
	}
	if last := rows[len(rows)-1][2]; sum.Format() != total || "$"+last != total {
		b.t.Errorf("%s, %q: the rows come to %s, the last one says $%s, want %s", b.url.Path, caption, sum.Format(), last, total)
	}
}

// R-PAY-4: what is said of checks is the mail rule.
func TestTheLastDaysSayWhatTheMailRuleSays(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	s.At("2026-11-22 14:00:00")
	s.browser(t).find(h).says("Pay online until 11:59 p.m. Eastern time on Monday, November 23, 2026. A mailed check is on time if it is postmarked by that day.")
	s.browser(t).open("/ways-to-pay").says("Walk-in centers are closed.")
}

// Task 20: two months behind, with help from the state: dates, one "You are
// here", and the amount that keeps coverage.
func TestPastDue(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.At("2026-09-01")
	h := s.Household(apptest.Medical("2026-10", "103.00").Renewed())
	s.Bill("2026-10")
	s.At("2026-10-01")
	s.Bill("2026-11")
	s.At("2026-11-01")
	s.Night() // bills December, and warns in time (MA-DLQ-6)
	s.At("2026-11-20 14:00:00")
	b := s.browser(t).find(h).says("You have a payment past due. You are covered. Pay $309.00 by November 23, 2026 to stay covered.",
		"September 23, 2026 Your bill for October 2026 coverage was due.", "October 1, 2026 Extra time to pay (grace period). You are covered.",
		"October 23, 2026 The next payment was due.", "November 1, 2026 You are here. More extra time to pay.",
		"November 23, 2026 Pay $309.00 by this day, and you are caught up.",
		"December 23, 2026 Last day. Pay $309.00, or coverage ends and goes back to October 31, 2026.",
		"Total due: $309.00 Keeps your coverage through December 31, 2026.", "Past due only: $206.00 Keeps your coverage through November 30, 2026.",
		"Past due from October 2026 $103.00", "Past due from November 2026 $103.00", "Health plan, December 2026 $103.00")
	if n := strings.Count(b.text(), "You are here."); n != 1 {
		t.Errorf("got %d times \"You are here\"", n)
	}
	b.addsUp("What's in this amount", "$309.00")
	b.addsUp("Each part of this amount", "$309.00")
	b.submit("choice", "other", "other", "103").says("Pay at least $309.00 by November 23, 2026 to be covered in December 2026.")
	b.submit("choice", "keeps").submit("method", "bank").submit(goodBank...).submit().says("Payment received", "You are caught up.")
	s.wantPayments(t, h, "309.00")
}

// Without help there is one more due date and no grace month.
func TestPastDueWithoutHelp(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.At("2026-10-01")
	h := s.Household(apptest.FullPrice("2026-11", "400.00").Renewed())
	s.Bill("2026-11")
	s.At("2026-11-01")
	s.Bill("2026-12")
	s.At("2026-11-20 14:00:00")
	b := s.browser(t).find(h).says("Pay $800.00 by November 23, 2026 to stay covered.",
		"November 23, 2026 Last day. Pay $800.00, or coverage ends and goes back to October 31, 2026.")
	if strings.Contains(b.text(), "grace period") {
		t.Error("there is no grace period without help")
	}
	b.submit("choice", "total").submit("method", "bank").submit(goodBank...).submit()
	s.wantPayments(t, h, "800.00")
}

// What the page says of an amount is true: paying what is past due alone keeps
// coverage through the month that is paid, and the next one stays due.
func TestPayingWhatIsPastDueAlone(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.At("2026-10-01")
	h := s.Household(apptest.Medical("2026-11", "103.00").Renewed())
	s.Bill("2026-11")
	s.At("2026-11-01")
	s.Bill("2026-12")
	s.At("2026-11-20 14:00:00")
	s.browser(t).find(h).says("Past due only: $103.00 Keeps your coverage through November 30, 2026.").
		submit("choice", "past_due").at("/pay/method", "How do you want to pay?").submit("method", "bank").submit(goodBank...).submit().
		says("Payment received", "You still owe $103.00 by Monday, November 23, 2026.")
	e := s.Standing(h).Enrollments[0]
	if e.State != standing.StateActive || e.PaidThrough != apptest.Month("2026-11") {
		t.Errorf("got %s, paid through %s", e.State, e.PaidThrough)
	}
	s.browser(t).find(h).says("$103.00", "Keeps your coverage through December 31, 2026.")
	s.wantPayments(t, h, "103.00")
}

// endedHousehold is one whose coverage ended with September, as of 31 October.
func endedHousehold(t *testing.T, s *shop) apptest.Household {
	t.Helper()
	s.At("2026-09-01")
	h := s.Household(apptest.FullPrice("2026-10", "400.00").Renewed())
	s.Bill("2026-10")
	s.At("2026-10-01")
	s.Bill("2026-11")
	s.At("2026-10-31")
	err := s.Collecting.RecordEnd(t.Context(), collecting.End{Account: h.Account, Last: apptest.Month("2026-09"), Actor: "staff:test", Second: "staff:second", Reason: "unpaid"})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// R-DUE-6: coverage that ended is had back with one amount and by a last day,
// and what it takes later is said too.
func TestRestart(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := endedHousehold(t, s)
	b := s.browser(t).find(h).at("/pay/amount", "Your bill").says(
		"Coverage ended September 30, 2026. Pay $800.00 by November 23, 2026 to get it back with no gap.",
		"The last day is December 5, 2026, and then it takes $1,200.00", "October 31, 2026 You are here. We ended your coverage. Its last day was September 30, 2026.",
		"Covers October 2026 to November 2026", "Continue with $800.00")
	b.addsUp("What's in this amount", "$800.00")
	b.addsUp("Each part of this amount", "$800.00")
	if strings.Contains(b.body, `type="radio"`) {
		t.Error("less than the total would do nothing, and can be chosen")
	}
	b.open("/pay/bill").says("Your coverage ended September 30, 2026. Pay $800.00 by November 23, 2026 to get it back with no gap.")
	if strings.Contains(b.body, `href="/pay/amount">Pay `) {
		t.Errorf("the bill's button asks for another amount: %s", b.text())
	}
	b.open("/pay/amount").do("POST", "/pay/amount", url.Values{
		"op": {hiddenTag.FindStringSubmatch(b.body)[2]}, "shown": {"800.00"}, "choice": {"other"}, "other": {"5"},
	}).says("Select how much you want to pay")
	b.open("/pay/amount").toCheck("bank").submit().says("Payment received", "By November 1, 2026: your coverage is back, with no gap, from October 2026 on.")
	if got := s.Payments(h); len(got) != 1 || got[0].Amount != apptest.Amount("800.00") {
		t.Errorf("got payments %v", got)
	}
	b.open("/pay/amount").says("We have your payment.", "comes back with no gap")
	if formTag.MatchString(b.body) {
		t.Error("there is a form for what is paid")
	}
	s.Live("2026-11-01") // what the pages promised
	if e := s.Standing(h).Enrollments[0]; e.State != standing.StateActive || e.PaidThrough != apptest.Month("2026-11") {
		t.Errorf("the day after: %s, paid through %s", e.State, e.PaidThrough)
	}
	s.browser(t).find(h).says("$400.00", "Covers December 2026")
	s.VerifyClean()
}

// After the last day nothing is taken online.
func TestEndedForGood(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := endedHousehold(t, s)
	s.At("2026-12-05")
	s.browser(t).find(h).says("Pay $1,200.00 by December 5, 2026 to get it back with no gap.")
	s.At("2026-12-06")
	b := s.browser(t).find(h).at("/pay/amount", "You can't pay this bill online").says("Coverage ended September 30, 2026.", "1-800-555-0100")
	if formTag.MatchString(b.body) {
		t.Error("there is a form")
	}
	b.open("/pay/bill").says("Your coverage ended September 30, 2026. Call us or apply again.")
	if strings.Contains(b.text(), "to stay covered") || strings.Contains(b.body, `href="/pay/amount">Pay `) {
		t.Errorf("the bill asks for money: %s", b.text())
	}
}

// The pages that explain say the profile's own dates and numbers.
func TestAdvice(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.browser(t).open("/new-members").at("/new-members", "Pay your first bill").says(
		"By Monday, November 23, 2026 Pay your first bill in full. Then your coverage can start on December 1, 2026.",
		"January 1, 2027 Wednesday, December 23, 2026", "enrollment reference (RefID)", "This can happen 2 times.")
	b.open("/past-due").at("/past-due", "If you are behind on payments").says(
		"You are not alone: call us.", "Report it by November 23. Your bill may go down from December 2026 on.", "over up to 6 months",
		"November 23, 2026 The payment for December 2026 coverage is due", "December 23, 2026 Pay $200.00 by this day",
		"February 23, 2027 Last day. Pay $400.00, or coverage ends and goes back to December 31, 2026.",
		"December 23, 2026 Last day. Pay $200.00, or coverage ends and goes back to November 30, 2026.", "For 35 days after we tell you")
	if strings.Contains(b.text(), "You are here") {
		t.Error("an example has no place where somebody is")
	}
}

func TestAnEmployersBill(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.Group(apptest.FullPrice("2026-12", "612.10").Renewed())
	s.Bill("2026-12")
	b := s.browser(t).find(h).at("/pay/amount", "You can't pay this bill online").says("Your employer pays this bill.")
	if formTag.MatchString(b.body) {
		t.Error("there is a form")
	}
}

// The last two days: mail is too late, the site is open until midnight.
func TestDueSoon(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	for _, moment := range []string{"2026-11-21", "2026-11-22 00:00:00", "2026-11-23 23:59:00"} {
		s.At(moment)
		want := moment != "2026-11-21"
		b := s.browser(t).find(h)
		if got := strings.Contains(b.text(), "Pay online until 11:59 p.m. Eastern time on Monday, November 23, 2026."); got != want {
			t.Errorf("%s: got %t, want %t", moment, got, want)
		}
	}
	s.browser(t).find(h).toCheck("bank").says("before 11:59 p.m. Eastern time today").submit()
	p := s.wantPayments(t, h, "124.50")[0]
	if p.EffectiveOn != apptest.Date("2026-11-23") {
		t.Errorf("counts on %s, want the due date (R-CAL-2)", p.EffectiveOn)
	}
}

// Part paid, part returned: each cent is still explained (R-BILL-5).
func TestTheExplanationFollowsThePayments(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	b := s.browser(t).find(h)
	b.addsUp("Each part of this amount", "$124.50")
	b.submit("choice", "other", "other", "50").submit("choice", "entered").submit("method", "bank").submit(goodBank...).submit()
	s.Clock.Advance(26 * 60 * 60 * 1e9)
	b = s.browser(t).find(h).says("$74.50", "Payments we have since the bill was sent -$50.00")
	b.addsUp("What's in this amount", "$74.50")
	b.addsUp("Each part of this amount", "$74.50")
	b.open("/pay/bill").says("Total due $124.50") // the sealed bill stays as it was sent (R-BILL-4)
	b.addsUp("Each part of this amount", "$124.50")
	if strings.Contains(b.body, `href="/pay/amount">Pay `) {
		t.Error("the bill's button asks for an amount that is not due any more")
	}
	if err := s.paying.Return(t.Context(), h.Account, s.Payments(h)[0].ID, "R01", s.Today()); err != nil {
		t.Fatal(err)
	}
	again := s.browser(t).find(h)
	again.addsUp("Each part of this amount", "$124.50")
	// The proof of that payment says what became of it.
	p := s.Payments(h)[0]
	for _, path := range []string{"/pay/done/" + p.IntentID.String(), "/pay/done/" + p.IntentID.String() + "/receipt"} {
		s.browser(t).open(path).at(path, "Your payment").says("Returned by your bank", "Find your bill to pay again.")
	}
	again.open("/is-my-payment-in").submit("confirmation", p.Confirmation.String()).says("Returned by your bank")
}

// The HTML bill: every amount of R-BILL-2, why it changed, and what moved since
// the last one.
func TestTheHTMLBill(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	s.At("2026-10-01")
	h := s.Household(apptest.Medical("2026-11", "109.50").Renewed(), apptest.Dental("2026-11", "15.00").Renewed())
	s.Bill("2026-11")
	s.browser(t).find(h).toCheck("bank").submit()
	s.At("2026-11-01")
	s.Bill("2026-12")
	b := s.browser(t).find(h).open("/pay/bill").at("/pay/bill", "Your bill for December 2026 coverage")
	b.says("Bill date November 1, 2026", "You are paid through November 30, 2026.", "Last bill $124.50", "Paid October 1, thank you -$124.50",
		"Full cost $500.00", "Help from your tax credit -$300.00", "State help -$90.50", "You pay $109.50", "You pay $15.00", "Pay $124.50", "Mail by November 16, 2026 to be safe.")
	b.addsUp("Each part of this amount", "$124.50")
	none := s.Household(apptest.Medical("2027-01", "10.00"))
	if got := s.browser(t).find(none).open("/pay/bill"); got.status != 404 {
		t.Errorf("a bill that was not issued: got %d", got.status)
	}
}

func TestPagesAboutThePlace(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.browser(t)
	b.open("/ways-to-pay").says("The next payment is due Monday, November 23, 2026.", "debit or credit card", "The day on the postmark", "Mail it by November 16, 2026", "PO Box 5550100")
	b.open("/").says("Next due date: Monday, November 23, 2026", "for December 2026 coverage")
	s.At("2026-11-24 00:00:00")
	b.open("/").says("Wednesday, December 23, 2026", "for January 2027 coverage")
	for path, heading := range map[string]string{
		"/language-help": "Language help and your rights", "/accessibility": "Accessibility", "/privacy": "Privacy", "/contact": "Contact us",
	} {
		for _, prefix := range []string{"", "/es", "/pt", "/ht", "/zh", "/vi"} {
			if b.open(prefix + path); b.status != 200 || b.url.Path != prefix+path || prefix == "" && b.heading() != heading {
				t.Errorf("%s%s: got %d %q", prefix, path, b.status, b.heading())
			}
		}
	}
}
