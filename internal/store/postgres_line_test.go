package store_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"runtime"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
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
	in := func(ctx context.Context, name string, fn func(*store.Tx) error) error {
		return db.InLine(ctx, name, accountOf(name), fn)
	}
	return &line{t: t, db: db, in: in, errs: map[string]error{}, runs: map[string]int{}}
}

// accountOf is the account of a caller: all differ.
func accountOf(name string) enrollment.AccountID {
	hash := sha256.Sum256([]byte(name))
	return enrollment.AccountID{UUID: ident.Named(hash[:])}
}

func (l *line) wantRuns(want map[string]int) {
	l.t.Helper()
	for name, n := range want {
		if l.runs[name] != n {
			l.t.Errorf("%s ran %d times, want %d", name, l.runs[name], n)
		}
	}
}

// Those who wait go on in one transaction at the same time, and nobody else sees
// anything before all are committed.
func TestPostgresCommitsTogetherThoseWhoWait(t *testing.T) {
	t.Parallel()
	l := newPostgresLine(t)
	letGo := l.first(fine)
	done := make(chan struct{})
	l.begin(t.Context(), "second", func(*store.Tx) error { close(done); return nil })
	l.begin(t.Context(), "last", func(tx *store.Tx) error {
		<-done
		if tries, err := tx.Tries("last", time.Hour); err != nil || tries != 1 {
			t.Errorf("of what it did itself the last sees %d, %v", tries, err)
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

// Those who wait for an answer get it in one round trip, also if one of them
// asks more often than the other.
func TestPostgresAnswersAllAtOnce(t *testing.T) {
	t.Parallel()
	l := newPostgresLine(t)
	letGo := l.first(fine)
	asks := func(times int) func(*store.Tx) error {
		return func(tx *store.Tx) error {
			for i := range times {
				tx.CountTry("asked")
				if tries, err := tx.Tries("asked", time.Hour); err != nil || tries <= int64(i) {
					t.Errorf("%d tries after %d, %v", tries, i+1, err)
				}
			}
			return nil
		}
	}
	l.begin(t.Context(), "second", asks(1))
	l.begin(t.Context(), "third", asks(5))
	l.begin(t.Context(), "last", asks(3))
	letGo()
	l.want(map[string]bool{"first": true, "second": true, "third": true, "last": true})
	l.wantRuns(map[string]int{"second": 1, "third": 1, "last": 1})
	var tries int64
	err := l.db.Read(t.Context(), "look", func(tx *store.ReadTx) (err error) {
		tries, err = tx.Tries("asked", time.Hour)
		return err
	})
	if err != nil || tries != 9 {
		t.Errorf("%d tries are there, %v; want 9", tries, err)
	}
}

// Two of one account are not in one group: they would not see each other.
func TestPostgresOneAccountOneAfterTheOther(t *testing.T) {
	t.Parallel()
	l := newPostgresLine(t)
	letGo := l.first(fine)
	l.begin(t.Context(), "second", fine)
	again := func(fn func(*store.Tx) error) error {
		return l.db.InLine(t.Context(), "again", accountOf("second"), fn)
	}
	l.come("again", again, func(tx *store.Tx) error {
		if !l.committed("second") {
			t.Error("in one group with another of its account")
		}
		return nil
	})
	l.begin(t.Context(), "last", fine)
	letGo()
	l.want(map[string]bool{"first": true, "second": true, "again": true, "last": true})
	l.wantRuns(map[string]int{"second": 1, "again": 1, "last": 1})
}

// Who changes what is not its account's runs alone: others may have read it.
func TestPostgresWhoDoesNotSuitRunsAlone(t *testing.T) {
	t.Parallel()
	for name, foreign := range map[string]func(*store.Tx) error{
		"at once": func(tx *store.Tx) error { return tx.ExecText("UPDATE counter SET n = n + 1 WHERE name = 'x'") },
		"at last": func(tx *store.Tx) error { tx.QueueText("UPDATE counter SET n = n + 1 WHERE name = 'x'"); return nil },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := newPostgresLine(t)
			letGo := l.first(fine)
			l.begin(t.Context(), "second", fine)
			l.begin(t.Context(), "last", foreign)
			letGo()
			l.want(map[string]bool{"first": true, "second": true, "last": true})
			l.wantRuns(map[string]int{"first": 1, "second": 2, "last": 2})
		})
	}
}

// Who waits for an answer may give up before it is asked for, because another of
// the group is busy.
func TestPostgresGivingUpBesideOneWhoIsBusy(t *testing.T) {
	t.Parallel()
	l := newPostgresLine(t)
	letGo := l.first(fine)
	gate, asked := make(chan struct{}), make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	l.begin(ctx, "waits", func(tx *store.Tx) error {
		close(asked)
		_, err := tx.Tries("waits", time.Hour)
		return err
	})
	l.begin(t.Context(), "busy", func(*store.Tx) error { <-gate; return nil })
	go letGo()
	<-asked
	stop()
	for !l.gaveUp("waits") {
		runtime.Gosched()
	}
	close(gate)
	l.all.Wait()
	l.want(map[string]bool{"first": true, "waits": false, "busy": true})
	if !errors.Is(l.errs["waits"], context.Canceled) {
		t.Errorf("want its own giving up, got %v", l.errs["waits"])
	}
}

// However many pay at the same moment, a connection is left for everybody else.
// The first is alone, and those who come meanwhile go on when they are enough.
func TestPostgresPaymentsLeaveAConnection(t *testing.T) {
	t.Parallel()
	l := newPostgresLineOf(t, 4)
	gate := make(chan struct{})
	want := map[string]bool{}
	for i, waiting := range []int{0, 1, 2, 3, 0, 1, 2, 3, 0, 1, 2, 3, 4, 5} {
		name := fmt.Sprint(i)
		want[name] = true
		l.begin(t.Context(), name, func(*store.Tx) error { <-gate; return nil })
		if n := l.db.Waiting(); n != waiting {
			t.Errorf("of %d %d wait, with 4 connections; want %d", i+1, n, waiting)
		}
	}
	if l.committed("0") { // which looks it up
		t.Error("committed before its end")
	}
	close(gate)
	l.all.Wait()
	l.want(want)
}

// What one does wrong is its own affair: the others of the group run again.
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

// Who fails in company fails by what is committed, and not by what others take
// back: it runs again alone.
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
	l.wantRuns(map[string]int{"second": 2, "waiting": 0, "working": 1, "last": 2})
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
