package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/ncruces/go-sqlite3"

	"quittance.org/quittance/internal/base/fault"
)

// applicationID marks a database file as ours ("QUIT"), in the file's header.
const applicationID = 0x51554954

// sqliteEngine has one writing connection and several reading ones (S2), some of
// them for those who plan what they will write.
type sqliteEngine struct {
	writer  *sqlitePool
	reader  *sqlitePool
	planner *sqlitePool
	line    sqliteLine // before the writer
	disk    sqliteDisk // after it
	log     sqliteCheckpoints
}

func openSQLite(ctx context.Context, path string, o Options) (engine, error) {
	if path == "" {
		return nil, fault.New(fault.Invalid, "store.url", "sqlite: needs a file, like sqlite:quittance.db")
	}
	registerSQLite()
	if err := checkOurs(ctx, path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, fault.Wrap(fault.Invalid, "store.path", err, "can not make the folder of the database file")
	}
	e := &sqliteEngine{}
	var wrong error // with the address, which is our own
	pool := func(most int, pragmas []string, committed func(pages int)) *sqlitePool {
		p, err := newSQLitePool(sqliteDSN(path, pragmas, o), most, committed)
		wrong = errors.Join(wrong, err)
		return p
	}
	e.reader = pool(max(4, runtime.NumCPU()), readerPragmas, nil)
	e.planner = pool(plansAtOnce(), plannerPragmas, nil)
	e.writer = pool(1, writerPragmas(path, o), e.log.committed)
	if wrong != nil {
		return nil, wrong
	}
	e.writer.writes = true
	e.log.init(ctx, e.reader, sizesFor(o))
	e.line.halves = !o.Volatile
	e.disk.init()
	e.line.init(e.writer, e.planner, &e.log, &e.disk)
	if err := migrateSQLite(ctx, e.writer.db); err != nil {
		e.close()
		return nil, err
	}
	return e, nil
}

// SpareProcessor gives Go one processor more than there are: who waits for the
// disk (SQLite) keeps one for as long as nobody notices, and there may be two
// only. PostgreSQL waits elsewhere.
func (db *DB) SpareProcessor() (undo func()) {
	if e, ok := db.engine.(*sqliteEngine); !ok || !e.line.halves {
		return func() {}
	}
	runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1)
	return runtime.SetDefaultGOMAXPROCS
}

// plansAtOnce leaves a processor to the writer, which is as fast as two who plan.
func plansAtOnce() int { return max(1, min(2, runtime.GOMAXPROCS(0)-1)) }

// sqlitePageBytes is SQLite's own default, which our files have.
const sqlitePageBytes = 4096

// writerPragmas suit many small transactions. A commit may look at every page
// of the cache, so it is small. What savepoints remember stays in memory. None of
// it changes what is durable, and when.
func writerPragmas(path string, o Options) []string {
	cache := 8192
	if o.Serves { // a page that is not in it costs little
		cache = 2048
	}
	pragmas := []string{fmt.Sprintf("cache_size(-%d)", cache), "temp_store(MEMORY)", fmt.Sprintf("journal_size_limit(%d)", largeLogBytes)}
	if o.Room > 0 {
		pragmas = append(pragmas, fmt.Sprintf("max_page_count(%d)", (sizeOf(path)+o.Room)/sqlitePageBytes))
	}
	return pragmas
}

// Who plans keeps no page: the next one begins after another commit.
var (
	readerPragmas  = []string{"query_only(1)", "cache_size(-16384)"}
	plannerPragmas = []string{"query_only(1)", "cache_size(-2048)"}
)

// busyTimeout is how long a connection waits for another process.
const busyTimeout = 10 * time.Second

// sqliteDSN sets every PRAGMA per connection: one set by Exec would reach a
// single pooled connection only.
func sqliteDSN(path string, pragmas []string, o Options) string {
	q := url.Values{"_pragma": append([]string{
		fmt.Sprintf("busy_timeout(%d)", busyTimeout.Milliseconds()), "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)",
	}, pragmas...)}
	q.Set("vfs", cmp.Or(o.files, sqliteDurable))
	if o.Volatile {
		q.Set("vfs", sqliteVolatile)
	}
	if o.Serves {
		q.Set(mappedParameter, "1")
	}
	q.Set("_txlock", "immediate") // for the job queue, which begins by database/sql
	return "file:" + (&url.URL{Path: path}).EscapedPath() + "?" + q.Encode()
}

// sizeOf is how large a file is, 0 if there is none.
func sizeOf(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
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
	// A process that is on its way out may still hold the file for a moment.
	db, err := sql.Open("sqlite3", "file:"+(&url.URL{Path: path}).EscapedPath()+"?mode=ro&_pragma=busy_timeout(10000)")
	if err != nil {
		return err
	}
	defer db.Close()
	var id int64
	err = db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id)
	if err != nil && !errors.Is(err, sqlite3.NOTADB) {
		return fault.Wrap(fault.Unavailable, "store.path", err, "can not read the database file %s", path)
	}
	if err != nil || id != applicationID {
		return fault.New(fault.Invalid, "store.not_ours", "%s is not a Quittance database; choose another file or move this one away", path)
	}
	return nil
}

func (e *sqliteEngine) name() string { return "sqlite" }

func (e *sqliteEngine) close() {
	e.log.close()
	_ = e.planner.db.Close()
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
	if m != modeRead {
		return e.line.begin(ctx, &place{alone: m == modeBulk})
	}
	tx, err := e.reader.begin(ctx)
	if err != nil {
		return nil, err
	}
	return &sqliteReading{sqliteTx: tx, disk: &e.disk}, nil
}

func (e *sqliteEngine) inLine(ctx context.Context, p *plan) (session, error) {
	return e.line.begin(ctx, &place{plan: p})
}

// seenBeside: nobody else writes meanwhile, in whatever process. What earlier
// ones of the group or the transaction itself have written, readers do not see.
func (e *sqliteEngine) seenBeside(s session) bool {
	w, ok := s.(*sqliteWriting)
	return ok && w.group.kept == 0 && len(w.change.tables) == 0
}

func (e *sqliteEngine) classify(err error) errorClass {
	var code sqlite3.ExtendedErrorCode
	if errors.Is(err, errGroupUndone) {
		return classRetry
	}
	if !errors.As(err, &code) {
		return classOther
	}
	switch code {
	case sqlite3.CONSTRAINT_PRIMARYKEY, sqlite3.CONSTRAINT_UNIQUE:
		return classDuplicate
	}
	switch code.Code() {
	case sqlite3.BUSY, sqlite3.LOCKED:
		return classRetry
	case sqlite3.CONSTRAINT:
		return classCheck
	case sqlite3.FULL, sqlite3.IOERR:
		return classLost
	}
	return classOther
}
