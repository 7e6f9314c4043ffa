package originating_test

import (
	"fmt"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
)

// What the bank has refused goes into the next file, with new traces, once two
// people say so.
func TestWithdrawRefusedFile(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		p := b.pay(h, "60.00")
		b.pay(h, "10.00")
		b.pay(h, "20.00")
		b.service.SetChunk(2)
		b.build("2026-11-20")
		b.send("2026-11-20")
		f := b.files()[0]
		b.bank.acknowledge(f, func(a *ach.Ack) { a.Accepted, a.Reason = false, "not for us" })
		apptest.Check(t, "sent", b.send("2026-11-20"), originating.Sent{Refused: 1})
		for _, c := range []struct {
			name string
			w    originating.Withdrawal
			code string
		}{
			{"by one person", originating.Withdrawal{File: f.Name, By: treasurer, Reason: "refused"}, access.CodeTwoPeople},
			{"by one person twice", originating.Withdrawal{File: f.Name, By: treasurer, Second: treasurer, Reason: "refused"}, access.CodeTwoPeople},
			{"without a reason", originating.Withdrawal{File: f.Name, By: treasurer, Second: supervisor}, access.CodeNoReason},
			{"by an agent", originating.Withdrawal{File: f.Name, By: agent, Second: supervisor, Reason: "refused"}, "access.denied"},
			{"another file", originating.Withdrawal{File: "NONE", By: treasurer, Second: supervisor, Reason: "refused"}, "store.not_found"},
			{"by two", originating.Withdrawal{File: f.Name, By: treasurer, Second: supervisor, Reason: "refused"}, ""},
			{"again", originating.Withdrawal{File: f.Name, By: treasurer, Second: supervisor, Reason: "refused"}, originating.CodeNotHeld},
		} {
			apptest.Check(t, c.name, fault.CodeOf(b.service.Withdraw(t.Context(), c.w)), c.code)
		}
		apptest.Check(t, "state", b.entry(p).State, ach.StateWaiting)
		apptest.Check(t, "built anew", b.build("2026-11-20").Entries, 3)
		apptest.Check(t, "trace", b.entry(p).Trace, "110000000000004")
		b.send("2026-11-20")
		apptest.Check(t, "arrived", fmt.Sprint(b.bank.arrived), "map[ACH-20261120-A.ach:1 ACH-20261120-B.ach:1]")
		b.VerifyClean()
	})
}

func TestSentFileCanNotBeWithdrawn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.pay(b.household(), "60.00")
		b.build("2026-11-20")
		b.send("2026-11-20")
		err := b.service.Withdraw(t.Context(), originating.Withdrawal{File: b.files()[0].Name, By: treasurer, Second: supervisor, Reason: "wish"})
		apptest.Check(t, "code", fault.CodeOf(err), originating.CodeNotHeld)
	})
}

func TestStatus(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		toDo := func() (lines []string) {
			st, err := b.service.Status(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range st.Files {
				lines = append(lines, fmt.Sprintf("%s %s: %s", f.Name, f.State, f.ToDo))
			}
			return append(lines, fmt.Sprintf("%d wait, %s", st.Waiting.Entries, st.Waiting.Debits))
		}
		b.pay(h, "60.00")
		apptest.Check(t, "at first", toDo(), []string{"1 wait, 60.00"})
		b.build("2026-11-20")
		apptest.Check(t, "built", toDo(), []string{"ACH-20261120-A.ach built: ", "0 wait, 0.00"})
		b.At("2026-11-23")
		apptest.Check(t, "not sent", toDo(), []string{"ACH-20261120-A.ach built: it should be with the bank: look at the line to it", "0 wait, 0.00"})
		b.send("2026-11-23")
		apptest.Check(t, "sent, on another bank day", toDo(), []string{"ACH-20261123-A.ach sent: ", "0 wait, 0.00"})
		b.At("2026-11-24")
		apptest.Check(t, "not answered", toDo(), []string{
			"ACH-20261123-A.ach sent: the bank has not acknowledged it: call the bank; do not send it again", "0 wait, 0.00",
		})
		b.bank.acknowledge(b.files()[0], nil)
		b.send("2026-11-23")
		apptest.Check(t, "answered", toDo(), []string{"ACH-20261123-A.ach acknowledged: ", "0 wait, 0.00"})
	})
}

// A guard that stops debits lets refunds and prenotes go on (ACH-34).
func TestGuardStopsDebits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.pay(b.household(), "60.00")
		b.guard = stopped{}
		b.restart()
		apptest.Check(t, "stopped", b.build("2026-11-20"), originating.Built{Stopped: true})
		b.guard = nil
		b.restart()
		apptest.Check(t, "let go", b.build("2026-11-20").Entries, 1)
	})
}
