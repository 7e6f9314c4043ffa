package originating_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
)

// A kill while a file is filled leaves a part; the next run finishes the same
// file, and each entry is in it once.
func TestKilledWhileFilling(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		for range 5 {
			b.pay(h, "10.00")
		}
		b.service.SetChunk(2)
		if err := b.service.FillPart(t.Context(), apptest.Date("2026-11-20")); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "state", b.files()[0].State, ach.FileBuilding)
		apptest.Check(t, "not sent", b.send("2026-11-20").Sent, 0)
		b.VerifyClean()
		b.restart()
		b.service.SetChunk(2)
		apptest.Check(t, "built", b.build("2026-11-20").Totals, ach.Totals{Entries: 5, Debits: apptest.Amount("50.00")})
		b.send("2026-11-20")
		header, lines := b.read("ACH-20261120-A.ach")
		var traces []string
		for _, l := range lines {
			traces = append(traces, l.Trace[8:])
		}
		apptest.Check(t, "traces", traces, []string{"0000001", "0000002", "0000003", "0000004", "0000005"})
		apptest.Check(t, "files", len(b.files()), 1)
		apptest.Check(t, "modifier", header[33:34], "A")
		b.VerifyClean()
	})
}

// What was left half filled is finished for the bank day that it has become.
func TestHalfFilledFileOfTheDayBefore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		for range 3 {
			b.pay(h, "10.00")
		}
		b.service.SetChunk(2)
		if err := b.service.FillPart(t.Context(), apptest.Date("2026-11-20")); err != nil {
			t.Fatal(err)
		}
		b.At("2026-11-23 20:30:00")
		b.build("2026-11-23")
		f := b.files()[0]
		apptest.Check(t, "file", []string{f.Name, f.SettleOn.String(), string(f.State)}, []string{"ACH-20261123-A.ach", "2026-11-24", "built"})
		apptest.Check(t, "entries", f.Entries, 3)
		b.VerifyClean()
	})
}

// After ten million traces they begin again, in a batch of their own since they
// must ascend; not while a bank could still name the old ones (ACH-25).
func TestTracesComeRound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		b.pay(h, "1.00")
		b.build("2026-11-20")
		if err := b.exec(`UPDATE counter SET n = 9999997 WHERE name = 'ach_trace:11000000'`); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			b.pay(h, "1.00")
		}
		_, err := b.service.Build(t.Context(), apptest.Date("2026-11-20"))
		apptest.Check(t, "too early: 0000001 was given out today", fault.CodeOf(err), "ach.traces_used_up")
		b.VerifyClean()
		b.At("2027-06-15 20:30:00")
		apptest.Check(t, "months later", b.build("2027-06-15").Entries, 3)
		b.send("2027-06-15")
		_, lines := b.read("ACH-20270615-A.ach")
		var traces []string
		for _, l := range lines {
			traces = append(traces, l.Trace)
		}
		apptest.Check(t, "traces", traces, []string{"110000009999998", "110000009999999", "110000000000000"})
		b.VerifyClean()
	})
}
