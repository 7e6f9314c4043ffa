package originating_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// When no service can tell whether an account takes debits, its bank is asked by
// an entry of $0, and nothing is debited before it had three bank days to object
// (R-AUTO-8, ACH-10).
func TestPrenote(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		p := *b.Profile
		p.ACH.Unverified = profile.Always(profile.UnverifiedPrenote)
		b.Profile = &p
		pay := b.NewPaying(nil)
		people := b.NewAutoPay(pay)
		h := b.household()
		b.Validator.Answer = payment.ValidationUnavailable
		saved, err := people.Save(t.Context(), autopay.Save{Account: h.Account, Who: b.Member(), Bank: payment.BankAccount{
			HolderName: "Ana Testperson", Type: payment.AccountSavings, Routing: "110000000", Number: pii.NewSecret("000123456789"),
		}})
		apptest.Check(t, "saved, and waits", saved.Waits && err == nil, true)
		apptest.Check(t, "AutoPay with it", turnOn(t, b, people, h, saved), nil)
		built := b.build("2026-11-20")
		apptest.Check(t, "built", built, originating.Built{Files: 1, Totals: ach.Totals{Entries: 1}})
		b.send("2026-11-20")
		_, lines := b.read(b.files()[0].Name)
		apptest.Check(t, "entry", lines, []line{{"225 WEB PREMIUM 261123", "110000000000001", "0.00", "Ana Testperson", string(h.SubscriberID)}})
		b.InTx(func(tx *store.Tx) error {
			return people.Prenoted(tx, h.Account, saved.ID, "", apptest.Date("2026-11-27"))
		})
		all, err := people.SavedAccounts(t.Context(), b.Member(), h.Account)
		apptest.Check(t, "waits, once the bank has been silent", len(all) == 1 && all[0].Waits || err != nil, false)
		b.VerifyClean()
	})
}

// An account that its bank does not know is no longer there, and AutoPay that
// waited for it is off.
func TestPrenoteObjectedTo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		p := *b.Profile
		p.ACH.Unverified = profile.Always(profile.UnverifiedPrenote)
		b.Profile = &p
		people := b.NewAutoPay(b.NewPaying(nil))
		h := b.household()
		b.Validator.Answer = payment.ValidationUnavailable
		bank := payment.BankAccount{HolderName: "Ana Testperson", Type: payment.AccountSavings, Routing: "110000000", Number: pii.NewSecret("000123456789")}
		saved, err := people.Save(t.Context(), autopay.Save{Account: h.Account, Who: b.Member(), Bank: bank})
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "AutoPay that waits", turnOn(t, b, people, h, saved), nil)
		b.InTx(func(tx *store.Tx) error {
			return people.Prenoted(tx, h.Account, saved.ID, "R03", apptest.Date("2026-11-25"))
		})
		apptest.Check(t, "its mandate", b.Rows("SELECT state || ' ' || reason FROM mandate"), []string{"stopped bank_account"})
		apptest.Check(t, "letters", b.Rows("SELECT kind FROM mandate_letter ORDER BY letter_id"), []string{"on", "off"})
		apptest.Check(t, "AutoPay with it", fault.CodeOf(turnOn(t, b, people, h, saved)), autopay.CodeNotSaved)
		b.Validator.Answer = payment.ValidationRefused
		_, err = people.Save(t.Context(), autopay.Save{Account: h.Account, Who: b.Member(), Bank: bank})
		apptest.Check(t, "a service that says no is believed", fault.CodeOf(err), paying.CodeBankRefused)
	})
}

// exec runs a statement that is none of the store's.
func (b *bench) exec(text string) error {
	var err error
	if pool := b.DB.PostgresPool(); pool != nil {
		_, err = pool.Exec(b.TB.Context(), text)
	} else {
		_, err = b.DB.SQLiteWriter().ExecContext(b.TB.Context(), text)
	}
	return err
}

func turnOn(t *testing.T, b *bench, s *autopay.Service, h apptest.Household, saved autopay.SavedAccount) error {
	t.Helper()
	_, err := s.TurnOn(t.Context(), autopay.TurnOn{
		Operation: b.DB.NewID(), Account: h.Account, Who: b.Member(), Given: apptest.Given(),
		Terms: mandate.Terms{BankAccount: saved.ID, Day: 15, Notice: mandate.NoticeAlways},
	})
	return err
}
