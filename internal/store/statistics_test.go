package store_test

import (
	"database/sql"
	"testing"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// knownAccounts is how many accounts the planner believes that there are.
func knownAccounts(t *testing.T, db *store.DB) int {
	t.Helper()
	var n sql.NullInt64
	var err error
	if pool := db.PostgresPool(); pool != nil {
		err = pool.QueryRow(t.Context(), `SELECT CAST(MAX(reltuples) AS BIGINT) FROM pg_class WHERE relname = 'account'`).Scan(&n)
	} else {
		var table sql.NullString
		one := db.SQLiteWriter().QueryRowContext(t.Context(), `SELECT MAX(name) FROM sqlite_schema WHERE name = 'sqlite_stat1'`)
		if err = one.Scan(&table); err == nil && table.Valid {
			err = db.SQLiteWriter().QueryRowContext(t.Context(), `SELECT MAX(CAST(stat AS INTEGER)) FROM sqlite_stat1 WHERE tbl = 'account'`).Scan(&n)
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	return int(max(n.Int64, 0))
}

func addAccounts(t *testing.T, db *store.DB, from, to int) {
	t.Helper()
	err := db.InTx(t.Context(), "accounts", func(tx *store.Tx) error {
		for i := from; i < to; i++ {
			if err := tx.InsertAccount(enrollment.Account{
				ID: enrollment.AccountID{UUID: tx.NewID()}, Kind: enrollment.AccountIndividual, SubscriberID: ident.NewSubscriberID(uint64(70010000000 + i)), CreatedAt: tx.Now(),
			}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Bulk work makes the planner look again: not for little, and not for every
// thing. SQLite looks only when there is ten times as much, so there is.
func TestGrowthRefreshesStatistics(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		rows := 0
		add := func(n int) {
			addAccounts(t, db, rows, rows+n)
			rows += n
		}
		known := func(when string, want int) {
			t.Helper()
			if got := knownAccounts(t, db); got != want {
				t.Errorf("%s, the planner knows of %d accounts, want %d", when, got, want)
			}
		}
		g := db.NewGrowth()
		for _, step := range []struct{ done, accounts, known int }{
			{1999, 1, 0}, {1, 1, 2}, {5999, 1, 2}, {1, 27, 30}, {10, 1, 30},
		} {
			add(step.accounts)
			if err := g.Add(t.Context(), step.done); err != nil {
				t.Fatal(err)
			}
			known("as it goes on", step.known)
		}
		add(300)
		if err := g.End(t.Context()); err != nil {
			t.Fatal(err)
		}
		known("at the end", rows)
		little := db.NewGrowth()
		before := rows
		add(1)
		if err := little.Add(t.Context(), 10); err != nil {
			t.Fatal(err)
		}
		if err := little.End(t.Context()); err != nil {
			t.Fatal(err)
		}
		known("after little work", before)
	})
}

// Samples of what is in a table would make SQLite plan a statement anew for
// every value that is bound to it.
func TestStatisticsHoldNoSamples(t *testing.T) {
	t.Parallel()
	db := storetest.OpenSQLite(t, virtual.Standing(storetest.Noon))
	addAccounts(t, db, 0, 100)
	if err := db.RefreshStatistics(t.Context()); err != nil {
		t.Fatal(err)
	}
	if knownAccounts(t, db) != 100 {
		t.Fatalf("the planner knows of %d accounts", knownAccounts(t, db))
	}
	var samples int
	if err := db.SQLiteWriter().QueryRowContext(t.Context(), `SELECT COUNT(*) FROM sqlite_stat4`).Scan(&samples); err != nil || samples != 0 {
		t.Errorf("%d samples, %v", samples, err)
	}
}
