package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store/vault"
)

// Options says how to open a database.
type Options struct {
	Clock  clock.Clock  // required
	Vault  *vault.Vault // required: the keys of encrypted fields
	Random io.Reader    // for identifiers; nil means crypto/rand
	// RunTwice runs every InTx closure twice, the first time rolled back, so
	// that one with outside effects fails in tests (S4).
	RunTwice bool
	// MaxConns bounds the PostgreSQL pool; 0 means what the address says
	// (pool_max_conns), or 8, or as many as there are processors.
	MaxConns int32
	// Room is about how many bytes the database may still grow; what needs more
	// fails as on a full disk. It is for tests of that. 0 means no bound.
	Room int64
	// Trace is told the name of every statement that is sent, in order. It is for
	// tests of what two answers cost. nil: nobody asks.
	Trace func(statement string)
	// Volatile lets a commit not wait for the disk: for a database that is
	// thrown away, or made again, when the machine stops.
	Volatile bool
	// Serves says that many are answered at the same time, all day: SQLite's files
	// are read through memory then, which counts as that of the program.
	Serves bool

	files string // SQLite's file system by its name, in tests; empty: as Volatile says
}

// DB is an open database of either engine. It is safe for concurrent use.
type DB struct {
	engine  engine
	clock   clock.Clock
	vault   *vault.Vault
	ids     *ident.Maker
	twice   bool
	target  string
	written *Written
	trace   func(statement string)

	retries atomic.Int64
}

// Open opens the database that url names: "sqlite:PATH" or "postgres://…". An
// SQLite file is made and migrated if need be; PostgreSQL must be migrated
// with Migrate. A file that is not ours is refused; see CheckVersion.
func Open(ctx context.Context, url string, o Options) (*DB, error) {
	if o.Clock == nil || o.Vault == nil {
		panic("store: Open needs a clock and a vault")
	}
	db := &DB{clock: o.Clock, vault: o.Vault, ids: ident.NewMaker(o.Clock, o.Random), twice: o.RunTwice, target: url, trace: o.Trace}
	path, isSQLite := strings.CutPrefix(url, "sqlite:")
	var err error
	switch {
	case isSQLite:
		db.engine, err = openSQLite(ctx, path, o)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		db.engine, err = openPostgres(ctx, url, o)
	default:
		return nil, fault.New(fault.Invalid, "store.url", "a database is named sqlite:PATH or postgres://USER@HOST/NAME, not %q", url)
	}
	if err != nil {
		return nil, err
	}
	return db, nil
}

// Recognize refuses a database file that exists and is not ours, before
// anything else is asked of it. It knows nothing of PostgreSQL.
func Recognize(ctx context.Context, url string) error {
	if path, ok := strings.CutPrefix(url, "sqlite:"); ok && path != "" {
		return checkOurs(ctx, path)
	}
	return nil
}

// Close lets go of the database.
func (db *DB) Close() { db.engine.close() }

// Collect has w collect from now on what transactions write for. It comes before
// the first of them.
func (db *DB) Collect(w *Written) { db.written = w }

// Engine names the engine: "sqlite" or "postgres".
func (db *DB) Engine() string { return db.engine.name() }

// Now tells the present moment of the database's clock.
func (db *DB) Now() civil.Instant { return db.clock.Now() }

// Retries tells how many times a transaction was run again because it had
// collided with another one.
func (db *DB) Retries() int64 { return db.retries.Load() }

// Vault gives the keys of encrypted fields.
func (db *DB) Vault() *vault.Vault { return db.vault }

// NewID makes the next row identifier outside a transaction.
func (db *DB) NewID() ident.UUID { return db.ids.New() }

const (
	maxAttempts = 10
	firstPause  = 2 * time.Millisecond
)

// InTx runs fn in a serializable transaction and commits it. When the engine
// says that it collided with another one, fn runs again, at most ten times;
// then it fails with fault.CodeBusy.
// op names the operation in errors. An error with fault.CodeUnknownOutcome
// means that the commit may or may not have happened.
func (db *DB) InTx(ctx context.Context, op string, fn func(*Tx) error) error {
	return db.inTx(ctx, op, modeWrite, fn)
}

// InLine is InTx for work on one account that many do at the same moment, and
// that seldom fails. It reads and changes what belongs to that account, and adds
// what belongs to nobody else. On PostgreSQL those who would wait for a
// connection go on in the transactions of others (ADR 0022). On SQLite, where
// all who write do, fn may run while they wait, on what readers see, and again
// if that has changed when their turn comes (ADR 0024).
func (db *DB) InLine(ctx context.Context, op string, account enrollment.AccountID, fn func(*Tx) error) error {
	if db.twice {
		if err := db.dryRun(ctx, modeWrite, fn); err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
	}
	p := &plan{ctx: ctx, db: db, account: account, fn: fn}
	err := db.attempt(ctx, func() (session, error) { return db.engine.inLine(ctx, p) }, p.carryOut)
	switch {
	case err == nil:
		return nil
	case db.engine.classify(err) != classRetry && !errors.Is(err, errPresumedWrongly):
		return fmt.Errorf("%s: %w", op, err)
	}
	db.retries.Add(1)
	return db.untilDone(ctx, op, modeWrite, fn)
}

// InBulk is InTx for work on all accounts from first to last, which are locked
// before fn reads anything. Whoever changes the money of one of them meanwhile
// waits, and then runs again on what this transaction has left (ADR 0010). On
// SQLite nobody else writes anyway.
func (db *DB) InBulk(ctx context.Context, op string, first, last enrollment.AccountID, fn func(*Tx) error) error {
	return db.inTx(ctx, op, modeBulk, func(tx *Tx) error {
		if !db.engine.seenBeside(tx.session) {
			if _, err := tx.exec(qLockAccounts, first, last); err != nil {
				return err
			}
		}
		tx.many = true
		return fn(tx)
	})
}

var qLockAccounts = stmt("lock_accounts", `
	UPDATE account SET bulk_version = bulk_version + 1 WHERE account_id >= $1 AND account_id <= $2`)

func (db *DB) inTx(ctx context.Context, op string, m mode, fn func(*Tx) error) error {
	if db.twice {
		if err := db.dryRun(ctx, m, fn); err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
	}
	return db.untilDone(ctx, op, m, fn)
}

// untilDone runs fn again after a collision.
func (db *DB) untilDone(ctx context.Context, op string, m mode, fn func(*Tx) error) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		err := db.attempt(ctx, func() (session, error) { return db.engine.begin(ctx, m) }, fn)
		if err == nil {
			return nil
		}
		if err := db.final(ctx, err, attempt); err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		db.retries.Add(1)
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", op, ctx.Err())
		case <-time.After(pause + rand.N(pause)):
		}
		pause = min(2*pause, 200*time.Millisecond)
	}
}

// final gives the error to end with after a failed attempt; nil means that
// another attempt may succeed.
func (db *DB) final(ctx context.Context, err error, attempt int) error {
	switch {
	case db.engine.classify(err) != classRetry:
		return err
	case ctx.Err() != nil: // nobody waits for another
		return ctx.Err()
	case attempt == maxAttempts:
		return fault.Wrap(fault.Unavailable, fault.CodeBusy, err, "too many others want the same at this moment: try again")
	}
	return nil
}

func (db *DB) attempt(ctx context.Context, begin func() (session, error), fn func(*Tx) error) (err error) {
	s, err := begin()
	if err != nil {
		return db.translate("begin", err)
	}
	done := false
	// A panic or a cancelled request must still let go of the locks.
	defer func() {
		if !done {
			err = errors.Join(err, s.rollback(context.WithoutCancel(ctx)))
		}
	}()
	tx := db.tx(ctx, s)
	if err := fn(tx); err != nil {
		return err
	}
	if err := tx.commit(); err != nil {
		return err
	}
	done = true
	return nil
}

func (db *DB) tx(ctx context.Context, s session) *Tx {
	return &Tx{&ReadTx{ctx: ctx, db: db, session: s, now: db.clock.Now()}}
}

// dryRun runs fn once and rolls it back. Collisions are left to the real run.
func (db *DB) dryRun(ctx context.Context, m mode, fn func(*Tx) error) error {
	s, err := db.engine.begin(ctx, m)
	if err != nil {
		return db.translate("begin", err)
	}
	defer func() { _ = s.rollback(context.WithoutCancel(ctx)) }()
	tx := db.tx(ctx, s)
	err = fn(tx)
	if err == nil {
		err = tx.flush()
	}
	if db.engine.classify(err) == classRetry {
		return nil
	}
	return err
}

// Read runs fn in a transaction that sees one state and can not write.
func (db *DB) Read(ctx context.Context, op string, fn func(*ReadTx) error) error {
	pause := firstPause
	for attempt := 1; ; attempt++ {
		err := db.readOnce(ctx, fn)
		if err == nil {
			return nil
		}
		if err := db.final(ctx, err, attempt); err != nil {
			return fmt.Errorf("%s: %w", op, err)
		}
		time.Sleep(pause)
		pause = min(2*pause, 200*time.Millisecond)
	}
}

func (db *DB) readOnce(ctx context.Context, fn func(*ReadTx) error) error {
	s, err := db.engine.begin(ctx, modeRead)
	if err != nil {
		return db.translate("begin", err)
	}
	defer func() { _ = s.rollback(context.WithoutCancel(ctx)) }()
	return fn(db.tx(ctx, s).ReadTx)
}

// CodeDuplicate marks a Conflict that a unique constraint found.
const CodeDuplicate = "store.duplicate"

// translate turns a driver's error into ours and keeps it underneath, so that
// the retry loop still sees it (E3, E4).
func (db *DB) translate(what string, err error) error {
	switch db.engine.classify(err) {
	case classDuplicate:
		return fault.Wrap(fault.Conflict, CodeDuplicate, err, "%s: already there", what)
	case classCheck:
		return fault.Wrap(fault.Internal, "store.constraint", err, "%s: a constraint refused it", what)
	case classLost:
		return fault.Wrap(fault.Unavailable, "store.unavailable", err, "%s: the database does not answer", what)
	case classFull:
		return fault.Wrap(fault.Unavailable, "store.full", err, "%s: the database has no room left: make some", what)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// PostgresPool gives the connection pool, nil on SQLite. It is for the job
// queue only.
func (db *DB) PostgresPool() *pgxpool.Pool {
	if e, ok := db.engine.(*postgresEngine); ok {
		return e.pool
	}
	return nil
}

// SQLiteWriter gives the writing connection, nil on PostgreSQL. It is for the
// job queue only, which writes to tables of its own: nothing else that is
// written there is seen by those who plan (ADR 0024).
func (db *DB) SQLiteWriter() *sql.DB {
	if e, ok := db.engine.(*sqliteEngine); ok {
		return e.writer.db
	}
	return nil
}
