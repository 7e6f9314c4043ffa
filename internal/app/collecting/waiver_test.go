package collecting_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// months of a waiver.
func waiver(from, to string, percent int) standing.Waiver {
	return standing.Waiver{From: apptest.Month(from), To: apptest.Month(to), Percent: percent}
}

const hardship = "behind_on_rent"

// R-BIND-1, MA-FIRST-8: a first month that is waived starts coverage, whenever
// the waiver is granted.
func TestWaivedFirstMonthStartsCoverage(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		on      string // when it is granted
		decided []string
		bills   []string
	}{
		"before the first bill: there is none": {
			on: "2026-11-30", decided: []string{"waive 2027-01 R-DUE-8", "effectuate 2027-01 R-BIND-1"}, bills: []string{"2027-02 103.00"},
		},
		"after it: the next one says so": {
			on: "2026-12-10", decided: []string{"waive 2027-01 R-DUE-8", "effectuate 2027-01 R-BIND-1"}, bills: []string{"2027-01 103.00", "2027-02 103.00"},
		},
		"after the start was moved: it is moved back": {
			on: "2026-12-28", decided: []string{"roll_start 2027-02 R-BIND-2", "waive 2027-01 R-DUE-8", "undo_roll_start 2027-01 R-DUE-8", "effectuate 2027-01 R-BIND-1"},
			bills: []string{"2027-01 103.00", "2027-02 103.00", "2027-01 0.00", "2027-02 103.00"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				w.At("2026-11-30")
				h := w.Household(apptest.Medical("2027-01", "103.00"))
				if row.on != "2026-11-30" {
					w.FirstBills()
					w.Live(row.on)
				}
				for range 2 {
					must(t, "waive", w.Collecting.GrantWaiver(t.Context(), act(h, 0), waiver("2027-01", "2027-01", 100), hardship))
				}
				w.FirstBills()
				w.Live("2027-01-05")
				apptest.Check(t, "decided", w.Decisions(h.Enrollments[0]), row.decided)
				apptest.Check(t, "state", states(w, h), []string{"medical active"})
				apptest.Check(t, "through", w.Standing(h).Enrollments[0].PaidThrough.String(), "2027-01")
				apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2027-02 medical 103.00"})
				var bills []string
				for _, b := range w.Bills(h) {
					bills = append(bills, b.Month.String()+" "+b.Total.String())
				}
				apptest.Check(t, "bills", bills, row.bills)
				w.VerifyClean()
			})
		})
	}
}

// moved adds up what stands in a ledger account, by what is on its debit side.
func stands(w *apptest.World, account string) string {
	w.TB.Helper()
	return last(w.Rows(`SELECT CAST(SUM(CASE debit WHEN '` + account + `' THEN amount_cents ELSE -amount_cents END) AS TEXT)
		FROM transfer WHERE debit = '` + account + `' OR credit = '` + account + `'`))
}

// R-DUE-8: half of three months is waived: one of them paid, one billed, one to
// come. The carrier gets all of it. Then the coverage is cancelled in error, and
// what was waived of the months taken back is waived no more.
func TestHalfOfThreeMonthsIsWaived(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		w.Live("2026-12-05")
		pays(w, h, "103.00") // January
		w.Live("2027-01-05")
		must(t, "waive", w.Collecting.GrantWaiver(t.Context(), act(h, 0), waiver("2027-01", "2027-03", 50), hardship))
		apptest.Check(t, "February is paid from January's", w.Unpaid(h), []string(nil))
		apptest.Check(t, "waived so far", stands(w, "waiver"), "10300")
		apptest.Check(t, "through", w.Standing(h).Enrollments[0].PaidThrough.String(), "2027-02")
		w.Live("2027-02-02")
		apptest.Check(t, "March", w.Unpaid(h), []string{"2027-03 medical 51.50"})
		apptest.Check(t, "the bill", statement(w, h), []string{
			"previous_balance 103.00", "adjustment -103.00", "adjustment 103.00", "waiver -51.50", "waiver -51.50", "charge 51.50",
			"why gross_premium 493.50", "why tax_credit -300.00", "why state_help -90.50", "why waiver -51.50", "total 51.50",
		})
		w.VerifyClean()
		w.Live("2027-02-20")
		pays(w, h, "51.50")
		w.Live("2027-03-05")
		apptest.Check(t, "April is whole", w.Unpaid(h), []string{"2027-04 medical 103.00"})
		apptest.Check(t, "waived", stands(w, "waiver"), "15450")
		apptest.Check(t, "to the carrier", stands(w, "carrier.payable"), "-30900")
		w.VerifyClean()
		must(t, "cancel", w.Collecting.Cancel(t.Context(), act(h, 0), collecting.CancelError, apptest.Month("2027-01")))
		apptest.Check(t, "waived of January", stands(w, "waiver"), "5150")
		apptest.Check(t, "to the carrier for January", stands(w, "carrier.payable"), "-10300")
		apptest.Check(t, "credit", w.Facts(h).Credit().String(), "103.00")
		w.VerifyClean()
	})
}

// statement is the newest bill.
func statement(w *apptest.World, h apptest.Household) []string {
	w.TB.Helper()
	bills := w.Bills(h)
	b := bills[len(bills)-1]
	var all []string
	for _, l := range b.Lines {
		all = append(all, string(l.Kind)+" "+l.Amount.String())
	}
	for _, r := range b.Reasons {
		all = append(all, "why "+string(r.Kind)+" "+r.Amount.String())
	}
	return append(all, "total "+b.Total.String())
}

// A waiver in percent follows the price, and an amount does not.
func TestWaiverFollowsThePrice(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		waiver standing.Waiver
		unpaid []string
	}{
		"half":      {waiver("2027-02", "2027-04", 50), []string{"2027-02 medical 26.50", "2027-03 medical 26.50", "2027-04 medical 26.50"}},
		"an amount": {standing.Waiver{From: apptest.Month("2027-02"), To: apptest.Month("2027-04"), Amount: apptest.Amount("60.00")}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				w.At("2026-11-30")
				h := w.Import(subscriber, apptest.Alone, year("103.00"))
				w.Live("2026-12-05")
				pays(w, h, "103.00")
				w.Live("2027-01-05")
				must(t, "waive", w.Collecting.GrantWaiver(t.Context(), act(h, 0), row.waiver, hardship))
				w.Live("2027-03-02")
				w.Import(subscriber, apptest.Alone, split("103.00", "2027-02", "350.00", "53.00")...)
				w.Live("2027-03-03")
				apptest.Check(t, "unpaid", w.Unpaid(h), row.unpaid)
				w.VerifyClean()
				w.Live("2027-04-02")
				w.VerifyClean()
			})
		})
	}
}

// R-DUE-8: a waiver of what is past due ends it at once.
func TestWaiverCures(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		w.Live("2027-02-10")
		apptest.Check(t, "before", states(w, h), []string{"medical past_due 2027-01"})
		must(t, "half", w.Collecting.GrantWaiver(t.Context(), act(h, 0), waiver("2027-01", "2027-03", 50), hardship))
		apptest.Check(t, "half", balance(w, h), "154.50 due, 103.00 past due, keeps 154.50")
		must(t, "the other half", w.Collecting.GrantWaiver(t.Context(), act(h, 0), waiver("2027-01", "2027-02", 60), "homeless"))
		apptest.Check(t, "after", states(w, h), []string{"medical active"})
		apptest.Check(t, "balance", balance(w, h), "51.50 due, 0.00 past due, keeps 51.50")
		w.Live("2027-03-02")
		w.VerifyClean()
	})
}

// waivers of a household, the first granted first.
func waivers(t *testing.T, w *apptest.World, h apptest.Household) []store.GrantedWaiver {
	t.Helper()
	all, err := w.Collecting.Waivers(t.Context(), h.Account)
	must(t, "waivers", err)
	return all
}

// R-DUE-8: a waiver is withdrawn. What it took off months that are billed stays,
// paid or not; from the next month that is billed on, the share is owed again.
func TestWithdrawnWaiver(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		must(t, "waive", w.Collecting.GrantWaiver(t.Context(), act(h, 0), waiver("2027-01", "2027-06", 50), hardship))
		w.Live("2026-12-05")
		pays(w, h, "51.50") // January
		w.Live("2027-02-10")
		given := waivers(t, w, h)[0]
		for range 2 {
			must(t, "withdraw", w.Collecting.WithdrawWaiver(t.Context(), act(h, 0), given.ID, collecting.WithdrawOver))
		}
		apptest.Check(t, "withdrawn from", waivers(t, w, h)[0].WithdrawnFrom.String(), "2027-04")
		apptest.Check(t, "what is billed", w.Unpaid(h), []string{"2027-02 medical 51.50", "2027-03 medical 51.50"})
		apptest.Check(t, "decided last", last(w.Decisions(h.Enrollments[0])), "withdraw_waiver 2027-04 R-DUE-8")
		apptest.Check(t, "decisions on the waiver", w.Rows("SELECT kind || ' ' || from_month || ' ' || to_month || ' ' || cause || ' ' || CAST(appeal_by AS TEXT) FROM waiver_decision ORDER BY waiver_decision_id"),
			[]string{"granted 2027-01 2027-06  2026-12-30", "withdrawn 2027-04 2027-06 hardship_over 2027-03-12"})
		apptest.Check(t, "audit", last(w.Rows("SELECT operation || ': ' || summary FROM audit ORDER BY audit_id")),
			"relief.withdraw_waiver: owed in full from 2027-04, hardship_over, approved by staff:bo")
		w.VerifyClean()
		w.Live("2027-03-02")
		apptest.Check(t, "April is whole", w.Unpaid(h), []string{"2027-02 medical 51.50", "2027-03 medical 51.50", "2027-04 medical 103.00"})
		apptest.Check(t, "the bill", last(statement(w, h)), "total 206.00")
		apptest.Check(t, "standing", states(w, h), []string{"medical past_due 2027-02"})
		apptest.Check(t, "balance", balance(w, h), "206.00 due, 103.00 past due, keeps 206.00")
		apptest.Check(t, "waived", stands(w, "waiver"), "15450")
		w.VerifyClean()
		pays(w, h, "206.00")
		must(t, "granted anew", w.Collecting.GrantWaiver(t.Context(), act(h, 0), waiver("2027-05", "2027-05", 100), hardship))
		w.Live("2027-04-02")
		apptest.Check(t, "May is waived", w.Unpaid(h), []string(nil))
		apptest.Check(t, "standing at the end", states(w, h), []string{"medical active"})
		w.VerifyClean()
	})
}

// A price that changes in the past changes what is waived of the months that were
// waived, and of no others.
func TestWithdrawnWaiverFollowsThePrice(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Import(subscriber, apptest.Alone, year("103.00"))
		w.Live("2026-12-05")
		pays(w, h, "103.00")
		w.Live("2027-01-05")
		must(t, "waive", w.Collecting.GrantWaiver(t.Context(), act(h, 0), waiver("2027-02", "2027-06", 50), hardship))
		must(t, "withdraw", w.Collecting.WithdrawWaiver(t.Context(), act(h, 0), waivers(t, w, h)[0].ID, collecting.WithdrawNotEligible))
		w.Live("2027-02-02")
		apptest.Check(t, "March is whole", w.Unpaid(h), []string{"2027-02 medical 51.50", "2027-03 medical 103.00"})
		w.Import(subscriber, apptest.Alone, split("103.00", "2027-02", "350.00", "53.00")...)
		w.Live("2027-02-03")
		apptest.Check(t, "less", w.Unpaid(h), []string{"2027-02 medical 26.50", "2027-03 medical 53.00"})
		w.VerifyClean()
	})
}

// A waiver of months to come alone is withdrawn whole. One of the first month
// stays once its bill is out: coverage that it started goes on.
func TestWithdrawnBeforeItBegan(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00"))
		must(t, "the first months", w.Collecting.GrantWaiver(t.Context(), act(h, 0), waiver("2027-01", "2027-02", 100), hardship))
		must(t, "later months", w.Collecting.GrantWaiver(t.Context(), act(h, 0), waiver("2027-04", "2027-06", 100), hardship))
		w.FirstBills()
		for _, x := range waivers(t, w, h) {
			must(t, "withdraw", w.Collecting.WithdrawWaiver(t.Context(), act(h, 0), x.ID, collecting.WithdrawError))
		}
		w.Live("2027-03-05")
		apptest.Check(t, "state", states(w, h), []string{"medical past_due 2027-02"})
		apptest.Check(t, "unpaid", w.Unpaid(h), []string{"2027-02 medical 103.00", "2027-03 medical 103.00", "2027-04 medical 103.00"})
		w.VerifyClean()
	})
}

// MA-NOTE-11, MA-DLQ-17: a denial is on record with its cause and the last day to
// appeal, and changes nothing else.
func TestDeniedWaiver(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		w.Live("2027-02-10")
		before := balance(w, h)
		for range 2 {
			must(t, "deny", w.Collecting.DenyWaiver(t.Context(), act(h, 0), apptest.Month("2027-01"), apptest.Month("2027-03"), collecting.DenyNoProof))
		}
		apptest.Check(t, "balance", balance(w, h), before)
		apptest.Check(t, "on record", w.Rows("SELECT kind || ' ' || from_month || ' ' || to_month || ' ' || cause || ' ' || CAST(appeal_by AS TEXT) FROM waiver_decision"),
			[]string{"denied 2027-01 2027-03 no_proof 2027-03-12"})
		apptest.Check(t, "audit", last(w.Rows("SELECT operation || ': ' || summary FROM audit ORDER BY audit_id")),
			"relief.deny_waiver: 2027-01 to 2027-03 not waived, no_proof, approved by staff:bo")
		w.VerifyClean()
	})
}

// What is refused of waivers that are denied or withdrawn.
func TestDecisionsOnWaiversThatAreRefused(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed(), apptest.Dental("2027-01", "30.00").Renewed())
		must(t, "waive", w.Collecting.GrantWaiver(t.Context(), act(h, 0), waiver("2027-01", "2027-03", 50), hardship))
		w.Live("2027-02-03") // March is billed
		id, alone := waivers(t, w, h)[0].ID, act(h, 0)
		alone.Second = ""
		withdraw := func(a collecting.Act, id store.WaiverID, cause collecting.WithdrawCause) error {
			return w.Collecting.WithdrawWaiver(t.Context(), a, id, cause)
		}
		deny := func(from, to string, cause collecting.DenyCause) error {
			return w.Collecting.DenyWaiver(t.Context(), act(h, 0), apptest.Month(from), apptest.Month(to), cause)
		}
		for name, row := range map[string]struct {
			err  error
			want string
		}{
			"withdrawn by one person":        {withdraw(alone, id, collecting.WithdrawOver), collecting.CodeTwoPeople},
			"withdrawn for no cause":         {withdraw(act(h, 0), id, "spite"), collecting.CodeWaiverCause},
			"another coverage's waiver":      {withdraw(act(h, 1), id, collecting.WithdrawOver), collecting.CodeNoWaiver},
			"no waiver":                      {withdraw(act(h, 0), store.WaiverID{UUID: w.DB.NewID()}, collecting.WithdrawOver), collecting.CodeNoWaiver},
			"all of its months are billed":   {withdraw(act(h, 0), id, collecting.WithdrawOver), collecting.CodeWaiverOver},
			"denied for no cause":            {deny("2027-04", "2027-05", "spite"), collecting.CodeWaiverCause},
			"denied for months before":       {deny("2026-12", "2027-05", collecting.DenyNoProof), collecting.CodeWaiverMonths},
			"denied for months that go back": {deny("2027-05", "2027-04", collecting.DenyNoProof), collecting.CodeWaiverMonths},
		} {
			code(t, name, row.err, row.want)
		}
		apptest.Check(t, "decisions", w.Rows("SELECT kind FROM waiver_decision"), []string{"granted"})
		w.VerifyClean()
	})
}
