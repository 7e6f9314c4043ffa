package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"quittance.org/quittance/internal/base/fault"
)

// applicationID marks a database file as ours ("QUIT"), in the file's header.
const applicationID = 0x51554954

// sqliteEngine has one writing connection and several reading ones (S2).
type sqliteEngine struct {
	writer *sql.DB
	reader *sql.DB
}

func openSQLite(ctx context.Context, path string) (engine, error) {
	if path == "" {
		return nil, fault.New(fault.Invalid, "store.url", "sqlite: needs a file, like sqlite:quittance.db")
	}
	if err := checkOurs(ctx, path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Wrap(fault.Invalid, "store.path", err, "can not make the folder of the database file")
	}
	e := &sqliteEngine{}
	var err error
	if e.writer, err = sql.Open("sqlite", sqliteDSN(path, false)); err != nil {
		return nil, err
	}
	e.writer.SetMaxOpenConns(1)
	if err := migrateSQLite(ctx, e.writer); err != nil {
		_ = e.writer.Close()
		return nil, err
	}
	if e.reader, err = sql.Open("sqlite", sqliteDSN(path, true)); err != nil {
		_ = e.writer.Close()
		return nil, err
	}
	e.reader.SetMaxOpenConns(max(4, runtime.NumCPU()))
	return e, nil
}

// sqliteDSN sets every PRAGMA per connection: one set by Exec would reach a
// single pooled connection only.
func sqliteDSN(path string, readOnly bool) string {
	q := url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-65536)",
	}}
	if readOnly {
		q.Add("_pragma", "query_only(1)")
	} else {
		q.Set("_txlock", "immediate")
	}
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// checkOurs refuses a file that exists and is not a Quittance database before
// anything is written to it.
func checkOurs(ctx context.Context, path string) error {
	info, err := os.Stat(path)
	if errors.Is(err, os.ErrNotExist) || err == nil && info.Size() == 0 {
		return nil
	}
	if err != nil {
		return fault.Wrap(fault.Invalid, "store.path", err, "can not read the database file")
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro")
	if err != nil {
		return err
	}
	defer db.Close()
	var id int64
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil || id != applicationID {
		return fault.New(fault.Invalid, "store.not_ours", "%s is not a Quittance database; choose another file or move this one away", path)
	}
	return nil
}

func (e *sqliteEngine) name() string { return "sqlite" }

func (e *sqliteEngine) close() {
	_ = e.reader.Close()
	_ = e.writer.Close()
}

func (e *sqliteEngine) prepare(ctx context.Context, text string) error {
	s, err := e.writer.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	return s.Close()
}

func (e *sqliteEngine) begin(ctx context.Context, readOnly bool) (session, error) {
	pool := e.writer
	if readOnly {
		pool = e.reader
	}
	tx, err := pool.BeginTx(ctx, &sql.TxOptions{ReadOnly: readOnly})
	if err != nil {
		return nil, err
	}
	return &sqliteSession{tx: tx, prepared: map[string]*sql.Stmt{}}, nil
}

func (e *sqliteEngine) classify(err error) errorClass {
	var se *sqlite.Error
	if !errors.As(err, &se) {
		return classOther
	}
	switch se.Code() {
	case sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY, sqlite3.SQLITE_CONSTRAINT_UNIQUE:
		return classDuplicate
	}
	switch se.Code() & 0xff {
	case sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED:
		return classRetry
	case sqlite3.SQLITE_CONSTRAINT:
		return classCheck
	case sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR:
		return classLost
	}
	return classOther
}

type sqliteSession struct {
	tx       *sql.Tx
	prepared map[string]*sql.Stmt
}

func (s *sqliteSession) handle() any { return s.tx }

func (s *sqliteSession) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if p, ok := s.prepared[text]; ok {
		return p, nil
	}
	p, err := s.tx.PrepareContext(ctx, text)
	if err == nil {
		s.prepared[text] = p
	}
	return p, err
}

func (s *sqliteSession) query(ctx context.Context, text string, args []any) (rows, error) {
	p, err := s.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	r, err := p.QueryContext(ctx, args...)
	if err != nil {
		return nil, err
	}
	return sqliteRows{r}, nil
}

func (s *sqliteSession) queries(ctx context.Context, all []request) error {
	for _, q := range all {
		r, err := s.query(ctx, q.stmt.sql, q.args)
		if err != nil {
			return err
		}
		if err := q.drain(r); err != nil {
			return err
		}
	}
	return nil
}

// sqliteRows drops Close's error: Err has told everything before.
type sqliteRows struct{ *sql.Rows }

func (r sqliteRows) Close() { _ = r.Rows.Close() }

func (s *sqliteSession) send(ctx context.Context, writes []write) ([]int64, error) {
	counts := make([]int64, 0, len(writes))
	for _, w := range writes {
		p, err := s.stmt(ctx, w.stmt.sql)
		if err != nil {
			return counts, err
		}
		result, err := p.ExecContext(ctx, w.args...)
		if err != nil {
			return counts, err
		}
		n, err := result.RowsAffected()
		if err != nil {
			return counts, err
		}
		counts = append(counts, n)
	}
	return counts, nil
}

// sqliteBulkRows is how many rows one INSERT carries.
const sqliteBulkRows = 50

func (s *sqliteSession) bulk(ctx context.Context, table string, columns []string, values [][]any) error {
	for len(values) > 0 {
		n := min(sqliteBulkRows, len(values))
		args := make([]any, 0, n*len(columns))
		for _, row := range values[:n] {
			args = append(args, row...)
		}
		p, err := s.stmt(ctx, insertRows(table, columns, n))
		if err != nil {
			return err
		}
		if _, err := p.ExecContext(ctx, args...); err != nil {
			return err
		}
		values = values[n:]
	}
	return nil
}

func insertRows(table string, columns []string, n int) string {
	row := "(?" + strings.Repeat(",?", len(columns)-1) + ")"
	return fmt.Sprintf("INSERT INTO %s (%s) VALUES %s%s", table, strings.Join(columns, ","), row, strings.Repeat(","+row, n-1))
}

func (s *sqliteSession) commit(context.Context) error { return s.tx.Commit() }

func (s *sqliteSession) rollback(context.Context) error {
	if err := s.tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}
