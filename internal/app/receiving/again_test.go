package receiving_test

import (
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/store"
)

func (b *bench) itemStates() []string {
	return b.Rows(`SELECT i.code || ' ' || i.state || ' ' || i.reason
		FROM bank_item i JOIN inbound_file f ON f.file_id = i.file_id ORDER BY f.received_at, f.file_id, i.seq`)
}

// What was set aside has had no effect: when the bank, or we, have put it
// right, the return is taken in as if it came for the first time (ACH-42).
func TestReturnPutRight(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		wrong func(*notice)
		early bool // it comes before the file was made
		aside string
	}{
		{"of another company", func(n *notice) { n.company = "1888888888" }, false, "entry.other_company"},
		{"for another amount", func(n *notice) { n.cents = 9999 }, false, "entry.amount_differs"},
		{"before its file was made", func(*notice) {}, true, "entry.window"},
	} {
		for _, resolved := range []bool{false, true} {
			t.Run(strings.TrimSpace(c.name+" "+map[bool]string{true: "resolved"}[resolved]), func(t *testing.T) {
				t.Parallel()
				each(t, func(t *testing.T, b *bench) {
					h := b.household()
					p := b.pay(h, "100.00")
					b.sendFile()
					made := b.Today().AddDays(2)
					right := notice{code: "R01", trace: b.entry(p).Trace, cents: 10000}
					first := right
					c.wrong(&first)
					if c.early {
						b.At(b.Today().AddDays(-1).String())
					} else {
						b.At(made.String())
					}
					b.take("first", achText(made, first))
					b.take("the same in another file", achText(made, first, notice{code: "C99", trace: "110000009999999"}))
					apptest.Check(t, "at first", b.itemStates()[:2], []string{"R01 set_aside " + c.aside, "R01 known item.known"})
					if resolved {
						b.resolve("R01")
					}
					b.At(made.AddDays(1).String())
					b.take("right", achText(made, right, right))
					apptest.Check(t, "put right", b.itemStates()[3:], []string{"R01 posted return.posted", "R01 known item.known"})
					apptest.Check(t, "owed", b.Owed(h).String(), "100.00")
					apptest.Check(t, "state", b.entry(p).State, ach.StateReturned)
					b.VerifyClean()
				})
			})
		}
	}
}

// resolve has staff deal with what is set aside of a code.
func (b *bench) resolve(code string) {
	b.TB.Helper()
	queue, err := b.service.Queue(b.TB.Context(), store.BankItem{}, 10)
	if err != nil {
		b.TB.Fatal(err)
	}
	for _, o := range queue {
		if o.Code != code {
			continue
		}
		if err := b.service.Resolve(b.TB.Context(), o.BankItemID, ann, "told the bank"); err != nil {
			b.TB.Fatal(err)
		}
	}
}

// Trace numbers are given out again: the return of an entry is not the one of
// another entry that had its number, code and amount before it (ACH-25).
func TestReturnOfAnotherRound(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		back := func(h apptest.Household) (trace string) {
			p := b.pay(h, "100.00")
			b.sendFile()
			on := b.after(2)
			trace = b.entry(p).Trace
			report := b.take("returns of "+on.String(), achText(on, notice{code: "R01", trace: trace, cents: 10000}))
			apptest.Check(t, "posted", report.Posted, int64(1))
			apptest.Check(t, "state", b.entry(p).State, ach.StateReturned)
			return trace
		}
		h := b.household()
		before := back(h)
		b.At("2027-11-19")
		b.Rows(`UPDATE counter SET n = n + 9999999 WHERE name = 'ach_trace:11000000' RETURNING name`)
		apptest.Check(t, "trace", back(h), before)
		b.VerifyClean()
	})
}

// The lines of an interim statement, or of one that the profile could not read,
// are none that the final one repeats.
func TestStatementPutRight(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, old, new, first string }{
		{"interim", ",2200,USD,2/", ",2200,USD,1/", "166 noted statement.interim"},
		{"a test of the bank", "\n02,1999999999,110000000,1,", "\n02,1999999999,110000000,4,", "166 set_aside statement.status"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				b.pay(b.household(), "100.00")
				f := b.sendFile()
				final := statementText(b.after(1), bankLine{"166", 10000, f.Name, "ACH SETTLEMENT"})
				b.take("first", strings.Replace(final, c.old, c.new, 1))
				b.take("final", final)
				b.take("final, in another file", final+"\n")
				apptest.Check(t, "lines", b.itemStates(), []string{c.first, "166 posted line.agrees", "166 known item.known"})
				apptest.Check(t, "cash", b.balance("cash.operating"), "10000")
				b.VerifyClean()
			})
		})
	}
}

// A line that staff have dealt with does not wait again when it comes again.
func TestResolvedLineComesAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		text := statementText(b.after(1), bankLine{"166", 9999, "", "ACH SETTLEMENT"})
		b.take("first", text)
		b.resolve("166")
		b.take("in another file", text+"\n")
		apptest.Check(t, "lines", b.itemStates(), []string{"166 resolved line.waiting", "166 known item.known"})
	})
}
