package store

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
	"github.com/pressly/goose/v3"
)

// AppendOnly lists the tables whose rows are never edited: first those of
// 0021_append_only.sql that there still are, then those that guard themselves.
var AppendOnly = append(slices.DeleteFunc(slices.Clone(appendOnly), func(table string) bool { return table == "payment_authorization" }),
	"delivery_choice", "text_consent", "person_event", "ach_return", "ach_guard_release", "mandate_authorization", "mandate_event", "waiver_decision")

// ExecText runs a statement that is not registered.
func (tx *Tx) ExecText(text string) error {
	_, err := tx.exec(&Stmt{name: "test", sql: text, changes: changes(text)})
	return err
}

// QueueText queues a statement that is not registered.
func (tx *Tx) QueueText(text string) {
	tx.queue(&Stmt{name: "test", sql: text, changes: changes(text)})
}

// EachText hands on every row of a query that is not registered.
func (tx *ReadTx) EachText(text string, row func(scan func(...any) error) error, args ...any) error {
	return tx.run(step{stmt: &Stmt{name: "test", sql: text}, args: args, row: row})
}

// OpenFiles are files that are open together.
type OpenFiles = sqliteSyncs

// NewOpenFiles gives files of which none is open.
func NewOpenFiles() *OpenFiles { return newSQLiteFiles(nil, true).syncs }

// NewSQLiteLog gives SQLite's log over a file.
func NewSQLiteLog(file vfs.File) vfs.File {
	return &sqliteLog{File: file, waits: true, disk: NewOpenFiles().open("log")}
}

// NewSQLiteMain gives the file of a database over another, for who moves pages
// beside the writer or in its turn.
func NewSQLiteMain(file vfs.FileSharedMemory, beside bool, among *OpenFiles) vfs.File {
	return &sqliteMain{FileSharedMemory: file, waits: true, beside: beside, disk: among.open("main")}
}

// Descriptor is a file of the system.
type Descriptor = descriptor

// NewMappedLog gives SQLite's log over a file that is read through memory.
func NewMappedLog(file vfs.File, of Descriptor, among *OpenFiles) vfs.File {
	return &sqliteLog{File: file, waits: true, of: of, mapped: true, disk: among.open("log")}
}

// NewMappedMain gives the file of a database over one that is read through memory.
func NewMappedMain(file vfs.FileSharedMemory, of Descriptor, among *OpenFiles) vfs.File {
	return &sqliteMain{FileSharedMemory: file, of: of, mapped: true, disk: among.open("main")}
}

// OnDisk opens a database on another disk than the system's. It is known by that
// name until forget is called.
func OnDisk(o Options, name string, disk vfs.VFSFilename) (with Options, forget func()) {
	registerSQLite()
	vfs.Register(name, newSQLiteFiles(disk, true))
	o.files = name
	return o, func() { vfs.Unregister(name) }
}

// KeepLogSmall has SQLite's log moved when it has grown by step pages, begin anew
// when it has large ones, or when rest of them are not moved, and its file cut to
// half of large.
func (db *DB) KeepLogSmall(step, rest, large int) error {
	e := db.engine.(*sqliteEngine)
	e.log.mu.Lock()
	e.log.sizes, e.log.most = logSizes{step: step, rest: rest, large: large}, step
	e.log.mu.Unlock()
	_, err := e.writer.db.Exec(fmt.Sprintf("PRAGMA journal_size_limit = %d", large/2*sqlitePageBytes))
	return err
}

// AtDisk tells how many callers wait for the disk, as the line counts them.
func (db *DB) AtDisk() int {
	disk := &db.engine.(*sqliteEngine).disk
	disk.mu.Lock()
	defer disk.mu.Unlock()
	return disk.callers
}

// AwaitMoved waits until nobody moves pages from SQLite's log.
func (db *DB) AwaitMoved() { db.engine.(*sqliteEngine).log.await() }

// KeepGroupsOpen lets whoever waits join a group of SQLite, however long it
// has been open.
func (db *DB) KeepGroupsOpen() {
	line := &db.engine.(*sqliteEngine).line
	line.open, line.halves = time.Hour, false
}

// OneGroup lets one group of PostgreSQL be under way at a time.
func (db *DB) OneGroup() {
	line := db.engine.(*postgresEngine).line
	line.free, line.kept = 1, 0
}

// Waiting tells how many wait in the line: for SQLite's one writing connection,
// or for a group of PostgreSQL.
func (db *DB) Waiting() int {
	if e, ok := db.engine.(*postgresEngine); ok {
		e.line.mu.Lock()
		defer e.line.mu.Unlock()
		return len(e.line.waiting)
	}
	line := &db.engine.(*sqliteEngine).line
	line.mu.Lock()
	defer line.mu.Unlock()
	return len(line.waiting)
}

// Planning tells whether somebody is making a plan.
func (db *DB) Planning() bool { return len(db.engine.(*sqliteEngine).line.planning) > 0 }

// LineTaken tells whether somebody is at SQLite's writing connection, or about
// to be.
func (db *DB) LineTaken() bool {
	line := &db.engine.(*sqliteEngine).line
	line.mu.Lock()
	defer line.mu.Unlock()
	return line.taken
}

// ForgetChanges lets SQLite's line know of no change so far. Who is at the
// connection may do nothing meanwhile.
func (db *DB) ForgetChanges() {
	c := &db.engine.(*sqliteEngine).line.changes
	c.forgotten += int64(len(c.last)) + 1
	c.last = nil
}

// MakeTextSQLite makes a file as programs did that kept identifiers as text.
func MakeTextSQLite(ctx context.Context, path string) (*sql.DB, error) {
	text := sqliteDialect
	text.ID = "TEXT"
	return text.makeOld(ctx, path, identifiersAsText)
}

// MakeOld makes a database with the tables of a version: a SQLite file that is not
// there, or in place of all that a PostgreSQL database holds.
func MakeOld(ctx context.Context, target string, version int64) (*sql.DB, error) {
	if path, ok := strings.CutPrefix(target, "sqlite:"); ok {
		return sqliteDialect.makeOld(ctx, path, version)
	}
	db, err := sql.Open("pgx", target)
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, "DROP SCHEMA public CASCADE; CREATE SCHEMA public"); err != nil {
		return nil, err
	}
	files, err := postgresDialect.render()
	if err != nil {
		return nil, err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files)
	if err == nil {
		_, err = provider.UpTo(ctx, version)
	}
	return db, err
}

func (d dialect) makeOld(ctx context.Context, path string, version int64) (*sql.DB, error) {
	registerSQLite()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		return nil, err
	}
	if _, err := db.ExecContext(ctx, fmt.Sprintf("PRAGMA application_id = %d", applicationID)); err != nil {
		return nil, err
	}
	return db, d.makeSQLite(ctx, db, version)
}

// OnLogSync has something happen before the disk takes SQLite's log, as the
// writing connection asks for it, or instead of that if it fails.
func (db *DB) OnLogSync(do func() error) error {
	e := db.engine.(*sqliteEngine)
	return e.log.at(context.Background(), e.writer, func(c *sqlite3.Conn) error {
		file, err := c.FileControl("main", sqlite3.FCNTL_JOURNAL_POINTER)
		if err == nil {
			log := file.(*sqliteLog)
			log.File = beforeSync{log.File, do}
		}
		return err
	})
}

type beforeSync struct {
	vfs.File
	do func() error
}

func (b beforeSync) Sync(flags vfs.SyncFlag) error {
	if err := b.do(); err != nil {
		return err
	}
	return b.File.Sync(flags)
}

// PutOff says of a log whether the next syncs are put off.
func PutOff(log vfs.File, off bool) { log.(*sqliteLog).putsOff = off }

// Settle makes up for them.
func Settle(log vfs.File) error {
	_, err := log.(*sqliteLog).settle()
	return err
}
