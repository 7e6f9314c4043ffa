package paying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// fromAccount pays by bank from the account, as a member who is signed in does.
func (w *till) fromAccount(h apptest.Household, amount string) payment.Payment {
	w.t.Helper()
	o := w.bankOrder(h, amount)
	o.Channel = payment.ChannelWebAccount
	p, err := w.s.PayByBank(w.t.Context(), o)
	if err != nil {
		w.t.Fatal(err)
	}
	return p
}

// A12: what is not with the bank yet can be canceled. Nothing is taken, what it
// had paid is open again, and no bank is said to have sent anything back.
func TestCancel(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.Household(apptest.Medical("2026-01", "124.50").Renewed().Until("2027-06"))
		w.Bill("2026-12")
		p := w.fromAccount(h, "124.50")
		me := as(h, access.RoleMember)
		own, err := w.s.OwnPayment(t.Context(), me, p.Confirmation)
		if err != nil || own.CancelBy != w.Profile.NextFile(w.Clock.Now()) {
			t.Fatalf("can be canceled until %s, %v", own.CancelBy, err)
		}
		for _, role := range access.Roles {
			if err := w.s.Cancel(t.Context(), as(h, role), "7F3K92QM4X"); fault.Is(err, "access.denied") == access.Allowed(role, access.CancelPayment) {
				t.Errorf("%s: %v", role, err)
			}
		}
		for range 2 {
			if err := w.s.Cancel(t.Context(), me, p.Confirmation); err != nil {
				t.Fatal(err)
			}
		}
		apptest.Check(t, "owed again", w.Owed(h), apptest.Amount("124.50"))
		apptest.Check(t, "entry", w.Rows("SELECT state FROM ach_entry"), []string{"dropped"})
		own, err = w.s.OwnPayment(t.Context(), me, p.Confirmation)
		if err != nil || own.ReturnCode != payment.Canceled || !own.CancelBy.IsZero() {
			t.Errorf("afterwards %+v, %v", own, err)
		}
		err = w.DB.Read(t.Context(), "letters", func(tx *store.ReadTx) error {
			all, err := tx.ReturnsWithoutLetter("payment_returned", w.Today().AddDays(-5), store.ReturnedPayment{}, 10)
			apptest.Check(t, "letters about a bank that did nothing", len(all), 0)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		w.VerifyClean()
	})
}

// What is with the bank, was paid by somebody who was not signed in, or by
// another way, can not be canceled here.
func TestWhatCanNotBeCanceled(t *testing.T) {
	t.Parallel()
	eachTill(t, func(t *testing.T, w *till) {
		h := w.Household(apptest.Medical("2026-01", "124.50").Renewed().Until("2027-06"))
		w.Bill("2026-12")
		me := as(h, access.RoleMember)
		sent := w.fromAccount(h, "20.00")
		files := originating.New(originating.Config{DB: w.DB, Profile: w.Profile, Log: w.Log})
		if _, err := files.Build(t.Context(), w.Today()); err != nil {
			t.Fatal(err)
		}
		guest := w.payByBank(h, "30.00")
		for name, number := range map[string]ident.Confirmation{"with the bank": sent.Confirmation, "by a guest": guest.Confirmation} {
			if err := w.s.Cancel(t.Context(), me, number); !fault.Is(err, paying.CodeTooLate) {
				t.Errorf("%s: %v", name, err)
			}
		}
		other := w.Household(apptest.Medical("2026-01", "124.50").Renewed())
		if err := w.s.Cancel(t.Context(), as(other, access.RoleMember), sent.Confirmation); fault.KindOf(err) != fault.NotFound {
			t.Errorf("somebody else's: %v", err)
		}
	})
}
