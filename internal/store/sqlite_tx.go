package store

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"sync"
)

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

// begin begins a transaction.
func (p *sqlitePool) begin(ctx context.Context, o *sql.TxOptions) (*sqliteTx, error) {
	p.prepareSeen(ctx)
	tx, err := p.db.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return &sqliteTx{tx: tx, pool: p, stmts: map[string]*sql.Stmt{}}, nil
}

// sqliteTx is a transaction of SQLite's own.
type sqliteTx struct {
	tx    *sql.Tx
	pool  *sqlitePool
	stmts map[string]*sql.Stmt
}

// stmt gives a statement of the transaction, whose end closes it.
func (t *sqliteTx) stmt(ctx context.Context, text string) (*sql.Stmt, error) {
	if s := t.stmts[text]; s != nil {
		return s, nil
	}
	t.pool.mu.Lock()
	prepared := t.pool.prepared[text]
	if prepared == nil {
		t.pool.seen[text] = true
	}
	t.pool.mu.Unlock()
	if prepared != nil {
		t.stmts[text] = t.tx.StmtContext(ctx, prepared)
		return t.stmts[text], nil
	}
	s, err := t.tx.PrepareContext(ctx, text)
	if err == nil {
		t.stmts[text] = s
	}
	return s, err
}

func (t *sqliteTx) exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	s, err := t.stmt(ctx, text) //nolint:sqlclosecheck // the end of the transaction closes it
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, args...)
}

func (t *sqliteTx) take(ctx context.Context, step step) error {
	if step.row != nil {
		s, err := t.stmt(ctx, step.stmt.sql) //nolint:sqlclosecheck // the end of the transaction closes it
		if err != nil {
			return err
		}
		r, err := s.QueryContext(ctx, step.args...) //nolint:rowserrcheck // drain asks for it
		if err != nil {
			return err
		}
		return step.drain(sqliteRows{r})
	}
	result, err := t.exec(ctx, step.stmt.sql, step.args...)
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

func (t *sqliteTx) bulk(ctx context.Context, table string, columns []string, values [][]any) error {
	for rows := range slices.Chunk(values, sqliteBulkRows) {
		if _, err := t.exec(ctx, insertRows(table, columns, len(rows), nameless), slices.Concat(rows...)...); err != nil {
			return err
		}
	}
	return nil
}

// nameless is the argument in order: SQLite's driver asks for the name of each,
// and SQLite looks for it among all.
func nameless(int) string { return "?" }

func (t *sqliteTx) rollback() error {
	if err := t.tx.Rollback(); !errors.Is(err, sql.ErrTxDone) {
		return err
	}
	return nil
}

// sqliteReading is a transaction that only reads.
type sqliteReading struct{ *sqliteTx }

func (s sqliteReading) run(ctx context.Context, steps []step) (int, error) {
	for done, step := range steps {
		if err := s.take(ctx, step); err != nil {
			return done, err
		}
	}
	return len(steps), nil
}

func (s sqliteReading) finish(ctx context.Context, steps []step) (int, error) {
	done, err := s.run(ctx, steps)
	return done, errors.Join(err, s.sqliteTx.rollback())
}

func (s sqliteReading) rollback(context.Context) error { return s.sqliteTx.rollback() }
