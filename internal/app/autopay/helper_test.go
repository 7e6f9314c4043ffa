package autopay_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
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

// Who saved a bank account lets it be debited, nobody else (REG-40): a helper is
// offered their own and can not change on which day the member's is debited.
func TestAHelperDebitsTheirOwnBankAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		w.At("2026-01-01")
		h := w.Household(medical())
		w.Bill("2026-01")
		m := w.TurnOn(w.autopay, h, 15)
		helper := autopay.Who{Person: w.DB.NewID(), Role: access.RoleDelegateAutoPay}
		offered := func(who autopay.Who) []string {
			offer, err := w.autopay.Offer(t.Context(), who, h.Account)
			if err != nil {
				t.Fatal(err)
			}
			var last []string
			for _, a := range offer.Saved {
				last = append(last, a.LastFour)
			}
			return last
		}
		change := autopay.Change{Operation: w.DB.NewID(), Account: h.Account, Who: helper, Given: apptest.Given(), Terms: m.Terms}
		change.Terms.Day = 23
		_, err := w.autopay.Change(t.Context(), change)
		wantCode(t, "the member's bank account on another day", err, autopay.CodeNotSaved)
		own, err := w.autopay.Save(t.Context(), autopay.Save{Account: h.Account, Who: helper, Bank: payment.BankAccount{
			HolderName: "Ben Helper", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret("000987654321"),
		}})
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "the member is offered", offered(w.Member()), []string{"6789"})
		apptest.Check(t, "the helper is offered", offered(helper), []string{"4321"})
		change.Terms.BankAccount = own.ID
		if _, err := w.autopay.Change(t.Context(), change); err != nil {
			t.Errorf("the helper's own: %v", err)
		}
	})
}
