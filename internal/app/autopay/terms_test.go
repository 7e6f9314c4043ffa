package autopay_test

import (
	"fmt"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

func TestWhatCanNotBeTurnedOn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		w.At("2026-01-01")
		h := w.Household(medical())
		w.Bill("2026-01")
		bank := w.bank(h)
		good := autopay.TurnOn{
			Account: h.Account, Who: w.Member(), Given: apptest.Given(), Terms: mandate.Terms{BankAccount: bank, Day: 15, Notice: mandate.NoticeAlways},
		}
		for _, c := range []struct {
			name   string
			change func(*autopay.TurnOn)
			code   string
		}{
			{"another day", func(x *autopay.TurnOn) { x.Terms.Day = 1 }, autopay.CodeDay},
			{"no day", func(x *autopay.TurnOn) { x.Terms.Day = 0 }, autopay.CodeDay},
			{"a bank account that nobody saved", func(x *autopay.TurnOn) { x.Terms.BankAccount = payment.BankAccountID{UUID: w.DB.NewID()} }, autopay.CodeNotSaved},
			{"a bank account that somebody else saved", func(x *autopay.TurnOn) { x.Who = autopay.Who{Person: w.DB.NewID(), Role: access.RoleDelegateAutoPay} }, autopay.CodeNotSaved},
			{"no bank account", func(x *autopay.TurnOn) { x.Terms.BankAccount = payment.BankAccountID{} }, autopay.CodeNotSaved},
			{"a cap below the first amount", func(x *autopay.TurnOn) { x.Terms.Cap = apptest.Amount("102.99") }, autopay.CodeCapLow},
			{"a cap below zero", func(x *autopay.TurnOn) { x.Terms.Cap = money.Cents(-1) }, autopay.CodeCapLow},
			{"no choice of notice", func(x *autopay.TurnOn) { x.Terms.Notice = "" }, autopay.CodeNoticeOver},
			{"an unknown one", func(x *autopay.TurnOn) { x.Terms.Notice = "never" }, autopay.CodeNoticeOver},
			{"a range of nothing", func(x *autopay.TurnOn) { x.Terms.Notice = mandate.NoticeOver }, autopay.CodeNoticeOver},
			{"no words", func(x *autopay.TurnOn) { x.Given.Wording = "" }, autopay.CodeNoWording},
			{"no version of the words", func(x *autopay.TurnOn) { x.Given.TextVersion = "" }, autopay.CodeNoWording},
			{"nobody", func(x *autopay.TurnOn) { x.Who = autopay.Who{} }, "access.unauthenticated"},
			{"a guest", func(x *autopay.TurnOn) { x.Who.Role = access.RoleGuest }, "access.denied"},
			{"who may only pay", func(x *autopay.TurnOn) { x.Who.Role = access.RoleDelegatePay }, "access.denied"},
			{"an agent", func(x *autopay.TurnOn) { x.Who.Role = access.RoleAgent }, "access.denied"},
		} {
			bad := good
			bad.Operation = w.DB.NewID()
			c.change(&bad)
			_, err := w.autopay.TurnOn(t.Context(), bad)
			wantCode(t, c.name, err, c.code)
		}
		apptest.Check(t, "nothing was stored", w.Rows("SELECT state FROM mandate"), []string(nil))

		good.Operation = w.DB.NewID()
		first, err := w.autopay.TurnOn(t.Context(), good)
		if err != nil {
			t.Fatal(err)
		}
		again, err := w.autopay.TurnOn(t.Context(), good)
		if err != nil || again.ID != first.ID {
			t.Errorf("again: %v, %v", again.ID, err)
		}
		other := good
		other.Terms.Day = 23
		_, err = w.autopay.TurnOn(t.Context(), other)
		wantCode(t, "the same operation for something else", err, autopay.CodeOther)
		other.Operation = w.DB.NewID()
		_, err = w.autopay.TurnOn(t.Context(), other)
		wantCode(t, "while it is on", err, autopay.CodeOn)
		apptest.Check(t, "one mandate, one letter", []int{len(w.states(h)), len(w.letters(h))}, []int{1, 1})
	})
}

func TestNobodyCoveredNoAutoPay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		w.At("2026-06-02")
		h := w.Household(medical().Until("2026-02"))
		_, err := w.autopay.TurnOn(t.Context(), autopay.TurnOn{
			Operation: w.DB.NewID(), Account: h.Account, Who: w.Member(), Given: apptest.Given(),
			Terms: mandate.Terms{BankAccount: w.bank(h), Day: 15, Notice: mandate.NoticeAlways},
		})
		wantCode(t, "no coverage", err, autopay.CodeNoCoverage)
	})
}

func TestSavedBankAccounts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		h := w.household(15, medical())
		used := w.status(h).Mandate.BankAccount
		w.At("2026-01-02 13:00:00")
		second := w.SaveBank(w.autopay, h, "000987654321")
		me, ctx := w.Member(), t.Context()
		wantCode(t, "AutoPay uses it", w.autopay.Remove(ctx, me, h.Account, used), autopay.CodeInUse)
		wantCode(t, "not saved", w.autopay.Remove(ctx, me, h.Account, payment.BankAccountID{UUID: w.DB.NewID()}), autopay.CodeNotSaved)
		wantCode(t, "not saved", w.autopay.Rename(ctx, me, h.Account, payment.BankAccountID{UUID: w.DB.NewID()}, "Joint"), autopay.CodeNotSaved)
		wantCode(t, "too long", w.autopay.Rename(ctx, me, h.Account, second, "a nickname that nobody can read in a list"), autopay.CodeNickname)
		if err := w.autopay.Rename(ctx, me, h.Account, second, " Joint "); err != nil {
			t.Error(err)
		}
		list := func() (all []string) {
			saved, err := w.autopay.SavedAccounts(ctx, me, h.Account)
			if err != nil {
				t.Fatal(err)
			}
			for _, b := range saved {
				all = append(all, fmt.Sprintf("%s %q %t", b.LastFour, b.Nickname, b.InUse))
			}
			return all
		}
		apptest.Check(t, "saved", list(), []string{`6789 "" true`, `4321 "Joint" false`})
		if err := w.autopay.Remove(ctx, me, h.Account, second); err != nil {
			t.Error(err)
		}
		apptest.Check(t, "saved", list(), []string{`6789 "" true`})
		w.Validator.Answer = payment.ValidationRefused
		_, err := w.autopay.Save(ctx, autopay.Save{Account: h.Account, Who: me, Bank: payment.BankAccount{HolderName: "Ana", Type: payment.AccountChecking, Routing: "110000000", Number: secret("000111111113")}})
		wantCode(t, "refused", err, "bank.refused")
		apptest.Check(t, "saved", list(), []string{`6789 "" true`})
	})
}

// The bank tells of another number: AutoPay and the saved account go on with
// that (ACH-40).
func TestCorrectedByTheBank(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		h := w.household(15, medical())
		from := w.status(h).Mandate.BankAccount
		var to payment.BankAccountID
		var used bool
		w.InTx(func(tx *store.Tx) (err error) {
			if to, err = tx.PutBankAccount(payment.BankAccount{AccountID: h.Account, HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "110000000", Number: secret("000555566667")}, "C01"); err != nil {
				return err
			}
			used, err = w.autopay.Corrected(tx, h.Account, from, to, "C01", w.Today())
			return err
		})
		s := w.status(h)
		apptest.Check(t, "goes on with", []any{used, s.Mandate.BankAccount == to, s.Bank.LastFour}, []any{true, true, "6667"})
		w.live("2026-01-16")
		apptest.Check(t, "debited", w.Rows(fmt.Sprintf("SELECT id_text(bank_account_id) FROM ach_entry WHERE id_text(account_id) = '%s' AND mandate_id IS NOT NULL", h.Account)), []string{to.String()})
	})
}

// A saved account that AutoPay does not use is corrected: the member is told as
// well (ACH-40).
func TestCorrectionOfASavedAccountIsTold(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		h := w.household(15, medical())
		from := w.SaveBank(w.autopay, h, "000987654321")
		var to payment.BankAccountID
		w.InTx(func(tx *store.Tx) (err error) {
			if to, err = tx.PutBankAccount(payment.BankAccount{AccountID: h.Account, HolderName: "Ana Testperson", Type: payment.AccountChecking, Routing: "110000000", Number: secret("000555566667")}, "C01"); err != nil {
				return err
			}
			_, err = w.autopay.Corrected(tx, h.Account, from, to, "C01", w.Today())
			return err
		})
		letters := w.Rows(`SELECT kind || ' ' || id_text(mandate_id) FROM mandate_letter WHERE kind LIKE '%corrected' ORDER BY letter_id`)
		apptest.Check(t, "letters", letters, []string{"bank_corrected " + to.String()})
	})
}

// The bill of the month is out: the check page tells of it, and what AutoPay
// comes too late for.
func TestOffer(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, w town) {
		w.At("2026-11-01")
		h := w.Household(apptest.Medical("2026-11", "124.50").Renewed())
		w.Bill("2026-11")
		w.pay(h, "124.50")
		w.Bill("2026-12")
		w.At("2026-11-20 14:00:00") // usability task 17
		offer, err := w.autopay.Offer(t.Context(), w.Member(), h.Account)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "cap", []money.Amount{offer.LeastCap, offer.DefaultCap}, []money.Amount{apptest.Amount("124.50"), apptest.Amount("187.00")})
		on15, on23 := offer.Days[0], offer.Days[1]
		apptest.Check(t, "the 15th", []any{on15.First, on15.Amount, on15.Known, on15.DaysDue, *on15.Unpaid},
			[]any{apptest.Date("2026-12-15"), apptest.Amount("124.50"), false, 8, autopay.UnpaidBill{Month: apptest.Month("2026-12"), Amount: apptest.Amount("124.50"), DueOn: apptest.Date("2026-11-23")}})
		apptest.Check(t, "the 23rd", []any{on23.First, on23.Amount, on23.Known, on23.DaysDue, on23.Unpaid == nil}, []any{apptest.Date("2026-11-23"), apptest.Amount("124.50"), true, 0, true})
		w.At("2026-11-20 20:00:01")
		if offer, err = w.autopay.Offer(t.Context(), w.Member(), h.Account); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "after the cut-off", []any{offer.Days[1].First, offer.Days[1].Unpaid != nil}, []any{apptest.Date("2026-12-23"), true})
	})
}
