package store_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// heavy is a database that is written to a megabyte at a time.
type heavy struct {
	t    *testing.T
	path string
	db   *store.DB
	sent int
}

func newHeavy(t *testing.T) *heavy {
	t.Helper()
	h := &heavy{t: t, path: filepath.Join(t.TempDir(), "test.db")}
	var err error
	h.db, err = store.Open(t.Context(), "sqlite:"+h.path, store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault(), Volatile: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.db.Close)
	return h
}

// megabyte is what is written as the n-th, over what was written 20 before.
func megabyte(n int) (name string, data []byte) {
	return strconv.Itoa(n % 20), bytes.Repeat([]byte{byte(n)}, 1<<20)
}

func (h *heavy) write(megabytes int) {
	h.t.Helper()
	for range megabytes {
		err := h.db.InTx(h.t.Context(), "write", func(tx *store.Tx) error {
			name, data := megabyte(h.sent)
			return tx.PutSession(name, data, storetest.Noon.Add(time.Hour))
		})
		if err != nil {
			h.t.Fatal(err)
		}
		h.sent++
	}
}

// check compares what is there with what was written last.
func (h *heavy) check(db *store.DB) {
	h.t.Helper()
	err := db.Read(h.t.Context(), "check", func(tx *store.ReadTx) error {
		for n := h.sent - 20; n < h.sent; n++ {
			name, want := megabyte(n)
			got, found, err := tx.Session(name, storetest.Noon)
			if err != nil {
				return err
			}
			if !found || !bytes.Equal(got, want) {
				h.t.Errorf("%s is not what was written last", name)
			}
		}
		return nil
	})
	if err != nil {
		h.t.Error(err)
	}
}

// log is how large the log is, in megabytes.
func (h *heavy) log() int64 {
	h.t.Helper()
	info, err := os.Stat(h.path + "-wal")
	if err != nil {
		h.t.Fatal(err)
	}
	return info.Size() >> 20
}

// The log begins anew while one writes and another reads without a pause. Nothing
// is lost by it, whenever the database is closed.
func TestSQLiteLogBeginsAnew(t *testing.T) {
	t.Parallel()
	h := newHeavy(t)
	ctx, stop := context.WithCancel(t.Context())
	var readers sync.WaitGroup
	readers.Go(func() {
		for ctx.Err() == nil {
			_ = h.db.Read(ctx, "read", func(tx *store.ReadTx) error {
				_, _, err := tx.Session("1", storetest.Noon)
				return err
			})
		}
	})
	h.write(50)
	for h.log() >= int64(h.sent) { // on a busy machine it takes longer
		if h.write(10); h.sent > 800 {
			t.Fatalf("of %d MB the log has %d", h.sent, h.log())
		}
	}
	h.check(h.db)
	stop()
	readers.Wait()
	h.write(40) // pages are being moved now, perhaps
	h.db.Close()
	again := storetest.Open(t, "sqlite:"+h.path, virtual.Standing(storetest.Noon))
	h.check(again)
}

// Where nobody is in a hurry the log begins anew each time that it was moved, long
// before it is large.
func TestSQLiteLogStaysSmall(t *testing.T) {
	t.Parallel()
	h := newHeavy(t)
	for range 6 {
		h.write(34)
		h.db.AwaitMoved()
		h.write(1) // whose turn it is lets it begin anew
	}
	if log := h.log(); log > 80 {
		t.Errorf("of %d MB the log has %d", h.sent, log)
	}
	h.check(h.db)
}

// Who reads one state for long keeps the log from beginning anew. Afterwards it
// does, and its file is cut.
func TestSQLiteLogThatIsHeld(t *testing.T) {
	t.Parallel()
	h := newHeavy(t)
	h.write(20)
	err := h.db.Read(t.Context(), "long", func(tx *store.ReadTx) error {
		if _, _, err := tx.Session("1", storetest.Noon); err != nil {
			return err
		}
		h.write(300)
		_, data := megabyte(1)
		got, found, err := tx.Session("1", storetest.Noon)
		if !found || !bytes.Equal(got, data) {
			t.Error("who reads for long does not see what it saw")
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	held := h.log()
	if held < 300 {
		t.Fatalf("the log has %d MB only", held)
	}
	for range 20 {
		if h.write(10); h.log() < held {
			break
		}
	}
	if log := h.log(); log >= held {
		t.Errorf("the log has still %d MB", log)
	}
	h.check(h.db)
}
