package storetest

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
)

// Filled is what many tests begin with: it is filled once for each engine, and
// each test gets a copy of its own.
type Filled struct {
	Fill func(tb testing.TB, db *store.DB)

	sqlite   sync.Once
	file     []byte
	postgres sync.Once
	name     string
}

// Each is Each with a filled database.
func (f *Filled) Each(t *testing.T, test func(t *testing.T, db *store.DB, c *virtual.Clock)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		f.SQLite(t, test)
	})
	server := os.Getenv(PostgresVariable)
	if server == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		f.postgres.Do(func() { f.fillPostgres(t, server) })
		if f.name == "" {
			t.Fatal("filling it has failed")
		}
		c := virtual.Standing(Noon)
		test(t, Open(t, copyPostgres(t, server, f.name), c), c)
	})
}

// SQLite runs test on a filled SQLite file alone.
func (f *Filled) SQLite(t *testing.T, test func(t *testing.T, db *store.DB, c *virtual.Clock)) {
	t.Helper()
	f.sqlite.Do(func() { f.fillSQLite(t) })
	if f.file == nil {
		t.Fatal("filling it has failed")
	}
	c := virtual.Standing(Noon)
	test(t, open(t, copySQLite(t, f.file), c, true), c)
}

func (f *Filled) fillSQLite(tb testing.TB) {
	tb.Helper()
	template, err := sqliteTemplate()
	path := filepath.Join(tb.TempDir(), "filled.db")
	if err == nil {
		err = os.WriteFile(path, template, 0o600)
	}
	if err != nil {
		tb.Fatal(err)
	}
	db := Open(tb, "sqlite:"+path, virtual.Standing(Noon))
	f.Fill(tb, db)
	db.Close() // which leaves everything in one file
	if f.file, err = os.ReadFile(path); err != nil {
		tb.Fatal(err)
	}
}

// fillPostgres leaves a database behind, as long as the server lives.
func (f *Filled) fillPostgres(tb testing.TB, server string) {
	tb.Helper()
	db := Open(tb, PostgresURL(tb), virtual.Standing(Noon))
	f.Fill(tb, db)
	from := db.PostgresPool().Config().ConnConfig.Database
	db.Close()
	if err := admin(server, "ALTER DATABASE "+from+" RENAME TO "+from+"_filled"); err != nil { // which nobody drops
		tb.Fatal(err)
	}
	f.name = from + "_filled"
}
