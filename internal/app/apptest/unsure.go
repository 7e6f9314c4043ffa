package apptest

import (
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Unsure makes a world where no service can vouch for a bank account, and says
// what happens then. Services that are made before do not know of it.
func (w *World) Unsure(then profile.Unverified) {
	p := *w.Profile
	p.ACH.Unverified = profile.Always(then)
	w.Profile = &p
	w.Validator.Answer = payment.ValidationUnavailable
}

// verification finds the one that a household has under way.
func (w *World) verification(h Household) (v ach.Verification, m ach.Micro) {
	w.TB.Helper()
	w.InTx(func(tx *store.Tx) error {
		all, err := tx.VerificationsOf(h.Account)
		if err != nil || len(all) != 1 {
			w.TB.Fatalf("%d verifications, %v", len(all), err)
		}
		v = all[0]
		m, err = tx.MicroOf(v)
		return err
	})
	return v, m
}

// MicroArrived lets a household's micro-entries arrive today.
func (w *World) MicroArrived(h Household) {
	w.TB.Helper()
	v, _ := w.verification(h)
	open := v.Open(ach.MicroRules{AnswerDays: w.Profile.ACH.MicroAnswerDays.On(w.Today())}, w.Today(), w.Today())
	w.InTx(func(tx *store.Tx) error {
		tx.UpdateVerification(open, v.State, w.Today())
		return nil
	})
}

// ConfirmBank tells the amounts of micro-entries that have arrived.
func (w *World) ConfirmBank(s *autopay.Service, h Household) {
	w.TB.Helper()
	v, m := w.verification(h)
	in := autopay.Confirm{Account: h.Account, Who: w.Member(), Bank: v.Bank, Amounts: [2]money.Amount{m.First, m.Second}}
	if c, err := s.Confirm(w.TB.Context(), in); err != nil || c.Answer != ach.AnswerRight {
		w.TB.Fatalf("%+v, %v", c, err)
	}
}
