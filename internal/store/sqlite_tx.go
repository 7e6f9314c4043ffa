package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"slices"

	"github.com/ncruces/go-sqlite3"
	sqlite "github.com/ncruces/go-sqlite3/driver"
)

// sqlitePool is connections that write or that read. Transactions go to SQLite
// directly: what database/sql does around each statement takes as long as a
// short query itself.
type sqlitePool struct {
	db     *sql.DB
	writes bool
}

// newSQLitePool makes a pool of at most so many connections, which are opened
// when they are needed and stay open. After each commit committed, unless it is
// nil, is told how many pages are in the log, which SQLite then leaves there.
func newSQLitePool(dsn string, most int, committed func(pages int)) (*sqlitePool, error) {
	connector, err := (&sqlite.SQLite{}).OpenConnector(dsn)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(sqliteConnector{connector, committed})
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return &sqlitePool{db: db}, nil
}

// begin begins a transaction.
func (p *sqlitePool) begin(ctx context.Context) (*sqliteTx, error) {
	conn, err := p.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	t := &sqliteTx{conn: conn, lasting: context.WithoutCancel(ctx)}
	words := "BEGIN"
	if p.writes {
		words = "BEGIN IMMEDIATE" // which waits for another process, as long as the caller does
	} else {
		ctx = context.WithoutCancel(ctx)
	}
	if err := t.exec(ctx, words); err != nil {
		return nil, errors.Join(err, t.rollback()) // it may have begun when the context ended
	}
	return t, nil
}

// sqliteTx is a transaction of SQLite's own.
type sqliteTx struct {
	conn *sql.Conn
	over bool

	lasting context.Context // outlasts who began it: a transaction is always ended
}

// do lets something happen at the connection. A panic ends the transaction, for
// database/sql closes the connection then.
func (t *sqliteTx) do(f func(*sqliteConn) error) error {
	if t.over {
		return sql.ErrTxDone
	}
	return t.conn.Raw(func(c any) error {
		calm := false
		defer func() { t.over = !calm }()
		err := f(c.(*sqliteConn))
		calm = !errors.Is(err, driver.ErrBadConn)
		return err
	})
}

func (t *sqliteTx) exec(ctx context.Context, text string, args ...any) error {
	return t.do(func(c *sqliteConn) error { return c.exec(ctx, text, args...) })
}

func (t *sqliteTx) take(ctx context.Context, step step) error {
	return t.do(func(c *sqliteConn) error { return c.take(ctx, step) })
}

// changed is how many rows the connection has ever changed. It fails if SQLite
// has undone the transaction.
func (t *sqliteTx) changed() (rows int64, err error) {
	err = t.do(func(c *sqliteConn) error {
		if c.Raw().GetAutocommit() {
			return sql.ErrTxDone
		}
		rows = c.Raw().TotalChanges()
		return nil
	})
	return rows, err
}

// sqliteBulkRows is how many rows one INSERT carries.
const sqliteBulkRows = 50

func (t *sqliteTx) bulk(ctx context.Context, table string, columns []string, values [][]any) error {
	for rows := range slices.Chunk(values, sqliteBulkRows) {
		if err := t.exec(ctx, insertRows(table, columns, len(rows), nameless), slices.Concat(rows...)...); err != nil {
			return err
		}
	}
	return nil
}

// nameless is the argument in order: SQLite looks for a name among all names.
func nameless(int) string { return "?" }

// commit commits, and leaves the sync of the log, which it gives, to the caller.
// No log is nothing left to do. What can not be committed is undone.
func (t *sqliteTx) commit() (log *sqliteLog, err error) {
	err = t.do(func(c *sqliteConn) error {
		if log = c.log(); log != nil {
			log.putsOff = true
			defer func() { log.putsOff = false }()
		}
		return c.exec(t.lasting, "COMMIT")
	})
	if err != nil {
		return nil, errors.Join(err, t.rollback())
	}
	return log, t.leave()
}

// rollback undoes what was not committed, unless SQLite has done so by itself,
// as it does after some errors.
func (t *sqliteTx) rollback() error {
	if t.over {
		return nil
	}
	_ = t.exec(t.lasting, "ROLLBACK")
	return t.leave()
}

// leave gives the connection back.
func (t *sqliteTx) leave() error {
	if t.over {
		return nil
	}
	t.over = true
	return t.conn.Close()
}

// sqliteReading is a transaction that only reads. With a disk it looks at
// nothing before that has all that can be seen.
type sqliteReading struct {
	*sqliteTx
	disk *sqliteDisk // nil for who tells nobody
	sees bool        // a state that is on the disk
}

func (s *sqliteReading) run(ctx context.Context, steps []step) (int, error) {
	for done, step := range steps {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		if err := s.take(ctx, step); err != nil {
			return done, err
		}
	}
	return len(steps), nil
}

// take runs a step. What a transaction sees is certain when SQLite has looked
// for the first row: the row itself is handed on when it is on the disk.
func (s *sqliteReading) take(ctx context.Context, step step) error {
	if s.disk == nil || s.sees || step.row == nil {
		return s.sqliteTx.take(ctx, step)
	}
	return s.do(func(c *sqliteConn) error {
		row := step.row
		step.row = func(scan func(...any) error) error {
			if err := s.await(ctx, c); err != nil {
				return err
			}
			return row(scan)
		}
		if err := c.take(ctx, step); err != nil {
			return err
		}
		return s.await(ctx, c) // there may be no row
	})
}

// await waits for the disk. A query of no table has not settled yet what the
// transaction sees.
func (s *sqliteReading) await(ctx context.Context, c *sqliteConn) error {
	if s.sees {
		return nil
	}
	sees := c.Raw().TxnState("main") != sqlite3.TXN_NONE
	err := s.disk.await(ctx)
	s.sees = sees && err == nil
	return err
}

func (s *sqliteReading) finish(ctx context.Context, steps []step) (int, error) {
	done, err := s.run(ctx, steps)
	return done, errors.Join(err, s.sqliteTx.rollback())
}

func (s *sqliteReading) rollback(context.Context) error { return s.sqliteTx.rollback() }
