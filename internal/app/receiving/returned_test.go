package receiving_test

import (
	"fmt"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/domain/ach"
)

// A debit settles, the statement says so, and two days later it comes back
// (R-AUTO-7, ACH-30): the month is open again with its old due date, AutoPay is
// told, and the books agree at every step.
func TestDebitComesBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		p := b.pay(h, "100.00")
		f := b.sendFile()
		trace := b.entry(p).Trace
		apptest.Check(t, "owed", b.Owed(h).String(), "0.00")

		on := b.after(1)
		b.take("statement-1", statementText(on, bankLine{"166", 10000, f.Name, "ACH SETTLEMENT"}))
		apptest.Check(t, "state once settled", b.entry(p).State, ach.StateSettled)
		apptest.Check(t, "cash", b.balance("cash.operating"), "10000")
		apptest.Check(t, "on its way", b.clearing(), []string(nil))
		b.VerifyClean()

		on = b.after(1)
		report := b.take("returns", achText(on, notice{code: "R01", trace: trace, cents: 10000}))
		apptest.Check(t, "report", [...]any{report.Kind, report.Posted, report.SetAside}, [...]any{receiving.FileACH, int64(1), int64(0)})
		apptest.Check(t, "owed again", b.Unpaid(h), []string{"2026-12 medical 100.00"})
		apptest.Check(t, "state", b.entry(p).State, ach.StateReturned)
		apptest.Check(t, "on its way back", b.clearing(), []string{"-10000"})
		apptest.Check(t, "told", b.heard(), []string{"returned R01 " + on.String()})
		b.VerifyClean()

		b.take("statement-2", statementText(on, bankLine{"557", 10000, trace, "ACH RETURN R01"}))
		apptest.Check(t, "cash", b.balance("cash.operating"), "0")
		apptest.Check(t, "open", b.clearing(), []string(nil))
		b.VerifyClean()
	})
}

// Whatever comes first, the end is the same.
func TestOrderOfArrival(t *testing.T) {
	t.Parallel()
	type arrivals func(b *bench, settled, returned, lineBack func())
	for name, arrive := range map[string]arrivals{
		"the deposit, the return, its line": func(_ *bench, settled, returned, lineBack func()) { settled(); returned(); lineBack() },
		"the return before the deposit":     func(_ *bench, settled, returned, lineBack func()) { returned(); settled(); lineBack() },
		"the return's line before all":      func(_ *bench, settled, returned, lineBack func()) { lineBack(); returned(); settled() },
		"the return last":                   func(_ *bench, settled, returned, lineBack func()) { settled(); lineBack(); returned() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				h, other := b.household(), b.household()
				p := b.pay(h, "100.00")
				kept := b.pay(other, "60.00")
				f := b.sendFile()
				trace := b.entry(p).Trace
				on := b.after(2)
				arrive(b,
					func() { b.take("s1", statementText(on, bankLine{"166", 16000, f.Name, ""})); b.VerifyClean() },
					func() { b.take("r", achText(on, notice{code: "R02", trace: trace, cents: 10000})); b.VerifyClean() },
					func() { b.take("s2", statementText(on, bankLine{"557", 10000, trace, ""})); b.VerifyClean() },
				)
				// A line that waited agrees with what came after it at the next look.
				if _, err := b.service.Fetch(t.Context(), b.Today()); err != nil {
					t.Fatal(err)
				}
				apptest.Check(t, "cash", b.balance("cash.operating"), "6000")
				apptest.Check(t, "clearing", b.balance("clearing.ach"), "0")
				apptest.Check(t, "open", b.clearing(), []string(nil))
				apptest.Check(t, "states", [...]ach.State{b.entry(p).State, b.entry(kept).State}, [...]ach.State{ach.StateReturned, ach.StateSettled})
				apptest.Check(t, "owed", []string{b.Owed(h).String(), b.Owed(other).String()}, []string{"100.00", "40.00"})
				b.VerifyClean()
			})
		})
	}
}

// What a bad return gets: it is set aside with its line and the reason, the
// rest of the file is processed, and nothing is posted twice.
func TestBadReturns(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		a, c := b.household(), b.household()
		pa, pc := b.pay(a, "100.00"), b.pay(c, "100.00")
		b.sendFile()
		ta, tc := b.entry(pa).Trace, b.entry(pc).Trace
		on := b.after(2)
		b.take("returns", achText(on,
			notice{code: "R01", trace: "110000009999999", cents: 10000},                                // no such trace
			notice{code: "R01", trace: ta, cents: 9999},                                                // another amount
			notice{code: "R01", trace: ta, cents: 10000, company: "1888888888"},                        // another company
			notice{code: "R01", trace: tc, cents: 10000},                                               // good
			notice{code: "R01", trace: tc, cents: 10000},                                               // the same again
			notice{code: "R03", trace: tc, cents: 10000},                                               // again, with another code
			notice{code: "R61", trace: tc, cents: 10000}, notice{code: "R97", trace: ta, cents: 10000}, // a dishonor; a code of the bank's own
		))
		apptest.Check(t, "items", b.items(), []string{
			"3 return R01 set_aside entry.unknown_trace",
			"7 return R01 set_aside entry.amount_differs",
			"11 return R01 set_aside entry.other_company",
			"15 return R01 posted return.posted",
			"19 return R01 known item.known",
			"23 return R03 set_aside return.again",
			"27 dispute R61 set_aside return.disputed",
			"31 return R97 set_aside return.review",
		})
		apptest.Check(t, "owed", []string{b.Owed(a).String(), b.Owed(c).String()}, []string{"100.00", "100.00"})
		b.VerifyClean()

		// The same file again, and its items in another file: nothing new.
		before := b.Rows("SELECT CAST(COUNT(*) AS TEXT) FROM transfer")
		b.take("other name", achText(on, notice{code: "R01", trace: tc, cents: 10000}, notice{code: "R97", trace: ta, cents: 10000}))
		apptest.Check(t, "transfers", b.Rows("SELECT CAST(COUNT(*) AS TEXT) FROM transfer"), before)
		b.VerifyClean()
	})
}

// A payment that was taken back by hand, or reversed, comes back from the bank as
// well: nothing is undone twice, and somebody looks.
func TestReturnOfWhatWasTakenBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		p := b.pay(h, "100.00")
		f := b.sendFile()
		trace := b.entry(p).Trace
		on := b.after(2)
		if err := b.paying.Return(t.Context(), h.Account, p.ID, "R01", b.Today()); err != nil {
			t.Fatal(err)
		}
		b.take("returns", achText(on, notice{code: "R01", trace: trace, cents: 10000}))
		b.take("statement", statementText(on, bankLine{"166", 10000, f.Name, ""}, bankLine{"557", 10000, trace, ""}))
		apptest.Check(t, "items", b.items(), []string{"3 return R01 set_aside return.taken_back", "4 line 166 posted line.agrees", "5 line 557 posted line.agrees"})
		apptest.Check(t, "owed", b.Owed(h).String(), "100.00")
		apptest.Check(t, "told", b.heard(), []string{"undone before, returned R01 " + on.String()})
		apptest.Check(t, "cash", b.balance("cash.operating"), "0")
		b.VerifyClean()
	})
}

// Banks talk to each other about returns: every dishonored and contested one is
// known for what it is, queued for a person once, and posts nothing.
func TestDishonoredAndContestedReturnsAreQueued(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		p := b.pay(h, "100.00")
		b.sendFile()
		trace := b.entry(p).Trace
		on := b.after(2)
		codes := []string{"R61", "R62", "R67", "R68", "R69", "R70", "R71", "R72", "R73", "R74", "R75", "R76", "R77"}
		notices := make([]notice, len(codes))
		for n, code := range codes {
			notices[n] = notice{code: code, trace: trace, cents: 10000}
		}
		before := b.Rows("SELECT CAST(COUNT(*) AS TEXT) FROM transfer")
		b.take("disputes", achText(on, notices...))
		b.take("the same in another file", achText(on, notices[1:]...))
		want := make([]string, len(codes))
		for n, code := range codes {
			want[n] = fmt.Sprintf("dispute %s return.disputed", code)
		}
		apptest.Check(t, "queued", b.Rows(`SELECT kind || ' ' || code || ' ' || reason FROM bank_item WHERE state = 'set_aside' ORDER BY code`), want)
		apptest.Check(t, "said before", b.Rows(`SELECT CAST(COUNT(*) AS TEXT) FROM bank_item WHERE state = 'known'`), []string{"12"})
		apptest.Check(t, "posted", b.Rows("SELECT CAST(COUNT(*) AS TEXT) FROM transfer"), before)
		apptest.Check(t, "owed", b.Owed(h).String(), "0.00")
		b.VerifyClean()
	})
}
