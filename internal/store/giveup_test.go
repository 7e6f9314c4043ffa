package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// patient is a context that is canceled when it has been asked so many times.
type patient struct {
	context.Context
	giveUp  context.CancelFunc
	answers atomic.Int32
}

func newPatient(t *testing.T, answers int32) *patient {
	t.Helper()
	p := &patient{}
	p.Context, p.giveUp = context.WithCancel(t.Context())
	t.Cleanup(p.giveUp)
	p.answers.Store(answers)
	return p
}

func (p *patient) asked() {
	if p.answers.Add(-1) < 0 {
		p.giveUp()
	}
}

func (p *patient) Done() <-chan struct{} { p.asked(); return p.Context.Done() }

func (p *patient) Err() error { p.asked(); return p.Context.Err() }

// Who gives up is told so, at whatever moment: while a connection is opened, a
// transaction begins, or a statement runs. What was being committed is in doubt.
func TestGivingUpAtAnyMoment(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		for name, do := range map[string]func(ctx context.Context) error{
			"reading": func(ctx context.Context) error {
				return db.Read(ctx, "test", func(tx *store.ReadTx) error {
					_, err := tx.Tries("key", time.Hour)
					return err
				})
			},
			"writing": func(ctx context.Context) error { return db.InTx(ctx, "test", tryOnce) },
			"in line": func(ctx context.Context) error { return db.InLine(ctx, "test", nobody, tryOnce) },
		} {
			n := int32(0)
			for err := context.Canceled; err != nil; n++ {
				err = do(newPatient(t, n))
				if err != nil && !errors.Is(err, context.Canceled) {
					t.Errorf("%s, asked %d times: %v", name, n, err)
				}
				if n > 1000 {
					t.Fatalf("%s: never patient enough", name)
				}
			}
			t.Logf("%s: asked %d times", name, n)
		}
	})
}

func tryOnce(tx *store.Tx) error {
	if _, err := tx.Tries("key", time.Hour); err != nil {
		return err
	}
	tx.CountTry("key")
	return nil
}

// Who gives up while another process writes is told so, and not that the file
// is locked.
func TestSQLiteWritersGiveUpOnAnotherProcess(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db := openOnce(t, path)
	writing, err := plainWriter(t, path).BeginTx(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer stop()
	if err := db.InTx(ctx, "test", tryOnce); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if err := writing.Rollback(); err != nil {
		t.Fatal(err)
	}
	if err := db.InTx(t.Context(), "test", tryOnce); err != nil {
		t.Errorf("the next writer: %v", err)
	}
}

// Who gives up when its transaction has collided is told so: nobody waits for
// another try.
func TestGivingUpAfterACollision(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db := openOnce(t, path)
	locked := lockedOut(t, path)
	for name, do := range map[string]func(context.Context, func() error) error{
		"reading": func(ctx context.Context, f func() error) error {
			return db.Read(ctx, "test", func(*store.ReadTx) error { return f() })
		},
		"writing": func(ctx context.Context, f func() error) error {
			return db.InTx(ctx, "test", func(*store.Tx) error { return f() })
		},
	} {
		ctx, stop := context.WithCancel(t.Context())
		err := do(ctx, func() error { stop(); return locked })
		if !errors.Is(err, context.Canceled) || fault.Is(err, fault.CodeBusy) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// openOnce opens a file whose closures run once, as in a server.
func openOnce(t *testing.T, path string) *store.DB {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+path, store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return db
}
