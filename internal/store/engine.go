package store

import (
	"context"
	"errors"
	"strings"

	"quittance.org/quittance/internal/domain/enrollment"
)

// engine is what differs between SQLite and PostgreSQL.
type engine interface {
	name() string
	begin(ctx context.Context, m mode) (session, error)
	// inLine begins a transaction for work on one account. The engine may have the
	// plan made before, and then says whether it holds.
	inLine(ctx context.Context, p *plan) (session, error)
	prepare(ctx context.Context, sql string) error
	// seenBeside tells whether who begins to read now, beside a transaction that
	// writes, sees what it sees, and goes on to see that until it ends.
	seenBeside(s session) bool
	classify(err error) errorClass
	close()
}

// mode is the kind of a transaction.
type mode int

const (
	modeRead  mode = iota // sees one state, writes nothing
	modeWrite             // serializable
	modeBulk              // many accounts at once, each locked before it is read
)

// session is one transaction. It need not begin before the first step.
type session interface {
	// run runs steps in order, in one round trip where the engine has round
	// trips, and tells how many went well.
	run(ctx context.Context, steps []step) (int, error)
	// bulk inserts many rows; PostgreSQL uses COPY.
	bulk(ctx context.Context, table string, columns []string, values [][]any) error
	// finish runs the last steps and commits, in one round trip where the engine
	// has round trips. The steps must have no row or touched, which would come
	// too late. A number of steps done that is all of them means that the commit
	// itself failed.
	finish(ctx context.Context, steps []step) (int, error)
	rollback(ctx context.Context) error
}

// step is one statement with what to do with its result: row is called for
// each row of a query, touched with the number of rows that a write touched.
// One of the two may be there; an error of it fails the transaction.
type step struct {
	stmt    *Stmt
	args    []any
	row     func(scan func(...any) error) error
	touched func(rows int64) error
	// presumed is said of a write that all but always touches one row: a plan goes
	// on as if it had. Its row, if it has one, looks at no column.
	presumed bool
}

// leads tells whether the first argument of a step is an account.
func (s step) leads(account enrollment.AccountID) bool {
	return len(s.args) > 0 && s.args[0] == any(account)
}

// rows is the part of a result that both drivers share.
type rows interface {
	Next() bool
	Scan(dest ...any) error
	Err() error
	Close()
}

// drain hands on every row of a query.
func (s step) drain(r rows) error {
	defer r.Close()
	for r.Next() {
		if err := s.row(r.Scan); err != nil {
			return err
		}
	}
	return r.Err()
}

// wrote hands on how many rows a write touched.
func (s step) wrote(rows int64) error {
	if s.touched == nil {
		return nil
	}
	return s.touched(rows)
}

// errorClass is what the store needs to know of a driver's error (E4).
type errorClass int

const (
	classOther     errorClass = iota
	classRetry                // run the transaction again
	classDuplicate            // a unique constraint
	classCheck                // a check, foreign key or not-null constraint
	classLost                 // the connection went away: nobody knows what happened
	classFull                 // there is no room left: nothing has happened
)

// Stmt is a named statement. Every one is prepared on both engines in a test.
type Stmt struct {
	name    string
	sql     string
	locked  string  // the text that locks its rows as well, "" if it never does
	reads   bool    // and writes nothing
	changes bool    // changes or removes rows that are there
	writes  string  // the table that it writes, "" if none, or if that is not known
	few     []*Stmt // the same of one row, of two …; nil if it can not be put together with others
	width   int     // arguments of a row of it
}

// names tells whether the text has the name of a table in it: if not, the table
// changes nothing of its result. There are no views, no triggers that write and
// no keys that cascade (TestNothingWritesUnnamed).
func (s *Stmt) names(table string) bool {
	if table == "" {
		return true
	}
	for rest := s.sql; ; {
		before, after, found := strings.Cut(rest, table)
		if !found {
			return false
		}
		if !endsInName(before) && !beginsWithName(after) {
			return true
		}
		rest = after
	}
}

func endsInName(text string) bool     { return text != "" && inName(text[len(text)-1]) }
func beginsWithName(text string) bool { return text != "" && inName(text[0]) }
func inName(c byte) bool {
	return c == '_' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// lockMark stands where PostgreSQL, in a transaction that writes, locks the
// rows that a query reads against bulk transactions. It is the one fragment
// that differs between the engines (S7); to SQLite it is a comment.
const (
	lockMark = "/* lock */"
	lockRows = "FOR SHARE"
)

// textIn gives the text as PostgreSQL runs it in a transaction of a mode.
func (s *Stmt) textIn(m mode) string {
	if m == modeWrite && s.locked != "" {
		return s.locked
	}
	return s.sql
}

var registry []*Stmt

func stmt(name, sql string) *Stmt {
	s := &Stmt{name: name, sql: sql, reads: begins(sql, "SELECT "), changes: changes(sql), writes: tableWritten(sql)}
	if strings.Contains(sql, lockMark) {
		s.locked = strings.Replace(sql, lockMark, lockRows, 1)
	}
	registry = append(registry, s)
	return s
}

// changes tells whether a text changes or removes rows that are there.
func changes(sql string) bool { return begins(sql, "UPDATE ") || begins(sql, "DELETE ") }

func begins(sql, with string) bool { return strings.HasPrefix(strings.TrimSpace(sql), with) }

var errWrongRowCount = errors.New("store: a guarded statement touched another number of rows")
