package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// line is a database with one transaction at the connection and more behind it
// in the line: the shape of everything that can go wrong in a group.
type line struct {
	t    *testing.T
	db   *store.DB
	in   func(ctx context.Context, op string, fn func(*store.Tx) error) error
	all  sync.WaitGroup
	mu   sync.Mutex
	errs map[string]error
	runs map[string]int
}

func newLine(t *testing.T) *line {
	t.Helper()
	db, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "test.db"),
		store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	db.KeepGroupsOpen()
	return &line{t: t, db: db, in: db.InTx, errs: map[string]error{}, runs: map[string]int{}}
}

// begin starts a transaction that counts a try under its name, and waits until
// it is at the connection or in the line.
func (l *line) begin(ctx context.Context, name string, then func(*store.Tx) error) {
	l.t.Helper()
	l.come(name, func(fn func(*store.Tx) error) error { return l.in(ctx, name, fn) }, then)
}

func (l *line) come(name string, in func(func(*store.Tx) error) error, then func(*store.Tx) error) {
	l.t.Helper()
	before := l.db.Waiting()
	started := make(chan struct{}, 100)
	l.all.Go(func() {
		err := errors.New("panic")
		defer func() {
			_ = recover()
			l.mu.Lock()
			defer l.mu.Unlock()
			l.errs[name] = err
		}()
		err = in(func(tx *store.Tx) error {
			started <- struct{}{}
			l.mu.Lock()
			l.runs[name]++
			l.mu.Unlock()
			tx.CountTry(name)
			if _, err := tx.Tries(name, time.Hour); err != nil { // which sends what is queued
				return err
			}
			return then(tx)
		})
	})
	for l.db.Waiting() == before && len(started) == 0 {
		runtime.Gosched()
	}
}

// first starts a transaction that stays at the connection until it is let go.
func (l *line) first(then func(*store.Tx) error) (letGo func()) {
	gate := make(chan struct{})
	l.begin(l.t.Context(), "first", func(tx *store.Tx) error {
		<-gate
		return then(tx)
	})
	return sync.OnceFunc(func() { close(gate); l.all.Wait() })
}

// committed tells whether others see what a transaction wrote.
func (l *line) committed(name string) bool {
	l.t.Helper()
	var tries int64
	err := l.db.Read(l.t.Context(), "look", func(tx *store.ReadTx) (err error) {
		tries, err = tx.Tries(name, time.Hour)
		return err
	})
	if err != nil {
		l.t.Error(err)
	}
	return tries > 0
}

// want checks which transactions have succeeded, and that those and no others
// are there.
func (l *line) want(want map[string]bool) {
	l.t.Helper()
	for name, ok := range want {
		if (l.errs[name] == nil) != ok || l.committed(name) != ok {
			l.t.Errorf("%s: want success %v, got %v, committed %v", name, ok, l.errs[name], l.committed(name))
		}
	}
}

func fine(*store.Tx) error { return nil }

var errNo = errors.New("no")

// Whoever waits joins, sees what those before have done, and all are committed
// at once: before the last is done, nobody else sees anything.
func TestThoseWhoWaitAreCommittedTogether(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	letGo := l.first(fine)
	l.begin(t.Context(), "second", fine)
	l.begin(t.Context(), "last", func(tx *store.Tx) error {
		if tries, err := tx.Tries("first", time.Hour); err != nil || tries != 1 {
			t.Errorf("of the first the last sees %d, %v", tries, err)
		}
		if l.committed("first") || l.committed("second") {
			t.Error("committed before the last was done")
		}
		return nil
	})
	letGo()
	l.want(map[string]bool{"first": true, "second": true, "last": true})
}

// What one does wrong undoes nothing of the others.
func TestOneThatFailsLeavesTheOthers(t *testing.T) {
	t.Parallel()
	failures := map[string]func(*store.Tx) error{
		"error":            func(*store.Tx) error { return errNo },
		"panic":            func(*store.Tx) error { panic("no") },
		"broken statement": func(tx *store.Tx) error { return tx.ExecText("INSERT INTO counter (name, n) VALUES ('x', -1)") },
		"statement whose error is dropped": func(tx *store.Tx) error {
			_ = tx.ExecText("INSERT INTO counter (name, n) VALUES ('x', -1)")
			return nil
		},
	}
	for name, failure := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, bad := range []string{"first", "second", "last"} {
				l := newLine(t)
				do := map[string]func(*store.Tx) error{"first": fine, "second": fine, "last": fine}
				do[bad] = failure
				letGo := l.first(do["first"])
				l.begin(t.Context(), "second", do["second"])
				l.begin(t.Context(), "last", do["last"])
				letGo()
				l.want(map[string]bool{"first": bad != "first", "second": bad != "second", "last": bad != "last"})
			}
		})
	}
}

// After some errors, such as a full disk, SQLite undoes the whole transaction.
// The others of the group are not to blame: they run again.
func TestOneThatUndoesAllMakesTheOthersRunAgain(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	letGo := l.first(fine)
	l.begin(t.Context(), "second", func(tx *store.Tx) error { return errors.Join(tx.ExecText("ROLLBACK"), errNo) })
	l.begin(t.Context(), "last", fine)
	letGo()
	l.want(map[string]bool{"first": true, "second": false, "last": true})
	if l.runs["first"] != 2 || l.runs["second"] != 1 || l.db.Retries() == 0 {
		t.Errorf("ran %v, %d times again", l.runs, l.db.Retries())
	}
}

// Who gives up while waiting has done nothing; who gives up at the connection
// is undone alone.
func TestGivingUp(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	letGo := l.first(fine)
	waiting, stopWaiting := context.WithCancel(t.Context())
	working, stopWorking := context.WithCancel(t.Context())
	l.begin(waiting, "waiting", fine)
	l.begin(working, "working", func(tx *store.Tx) error {
		stopWorking()
		_, err := tx.Tries("first", time.Hour)
		return err
	})
	l.begin(t.Context(), "last", fine)
	stopWaiting()
	for l.db.Waiting() > 2 {
		runtime.Gosched()
	}
	letGo()
	l.want(map[string]bool{"first": true, "waiting": false, "working": false, "last": true})
	for _, name := range []string{"waiting", "working"} {
		if !errors.Is(l.errs[name], context.Canceled) {
			t.Errorf("%s: %v", name, l.errs[name])
		}
	}
	if l.runs["waiting"] != 0 {
		t.Error("ran although its caller had given up")
	}
}

// Bulk work takes long, and so does what waits for its commit: it is alone.
func TestBulkWorkIsAlone(t *testing.T) {
	t.Parallel()
	l := newLine(t)
	letGo := l.first(fine)
	var nobody enrollment.AccountID
	l.come("bulk", func(fn func(*store.Tx) error) error { return l.db.InBulk(t.Context(), "bulk", nobody, nobody, fn) }, func(*store.Tx) error {
		if !l.committed("first") {
			t.Error("bulk work has joined a group")
		}
		return nil
	})
	l.begin(t.Context(), "last", func(*store.Tx) error {
		if !l.committed("bulk") {
			t.Error("a group has joined bulk work")
		}
		return nil
	})
	letGo()
	l.want(map[string]bool{"first": true, "bulk": true, "last": true})
}
