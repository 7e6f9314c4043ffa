// Package storetest opens databases for tests: a fresh SQLite file always, and
// a fresh PostgreSQL database when QUITTANCE_TEST_POSTGRES names a server, as
// `make test` arranges. Closures run twice (store.Options.RunTwice).
package storetest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/queue"
	"quittance.org/quittance/internal/store/vault"
)

// PostgresVariable names the environment variable with the server's address.
const PostgresVariable = "QUITTANCE_TEST_POSTGRES"

// Noon is the moment at which test clocks stand: Friday 20 November 2026,
// 2 p.m. in Boston.
var Noon = must(civil.ParseInstant("2026-11-20T19:00:00Z"))

// Each runs test on every engine, as the subtests "sqlite" and "postgres".
func Each(t *testing.T, test func(t *testing.T, db *store.DB, c *virtual.Clock)) {
	t.Helper()
	each(t, func(t *testing.T, target string, c *virtual.Clock) { test(t, open(t, target, c, isSQLite(target)), c) })
}

// each gives a fresh database of every engine.
func each(t *testing.T, test func(t *testing.T, target string, c *virtual.Clock)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		test(t, newSQLite(t), virtual.Standing(Noon))
	})
	if os.Getenv(PostgresVariable) == "" {
		t.Logf("%s is not set: SQLite only (make test runs both engines)", PostgresVariable)
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		test(t, PostgresURL(t), virtual.Standing(Noon))
	})
}

func isSQLite(target string) bool { return strings.HasPrefix(target, "sqlite:") }

// OpenSQLite opens a fresh, migrated SQLite file. Its commits do not wait for
// the disk, as those of the tests' PostgreSQL do not.
func OpenSQLite(tb testing.TB, c clock.Clock) *store.DB {
	tb.Helper()
	return open(tb, newSQLite(tb), c, true)
}

// newSQLite makes a fresh, migrated SQLite file and gives its address.
func newSQLite(tb testing.TB) string {
	tb.Helper()
	template, err := sqliteTemplate()
	if err != nil {
		tb.Fatal(err)
	}
	return copySQLite(tb, template)
}

func copySQLite(tb testing.TB, template []byte) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "test.db")
	if err := os.WriteFile(path, template, 0o600); err != nil {
		tb.Fatal(err)
	}
	return "sqlite:" + path
}

// OpenPostgres opens a fresh, migrated PostgreSQL database.
func OpenPostgres(tb testing.TB, c clock.Clock) *store.DB {
	tb.Helper()
	return Open(tb, PostgresURL(tb), c)
}

// PostgresURL makes a fresh, migrated PostgreSQL database and gives its
// address; it is dropped at the end of the test.
func PostgresURL(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv(PostgresVariable)
	if server == "" {
		tb.Fatalf("%s is not set; run: make test", PostgresVariable)
	}
	if err := postgresTemplate(server); err != nil {
		tb.Fatalf("template database: %v", err)
	}
	return copyPostgres(tb, server, templateName())
}

// copyPostgres copies a database that nobody is connected to, and gives the
// address of the copy; it is dropped at the end of the test.
func copyPostgres(tb testing.TB, server, template string) string {
	tb.Helper()
	name := fmt.Sprintf("quittance_test_%d_%d", os.Getpid(), databases.Add(1))
	if err := admin(server, fmt.Sprintf("CREATE DATABASE %s TEMPLATE %s OWNER %s", name, template, ownerRole)); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = admin(server, "DROP DATABASE "+name+" WITH (FORCE)") })
	return inDatabase(server, name)
}

// Open opens the database that target names, for tests that bring their own.
func Open(tb testing.TB, target string, c clock.Clock) *store.DB {
	tb.Helper()
	return open(tb, target, c, false)
}

func open(tb testing.TB, target string, c clock.Clock, volatile bool) *store.DB {
	tb.Helper()
	db, err := store.Open(tb.Context(), target, store.Options{Clock: c, Vault: Vault(), RunTwice: true, MaxConns: 8, Volatile: volatile, Serves: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(db.Close)
	return db
}

// Vault gives the keys that all tests of one process share.
var Vault = sync.OnceValue(func() *vault.Vault { return must(vault.New()) })

// sqliteTemplate is a migrated empty file, made once: copying it costs a few
// milliseconds, migrating hundreds.
var sqliteTemplate = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "quittance-template")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "template.db")
	db, err := store.Open(context.Background(), "sqlite:"+path, store.Options{Clock: clock.System(), Vault: Vault()})
	if err != nil {
		return nil, err
	}
	err = queue.Migrate(context.Background(), db)
	db.Close()
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
})

// ownerRole is not a superuser: only then do revoked rights bind.
const ownerRole = "quittance_test"

var (
	databases    atomic.Int64
	templateOnce sync.Once
	templateErr  error
)

func templateName() string { return fmt.Sprintf("quittance_template_%d", os.Getpid()) }

func postgresTemplate(server string) error {
	templateOnce.Do(func() { templateErr = makeTemplate(server) })
	return templateErr
}

func makeTemplate(server string) error {
	// Several test processes may make the role at the same time.
	role := fmt.Sprintf(`DO $$ BEGIN CREATE ROLE %s LOGIN PASSWORD '%s'; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$`, ownerRole, ownerRole)
	if err := admin(server, role); err != nil {
		return err
	}
	if err := admin(server, "DROP DATABASE IF EXISTS "+templateName()+" WITH (FORCE)"); err != nil {
		return err
	}
	if err := admin(server, fmt.Sprintf("CREATE DATABASE %s OWNER %s TEMPLATE template0 LC_COLLATE 'C' LC_CTYPE 'C' ENCODING 'UTF8'", templateName(), ownerRole)); err != nil {
		return err
	}
	db, err := store.Open(context.Background(), inDatabase(server, templateName()), store.Options{Clock: clock.System(), Vault: Vault()})
	if err != nil {
		return err
	}
	defer db.Close()
	if err := db.Migrate(context.Background()); err != nil {
		return err
	}
	return queue.Migrate(context.Background(), db)
}

func admin(server, sql string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, sql)
	return err
}

// inDatabase gives the address of another database of the server, as the
// owner role.
func inDatabase(server, name string) string {
	u, err := url.Parse(server)
	if err != nil {
		panic(err)
	}
	u.Path = "/" + name
	u.User = url.UserPassword(ownerRole, ownerRole)
	return u.String()
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}
