package guest_test

import (
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// An unknown Subscriber ID and a wrong birth date get the same answer, byte for
// byte, apart from what was typed (R-ID-2).
func TestNoMatchNeverSaysWhichPart(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		unknown := h
		unknown.SubscriberID = ident.NewSubscriberID(70099999999)
		wrong := h
		wrong.BirthDate = apptest.Date("1976-02-29")
		var answers []string
		for _, tried := range []apptest.Household{unknown, wrong} {
			b := s.browser(t).find(tried).at("/pay", "Find your bill").says("We couldn't find a bill that matches", "Both must match the application.")
			if b.status != 422 || !strings.HasPrefix(b.title(), "Error: ") {
				t.Errorf("got status %d and title %q", b.status, b.title())
			}
			body := b.body
			for i := 1; i < len(findForm(tried)); i += 2 {
				typed := findForm(tried)[i]
				if !strings.Contains(b.body, `value="`+typed+`"`) {
					t.Errorf("%q was not kept", typed)
				}
				body = strings.ReplaceAll(strings.ReplaceAll(body, `value="`+typed+`"`, ""), "the number "+typed+".", "")
			}
			answers = append(answers, body)
		}
		if answers[0] != answers[1] {
			t.Errorf("the answers differ:\n%s\n%s", answers[0], answers[1])
		}
	})
}

// Nor does the time that the answer takes (R-ID-2): the database is asked the same
// in the same order, and the same numbers of bytes are hashed, encrypted and
// decrypted, whichever part was wrong and whichever number was typed.
func TestNoMatchIsTheSameWork(t *testing.T) {
	t.Parallel()
	storetest.EachTraced(t, func(t *testing.T, db *store.DB, c *virtual.Clock, trace *storetest.Trace) {
		s := open(t, apptest.New(t, db, c))
		h := s.december(t)
		birth, zip := findForm(h)[2:], []string{"by", "zip", "zip", h.ZIP}
		wrongBirth, wrongZIP := slices.Concat(birth, []string{"birth_year", "1976"}), []string{"by", "zip", "zip", "02198"}
		stranger := ident.NewSubscriberID(70099999999).String()
		for name, tries := range map[string][3][]string{ // the account's number and a wrong factor, then numbers that nobody has
			"Subscriber ID and birth date":  {append(wrongBirth, "subscriber_id", h.SubscriberID.String()), append(birth, "subscriber_id", stranger), append(wrongBirth, "subscriber_id", stranger)},
			"Subscriber ID and ZIP code":    {append(wrongZIP, "subscriber_id", h.SubscriberID.String()), append(zip, "subscriber_id", stranger), append(wrongZIP, "subscriber_id", stranger)},
			"billing number and birth date": {append(wrongBirth, "subscriber_id", h.BillingNumber), append(birth, "subscriber_id", "799999999"), append(wrongBirth, "subscriber_id", "799999998")},
		} {
			var work [3][]string
			for i, form := range tries {
				b := s.browser(t).open("/pay")
				trace.Take()
				b.submit(form...).says("We couldn't find a bill that matches")
				work[i] = trace.Take()
			}
			if !slices.ContainsFunc(work[0], func(w string) bool { return strings.HasPrefix(w, "index ") }) || !slices.Contains(work[0], "count_try") {
				t.Errorf("%s: the trace misses what is done: %q", name, work[0])
			}
			for _, other := range work[1:] {
				apptest.Check(t, name+": the work for a number that nobody has", other, work[0])
			}
		}
	})
}

func TestFindingByZIP(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		b := s.browser(t).open("/pay?by=zip").says("ZIP code on the bill")
		b.submit("subscriber_id", h.SubscriberID.String(), "zip", "02198").says("Check the Subscriber ID and ZIP code.")
		b.submit("subscriber_id", h.SubscriberID.String(), "zip", "021 99").at("/pay/amount", "Your bill")
	})
}

// Every message of G1, in the summary and at the field, in the same words.
func TestWhatIsWrongWithALookUp(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	id := h.SubscriberID.String()
	last := map[bool]string{true: "0", false: "1"}[id[11] != '0']
	for _, c := range []struct {
		name  string
		field string
		form  []string
		want  string
	}{
		{"no number", "subscriber_id", []string{"subscriber_id", " "}, "Enter your Subscriber ID"},
		{"ten numbers", "subscriber_id", []string{"subscriber_id", "7001-2345 67"}, "Subscriber ID must be 12 numbers. You entered 10."},
		{"letters", "subscriber_id", []string{"subscriber_id", "7001 2345 678O"}, "Subscriber ID must be 12 numbers, with no letters or other signs."},
		{"one number wrong", "subscriber_id", []string{"subscriber_id", id[:11] + last}, "Check your Subscriber ID. One of the numbers looks wrong."},
		{"no date", "birth_month", []string{"birth_month", "", "birth_day", "", "birth_year", ""}, "Enter the date of birth"},
		{"no month", "birth_month", []string{"birth_month", ""}, "Date of birth must include a month"},
		{"month 13", "birth_month", []string{"birth_month", "13"}, "Date of birth must include a month"},
		{"no day", "birth_day", []string{"birth_day", ""}, "Date of birth must include a day"},
		{"no year", "birth_year", []string{"birth_year", ""}, "Date of birth must include a year"},
		{"two-digit year", "birth_year", []string{"birth_year", "80"}, "Year must have 4 numbers"},
		{"a year in words", "birth_year", []string{"birth_year", "mine"}, "Year must have 4 numbers"},
		{"30 February", "birth_day", []string{"birth_month", "2", "birth_day", "30"}, "Date of birth must be a real date"},
		{"29 February of a common year", "birth_day", []string{"birth_day", "29", "birth_year", "1981"}, "Date of birth must be a real date"},
		{"day 0", "birth_day", []string{"birth_day", "0"}, "Date of birth must be a real date"},
		{"a day in words", "birth_day", []string{"birth_day", "first"}, "Date of birth must be a real date"},
		{"today", "birth_year", []string{"birth_month", "11", "birth_day", "20", "birth_year", "2026"}, "Date of birth must be in the past"},
		{"tomorrow", "birth_year", []string{"birth_month", "11", "birth_day", "21", "birth_year", "2026"}, "Date of birth must be in the past"},
		{"no ZIP code", "zip", []string{"by", "zip"}, "Enter the ZIP code"},
		{"four numbers", "zip", []string{"by", "zip", "zip", "0219"}, "ZIP code must be 5 numbers"},
		{"ZIP+4", "zip", []string{"by", "zip", "zip", "02199-1234"}, "ZIP code must be 5 numbers"},
		{"not a ZIP code", "zip", []string{"by", "zip", "zip", "SW1A1"}, "ZIP code must be 5 numbers"},
	} {
		b := s.browser(t).open("/pay").submit(append(findForm(h), c.form...)...)
		if b.status != 422 || !strings.HasPrefix(b.title(), "Error: Find your bill") {
			t.Errorf("%s: got status %d and title %q", c.name, b.status, b.title())
		}
		if strings.Count(b.text(), c.want) != 2 || !strings.Contains(b.body, `<a href="#`+c.field+`">`) {
			t.Errorf("%s: want %q in the summary, led to #%s, and at the field: %s", c.name, c.want, c.field, b.text())
		}
	}
	b := s.browser(t).open("/pay").submit("birth_year", "80")
	b.says("Enter your Subscriber ID", "Date of birth must include a month", "Date of birth must include a day", "Year must have 4 numbers")
}

// Accepted however it is typed (R-ID-1).
func TestNumbersAsPeopleTypeThem(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	h := s.december(t)
	plain := h.SubscriberID.String()
	wide := strings.Map(func(r rune) rune { return r - '0' + '０' }, plain)
	for _, typed := range []string{
		plain, h.SubscriberID.Grouped(), plain[:4] + "-" + plain[4:8] + "-" + plain[8:], " " + plain + "\u200b", wide, h.BillingNumber,
	} {
		s.browser(t).open("/pay").submit(append(findForm(h), "subscriber_id", typed, "birth_day", " 29 ")...).at("/pay/amount", "Your bill")
	}
}

// Tries are limited by number and by network (R-ID-2), and the answer to a
// right one is then the same.
func TestTooManyTries(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		wrong := h
		wrong.BirthDate = apptest.Date("1981-03-01")
		for range s.Profile.Guest.TriesPerID {
			s.browser(t).find(wrong).says("We couldn't find a bill that matches")
		}
		for _, tried := range []apptest.Household{wrong, h} {
			b := s.browser(t).find(tried).at("/pay", "You tried too many times").says("wait 15 minutes")
			if b.status != 429 {
				t.Errorf("got status %d, want 429", b.status)
			}
		}
		s.browser(t).find(s.december(t)).at("/pay/amount", "Your bill") // another bill from the same network
		for n := range s.Profile.Guest.TriesPerNetwork - s.Profile.Guest.TriesPerID {
			wrong.SubscriberID = ident.NewSubscriberID(uint64(70055500000 + n))
			s.browser(t).find(wrong).says("We couldn't find a bill that matches")
		}
		s.browser(t).find(s.december(t)).at("/pay", "You tried too many times")
		s.Clock.Advance(17 * 60 * 1e9)
		s.browser(t).find(h).at("/pay/amount", "Your bill")
	})
}

// A new session name for every bill found: a planted one is worth nothing.
func TestFindingABillRenewsTheSession(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	first, second := s.december(t), s.december(t)
	b := s.browser(t).find(first)
	before := b.client.Jar.Cookies(b.url)[0]
	b.find(second)
	after := b.client.Jar.Cookies(b.url)[0]
	if before.Value == after.Value {
		t.Error("the session kept its name")
	}
	thief := s.browser(t)
	thief.client.Jar.SetCookies(thief.url, b.client.Jar.Cookies(b.url)[:0])
	thief.client.Jar.SetCookies(thief.url, append(thief.client.Jar.Cookies(thief.url), before))
	thief.open("/pay/amount").at("/pay/amount", "Your session ended")
}

func TestIsMyPaymentIn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		h := s.december(t)
		s.browser(t).find(h).toCheck("bank").submit()
		number := s.Payments(h)[0].Confirmation.String()
		b := s.browser(t).open("/is-my-payment-in").at("/is-my-payment-in", "Is my payment in?")
		b.submit("confirmation", "").says("Enter the confirmation number")
		b.submit("confirmation", "7F3K").says("Check the confirmation number. It has 10 letters and numbers")
		b.submit("confirmation", string(ident.NewConfirmation([]byte("another number")))).says("We couldn't find that payment")
		b.submit("confirmation", " "+strings.ToLower(number)).at("/is-my-payment-in", "Your payment").
			says("Received – waiting for your bank", number, "$124.50", "Counts as paid on November 20, 2026")
		for _, secret := range []string{"Ana", "6789", h.SubscriberID.LastFour() + " "} {
			if strings.Contains(b.text(), secret) {
				t.Errorf("the look-up tells %q", secret)
			}
		}
		sent, err := s.paying.Receive(t.Context(), paying.Received{
			Operation: s.paying.NewOperation(), Account: h.Account, Channel: payment.ChannelBillPay, Method: payment.MethodBank,
			Amount: apptest.Amount("20.00"), ReceivedOn: s.Today(), Reference: "r-1",
		})
		if err != nil {
			t.Fatal(err)
		}
		s.browser(t).open("/is-my-payment-in").submit("confirmation", sent.Confirmation.String()).says("Paid", "The money is with us.")
		c := s.browser(t).find(s.december(t)).toCheck("card").submit().submit(card("4242 4242 4242 4242")...)
		number = confirmation.FindStringSubmatch(c.body)[1]
		c.open("/is-my-payment-in").submit("confirmation", number).says("Paid", "The money is with us.", number)
	})
}
