package autopay_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

func each(t *testing.T, test func(t *testing.T, w town)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, world *apptest.World) { test(t, newTown(world)) })
}

func medical() apptest.Cover { return apptest.Medical("2026-01", "103.00").Renewed() }

func wantCode(t *testing.T, what string, err error, code string) {
	t.Helper()
	for _, f := range fault.Fields(err) {
		if f.Code == code {
			return
		}
	}
	if fault.CodeOf(err) != code {
		t.Errorf("%s: got %v, want %s", what, err, code)
	}
}

// cost changes what a household's coverage costs from a month on.
func (w town) cost(h apptest.Household, from, member string) {
	w.TB.Helper()
	w.InTx(func(tx *store.Tx) error {
		f, err := tx.FactsOf(h.Account)
		if err != nil {
			return err
		}
		e := f.Enrollments[0].Enrollment
		month := apptest.Month(from)
		last := len(e.Segments) - 1
		before, after := e.Segments[last], e.Segments[last]
		before.To, after.From = month.Prev(), month
		share := apptest.Amount(member)
		after.Premium.Gross = share.Add(after.Premium.APTC).Add(after.Premium.State)
		after.Premium.Member = share
		e.Segments = append(e.Segments[:last:last], before, after)
		tx.ReviseEnrollment(&e, f.Enrollments[0].Version+1, errRevised)
		return nil
	})
}

func (w town) bank(h apptest.Household) payment.BankAccountID {
	w.TB.Helper()
	return w.SaveBank(w.autopay, h, "000123456789")
}

func (w town) payments(h apptest.Household) []string {
	w.TB.Helper()
	return w.Rows(fmt.Sprintf(`SELECT channel || ' ' || CAST(amount_cents / 100 AS TEXT) || ' counts ' || CAST(effective_on AS TEXT)
		FROM payment WHERE id_text(account_id) = '%s' AND channel = 'autopay' ORDER BY effective_on, payment_id`, h.Account))
}

// giveBack takes the newest debit of a household back, as the bank's file does.
func (w town) giveBack(h apptest.Household, code string) {
	w.TB.Helper()
	all := w.Payments(h)
	p := all[len(all)-1]
	w.InTx(func(tx *store.Tx) error {
		if _, err := w.paying.TakeBack(tx, h.Account, p.ID, code, w.Today()); err != nil {
			return err
		}
		e, err := tx.ACHEntryOf(h.Account, p.ID)
		if err != nil {
			return err
		}
		return w.autopay.Returned(tx, e, code, w.Today(), false)
	})
}

func (w town) letters(h apptest.Household) []string {
	w.TB.Helper()
	return w.Rows(fmt.Sprintf("SELECT CAST(owed_on AS TEXT) || ' ' || kind FROM mandate_letter WHERE id_text(account_id) = '%s' ORDER BY letter_id", h.Account))
}

func (w town) states(h apptest.Household) []string {
	w.TB.Helper()
	return w.Rows(fmt.Sprintf(`SELECT CAST(state_on AS TEXT) || ' ' || state || ' ' || reason FROM mandate_event WHERE id_text(account_id) = '%s' ORDER BY event_id`, h.Account))
}

// Lower bill, lower debit; higher bill, higher debit, told with the bill
// (R-AUTO-2, R-AUTO-3).
func TestTheDebitFollowsThePrice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		h := w.household(15, medical())
		w.cost(h, "2026-04", "120.00")
		w.cost(h, "2026-06", "90.00")
		w.live("2026-05-20")
		w.wantDrafts(h, "2026-02 on 2026-01-15 frozen 103", "2026-03 on 2026-02-15 frozen 103", "2026-04 on 2026-03-15 frozen 120",
			"2026-05 on 2026-04-15 frozen 120", "2026-06 on 2026-05-15 frozen 90")
		apptest.Check(t, "payments", w.payments(h), []string{
			"autopay 103 counts 2026-01-15", "autopay 103 counts 2026-02-15", "autopay 120 counts 2026-03-15", "autopay 120 counts 2026-04-15", "autopay 90 counts 2026-05-15",
		})
		w.VerifyClean()
	})
}

// A bill that leaps is held; the member says yes, or no, or nothing.
func TestAHighBillIsHeld(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		yes, no, silent := w.household(23, medical()), w.household(23, medical()), w.household(23, medical())
		for _, h := range []apptest.Household{yes, no, silent} {
			w.cost(h, "2026-03", "512.00")
		}
		w.live("2026-02-01")
		held := w.status(yes).Held
		if held == nil || held.Reason != mandate.ReasonOverLimit || held.Noticed != apptest.Amount("512.00") {
			t.Fatalf("held: %+v", held)
		}
		apptest.Check(t, "usual", w.status(yes).Usual, apptest.Amount("103.00"))
		answer := autopay.Answer{Account: yes.Account, Who: w.Member(), Draft: held.ID, Amount: apptest.Amount("511.99")}
		wantCode(t, "another amount", w.autopay.Release(t.Context(), answer), autopay.CodeAmountChanged)
		answer.Amount = held.Noticed
		if err := w.autopay.Release(t.Context(), answer); err != nil {
			t.Fatal(err)
		}
		wantCode(t, "twice", w.autopay.Release(t.Context(), answer), autopay.CodeNothingHeld)
		refused := w.status(no).Held
		if err := w.autopay.Decline(t.Context(), autopay.Answer{Account: no.Account, Who: w.Member(), Draft: refused.ID, Amount: refused.Noticed}); err != nil {
			t.Fatal(err)
		}
		w.live("2026-02-24")
		w.wantDrafts(yes, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 frozen 512")
		w.wantDrafts(no, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 skipped declined 512")
		w.wantDrafts(silent, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 skipped no_answer 512")
		apptest.Check(t, "entries of who did not say yes", len(w.payments(no))+len(w.payments(silent)), 2)
		w.VerifyClean()
	})
}

// The member's own cap is lower than the limit (usability task 17).
func TestACapHolds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		h := w.household(23, medical())
		terms := w.status(h).Mandate.Terms
		terms.Cap = apptest.Amount("110.00")
		change := autopay.Change{Operation: w.DB.NewID(), Account: h.Account, Who: w.Member(), Terms: terms, Given: apptest.Given()}
		changed, err := w.autopay.Change(t.Context(), change)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "from", changed.First, apptest.Date("2026-01-23"))
		again, err := w.autopay.Change(t.Context(), change)
		if err != nil || again.Mandate.Version != 2 {
			t.Errorf("again: version %d, %v", again.Mandate.Version, err)
		}
		w.cost(h, "2026-03", "115.00")
		w.live("2026-02-24")
		w.wantDrafts(h, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 skipped no_answer 115")
		proof, err := w.autopay.Proof(t.Context(), w.Member(), h.Account, mandate.ID{})
		if err != nil || len(proof.Authorizations) != 2 || proof.Authorizations[1].Cap != terms.Cap || proof.Authorizations[0].Wording == "" {
			t.Errorf("proof: %+v, %v", proof.Authorizations, err)
		}
	})
}

func TestPaidMeanwhile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		all, part := w.household(23, medical()), w.household(23, medical())
		w.live("2026-02-10")
		w.pay(all, "103.00")
		w.pay(part, "100.00")
		apptest.Check(t, "what is left", w.status(part).Next.Amount, apptest.Amount("3.00"))
		w.live("2026-03-24")
		w.wantDrafts(all, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 skipped paid 103", "2026-04 on 2026-03-23 frozen 103")
		w.wantDrafts(part, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 frozen 3", "2026-04 on 2026-03-23 frozen 103")
		w.VerifyClean()
	})
}

// Two enrollments on one bill make one debit.
func TestTwoEnrollmentsOneDebit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		h := w.household(23, medical(), apptest.Dental("2026-01", "22.00").Renewed())
		w.live("2026-02-24")
		w.wantDrafts(h, "2026-02 on 2026-01-23 frozen 125", "2026-03 on 2026-02-23 frozen 125")
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		w.VerifyClean()
	})
}

// The letter of a bill did not go out in time: the debit is not taken, and the
// member is told to pay (REG-41).
func TestNoNoticeNoDebit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		h := w.household(23, medical())
		w.cost(h, "2026-03", "120.00")
		w.live("2026-01-31")
		w.At("2026-02-01")
		w.Night()
		if _, err := w.autopay.Plan(t.Context(), w.Today()); err != nil { // and no letter
			t.Fatal(err)
		}
		w.At("2026-02-20 20:01:00")
		counts := w.freeze()
		apptest.Check(t, "skipped", counts.Skipped, 1)
		w.wantDrafts(h, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 skipped notice_late 120")
		letters := w.letters(h)
		apptest.Check(t, "letter", letters[len(letters)-1], "2026-02-20 not_taken")
	})
}

func TestStopping(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		now, after, late := w.household(23, medical()), w.household(23, medical()), w.household(23, medical())
		stop := func(h apptest.Household, when autopay.StopWhen) (autopay.Stopped, error) {
			return w.autopay.Stop(t.Context(), autopay.Stop{Account: h.Account, Who: w.Member(), When: when})
		}
		w.live("2026-02-19")
		w.At("2026-02-20 20:00:30") // after the cut-off, the file is not built yet (R-AUTO-5)
		if _, err := stop(now, autopay.StopNow); err != nil {
			t.Fatal(err)
		}
		got, err := stop(after, autopay.StopAfterNext)
		apptest.Check(t, "last", got.Last, apptest.Date("2026-02-23"))
		if err != nil {
			t.Fatal(err)
		}
		w.freeze()
		w.At("2026-02-21")
		_, err = stop(late, autopay.StopNow)
		wantCode(t, "the payment is with the bank", err, autopay.CodeTooLate)
		if s := w.status(late); s.StopNow || !s.Next.Sent {
			t.Errorf("status after the cut-off: %+v", s.Next)
		}
		if got, err = stop(late, autopay.StopAfterNext); err != nil || got.Last != apptest.Date("2026-02-23") {
			t.Errorf("after the payment: %v, %v", got, err)
		}
		w.live("2026-03-24")
		w.wantDrafts(now, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 canceled member 103")
		for _, h := range []apptest.Household{after, late} {
			w.wantDrafts(h, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 frozen 103")
			apptest.Check(t, "state", w.states(h)[1:], []string{"2026-02-23 stopped member"})
		}
		_, err = stop(now, autopay.StopNow)
		wantCode(t, "twice", err, autopay.CodeOff)
		w.VerifyClean()
	})
}

// Another day counts this month while both cut-offs lie ahead (brief A8).
func TestAnotherDay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		early, late := w.household(23, medical()), w.household(15, medical())
		w.live("2026-02-05")
		move := func(h apptest.Household, day int) autopay.Changed {
			terms := w.status(h).Mandate.Terms
			terms.Day = day
			changed, err := w.autopay.Change(t.Context(), autopay.Change{Operation: w.DB.NewID(), Account: h.Account, Who: w.Member(), Terms: terms, Given: apptest.Given()})
			if err != nil {
				t.Fatal(err)
			}
			return changed
		}
		c := move(early, 15)
		apptest.Check(t, "this month", []any{c.First, c.Later}, []any{apptest.Date("2026-02-15"), false})
		w.At("2026-02-13 20:00:30")
		c = move(late, 23)
		apptest.Check(t, "next month", []any{c.First, c.Later}, []any{apptest.Date("2026-03-23"), true})
		w.At("2026-02-12 12:00:00")
		w.live("2026-03-24")
		w.wantDrafts(early, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-15 frozen 103", "2026-03 on 2026-02-23 canceled moved 103", "2026-04 on 2026-03-15 frozen 103")
		w.wantDrafts(late, "2026-02 on 2026-01-15 frozen 103", "2026-03 on 2026-02-15 frozen 103", "2026-04 on 2026-03-23 frozen 103")
		w.VerifyClean()
	})
}

// R01 twice presented again, then collected by hand; the next month comes back
// as well, and AutoPay is off (R-AUTO-7).
func TestReturnedForLackOfMoney(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		h := w.household(23, medical())
		w.live("2026-02-25")
		w.giveBack(h, "R01")
		w.giveBack(h, "R01") // the bank says it twice
		apptest.Check(t, "tries again", w.status(h).Next.Retry, true)
		w.live("2026-03-05")
		w.giveBack(h, "R01")
		w.live("2026-03-13")
		w.wantDrafts(h, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 frozen 103",
			"2026-03 on 2026-03-03 frozen 103 attempt 1", "2026-03 on 2026-03-11 frozen 103 attempt 2", "2026-04 on 2026-03-23 held over_limit 206")
		w.giveBack(h, "R01")
		w.pay(h, "103.00")
		held := w.status(h).Held
		if err := w.autopay.Release(t.Context(), autopay.Answer{Account: h.Account, Who: w.Member(), Draft: held.ID, Amount: held.Noticed}); err != nil {
			t.Fatal(err)
		}
		w.live("2026-03-25")
		apptest.Check(t, "entries", w.Rows(fmt.Sprintf(`SELECT e.kind || CASE WHEN e.first_entry_id IS NULL THEN '' ELSE ' of another' END FROM ach_entry e
			JOIN payment p ON p.account_id = e.account_id AND p.payment_id = e.payment_id WHERE id_text(e.account_id) = '%s' AND e.mandate_id IS NOT NULL ORDER BY p.effective_on`, h.Account)),
			[]string{"debit", "debit", "retry of another", "retry of another", "debit"})
		w.giveBack(h, "R01")
		s := w.status(h)
		apptest.Check(t, "off", []any{s.On, s.Mandate.State, s.Mandate.Reason}, []any{false, mandate.Stopped, mandate.ReasonReturns})
		letters := w.letters(h)
		apptest.Check(t, "letter", letters[len(letters)-1], "2026-03-25 off")
		w.live("2026-04-24")
		apptest.Check(t, "nothing more is taken", len(w.payments(h)), 5)
		w.VerifyClean()
	})
}

// A debit that came back is taken from another bank account once the member has
// changed to it: there it is no entry that is presented again (ACH-32).
func TestARetryAfterAChangeOfBank(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"the same bank account": "retry 6789", "another one": "debit 4321"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w town) {
				h := w.household(23, medical())
				w.live("2026-02-25")
				w.giveBack(h, "R01")
				if strings.HasPrefix(want, "debit") {
					terms := w.status(h).Mandate.Terms
					terms.BankAccount = w.SaveBank(w.autopay, h, "000987654321")
					if _, err := w.autopay.Change(t.Context(), autopay.Change{Operation: w.DB.NewID(), Account: h.Account, Who: w.Member(), Terms: terms, Given: apptest.Given()}); err != nil {
						t.Fatal(err)
					}
				}
				w.live("2026-03-05")
				apptest.Check(t, "entries", w.Rows(fmt.Sprintf(`SELECT e.kind || ' ' || b.last_four FROM ach_entry e
					JOIN payment p ON p.account_id = e.account_id AND p.payment_id = e.payment_id
					JOIN bank_account b ON b.account_id = e.account_id AND b.bank_account_id = e.bank_account_id
					WHERE id_text(e.account_id) = '%s' AND p.channel = 'autopay' ORDER BY p.effective_on`, h.Account)), []string{"debit 6789", "debit 6789", want})
				w.VerifyClean()
			})
		})
	}
}

// The rules of the network are asked again when a debit is frozen (ACH-32): its
// file may have been missed for long, and what came back may be known by another
// reason since.
func TestARetryThatTheNetworkForbids(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]string{
		"180 days after the first": `UPDATE draft SET settle_on = '2025-09-03', debit_on = '2025-09-03' WHERE attempt = 0 AND coverage_month = '2026-03'`,
		"it was revoked":           `UPDATE payment_return SET code = 'R07'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, w town) {
				h := w.household(23, medical())
				w.live("2026-02-25")
				w.giveBack(h, "R01")
				storetest.Sabotage(t, w.DB, harm)
				w.live("2026-03-05")
				apptest.Check(t, "the retry", w.Rows(`SELECT state || ' ' || reason FROM draft WHERE attempt = 1`), []string{"skipped not_again"})
				apptest.Check(t, "entries", w.Rows(`SELECT kind FROM ach_entry WHERE kind = 'retry'`), []string(nil))
			})
		})
	}
}

// A mistake of ours that the bank sends back is no bill that the member failed
// to pay: the next one that comes back does not turn AutoPay off (R-AUTO-7).
func TestAMistakeOfOursIsNotTheMembers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		h := w.household(23, medical())
		w.live("2026-02-25")
		w.giveBack(h, "R18")
		w.pay(h, "103.00")
		w.live("2026-03-25")
		w.giveBack(h, "R01")
		apptest.Check(t, "AutoPay is on", w.status(h).On, true)
		w.VerifyClean()
	})
}

// The bank says that nobody agreed: nothing is sent on that mandate any more
// (ACH-33), and a new one is another mandate.
func TestDisputed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		h := w.household(23, medical())
		w.live("2026-03-02")
		w.giveBack(h, "R10")
		w.wantDrafts(h, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 frozen 103", "2026-04 on 2026-03-23 canceled unauthorized 103")
		apptest.Check(t, "states", w.states(h), []string{"2026-01-01 active ", "2026-03-02 disputed unauthorized"})
		w.live("2026-03-24")
		apptest.Check(t, "payments", len(w.payments(h)), 2)
		again := w.TurnOn(w.autopay, h, 23)
		apptest.Check(t, "another", again.ID == w.status(h).Mandate.ID, true)
		apptest.Check(t, "states", len(w.states(h)), 3)
		w.VerifyClean()
	})
}

// Coverage ends: AutoPay pauses, and resumes with the first payment of new
// coverage, which the member is told (R-AUTO-6).
func TestPauseAndResume(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		h := w.household(15, medical().Until("2026-03"))
		w.live("2026-04-02")
		apptest.Check(t, "states", w.states(h), []string{"2026-01-01 active ", "2026-04-01 paused coverage_ended"})
		w.Enroll(&h, apptest.Medical("2026-06", "140.00"))
		w.live("2026-05-03")
		apptest.Check(t, "waits for the first payment", w.status(h).Mandate.State, mandate.Paused)
		w.pay(h, "140.00")
		w.live("2026-05-04")
		apptest.Check(t, "states", w.states(h)[2:], []string{"2026-05-04 active "})
		w.live("2026-06-16")
		w.wantDrafts(h, "2026-02 on 2026-01-15 frozen 103", "2026-03 on 2026-02-15 frozen 103", "2026-07 on 2026-06-15 frozen 140")
		apptest.Check(t, "letters", w.letters(h), []string{"2026-01-01 on", "2026-04-01 paused", "2026-05-04 resumed"})
		w.VerifyClean()
	})
}

func TestAPausedMandateIsNotKeptForEver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		h := w.household(15, medical().Until("2026-02"))
		w.live("2026-03-02")
		for _, day := range []string{"2027-03-01", "2027-03-02"} {
			w.At(day)
			w.plan()
		}
		apptest.Check(t, "states", w.states(h), []string{"2026-01-01 active ", "2026-03-01 paused coverage_ended", "2027-03-02 stopped kept"})
	})
}

var errRevised = errors.New("revised meanwhile")

func secret(number string) pii.Secret { return pii.NewSecret(number) }

// What is paid while AutoPay waits for its bank account was no debit to miss:
// nobody is told to pay it once more.
func TestPaidWhileAutoPayWaits(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, world *apptest.World) {
		world.Unsure(profile.UnverifiedPrenote)
		w := newTown(world)
		paid := w.household(23, apptest.Medical("2026-01", "103.00").Renewed())
		missed := w.Household(apptest.Medical("2026-01", "103.00").Renewed())
		w.Bill("2026-01")
		w.pay(missed, "103.00")
		w.Bill("2026-02")
		w.TurnOn(w.autopay, missed, 23)
		w.pay(paid, "103.00")
		w.live("2026-01-22")
		w.wantDrafts(paid, "2026-02 on 2026-01-23 skipped paid 103")
		w.wantDrafts(missed, "2026-02 on 2026-01-23 skipped waits 103")
		told := func(h apptest.Household) []string {
			return w.Rows(fmt.Sprintf("SELECT kind FROM mandate_letter WHERE id_text(account_id) = '%s' ORDER BY letter_id", h.Account))
		}
		apptest.Check(t, "told who paid", told(paid), []string{"on"})
		apptest.Check(t, "told who did not", told(missed), []string{"on", "not_taken"})
	})
}
