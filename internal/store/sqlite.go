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
	"slices"
	"sync"

	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"quittance.org/quittance/internal/base/fault"
)

// applicationID marks a database file as ours ("QUIT"), in the file's header.
const applicationID = 0x51554954

// sqliteEngine has one writing connection and several reading ones (S2).
type sqliteEngine struct {
	writer *sqlitePool
	reader *sqlitePool
}

func openSQLite(ctx context.Context, path string, maxBytes int64) (engine, error) {
	if path == "" {
		return nil, fault.New(fault.Invalid, "store.url", "sqlite: needs a file, like sqlite:quittance.db")
	}
	if err := checkOurs(ctx, path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Wrap(fault.Invalid, "store.path", err, "can not make the folder of the database file")
	}
	writer, err := sql.Open("sqlite", sqliteDSN(path, false, maxBytes))
	if err != nil {
		return nil, err
	}
	writer.SetMaxOpenConns(1)
	if err := migrateSQLite(ctx, writer); err != nil {
		_ = writer.Close()
		return nil, err
	}
	reader, err := sql.Open("sqlite", sqliteDSN(path, true, 0))
	if err != nil {
		_ = writer.Close()
		return nil, err
	}
	reader.SetMaxOpenConns(max(4, runtime.NumCPU()))
	return &sqliteEngine{writer: newSQLitePool(writer), reader: newSQLitePool(reader)}, nil
}

// sqlitePageBytes is SQLite's own default, which our files have.
const sqlitePageBytes = 4096

// sqliteDSN sets every PRAGMA per connection: one set by Exec would reach a
// single pooled connection only.
func sqliteDSN(path string, readOnly bool, maxBytes int64) string {
	q := url.Values{"_pragma": {
		"busy_timeout(10000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "cache_size(-65536)",
	}}
	if maxBytes > 0 {
		q.Add("_pragma", fmt.Sprintf("max_page_count(%d)", maxBytes/sqlitePageBytes))
	}
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
	_ = e.reader.db.Close()
	_ = e.writer.db.Close()
}

func (e *sqliteEngine) prepare(ctx context.Context, text string) error {
	s, err := e.writer.db.PrepareContext(ctx, text)
	if err != nil {
		return err
	}
	return s.Close() //nolint:sqlclosecheck // closing is the last step and its error is part of the answer
}

func (e *sqliteEngine) begin(ctx context.Context, m mode) (session, error) {
	pool := e.writer
	if m == modeRead {
		pool = e.reader
	}
	pool.prepareSeen(ctx)
	tx, err := pool.db.BeginTx(ctx, &sql.TxOptions{ReadOnly: m == modeRead})
	if err != nil {
		return nil, err
	}
	return &sqliteSession{tx: tx, pool: pool}, nil
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

// sqlitePool is connections with their statements, which are prepared once for
// each connection: to prepare one takes longer than to run it.
type sqlitePool struct {
	db *sql.DB

	mu       sync.Mutex
	prepared map[string]*sql.Stmt
	seen     map[string]bool // texts to prepare before the next transaction
}

func newSQLitePool(db *sql.DB) *sqlitePool {
	return &sqlitePool{db: db, prepared: map[string]*sql.Stmt{}, seen: map[string]bool{}}
}

// prepareSeen prepares what transactions have asked for since the last time.
// It can not be done inside one, which may hold the only connection. A text
// that can not be prepared is left to the transaction that runs it.
func (p *sqlitePool) prepareSeen(ctx context.Context) {
	p.mu.Lock()
	seen := p.seen
	p.seen = map[string]bool{}
	p.mu.Unlock()
	for text := range seen {
		prepared, err := p.db.PrepareContext(ctx, text)
		if err != nil {
			continue
		}
		p.keep(text, prepared)
	}
}

func (p *sqlitePool) keep(text string, prepared *sql.Stmt) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.prepared[text] != nil {
		_ = prepared.Close() // another transaction was faster
		return
	}
	p.prepared[text] = prepared
}

func (p *sqlitePool) stmt(ctx context.Context, tx *sql.Tx, text string) (*sql.Stmt, error) {
	p.mu.Lock()
	prepared := p.prepared[text]
	if prepared == nil {
		p.seen[text] = true
	}
	p.mu.Unlock()
	if prepared == nil {
		return tx.PrepareContext(ctx, text)
	}
	return tx.StmtContext(ctx, prepared), nil
}

type sqliteSession struct {
	tx   *sql.Tx
	pool *sqlitePool
}

func (s *sqliteSession) run(ctx context.Context, steps []step) (int, error) {
	for done, step := range steps {
		if err := s.take(ctx, step); err != nil {
			return done, err
		}
	}
	return len(steps), nil
}

func (s *sqliteSession) take(ctx context.Context, step step) error {
	p, err := s.pool.stmt(ctx, s.tx, step.stmt.sql) //nolint:sqlclosecheck // the end of the transaction closes it
	if err != nil {
		return err
	}
	if step.row != nil {
		r, err := p.QueryContext(ctx, step.args...) //nolint:rowserrcheck // drain asks for it
		if err != nil {
			return err
		}
		return step.drain(sqliteRows{r})
	}
	result, err := p.ExecContext(ctx, step.args...)
	if err != nil {
		return err
	}
	touched, err := result.RowsAffected()
	if err != nil {
		return err
	}
	return step.wrote(touched)
}

// sqliteRows drops Close's error: Err has told everything before.
type sqliteRows struct{ *sql.Rows }

func (r sqliteRows) Close() { _ = r.Rows.Close() }

// sqliteBulkRows is how many rows one INSERT carries.
const sqliteBulkRows = 50

func (s *sqliteSession) bulk(ctx context.Context, table string, columns []string, values [][]any) error {
	for rows := range slices.Chunk(values, sqliteBulkRows) {
		p, err := s.pool.stmt(ctx, s.tx, insertRows(table, columns, len(rows), nameless)) //nolint:sqlclosecheck // the end of the transaction closes it
		if err != nil {
			return err
		}
		if _, err := p.ExecContext(ctx, slices.Concat(rows...)...); err != nil {
			return err
		}
	}
	return nil
}

// nameless is the argument in order: SQLite's driver asks for the name of each,
// and SQLite looks for it among all.
func nameless(int) string { return "?" }

func (s *sqliteSession) finish(ctx context.Context, steps []step) (int, error) {
	if done, err := s.run(ctx, steps); err != nil {
		return done, err
	}
	return len(steps), s.tx.Commit()
}

func (s *sqliteSession) rollback(context.Context) error {
	if err := s.tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}
