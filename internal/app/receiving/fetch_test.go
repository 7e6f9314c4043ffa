package receiving_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
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
