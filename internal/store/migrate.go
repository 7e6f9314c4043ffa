package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing/fstest"
	"text/template"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"quittance.org/quittance/internal/base/fault"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// dialect fills the templates of the migrations (S10).
type dialect struct {
	Postgres   bool
	ID         string
	Instant    string
	Date       string
	Bool       string
	Int64      string
	Blob       string
	Strict     string
	Clustered  string // rows are kept in the order of the primary key
	AppendOnly []string
}

// appendOnly are the tables of facts that are never edited (S11) and are
// guarded by 0021_append_only.sql. It never changes: see Guard.
var appendOnly = []string{
	"entry", "transfer", "charge", "bill", "payment", "application", "payment_authorization", "payment_return",
	"decision", "audit", "premium_segment", "waiver", "waived", "arrangement", "installment", "inbound_reject", "inbound_file_part",
}

var (
	sqliteDialect   = dialect{ID: "BLOB", Instant: "TEXT", Date: "TEXT", Bool: "INTEGER", Int64: "INTEGER", Blob: "BLOB", Strict: " STRICT", Clustered: " STRICT, WITHOUT ROWID", AppendOnly: appendOnly}
	postgresDialect = dialect{Postgres: true, ID: "UUID", Instant: "TIMESTAMPTZ", Date: "DATE", Bool: "BOOLEAN", Int64: "BIGINT", Blob: "BYTEA", AppendOnly: appendOnly}
)

// Guard gives what makes a table append-only (S11), for the migration that
// makes it: {{.Guard "person_event"}}.
func (d dialect) Guard(table string) string {
	if d.Postgres {
		return "REVOKE UPDATE, DELETE, TRUNCATE ON " + table + " FROM CURRENT_USER;"
	}
	const trigger = `-- +goose StatementBegin
CREATE TRIGGER %[1]s_no_%[2]s BEFORE %[3]s ON %[1]s BEGIN SELECT RAISE(ABORT, 'append-only: %[1]s'); END;
-- +goose StatementEnd
`
	return fmt.Sprintf(trigger, table, "update", "UPDATE") + fmt.Sprintf(trigger, table, "delete", "DELETE")
}

// render gives the migrations as one engine reads them.
func (d dialect) render() (fs.FS, error) {
	rendered := fstest.MapFS{}
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		t, err := template.ParseFS(migrationFiles, name)
		if err != nil {
			return nil, err
		}
		var b strings.Builder
		if err := t.Execute(&b, d); err != nil {
			return nil, err
		}
		rendered[strings.TrimPrefix(name, "migrations/")] = &fstest.MapFile{Data: []byte(b.String())}
	}
	return rendered, nil
}

// Migrate brings the database up to date: all of it for PostgreSQL, where one
// node at a time may do so. SQLite files are migrated when they are opened.
func (db *DB) Migrate(ctx context.Context) error {
	switch e := db.engine.(type) {
	case *sqliteEngine:
		return migrateSQLite(ctx, e.writer.db)
	case *postgresEngine:
		return migratePostgres(ctx, e)
	}
	panic("store: unknown engine")
}

// CheckVersion refuses a database that this program can not work on: one that
// is not ours, or whose tables are older or newer than it knows (S10).
func (db *DB) CheckVersion(ctx context.Context) error {
	found, err := db.version(ctx)
	if err != nil {
		return err
	}
	known, err := newestMigration()
	switch {
	case err != nil:
		return err
	case found < known:
		return fault.New(fault.Invalid, "store.too_old", "the database has version %d and this program needs %d: bring it up to date with quittance migrate", found, known)
	case found > known:
		return fault.New(fault.Invalid, "store.too_new", "the database has version %d and this program knows %d: use the newer program", found, known)
	}
	return nil
}

// newestMigration gives the number of the last migration that there is.
func newestMigration() (int64, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql") // in order
	if err != nil {
		return 0, err
	}
	return goose.NumericComponent(names[len(names)-1])
}

var qVersion = stmt("version", `SELECT COALESCE(MAX(version_id), 0) FROM goose_db_version`)

// version gives the number of the last migration of the database.
func (db *DB) version(ctx context.Context) (version int64, err error) {
	err = db.Read(ctx, "version", func(tx *ReadTx) error {
		version, err = one(tx, qVersion, scalar[int64])
		return err
	})
	if refused, ok := errors.AsType[*pgconn.PgError](err); ok && refused.Code == pgUndefinedTable {
		return 0, fault.New(fault.Invalid, "store.not_ours", "there is no Quittance database at this address: make it with quittance migrate, or choose another one")
	}
	return version, err
}

// pgUndefinedTable is PostgreSQL's code for a table that is not there.
const pgUndefinedTable = "42P01"

func migrateSQLite(ctx context.Context, writer *sql.DB) error {
	if _, err := writer.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return fault.Wrap(fault.Invalid, "store.path", err, "can not open the database file for writing")
	}
	files, err := sqliteDialect.render()
	if err != nil {
		return err
	}
	if err := identifiersAsBytes(ctx, writer); err != nil {
		return fmt.Errorf("migrate: identifiers as bytes: %w", err)
	}
	return runGoose(ctx, goose.DialectSQLite3, writer, files)
}

func migratePostgres(ctx context.Context, e *postgresEngine) error {
	files, err := postgresDialect.render()
	if err != nil {
		return err
	}
	locker, err := lock.NewPostgresTableLocker()
	if err != nil {
		return err
	}
	pool := stdlib.OpenDBFromPool(e.pool)
	defer pool.Close()
	return runGoose(ctx, goose.DialectPostgres, pool, files, goose.WithLocker(locker))
}

func runGoose(ctx context.Context, d goose.Dialect, pool *sql.DB, files fs.FS, options ...goose.ProviderOption) error {
	provider, err := goose.NewProvider(d, pool, files, options...)
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}
