package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/pressly/goose/v3"
)

// identifiersAsText is the last version whose SQLite files kept identifiers as
// text of 36 characters. They are sixteen bytes since (ADR 0027).
const identifiersAsText = 43

// identifiersAsBytes writes the tables of such a file anew, all in one
// transaction: a file that is not done is as it was, and of two programs that
// open it one does so.
func identifiersAsBytes(ctx context.Context, writer *sql.DB) (err error) {
	conn, err := writer.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if version, err := madeFor(ctx, conn); err != nil || version == 0 || version > identifiersAsText {
		return err
	}
	// A key that names a table by its name goes on to do so while it is another one.
	defer func() {
		err = errors.Join(err, execAll(context.WithoutCancel(ctx), conn, "PRAGMA legacy_alter_table = OFF", "PRAGMA foreign_keys = ON"))
	}()
	if err := execAll(ctx, conn, "PRAGMA foreign_keys = OFF", "PRAGMA legacy_alter_table = ON", "BEGIN IMMEDIATE"); err != nil {
		return err
	}
	ended := "COMMIT"
	if err = rewrite(ctx, conn); err != nil {
		ended = "ROLLBACK"
	}
	return errors.Join(err, execAll(context.WithoutCancel(ctx), conn, ended))
}

// rewrite writes the tables anew, unless another program has done so meanwhile.
// What they should look like is asked of an empty file of the same version.
func rewrite(ctx context.Context, conn *sql.Conn) error {
	version, err := madeFor(ctx, conn)
	if err != nil || version > identifiersAsText {
		return err
	}
	like, err := sql.Open("sqlite3", ":memory:")
	if err != nil {
		return err
	}
	defer like.Close()
	like.SetMaxOpenConns(1) // each connection would have a database of its own
	if err := sqliteDialect.makeSQLite(ctx, like, version); err != nil {
		return err
	}
	return rewriteTables(ctx, conn, like)
}

// makeSQLite makes the tables of a version in an empty file.
func (d dialect) makeSQLite(ctx context.Context, db *sql.DB, version int64) error {
	files, err := d.render()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, files)
	if err != nil {
		return err
	}
	_, err = provider.UpTo(ctx, version)
	return err
}

// madeFor gives the version of a file, 0 if it is new.
func madeFor(ctx context.Context, conn *sql.Conn) (version int64, err error) {
	var tables int
	err = conn.QueryRowContext(ctx, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'goose_db_version'").Scan(&tables)
	if err != nil || tables == 0 {
		return 0, err
	}
	err = conn.QueryRowContext(ctx, qVersion.sql).Scan(&version)
	return version, err
}

// rewriteTables makes tables that are there like those of another database.
func rewriteTables(ctx context.Context, conn *sql.Conn, like *sql.DB) error {
	tables, err := pairsOf(ctx, like, `SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'goose%' AND name NOT LIKE 'sqlite%' ORDER BY name`)
	if err != nil {
		return err
	}
	for _, t := range tables {
		if err := rewriteTable(ctx, conn, like, t.name, t.text); err != nil {
			return fmt.Errorf("table %s: %w", t.name, err)
		}
	}
	return nil
}

// rewriteTable copies the rows of a table into a new one, identifiers as bytes,
// and puts it in place of the old one with its indexes and triggers.
func rewriteTable(ctx context.Context, conn *sql.Conn, like *sql.DB, name, create string) error {
	columns, err := pairsOf(ctx, like, `SELECT name, type FROM pragma_table_info('`+name+`')`)
	if err != nil {
		return err
	}
	names, values := make([]string, len(columns)), make([]string, len(columns))
	for i, c := range columns {
		names[i], values[i] = c.name, c.name
		if c.text == sqliteDialect.ID {
			values[i] = fmt.Sprintf("CASE typeof(%[1]s) WHEN 'text' THEN unhex(%[1]s, '-') ELSE %[1]s END", c.name)
		}
	}
	extras, err := pairsOf(ctx, like, `SELECT name, sql FROM sqlite_schema WHERE tbl_name = '`+name+`' AND type IN ('index', 'trigger') AND sql IS NOT NULL`)
	if err != nil {
		return err
	}
	_, body, _ := strings.Cut(create, "(")
	steps := []string{
		fmt.Sprintf("CREATE TABLE new_%s (%s", name, body),
		fmt.Sprintf("INSERT INTO new_%[1]s (%[2]s) SELECT %[3]s FROM %[1]s", name, strings.Join(names, ", "), strings.Join(values, ", ")),
		"DROP TABLE " + name,
		fmt.Sprintf("ALTER TABLE new_%[1]s RENAME TO %[1]s", name),
	}
	for _, e := range extras {
		steps = append(steps, e.text)
	}
	return execAll(ctx, conn, steps...)
}

// namedText is a row of a catalogue: the name of a table with its text, of a
// column with its type.
type namedText struct{ name, text string }

func pairsOf(ctx context.Context, db *sql.DB, query string) (pairs []namedText, err error) {
	rows, err := db.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var p namedText
		if err := rows.Scan(&p.name, &p.text); err != nil {
			return nil, err
		}
		pairs = append(pairs, p)
	}
	return pairs, rows.Err()
}

func execAll(ctx context.Context, conn *sql.Conn, texts ...string) error {
	for _, text := range texts {
		if _, err := conn.ExecContext(ctx, text); err != nil {
			return err
		}
	}
	return nil
}
