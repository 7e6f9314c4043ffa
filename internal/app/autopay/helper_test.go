package autopay_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
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

// shared is a bank account that a member and a helper both save.
type shared struct {
	town
	t      *testing.T
	h      apptest.Household
	member autopay.Who
	helper autopay.Who
	paying *paying.Service
}

func newShared(t *testing.T, w town) shared {
	t.Helper()
	w.At("2026-01-01")
	s := shared{town: w, t: t, h: w.Household(medical()), member: w.Member(), helper: autopay.Who{Person: w.DB.NewID(), Role: access.RoleDelegateAutoPay}, paying: w.NewPaying(nil)}
	w.Bill("2026-01")
	return s
}

func (s shared) save(who autopay.Who, nickname string) autopay.SavedAccount {
	s.t.Helper()
	saved, err := s.autopay.Save(s.t.Context(), autopay.Save{Account: s.h.Account, Who: who, Nickname: nickname, Bank: payment.BankAccount{
		HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "110000000", Number: pii.NewSecret("000123456789"),
	}})
	if err != nil {
		s.t.Fatal(err)
	}
	return saved
}

// list is what somebody sees of the saved accounts: "6789 Home mine".
func (s shared) list(who autopay.Who) (all []string) {
	s.t.Helper()
	saved, err := s.autopay.SavedAccounts(s.t.Context(), who, s.h.Account)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, a := range saved {
		line := a.LastFour + " " + a.Nickname
		if a.Mine {
			line += " mine"
		}
		if a.Waits {
			line += " waits"
		}
		all = append(all, line)
	}
	return all
}

func (s shared) pay(who autopay.Who, bank payment.BankAccountID) error {
	_, err := s.paying.PayBySaved(s.t.Context(), identity.Who{Person: identity.PersonID{UUID: who.Person}, Account: s.h.Account, Role: access.RoleMember}, paying.SavedOrder{
		Bank: bank, Order: paying.Order{
			Operation: s.paying.NewOperation(), Account: s.h.Account, Channel: payment.ChannelWebAccount, Amount: apptest.Amount("1.00"), Language: "en",
			Authorization: payment.Authorization{Version: "1", Wording: "One payment.", Network: "n", SessionHash: "s"},
		},
	})
	return err
}

// A bank account that two people saved is each one's: with a name of their own,
// and debited by either, whoever saved it last; and what one removes stays the
// other's (REG-40).
func TestTwoPeopleSaveTheSameBankAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		s := newShared(t, w)
		first, second := s.save(s.member, "Home"), s.save(s.helper, "Ana's")
		if first.ID != second.ID {
			t.Fatalf("stored twice: %s and %s", first.ID, second.ID)
		}
		apptest.Check(t, "the member sees", s.list(s.member), []string{"6789 Home mine"})
		apptest.Check(t, "the helper sees", s.list(s.helper), []string{"6789 Ana's mine"})
		for name, who := range map[string]autopay.Who{"the member": s.member, "the helper": s.helper} {
			if err := s.pay(who, first.ID); err != nil {
				t.Errorf("%s pays from it: %v", name, err)
			}
		}
		stranger := autopay.Who{Person: w.DB.NewID(), Role: access.RoleMember}
		wantCode(t, "a third person", s.pay(stranger, first.ID), "payment.other_person")
		if err := s.autopay.Rename(t.Context(), s.member, s.h.Account, first.ID, "House"); err != nil {
			t.Fatal(err)
		}
		m := w.TurnOn(w.autopay, s.h, 15) // the member saves it once more for that
		apptest.Check(t, "AutoPay takes it from", m.BankAccount, first.ID)
		wantCode(t, "removed while AutoPay goes by it", s.autopay.Remove(t.Context(), s.member, s.h.Account, first.ID), autopay.CodeInUse)
		if err := s.autopay.Remove(t.Context(), s.helper, s.h.Account, first.ID); err != nil {
			t.Errorf("the helper removes theirs: %v", err)
		}
		apptest.Check(t, "the member sees still", s.list(s.member), []string{"6789  mine"})
		apptest.Check(t, "the helper sees", s.list(s.helper), []string{"6789 "})
		if err := s.pay(s.member, first.ID); err != nil {
			t.Errorf("the member pays from it still: %v", err)
		}
		w.VerifyClean()
	})
}

// Who saves a bank account that somebody else of the account has under check
// waits with them for the one answer, and has it when it comes.
func TestTwoPeopleWaitForOneAnswer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		w.Unsure(profile.UnverifiedMicro)
		w.autopay = w.NewAutoPay(w.NewPaying(nil))
		s := newShared(t, w)
		bank := s.save(s.member, "Home").ID
		s.save(s.helper, "Ana's")
		apptest.Check(t, "the helper sees", s.list(s.helper), []string{"6789 Ana's mine waits"})
		wantCode(t, "the helper pays too early", s.pay(s.helper, bank), ach.CodeBankWaits)
		if err := s.autopay.Remove(t.Context(), s.helper, s.h.Account, bank); err != nil { // the member's check goes on
			t.Fatal(err)
		}
		s.save(s.helper, "Ana's again")
		w.MicroArrived(s.h)
		w.ConfirmBank(w.autopay, s.h)
		for name, who := range map[string]autopay.Who{"the member": s.member, "the helper": s.helper} {
			if err := s.pay(who, bank); err != nil {
				t.Errorf("%s, once it is confirmed: %v", name, err)
			}
		}
		later := autopay.Who{Person: w.DB.NewID(), Role: access.RoleDelegateAutoPay}
		s.save(later, "") // the service is silent still, and the answer is there
		if err := s.pay(later, bank); err != nil {
			t.Errorf("a third person, later: %v", err)
		}
		w.VerifyClean()
	})
}
