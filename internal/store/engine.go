package store

import (
	"context"
	"errors"
)

// engine is what differs between SQLite and PostgreSQL.
type engine interface {
	name() string
	begin(ctx context.Context, readOnly bool) (session, error)
	prepare(ctx context.Context, sql string) error
	classify(err error) errorClass
	close()
}

// session is one transaction.
type session interface {
	query(ctx context.Context, sql string, args []any) (rows, error)
	// queries runs several queries in one round trip and hands each result on,
	// in order.
	queries(ctx context.Context, all []request) error
	// send runs writes in order and returns how many rows each touched.
	send(ctx context.Context, writes []write) ([]int64, error)
	// bulk inserts many rows; PostgreSQL uses COPY.
	bulk(ctx context.Context, table string, columns []string, values [][]any) error
	commit(ctx context.Context) error
	rollback(ctx context.Context) error
	// handle is the driver's own transaction, for the job queue.
	handle() any
}

// rows is the part of a result that both drivers share.
type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// request is one query of several, with what to do with each of its rows.
type request struct {
	stmt *Stmt
	args []any
	row  func(scan func(...any) error) error
}

// write is one queued statement. want is the number of rows it must touch, or
// anyRows; otherwise the transaction fails with otherwise.
type write struct {
	stmt      *Stmt
	args      []any
	want      int64
	otherwise error
}

const anyRows = -1

// errorClass is what the store needs to know of a driver's error (E4).
type errorClass int

const (
	classOther     errorClass = iota
	classRetry                // run the transaction again
	classDuplicate            // a unique constraint
	classCheck                // a check, foreign key or not-null constraint
	classLost                 // the connection went away: nobody knows what happened
)

// Stmt is a named statement. Every one is prepared on both engines in a test.
type Stmt struct {
	name string
	sql  string
}

var registry []*Stmt

func stmt(name, sql string) *Stmt {
	s := &Stmt{name: name, sql: sql}
	registry = append(registry, s)
	return s
}

var errWrongRowCount = errors.New("store: a guarded statement touched another number of rows")
