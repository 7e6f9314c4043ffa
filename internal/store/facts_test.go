package store_test

import (
	"testing"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// An account on which nothing was decided is read without a look at decisions,
// whatever the planner believes of the tables: it does not collide with those
// who decide on others meanwhile.
func TestWhereNothingIsDecidedNoDecisionIsRead(t *testing.T) {
	t.Parallel()
	db := storetest.OpenPostgres(t, virtual.Standing(storetest.Noon))
	addAccounts(t, db, 0, 100)
	if _, err := db.PostgresPool().Exec(t.Context(), "ANALYZE"); err != nil {
		t.Fatal(err)
	}
	err := db.InTx(t.Context(), "look", func(tx *store.Tx) error {
		accounts, err := tx.AccountsAfter(enrollment.AccountID{}, 1)
		if err != nil {
			return err
		}
		if _, err := tx.MoneyOf(accounts[0]); err != nil {
			return err
		}
		return tx.EachText(`
			SELECT c.relname FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
			WHERE l.mode = 'SIReadLock' AND l.pid = pg_backend_pid() AND c.relname LIKE 'decision%'`,
			func(scan func(...any) error) error {
				var name string
				err := scan(&name)
				t.Errorf("%s was read", name)
				return err
			})
	})
	if err != nil {
		t.Fatal(err)
	}
}
