package store_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// A disk that is full is nobody's fault: what does not fit has not happened, what
// fitted has, and with more room it goes on.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		target := "sqlite:" + filepath.Join(t.TempDir(), "test.db")
		storetest.Open(t, target, virtual.Standing(storetest.Noon)).Close()
		fillUp(t, target)
	})
	if os.Getenv(storetest.PostgresVariable) == "" {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		fillUp(t, storetest.PostgresURL(t))
	})
}

func fillUp(t *testing.T, target string) {
	t.Helper()
	c := virtual.Standing(storetest.Noon)
	full, err := store.Open(t.Context(), target, store.Options{Clock: c, Vault: storetest.Vault(), Room: 16 << 10})
	if err != nil {
		t.Fatal(err)
	}
	written := 0
	note := func(db *store.DB) error {
		return db.InTx(t.Context(), "note", func(tx *store.Tx) error {
			for range 10 {
				tx.Audit(store.AuditEvent{AccountID: enrollment.AccountID{UUID: tx.NewID()}, Operation: "test", Actor: "test", Subject: strings.Repeat("x", 100), Reason: "test"})
			}
			return nil
		})
	}
	for err = note(full); err == nil && written < 1000; err = note(full) {
		written++
	}
	if fault.KindOf(err) != fault.Unavailable || store.Blameable(err) || written == 0 {
		t.Errorf("after %d: got %v, want that there is no room", written, err)
	}
	if got := audits(t, full); got != 10*written {
		t.Errorf("there are %d rows, want %d", got, 10*written)
	}
	full.Close()
	roomy := storetest.Open(t, target, c)
	if err := note(roomy); err != nil {
		t.Errorf("with more room: %v", err)
	}
	if got := audits(t, roomy); got != 10*written+10 {
		t.Errorf("with more room there are %d rows, want %d", got, 10*written+10)
	}
}

func audits(t *testing.T, db *store.DB) int {
	t.Helper()
	n := 0
	err := db.Read(t.Context(), "count", func(tx *store.ReadTx) error {
		n = 0
		return tx.EachText("SELECT 1 FROM audit", func(func(...any) error) error { n++; return nil })
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
