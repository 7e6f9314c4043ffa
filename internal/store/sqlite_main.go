package store

import "github.com/ncruces/go-sqlite3/vfs"

// sqliteMain is the file of the database. It is written to when pages are moved
// from the log. Beside who writes, the disk takes them a few at a time: if it got
// all at once, the log of who pays would wait behind them.
type sqliteMain struct {
	vfs.FileSharedMemory
	waits  bool
	beside bool
	mapped descriptor // nil: it is read
	disk   *sqliteSync

	written int // bytes since the last sync
}

const sqliteMoveBytes = 256 << 10

func (f *sqliteMain) ReadAt(p []byte, off int64) (int, error) {
	if f.mapped != nil && f.disk.mapped.readAt(f.mapped, p, off) {
		return len(p), nil
	}
	return f.FileSharedMemory.ReadAt(p, off)
}

func (f *sqliteMain) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.FileSharedMemory.WriteAt(p, off)
	if f.written += n; err == nil && f.beside && f.written >= sqliteMoveBytes {
		err = f.Sync(vfs.SYNC_NORMAL)
	}
	return n, err
}

// Sync says what it must not forget: the log keeps what is in doubt, for the next
// start of the program.
func (f *sqliteMain) Sync(flags vfs.SyncFlag) error {
	if f.written = 0; !f.waits {
		return nil
	}
	return f.disk.do(func() error { return f.FileSharedMemory.Sync(flags) })
}

func (f *sqliteMain) Close() error {
	defer f.disk.close()
	return f.FileSharedMemory.Close()
}
