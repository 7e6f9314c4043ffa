package receiving_test

import (
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// drafted is a household whose AutoPay debit of 100.00 is with the bank.
func drafted(b *bench) (h apptest.Household, auto *autopay.Service, trace string) {
	b.TB.Helper()
	auto = b.NewAutoPay(b.paying)
	b.service = receiving.New(receiving.Config{
		DB: b.DB, Profile: b.Profile, Payments: b.paying, AutoPay: auto, Refunds: b.hooks, Link: b.mail, Log: b.Log,
	})
	h = b.household()
	b.TurnOn(auto, h, 23)
	b.At("2026-11-20 20:30:00")
	if _, err := auto.Freeze(b.TB.Context(), b.Today()); err != nil {
		b.TB.Fatal(err)
	}
	b.sendFile()
	traces := b.Rows("SELECT trace FROM ach_entry WHERE mandate_id IS NOT NULL")
	if len(traces) != 1 {
		b.TB.Fatalf("%d debits of AutoPay were sent: %v", len(traces), b.Drafts(h))
	}
	return h, auto, traces[0]
}

func (b *bench) mandates() []string { return b.Rows("SELECT state || ' ' || reason FROM mandate") }

// What a return does to AutoPay happens with the return, or not at all
// (ACH-30, ACH-32, ACH-33).
func TestReturnsOfAutoPay(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		code    string
		mandate string
		again   bool   // presented again
		saved   string // bank accounts
		item    string
	}{
		{"R01", "active ", true, "1", "posted return.posted"},
		{"R02", "stopped bank_account", false, "0", "posted return.posted"},
		{"R07", "disputed unauthorized", false, "1", "posted return.posted"},
		{"R08", "stopped bank_stop", false, "1", "posted return.posted"},
		{"R10", "disputed unauthorized", false, "1", "set_aside return.review"},
		{"R12", "stopped bank_account", false, "0", "posted return.posted"},
		{"R15", "stopped bank_account", false, "0", "set_aside return.review"},
		{"R17", "active ", false, "1", "set_aside return.review"},
		{"R24", "active ", false, "1", "set_aside return.our_mistake"},
		{"R28", "stopped bank_account", false, "0", "set_aside return.our_mistake"},
		{"R31", "stopped bank_account", false, "0", "posted return.posted"},
		{"R34", "stopped bank_account", false, "0", "posted return.posted"},
	} {
		t.Run(c.code, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				h, _, trace := drafted(b)
				on := b.after(2)
				b.take("returns", achText(on, notice{code: c.code, trace: trace, cents: 10000}))
				apptest.Check(t, "owed", b.Unpaid(h), []string{"2026-12 medical 100.00"})
				apptest.Check(t, "mandate", b.mandates(), []string{c.mandate})
				drafts := b.Drafts(h)
				apptest.Check(t, "the first draft", drafts[0], "2026-12 on 2026-11-23 frozen 100")
				apptest.Check(t, "presented again", len(drafts) == 2 && strings.HasSuffix(drafts[1], "planned 100 attempt 1"), c.again)
				apptest.Check(t, "saved accounts", b.savedAccounts(), c.saved)
				apptest.Check(t, "item", b.Rows("SELECT state || ' ' || reason FROM bank_item"), []string{c.item})
				letters := []string{"on"}
				if c.mandate != "active " {
					letters = append(letters, "off")
				}
				apptest.Check(t, "letters", b.Rows("SELECT kind FROM mandate_letter ORDER BY letter_id"), letters)
				b.VerifyClean()
			})
		})
	}
}

func (b *bench) savedAccounts() string {
	return b.Rows("SELECT CAST(COUNT(*) AS TEXT) FROM saved_bank_account WHERE removed_on IS NULL")[0]
}

// The bank's word on an account and on a permission holds for money, too, that
// was taken back before (ACH-33); nothing is tried again.
func TestReturnsOfAutoPayTakenBackBefore(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ code, mandate, saved string }{
		{"R01", "active ", "1"},
		{"R02", "stopped bank_account", "0"},
		{"R07", "disputed unauthorized", "1"},
		{"R10", "disputed unauthorized", "1"},
	} {
		t.Run(c.code, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				h, _, trace := drafted(b)
				on := b.after(2)
				if err := b.paying.Return(t.Context(), h.Account, b.Payments(h)[0].ID, "R01", b.Today()); err != nil {
					t.Fatal(err)
				}
				b.take("returns", achText(on, notice{code: c.code, trace: trace, cents: 10000}))
				apptest.Check(t, "owed", b.Owed(h).String(), "100.00")
				apptest.Check(t, "mandate", b.mandates(), []string{c.mandate})
				apptest.Check(t, "saved accounts", b.savedAccounts(), c.saved)
				apptest.Check(t, "drafts", len(b.Drafts(h)), 1)
				apptest.Check(t, "counted", b.Rows("SELECT code FROM ach_return"), []string{c.code})
				b.VerifyClean()
			})
		})
	}
}

// A payment of which something was refunded comes back: the money is for staff
// to settle, and all else follows. It was made by hand from the bank account
// that AutoPay uses, which is closed: AutoPay is off as well.
func TestReturnOfWhatWasRefunded(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h, _, _ := drafted(b)
		p := b.pay(h, "100.00")
		b.sendFile()
		b.after(4)
		_, err := b.out.AskRefund(t.Context(), originating.RefundAsk{
			Operation: payment.RefundID{UUID: b.DB.NewID()}, Account: h.Account, Payment: p.ID, Amount: apptest.Amount("40.00"), By: ann, Reason: "paid too much",
		})
		if err != nil {
			t.Fatal(err)
		}
		b.take("returns", achText(b.Today(), notice{code: "R02", trace: b.entry(p).Trace, cents: 10000}))
		b.take("the same", achText(b.Today(), notice{code: "R02", trace: b.entry(p).Trace, cents: 10000}, notice{code: "R03", trace: b.entry(p).Trace, cents: 10000}))
		apptest.Check(t, "items", b.itemStates(), []string{"R02 set_aside payment.refunded", "R02 known item.known", "R03 set_aside return.again"})
		apptest.Check(t, "counted", b.Rows("SELECT code FROM ach_return"), []string{"R02"})
		apptest.Check(t, "state", b.entry(p).State, ach.StateReturned)
		apptest.Check(t, "mandate", b.mandates(), []string{"stopped bank_account"})
		apptest.Check(t, "saved accounts", b.savedAccounts(), "0")
		apptest.Check(t, "letters", b.Rows("SELECT kind FROM mandate_letter ORDER BY letter_id"), []string{"on", "off"})
		b.VerifyClean()
	})
}

// AutoPay that goes on with another bank account is not stopped by what the
// bank says of the one before.
func TestReturnFromTheAccountOfBefore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h, auto, trace := drafted(b)
		_, err := auto.Change(t.Context(), autopay.Change{
			Operation: b.DB.NewID(), Account: h.Account, Who: b.Member(), Given: apptest.Given(),
			Terms: mandate.Terms{BankAccount: b.SaveBank(auto, h, "000987654321"), Day: 23, Notice: mandate.NoticeAlways},
		})
		if err != nil {
			t.Fatal(err)
		}
		b.take("returns", achText(b.after(2), notice{code: "R02", trace: trace, cents: 10000}))
		apptest.Check(t, "mandate", b.mandates(), []string{"active "})
		apptest.Check(t, "saved", b.Rows("SELECT a.last_four FROM saved_bank_account s JOIN bank_account a ON a.bank_account_id = s.bank_account_id WHERE s.removed_on IS NULL"), []string{"4321"})
		b.VerifyClean()
	})
}

// A debit comes back after the member has turned AutoPay off: the money is
// undone, and AutoPay stays off for the member's reason.
func TestReturnAfterStop(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h, auto, trace := drafted(b)
		on := b.after(2)
		if _, err := auto.Stop(t.Context(), autopay.Stop{Account: h.Account, Who: b.Member(), When: autopay.StopNow, Language: "en"}); err != nil {
			t.Fatal(err)
		}
		before := b.mandates()
		b.take("returns", achText(on, notice{code: "R01", trace: trace, cents: 10000}))
		apptest.Check(t, "owed", b.Owed(h).String(), "100.00")
		apptest.Check(t, "mandate", b.mandates(), before)
		b.VerifyClean()
	})
}

// A correction reaches the mandate and the saved account, and the member is
// told (ACH-40).
func TestCorrectionOfAutoPay(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h, _, trace := drafted(b)
		on := b.after(2)
		b.take("changes", achText(on, notice{code: "C03", trace: trace, data: "011000015   44556677"}))
		apptest.Check(t, "item", b.Rows("SELECT state || ' ' || reason FROM bank_item"), []string{"posted change.applied"})
		const numbers = "SELECT a.routing || ' ' || a.last_four FROM %s m JOIN bank_account a ON a.bank_account_id = m.bank_account_id WHERE id_text(m.account_id) = '%s'%s"
		apptest.Check(t, "the mandate's", b.Rows(fmt.Sprintf(numbers, "mandate", h.Account, "")), []string{"011000015 6677"})
		apptest.Check(t, "the saved one", b.Rows(fmt.Sprintf(numbers, "saved_bank_account", h.Account, " AND m.removed_on IS NULL")), []string{"011000015 6677"})
		apptest.Check(t, "letters", b.Rows("SELECT kind FROM mandate_letter ORDER BY letter_id"), []string{"on", "corrected"})
		var bank string
		err := b.DB.Read(t.Context(), "corrected account", func(tx *store.ReadTx) error {
			m, err := tx.NewestMandate(h.Account)
			if err != nil {
				return err
			}
			a, err := tx.BankAccount(h.Account, m.BankAccount)
			bank = a.Number.Reveal()
			return err
		})
		apptest.Check(t, "number", bank, "44556677")
		if err != nil {
			t.Error(err)
		}
		b.VerifyClean()
	})
}
