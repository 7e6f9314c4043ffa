package store_test

import (
	"os"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// A database is worked on by the program of its version and no other (S10).
func TestCheckVersion(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		if err := db.CheckVersion(t.Context()); err != nil {
			t.Errorf("a new one: %v", err)
		}
		storetest.Sabotage(t, db, `UPDATE goose_db_version SET version_id = version_id + 1000`)
		if err := db.CheckVersion(t.Context()); !fault.Is(err, "store.too_new") || !strings.Contains(err.Error(), "use the newer program") {
			t.Errorf("a newer one: %v", err)
		}
		storetest.Sabotage(t, db, `UPDATE goose_db_version SET version_id = version_id - 1001`)
		if err := db.CheckVersion(t.Context()); !fault.Is(err, "store.too_old") || !strings.Contains(err.Error(), "quittance migrate") {
			t.Errorf("an older one: %v", err)
		}
	})
}

// A PostgreSQL database with nothing of ours in it is said to be one.
func TestCheckVersionOfAnotherDatabase(t *testing.T) {
	t.Parallel()
	storetest.PostgresURL(t) // fails without a server
	db, err := store.Open(t.Context(), os.Getenv(storetest.PostgresVariable), store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault()})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.CheckVersion(t.Context()); !fault.Is(err, "store.not_ours") || !strings.Contains(err.Error(), "quittance migrate") {
		t.Errorf("got %v", err)
	}
}
