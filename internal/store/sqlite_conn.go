package store

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"

	"github.com/ncruces/go-sqlite3"
	sqlite "github.com/ncruces/go-sqlite3/driver"
)

// sqliteConnector makes connections that keep their statements.
type sqliteConnector struct {
	driver.Connector
	committed func(pages int) // or nil
}

func (c sqliteConnector) Connect(ctx context.Context) (driver.Conn, error) {
	made, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, gaveUp(ctx, err)
	}
	conn, ok := made.(sqliteDriverConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("%T can do less than is needed", made), made.Close())
	}
	if c.committed != nil {
		conn.Raw().WALHook(func(_ *sqlite3.Conn, _ string, pages int) error {
			c.committed(pages)
			return nil
		})
	}
	return &sqliteConn{sqliteDriverConn: conn, prepared: map[string]*sqliteStmt{}}, nil
}

// sqliteDriverConn is what a connection of the driver can do.
type sqliteDriverConn interface {
	sqlite.Conn
	driver.ExecerContext
	driver.NamedValueChecker
}

// sqliteConn is a connection with its statements, which are prepared once: to
// prepare one takes longer than to run it. It is used by one transaction at a
// time.
type sqliteConn struct {
	sqliteDriverConn
	prepared map[string]*sqliteStmt
}

// Close closes the connection, its statements first: SQLite does not close with
// a statement left. database/sql closes a connection after a panic, and all in
// the end.
func (c *sqliteConn) Close() error {
	for _, s := range c.prepared {
		_ = s.Close() // repeats the error of its last run
	}
	clear(c.prepared)
	return c.sqliteDriverConn.Close()
}

// log is the log that the connection writes, nil if it has none.
func (c *sqliteConn) log() *sqliteLog {
	file, err := c.Raw().FileControl("main", sqlite3.FCNTL_JOURNAL_POINTER)
	if err != nil {
		return nil
	}
	log, _ := file.(*sqliteLog)
	return log
}

// sqliteStmt is a statement that is prepared.
type sqliteStmt struct {
	*sqlite3.Stmt
	args    []int // for each of SQLite's parameters the place of its argument
	bound   []any // and the argument that it has; untold if it may be another
	columns int
}

func (c *sqliteConn) stmt(text string) (*sqliteStmt, error) {
	if s := c.prepared[text]; s != nil {
		return s, nil
	}
	made, rest, err := c.Raw().Prepare(text)
	if err != nil {
		return nil, err
	}
	if made == nil || rest != "" {
		return nil, errors.Join(errors.New("not one statement"), made.Close())
	}
	s := &sqliteStmt{Stmt: made, args: make([]int, made.BindCount()), bound: make([]any, made.BindCount()), columns: made.ColumnCount()}
	for i := range s.args {
		if s.args[i], err = argument(made.BindName(i+1), i); err != nil {
			return nil, errors.Join(err, made.Close())
		}
	}
	c.prepared[text] = s
	return s, nil
}

// argument gives the place of the argument for a parameter: that of "$2" is 1,
// that of "?" the next.
func argument(name string, next int) (int, error) {
	if name == "" {
		return next, nil
	}
	n, err := strconv.Atoi(name[1:])
	if err != nil || n < 1 {
		return 0, fmt.Errorf("parameter %s is not a number", name)
	}
	return n - 1, nil
}

// bind gives the arguments to SQLite, which keeps a copy. What a parameter has
// from the last time it keeps: much of what payments write is the same for all of
// them.
func (s *sqliteStmt) bind(args []any) error {
	if len(s.args) != len(args) {
		return fmt.Errorf("%d arguments for %d parameters", len(args), len(s.args))
	}
	for i, at := range s.args {
		if at >= len(args) {
			return fmt.Errorf("no argument for parameter $%d", at+1)
		}
		if same(s.bound[i], args[at]) {
			continue
		}
		s.bound[i] = untold{}
		if err := s.bindOne(i+1, args[at]); err != nil {
			return fmt.Errorf("argument %d: %w", at+1, err)
		}
		s.bound[i] = told(args[at])
	}
	return nil
}

// begin prepares and binds.
func (c *sqliteConn) begin(text string, args []any) (*sqliteStmt, error) {
	s, err := c.stmt(text)
	if err != nil {
		return nil, err
	}
	return s, s.bind(args)
}

// during lets something happen that ends early when the context does.
func (c *sqliteConn) during(ctx context.Context, f func() error) error {
	conn := c.Raw()
	defer conn.SetInterrupt(conn.SetInterrupt(ctx)) // what was set before, afterwards
	return gaveUp(ctx, f())
}

// gaveUp gives the error of the context instead of SQLite's, which says only
// that somebody interrupted it, or while it waited for another process that the
// file is locked.
func gaveUp(ctx context.Context, err error) error {
	if (errors.Is(err, sqlite3.INTERRUPT) || errors.Is(err, sqlite3.BUSY)) && ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func (c *sqliteConn) exec(ctx context.Context, text string, args ...any) error {
	return c.during(ctx, func() error {
		s, err := c.begin(text, args)
		if err != nil {
			return err
		}
		return s.Exec()
	})
}

// take runs a step.
func (c *sqliteConn) take(ctx context.Context, step step) error {
	return c.during(ctx, func() error {
		s, err := c.begin(step.stmt.sql, step.args)
		if err != nil {
			return err
		}
		if step.row != nil {
			return step.drain(sqliteRows{s})
		}
		if err := s.Exec(); err != nil {
			return err
		}
		return step.wrote(c.Raw().Changes())
	})
}

// sqliteRows is the result of a query.
type sqliteRows struct{ stmt *sqliteStmt }

func (r sqliteRows) Next() bool { return r.stmt.Step() }

func (r sqliteRows) Err() error { return r.stmt.Err() }

// Close drops its error: Err has told it before.
func (r sqliteRows) Close() { _ = r.stmt.Reset() }

func (r sqliteRows) Scan(dest ...any) error {
	if len(dest) != r.stmt.columns {
		return fmt.Errorf("%d places for %d columns", len(dest), r.stmt.columns)
	}
	for i, d := range dest {
		if err := r.stmt.scan(i, d); err != nil {
			return fmt.Errorf("column %d: %w", i+1, err)
		}
	}
	return nil
}
