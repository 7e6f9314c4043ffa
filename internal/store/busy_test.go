package store_test

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// A transaction that collides again and again is given up in the end. It is
// nobody's fault: nothing has happened, and it may be tried later.
func TestCollidingForEverIsBusy(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "test.db")
		db := storetest.Open(t, "sqlite:"+path, virtual.Standing(storetest.Noon))
		locked := lockedOut(t, path)
		wantBusy(t, db, func(*store.Tx) error { return locked })
		wantBusyRead(t, db, func(*store.ReadTx) error { return locked })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		db := storetest.OpenPostgres(t, virtual.Standing(storetest.Noon))
		wantBusy(t, db, func(tx *store.Tx) error {
			if _, err := tx.Tries("key", time.Hour); err != nil {
				return err
			}
			if err := storeTry(tx.Context(), db); err != nil {
				return err
			}
			tx.CountTry("key")
			return nil
		})
	})
}

// lockedOut gives what SQLite says to whoever comes while another process
// writes.
func lockedOut(t *testing.T, path string) error {
	t.Helper()
	writing, err := plainWriter(t, path).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	_, locked := plainWriter(t, path).BeginTx(t.Context(), nil)
	if err := writing.Rollback(); err != nil {
		t.Fatal(err)
	}
	return locked
}

// plainWriter opens a database file as another process does that writes to it
// at once or not at all.
func plainWriter(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(0)")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// storeTry commits a write that collides with whoever has read the tries.
func storeTry(ctx context.Context, db *store.DB) error {
	return db.InTx(ctx, "meanwhile", func(tx *store.Tx) error { tx.CountTry("key"); return nil })
}

func wantBusy(t *testing.T, db *store.DB, fn func(*store.Tx) error) {
	t.Helper()
	ran := 0
	err := db.InTx(t.Context(), "test", func(tx *store.Tx) error { ran++; return fn(tx) })
	if fault.KindOf(err) != fault.Unavailable || !fault.Is(err, fault.CodeBusy) || ran != 11 { // once dry
		t.Errorf("ran %d times: %v", ran, err)
	}
}

func wantBusyRead(t *testing.T, db *store.DB, fn func(*store.ReadTx) error) {
	t.Helper()
	ran := 0
	err := db.Read(t.Context(), "test", func(tx *store.ReadTx) error { ran++; return fn(tx) })
	if fault.KindOf(err) != fault.Unavailable || !fault.Is(err, fault.CodeBusy) || ran != 10 {
		t.Errorf("read %d times: %v", ran, err)
	}
}
