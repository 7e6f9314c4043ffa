package receiving_test

import (
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Ten unauthorized returns of sixteen debits: nothing is built until two people
// say so, and again when the rate rises further (ACH-34).
func TestGuard(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		p := *b.Profile
		p.ACH.LeastReturns = profile.Always(2)
		b.Profile = &p
		b.restart()
		for range 3 { // too long ago to count
			b.pay(b.household(), "10.00")
		}
		b.sendFile()
		b.after(45)
		for range 4 {
			b.pay(b.household(), "10.00")
		}
		b.sendFile()
		traces := b.Rows("SELECT trace FROM ach_entry ORDER BY trace")[3:]
		on := b.after(2)
		returned := func(n int) {
			b.take(fmt.Sprint("return ", n), achText(on, notice{code: "R10", trace: traces[n], cents: 1000}))
		}
		may := func(want string) {
			t.Helper()
			if err := b.service.MayDebit(t.Context(), b.Today()); fault.CodeOf(err) != want {
				t.Errorf("got %v, want %q", err, want)
			}
		}
		returned(0)
		may("")
		returned(1)
		may(receiving.CodeGuardStop)
		apptest.Check(t, "recorded", b.Rows("SELECT level || ' ' || CAST(debits AS TEXT) || ' ' || CAST(unauthorized AS TEXT) FROM ach_guard"), []string{"stop 4 2"})

		for _, r := range []struct {
			release receiving.Release
			want    string
		}{
			{receiving.Release{By: ann, Second: ann, Reason: "one bank's mistake"}, access.CodeTwoPeople},
			{receiving.Release{By: ann, Reason: "one bank's mistake"}, access.CodeTwoPeople},
			{receiving.Release{By: ann, Second: bob, Reason: " "}, access.CodeNoReason},
			{receiving.Release{By: ann, Second: bob, Reason: "one bank's mistake"}, ""},
			{receiving.Release{By: ann, Second: bob, Reason: "once more"}, receiving.CodeNoStop},
		} {
			if err := b.service.Release(t.Context(), r.release); fault.CodeOf(err) != r.want {
				t.Errorf("%+v: got %v, want %q", r.release, err, r.want)
			}
		}
		may("")
		if f := b.fetch(); f.ToLookAt() != f.ForStaff+1 { // the rates are still high
			t.Errorf("%+v", f)
		}
		guard, err := b.service.Rates(t.Context())
		if err != nil || !guard.Released || guard.Stops() || len(guard.By) != 2 || !strings.Contains(guard.Words(), "unauthorized returns are 50.00 % of debits, and may be 0.50 %") {
			t.Errorf("%+v, %v: %s", guard, err, guard.Words())
		}
		returned(2)
		may(receiving.CodeGuardStop)

		// Sixty days on it is forgotten.
		b.At(on.AddDays(62).String())
		may("")
		b.VerifyClean()
	})
}

// What a return says beside the money: it is posted, and staff look.
func TestReturnsForStaff(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, code string
		days       int // calendar days after the file's evening
		want       string
		owed       string
	}{
		{"in time", "R01", 2, "posted return.posted", "100.00"},
		{"a day late", "R01", 6, "set_aside return.late", "100.00"},
		{"unauthorized, after seven weeks", "R07", 50, "posted return.posted", "100.00"},
		{"unauthorized, too late", "R07", 70, "set_aside return.late", "100.00"},
		{"fraud is looked at", "R10", 20, "set_aside return.review", "100.00"},
		{"our own mistake", "R24", 2, "set_aside return.our_mistake", "100.00"},
		{"agreed between banks, after months", "R31", 120, "posted return.posted", "100.00"},
		{"after the window", "R31", 190, "set_aside entry.window", "0.00"},
		{"before the file was made", "R01", -1, "set_aside entry.window", "0.00"},
		{"an enrollment of somebody", "R40", 2, "set_aside return.not_ours", "0.00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				h := b.household()
				p := b.pay(h, "100.00")
				b.sendFile()
				day := b.Today().AddDays(c.days)
				b.At(day.String())
				b.take("returns", achText(day, notice{code: c.code, trace: b.entry(p).Trace, cents: 10000}))
				apptest.Check(t, "item", b.Rows("SELECT state || ' ' || reason FROM bank_item"), []string{c.want})
				apptest.Check(t, "owed", b.Owed(h).String(), c.owed)
				b.VerifyClean()
			})
		})
	}
}

// Staff deal with what is set aside and say how; nothing is dealt with twice.
func TestQueue(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.take("a letter", "Dear customer")
		queue, err := b.service.Queue(t.Context(), store.BankItem{}, 10)
		if err != nil || len(queue) != 1 || !queue[0].Due || queue[0].Reason != "file.unknown" {
			t.Fatalf("%+v, %v", queue, err)
		}
		id := queue[0].BankItemID
		if err := b.service.Resolve(t.Context(), id, ann, ""); !fault.Is(err, access.CodeNoReason) {
			t.Errorf("without a word: %v", err)
		}
		if err := b.service.Resolve(t.Context(), id, ann, "told the branch"); err != nil {
			t.Error(err)
		}
		if err := b.service.Resolve(t.Context(), id, bob, "told the branch"); !fault.Is(err, receiving.CodeNotOpen) {
			t.Errorf("twice: %v", err)
		}
		if f := b.fetch(); f.ToLookAt() != 0 {
			t.Errorf("left: %+v", f)
		}
		apptest.Check(t, "audit", b.Rows("SELECT actor || ' ' || reason FROM audit WHERE operation = 'bank_item.resolve'"), []string{"staff:ann told the branch"})
	})
}

var (
	ann = access.Actor{Name: "staff:ann", Role: access.RoleTreasury}
	bob = access.Actor{Name: "staff:bob", Role: access.RoleSupervisor}
)

// Whoever may not do what staff do with bank files is told so, role by role, and
// before anything is looked at.
func TestWhoMayActOnBankFiles(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		acts := map[access.Operation]func(access.Actor) error{
			access.ResolveBankItem: func(a access.Actor) error {
				return b.service.Resolve(t.Context(), store.BankItemID{}, a, "told the branch")
			},
			access.ReleaseACHGuard: func(a access.Actor) error {
				return b.service.Release(t.Context(), receiving.Release{By: a, Second: bob, Reason: "one bank's mistake"})
			},
			access.ReleaseACHGuard + " as the second": func(a access.Actor) error {
				return b.service.Release(t.Context(), receiving.Release{By: bob, Second: a, Reason: "one bank's mistake"})
			},
		}
		for op, act := range acts {
			of, _, _ := strings.Cut(string(op), " ")
			for _, role := range append([]access.Role{""}, access.Roles...) {
				code := fault.CodeOf(act(access.Actor{Name: "staff:eve", Role: role}))
				refused := code == "access.denied" || code == "access.unauthenticated"
				apptest.Check(t, string(op)+" by "+string(role), refused, !access.Allowed(role, access.Operation(of)))
			}
		}
	})
}
