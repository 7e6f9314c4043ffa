package receiving_test

import (
	"fmt"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
)

// banks lists the bank accounts of an account, as routing, kind and last four.
func (b *bench) banks(h apptest.Household) []string {
	return b.Rows(fmt.Sprintf("SELECT routing || ' ' || kind || ' ' || last_four FROM bank_account WHERE id_text(account_id) = '%s' ORDER BY last_four, routing, kind", h.Account))
}

// The bank corrects an account: what is saved goes on with the corrected one,
// the old values stay, and what waits for the next file goes there (ACH-40).
func TestCorrection(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, code, data string
		saved            bool
		banks            []string // after it
		item             string
	}{
		{"account number", "C01", "44556677", true, []string{"110000000 checking 6677", "110000000 checking 6789"}, "posted change.applied"},
		{"routing number", "C02", "011000015", true, []string{"011000015 checking 6789", "110000000 checking 6789"}, "posted change.applied"},
		{"both", "C03", "011000015   44556677", true, []string{"011000015 checking 6677", "110000000 checking 6789"}, "posted change.applied"},
		{"savings", "C05", "37", true, []string{"110000000 checking 6789", "110000000 savings 6789"}, "posted change.applied"},
		{"all three", "C07", "01100001544556677         37", true, []string{"011000015 savings 6677", "110000000 checking 6789"}, "posted change.applied"},
		{"of a single payment", "C01", "44556677", false, []string{"110000000 checking 6677", "110000000 checking 6789"}, "noted change.single"},
		{"what we have already", "C01", "000123456789", true, []string{"110000000 checking 6789"}, "noted change.nothing"},
		{"a name", "C04", "ANNA TESTPERSON", true, []string{"110000000 checking 6789"}, "set_aside noc.staff"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				h := b.household()
				p := b.pay(h, "60.00")
				b.sendFile()
				e := b.entry(p)
				b.hooks.saved[e.Bank] = c.saved
				on := b.after(2)
				next := b.pay(h, "40.00") // waits for the next file, to the old account
				b.take("changes", achText(on, notice{code: c.code, trace: e.Trace, data: c.data}))
				apptest.Check(t, "bank accounts", b.banks(h), c.banks)
				apptest.Check(t, "items", b.items(), []string{"3 change " + c.code + " " + c.item})
				apptest.Check(t, "the entry that waits goes elsewhere", b.entry(next).Bank != e.Bank, c.item == "posted change.applied")
				apptest.Check(t, "the entry that was sent stays", b.entry(p).Bank, e.Bank)
				b.VerifyClean()
			})
		})
	}
}

// A return and a correction of one entry in one file, and a correction again in
// the next.
func TestReturnAndCorrectionTogether(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		p := b.pay(h, "100.00")
		b.sendFile()
		e := b.entry(p)
		b.hooks.saved[e.Bank] = true
		on := b.after(2)
		change := notice{code: "C01", trace: e.Trace, data: "44556677"}
		b.take("both", achText(on, change, notice{code: "R03", trace: e.Trace, cents: 10000}))
		b.take("again", achText(on.AddDays(0), change))
		apptest.Check(t, "items", b.items(), []string{"3 change C01 posted change.applied", "7 return R03 posted return.posted", "3 change C01 known item.known"})
		apptest.Check(t, "told", b.heard(), []string{"corrected C01 " + on.String(), "returned R03 " + on.String()})
		b.VerifyClean()
	})
}

// A prenote that nobody objects to in three bank days lets live entries go; a
// return before that does not (ACH-10).
func TestPrenotes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		good, bad := b.household(), b.household()
		for _, h := range []apptest.Household{good, bad} {
			b.InTx(func(tx *store.Tx) error {
				bank, err := tx.PutBankAccount(payment.BankAccount{AccountID: h.Account, HolderName: "Ana", Type: payment.AccountChecking, Routing: "110000000", Number: secret("000123456789")}, "test")
				tx.PutACHEntry(ach.Entry{ID: tx.NewACHEntryID(), AccountID: h.Account, Kind: ach.KindPrenote, Bank: bank, SEC: ach.WEB, Type: ach.Recurring, SettleOn: b.Today()})
				return err
			})
		}
		b.sendFile()
		traces := b.Rows(fmt.Sprintf("SELECT trace FROM ach_entry WHERE id_text(account_id) = '%s'", bad.Account))
		on := b.after(2)
		b.take("returns", achText(on, notice{code: "R03", trace: traces[0]}))
		b.fetch()
		apptest.Check(t, "told early", b.heard(), []string{"prenoted " + on.String() + " R03"})
		on2 := b.after(2) // the prenote settled on the first day: three bank days have passed
		b.fetch()
		b.fetch()
		apptest.Check(t, "told", b.heard(), []string{"prenoted " + on.String() + " R03", "prenoted " + on2.String()})
		apptest.Check(t, "states", b.Rows("SELECT state FROM ach_entry ORDER BY state"), []string{"returned", "settled"})
		b.VerifyClean()
	})
}
