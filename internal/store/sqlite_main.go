package store

import "github.com/ncruces/go-sqlite3/vfs"

// sqliteMain is the file of the database. It is written to when pages are moved
// from the log. Beside who writes, the disk begins with them a few at a time: if it
// got all at once, the log of who pays would wait behind them.
type sqliteMain struct {
	vfs.FileSharedMemory
	waits  bool
	beside bool
	of     descriptor // nil: it is none of the system
	mapped bool
	disk   *sqliteSync

	written int // bytes since the disk last began
}

const sqliteMoveBytes = 256 << 10

func (f *sqliteMain) ReadAt(p []byte, off int64) (int, error) {
	if f.mapped && f.disk.mapped.readAt(f.of, p, off) {
		return len(p), nil
	}
	return f.FileSharedMemory.ReadAt(p, off)
}

func (f *sqliteMain) WriteAt(p []byte, off int64) (int, error) {
	n, err := f.FileSharedMemory.WriteAt(p, off)
	if f.written += n; err == nil && f.beside && f.written >= sqliteMoveBytes {
		err = f.start()
	}
	return n, err
}

// start has the disk begin. To have it take each part for certain, as Sync does, would
// hold up the log's syncs; but where there is no other way that is better than all at once.
func (f *sqliteMain) start() error {
	if f.written = 0; f.waits && f.of != nil && startWriting(f.of.Fd()) == nil {
		return nil
	}
	return f.Sync(vfs.SYNC_NORMAL)
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
