package enrolling_test

import (
	"testing"

	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// After a large file the planner knows that there are accounts now: without
// that the bill run's plans are those of empty tables.
func TestLargeImportRefreshesStatistics(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		if _, err := enrolling.New(db, nil).Import(t.Context(), enrolling.ImportInput{Reader: &longFile{households: 2000}}); err != nil {
			t.Fatal(err)
		}
		var known int
		var err error
		if pool := db.PostgresPool(); pool != nil {
			err = pool.QueryRow(t.Context(), `SELECT COUNT(*) FROM pg_class WHERE relname = 'enrollment' AND reltuples >= 1000`).Scan(&known)
		} else {
			err = db.SQLiteWriter().QueryRowContext(t.Context(), `SELECT COUNT(DISTINCT tbl) FROM sqlite_stat1 WHERE tbl = 'enrollment'`).Scan(&known)
		}
		if err != nil || known != 1 {
			t.Errorf("the planner knows of %d tables of enrollments: %v", known, err)
		}
	})
}
