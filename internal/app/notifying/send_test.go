package notifying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store/storetest"
)

func TestAnOwedLetterGoesByEmailAndOnPaper(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.pastDue(address)
		apptest.Check(t, "sent", o.sendOwed(), notifying.Sent{Letters: 1, Emails: 1, Printed: 1})
		apptest.Check(t, "mail", o.mail(h), []string{"email past_due queued", "print past_due queued"})
		apptest.Check(t, "story", o.Story(h)[len(o.Story(h))-1], "2027-01-01 letter past_due 2027-01 206")
		all := o.messages(h)
		for _, m := range all {
			if m.Version != 1 || m.Language != "en" || m.Subject == "" {
				t.Errorf("kept %+v", m)
			}
		}
		if got := all[1].Address.Reveal(); got != "Ana Testperson\n1428 Commonwealth Avenue, Apt 12B\nBrighton, MA 02199" {
			t.Errorf("the envelope says %q", got)
		}
		if o.jobs.asked[len(o.jobs.asked)-1] != all[0].ID {
			t.Error("nobody is asked to send the e-mail")
		}
		for range 2 { // the job may run twice
			if err := o.Send(t.Context(), h.Account, all[0].ID); err != nil {
				t.Fatal(err)
			}
		}
		apptest.Check(t, "mail afterwards", o.mail(h), []string{"email past_due sent", "print past_due queued"})
		if len(o.bag.mail) != 1 || !o.bag.mail[0].Address.Equal(all[0].Address) || o.bag.mail[0].Text != all[0].Text {
			t.Errorf("the courier got %+v", o.bag.mail)
		}
		apptest.Check(t, "a second round", o.sendOwed(), notifying.Sent{})
	})
}

// A letter that the money has overtaken never leaves; what a letter says is
// what is true on the day it does.
func TestMoneyThatCameInMeanwhile(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		pays string
		sent notifying.Sent
		last string
	}{
		"all of it":   {"103.00", notifying.Sent{Suppressed: 1}, "2027-01-01 letter past_due 2027-01 0 suppressed"},
		"a part":      {"53.00", notifying.Sent{Letters: 1, Emails: 1, Printed: 1}, "2027-01-01 letter past_due 2027-01 153"},
		"all but one": {"102.99", notifying.Sent{Letters: 1, Emails: 1, Printed: 1}, "2027-01-01 letter past_due 2027-01 103"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				h := o.pastDue(address)
				o.pays(h, row.pays)
				apptest.Check(t, "sent", o.sendOwed(), row.sent)
				story := o.Story(h)
				if row.sent.Suppressed > 0 {
					apptest.Check(t, "mail", o.mail(h), []string(nil))
					return
				}
				apptest.Check(t, "story", story[len(story)-1], row.last)
				last := o.letters.notices[len(o.letters.notices)-1]
				if want := apptest.Amount("206.00").Sub(apptest.Amount(row.pays)); last.Amount != want || last.By != apptest.Date("2027-01-23") {
					t.Errorf("it asks %s by %s, want %s by 2027-01-23", last.Amount, last.By, want)
				}
			})
		})
	}
}

func TestWhatHappensToHealthAndDentalAlikeIsOneLetter(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		h := o.pastDue(address, apptest.FullPrice("2027-01", "400.00").Renewed(), apptest.Dental("2027-01", "30.00").Renewed())
		apptest.Check(t, "sent", o.sendOwed(), notifying.Sent{Letters: 1, Emails: 1, Printed: 1})
		last := o.letters.notices[len(o.letters.notices)-1]
		if last.Kind != standing.NoticePastDue || len(last.Enrollments) != 2 || last.Amount != apptest.Amount("860.00") {
			t.Errorf("got %s about %d enrollments for %s", last.Kind, len(last.Enrollments), last.Amount)
		}
		if len(last.Dates) != 1 || len(last.Dates[0].Enrollments) != 2 || last.Dates[0].Steps[1].Amount != last.Amount {
			t.Errorf("the dates are %+v, want one line for both, of %s", last.Dates, last.Amount)
		}
		apptest.Check(t, "both are settled", o.Rows("SELECT state FROM notice WHERE state_on = '2027-01-01' ORDER BY notice_id"), []string{"sent", "sent"})
		apptest.Check(t, "mail", len(o.mail(h)), 2)
	})
}

func TestAReminderGoesByEmailAlone(t *testing.T) {
	t.Parallel()
	for email, want := range map[string]struct {
		sent notifying.Sent
		mail []string
	}{
		address: {notifying.Sent{Letters: 1, Emails: 1}, []string{"email due_reminder queued"}},
		"":      {notifying.Sent{Suppressed: 1}, nil},
	} {
		eachOffice(t, func(t *testing.T, o *office) {
			o.At("2026-11-30")
			h := o.reachable(email, apptest.Medical("2027-01", "103.00").Renewed())
			o.Live("2026-12-17")
			o.review("2026-12-18")
			apptest.Check(t, "sent", o.sendOwed(), want.sent)
			apptest.Check(t, "mail", o.mail(h), want.mail)
		})
	}
}

// Brief 17, R-BIND-1: whether coverage starts hangs on the first payment. Its
// reminder goes on paper too, where that comes in time and no bill has just come.
func TestTheReminderOfAFirstPaymentGoesOnPaperToo(t *testing.T) {
	t.Parallel()
	email, paper, both := notifying.Sent{Letters: 1, Emails: 1}, notifying.Sent{Letters: 1, Printed: 1}, notifying.Sent{Letters: 1, Emails: 1, Printed: 1}
	for name, row := range map[string]struct {
		chosen, email, on string
		sent              notifying.Sent
	}{
		"seven days left":             {"2026-12-01", address, "2026-12-16", both},
		"seven days left, no e-mail":  {"2026-12-01", "", "2026-12-16", paper},
		"nights were missed":          {"2026-12-01", address, "2026-12-19", email},
		"two days left":               {"2026-12-01", address, "2026-12-21", email},
		"two days left, no e-mail":    {"2026-12-01", "", "2026-12-21", notifying.Sent{Suppressed: 1}},
		"the bill has just come":      {"2026-12-14", address, "2026-12-16", email},
		"it has just come, no e-mail": {"2026-12-14", "", "2026-12-16", notifying.Sent{Suppressed: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				o.At(row.chosen)
				o.reachable(row.email, apptest.Medical("2027-01", "103.00"))
				o.FirstBills()
				o.review(row.on)
				apptest.Check(t, "sent", o.sendOwed(), row.sent)
			})
		})
	}
}

// One account's letter can not be written: it stays owed and is named, the
// other's goes out.
func TestALetterThatCanNotBeWritten(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-11-30")
		good := o.reachable(address, apptest.Medical("2027-01", "103.00").Renewed())
		bad := o.reachable(address, apptest.Medical("2027-01", "103.00").Renewed())
		o.Live("2026-12-31")
		o.review("2027-01-01")
		o.letters.Fail = func(r notifying.Reader) error {
			if r.Account == bad.Account {
				return fault.New(fault.Invalid, "letter.test", "no words for it")
			}
			return nil
		}
		apptest.Check(t, "sent", o.sendOwed(), notifying.Sent{Letters: 1, Emails: 1, Printed: 1, SetAside: 1})
		apptest.Check(t, "exceptions", o.exceptions(), []string{"notice letter.test"})
		apptest.Check(t, "the good one", len(o.mail(good)), 2)
		apptest.Check(t, "the bad one", o.mail(bad), []string(nil))
		o.letters.Fail = nil
		apptest.Check(t, "the next night", o.sendOwed(), notifying.Sent{Letters: 1, Emails: 1, Printed: 1})
		apptest.Check(t, "exceptions afterwards", o.exceptions(), []string(nil))
	})
}

func TestWithoutAMailingAddress(t *testing.T) {
	t.Parallel()
	for email, want := range map[string]struct {
		sent notifying.Sent
		mail []string
	}{
		address: {notifying.Sent{Letters: 1, Emails: 1}, []string{"email past_due queued"}},
		"":      {notifying.Sent{SetAside: 1}, nil},
	} {
		eachOffice(t, func(t *testing.T, o *office) {
			o.At("2026-11-30")
			h := o.Household(apptest.Medical("2027-01", "103.00").Renewed())
			o.email(h, email)
			o.Live("2026-12-31")
			o.review("2027-01-01")
			apptest.Check(t, "sent", o.sendOwed(), want.sent)
			apptest.Check(t, "mail", o.mail(h), want.mail)
			apptest.Check(t, "staff are told", o.exceptions(), []string{"notice letter.no_address"})
		})
	}
}

// A database that does not answer is nobody's letter's fault.
func TestALetterIsNotBlamedForTheRest(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.pastDue(address)
		o.jobs.fail = fault.New(fault.Unavailable, "queue.down", "no answer")
		if _, err := o.SendOwed(t.Context(), o.Today()); fault.CodeOf(err) != "queue.down" {
			t.Errorf("got %v, want the queue's error", err)
		}
		apptest.Check(t, "exceptions", o.exceptions(), []string(nil))
		o.jobs.fail = nil
		apptest.Check(t, "sent", o.sendOwed(), notifying.Sent{Letters: 1, Emails: 1, Printed: 1})
	})
}

func TestEachBillGetsOneLetter(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-12-01")
		h := o.reachable(address, apptest.Medical("2027-01", "103.00").Renewed())
		o.Bill("2027-01")
		apptest.Check(t, "sent", o.sendBills(), notifying.Sent{Letters: 1, Emails: 1, Printed: 1})
		for day := o.Today(); day.Before(apptest.Date("2026-12-06")); day = day.AddDays(1) {
			o.At(day.String())
			apptest.Check(t, "again on "+day.String(), o.sendBills(), notifying.Sent{})
		}
		o.Enroll(&h, apptest.Dental("2027-02", "30.00")) // its first bill comes at once
		o.FirstBills()
		apptest.Check(t, "a first bill", o.sendBills(), notifying.Sent{Letters: 1, Emails: 1, Printed: 1})
		o.pays(h, "20.00")
		o.At("2027-01-01")
		o.Bill("2027-02")
		apptest.Check(t, "the next month", o.sendBills(), notifying.Sent{Letters: 1, Emails: 1, Printed: 1})
		last := o.letters.bills[len(o.letters.bills)-1]
		if len(last.Standing.Enrollments) == 0 || last.Standing.PastDue.IsZero() {
			t.Errorf("a past-due bill is written without the standing: %+v", last.Standing)
		}
		kinds, end := []notifying.EventKind{}, last.Events[len(last.Events)-1]
		for _, e := range last.Events {
			kinds = append(kinds, e.Kind)
		}
		apptest.Check(t, "history", kinds, []notifying.EventKind{notifying.EventBill, notifying.EventBill, notifying.EventPayment, notifying.EventBill})
		if end.Balance != last.Bill.Total {
			t.Errorf("the history ends at %s, the bill says %s", end.Balance, last.Bill.Total)
		}
	})
}

func TestABillWhoseLetterWasSetAsideIsTriedAgain(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-12-01")
		h := o.Household(apptest.Medical("2027-01", "103.00").Renewed())
		o.reachable(address, apptest.Medical("2027-01", "103.00").Renewed())
		o.Bill("2027-01")
		apptest.Check(t, "sent", o.sendBills(), notifying.Sent{Letters: 1, Emails: 1, Printed: 1, SetAside: 1})
		apptest.Check(t, "exceptions", o.exceptions(), []string{"bill letter.no_address"})
		o.At("2026-12-10")
		apptest.Check(t, "still", o.sendBills(), notifying.Sent{})
		o.Reach(h, "")
		apptest.Check(t, "with an address", o.sendBills(), notifying.Sent{Letters: 1, Printed: 1})
		apptest.Check(t, "exceptions afterwards", o.exceptions(), []string(nil))
	})
}

// A bill that nobody can pay in time any more is not sent: the letters about
// what is past due tell all.
func TestABillPastItsDueDateGetsNoLetter(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-12-01")
		o.reachable(address, apptest.Medical("2027-01", "103.00").Renewed())
		o.Bill("2027-01")
		o.At("2026-12-24")
		apptest.Check(t, "sent", o.sendBills(), notifying.Sent{})
	})
}

func TestAReturnedPaymentGetsOneLetter(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-12-01")
		h := o.reachable("", apptest.Medical("2027-01", "103.00").Renewed())
		o.Bill("2027-01")
		p := o.pays(h, "103.00")
		o.At("2026-12-04")
		if err := o.NewPaying(nil).Return(t.Context(), h.Account, p.ID, "R01", o.Today()); err != nil {
			t.Fatal(err)
		}
		round := func(s *notifying.Service) (notifying.Sent, error) { return s.SendReturned(t.Context(), o.Today()) }
		apptest.Check(t, "sent", o.sent(round), notifying.Sent{Letters: 1, Printed: 1})
		apptest.Check(t, "again", o.sent(round), notifying.Sent{})
		apptest.Check(t, "mail", o.mail(h), []string{"print payment_returned queued"})
	})
}

func TestAMovedDueDateIsToldToThoseWhoOwe(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-12-01")
		owes := o.reachable(address, apptest.Medical("2027-01", "103.00").Renewed())
		paid := o.reachable(address, apptest.Medical("2027-01", "103.00").Renewed())
		o.Bill("2027-01")
		o.pays(paid, "103.00")
		o.At("2026-12-22")
		for _, h := range []apptest.Household{owes, paid} {
			storetest.Sabotage(t, o.DB, "INSERT INTO due_extension (account_id, due_on, until_on, reason, actor, granted_at) VALUES (id'"+
				h.Account.String()+"', '2026-12-23', '2026-12-30', 'storm', 'staff:1', '2026-12-22T12:00:00.000000Z')")
		}
		round := func(s *notifying.Service) (notifying.Sent, error) { return s.SendExtended(t.Context(), o.Today()) }
		apptest.Check(t, "sent", o.sent(round), notifying.Sent{Letters: 1, Emails: 1, Printed: 1, Suppressed: 1})
		apptest.Check(t, "again", o.sent(round), notifying.Sent{})
		apptest.Check(t, "mail", o.mail(owes), []string{"email due_extended queued", "print due_extended queued"})
		apptest.Check(t, "the one who has paid", o.mail(paid), []string(nil))
	})
}

// R-DUE-6: a last day to have coverage back that moves is told too, whatever is
// owed besides.
func TestAMovedLastDayToReturnIsTold(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-11-30")
		h := o.reachable("", apptest.Medical("2027-01", "103.00").Renewed())
		o.Live("2027-04-05")
		end := collecting.Act{Account: h.Account, Enrollment: h.Enrollments[0], Actor: "staff:ann", Second: "staff:bo", Reason: "test"}
		if err := o.Collecting.Release(t.Context(), end); err != nil {
			t.Fatal(err)
		}
		o.sendOwed()
		by := o.Standing(h).Enrollments[0].Reinstate.By
		o.At(by.String())
		x := collecting.Extension{Due: by, Until: by.AddDays(1), Actor: "staff:ann", Reason: "the portal was down"}
		if err := o.Collecting.ExtendDue(t.Context(), h.Account, x); err != nil {
			t.Fatal(err)
		}
		round := func(s *notifying.Service) (notifying.Sent, error) { return s.SendExtended(t.Context(), o.Today()) }
		apptest.Check(t, "sent", o.sent(round), notifying.Sent{Letters: 1, Printed: 1})
		apptest.Check(t, "what brings it back", o.letters.moved[len(o.letters.moved)-1].Back.String(), "515.00")
	})
}
