package billing_test

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// lines writes a statement as a member reads it.
func lines(b *bill.Bill) []string {
	var all []string
	for _, l := range b.Lines {
		all = append(all, fmt.Sprintf("%s %s %s", l.Kind, l.EnrollmentKind, l.Amount))
	}
	return append(all, "total "+b.Total.String())
}

func reasons(b *bill.Bill) []string {
	var all []string
	for _, r := range b.Reasons {
		all = append(all, fmt.Sprintf("%s %s %s", r.Kind, r.Rule, r.Amount))
	}
	return all
}

// receive pays an account by bank.
func receive(t *testing.T, w *apptest.World, h apptest.Household, amount string) payment.Payment {
	t.Helper()
	s := w.NewPaying(nil)
	p, err := s.Receive(t.Context(), paymentOf(s.NewOperation(), h, amount, w))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestMonthlyRunBillsEachKindOfAccount(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		both := w.Household(apptest.Medical("2026-01", "109.50").Renewed(), apptest.Dental("2026-01", "15.00").Renewed())
		free := w.Household(apptest.Medical("2026-01", "0.00").Renewed())
		over := w.Household(apptest.Medical("2026-01", "53.00").Renewed().Until("2026-11"))
		later := w.Household(apptest.Medical("2027-01", "53.00"))
		starts := w.Household(apptest.Medical("2026-12", "53.00"))

		apptest.Check(t, "first run", w.Bill("2026-12"), billing.Progress{Seen: 5, Billed: 2, NothingDue: 1, Skipped: 2})
		apptest.Check(t, "second run", w.Bill("2026-12"), billing.Progress{Seen: 5, Skipped: 5})

		bills := w.Bills(both)
		if len(bills) != 1 {
			t.Fatalf("%d bills for one month", len(bills))
		}
		apptest.Check(t, "statement", lines(bills[0]), []string{"charge medical 109.50", "charge dental 15.00", "total 124.50"})
		apptest.Check(t, "explanation", reasons(bills[0]), []string{
			"gross_premium R-BILL-2 500.00", "tax_credit REG-02 -300.00", "state_help R-PLAN-3 -90.50", "gross_premium R-BILL-2 15.00",
		})
		// Billed on the 20th for December: its due date, 23 November, is still to come.
		apptest.Check(t, "due", bills[0].DueOn.String(), "2026-11-23")
		apptest.Check(t, "bills of the free account", len(w.Bills(free)), 0)
		apptest.Check(t, "charges of the free account", len(w.Facts(free).Charges), 1)
		apptest.Check(t, "charges of the ended account", len(w.Facts(over).Charges), 0)
		apptest.Check(t, "charges of one that starts in January", len(w.Facts(later).Charges), 0)
		apptest.Check(t, "charges of one that starts in December", w.Unpaid(starts), []string{"2026-12 medical 53.00"})
		w.VerifyClean()
	})
}

func TestRunIsRefusedBeforeTheBillDay(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2026-01", "53.00").Renewed(), apptest.Medical("2027-01", "53.00").Renewed())
		w.At("2026-11-30 23:59:59")
		_, err := w.Billing.Run(t.Context(), billing.RunInput{Month: apptest.Month("2027-01")})
		if !fault.Is(err, "bill_run.too_early") {
			t.Fatalf("got %v", err)
		}
		w.At("2026-12-01 00:00:00")
		apptest.Check(t, "on the day", w.Bill("2027-01").Billed, 1)
		apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2027-01 medical 53.00"})
	})
}

// R-BIND-1: what has not started is charged for its first month and no other.
func TestPendingEnrollmentIsNotChargedBeyondItsFirstMonth(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2027-01", "53.00"))
		w.FirstBills()
		w.At("2026-12-01")
		w.Bill("2027-01")
		w.At("2027-01-01")
		w.Bill("2027-02")
		apptest.Check(t, "never paid", w.Unpaid(h), []string{"2027-01 medical 53.00"})
		apptest.Check(t, "bills", len(w.Bills(h)), 1)
		w.VerifyClean()
	})
}

func TestEndedCoverageIsNotBilled(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.FullPrice("2026-12", "400.00").Renewed(), apptest.FullPrice("2027-01", "410.00").Renewed())
		w.Bill("2026-12")
		w.InTx(func(tx *store.Tx) error {
			tx.InsertDecision(store.DecisionRecord{
				AccountID: h.Account, EnrollmentID: h.Enrollments[1], Kind: "end", Month: apptest.Month("2026-12"),
				DecidedOn: w.Today(), EffectiveOn: apptest.Date("2026-12-31"), Rule: "R-DUE-2", Actor: "test",
			})
			return nil
		})
		w.At("2026-12-01")
		apptest.Check(t, "run", w.Bill("2027-01"), billing.Progress{Seen: 1, Skipped: 1})
		apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2026-12 medical 400.00"})
	})
}

// R-PAY-8: an overpayment pays the next bill, which says so twice.
func TestCreditPaysTheNextBill(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(
			apptest.Medical("2026-01", "109.50").Renewed(), apptest.Dental("2026-01", "15.00").Renewed(),
			apptest.Medical("2027-01", "112.00").Renewed(), apptest.Dental("2027-01", "15.00").Renewed(),
		)
		w.Bill("2026-12")
		receive(t, w, h, "100.00")
		receive(t, w, h, "60.00")  // 35.50 too much
		receive(t, w, h, "100.00") // all of it too much
		apptest.Check(t, "credit", w.Facts(h).Credit().String(), "135.50")
		w.At("2026-12-01")
		w.Bill("2027-01")
		last := w.Facts(h).LastBill
		apptest.Check(t, "statement", lines(last), []string{
			"previous_balance  124.50", "payment  -100.00", "payment  -60.00", "payment  -100.00",
			"charge medical 112.00", "charge dental 15.00", "total -8.50",
		})
		apptest.Check(t, "credit among the reasons", reasons(last)[len(reasons(last))-1], "credit R-PAY-8 -135.50")
		apptest.Check(t, "asked for", last.AmountDue().String(), "0.00")
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		apptest.Check(t, "credit left", w.Facts(h).Credit().String(), "8.50")
		apptest.Check(t, "paid through", w.Standing(h).Enrollments[2].PaidThrough.String(), "2027-01")
		w.VerifyClean()
	})
}

// December is one year's enrollment, January the next one's: a renewal is no
// first payment (MA-FIRST-7), and January is not due yet.
func TestRenewalGoesOnFromDecemberToJanuary(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2026-01", "109.50").Renewed(), apptest.Medical("2027-01", "53.00").Renewed())
		w.Bill("2026-12")
		w.At("2026-12-01")
		w.Bill("2027-01")
		apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2026-12 medical 109.50", "2027-01 medical 53.00"})
		for _, c := range w.Facts(h).Charges {
			if c.Binder {
				t.Errorf("the charge for %s is taken for a first payment", c.Month)
			}
		}
		s := w.Standing(h)
		apptest.Check(t, "standing", []string{string(s.Enrollments[0].State), string(s.Enrollments[1].State)}, []string{"past_due", "active"})
		w.VerifyClean()
	})
}

// R-BILL-2: a household that pays nothing gets no bill, until it pays again.
func TestBillsStopAndReturnWithTheShare(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2026-12", "0.00").Renewed(), apptest.Medical("2027-01", "53.00").Renewed().Until("2027-02"),
			apptest.Medical("2027-03", "0.00").Renewed())
		w.Bill("2026-12")
		w.At("2026-12-01")
		w.Bill("2027-01")
		receive(t, w, h, "106.00")
		w.At("2027-01-01")
		w.Bill("2027-02")
		w.At("2027-02-01")
		w.Bill("2027-03")
		var got []string
		for _, b := range w.Bills(h) {
			got = append(got, b.Month.String()+" "+b.Total.String())
		}
		apptest.Check(t, "bills", got, []string{"2027-01 53.00", "2027-02 0.00"})
		w.VerifyClean()
	})
}

// breakAccount makes the books of an account contradict its last bill: money
// that came from nowhere.
func breakAccount(t *testing.T, w *apptest.World, h apptest.Household) (repair string) {
	t.Helper()
	id := w.DB.NewID()
	storetest.Sabotage(t, w.DB, fmt.Sprintf(
		`INSERT INTO unbilled (account_id, activity_id, kind, effective_on, amount_cents) VALUES (id'%s', id'%s', 'payment', '2026-11-20', -777)`, h.Account, id))
	return fmt.Sprintf(`DELETE FROM unbilled WHERE id_text(activity_id) = '%s'`, id)
}

func TestBadAccountIsSetAsideAndTheRestBilled(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		good := w.Household(apptest.Medical("2026-01", "53.00").Renewed())
		bad := w.Household(apptest.Medical("2026-01", "103.00").Renewed())
		repair := breakAccount(t, w, bad)
		apptest.Check(t, "run", w.Bill("2026-12"), billing.Progress{Seen: 2, Billed: 1, SetAside: 1})
		apptest.Check(t, "bills", []int{len(w.Bills(good)), len(w.Bills(bad))}, []int{1, 0})
		apptest.Check(t, "charges of the bad one", len(w.Facts(bad).Charges), 0)
		aside := w.SetAside("2026-12")
		if len(aside) != 1 || aside[0].AccountID != bad.Account || aside[0].Code != bill.CodeUnbalanced {
			t.Fatalf("set aside %+v", aside)
		}
		apptest.Check(t, "reason", aside[0].Reason, "the statement comes to 95.23 and the explanation to 103.00 [bill.unbalanced]")

		apptest.Check(t, "still bad", w.Bill("2026-12"), billing.Progress{Seen: 2, Skipped: 1, SetAside: 1})
		storetest.Sabotage(t, w.DB, repair)
		apptest.Check(t, "repaired", w.Bill("2026-12"), billing.Progress{Seen: 2, Billed: 1, Skipped: 1})
		apptest.Check(t, "set aside", len(w.SetAside("2026-12")), 0)
		apptest.Check(t, "unpaid", w.Unpaid(bad), []string{"2026-12 medical 103.00"})
		w.VerifyClean()
	})
}

// An account can be bad in a way that only the database finds: the chunk is
// refused as a whole and billed one by one.
func TestAccountThatTheDatabaseRefusesIsSetAside(t *testing.T) {
	t.Parallel()
	for name, others := range map[string]int{"among others": 3, "alone in its chunk": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				for range others {
					w.Household(apptest.Medical("2026-01", "53.00").Renewed())
				}
				bad := w.Household(apptest.Medical("2026-01", "103.00").Renewed())
				wearOut(t, w, bad, "2026-12")
				done := w.Bill("2026-12")
				apptest.Check(t, "run", done, billing.Progress{Seen: others + 1, Billed: others, SetAside: 1})
				aside := w.SetAside("2026-12")
				if len(aside) != 1 || aside[0].AccountID != bad.Account || aside[0].Reason == "" {
					t.Fatalf("set aside %+v", aside)
				}
			})
		})
	}
}

// wearOut leaves a reversal of the last generation that there can be, and takes
// the number that comes after it: the database refuses the next charge. It
// gives the code of that.
func wearOut(t *testing.T, w *apptest.World, h apptest.Household, month string) string {
	t.Helper()
	never := map[string]string{"sqlite": "0", "postgres": "false"}[w.DB.Engine()]
	for _, row := range []struct {
		kind       string
		generation int64
	}{{"reversal", math.MaxInt64}, {"charge", math.MinInt64}, {"reversal", math.MinInt64}} {
		storetest.Sabotage(t, w.DB, fmt.Sprintf(`
			INSERT INTO charge (account_id, charge_id, enrollment_id, coverage_month, generation, kind, carrier_id,
				gross_cents, aptc_cents, state_cents, member_cents, due_on, binder, charged_on, entry_id)
			SELECT account_id, id'%s', enrollment_id, '%s', %d, '%s', carrier_id, 0, 0, 0, 0, '2026-11-23', %s, '2026-11-01', NULL
			FROM enrollment WHERE id_text(account_id) = '%s'`, w.DB.NewID(), month, row.generation, row.kind, never, h.Account))
	}
	return map[string]string{"sqlite": "store.constraint", "postgres": "store.duplicate"}[w.DB.Engine()]
}

func oneBillEach(t *testing.T, w *apptest.World, n int) {
	t.Helper()
	apptest.Check(t, "bills, billed accounts, charges", w.Rows(`
		SELECT CAST(COUNT(*) AS TEXT) || ' ' || CAST(COUNT(DISTINCT account_id) AS TEXT) || ' ' ||
			CAST((SELECT COUNT(*) FROM charge) AS TEXT) FROM bill`), []string{fmt.Sprintf("%d %d %d", n, n, n)})
}

// A run that is killed between two chunks goes on where it stopped.
func TestKilledRunIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const n = 1101
		w.Crowd(n, apptest.Medical("2026-01", "53.00").Renewed())
		ctx, kill := context.WithCancel(t.Context())
		done, err := w.Billing.Run(ctx, billing.RunInput{Month: apptest.Month("2026-12"), Workers: 1, Progress: func(p billing.Progress) {
			if p.Seen >= 500 {
				kill()
			}
		}})
		if err == nil {
			t.Fatal("a killed run says that it is done")
		}
		if done.Billed == 0 || done.Billed == n {
			t.Fatalf("killed after %d bills: the test shows nothing", done.Billed)
		}
		apptest.Check(t, "finished", w.Rows(`SELECT coverage_month FROM bill_run WHERE finished_at IS NOT NULL`), []string(nil))
		again := w.Bill("2026-12")
		apptest.Check(t, "the rest", again, billing.Progress{Seen: n, Billed: n - done.Billed, Skipped: done.Billed})
		apptest.Check(t, "finished", w.Rows(`SELECT coverage_month FROM bill_run WHERE finished_at IS NOT NULL`), []string{"2026-12"})
		oneBillEach(t, w, n)
		w.VerifyClean()
	})
}

// Many workers, and two runs at the same time, come to the same as one.
func TestParallelWorkersBillEachAccountOnce(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const n = 2203
		w.Crowd(n, apptest.Medical("2026-01", "53.00").Renewed())
		var seen []int
		done, err := w.Billing.Run(t.Context(), billing.RunInput{Month: apptest.Month("2026-12"), Workers: 4, Progress: func(p billing.Progress) {
			seen = append(seen, p.Seen)
		}})
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "run", done, billing.Progress{Seen: n, Billed: n})
		known := map[string]string{
			"sqlite":   `SELECT tbl FROM sqlite_stat1 WHERE tbl = 'charge' LIMIT 1`,
			"postgres": `SELECT CAST(relname AS TEXT) FROM pg_class WHERE relname = 'charge' AND reltuples > 0`,
		}
		apptest.Check(t, "the planner knows of the charges", w.Rows(known[w.DB.Engine()]), []string{"charge"})
		if len(seen) != 5 || seen[len(seen)-1] != n {
			t.Errorf("progress told %v", seen)
		}
		apptest.Check(t, "set aside", len(w.SetAside("2026-12")), 0)
		oneBillEach(t, w, n)
		w.VerifyClean()
	})
}

// A charge that was reversed is made anew, as the next generation.
func TestReversedChargeIsChargedAgain(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		free := apptest.Medical("2026-01", "0.00").Renewed()
		free.Premium.State, free.Premium.Gross = apptest.Amount("0.00"), free.Premium.APTC
		h := w.Household(free)
		w.Bill("2026-12")
		// Nothing writes reversals yet. One of a charge that moves no money needs
		// no entry.
		storetest.Sabotage(t, w.DB, fmt.Sprintf(`
			INSERT INTO charge (account_id, charge_id, enrollment_id, coverage_month, generation, kind, carrier_id, gross_cents, aptc_cents, state_cents, member_cents, due_on, binder, charged_on)
			SELECT account_id, id'%s', enrollment_id, coverage_month, generation, 'reversal', carrier_id, gross_cents, aptc_cents, state_cents, member_cents, due_on, binder, charged_on FROM charge`, w.DB.NewID()))
		apptest.Check(t, "live charges", len(w.Facts(h).Charges), 0)
		apptest.Check(t, "run", w.Bill("2026-12"), billing.Progress{Seen: 1, NothingDue: 1})
		apptest.Check(t, "run again", w.Bill("2026-12"), billing.Progress{Seen: 1, Skipped: 1})
		apptest.Check(t, "charges", w.Rows(`SELECT kind || ' ' || CAST(generation AS TEXT) FROM charge ORDER BY generation, kind`), []string{
			"charge 1", "reversal 1", "charge 2",
		})
		apptest.Check(t, "live charges", len(w.Facts(h).Charges), 1)
		w.VerifyClean()
	})
}

// A charge without its enrollment is an error that says so, and one account's.
func TestChargeOfAMissingEnrollment(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		bad := w.Household(apptest.Medical("2026-01", "53.00").Renewed(), apptest.Dental("2027-01", "15.00").Renewed())
		good := w.Household(apptest.Medical("2026-01", "53.00").Renewed(), apptest.Dental("2027-01", "15.00").Renewed())
		w.Bill("2026-12")
		storetest.Sabotage(t, w.DB, fmt.Sprintf(`DELETE FROM enrollment WHERE id_text(enrollment_id) = '%s'`, bad.Enrollments[0]))
		w.At("2026-12-01")
		apptest.Check(t, "run", w.Bill("2027-01"), billing.Progress{Seen: 2, Billed: 1, SetAside: 1})
		apptest.Check(t, "good", len(w.Bills(good)), 2)
		aside := w.SetAside("2027-01")
		if len(aside) != 1 || aside[0].AccountID != bad.Account || !strings.Contains(aside[0].Reason, "2026-12") || !strings.Contains(aside[0].Reason, bad.Enrollments[0].String()) {
			t.Errorf("set aside: %+v", aside)
		}
	})
}
