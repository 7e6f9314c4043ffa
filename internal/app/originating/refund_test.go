package originating_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

var member = access.Actor{Name: "member:ana", Role: access.RoleMember}

// overpaid is a household that owed 300.00 and paid 1,100.00 on Friday the 20th,
// in two debits, which were sent; they settle on Monday.
func overpaid(b *bench) (apptest.Household, payment.Payment) {
	b.TB.Helper()
	h := b.Household(apptest.Medical("2026-12", "300.00").Renewed().Until("2027-03"))
	b.Bill("2026-12")
	b.pay(h, "300.00")
	q := b.pay(h, "800.00")
	b.build("2026-11-20")
	b.send("2026-11-20")
	b.bank.acknowledge(b.files()[0], nil)
	b.send("2026-11-20")
	return h, q
}

func (b *bench) ask(h apptest.Household, p payment.Payment, amount string, by access.Actor) (payment.Refund, error) {
	return b.service.AskRefund(b.TB.Context(), originating.RefundAsk{
		Operation: payment.RefundID{UUID: b.DB.NewID()}, Account: h.Account, Payment: p.ID, Amount: apptest.Amount(amount), By: by, Reason: "paid too much",
	})
}

// A refund up to the limit of one person is posted when it is asked for, goes
// out as a PPD credit (ACH-37), and is closed when the bank says so.
func TestRefund(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h, p := overpaid(b)
		b.At("2026-12-01")
		r, err := b.ask(h, p, "500.00", member)
		apptest.Check(t, "asked", string(r.State)+" "+fault.CodeOf(err), "approved ")
		again, err := b.service.AskRefund(t.Context(), originating.RefundAsk{Operation: r.ID, Account: h.Account, Payment: p.ID, Amount: r.Amount, By: member, Reason: "x"})
		apptest.Check(t, "the same again", again.ID == r.ID && err == nil, true)
		b.build("2026-12-01")
		b.send("2026-12-01")
		f := b.files()[1]
		apptest.Check(t, "totals", f.Totals, ach.Totals{Entries: 1, Credits: apptest.Amount("500.00")})
		_, lines := b.read(f.Name)
		apptest.Check(t, "entry", lines, []line{{"220 PPD REFUND 261202", "110000000000003", "500.00", "Ana Testperson", string(h.SubscriberID)}})
		b.VerifyClean()
		b.hear(r, func(tx *store.Tx, e ach.Entry) error {
			return originating.Refunds{}.Paid(tx, e, apptest.Date("2026-12-02"))
		})
		apptest.Check(t, "paid", b.refund(r).State, payment.RefundPaid)
		b.At("2027-01-02")
		b.Bill("2027-01")
		var kinds []string
		for _, l := range b.Bills(h)[len(b.Bills(h))-1].Lines {
			kinds = append(kinds, string(l.Kind)+" "+l.Amount.String())
		}
		apptest.Check(t, "the next bill", kinds, []string{"previous_balance 300.00", "payment -300.00", "payment -800.00", "refund 500.00", "charge 300.00"})
	})
}

// A refund that the payer's bank could not take is credit again.
func TestRefundCameBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h, p := overpaid(b)
		b.At("2026-12-01")
		r, err := b.ask(h, p, "300.00", supervisor)
		if err != nil {
			t.Fatal(err)
		}
		back := func(tx *store.Tx, e ach.Entry) error {
			return originating.Refunds{}.CameBack(tx, e, "R02", apptest.Date("2026-12-03"))
		}
		b.hear(r, back)
		b.hear(r, back) // twice is once
		apptest.Check(t, "state", b.refund(r).State, payment.RefundFailed)
		b.VerifyClean()
		r, err = b.ask(h, p, "500.00", supervisor)
		apptest.Check(t, "it can be asked for again", string(r.State)+fault.CodeOf(err), "approved")
		b.VerifyClean()
	})
}

// hear has the bank say something of the entry that carries a refund.
func (b *bench) hear(r payment.Refund, say func(*store.Tx, ach.Entry) error) {
	b.TB.Helper()
	b.InTx(func(tx *store.Tx) error {
		return say(tx, ach.Entry{AccountID: r.AccountID, Kind: ach.KindRefund, RefundID: r.ID, Amount: r.Amount})
	})
}

func (b *bench) refund(r payment.Refund) (now payment.Refund) {
	b.TB.Helper()
	err := b.DB.Read(b.TB.Context(), "refund", func(tx *store.ReadTx) (err error) {
		now, err = tx.Refund(r.AccountID, r.ID)
		return err
	})
	if err != nil {
		b.TB.Fatal(err)
	}
	return now
}

// Above the limit two people are needed (R-PAY-8, R-ACC-2).
func TestRefundOfTwoPeople(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h, p := overpaid(b)
		b.At("2026-12-01")
		_, err := b.ask(h, p, "500.01", member)
		apptest.Check(t, "by a member", fault.CodeOf(err), originating.CodeRefundStaff)
		r, err := b.ask(h, p, "500.01", treasurer)
		apptest.Check(t, "asked", string(r.State)+fault.CodeOf(err), "asked")
		apptest.Check(t, "nothing is posted", b.build("2026-12-01").Entries, 0)
		for _, c := range []struct {
			name   string
			by     access.Actor
			reason string
			code   string
		}{
			{"by whoever asked", treasurer, "right", access.CodeTwoPeople},
			{"by an agent", agent, "right", "access.denied"},
			{"by the member", member, "right", "access.denied"},
			{"without a reason", supervisor, "", access.CodeNoReason},
			{"by a second person", supervisor, "right", ""},
			{"again", supervisor, "right", originating.CodeRefundDecided},
		} {
			apptest.Check(t, c.name, fault.CodeOf(b.service.ApproveRefund(t.Context(), h.Account, r.ID, c.by, c.reason)), c.code)
		}
		apptest.Check(t, "built", b.build("2026-12-01").Credits, apptest.Amount("500.01"))
		other, err := b.ask(h, p, "501.00", treasurer)
		if err != nil {
			t.Fatal(err)
		}
		asked, err := b.service.RefundsAsked(t.Context(), payment.Refund{}, 10)
		apptest.Check(t, "waiting", len(asked) == 1 && asked[0].ID == other.ID && err == nil, true)
		apptest.Check(t, "more than is left", fault.CodeOf(b.service.ApproveRefund(t.Context(), h.Account, other.ID, supervisor, "right")), originating.CodeRefundMore)
		apptest.Check(t, "declined", b.service.DeclineRefund(t.Context(), h.Account, other.ID, supervisor, "not so much"), nil)
		apptest.Check(t, "state", b.refund(other).State, payment.RefundDeclined)
		b.VerifyClean()
	})
}

func TestRefundRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		unsent := b.pay(h, "300.00")
		card := payment.Payment{ID: payment.ID{UUID: b.DB.NewID()}, AccountID: h.Account}
		_, err := b.ask(h, unsent, "100.00", supervisor)
		apptest.Check(t, "before it is sent", fault.CodeOf(err), originating.CodeRefundEarly)
		b.build("2026-11-20")
		b.At("2026-11-25") // settled on the 23rd: it can still come back
		_, err = b.ask(h, unsent, "100.00", supervisor)
		apptest.Check(t, "before it is final", fault.CodeOf(err), originating.CodeRefundEarly)
		b.At("2026-11-27")
		_, err = b.ask(h, card, "1.00", supervisor)
		apptest.Check(t, "not from a bank account", fault.CodeOf(err), originating.CodeRefundMethod)
		for amount, code := range map[string]string{"0.00": payment.CodeAmountNotPositive, "-1.00": payment.CodeAmountNotPositive, "200.01": originating.CodeRefundMore} {
			_, err = b.ask(h, unsent, amount, supervisor)
			apptest.Check(t, amount, fault.CodeOf(err), code)
		}
		_, err = b.ask(h, unsent, "1.00", access.Actor{Name: "x", Role: access.RoleGuest})
		apptest.Check(t, "by a guest", fault.CodeOf(err), "access.denied")
		_, err = b.ask(h, unsent, "200.00", supervisor)
		apptest.Check(t, "all that is left", err, nil)
		b.VerifyClean()
	})
}

// ACH-36: a duplicate is taken back and reversed by two people.
func TestReversal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		p := b.pay(h, "60.00")
		b.build("2026-11-20")
		b.send("2026-11-20")
		b.At("2026-11-23")
		wrong := b.entry(p)
		ask := store.ACHReversal{AccountID: h.Account, Entry: wrong.ID, Why: ach.WhyDuplicate, FoundAt: b.Clock.Now(), Reason: "debited twice"}
		apptest.Check(t, "by an agent", fault.CodeOf(b.service.AskReversal(t.Context(), ask, agent)), "access.denied")
		apptest.Check(t, "asked", b.service.AskReversal(t.Context(), ask, treasurer), nil)
		apptest.Check(t, "asked again", fault.CodeOf(b.service.AskReversal(t.Context(), ask, supervisor)), store.CodeDuplicate)
		approve := func(by access.Actor) string {
			return fault.CodeOf(b.service.ApproveReversal(t.Context(), h.Account, wrong.ID, by, "seen"))
		}
		apptest.Check(t, "approved by whoever asked", approve(treasurer), access.CodeTwoPeople)
		b.At("2026-11-23 20:00:01")
		apptest.Check(t, "after the file of the day", approve(supervisor), ach.CodeReverseFound)
		b.At("2026-11-23 19:59:00")
		apptest.Check(t, "approved", approve(supervisor), "")
		apptest.Check(t, "owed again", b.Owed(h), apptest.Amount("100.00"))
		b.At("2026-11-23 20:00:30")
		b.build("2026-11-23")
		b.send("2026-11-23")
		_, lines := b.read(b.files()[1].Name)
		apptest.Check(t, "entry", lines, []line{{"220 PPD REVERSAL 261124", "110000000000002", "60.00", "Ana Testperson", string(h.SubscriberID)}})
		b.VerifyClean()
	})
}

// The 24 hours and the five bank days count until the file that the reversal
// leaves with, not until somebody has approved it (ACH-36).
func TestReversalCountsToItsFile(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, found, asked, code string }{
		{"on Friday evening, after the file", "2026-11-27 20:30:00", "2026-11-27 21:00:00", ach.CodeReverseFound}, // leaves on Monday
		{"on Friday, before the file", "2026-11-27 09:00:00", "2026-11-27 19:00:00", ""},
		{"on a weekend", "2026-11-28 10:00:00", "2026-11-28 11:00:00", ach.CodeReverseFound},
		{"in the evening, for the next one", "2026-11-24 20:30:00", "2026-11-25 09:00:00", ""},
		{"yesterday before the file", "2026-11-24 19:30:00", "2026-11-25 09:00:00", ach.CodeReverseFound}, // 24.5 hours
		{"on the last evening", "2026-11-30 09:00:00", "2026-11-30 19:59:00", ""},                         // settles on 1 December, the fifth bank day
		{"after the file of the last evening", "2026-11-30 20:30:00", "2026-11-30 20:40:00", ach.CodeReverseLate},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				h := b.household()
				p := b.pay(h, "60.00")
				b.build("2026-11-20") // settles on Monday the 23rd
				b.send("2026-11-20")
				ask := store.ACHReversal{AccountID: h.Account, Entry: b.entry(p).ID, Why: ach.WhyAmount, Reason: "wrong"}
				b.At(c.found)
				ask.FoundAt = b.Clock.Now()
				b.At(c.asked)
				apptest.Check(t, "asked", fault.CodeOf(b.service.AskReversal(t.Context(), ask, treasurer)), c.code)
				if c.code == "" {
					apptest.Check(t, "approved", b.service.ApproveReversal(t.Context(), h.Account, ask.Entry, supervisor, "seen"), nil)
				}
			})
		})
	}
}

func TestReversalRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		p := b.pay(h, "60.00")
		ask := store.ACHReversal{AccountID: h.Account, Entry: b.entry(p).ID, Why: ach.WhyAmount, FoundAt: b.Clock.Now(), Reason: "wrong"}
		apptest.Check(t, "not sent", fault.CodeOf(b.service.AskReversal(t.Context(), ask, treasurer)), ach.CodeReverseUnsent)
		b.build("2026-11-20")
		b.At("2026-12-01")
		ask.FoundAt = b.Clock.Now()
		apptest.Check(t, "too late", fault.CodeOf(b.service.AskReversal(t.Context(), ask, treasurer)), ach.CodeReverseLate)
	})
}
