package store_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ncruces/go-sqlite3/vfs"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// onDisk is a file of the system as SQLite has one.
type onDisk struct {
	*os.File
	vfs.FileSharedMemory // what is not asked for here
}

func (f onDisk) ReadAt(p []byte, off int64) (int, error)  { return f.File.ReadAt(p, off) }
func (f onDisk) WriteAt(p []byte, off int64) (int, error) { return f.File.WriteAt(p, off) }
func (f onDisk) Close() error                             { return f.File.Close() }
func (f onDisk) Sync(vfs.SyncFlag) error                  { return f.File.Sync() }
func (f onDisk) Truncate(size int64) error                { return f.File.Truncate(size) }
func (f onDisk) Size() (int64, error)                     { return f.Seek(0, io.SeekEnd) }

// A file that is read through memory gives what is in it now, whoever wrote that.
// Where nothing can be read any more, here because the file was cut, it says so as
// a read would, and the program lives.
func TestMappedFileIsReadAsItIs(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(onDisk, *store.OpenFiles) vfs.File{
		"the database": func(f onDisk, among *store.OpenFiles) vfs.File { return store.NewMappedMain(f, f.File, among) },
		"the log":      func(f onDisk, among *store.OpenFiles) vfs.File { return store.NewMappedLog(f, f.File, among) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "file")
			among := store.NewOpenFiles()
			file, other := open(onDisk{File: opened(t, path)}, among), open(onDisk{File: opened(t, path)}, among)
			defer file.Close()
			if _, err := file.ReadAt(make([]byte, 4096), 0); !errors.Is(err, io.EOF) {
				t.Errorf("an empty file reads as %v", err)
			}
			for round := range byte(3) {
				pages := bytes.Repeat([]byte{round + 1}, 3*4096)
				if _, err := other.WriteAt(pages, 0); err != nil {
					t.Fatal(err)
				}
				if err := other.Sync(0); err != nil {
					t.Fatal(err)
				}
				page := make([]byte, 4096)
				if _, err := file.ReadAt(page, 2*4096); err != nil || !bytes.Equal(page, pages[:4096]) {
					t.Errorf("round %d: the last page begins with %d: %v", round, page[0], err)
				}
				if err := other.Truncate(4096); err != nil {
					t.Fatal(err)
				}
				if _, err := file.ReadAt(page, 2*4096); !errors.Is(err, io.EOF) {
					t.Errorf("round %d: beyond the end it reads as %v", round, err)
				}
				if _, err := file.ReadAt(page, 0); err != nil || !bytes.Equal(page, pages[:4096]) {
					t.Errorf("round %d: the first page begins with %d: %v", round, page[0], err)
				}
			}
			if err := other.Close(); err != nil { // one has it open still
				t.Error(err)
			}
			if n, err := file.ReadAt(make([]byte, 4096), 0); n != 4096 || err != nil {
				t.Errorf("when another one has closed it, it reads %d bytes: %v", n, err)
			}
		})
	}
}

func opened(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// A server has its files in memory, the log too; a command has not.
func TestOnlyAServerMapsItsFiles(t *testing.T) {
	t.Parallel()
	for _, serves := range []bool{true, false} {
		path := filepath.Join(t.TempDir(), "test.db")
		o := store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault(), Serves: serves}
		db, err := store.Open(t.Context(), "sqlite:"+path, o)
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		makeAccounts(t, db, 1)
		if err := db.Read(t.Context(), "test", func(tx *store.ReadTx) error {
			_, err := tx.AccountsAfter(enrollment.AccountID{}, 10)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		maps, err := os.ReadFile("/proc/self/maps")
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range []string{path, path + "-wal"} {
			if got := strings.Contains(string(maps), file+"\n"); got != serves {
				t.Errorf("serves: %t, but %s is mapped: %t", serves, filepath.Base(file), got)
			}
		}
	}
}
