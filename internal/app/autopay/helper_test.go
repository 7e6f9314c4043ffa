package autopay_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// A16: with the helper goes what the helper has agreed to, at once, and the
// members are told (M13). What is with the bank already is the last; another
// person's AutoPay goes on.
func TestAHelpersMandateEndsWithThem(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		helper := identity.PersonID{UUID: w.Member().Person}
		leaves := func(h apptest.Household, who identity.PersonID) (was bool) {
			w.InTx(func(tx *store.Tx) (err error) {
				was, err = w.autopay.HelperLeft(tx, h.Account, who, "person:ana")
				return err
			})
			return was
		}
		early, late, none := w.household(23, medical()), w.household(23, medical()), w.Household(medical())
		w.live("2026-02-05")
		if leaves(early, identity.PersonID{UUID: early.Account.UUID}) || leaves(none, helper) {
			t.Error("somebody else's mandate ended, or one that is none")
		}
		if !leaves(early, helper) || leaves(early, helper) {
			t.Error("the mandate did not end, or twice")
		}
		w.live("2026-02-20") // the file of 23 February is with the bank
		if !leaves(late, helper) {
			t.Error("the mandate did not end")
		}
		w.live("2026-03-24")
		w.wantDrafts(early, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 canceled helper_left 103")
		w.wantDrafts(late, "2026-02 on 2026-01-23 frozen 103", "2026-03 on 2026-02-23 frozen 103")
		states := w.states(early)
		apptest.Check(t, "early", states[len(states)-1], "2026-02-05 stopped helper_left")
		states = w.states(late)
		apptest.Check(t, "late", states[len(states)-1], "2026-02-23 stopped member")
		letters := w.letters(early)
		apptest.Check(t, "letter", letters[len(letters)-1], "2026-02-05 stopped")
		w.VerifyClean()
	})
}
