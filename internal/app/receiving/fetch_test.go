package receiving_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/base/fault"
)

var errLine = errors.New("the line went dead")

// The bank's mailbox fails at every point in turn, before or after the effect;
// the next look makes it good, and everything is posted once.
func TestMailboxFails(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for _, method := range []string{"list", "get", "done"} {
			h := b.household()
			p := b.pay(h, "100.00")
			f := b.sendFile()
			on := b.after(2)
			b.mail.files["RETURNS.ach"] = achText(on, notice{code: "R01", trace: b.entry(p).Trace, cents: 10000})
			b.mail.files["STATEMENT.bai2"] = statementText(on, bankLine{"166", 10000, f.Name, ""}, bankLine{"557", 10000, b.entry(p).Trace, ""})
			b.mail.files[f.Name+".ack"] = "file: " + f.Name + "\nstatus: accepted\n"
			b.mail.fail = func(called, _ string) error {
				if called == method {
					return errLine
				}
				return nil
			}
			if _, err := b.service.Fetch(t.Context(), b.Today()); !errors.Is(err, errLine) {
				t.Errorf("%s: got %v", method, err)
			}
			b.VerifyClean()
			b.mail.fail = nil
			b.restart()
			fetched := b.fetch()
			if len(fetched.Files) != 2 || fetched.Counts().SetAside != 0 {
				t.Errorf("%s: %+v", method, fetched)
			}
			again := b.fetch()
			if len(again.Files) != 0 {
				t.Errorf("%s: again %+v", method, again)
			}
			apptest.Check(t, "owed", b.Owed(h).String(), "100.00")
			apptest.Check(t, "what is left in the mailbox", len(b.mail.files), 1) // the acknowledgment is for whoever sends
			delete(b.mail.files, f.Name+".ack")
			apptest.Check(t, "cash", b.balance("cash.operating"), "0")
			apptest.Check(t, "open", b.clearing(), []string(nil))
			b.VerifyClean()
		}
	})
}

// A file that is taken in by two at once is taken in once.
func TestTwoAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		var notices []notice
		var homes []apptest.Household
		for range 4 {
			h := b.household()
			homes = append(homes, h)
			p := b.pay(h, "100.00")
			notices = append(notices, notice{code: "R01", cents: 10000, trace: p.ID.String()})
		}
		b.sendFile()
		for i, trace := range b.Rows("SELECT trace FROM ach_entry ORDER BY trace") {
			notices[i].trace = trace
		}
		text := achText(b.after(2), notices...)
		var all sync.WaitGroup
		for n := range 4 {
			all.Go(func() {
				if _, err := b.service.Take(t.Context(), fmt.Sprint("file ", n), strings.NewReader(text)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		apptest.Check(t, "items", b.Rows("SELECT state || ' ' || CAST(COUNT(*) AS TEXT) FROM bank_item GROUP BY state"), []string{"posted 4"})
		for _, h := range homes {
			apptest.Check(t, "owed", b.Owed(h).String(), "100.00")
		}
		b.VerifyClean()
	})
}

// A file that can not be opened is queued once and stays with the bank; all
// others are taken in, and what the morning does besides is done.
func TestFileThatCanNotBeOpened(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		p := b.pay(h, "100.00")
		b.sendFile()
		on := b.after(2)
		b.mail.files["A.ach"], b.mail.files["B.ach"], b.mail.files["Z.ach"] = "?", "", achText(on, notice{code: "R01", trace: b.entry(p).Trace, cents: 10000})
		b.mail.fail = func(called, name string) error {
			if called == "get" && name != "Z.ach" {
				return fault.New(fault.Invalid, "banklink.seal", "it is not the bank that has signed it")
			}
			return nil
		}
		for range 2 {
			f := b.fetch()
			apptest.Check(t, "for staff", f.ForStaff, 2)
			apptest.Check(t, "judged", f.Guard.On, b.Today())
		}
		apptest.Check(t, "items", b.Rows("SELECT kind || ' ' || state || ' ' || reason FROM bank_item ORDER BY kind"),
			[]string{"file set_aside banklink.seal", "file set_aside banklink.seal", "return posted return.posted"})
		apptest.Check(t, "owed", b.Owed(h).String(), "100.00")
		apptest.Check(t, "left", len(b.mail.files), 2)
		b.mail.fail = nil // the bank has put it right
		b.mail.files["A.ach"] = achText(on, notice{code: "R61", trace: b.entry(p).Trace, cents: 10000})
		apptest.Check(t, "files", len(b.fetch().Files), 2)
		b.VerifyClean()
	})
}

// A date that is caught up days later finds files that are newer than itself.
func TestReturnOfACaughtUpDate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		late := b.Today().AddDays(-3) // bank-in failed since
		p := b.pay(b.household(), "100.00")
		b.sendFile()
		on := b.after(2)
		b.mail.files["RETURNS.ach"] = achText(on, notice{code: "R01", trace: b.entry(p).Trace, cents: 10000})
		if _, err := b.service.Fetch(t.Context(), late); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "items", b.itemStates(), []string{"R01 posted return.posted"})
		apptest.Check(t, "returned", b.Rows("SELECT CAST(returned_on AS TEXT) FROM ach_return"), []string{on.String()})
		b.VerifyClean()
	})
}
