package receiving_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/store"
)

// remit pays a carrier what was collected for it.
func (b *bench) remit(carrier, amount string) {
	b.TB.Helper()
	err := b.DB.InTx(b.TB.Context(), "remit", func(tx *store.Tx) error {
		id := tx.NewID()
		tx.Post(ledger.Entry{
			ID: ledger.EntryID{UUID: id}, AccountID: ledger.House, Kind: ledger.EntryRemittance, EffectiveOn: b.Today(),
			Source: ledger.Source{Kind: "remittance", ID: id.String()}, Actor: "system", Transfers: ledger.Remit(carrier, apptest.Amount(amount)),
		})
		return nil
	})
	if err != nil {
		b.TB.Fatal(err)
	}
}

// A debit that comes back seven weeks later, when the carrier has its money: the
// member owes the month again, and the carrier owes the amount to us, which the
// next remittance takes off (ACH-32, I5).
func TestReturnAfterTheCarrierWasPaid(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		p := b.pay(h, "100.00")
		b.sendFile()
		trace := b.entry(p).Trace
		b.after(3)
		b.remit("HARBOR", "100.00")
		apptest.Check(t, "owed to the carrier once paid", b.balance("carrier.payable"), "0")
		b.VerifyClean()
		day := b.Today().AddDays(45)
		b.At(day.String())
		b.take("returns", achText(day, notice{code: "R07", trace: trace, cents: 10000}))
		apptest.Check(t, "item", b.Rows("SELECT state || ' ' || reason FROM bank_item"), []string{"posted return.posted"})
		apptest.Check(t, "owed by the member", b.Owed(h).String(), "100.00")
		apptest.Check(t, "owed by the carrier", b.balance("carrier.payable"), "10000")
		b.VerifyClean()
	})
}
