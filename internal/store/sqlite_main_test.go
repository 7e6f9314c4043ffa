package store_test

import (
	"errors"
	"testing"

	"github.com/ncruces/go-sqlite3/vfs"

	"quittance.org/quittance/internal/store"
)

// shared is a file in memory as SQLite has one for a database.
type shared struct{ *memory }

func (shared) SharedMemory() vfs.SharedMemory { return nil }

// fill writes so many pages.
func fill(t *testing.T, file vfs.File, pages int) {
	t.Helper()
	for i := range pages {
		if _, err := file.WriteAt(make([]byte, 4096), int64(i)*4096); err != nil {
			t.Fatal(err)
		}
	}
}

// Beside who writes the disk takes moved pages a few at a time; in the turn of the
// writer all at once, when SQLite asks for it.
func TestSQLiteMainIsTakenInSteps(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		beside bool
		syncs  int
	}{{"beside the writer", true, 3}, {"in its turn", false, 0}} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			below := &memory{}
			file := store.NewSQLiteMain(shared{below}, test.beside, store.NewOpenFiles())
			fill(t, file, 200)
			if below.syncs != test.syncs {
				t.Errorf("%d syncs, not %d", below.syncs, test.syncs)
			}
			if err := file.Sync(0); err != nil || len(below.synced) != 200*4096 || below.syncs != test.syncs+1 {
				t.Errorf("after %d syncs the disk has %d bytes: %v", below.syncs, len(below.synced), err)
			}
			fill(t, file, 60) // from the last sync on
			if below.syncs != test.syncs+1 {
				t.Error("the disk was asked again for so little")
			}
		})
	}
}

// After a sync that failed nobody knows what the disk has, and the next one would
// not say so: it must not count as moved, or the log would be written over.
func TestSQLiteMainKnowsThatASyncFailed(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	for name, sync := range map[string]func(vfs.File) error{
		"asked for": func(f vfs.File) error { return f.Sync(0) },
		"among pages": func(f vfs.File) error {
			_, err := f.WriteAt(make([]byte, 256<<10), 0)
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			below, files := &memory{fails: broken}, store.NewOpenFiles()
			file := store.NewSQLiteMain(shared{below}, true, files)
			if err := sync(file); !errors.Is(err, broken) {
				t.Errorf("the first says %v", err)
			}
			below.fails = nil
			if err := file.Sync(0); !errors.Is(err, broken) {
				t.Errorf("the second says %v", err)
			}
			later := store.NewSQLiteMain(shared{below}, true, files) // Linux tells it nothing
			if err := later.Sync(0); !errors.Is(err, broken) {
				t.Errorf("who has opened the file since says %v", err)
			}
			_, _ = file.Close(), later.Close()
			if err := store.NewSQLiteMain(shared{below}, true, files).Sync(0); err != nil {
				t.Errorf("who opens it when all have closed it says %v", err)
			}
		})
	}
}
