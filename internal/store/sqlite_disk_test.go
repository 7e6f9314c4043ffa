package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// slowDisk is a database whose log gets to the disk when a test says so.
type slowDisk struct {
	t    *testing.T
	db   *store.DB
	take chan error // the disk takes the log, or fails to

	mu   sync.Mutex
	told map[string]error
	ran  map[string]bool
}

// onSlowDisk runs a test in a bubble, where it can wait until nothing happens any more.
func onSlowDisk(t *testing.T, test func(d *slowDisk)) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "test.db")
	synctest.Test(t, func(t *testing.T) {
		db, err := store.Open(t.Context(), "sqlite:"+path, store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault()})
		if err != nil {
			t.Fatal(err)
		}
		d := &slowDisk{t: t, db: db, take: make(chan error), told: map[string]error{}, ran: map[string]bool{}}
		if err := db.OnLogSync(func() error { return <-d.take }); err != nil {
			t.Fatal(err)
		}
		test(d)
		close(d.take)
		db.Close()
	})
}

// start starts something, and waits until it can not go on.
func (d *slowDisk) start(name string, do func() error) {
	go func() {
		err := do()
		d.mu.Lock()
		defer d.mu.Unlock()
		d.told[name] = err
	}()
	synctest.Wait()
}

func (d *slowDisk) runs(name string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ran[name] = true
}

// writes starts a transaction that counts a try under its name.
func (d *slowDisk) writes(name string, in func(context.Context, string, func(*store.Tx) error) error, result error) {
	d.start(name, func() error {
		return in(d.t.Context(), name, func(tx *store.Tx) error {
			d.runs(name)
			tx.CountTry(name)
			_, err := tx.Tries(name, time.Hour)
			return errors.Join(err, result)
		})
	})
}

// looks starts a look at whether a transaction is committed, once goOn is closed
// if there is one. It has run as soon as it has found out.
func (d *slowDisk) looks(name, at string, want int, goOn <-chan struct{}) {
	d.start(name, func() error {
		return d.db.Read(d.t.Context(), name, func(tx *store.ReadTx) error {
			found := 0
			no := func(func(...any) error) error { return nil }
			row := func(func(...any) error) error { found++; d.runs(name); return nil }
			if goOn != nil {
				if err := tx.EachText("SELECT 1", no); err != nil { // of no table, and so of no state
					return err
				}
				<-goOn
			}
			if err := tx.EachText("SELECT tries FROM throttle WHERE throttle_key = $1", row, at); err != nil {
				return err
			}
			d.runs(name)
			if found != want {
				d.t.Errorf("%s finds %d of %s, not %d", name, found, at, want)
			}
			return nil
		})
	})
}

// disk lets the disk take what it was given last, or fail to.
func (d *slowDisk) disk(err error) {
	d.t.Helper()
	select {
	case d.take <- err:
	default:
		d.t.Error("the disk was given nothing")
	}
	synctest.Wait()
}

// wants checks who was told so far, and who was told of success.
func (d *slowDisk) wants(told ...string) {
	d.t.Helper()
	for _, name := range told {
		if err, ok := d.told[name]; !ok || err != nil && !errors.Is(err, errNo) {
			d.t.Errorf("%s was told: %v, %v", name, ok, err)
		}
	}
	if len(d.told) != len(told) {
		d.t.Errorf("only %v should have been told anything: %v", told, d.told)
	}
}

// ways are all kinds of transactions that write.
func (d *slowDisk) ways() map[string]func(context.Context, string, func(*store.Tx) error) error {
	return map[string]func(context.Context, string, func(*store.Tx) error) error{
		"in the line": inLine(d.db, nobody), "any": d.db.InTx,
		"bulk": func(ctx context.Context, op string, fn func(*store.Tx) error) error {
			return d.db.InBulk(ctx, op, nobody, enrollment.AccountID{}, fn)
		},
	}
}

// The next group writes while the disk takes the log of the last one. Nobody is
// told of a commit before the disk has it, in whatever kind of transaction.
func TestNobodyIsToldBeforeTheDisk(t *testing.T) {
	t.Parallel()
	onSlowDisk(t, func(d *slowDisk) {
		var all []string
		for name, in := range d.ways() {
			all = append(all, name)
			d.writes(name, in, nil)
			if !d.ran[name] {
				d.t.Errorf("%s waits for the disk before it writes", name)
			}
		}
		d.wants()
		d.disk(nil) // of the first; the others came while it was busy
		d.wants(d.first(all))
		d.disk(nil)
		d.wants(all...)
	})
}

// Of those who come at the same moment half go to the disk, and the others write
// meanwhile.
func TestHalfOfThemGoToTheDisk(t *testing.T) {
	t.Parallel()
	onSlowDisk(t, func(d *slowDisk) {
		gate := make(chan struct{})
		d.start("first", func() error {
			return d.db.InTx(d.t.Context(), "first", func(tx *store.Tx) error { <-gate; tx.CountTry("first"); return nil })
		})
		for _, name := range []string{"second", "third", "last"} {
			d.writes(name, d.db.InTx, nil)
		}
		close(gate)
		synctest.Wait()
		if !d.ran["last"] {
			d.t.Error("the others wait for the disk")
		}
		d.disk(nil)
		d.wants("first", "second")
		d.disk(nil)
		d.wants("first", "second", "third", "last")
	})
}

// Who gives up after its plan was carried out in the turn of another is told what
// became of it, and not that it gave up.
func TestWhoGivesUpWhenItIsDone(t *testing.T) {
	t.Parallel()
	onSlowDisk(t, func(d *slowDisk) {
		gate := make(chan struct{})
		d.start("first", func() error {
			return d.db.InTx(d.t.Context(), "first", func(tx *store.Tx) error { <-gate; tx.CountTry("first"); return nil })
		})
		ctx, giveUp := context.WithCancel(d.t.Context())
		defer giveUp()
		runs := map[string]int{}
		for _, name := range []string{"second", "third", "last"} {
			d.start(name, func() error {
				return d.db.InLine(ctx, name, nobody, func(tx *store.Tx) error { runs[name]++; tx.CountTry(name); return nil })
			})
		}
		close(gate)
		synctest.Wait()
		giveUp()
		synctest.Wait()
		d.wants()
		d.disk(nil)
		d.wants("first", "second")
		d.disk(nil)
		d.wants("first", "second", "third", "last")
		if runs["second"] != 1 || runs["third"] != 1 || runs["last"] != 1 {
			d.t.Errorf("they ran more than once: %v", runs)
		}
		d.looks("look", "last", 1, nil)
	})
}

// Who carries plans out, one group after the other, gives the turn to a plan that
// does not hold any more; after it the others go on.
func TestTurnOfAPlanThatDoesNotHold(t *testing.T) {
	t.Parallel()
	onSlowDisk(t, func(d *slowDisk) {
		one, other := enrollment.AccountID{UUID: ident.UUID{15: 1}}, enrollment.AccountID{UUID: ident.UUID{15: 2}}
		gate, again := make(chan struct{}), make(chan struct{})
		runs := map[string]int{}
		in := func(name string, account enrollment.AccountID, wait <-chan struct{}) {
			d.start(name, func() error {
				return d.db.InLine(d.t.Context(), name, account, func(tx *store.Tx) error {
					if runs[name]++; wait != nil && runs[name] > 1 {
						<-wait
					}
					tx.CountTry(name)
					return nil
				})
			})
		}
		d.start("first", func() error {
			return d.db.InTx(d.t.Context(), "first", func(tx *store.Tx) error { <-gate; tx.CountTry("first"); return nil })
		})
		in("second", one, nil)
		in("third", one, again) // the second changes its account
		in("last", other, nil)
		close(gate)
		synctest.Wait()
		d.disk(nil)
		d.wants("first", "second")
		if runs["third"] != 2 {
			d.t.Errorf("the third has run %d times: it has the turn", runs["third"])
		}
		close(again)
		synctest.Wait()
		for len(d.told) < 4 {
			d.disk(nil)
		}
		d.wants("first", "second", "third", "last")
		if runs["second"] != 1 || runs["third"] != 2 || runs["last"] != 1 {
			d.t.Errorf("they have run: %v", runs)
		}
		for _, name := range []string{"first", "second", "third", "last"} {
			d.looks("look at "+name, name, 1, nil)
		}
	})
}

// Where the disk takes longer than they write, all of a moment had better be one
// group: who comes meanwhile waits, as long as that is so. Once may be chance.
func TestDiskThatIsSlowerThanTheWriter(t *testing.T) {
	t.Parallel()
	onSlowDisk(t, func(d *slowDisk) {
		slow := func(name string) {
			d.writes(name, d.db.InTx, nil)
			<-time.After(time.Second)
			d.disk(nil)
		}
		apart := func(first, second string) {
			d.writes(first, d.db.InTx, nil)
			d.writes(second, d.db.InTx, nil)
			if !d.ran[second] {
				d.t.Errorf("the %s waits for a disk that is quick", second)
			}
			d.disk(nil)
			d.disk(nil)
		}
		slow("slow")
		apart("first", "second")
		slow("slow again")
		slow("and again")
		d.writes("third", d.db.InTx, nil)
		d.writes("fourth", d.db.InTx, nil)
		d.writes("fifth", d.db.InTx, nil)
		if d.ran["fourth"] {
			d.t.Error("the fourth does not wait")
		}
		d.disk(nil) // at once
		d.wants("slow", "first", "second", "slow again", "and again", "third")
		d.disk(nil) // the others saw that, and went apart
		d.disk(nil)
		d.wants("slow", "first", "second", "slow again", "and again", "third", "fourth", "fifth")
		apart("sixth", "seventh")
		if n := d.db.AtDisk(); n != 0 {
			d.t.Errorf("%d callers are at the disk", n)
		}
	})
}

// first is who was told first.
func (d *slowDisk) first(all []string) string {
	for _, name := range all {
		if _, told := d.told[name]; told {
			return name
		}
	}
	return "nobody"
}

// Who reads hands nothing on that the disk does not have yet, nor does who
// writes and fails because of it. Who began to read before sees nothing of it,
// and goes on.
func TestNothingIsSeenBeforeTheDiskHasIt(t *testing.T) {
	t.Parallel()
	onSlowDisk(t, func(d *slowDisk) {
		goOn := make(chan struct{})
		d.start("began before", func() error {
			return d.db.Read(d.t.Context(), "began before", func(tx *store.ReadTx) error {
				if _, err := tx.Tries("first", time.Hour); err != nil {
					return err
				}
				<-goOn
				tries, err := tx.Tries("first", time.Hour)
				if tries != 0 {
					d.t.Error("one state was not one state")
				}
				return err
			})
		})
		d.looks("begins late", "first", 1, goOn)
		d.writes("first", d.db.InTx, nil)
		d.looks("reads", "first", 1, nil)
		d.looks("finds nothing", "nobody", 0, nil)
		d.writes("fails", d.db.InTx, errNo)
		close(goOn)
		synctest.Wait()
		if d.ran["reads"] || d.ran["finds nothing"] || d.ran["begins late"] || !d.ran["fails"] {
			d.t.Errorf("ran: %v", d.ran)
		}
		d.wants("began before")
		d.writes("second", d.db.InTx, nil)
		d.disk(nil)
		d.wants("began before", "begins late", "first", "reads", "finds nothing", "fails")
		d.looks("reads later", "second", 1, nil)
		d.disk(nil)
		d.wants("began before", "begins late", "first", "reads", "finds nothing", "fails", "second", "reads later")
	})
}

// Who gives up while the disk is busy gives up.
func TestGivingUpOnTheDisk(t *testing.T) {
	t.Parallel()
	onSlowDisk(t, func(d *slowDisk) {
		d.writes("first", d.db.InTx, nil)
		ctx, stop := context.WithCancel(d.t.Context())
		d.start("reads", func() error {
			return d.db.Read(ctx, "reads", func(tx *store.ReadTx) error {
				_, err := tx.Tries("first", time.Hour)
				return err
			})
		})
		stop()
		synctest.Wait()
		if err := d.told["reads"]; !errors.Is(err, context.Canceled) {
			d.t.Errorf("who gave up was told %v", err)
		}
	})
}

// When the disk fails to take the log, nobody knows what it has. Whoever has
// committed since is told so, and nothing is written or read any more: the next
// sync might say that all is well.
func TestDiskThatFails(t *testing.T) {
	t.Parallel()
	onSlowDisk(t, func(d *slowDisk) {
		d.writes("first", d.db.InTx, nil)
		d.looks("reads", "first", 1, nil)
		d.writes("second", inLine(d.db, nobody), nil)
		d.wants()
		d.disk(errNo)
		for _, name := range []string{"first", "second"} {
			if err := d.told[name]; !fault.Is(err, fault.CodeUnknownOutcome) {
				d.t.Errorf("%s is not in doubt: %v", name, err)
			}
		}
		d.writes("writes later", d.db.InTx, nil)
		d.looks("reads later", "first", 1, nil)
		for _, name := range []string{"reads", "writes later", "reads later"} {
			if err := d.told[name]; fault.KindOf(err) != fault.Unavailable || fault.Is(err, fault.CodeUnknownOutcome) || d.ran[name] {
				d.t.Errorf("%s was told %v; ran: %v", name, err, d.ran[name])
			}
		}
		if _, err := d.db.SQLiteWriter().ExecContext(d.t.Context(), "DELETE FROM throttle"); err == nil {
			d.t.Error("the job queue still writes")
		}
	})
}

// What the job queue commits on the same connection is on the disk when it goes
// on.
func TestOtherCommitsWaitForTheDisk(t *testing.T) {
	t.Parallel()
	db := openSQLite(t)
	syncs := 0
	if err := db.OnLogSync(func() error { syncs++; return nil }); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		before := syncs
		_, err := db.SQLiteWriter().ExecContext(t.Context(), "INSERT INTO counter (name, n) VALUES ('x', 1) ON CONFLICT DO UPDATE SET n = n + 1")
		if err != nil || syncs != before+1 {
			t.Errorf("%d syncs, %v", syncs-before, err)
		}
	}
}
