package store

import (
	"context"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
)

type postgresEngine struct {
	pool *pgxpool.Pool
	line *postgresLine
	room *room // nil: no bound
}

// leastConns is how many connections the pool may open unless the address of the
// database says otherwise (pool_max_conns): payments come together, and commits
// that wait for the disk at the same time share the wait.
const leastConns = 8

func openPostgres(ctx context.Context, url string, o Options) (engine, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fault.New(fault.Invalid, "store.url", "can not read the postgres:// address of the database")
	}
	switch {
	case o.MaxConns > 0:
		config.MaxConns = o.MaxConns
	case !strings.Contains(url, "pool_max_conns="):
		config.MaxConns = max(config.MaxConns, leastConns)
	}
	if o.Volatile {
		config.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	}
	// Each connection keeps all of our statements prepared, and what bulk writes
	// make besides.
	config.ConnConfig.StatementCacheCapacity = 2 * len(registry)
	config.AfterConnect = avoidTableScans
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, fault.Wrap(fault.Unavailable, "store.unavailable", err, "PostgreSQL does not answer at %s:%d", config.ConnConfig.Host, config.ConnConfig.Port)
	}
	room := roomOf(o)
	return &postgresEngine{pool, newPostgresLine(pool, room), room}, nil
}

// avoidTableScans keeps the planner from reading a whole table because it is
// small: a transaction that has read all of a table collides with everybody who
// writes to it (SERIALIZABLE). Our statements all have an index to go by. The
// few that read all of a table must not be compiled for it: its scan counts as
// hugely expensive now.
func avoidTableScans(ctx context.Context, conn *pgx.Conn) error {
	_, err := conn.Exec(ctx, "SET enable_seqscan = off; SET jit = off")
	return err
}

func (e *postgresEngine) name() string { return "postgres" }

func (e *postgresEngine) close() { e.pool.Close() }

// seenBeside: others write while a transaction does.
func (e *postgresEngine) seenBeside(session) bool { return false }

func (e *postgresEngine) prepare(ctx context.Context, sql string) error {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	_, err = conn.Conn().Prepare(ctx, "", sql)
	return err
}

func (e *postgresEngine) begin(ctx context.Context, m mode) (session, error) {
	conn, err := e.pool.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	return &postgresSession{conn: conn, mode: m, room: e.room}, nil
}

// inLine makes no plan: its reads would be answered by another transaction,
// beside which PostgreSQL lets everybody write.
func (e *postgresEngine) inLine(ctx context.Context, p *plan) (session, error) {
	return e.line.begin(ctx, p.account)
}

// SQLSTATE codes, PostgreSQL manual appendix A.
const (
	sqlstateSerializationFailure = "40001"
	sqlstateDeadlock             = "40P01"
	sqlstateUnique               = "23505"
	sqlstateClassConstraint      = "23"
	sqlstateClassConnection      = "08"
	sqlstateAdminShutdown        = "57P01"
	sqlstateDiskFull             = "53100"
	sqlstateClassResources       = "53" // out of memory, too many connections
)

func (e *postgresEngine) classify(err error) errorClass { return classifyPostgres(err) }

func classifyPostgres(err error) errorClass {
	if errors.Is(err, errGroupUndone) {
		return classRetry
	}
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch {
		case pe.Code == sqlstateSerializationFailure, pe.Code == sqlstateDeadlock:
			return classRetry
		case pe.Code == sqlstateUnique:
			return classDuplicate
		case pe.Code[:2] == sqlstateClassConstraint:
			return classCheck
		case pe.Code == sqlstateDiskFull:
			return classFull
		case pe.Code[:2] == sqlstateClassConnection, pe.Code[:2] == sqlstateClassResources, pe.Code == sqlstateAdminShutdown:
			return classLost
		}
		return classOther
	}
	var ne net.Error
	var ce *pgconn.ConnectError
	if errors.As(err, &ce) || errors.As(err, &ne) || errors.Is(err, net.ErrClosed) || errors.Is(err, io.ErrUnexpectedEOF) {
		return classLost
	}
	return classOther
}

// postgresSession is a transaction on a connection. BEGIN travels with the
// first steps, so that it costs no round trip of its own.
type postgresSession struct {
	conn  *pgxpool.Conn
	mode  mode
	room  *room
	begun bool
}

// beginAs is how each kind of transaction begins. A bulk one would collide
// with every payment if it were serializable: it reads so much that PostgreSQL
// gives up noting rows and notes whole tables (ADR 0010).
var beginAs = map[mode]step{
	modeRead:  {stmt: &Stmt{name: "begin", sql: "BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY"}},
	modeWrite: {stmt: &Stmt{name: "begin", sql: "BEGIN ISOLATION LEVEL SERIALIZABLE"}},
	modeBulk:  {stmt: &Stmt{name: "begin", sql: "BEGIN ISOLATION LEVEL READ COMMITTED"}},
}

var (
	commit   = step{stmt: &Stmt{name: "commit", sql: "COMMIT"}}
	rollback = step{stmt: &Stmt{name: "rollback", sql: "ROLLBACK"}}
)

// statusFailed is the state of a transaction in which a statement has failed.
const statusFailed = 'E'

// begin gives the statement that begins the transaction, none when it has begun.
func (s *postgresSession) begin() []step {
	if s.begun {
		return nil
	}
	s.begun = true
	return []step{beginAs[s.mode]}
}

func (s *postgresSession) run(ctx context.Context, steps []step) (int, error) {
	begin := s.begin()
	done, err := s.send(ctx, append(begin, steps...))
	return max(0, done-len(begin)), err
}

// finish commits, unless an earlier failure would make of COMMIT a quiet
// rollback.
func (s *postgresSession) finish(ctx context.Context, steps []step) (int, error) {
	if s.failed() {
		return 0, pgx.ErrTxCommitRollback
	}
	if done, err := s.commit(ctx, steps); err != nil {
		return done, err
	}
	s.conn.Release()
	return len(steps), nil
}

// failed tells whether a statement has failed, after which nothing but a
// rollback can be done.
func (s *postgresSession) failed() bool { return s.conn.Conn().PgConn().TxStatus() == statusFailed }

// commit lets COMMIT travel with the last steps: PostgreSQL skips it when one
// of them fails.
func (s *postgresSession) commit(ctx context.Context, steps []step) (int, error) {
	if !s.begun && len(steps) == 0 {
		return 0, nil
	}
	return s.run(ctx, append(steps, commit))
}

func (s *postgresSession) send(ctx context.Context, steps []step) (done int, err error) {
	if s.mode != modeRead {
		steps = s.room.bound(steps)
	}
	batch := &pgx.Batch{}
	for _, step := range steps {
		batch.Queue(step.stmt.textIn(s.mode), bind(step.args)...)
	}
	results := s.conn.SendBatch(ctx, batch)
	defer func() {
		if closeErr := results.Close(); err == nil {
			err = closeErr
		}
	}()
	for _, step := range steps {
		if err := step.take(results); err != nil {
			return done, err
		}
		done++
	}
	return done, nil
}

// take takes the next result of a batch, which is this step's.
func (s step) take(results pgx.BatchResults) error {
	if s.row == nil {
		tag, err := results.Exec()
		if err != nil {
			return err
		}
		return s.wrote(tag.RowsAffected())
	}
	r, err := results.Query() //nolint:sqlclosecheck // drain closes it
	if err != nil {
		return err
	}
	return s.drain(r)
}

func (s *postgresSession) bulk(ctx context.Context, table string, columns []string, values [][]any) error {
	if begin := s.begin(); begin != nil {
		if _, err := s.send(ctx, begin); err != nil {
			return err
		}
	}
	if !s.room.take(len(values), len(columns)) {
		_, err := s.send(ctx, []step{noRoom})
		return err
	}
	source := pgx.CopyFromSlice(len(values), func(i int) ([]any, error) { return bind(values[i]), nil })
	_, err := s.conn.CopyFrom(ctx, pgx.Identifier{table}, columns, source)
	return err
}

// rollback ends the transaction, unless finish has. The pool closes a
// connection that is not idle by then.
func (s *postgresSession) rollback(ctx context.Context) error {
	defer s.conn.Release()
	return s.undo(ctx)
}

func (s *postgresSession) undo(ctx context.Context) error {
	if !s.begun || s.conn.Conn().IsClosed() {
		return nil
	}
	_, err := s.send(ctx, []step{rollback})
	return err
}

// bind gives pgx the binary types it knows instead of our text forms.
func bind(args []any) []any {
	bound := make([]any, len(args))
	for i, arg := range args {
		switch v := arg.(type) {
		case key:
			bound[i] = pgtype.UUID{Bytes: v, Valid: true}
		case identifier:
			raw := v.Raw()
			bound[i] = pgtype.UUID{Bytes: raw, Valid: raw != [16]byte{}}
		case civil.Date:
			bound[i] = pgtype.Date{Time: v.Time(), Valid: !v.IsZero()}
		case civil.Instant:
			bound[i] = pgtype.Timestamptz{Time: v.Time(), Valid: !v.IsZero()}
		case civil.Month:
			bound[i] = v.String()
		case money.Amount:
			bound[i] = v.Cents()
		default:
			bound[i] = arg
		}
	}
	return bound
}
