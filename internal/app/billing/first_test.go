package billing_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store/storetest"
)

func paymentOf(id payment.OperationID, h apptest.Household, amount string, w *apptest.World) paying.Received {
	return paying.Received{
		Operation: id, Account: h.Account, Channel: payment.ChannelIVR, Method: payment.MethodBank,
		Amount: apptest.Amount(amount), ReceivedOn: w.Today(), Reference: id.String(),
	}
}

// months lists an account's bills as "enrollment 2027-01 53.00 due 2026-12-23".
func months(w *apptest.World, h apptest.Household) []string {
	var all []string
	for _, b := range w.Bills(h) {
		all = append(all, string(b.Kind)+" "+b.Month.String()+" "+b.Total.String()+" due "+b.DueOn.String())
	}
	return all
}

// R-BIND-1: the first bill goes out at once, not on the 1st.
func TestFirstBillGoesOutAtOnce(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2027-01", "53.00"))
		if _, err := w.Billing.Latest(t.Context(), h.Account); fault.KindOf(err) != fault.NotFound {
			t.Fatalf("before any bill: %v", err)
		}
		apptest.Check(t, "accounts", w.FirstBills(), 1)
		apptest.Check(t, "bills", months(w, h), []string{"enrollment 2027-01 53.00 due 2026-12-23"})
		apptest.Check(t, "accounts, again", w.FirstBills(), 0)
		if err := w.Billing.FirstBill(t.Context(), h.Account); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "bills, again", len(w.Bills(h)), 1)
		w.At("2026-12-01")
		apptest.Check(t, "the monthly run", w.Bill("2027-01"), billing.Progress{Seen: 1, Skipped: 1})
		latest, err := w.Billing.Latest(t.Context(), h.Account)
		if err != nil {
			t.Fatal(err)
		}
		found, err := w.Billing.ByNumber(t.Context(), latest.Number)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "by number", found, latest)
		w.VerifyClean()
	})
}

// R-BILL-7: a selection for months past is billed month by month, with time to
// pay each.
func TestRetroactiveFirstBills(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2026-10", "53.00"))
		w.FirstBills()
		apptest.Check(t, "bills", months(w, h), []string{
			"enrollment 2026-10 53.00 due 2026-12-13", "enrollment 2026-11 106.00 due 2026-12-13", "enrollment 2026-12 159.00 due 2026-11-23",
		})
		apptest.Check(t, "binders", w.Rows(`SELECT coverage_month FROM charge WHERE binder ORDER BY coverage_month`), []string{"2026-10"})
		w.VerifyClean()
	})
}

// A free first month needs no payment: coverage starts when it is charged.
func TestFreeFirstMonthStartsCoverageAtOnce(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2027-01", "0.00"))
		apptest.Check(t, "accounts", w.FirstBills(), 1)
		apptest.Check(t, "bills", len(w.Bills(h)), 0)
		apptest.Check(t, "decisions", w.Decisions(h.Enrollments[0]), []string{"effectuate 2027-01 R-BIND-1"})
		apptest.Check(t, "state", w.Standing(h).Enrollments[0].State, standing.StateActive)
		if err := w.Billing.FirstBill(t.Context(), h.Account); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "decisions, again", len(w.Decisions(h.Enrollments[0])), 1)
		w.At("2027-01-01")
		apptest.Check(t, "next month", w.Bill("2027-02"), billing.Progress{Seen: 1, NothingDue: 1})
		w.VerifyClean()
	})
}

// Money that is there already pays a first month and starts coverage.
func TestCreditPaysAFirstMonth(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2026-01", "53.00").Renewed())
		w.Bill("2026-12")
		receive(t, w, h, "80.00")
		w.Enroll(&h, apptest.Dental("2027-01", "15.00"))
		w.FirstBills()
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		apptest.Check(t, "decisions", w.Decisions(h.Enrollments[1]), []string{"effectuate 2027-01 R-BIND-1"})
		apptest.Check(t, "credit left", w.Facts(h).Credit().String(), "12.00")
		w.VerifyClean()
	})
}

// A household may select twice for the same month: each selection is billed.
func TestSecondSelectionForTheSameMonth(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2027-01", "53.00"))
		w.FirstBills()
		w.At("2026-11-22")
		w.Enroll(&h, apptest.Dental("2027-01", "15.00"))
		apptest.Check(t, "accounts", w.FirstBills(), 1)
		apptest.Check(t, "set aside", len(w.SetAside("2026-12")), 0)
		apptest.Check(t, "bills", months(w, h), []string{
			"enrollment 2027-01 53.00 due 2026-12-23", "enrollment 2027-01 68.00 due 2026-12-23",
		})
		apptest.Check(t, "revision", w.Facts(h).LastBill.Revision, int64(2))
		receive(t, w, h, "68.00")
		apptest.Check(t, "unpaid", w.Unpaid(h), []string(nil))
		w.VerifyClean()
	})
}

// A selection for months past of a household that has newer bills builds on
// the bill that went out last, not on that of the latest month.
func TestRetroactiveSelectionBesideOtherCoverage(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2026-12", "53.00").Renewed(), apptest.Medical("2027-01", "53.00").Renewed())
		w.Bill("2026-12")
		w.Enroll(&h, apptest.Dental("2026-11", "15.00"))
		apptest.Check(t, "accounts", w.FirstBills(), 1)
		apptest.Check(t, "set aside", len(w.SetAside("2026-12")), 0)
		apptest.Check(t, "bills", months(w, h), []string{
			"monthly 2026-12 53.00 due 2026-11-23", "enrollment 2026-11 68.00 due 2026-12-13", "enrollment 2026-12 83.00 due 2026-11-23",
		})
		w.At("2026-12-01")
		apptest.Check(t, "next run", w.Bill("2027-01").Billed, 1)
		apptest.Check(t, "total", w.Facts(h).LastBill.Total.String(), "136.00")
		w.VerifyClean()
	})
}

// One bad account holds nobody else up, whatever is wrong with it.
func TestBrokenAccountIsSetAsideFromFirstBills(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]func(*testing.T, *apptest.World, apptest.Household) (code string){
		"its bill does not add up": func(t *testing.T, w *apptest.World, h apptest.Household) string {
			breakAccount(t, w, h)
			return bill.CodeUnbalanced
		},
		"the database refuses it": func(t *testing.T, w *apptest.World, h apptest.Household) string { return wearOut(t, w, h, "2027-01") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				bad := w.Household(apptest.Medical("2027-01", "103.00"))
				good := w.Household(apptest.Medical("2027-01", "53.00"))
				code := broken(t, w, bad)
				apptest.Check(t, "accounts", w.FirstBills(), 2)
				apptest.Check(t, "bills", []int{len(w.Bills(bad)), len(w.Bills(good))}, []int{0, 1})
				aside := w.SetAside("2027-01")
				if len(aside) != 1 || aside[0].AccountID != bad.Account || aside[0].Code != code {
					t.Fatalf("set aside %+v", aside)
				}
			})
		})
	}
}

// A run for the month bills what the first bill could not, and forgets that.
func TestRepairedAccountGetsItsFirstBillFromTheRun(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		bad := w.Household(apptest.Medical("2027-01", "103.00"))
		repair := breakAccount(t, w, bad)
		w.FirstBills()
		w.At("2026-12-01")
		apptest.Check(t, "still broken", w.Bill("2027-01"), billing.Progress{Seen: 1, SetAside: 1})
		storetest.Sabotage(t, w.DB, repair)
		apptest.Check(t, "repaired", w.Bill("2027-01"), billing.Progress{Seen: 1, Billed: 1})
		apptest.Check(t, "set aside", len(w.SetAside("2027-01")), 0)
		w.VerifyClean()
	})
}

// MA-SHOP-5, test vectors 12 and 13: an employer's due date rolls forward over
// weekends and state holidays; a household's does not.
func TestGroupDueDateRollsForward(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ today, month, group, household string }{
		"Memorial Day weekend": {"2026-05-01", "2026-06", "2026-05-26", "2026-05-23"},
		"Christmas weekend":    {"2023-12-01", "2024-01", "2023-12-26", "2023-12-23"},
		"a Monday":             {"2026-11-01", "2026-12", "2026-11-23", "2026-11-23"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				w.At(row.today)
				employer := w.Group(apptest.FullPrice(row.month, "900.00").Renewed())
				household := w.Household(apptest.FullPrice(row.month, "400.00").Renewed())
				w.Bill(row.month)
				apptest.Check(t, "group", w.Facts(employer).LastBill.DueOn.String(), row.group)
				apptest.Check(t, "household", w.Facts(household).LastBill.DueOn.String(), row.household)
			})
		})
	}
}

// Coverage that arrives after the month's bill is charged by the next run for
// the month, on a bill of its own: no month of coverage goes uncharged.
func TestCoverageThatArrivesAfterTheBill(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Dental("2027-01", "15.00"))
		w.FirstBills()
		w.Enroll(&h, apptest.Medical("2027-01", "53.00").Renewed())
		w.At("2026-12-01")
		apptest.Check(t, "the run", w.Bill("2027-01"), billing.Progress{Seen: 1, Billed: 1})
		apptest.Check(t, "statement", lines(w.Facts(h).LastBill), []string{"previous_balance  15.00", "charge medical 53.00", "total 68.00"})
		w.Enroll(&h, apptest.Dental("2027-01", "20.00").Renewed())
		apptest.Check(t, "the run again", w.Bill("2027-01"), billing.Progress{Seen: 1, Billed: 1})
		apptest.Check(t, "and again", w.Bill("2027-01"), billing.Progress{Seen: 1, Skipped: 1})
		apptest.Check(t, "bills", months(w, h), []string{
			"enrollment 2027-01 15.00 due 2026-12-23", "monthly 2027-01 68.00 due 2026-12-23", "monthly 2027-01 88.00 due 2026-12-23",
		})
		apptest.Check(t, "owed", w.Owed(h).String(), "88.00")
		w.VerifyClean()
	})
}

// R-BIND-1: selections for different months ahead each get their first bill at
// once, and nothing else is billed ahead with them.
func TestSelectionsForDifferentMonthsAhead(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2027-01", "53.00"), apptest.Dental("2027-03", "15.00"))
		w.FirstBills()
		apptest.Check(t, "bills", months(w, h), []string{
			"enrollment 2027-01 53.00 due 2026-12-23", "enrollment 2027-03 68.00 due 2027-02-23",
		})
		apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2027-01 medical 53.00", "2027-03 dental 15.00"})
		old := w.Household(apptest.Medical("2026-01", "53.00").Renewed(), apptest.Medical("2027-01", "60.00").Renewed(), apptest.Dental("2027-03", "15.00"))
		w.FirstBills()
		apptest.Check(t, "bills beside coverage that goes on", months(w, old), []string{"enrollment 2027-03 15.00 due 2027-02-23"})
		receive(t, w, h, "68.00")
		apptest.Check(t, "starts", append(w.Decisions(h.Enrollments[0]), w.Decisions(h.Enrollments[1])...), []string{
			"effectuate 2027-01 R-BIND-1", "effectuate 2027-03 R-BIND-1",
		})
		w.At("2027-02-01")
		w.Bill("2027-03")
		apptest.Check(t, "March comes on its bill day", w.Unpaid(h), []string{"2027-03 medical 53.00"})
		w.VerifyClean()
	})
}
