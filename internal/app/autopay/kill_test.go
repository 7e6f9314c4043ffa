package autopay_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
)

// crowd is households with AutoPay on the 23rd, one of them not for this file.
func (w town) crowd(n int) []apptest.Household {
	w.TB.Helper()
	w.At("2026-11-01")
	all := w.Crowd(n, apptest.Medical("2026-12", "103.00").Renewed())
	w.Bill("2026-12")
	for i, h := range all {
		day := 23
		if i == n/2 {
			day = 15
		}
		w.TurnOn(w.autopay, h, day)
	}
	w.At("2026-11-13 20:01:00")
	w.freeze() // takes the one of the 15th
	w.At("2026-11-20 20:01:00")
	return all
}

// frozen tells what a cut-off has left: payments, clearing items, entries, and
// that none of them is there twice.
func (w town) frozen() []string {
	return w.Rows(`
		SELECT CAST(COUNT(*) AS TEXT) || ' payments of ' || CAST(COUNT(DISTINCT account_id) AS TEXT) || ' accounts' FROM payment WHERE channel = 'autopay'
		UNION ALL SELECT CAST(COUNT(*) AS TEXT) || ' items' FROM clearing_item
		UNION ALL SELECT CAST(COUNT(*) AS TEXT) || ' entries' FROM ach_entry
		UNION ALL SELECT CAST(COUNT(*) AS TEXT) || ' drafts frozen' FROM draft WHERE state = 'frozen'`)
}

// A chunk with more rows of a table than fit beside other writes is written in
// bulk: the same rows, and the books agree.
func TestManyAccountsInOneTransaction(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		all := w.crowd(30)
		w.pay(all[1], "103.00")
		w.pay(all[2], "100.00")
		w.autopay.KillIn(len(all), nil)
		counts := w.freeze()
		apptest.Check(t, "counts", []any{counts.Frozen, counts.Skipped, counts.Amount}, []any{28, 1, apptest.Amount("2784.00")})
		apptest.Check(t, "books", w.frozen(), []string{"29 payments of 29 accounts", "31 items", "29 entries", "29 drafts frozen"})
		apptest.Check(t, "all is paid", w.Rows(`SELECT CAST(COUNT(*) AS TEXT) FROM open_charge`), []string{"0"})
		apptest.Check(t, "what was left", w.payments(all[2]), []string{"autopay 3 counts 2026-11-23"})
		w.VerifyClean()
	})
}

// The process is killed before or after any commit of a cut-off; the next one
// takes it up where it stopped, and each debit is posted once.
func TestKilledAtAnyPointOfACutOff(t *testing.T) {
	t.Parallel()
	for _, step := range []string{"posted", "committed"} {
		for n := 1; n <= 5; n++ {
			households, chunk := 9, 2
			if n == 2 { // in bulk
				households, chunk = 60, 20
			}
			t.Run(fmt.Sprintf("%s %d", step, n), func(t *testing.T) {
				t.Parallel()
				each(t, func(t *testing.T, w town) {
					w.crowd(households)
					ctx, gone := context.WithCancel(t.Context())
					defer gone()
					var seen atomic.Int64
					w.autopay.KillIn(chunk, func(at string) error {
						if at == step && seen.Add(1) >= int64(n) {
							gone()
							return ctx.Err()
						}
						return nil
					})
					if _, err := w.autopay.Freeze(ctx, w.Today()); err == nil && n < 4 {
						t.Error("the process was not killed")
					}
					w.autopay = w.NewAutoPay(w.paying)
					w.freeze()
					again := w.freeze()
					apptest.Check(t, "a third time", again.Frozen+again.Skipped+again.Canceled, 0)
					apptest.Check(t, "books", w.frozen(), []string{
						fmt.Sprintf("%d payments of %[1]d accounts", households), fmt.Sprintf("%d items", households),
						fmt.Sprintf("%d entries", households), fmt.Sprintf("%d drafts frozen", households),
					})
					w.VerifyClean()
				})
			})
		}
	}
}

// Two programs freeze at the same time, while a member pays: each debit is
// posted once, and what was paid is not taken.
func TestTwoCutOffsAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		all := w.crowd(9)
		second := w.NewAutoPay(w.paying)
		for _, s := range []interface{ KillIn(int, func(string) error) }{w.autopay, second} {
			s.KillIn(2, nil)
		}
		today := w.Today()
		var group sync.WaitGroup
		for _, freeze := range []func() error{
			func() error { _, err := w.autopay.Freeze(t.Context(), today); return err },
			func() error { _, err := second.Freeze(t.Context(), today); return err },
		} {
			group.Go(func() {
				if err := freeze(); err != nil {
					t.Error(err)
				}
			})
		}
		group.Go(func() { w.pay(all[0], "103.00") })
		group.Wait()
		w.freeze()
		apptest.Check(t, "unpaid", len(w.Unpaid(all[1])), 0)
		entries := w.Rows(`SELECT CAST(COUNT(*) AS TEXT) FROM (SELECT account_id, payment_id FROM ach_entry GROUP BY account_id, payment_id HAVING COUNT(*) > 1) x`)
		apptest.Check(t, "entries of one payment", entries, []string{"0"})
		twice := w.Rows(`SELECT CAST(COUNT(*) AS TEXT) FROM (SELECT account_id FROM payment WHERE channel = 'autopay' GROUP BY account_id HAVING COUNT(*) > 1) x`)
		apptest.Check(t, "debited twice", twice, []string{"0"})
		w.VerifyClean()
	})
}
