package originating_test

import (
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/store/storetest"
)

func TestSentAndAcknowledged(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.pay(b.household(), "60.00")
		b.build("2026-11-20")
		apptest.Check(t, "sent", b.send("2026-11-20"), originating.Sent{Sent: 1})
		apptest.Check(t, "again", b.send("2026-11-20"), originating.Sent{})
		apptest.Check(t, "over the weekend", b.send("2026-11-22"), originating.Sent{})
		apptest.Check(t, "the next bank day", b.send("2026-11-23"), originating.Sent{Unanswered: 1})
		b.bank.acknowledge(b.files()[0], nil)
		apptest.Check(t, "acknowledged", b.send("2026-11-23"), originating.Sent{Acknowledged: 1})
		apptest.Check(t, "later", b.send("2026-11-24"), originating.Sent{})
		apptest.Check(t, "what the bank has for us", len(b.bank.theirs), 0)
		apptest.Check(t, "state", b.files()[0].State, ach.FileAcknowledged)
		b.VerifyClean()
	})
}

func TestWordsOfTheBank(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*ach.Ack)
		state  ach.FileState
		code   string // that it is queued with
	}{
		{"no", func(a *ach.Ack) { a.Accepted, a.Reason = false, "the file is not for us" }, ach.FileRefused, ""},
		{"it came before, under the same name", func(a *ach.Ack) { a.Accepted, a.First, a.Totals = false, a.File, ach.Totals{} }, ach.FileAcknowledged, ""},
		{"it came before, under another name", func(a *ach.Ack) { a.Accepted, a.First = false, "OTHER.ach" }, ach.FileRefused, ""},
		{"yes, to another amount", func(a *ach.Ack) { a.Debits = apptest.Amount("60.01") }, ach.FileSent, originating.CodeStrangeAnswer},
		{"yes, to fewer entries", func(a *ach.Ack) { a.Entries-- }, ach.FileSent, originating.CodeStrangeAnswer},
		{"about another file", func(a *ach.Ack) { a.File = "OTHER.ach" }, ach.FileSent, ach.CodeBadAck},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				b.pay(b.household(), "60.00")
				b.build("2026-11-20")
				b.send("2026-11-20")
				f := b.files()[0]
				b.bank.acknowledge(f, c.change)
				if c.change != nil && b.bank.theirs[ach.AckName(f.Name)] == nil {
					t.Fatal("no word")
				}
				var want []string
				if c.code != "" {
					want = []string{c.code}
				}
				sent := b.send("2026-11-20")
				apptest.Check(t, "queued", b.queued(), want)
				apptest.Check(t, "to look at", sent.Strange, len(want))
				apptest.Check(t, "state", b.files()[0].State, c.state)
				apptest.Check(t, "left there", len(b.bank.theirs), 0)
			})
		})
	}
}

func TestUnreadableWord(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.pay(b.household(), "60.00")
		b.build("2026-11-20")
		b.bank.theirs["ACH-20261120-A.ach.ack"] = []byte("OK\n")
		apptest.Check(t, "sent", b.send("2026-11-20"), originating.Sent{Sent: 1, Strange: 1})
		apptest.Check(t, "queued", b.queued(), []string{ach.CodeBadAck})
		apptest.Check(t, "state", b.files()[0].State, ach.FileSent)
	})
}

// queued lists why words of the bank wait for a person.
func (b *bench) queued() []string {
	return b.Rows("SELECT reason FROM bank_item WHERE kind = 'acknowledgment' AND state = 'set_aside' ORDER BY file_id")
}

// A word that is of no use holds up no other, whatever is wrong with it, and is
// in the queue once.
func TestWordsThatAreOfNoUse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		for range 3 {
			b.pay(h, "10.00")
			b.build("2026-11-20")
		}
		b.send("2026-11-20")
		for n, f := range b.files() {
			b.bank.acknowledge(f, func(a *ach.Ack) { a.Accepted, a.Reason = n != 1, "the batch is wrong" })
		}
		b.bank.theirs["ACH-20261120-0.ach.ack"] = []byte("file: ACH-20261120-0.ach\nstatus: refused\n") // one that we never made
		b.bank.theirs["ACH-20261120-A.ach.ack"] = []byte("OK\n")
		b.bank.theirs["LETTER.ack"] = []byte("OK\n")
		sealed := fault.New(fault.Invalid, "banklink.seal", "it is not the bank that has signed it")
		b.bank.theirs["SEALED.ack"] = nil
		b.bank.unreadable = map[string]error{"SEALED.ack": sealed}
		apptest.Check(t, "sent", b.send("2026-11-20"), originating.Sent{Acknowledged: 1, Refused: 1, Strange: 4})
		apptest.Check(t, "states", [...]ach.FileState{b.files()[0].State, b.files()[1].State, b.files()[2].State},
			[...]ach.FileState{ach.FileSent, ach.FileRefused, ach.FileAcknowledged})
		want := []string{originating.CodeStrangeAnswer, ach.CodeBadAck, ach.CodeBadAck, "banklink.seal"}
		apptest.Check(t, "queued", b.queued(), want)
		apptest.Check(t, "left there", len(b.bank.theirs), 1) // the bank may put another one in its place
		b.send("2026-11-20")
		apptest.Check(t, "queued once", b.queued(), want)
		b.VerifyClean()
	})
}

// The bank contradicts itself: a person hears of it, whichever word is the last,
// and nothing is withdrawn or sent again by itself.
func TestTheBankContradictsItself(t *testing.T) {
	t.Parallel()
	yes := func(*ach.Ack) {}
	no := func(a *ach.Ack) { a.Accepted, a.Reason = false, "the batch is wrong" }
	for _, c := range []struct {
		name      string
		first     func(*ach.Ack)
		withdrawn bool
		second    func(*ach.Ack)
		state     ach.FileState
		sent      originating.Sent
	}{
		{"taken twice", yes, false, yes, ach.FileAcknowledged, originating.Sent{}},
		{"refused twice", no, false, no, ach.FileRefused, originating.Sent{Refused: 1}},
		{"taken, then refused", yes, false, no, ach.FileRefused, originating.Sent{Refused: 1, Strange: 1}},
		{"refused, then taken", no, false, yes, ach.FileAcknowledged, originating.Sent{Acknowledged: 1, Strange: 1}},
		{"refused, withdrawn, refused again", no, true, no, ach.FileWithdrawn, originating.Sent{}},
		{"refused, withdrawn, then taken", no, true, yes, ach.FileWithdrawn, originating.Sent{Strange: 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				b.pay(b.household(), "60.00")
				b.build("2026-11-20")
				b.send("2026-11-20")
				f := b.files()[0]
				b.bank.acknowledge(f, c.first)
				b.send("2026-11-20")
				if c.withdrawn {
					err := b.service.Withdraw(t.Context(), originating.Withdrawal{File: f.Name, By: treasurer, Second: supervisor, Reason: "the bank has nothing"})
					if err != nil {
						t.Fatal(err)
					}
				}
				b.bank.acknowledge(f, c.second)
				apptest.Check(t, "sent", b.send("2026-11-20"), c.sent)
				apptest.Check(t, "state", b.files()[0].State, c.state)
				apptest.Check(t, "queued", len(b.queued()), c.sent.Strange)
				apptest.Check(t, "left there", len(b.bank.theirs), 0)
				b.VerifyClean()
			})
		})
	}
}

// Rows that were changed after the file was built do not give its text, and
// nothing is sent.
func TestTamperedFileIsNotSent(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]string{
		"an amount":       `UPDATE ach_entry SET amount_cents = 600000`,
		"an account":      `UPDATE bank_account SET routing = '021000021'`,
		"a name":          `UPDATE bank_account SET holder_name = 'Mallory'`,
		"an entry gone":   `DELETE FROM ach_entry`,
		"a company":       `UPDATE ach_file SET company_name = 'OTHER'`,
		"the settle date": `UPDATE ach_file SET settle_on = '2026-11-24'`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				b.pay(b.household(), "60.00")
				b.build("2026-11-20")
				storetest.Sabotage(t, b.DB, harm)
				_, err := b.service.Send(t.Context(), apptest.Date("2026-11-20"))
				if err == nil || len(b.bank.ours) > 0 {
					t.Errorf("it was sent: %v", err)
				}
			})
		})
	}
}

// Whatever call to the bank fails, before or after its effect, or sees the
// process killed: when all is well again each file has got there exactly once,
// and the bank's word is on record.
func TestEveryFailureSendsOnce(t *testing.T) {
	t.Parallel()
	for _, fate := range []fate{fails, failsAfter, kills} {
		for _, twice := range []bool{false, true} {
			t.Run(fmt.Sprintf("fate %d, twice %t", fate, twice), func(t *testing.T) {
				t.Parallel()
				each(t, func(t *testing.T, b *bench) {
					h := b.household()
					// Sending makes the calls put, put and list; then comes the word: list, get,
					// done, get, done; after a failure has is asked as well.
					for call := 1; call <= 8; call++ {
						sendsOnce(t, b, h, fate, call, twice)
					}
					b.VerifyClean()
				})
			})
		}
	}
}

func sendsOnce(t *testing.T, b *bench, h apptest.Household, f fate, at int, twice bool) {
	t.Helper()
	before := len(b.files())
	for range 2 {
		b.pay(h, "1.00")
		b.build("2026-11-20")
	}
	b.bank.calls = 0
	b.bank.fail = func(call int, _ string) fate {
		if call == at || twice && call == at+1 {
			return f
		}
		return works
	}
	for range 6 {
		sendOrDie(t, b)
		for _, file := range b.files()[before:] {
			if b.bank.arrived[file.Name] > 0 && file.State == ach.FileSent {
				b.bank.acknowledge(file, nil)
			}
		}
	}
	b.bank.fail = nil
	for range 2 {
		sendOrDie(t, b)
	}
	for _, file := range b.files()[before:] {
		what := fmt.Sprintf("call %d: %s ", at, file.Name)
		apptest.Check(t, what+"arrived", b.bank.arrived[file.Name], 1)
		apptest.Check(t, what+"state", file.State, ach.FileAcknowledged)
	}
	apptest.Check(t, "what the bank has for us", len(b.bank.theirs), 0)
}

// sendOrDie sends; a kill is followed by the process that comes up after.
func sendOrDie(t *testing.T, b *bench) {
	t.Helper()
	defer func() {
		if died := recover(); died != nil {
			if _, ok := died.(killed); !ok {
				panic(died)
			}
			b.restart()
		}
	}()
	if _, err := b.service.Send(t.Context(), apptest.Date("2026-11-20")); err != nil && !strings.Contains(err.Error(), errLine.Error()) {
		t.Fatal(err)
	}
}

// A limit holds the file; the one who had it built can not release it.
func TestHeldFile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.pay(b.household(), "60.00")
		b.limit(func(limit *ach.Limit) { limit.Debits = apptest.Amount("59.99") })
		built, err := b.service.BuildAs(t.Context(), apptest.Date("2026-11-20"), treasurer.Name)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "held", built.Held, 1)
		apptest.Check(t, "why", b.files()[0].HeldFor, "debits of $60.00, and a file may have $59.99")
		apptest.Check(t, "sent", b.send("2026-11-20"), originating.Sent{Held: 1})
		apptest.Check(t, "arrived", len(b.bank.ours), 0)
		const name = "ACH-20261120-A.ach"
		for _, c := range []struct {
			what, file, reason string
			by                 access.Actor
			code               string
		}{
			{"by whoever had it built", name, "premiums", treasurer, access.CodeTwoPeople},
			{"by somebody who may not", name, "premiums", agent, "access.denied"},
			{"by nobody", name, "premiums", access.Actor{}, "access.unauthenticated"},
			{"without a reason", name, "", supervisor, access.CodeNoReason},
			{"another file", "ACH-20261120-B.ach", "premiums", supervisor, "store.not_found"},
			{"by a second person", name, "premiums of the month", supervisor, ""},
			{"again", name, "premiums", supervisor, originating.CodeNotHeld},
		} {
			apptest.Check(t, c.what, fault.CodeOf(b.service.Release(t.Context(), c.file, c.by, c.reason)), c.code)
		}
		apptest.Check(t, "sent, once released", b.send("2026-11-20"), originating.Sent{Sent: 1})
		b.VerifyClean()
	})
}

// Files that are each small enough are held when their day is not.
func TestDayLimit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		b.dayLimit(2)
		held := 0
		for range 3 {
			b.pay(h, "10.00")
			held += b.build("2026-11-20").Held
		}
		apptest.Check(t, "held", held, 1)
		apptest.Check(t, "why", b.files()[2].HeldFor, "3 entries, and a day may have 2")
	})
}

// The hard stop holds for files, too, that were begun, built or released before
// it: nothing that takes money leaves while debits are stopped (ACH-34).
func TestNoDebitLeavesWhileStopped(t *testing.T) {
	t.Parallel()
	const name = "ACH-20261120-A.ach"
	stop := func(b *bench, g originating.Guard) { b.guard = g; b.restart() }
	for _, c := range []struct {
		name    string
		prepare func(t *testing.T, b *bench)
	}{
		{"half filled", func(t *testing.T, b *bench) {
			if err := b.service.FillPart(t.Context(), apptest.Date("2026-11-20")); err != nil {
				t.Fatal(err)
			}
		}},
		{"built", func(_ *testing.T, b *bench) { b.build("2026-11-20") }},
		{"held, and released", func(t *testing.T, b *bench) {
			b.limit(func(limit *ach.Limit) { limit.Debits = apptest.Amount("59.99") })
			b.build("2026-11-20")
			if err := b.service.Release(t.Context(), name, supervisor, "premiums"); err != nil {
				t.Fatal(err)
			}
		}},
		{"held", func(_ *testing.T, b *bench) {
			b.limit(func(limit *ach.Limit) { limit.Debits = apptest.Amount("59.99") })
			b.build("2026-11-20")
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				p := b.pay(b.household(), "60.00")
				c.prepare(t, b)
				stop(b, stopped{})
				apptest.Check(t, "stopped", b.build("2026-11-20").Stopped, true)
				for range 2 {
					apptest.Check(t, "sent", b.send("2026-11-20"), originating.Sent{Held: 1})
				}
				apptest.Check(t, "arrived", len(b.bank.ours), 0)
				apptest.Check(t, "entry", b.entry(p).State, ach.StateFiled)
				apptest.Check(t, "released", fault.CodeOf(b.service.Release(t.Context(), name, supervisor, "premiums")), ach.CodeGuardStop)
				b.VerifyClean()
				stop(b, nil)
				apptest.Check(t, "released by a second person", fault.CodeOf(b.service.Release(t.Context(), name, supervisor, "premiums")), "")
				apptest.Check(t, "sent at last", b.send("2026-11-20"), originating.Sent{Sent: 1})
				b.VerifyClean()
			})
		})
	}
}

// A file that was being sent when debits were stopped is with the bank or is not:
// it is asked for, and not put.
func TestStoppedWhileSending(t *testing.T) {
	t.Parallel()
	for name, first := range map[string]fate{"it did not get there": fails, "it got there": failsAfter} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				b.pay(b.household(), "60.00")
				b.build("2026-11-20")
				b.bank.calls = 0
				b.bank.fail = func(call int, _ string) fate {
					return map[bool]fate{true: first, false: fails}[call == 1]
				}
				if _, err := b.service.Send(t.Context(), apptest.Date("2026-11-20")); err == nil {
					t.Fatal("it was sent")
				}
				b.bank.fail = nil
				b.guard = stopped{}
				b.restart()
				arrived := len(b.bank.ours)
				apptest.Check(t, "sent", b.send("2026-11-20").Sent, arrived)
				apptest.Check(t, "arrived", len(b.bank.ours), arrived)
				b.VerifyClean()
			})
		})
	}
}
