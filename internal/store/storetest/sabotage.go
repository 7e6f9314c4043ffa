package storetest

import (
	"context"
	"database/sql"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"quittance.org/quittance/internal/store"
)

// Sabotage runs SQL on a test's database as an administrator would who means
// harm: append-only guards, foreign keys and checks do not hold him back.
// Unique indexes do, unless text drops them. Guards hold again afterwards,
// checks do so on SQLite only. An identifier is written id'0193…' in text.
func Sabotage(tb testing.TB, db *store.DB, text string) {
	tb.Helper()
	text = WithIdentifiers(db, text)
	var err error
	if db.Engine() == "sqlite" {
		err = sabotageSQLite(tb.Context(), db, text)
	} else {
		err = sabotagePostgres(tb.Context(), db, text)
	}
	if err != nil {
		tb.Fatalf("sabotage: %v in %s", err, text)
	}
}

var identifier = regexp.MustCompile(`id'([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})'`)

// WithIdentifiers gives text with each id'0193…' as the engine writes it.
func WithIdentifiers(db *store.DB, text string) string {
	if db.Engine() == "postgres" {
		return identifier.ReplaceAllString(text, "'$1'")
	}
	return identifier.ReplaceAllStringFunc(text, func(id string) string {
		return "x" + strings.ReplaceAll(strings.TrimPrefix(id, "id"), "-", "")
	})
}

// sabotagePostgres connects as the server's superuser, whom revoked rights do
// not bind, and works as a replica does: no foreign key is checked.
func sabotagePostgres(ctx context.Context, db *store.DB, text string) error {
	server, err := url.Parse(os.Getenv(PostgresVariable))
	if err != nil {
		return err
	}
	server.Path = "/" + db.PostgresPool().Config().ConnConfig.Database
	conn, err := pgx.Connect(ctx, server.String())
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, `
		SET session_replication_role = replica;
		DO $$ DECLARE c RECORD; BEGIN
			FOR c IN SELECT conname, conrelid::regclass AS name FROM pg_constraint WHERE contype = 'c' AND connamespace = 'public'::regnamespace LOOP
				EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', c.name, c.conname);
			END LOOP;
		END $$;`+text, pgx.QueryExecModeSimpleProtocol)
	return err
}

// sabotageSQLite uses a connection of its own, with the triggers taken away
// for as long as it works.
func sabotageSQLite(ctx context.Context, db *store.DB, text string) error {
	var seq int
	var name, file string
	if err := db.SQLiteWriter().QueryRowContext(ctx, "PRAGMA database_list").Scan(&seq, &name, &file); err != nil {
		return err
	}
	pool, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: file}).EscapedPath()+
		"?_pragma=foreign_keys(0)&_pragma=ignore_check_constraints(1)&_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	triggers, err := triggersOf(ctx, pool)
	if err != nil {
		return err
	}
	for trigger := range triggers {
		if _, err := pool.ExecContext(ctx, "DROP TRIGGER "+trigger); err != nil {
			return err
		}
	}
	if _, err := pool.ExecContext(ctx, text); err != nil {
		return err
	}
	for _, create := range triggers {
		if _, err := pool.ExecContext(ctx, create); err != nil {
			return err
		}
	}
	return nil
}

// triggersOf gives the statements that make the triggers, by name.
func triggersOf(ctx context.Context, pool *sql.DB) (map[string]string, error) {
	rows, err := pool.QueryContext(ctx, "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	triggers := map[string]string{}
	for rows.Next() {
		var name, create string
		if err := rows.Scan(&name, &create); err != nil {
			return nil, err
		}
		triggers[name] = create
	}
	return triggers, rows.Err()
}
