package guest_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// leave sends the form for an address, which a look-up that fits nothing shows.
func (b *browser) leave(pairs ...string) *browser {
	b.t.Helper()
	at := strings.Index(b.body, `<form method="post" action="/pay/wait"`)
	if at < 0 {
		b.t.Fatalf("no address can be left at %s: %s", b.url, b.text())
	}
	b.body = b.body[at:]
	return b.submit(pairs...)
}

const leftTitle = "We'll email you when the bill is ready"

// F3: not found and new, an address can be left. The mail goes to who knew the
// number and the birth date, once the bill is there.
func TestLeaveAnAddress(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *shop) {
		number := ident.NewSubscriberID(70099999999)
		h := apptest.Household{SubscriberID: number, BirthDate: apptest.Date("1980-02-29"), ZIP: "02199"}
		b := s.browser(t).find(h).at("/pay", "Find your bill").
			says("or leave your email and we'll tell you when your bill is ready.", "This is for the number "+number.Grouped())
		b.leave("email", "ana@example.org").at("/pay/waiting", leftTitle).says("for up to 14 days", "For your privacy, we can't say here")
		if b.status != 200 {
			t.Errorf("got status %d", b.status)
		}
		zip := s.browser(t).open("/es/pay?by=zip").submit("subscriber_id", string(number), "zip", h.ZIP)
		zip.body = strings.Replace(zip.body, `action="/es/pay/wait"`, `action="/pay/wait"`, 1)
		zip.leave("email", "bo@example.org")
		s.Import(string(number), apptest.Alone, apptest.Segment{Plan: "HARBOR-SILVER", From: "2027-01", To: "2027-12", Member: "53.00"})
		s.FirstBills()
		s.Clock.Advance(10 * time.Minute)
		if _, err := s.paying.TellWaiting(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := s.Mailed(); !slices.Equal(got, []string{"en ana@example.org", "en bo@example.org"}) {
			t.Errorf("told %q", got)
		}
		s.browser(t).find(h).at("/pay/amount", "Your bill")
		for _, secret := range []string{"ana@", string(number), "bo@"} {
			if strings.Contains(s.log.String(), secret) || strings.Contains(s.urls.String(), secret) {
				t.Errorf("%q is in the log or an address", secret)
			}
		}
	})
}

// What is wrong with an address is said in the summary and at the field; what
// was looked for is kept.
func TestWhatIsWrongWithALeftAddress(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	serial := uint64(70099999990)
	strange := func() apptest.Household { // each has tries of its own
		serial++
		return apptest.Household{SubscriberID: ident.NewSubscriberID(serial), BirthDate: apptest.Date("1980-02-29")}
	}
	const wrong = "Enter an email address like name@example.com"
	for _, typed := range []string{"", "ana", "ana@example"} {
		b := s.browser(t).find(strange()).leave("email", typed)
		if b.status != 422 || strings.Count(b.text(), wrong) != 2 || !strings.Contains(b.body, `<a href="#email">`) || strings.Count(b.body, `id="problems"`) != 1 {
			t.Errorf("%q: got %d: %s", typed, b.status, b.text())
		}
		b.leave("email", "ana@example.org").at("/pay/waiting", leftTitle)
	}
	b := s.browser(t).find(strange()).leave("email", "ana@gmial.com").says("Which email address is right?")
	b.leave("email_choice", "ana@gmail.com").at("/pay/waiting", leftTitle)
	b = s.browser(t).find(strange()).leave("email", "ana@example.org", "birth_year", "80").at("/pay/wait", "Find your bill").says("Year must have 4 numbers")
	b.open("/pay/wait").at("/pay", "Find your bill")
}

// Nobody learns from leaving an address whether a number is known (R-ID-2): not
// from the answer, and not from the work.
func TestLeavingAnAddressIsTheSameWork(t *testing.T) {
	t.Parallel()
	storetest.EachTraced(t, func(t *testing.T, db *store.DB, c *virtual.Clock, trace *storetest.Trace) {
		s := open(t, apptest.New(t, db, c))
		known := s.december(t)
		wrong, stranger := known, known
		wrong.BirthDate = apptest.Date("1981-03-01")
		stranger.SubscriberID = ident.NewSubscriberID(70099999999)
		form := func(h apptest.Household) []string { return append(findForm(h), "email", "ana@example.org") }
		var answers, work []string
		for _, h := range []apptest.Household{known, wrong, stranger} {
			b := s.browser(t).find(stranger)
			trace.Take()
			b.leave(form(h)...).at("/pay/waiting", leftTitle)
			work = append(work, strings.Join(trace.Take(), "\n"))
			answers = append(answers, b.body)
		}
		if !strings.Contains(work[0], "put_bill_wait") || !strings.Contains(work[0], "count_try") {
			t.Errorf("the trace misses what is done: %s", work[0])
		}
		for i := range work {
			apptest.Check(t, "work", work[i], work[0])
			apptest.Check(t, "answer", answers[i], answers[0])
		}
	})
}

// Tries are limited by number and by network, and the answer is the same for
// numbers that are known and others.
func TestTooManyLeftAddresses(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	known, stranger := s.december(t), s.december(t)
	known.BirthDate = apptest.Date("1981-03-01")
	stranger.SubscriberID = ident.NewSubscriberID(70099999999)
	for _, h := range []apptest.Household{known, stranger} {
		b := s.browser(t).find(h)
		for range s.Profile.Guest.TriesPerID - 1 {
			b.otherTab().leave("email", "ana@example.org").at("/pay/waiting", leftTitle)
		}
		if b.leave("email", "ana@example.org").at("/pay/wait", "You tried too many times"); b.status != 429 {
			t.Errorf("got status %d", b.status)
		}
	}
}
