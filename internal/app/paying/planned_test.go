package paying_test

import (
	"path/filepath"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// While somebody else writes to SQLite, a payment is worked out, once, and only
// written when its turn comes: payments of all kinds that are common. Whatever
// was read for it and has changed by then, it is worked out again.
func TestPaymentsArePlannedBesideTheWriter(t *testing.T) {
	t.Parallel()
	c := virtual.Standing(storetest.Noon)
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"), store.Options{Clock: c, Vault: storetest.Vault()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	w := &till{World: apptest.New(t, db, c), t: t, gateway: newFakeGateway()}
	w.restart()
	for name, row := range map[string]struct {
		amount string
		beside func(tx *store.Tx, h apptest.Household) error
		worked int // how often
		credit string
	}{
		"in full":           {"124.50", nil, 1, "0.00"},
		"more than is owed": {"130.00", nil, 1, "5.50"},
		"beside a throttle": {"124.50", func(tx *store.Tx, _ apptest.Household) error { tx.CountTry("x"); return nil }, 1, "0.00"},
		"beside an act of staff": {"124.50", func(tx *store.Tx, h apptest.Household) error {
			_, err := tx.Extend(h.Account, standing.Extension{Due: w.Today(), Until: w.Today().AddDays(1)}, "staff", "test")
			return err
		}, 2, "0.00"},
	} {
		h := w.renewed()
		worked, told := make(chan struct{}, 10), make(chan error, 1)
		w.Jobs.Receipt = func() error { worked <- struct{}{}; return nil }
		err := db.InTx(t.Context(), "others", func(tx *store.Tx) error {
			go func() {
				_, err := w.s.PayByBank(t.Context(), w.bankOrder(h, row.amount))
				told <- err
			}()
			<-worked
			if row.beside == nil {
				return nil
			}
			return row.beside(tx, h)
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-told; err != nil {
			t.Errorf("%s: %v", name, err)
		}
		apptest.Check(t, name+": worked out", 1+len(worked), row.worked)
		apptest.Check(t, name+": owed", w.Owed(h).String(), "0.00")
		apptest.Check(t, name+": credit", w.Facts(h).Credit().String(), row.credit)
	}
	w.VerifyClean()
}
