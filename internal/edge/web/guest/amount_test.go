package guest_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// What people type as an amount (issue: what bad input gets). 498.00 is the
// bill and three months ahead.
func TestAmountsAsTyped(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.browser(t).find(s.december(t))
	const syntax = "Amount must be numbers, like 50 or 50.25"
	const zero = "Amount must be more than $0"
	const most = "Amount must be $498.00 or less"
	for typed, want := range map[string]string{
		"": "Enter an amount", "   ": "Enter an amount",
		"12,50": syntax, "1e3": syntax, "12.345": syntax, "٥٠": syntax, "५०": syntax, "fifty": syntax, "1,23,456": syntax, "50.": syntax, ".50": syntax,
		"$": syntax, "--5": syntax, "5 0": syntax, "NaN": syntax, "0x10": syntax, "99999999999999999999": syntax, "<script>": syntax, "50\u00a0€": syntax,
		"-5": zero, "0": zero, "0.00": zero, "-0": zero, "$0": zero,
		"999999999": most, "498.01": most, "1,000": most,
	} {
		page := b.otherTab().open("/pay/amount").submit("choice", "other", "other", typed)
		if page.status != 422 || strings.Count(page.text(), want) != 2 || page.url.Path != "/pay/amount" {
			t.Errorf("%q: got %d, want %q in the summary and at the field: %s", typed, page.status, want, page.text())
		}
		if strings.Contains(page.body, "<script>") {
			t.Errorf("%q is markup on the page", typed)
		}
	}
	for typed, want := range map[string]string{
		"498": "$498.00", "$124.50": "$124.50", " 200 ": "$200.00", "２００": "$200.00", "0498.00": "$498.00", "\u200e150.25": "$150.25",
	} {
		page := b.otherTab().open("/pay/amount").submit("choice", "other", "other", typed)
		page.at("/pay/method", "How do you want to pay?").says("You are paying " + want)
	}
	for _, choice := range []string{"", "past_due", "all"} {
		b.otherTab().open("/pay/amount").submit("choice", choice).at("/pay/amount", "Your bill").says("Select how much you want to pay")
	}
}

// The bill changes while somebody looks at it (G9c).
func TestTheBillChangesMeanwhile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		amount := s.browser(t).find(h)
		method := amount.otherTab().submit("choice", "total")
		bank := method.otherTab().submit("method", "bank")
		check := bank.otherTab().submit(goodBank...)
		s.browser(t).find(h).submit("choice", "other", "other", "15").submit("choice", "entered").submit("method", "bank").submit(goodBank...).submit().says("Payment received")
		for name, c := range map[string]struct {
			b    *browser
			form []string
		}{
			"amount": {amount, []string{"choice", "total"}}, "method": {method, []string{"method", "bank"}}, "bank": {bank, goodBank}, "check": {check, nil},
		} {
			c.b.submit(c.form...)
			if c.b.heading() != "This amount changed" {
				t.Fatalf("%s: got %q at %s", name, c.b.heading(), c.b.url.Path)
			}
			c.b.says("Your bill changed from $124.50 to $109.50 while you were here.", "You have not been charged.", "Continue with $109.50")
		}
		// The other payment is told before the new amount is paid (R-PAY-7).
		check.submit().at("/pay/again", "Pay again?").submit("choice", "again").says("You are paying $109.50.")
		check.submit("method", "bank")
		if !strings.Contains(check.body, `value="000123456789"`) {
			t.Error("the account that was typed before is gone")
		}
		check.submit(goodBank...).says("Pay $109.50 now").submit().says("Payment received")
		s.wantPayments(t, h, "15.00", "109.50")
	})
}

// Forms that no page of ours made.
func TestFormsThatWereMadeUp(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	b := s.browser(t).find(h).toCheck("bank")
	for name, c := range map[string]struct {
		form []string
		want int
	}{
		"no operation":        {[]string{"op", ""}, 400},
		"half an operation":   {[]string{"op", "018f6b2e"}, 400},
		"no amount":           {[]string{"shown", ""}, 400},
		"an amount in words":  {[]string{"shown", "all"}, 400},
		"another amount":      {[]string{"shown", "1.00"}, 200},
		"a stranger's":        {[]string{"op", "018f6b2e-7c4d-7a31-9b1f-2f6a1c9d4e55"}, 200},
		"another method":      {[]string{"method", "card"}, 200},
		"no method":           {[]string{"method", ""}, 200},
		"an amount below one": {[]string{"shown", "-124.50"}, 200},
	} {
		tab := b.otherTab()
		if tab.submit(c.form...); tab.status != c.want || strings.HasPrefix(tab.url.Path, "/pay/done") {
			t.Errorf("%s: got %d at %s, want %d: %s", name, tab.status, tab.url.Path, c.want, tab.text())
		}
	}
	s.wantPayments(t, h)
}

// Steps out of order lead to the step that is missing.
func TestStepsOutOfOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.browser(t).find(s.december(t))
	for _, path := range []string{"/pay/method", "/pay/bank", "/pay/check", "/pay/less", "/pay/again", "/pay/status"} {
		b.open(path).at("/pay/amount", "Your bill")
	}
	b.submit("choice", "total")
	for _, path := range []string{"/pay/bank", "/pay/check", "/pay/status"} {
		b.open(path).at("/pay/method", "How do you want to pay?")
	}
	b.submit("method", "").at("/pay/method", "How do you want to pay?").says("Select how you want to pay")
	b.submit("method", "wallet").says("Select how you want to pay")
	b.submit("method", "bank").open("/pay/check").at("/pay/bank", "Bank account details")
	b.open("/pay/less").at("/pay/amount", "Your bill")
}

// Every message of G4; what was typed is kept, a card number never.
func TestWhatIsWrongWithABankAccount(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.browser(t).find(s.december(t)).submit("choice", "total").submit("method", "bank")
	const cardNumber = "4242424242424242"
	for _, c := range []struct {
		name string
		form []string
		want string
	}{
		{"no name", []string{"name", ""}, "Enter the name on the account"},
		{"a long name", []string{"name", strings.Repeat("x", 61)}, "Name on the account must be 60 characters or fewer"},
		{"numbers in the name", []string{"name", "Ana 2"}, "Enter the name as it appears on the account"},
		{"a card number in the name", []string{"name", "Ana 4242 4242 4242 4242"}, "Don't enter card numbers here"},
		{"no type", []string{"account_type", ""}, "Select checking or savings"},
		{"no routing number", []string{"routing", ""}, "Enter the routing number"},
		{"eight numbers", []string{"routing", "11000000"}, "Routing number must be 9 numbers"},
		{"a wrong check digit", []string{"routing", "110000001"}, "Check the routing number. These 9 numbers don't match a US bank."},
		{"no account number", []string{"account", ""}, "Enter the account number"},
		{"three numbers", []string{"account", "123"}, "Account number must be 4 to 17 numbers"},
		{"eighteen numbers", []string{"account", "123456789012345678"}, "Account number must be 4 to 17 numbers"},
		{"a card number", []string{"account", "4242 4242 4242 4242"}, "That looks like a card number. Enter your bank account number."},
	} {
		tab := b.otherTab()
		tab.submit(append(append([]string{}, goodBank...), c.form...)...)
		if tab.status != 422 || strings.Count(tab.text(), c.want) != 2 {
			t.Errorf("%s: got %d, want %q in the summary and at the field: %s", c.name, tab.status, c.want, tab.text())
		}
		if strings.Contains(strings.ReplaceAll(tab.body, " ", ""), cardNumber) {
			t.Errorf("%s: the card number is shown again", c.name)
		}
		if c.form[0] != "routing" && !strings.Contains(tab.body, `value="110000000"`) {
			t.Errorf("%s: the routing number was not kept", c.name)
		}
	}
	if strings.Contains(s.log.String(), cardNumber) || strings.Contains(s.urls.String(), cardNumber) {
		t.Error("a card number is in the log or in an address")
	}
}

// The validation service says no, or nothing (ACH-06).
func TestAnAccountThatIsNotConfirmed(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	b := s.browser(t).find(s.december(t)).submit("choice", "total").submit("method", "bank")
	for _, answer := range []string{"refused", "unavailable"} {
		s.Validator.Answer = payment.Validation(answer)
		tab := b.otherTab()
		tab.submit(goodBank...).at("/pay/bank", "Bank account details").
			says("We could not confirm this account. Check the numbers, use another account, or pay another way.")
		if tab.status != 422 || !strings.Contains(tab.body, `value="000123456789"`) {
			t.Errorf("%s: got %d; what was typed must be kept", answer, tab.status)
		}
	}
}

// A bank account from which a payment came back as closed or blocked is not
// asked again (brief G9g); one that had not enough money is.
func TestAnAccountThatCameBack(t *testing.T) {
	t.Parallel()
	rows := []struct {
		code, kind string
		refused    bool
	}{
		{"R02", "checking", true},
		{"R02", "savings", true},
		{"R16", "checking", true},
		{"R29", "checking", true},
		{"R03", "checking", true},
		{"R03", "savings", false},
		{"R01", "checking", false},
		{"R10", "checking", false},
	}
	for _, row := range rows {
		t.Run(row.code+" "+row.kind, func(t *testing.T) {
			t.Parallel()
			s := newShop(t)
			h := s.december(t)
			b := s.browser(t).find(h).toCheck("bank").submit()
			s.At("2026-11-22 12:00:00")
			s.comesBack(t, h, row.code)
			b.open("/pay/amount").submit("choice", "total").submit("method", "bank")
			other := b.otherTab()
			b.submit(append(append([]string{}, goodBank...), "account_type", row.kind)...)
			if !row.refused {
				b.at("/pay/check", "Check your details and pay")
				return
			}
			b.at("/pay/bank", "This bank account can't be used").says("No money was taken.", "Your bank sent back a payment from this account before.")
			if !strings.Contains(b.body, `href="/pay/method">Pay another way`) {
				t.Error("a card is not offered")
			}
			other.submit(append(append([]string{}, goodBank...), "account", "000123456001")...).at("/pay/check", "Check your details and pay")
		})
	}
}

// comesBack has the bank return a household's last payment.
func (s *shop) comesBack(t *testing.T, h apptest.Household, code string) {
	t.Helper()
	p := s.Payments(h)[0]
	s.InTx(func(tx *store.Tx) error {
		e, err := tx.ACHEntryOf(h.Account, p.ID)
		if err != nil {
			return err
		}
		tx.ReturnACHEntry(e, ach.ReasonOf(code), s.Today(), false)
		_, err = s.paying.TakeBack(tx, h.Account, p.ID, code, s.Today())
		return err
	})
}

func TestReceiptAddress(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.Household(apptest.Medical("2026-12", "10.00").Renewed())
	s.Bill("2026-12")
	b := s.browser(t).find(h).toCheck("bank")
	for _, typed := range []string{"maria", "maria@", "@example.com", "maria@example", "a b@example.com", "Maria <m@example.com>", "m@example.c", "4242424242424242@example.com", "m@[127.0.0.1]", "a@b@example.com"} {
		page := b.otherTab().submit("email", typed)
		if page.status != 422 || strings.Count(page.text(), "Enter an email address like name@example.com") != 2 {
			t.Errorf("%q: got %d: %s", typed, page.status, page.text())
		}
	}
	slip := b.otherTab().submit("email", "maria@gmial.com").says("Which email address is right?", "maria@gmail.com", "maria@gmial.com")
	if slip.status != 200 {
		t.Errorf("a question is no error: got status %d", slip.status)
	}
	slip.submit("email_choice", "maria@gmail.com").says("Payment received", "m•••@gmail.com")
	kept := s.Rows("SELECT email FROM intent")
	if len(kept) != 1 || kept[0] != "maria@gmail.com" {
		t.Errorf("the receipt goes to %v", kept)
	}
}

// Coverage that costs its member nothing can not be paid ahead.
func TestNothingToPayAhead(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.Household(apptest.Medical("2026-12", "0.00").Renewed())
	s.Bill("2026-12")
	b := s.browser(t).find(h).at("/pay/amount", "Your bill").says("You owe $0.00.")
	for _, path := range []string{"/pay/amount", "/pay/amount?ahead=1"} {
		if b.open(path); strings.Contains(b.text(), "Pay ahead") || formTag.MatchString(b.body) {
			t.Errorf("%s offers a payment that nobody can make: %s", path, b.text())
		}
	}
}
