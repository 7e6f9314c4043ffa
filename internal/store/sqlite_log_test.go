package store_test

import (
	"bytes"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/ncruces/go-sqlite3/vfs"
	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// What is committed is in the files: another process reads it at once, and a
// copy of the files made at that moment has it. What is not is nowhere.
func TestSQLiteLogIsWritten(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db := storetest.Open(t, "sqlite:"+path, virtual.Standing(storetest.Noon))
	other := openPlain(t, path)
	want := 0
	for round, tries := range []int{1, 30, 1, 60_000, 1} { // the fourth has no room in the cache
		if err := db.InTx(t.Context(), "test", func(tx *store.Tx) error { return tryOften(tx, round, tries) }); err != nil {
			t.Fatal(err)
		}
		want += tries
		for who, files := range map[string]*sql.DB{"another process": other, "a copy of the files": openPlain(t, copied(t, path))} {
			var got int
			var sound string
			if err := files.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM throttle").Scan(&got); err != nil || got != want {
				t.Errorf("round %d: %s has %d tries of %d: %v", round, who, got, want, err)
			}
			if err := files.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
				t.Errorf("round %d: %s is %s: %v", round, who, sound, err)
			}
		}
		_ = db.InTx(t.Context(), "test", func(tx *store.Tx) error {
			_ = tryOften(tx, -1, tries)
			return os.ErrInvalid // and so is undone
		})
	}
}

// tryOften counts tries under names of this round and sees them.
func tryOften(tx *store.Tx, round, tries int) error {
	for i := range tries {
		tx.CountTry(fmt.Sprint(round, " ", i, strings.Repeat(" long", 20)))
	}
	name := fmt.Sprint(round, " ", tries-1, strings.Repeat(" long", 20))
	if n, err := tx.Tries(name, time.Hour); n != 1 || err != nil {
		return fmt.Errorf("%d tries under %s: %w", n, name, err)
	}
	return nil
}

// memory is a file in memory.
type memory struct {
	vfs.File
	content []byte
	calls   int // that write
	synced  []byte
	syncs   int
	fails   error // of a sync
}

func (m *memory) WriteAt(p []byte, off int64) (int, error) {
	m.calls++
	if more := int(off) + len(p) - len(m.content); more > 0 {
		m.content = append(m.content, make([]byte, more)...)
	}
	return copy(m.content[off:], p), nil
}

func (m *memory) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(m.content).ReadAt(p, off)
}
func (m *memory) Truncate(size int64) error { m.content = m.content[:size]; return nil }
func (m *memory) Size() (int64, error)      { return int64(len(m.content)), nil }
func (m *memory) Close() error              { return nil }
func (m *memory) Sync(vfs.SyncFlag) error {
	m.syncs++
	m.synced = bytes.Clone(m.content)
	return m.fails
}

// However it is written and read, the log is like a file; pages that follow each
// other go there by one call, and all are there before the file is told to wait
// for the disk.
func TestSQLiteLogIsAFile(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		below, model := &memory{}, &memory{}
		log := store.NewSQLiteLog(below)
		end := 0
		for step := range rapid.IntRange(1, 60).Draw(t, "steps") {
			off := rapid.IntRange(0, end).Draw(t, "at")
			length := rapid.IntRange(1, 40).Draw(t, "length")
			switch rapid.SampledFrom([]string{"append", "append", "append", "rewrite", "read", "size", "sync", "cut"}).Draw(t, "what") {
			case "append":
				both(t, log, model, bytes.Repeat([]byte{byte(step)}, length), end)
				end += length
			case "rewrite":
				both(t, log, model, bytes.Repeat([]byte{byte(step)}, length), off)
				end = max(end, off+length)
			case "read":
				got, want := make([]byte, length), make([]byte, length)
				n, _ := log.ReadAt(got, int64(off))
				m, _ := model.ReadAt(want, int64(off))
				if n != m || !bytes.Equal(got, want) {
					t.Fatalf("read %d %v at %d, not %d %v", n, got, off, m, want)
				}
			case "size":
				if n, _ := log.Size(); int(n) != end {
					t.Fatalf("%d bytes of %d", n, end)
				}
			case "sync":
				_ = log.Sync(0)
				if !bytes.Equal(below.synced, model.content) {
					t.Fatal("not all is there")
				}
			case "cut":
				_ = log.Truncate(int64(off))
				_ = model.Truncate(int64(off))
				end = off
			}
		}
		_ = log.Close()
		if !bytes.Equal(below.content, model.content) {
			t.Fatal("not all was written in the end")
		}
	})
}

func both(t *rapid.T, log, model vfs.File, p []byte, off int) {
	for _, f := range []vfs.File{log, model} {
		if n, err := f.WriteAt(p, int64(off)); n != len(p) || err != nil {
			t.Fatalf("wrote %d of %d: %v", n, len(p), err)
		}
	}
}

// One commit of a payment is 20 pages and more.
func TestSQLiteLogWritesOnce(t *testing.T) {
	t.Parallel()
	below := &memory{}
	log := store.NewSQLiteLog(below)
	for i := range 25 {
		_, _ = log.WriteAt(make([]byte, 24), int64(i)*4120)
		_, _ = log.WriteAt(make([]byte, 4096), int64(i)*4120+24)
	}
	_ = log.Sync(0)
	if below.calls != 1 || len(below.synced) != 25*4120 {
		t.Errorf("%d bytes in %d calls", len(below.synced), below.calls)
	}
}

// logWith gives a log that has a head and so many frames, with everything synced.
func logWith(below *memory, frames int) (log vfs.File, end int64) {
	log = store.NewSQLiteLog(below)
	_, _ = log.WriteAt(make([]byte, 32), 0)
	for i := range frames {
		_, _ = log.WriteAt(make([]byte, 4120), 32+int64(i)*4120)
	}
	_ = log.Sync(0)
	return log, 32 + int64(frames)*4120
}

// The sync of a commit may be put off, not the writing: readers look there.
func TestSQLiteLogPutsASyncOff(t *testing.T) {
	t.Parallel()
	below := &memory{}
	log, end := logWith(below, 1)
	store.PutOff(log, true)
	_, _ = log.WriteAt(make([]byte, 4120), end)
	if err := log.Sync(0); err != nil || below.syncs != 1 || int64(len(below.content)) != end+4120 {
		t.Errorf("%d syncs, %d bytes there, %v", below.syncs, len(below.content), err)
	}
	for range 2 { // the second time nothing is owed
		if err := store.Settle(log); err != nil || below.syncs != 2 || !bytes.Equal(below.synced, below.content) {
			t.Errorf("%d syncs, %d of %d bytes, %v", below.syncs, len(below.synced), len(below.content), err)
		}
	}
	_ = log.Sync(0)
	_ = log.Close()
	if below.syncs != 3 {
		t.Errorf("what is owed is not made up for by Close: %d syncs", below.syncs)
	}
}

// When the log begins anew its head is on the disk before any frame of the old
// one is written over: otherwise a crash could bring the old frames back.
func TestSQLiteLogBeginsOnTheDisk(t *testing.T) {
	t.Parallel()
	below := &memory{}
	log, _ := logWith(below, 3)
	store.PutOff(log, true)
	_, _ = log.WriteAt(bytes.Repeat([]byte{1}, 32), 0)
	if err := log.Sync(0); err != nil || below.syncs != 2 || below.synced[0] != 1 {
		t.Errorf("the head is not on the disk: %d syncs, %v", below.syncs, err)
	}
	_, _ = log.WriteAt(make([]byte, 4120), 32)
	if err := log.Sync(0); err != nil || below.syncs != 2 {
		t.Errorf("the frames after it are not put off: %d syncs, %v", below.syncs, err)
	}
}

// Linux tells of a failure once, and takes what was to be written for written.
func TestSQLiteLogKnowsThatASyncFailed(t *testing.T) {
	t.Parallel()
	below := &memory{fails: os.ErrInvalid}
	log, _ := logWith(below, 1)
	below.fails = nil
	for what, err := range map[string]error{"sync": log.Sync(0), "settle": store.Settle(log), "close": log.Close()} {
		if !errors.Is(err, os.ErrInvalid) || below.syncs != 1 {
			t.Errorf("%s says %v after %d syncs", what, err, below.syncs)
		}
	}
}

// openPlain opens a database file without anything of ours.
func openPlain(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// copied copies a database with its log, as it lies there.
func copied(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy.db")
	for _, end := range []string{"", "-wal"} {
		content, err := os.ReadFile(path + end)
		if err == nil {
			err = os.WriteFile(to+end, content, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return to
}
