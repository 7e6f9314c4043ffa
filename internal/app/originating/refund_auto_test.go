package originating_test

import (
	"fmt"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// over is a household whose only month was December 2026, for 300.00, and that
// paid so much more in one debit.
func (b *bench) over(more string) apptest.Household {
	b.TB.Helper()
	h := b.Household(apptest.Medical("2026-12", "300.00").Renewed().Until("2026-12"))
	b.Bill("2026-12")
	b.pay(h, apptest.Amount("300.00").Add(apptest.Amount(more)).String())
	return h
}

func (b *bench) autoRefund(date string) originating.AutoRefunded {
	b.TB.Helper()
	done, err := b.service.AutoRefund(b.TB.Context(), apptest.Date(date))
	if err != nil {
		b.TB.Fatal(err)
	}
	return done
}

func (b *bench) refundsOf(h apptest.Household) []string {
	b.TB.Helper()
	return b.Rows(fmt.Sprintf(`SELECT state || ' ' || CAST(amount_cents AS TEXT) || ' by ' || decided_by FROM refund WHERE id_text(account_id) = '%s' ORDER BY refund_id`, h.Account))
}

// Sixty days after coverage ended credit of more than $1 goes back by itself, to
// the account it came from; not a day before, and once (R-PAY-8).
func TestAutoRefund(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h, little := b.over("400.00"), b.over("1.00")
		covered := b.Household(apptest.Medical("2026-12", "100.00").Renewed().Until("2027-06"))
		b.Bill("2026-12")
		b.pay(covered, "350.00")
		b.build("2026-11-20")
		b.send("2026-11-20")
		for _, day := range []string{"2026-12-31", "2027-02-28"} {
			b.At(day)
			b.Night()
			apptest.Check(t, day, b.autoRefund(day), originating.AutoRefunded{})
		}
		b.At("2027-03-01")
		apptest.Check(t, "the 60th day", b.autoRefund("2027-03-01"), originating.AutoRefunded{Refunds: 1, Amount: apptest.Amount("400.00")})
		apptest.Check(t, "again", b.autoRefund("2027-03-01"), originating.AutoRefunded{})
		apptest.Check(t, "refund", b.refundsOf(h), []string{"approved 40000 by system"})
		apptest.Check(t, "just a dollar, and one who is covered", len(b.refundsOf(little))+len(b.refundsOf(covered)), 0)
		b.build("2027-03-01")
		b.send("2027-03-01")
		_, lines := b.read("ACH-20270301-A.ach")
		apptest.Check(t, "entry", []string{lines[0].Batch, lines[0].Amount, lines[0].ID}, []string{"220 PPD REFUND 270302", "400.00", string(h.SubscriberID)})
		b.VerifyClean()
	})
}

// Above the limit of one person another approves; what was declined, or came
// back, is not asked for every night.
func TestAutoRefundOfTwoPeople(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h, other := b.over("500.01"), b.over("600.00")
		b.build("2026-11-20")
		b.send("2026-11-20")
		b.At("2027-03-02")
		b.Night()
		apptest.Check(t, "asked", b.autoRefund("2027-03-02"), originating.AutoRefunded{Asked: 2})
		apptest.Check(t, "again", b.autoRefund("2027-03-02"), originating.AutoRefunded{})
		waiting, err := b.service.RefundsAsked(t.Context(), payment.Refund{}, 10)
		if err != nil || len(waiting) != 2 {
			t.Fatalf("%d wait, %v", len(waiting), err)
		}
		for _, r := range waiting {
			if r.AccountID == h.Account {
				err = b.service.ApproveRefund(t.Context(), r.AccountID, r.ID, agent, "right")
				apptest.Check(t, "by an agent", fault.CodeOf(err), "access.denied")
				err = b.service.ApproveRefund(t.Context(), r.AccountID, r.ID, supervisor, "right")
				b.hear(r, func(tx *store.Tx, e ach.Entry) error {
					return originating.Refunds{}.CameBack(tx, e, "R02", apptest.Date("2027-03-05"))
				})
			} else {
				err = b.service.DeclineRefund(t.Context(), r.AccountID, r.ID, treasurer, "they come back in April")
			}
			apptest.Check(t, "decided", err, nil)
		}
		apptest.Check(t, "states", append(b.refundsOf(h), b.refundsOf(other)...), []string{"failed 50001 by staff:sam", "declined 60000 by staff:tess"})
		b.At("2027-03-08")
		apptest.Check(t, "left to people", b.autoRefund("2027-03-08"), originating.AutoRefunded{})
		b.VerifyClean()
	})
}
