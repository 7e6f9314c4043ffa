package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"

	"modernc.org/sqlite"
)

// sqlitePool is connections that write or that read. Transactions go to the
// driver directly: what database/sql does around each statement, with a
// goroutine for each query that waits for the end of the context, takes as long
// as a short query itself.
type sqlitePool struct {
	db     *sql.DB
	writes bool
}

// newSQLitePool makes a pool of one connection that writes, or of some that
// read. They stay open.
func newSQLitePool(dsn string, writes bool) (*sqlitePool, error) {
	connector, err := sqlite.NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	db := sql.OpenDB(sqliteConnector{connector})
	most := 1
	if !writes {
		most = max(4, runtime.NumCPU())
	}
	db.SetMaxOpenConns(most)
	db.SetMaxIdleConns(most)
	return &sqlitePool{db: db, writes: writes}, nil
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

// sqliteConnector makes connections that keep their statements.
type sqliteConnector struct{ driver.Connector }

func (c sqliteConnector) Connect(ctx context.Context) (driver.Conn, error) {
	made, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	conn, ok := made.(sqliteDriverConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%T can do less than is needed", made), made.Close())
	}
	return &sqliteConn{sqliteDriverConn: conn, prepared: map[string]sqliteStmt{}}, nil
}

// sqliteDriverConn is what a connection of the driver can do.
type sqliteDriverConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
	driver.Pinger
	driver.SessionResetter
	driver.Validator
}

// sqliteConn is a connection with its statements, which are prepared once: to
// prepare one takes longer than to run it. It is used by one transaction at a
// time.
type sqliteConn struct {
	sqliteDriverConn
	prepared map[string]sqliteStmt

	// Of the statement that runs.
	args   []driver.NamedValue
	values []driver.Value
}

// Close closes the connection, its statements first: SQLite frees what they
// hold when the connection goes. database/sql closes one that was interrupted,
// by whomever: the job queue uses the writing one too.
func (c *sqliteConn) Close() error {
	for _, s := range c.prepared {
		_ = s.Close() // repeats the error of its last run
	}
	clear(c.prepared)
	return c.sqliteDriverConn.Close()
}

type sqliteStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

func (c *sqliteConn) stmt(ctx context.Context, text string) (sqliteStmt, error) {
	if s := c.prepared[text]; s != nil {
		return s, nil
	}
	made, err := c.PrepareContext(ctx, text)
	if err != nil {
		return nil, err
	}
	s := made.(sqliteStmt)
	c.prepared[text] = s
	return s, nil
}

// bind gives arguments in the form of the driver.
func (c *sqliteConn) bind(args []any) ([]driver.NamedValue, error) {
	c.args = slices.Grow(c.args[:0], len(args))
	for i, a := range args {
		v, err := sqliteValue(a)
		if err != nil {
			return nil, fmt.Errorf("argument %d: %w", i+1, err)
		}
		c.args = append(c.args, driver.NamedValue{Ordinal: i + 1, Value: v})
	}
	return c.args, nil
}

func (c *sqliteConn) exec(ctx context.Context, text string, args ...any) (driver.Result, error) {
	s, err := c.stmt(ctx, text)
	if err != nil {
		return nil, err
	}
	bound, err := c.bind(args)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(ctx, bound)
}

// take runs a step.
func (c *sqliteConn) take(ctx context.Context, step step) error {
	if step.row == nil {
		result, err := c.exec(ctx, step.stmt.sql, step.args...)
		if err != nil {
			return err
		}
		touched, err := result.RowsAffected()
		if err != nil {
			return err
		}
		return step.wrote(touched)
	}
	s, err := c.stmt(ctx, step.stmt.sql)
	if err != nil {
		return err
	}
	bound, err := c.bind(step.args)
	if err != nil {
		return err
	}
	// To interrupt a query the driver keeps a goroutine beside it. A short one is
	// left between two rows.
	until := ctx
	if !step.long {
		until = context.WithoutCancel(ctx)
	}
	r, err := s.QueryContext(until, bound)
	if err != nil {
		return err
	}
	return step.drain(&sqliteRows{ctx: ctx, rows: r, values: c.room(len(r.Columns()))})
}

// room gives room for the values of a row.
func (c *sqliteConn) room(columns int) []driver.Value {
	c.values = slices.Grow(c.values[:0], columns)[:columns]
	return c.values
}

// sqliteRows is the result of a query.
type sqliteRows struct {
	ctx    context.Context
	rows   driver.Rows
	values []driver.Value
	err    error
}

func (r *sqliteRows) Next() bool {
	if r.err = r.ctx.Err(); r.err != nil {
		return false
	}
	r.err = r.rows.Next(r.values)
	return r.err == nil
}

func (r *sqliteRows) Scan(dest ...any) error {
	if len(dest) != len(r.values) {
		return fmt.Errorf("%d places for %d columns", len(dest), len(r.values))
	}
	for i, d := range dest {
		if err := sqliteScan(d, r.values[i]); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}

func (r *sqliteRows) Err() error {
	if errors.Is(r.err, io.EOF) {
		return nil
	}
	return r.err
}

// Close drops its error: Err has told everything before.
func (r *sqliteRows) Close() { _ = r.rows.Close() }

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
	return t.do(func(c *sqliteConn) error {
		_, err := c.exec(ctx, text, args...)
		return err
	})
}

func (t *sqliteTx) take(ctx context.Context, step step) error {
	return t.do(func(c *sqliteConn) error { return c.take(ctx, step) })
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

// nameless is the argument in order: SQLite's driver asks for the name of each,
// and SQLite looks for it among all.
func nameless(int) string { return "?" }

// commit commits. What can not be committed is undone.
func (t *sqliteTx) commit() error {
	if err := t.exec(t.lasting, "COMMIT"); err != nil {
		return errors.Join(err, t.rollback())
	}
	return t.leave()
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

// sqliteReading is a transaction that only reads.
type sqliteReading struct{ *sqliteTx }

func (s sqliteReading) run(ctx context.Context, steps []step) (int, error) {
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

func (s sqliteReading) finish(ctx context.Context, steps []step) (int, error) {
	done, err := s.run(ctx, steps)
	return done, errors.Join(err, s.sqliteTx.rollback())
}

func (s sqliteReading) rollback(context.Context) error { return s.sqliteTx.rollback() }
