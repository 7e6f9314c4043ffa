package store

import (
	"errors"
	"sync"
	"sync/atomic"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// SQLite's file systems, by the name that a DSN chooses one by.
const (
	sqliteDurable  = "quittance"
	sqliteVolatile = "quittance-volatile" // nothing waits for the disk
)

var registerSQLite = sync.OnceFunc(func() {
	sqlite3.AutoExtension(addIDText)
	system := vfs.Find("").(vfs.VFSFilename)
	vfs.Register(sqliteDurable, newSQLiteFiles(system, true))
	vfs.Register(sqliteVolatile, newSQLiteFiles(system, false))
})

// sqliteFiles is a file system, that of the operating system, but for the log and
// the file of the database.
type sqliteFiles struct {
	vfs.VFSFilename
	waits bool // for the disk
	syncs *sqliteSyncs
}

func newSQLiteFiles(system vfs.VFSFilename, waits bool) sqliteFiles {
	return sqliteFiles{VFSFilename: system, waits: waits, syncs: &sqliteSyncs{of: map[string]*sqliteSync{}}}
}

// Open is of a file without a name: SQLite puts there what a query has no room for.
func (s sqliteFiles) Open(_ string, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	return s.OpenFilename(nil, flags)
}

// OpenFilename opens the log as one that gathers, everything else as it is.
func (s sqliteFiles) OpenFilename(name *vfs.Filename, flags vfs.OpenFlag) (vfs.File, vfs.OpenFlag, error) {
	file, got, err := s.VFSFilename.OpenFilename(name, flags)
	if err != nil {
		return nil, got, err
	}
	of, _ := file.(descriptor)
	if flags&vfs.OPEN_WAL != 0 {
		return &sqliteLog{File: file, waits: s.waits, of: of, mapped: mapped(name, of), disk: s.syncs.open(name.String())}, got, nil
	}
	if shared, ok := file.(vfs.FileSharedMemory); ok && flags&vfs.OPEN_MAIN_DB != 0 {
		return &sqliteMain{FileSharedMemory: shared, waits: s.waits, of: of, mapped: mapped(name, of), disk: s.syncs.open(name.String())}, got, nil
	}
	return file, got, nil
}

// mapped tells whether the pages of a file are to be taken from memory.
func mapped(name *vfs.Filename, of descriptor) bool {
	return of != nil && name.URIParameter(mappedParameter) != ""
}

// mappedParameter of a DSN says that pages are taken from memory.
const mappedParameter = "mapped"

// sqliteLog is the write-ahead log. SQLite writes it page by page, each with a
// head of its own, two calls of the system for one page; here what follows
// itself is gathered, and written in one call: at the latest by Sync, which
// SQLite calls for each commit (synchronous=FULL) before it lets anybody know of
// the new pages. So nobody misses what is gathered, and a commit is as durable
// as ever.
//
// The sync itself may be put off, for a commit whose callers wait for it (ADR
// 0028). What SQLite needs on the disk before it goes on is not: a new head,
// before the frames of the old log are written over, and what a checkpoint moves.
type sqliteLog struct {
	vfs.File
	waits  bool
	of     descriptor // nil: it is none of the system
	mapped bool

	gathered []byte
	at       int64 // where they belong
	headed   bool  // its head was written since the last sync
	putsOff  bool  // the next sync, which is a commit's

	owed    atomic.Bool // there is something that the disk may not have
	syncing sync.Mutex
	disk    *sqliteSync
}

// sqliteGatherBytes is how much is gathered at most: some 60 pages, more than a
// group of payments writes.
const sqliteGatherBytes = 256 << 10

// sqliteLogHead is how long the head of the log is.
const sqliteLogHead = 32

func (l *sqliteLog) WriteAt(p []byte, off int64) (int, error) {
	if off != l.at+int64(len(l.gathered)) || len(l.gathered)+len(p) > sqliteGatherBytes {
		if err := l.flush(); err != nil {
			return 0, err
		}
		l.at = off
	}
	l.gathered = append(l.gathered, p...)
	l.headed = l.headed || off < sqliteLogHead
	return len(p), nil
}

// flush writes what is gathered. If it can not, SQLite undoes the transaction:
// the pages are lost with it.
func (l *sqliteLog) flush() error {
	if len(l.gathered) == 0 {
		return nil
	}
	_, err := l.File.WriteAt(l.gathered, l.at)
	l.gathered = l.gathered[:0]
	return err
}

// ReadAt reads; a page that a large transaction has moved to the log comes back
// before its commit.
func (l *sqliteLog) ReadAt(p []byte, off int64) (int, error) {
	if off < l.at+int64(len(l.gathered)) && l.at < off+int64(len(p)) {
		if err := l.flush(); err != nil {
			return 0, err
		}
	}
	if l.mapped && l.disk.mapped.readAt(l.of, p, off) {
		return len(p), nil
	}
	return l.File.ReadAt(p, off)
}

func (l *sqliteLog) Sync(flags vfs.SyncFlag) error {
	if err := l.flush(); err != nil || !l.waits {
		return err
	}
	l.owed.Store(true)
	if l.putsOff && !l.headed {
		return nil
	}
	l.headed = false
	_, err := l.sync(flags)
	return err
}

// settle has the disk take all whose sync was put off. It may be called beside
// who writes.
func (l *sqliteLog) settle() (synced bool, err error) { return l.sync(vfs.SYNC_NORMAL) }

// sync has the disk take what is owed, if somebody else has not done so
// meanwhile.
func (l *sqliteLog) sync(flags vfs.SyncFlag) (synced bool, err error) {
	l.syncing.Lock()
	defer l.syncing.Unlock()
	if synced = l.owed.Swap(false); !synced {
		return false, l.disk.lost()
	}
	return true, l.disk.do(func() error { return l.File.Sync(flags) })
}

func (l *sqliteLog) Truncate(size int64) error { return errors.Join(l.flush(), l.File.Truncate(size)) }

func (l *sqliteLog) Size() (int64, error) {
	if err := l.flush(); err != nil {
		return 0, err
	}
	return l.File.Size()
}

// Close leaves nothing owed.
func (l *sqliteLog) Close() error {
	err := l.flush()
	_, lost := l.settle()
	defer l.disk.close()
	l.syncing.Lock()
	defer l.syncing.Unlock()
	return errors.Join(err, lost, l.File.Close())
}
