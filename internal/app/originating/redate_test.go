package originating_test

import (
	"fmt"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/store/storetest"
)

// heldFile is one of 60.00 that was built on Friday the 20th and waits for a
// second person.
func (b *bench) heldFile() (name string) {
	b.TB.Helper()
	b.pay(b.household(), "60.00")
	b.At("2026-11-20 20:00:30")
	b.limit(func(limit *ach.Limit) { limit.Debits = apptest.Amount("59.99") })
	b.build("2026-11-20")
	return b.files()[0].Name
}

// Who releases a file has it sent at once, for the bank day that it is then
// (ACH-20).
func TestReleasedFileLeavesAtOnce(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, at, file, settles string }{
		{"the same evening", "2026-11-20 21:15:00", "ACH-20261120-A.ach", "2026-11-23"},
		{"on the weekend", "2026-11-21 10:00:00", "ACH-20261123-A.ach", "2026-11-24"},
		{"four days later", "2026-11-24 09:00:00", "ACH-20261124-A.ach", "2026-11-25"},
		{"on Thanksgiving", "2026-11-26 09:00:00", "ACH-20261127-A.ach", "2026-11-30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				name := b.heldFile()
				b.At(c.at)
				if err := b.service.Release(t.Context(), name, supervisor, "premiums"); err != nil {
					t.Fatal(err)
				}
				f, err := b.service.SendFile(t.Context(), name)
				apptest.Check(t, "error", err, nil)
				apptest.Check(t, "file", fmt.Sprint(f.Name, f.SettleOn, f.State), fmt.Sprint(c.file, c.settles, "sent"))
				apptest.Check(t, "arrived", fmt.Sprint(b.bank.arrived), "map["+c.file+":1]")
				_, lines := b.read(c.file)
				date := apptest.Date(c.settles)
				apptest.Check(t, "effective date", lines[0].Batch, fmt.Sprintf("225 WEB PREMIUM %02d%02d%02d", date.Year()%100, date.MonthOfYear(), date.Day()))
				b.bank.acknowledge(b.files()[0], nil)
				apptest.Check(t, "acknowledged", b.send(b.Today().String()), originating.Sent{Acknowledged: 1})
				again, err := b.service.SendFile(t.Context(), c.file)
				apptest.Check(t, "again", fmt.Sprint(again.State, err), fmt.Sprint(ach.FileAcknowledged, nil))
				b.VerifyClean()
			})
		})
	}
}

// Where files of the new day are there already, it gets the next letter.
func TestRedatedBesideOthers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		name := b.heldFile()
		b.At("2026-11-24 20:30:00")
		b.pay(b.household(), "10.00")
		b.build("2026-11-24")
		if err := b.service.Release(t.Context(), name, supervisor, "premiums"); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "sent", b.send("2026-11-24").Sent, 2)
		apptest.Check(t, "arrived", fmt.Sprint(b.bank.arrived), "map[ACH-20261124-A.ach:1 ACH-20261124-B.ach:1]")
		b.VerifyClean()
	})
}

// The line was down until the next bank day: the file that nobody held is over
// that day's limits, and waits for a second person.
func TestRedatedOverTheLimitsOfItsDay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		b.pay(h, "10.00")
		b.At("2026-11-20 20:30:00")
		b.build("2026-11-20")
		b.At("2026-11-23 20:30:00")
		b.dayLimit(2)
		b.pay(h, "11.00")
		b.pay(h, "12.00")
		b.build("2026-11-23")
		apptest.Check(t, "sent", b.send("2026-11-23"), originating.Sent{Sent: 1, Held: 1})
		f := b.files()[0]
		apptest.Check(t, "held", fmt.Sprint(f.Name, " ", f.State, " ", f.HeldFor), "ACH-20261123-B.ach held 3 entries, and a day may have 2")
		apptest.Check(t, "released", b.service.Release(t.Context(), f.Name, supervisor, "both days"), nil)
		apptest.Check(t, "sent", b.send("2026-11-23"), originating.Sent{Sent: 1})
		b.VerifyClean()
	})
}

// Rows that were changed get no new sum on the way.
func TestRedatingProvesTheOldText(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.pay(b.household(), "60.00")
		b.build("2026-11-20")
		b.At("2026-11-24")
		storetest.Sabotage(t, b.DB, `UPDATE bank_account SET routing = '021000021'`)
		_, err := b.service.Send(t.Context(), b.Today())
		apptest.Check(t, "code", fault.CodeOf(err), originating.CodeTampered)
		apptest.Check(t, "arrived", len(b.bank.ours), 0)
		apptest.Check(t, "name", b.files()[0].Name, "ACH-20261120-A.ach")
	})
}

// What may be with the bank keeps its name and its date.
func TestFileUnderWayIsNotRedated(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.pay(b.household(), "60.00")
		b.build("2026-11-20")
		b.bank.fail = func(int, string) fate { return fails }
		if _, err := b.service.Send(t.Context(), b.Today()); err == nil {
			t.Fatal("it was sent")
		}
		b.bank.fail = nil
		b.At("2026-11-24")
		apptest.Check(t, "sent", b.send("2026-11-24").Sent, 1)
		apptest.Check(t, "arrived", fmt.Sprint(b.bank.arrived), "map[ACH-20261120-A.ach:1]")
		b.VerifyClean()
	})
}
