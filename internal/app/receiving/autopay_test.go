package receiving_test

import (
	"fmt"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/receiving"
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
		drafts  []string
	}{
		{"R01", "active ", []string{"2026-12 on 2026-11-23 frozen 100", "attempt 1"}},
		{"R02", "stopped bank_account", []string{"2026-12 on 2026-11-23 frozen 100"}},
		{"R07", "disputed unauthorized", []string{"2026-12 on 2026-11-23 frozen 100"}},
		{"R10", "disputed unauthorized", []string{"2026-12 on 2026-11-23 frozen 100"}},
		{"R24", "active ", []string{"2026-12 on 2026-11-23 frozen 100"}},
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
				if len(drafts) == 2 && strings.HasSuffix(drafts[1], "planned 100 attempt 1") {
					drafts[1] = "attempt 1" // its day is AutoPay's to choose
				}
				apptest.Check(t, "drafts", drafts, c.drafts)
				b.VerifyClean()
			})
		})
	}
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
		const numbers = "SELECT a.routing || ' ' || a.last_four FROM %s m JOIN bank_account a ON a.bank_account_id = m.bank_account_id WHERE m.account_id = '%s'%s"
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
