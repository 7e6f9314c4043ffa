package store_test

import (
	"context"
	"errors"
	"runtime"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// newPostgresLine is a line of PostgreSQL: the first is alone, and those who
// come meanwhile make up a group when it is done.
func newPostgresLine(t *testing.T) *line {
	t.Helper()
	l := newPostgresLineOf(t, 4)
	l.db.OneGroup()
	return l
}

func newPostgresLineOf(t *testing.T, conns int32) *line {
	t.Helper()
	db, err := store.Open(t.Context(), storetest.PostgresURL(t),
		store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault(), MaxConns: conns})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	return &line{t: t, db: db, in: inLine(db, nobody), errs: map[string]error{}, runs: map[string]int{}}
}

func (l *line) wantRuns(want map[string]int) {
	l.t.Helper()
	for name, n := range want {
		if l.runs[name] != n {
			l.t.Errorf("%s ran %d times, want %d", name, l.runs[name], n)
		}
	}
}

// Whoever waits goes on in the transaction of those before, sees what they have
// done, and nobody else sees anything before all are committed.
func TestPostgresCommitsTogetherThoseWhoWait(t *testing.T) {
	t.Parallel()
	l := newPostgresLine(t)
	letGo := l.first(fine)
	l.begin(t.Context(), "second", fine)
	l.begin(t.Context(), "last", func(tx *store.Tx) error {
		if tries, err := tx.Tries("second", time.Hour); err != nil || tries != 1 {
			t.Errorf("of the second the last sees %d, %v", tries, err)
		}
		if !l.committed("first") || l.committed("second") {
			t.Error("want the first committed, and the second not before the last is done")
		}
		return nil
	})
	letGo()
	l.want(map[string]bool{"first": true, "second": true, "last": true})
	l.wantRuns(map[string]int{"first": 1, "second": 1, "last": 1})
}

// However many pay at the same moment, a connection is left for everybody else.
func TestPostgresPaymentsLeaveAConnection(t *testing.T) {
	t.Parallel()
	l := newPostgresLineOf(t, 4)
	gate := make(chan struct{})
	names := []string{"1", "2", "3", "4", "5"}
	want := map[string]bool{}
	for _, name := range names {
		want[name] = true
		l.begin(t.Context(), name, func(*store.Tx) error { <-gate; return nil })
	}
	if n := l.db.Waiting(); n != 2 {
		t.Errorf("%d of 5 wait, with 4 connections; want 2", n)
	}
	if l.committed(names[0]) { // which looks it up
		t.Error("committed before its end")
	}
	close(gate)
	l.all.Wait()
	l.want(want)
}

// What one does wrong is its own affair: whoever was done in the same group runs
// again, and whoever was not is not touched.
func TestPostgresOneThatFailsLeavesTheOthers(t *testing.T) {
	t.Parallel()
	failures := map[string]func(*store.Tx) error{
		"error":            func(*store.Tx) error { return errNo },
		"panic":            func(*store.Tx) error { panic("no") },
		"broken statement": func(tx *store.Tx) error { return tx.ExecText("INSERT INTO counter (name, n) VALUES ('x', -1)") },
		"statement whose error is dropped": func(tx *store.Tx) error {
			_ = tx.ExecText("INSERT INTO counter (name, n) VALUES ('x', -1)")
			return nil
		},
		"last statement": func(tx *store.Tx) error { tx.QueueText("INSERT INTO counter (name, n) VALUES ('x', -1)"); return nil },
	}
	for name, failure := range failures {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, bad := range []string{"first", "second", "third", "last"} {
				l := newPostgresLine(t)
				do := map[string]func(*store.Tx) error{"first": fine, "second": fine, "third": fine, "last": fine}
				do[bad] = failure
				letGo := l.first(do["first"])
				for _, name := range []string{"second", "third", "last"} {
					l.begin(t.Context(), name, do[name])
				}
				letGo()
				l.want(map[string]bool{"first": bad != "first", "second": bad != "second", "third": bad != "third", "last": bad != "last"})
			}
		})
	}
}

// Who fails where others were done before fails by what is committed, and not
// by what they may have taken back: it runs again alone.
func TestPostgresNobodyFailsByWhatWasTakenBack(t *testing.T) {
	t.Parallel()
	l := newPostgresLine(t)
	letGo := l.first(fine)
	l.begin(t.Context(), "second", fine)
	l.begin(t.Context(), "last", func(tx *store.Tx) error {
		if tries, err := tx.Tries("last", time.Hour); err != nil || tries > 1 {
			t.Errorf("what it did itself is still there: %d, %v", tries, err)
		}
		return errNo
	})
	letGo()
	l.want(map[string]bool{"first": true, "second": true, "last": false})
	l.wantRuns(map[string]int{"first": 1, "second": 2, "last": 2})
	if !errors.Is(l.errs["last"], errNo) {
		t.Errorf("want its own error, got %v", l.errs["last"])
	}
}

// A collision undoes the group, and each runs again alone.
func TestPostgresCollisionOfAGroup(t *testing.T) {
	t.Parallel()
	l := newPostgresLine(t)
	letGo := l.first(fine)
	l.begin(t.Context(), "second", fine)
	l.begin(t.Context(), "last", func(tx *store.Tx) error {
		if _, err := tx.Tries("key", time.Hour); err != nil {
			return err
		}
		if l.runs["last"] == 1 {
			if err := storeTry(context.WithoutCancel(tx.Context()), l.db); err != nil {
				return err
			}
		}
		tx.CountTry("key")
		return nil
	})
	letGo()
	l.want(map[string]bool{"first": true, "second": true, "last": true})
	l.wantRuns(map[string]int{"first": 1, "second": 2, "last": 2})
	if l.db.Retries() != 2 {
		t.Errorf("%d retries, want 2", l.db.Retries())
	}
}

// Nobody reads a state older than its own arrival: who comes when a group is
// under way does not join it.
func TestPostgresGroupTakesNobodyInLater(t *testing.T) {
	t.Parallel()
	l := newPostgresLine(t)
	letGo := l.first(func(*store.Tx) error {
		if err := storeTry(t.Context(), l.db); err != nil {
			return err
		}
		l.begin(t.Context(), "late", func(tx *store.Tx) error {
			if tries, err := tx.Tries("key", time.Hour); err != nil || tries != 1 {
				t.Errorf("sees %d of what was committed before it came, %v", tries, err)
			}
			return nil
		})
		return nil
	})
	letGo()
	l.want(map[string]bool{"first": true, "late": true})
}

// Who gives up while waiting has done nothing; who gives up at the connection
// ends it, and the others run again.
func TestPostgresGivingUp(t *testing.T) {
	t.Parallel()
	l := newPostgresLine(t)
	letGo := l.first(fine)
	waiting, stopWaiting := context.WithCancel(t.Context())
	working, stopWorking := context.WithCancel(t.Context())
	l.begin(t.Context(), "second", fine)
	l.begin(waiting, "waiting", fine)
	l.begin(working, "working", func(tx *store.Tx) error {
		stopWorking()
		_, err := tx.Tries("first", time.Hour)
		return err
	})
	l.begin(t.Context(), "last", fine)
	stopWaiting()
	for !l.gaveUp("waiting") {
		runtime.Gosched()
	}
	letGo()
	l.want(map[string]bool{"first": true, "second": true, "waiting": false, "working": false, "last": true})
	l.wantRuns(map[string]int{"second": 2, "waiting": 0, "working": 1, "last": 1})
	for _, name := range []string{"waiting", "working"} {
		if !errors.Is(l.errs[name], context.Canceled) {
			t.Errorf("%s: %v", name, l.errs[name])
		}
	}
}

func (l *line) gaveUp(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.errs[name] != nil
}

// When the connection goes away in the commit, nobody of the group knows what
// became of it, and nobody does it a second time.
func TestPostgresLostInTheCommit(t *testing.T) {
	t.Parallel()
	l := newPostgresLine(t)
	letGo := l.first(fine)
	l.begin(t.Context(), "second", fine)
	l.begin(t.Context(), "last", func(tx *store.Tx) error {
		var backend int64
		err := tx.EachText("SELECT CAST(pg_backend_pid() AS BIGINT)", func(scan func(...any) error) error { return scan(&backend) })
		if err != nil {
			return err
		}
		_, err = l.db.PostgresPool().Exec(t.Context(), "SELECT pg_terminate_backend($1, 10000)", backend)
		return err
	})
	letGo()
	l.wantRuns(map[string]int{"first": 1, "second": 1, "last": 1})
	for _, name := range []string{"second", "last"} {
		if !fault.Is(l.errs[name], fault.CodeUnknownOutcome) {
			t.Errorf("%s: want an unknown outcome, got %v", name, l.errs[name])
		}
	}
}
