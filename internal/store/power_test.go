package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
)

// power is a database on a frail disk, with many who write to it and read. All
// that is counted is counted twice in one transaction, at different places.
type power struct {
	t        *testing.T
	disk     *frailDisk
	db       *store.DB
	accounts []enrollment.AccountID

	done                     atomic.Int64  // what was done
	reads                    chan struct{} // somebody may read
	writers, readers, checks sync.WaitGroup
}

const powerAccounts = 6

// onFrailDisk runs a test on a disk that is to fail so many times.
func onFrailDisk(t *testing.T, failures int, test func(p *power)) {
	t.Helper()
	p := &power{t: t, disk: newFrailDisk(), reads: make(chan struct{}, 1)}
	path := filepath.Join(t.TempDir(), "test.db")
	p.db = storetest.Open(t, "sqlite:"+path, virtual.Standing(storetest.Noon))
	p.accounts = makeAccounts(p.t, p.db, powerAccounts)
	p.db.Close()
	o, forget := store.OnDisk(store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault(), Serves: true}, t.Name(), p.disk)
	defer forget()
	var err error
	if p.db, err = store.Open(t.Context(), "sqlite:"+path, o); err == nil {
		err = p.db.KeepLogSmall(80, 40, 160)
	}
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		p.checks.Go(func() {
			for i := range p.disk.images {
				p.check(i)
			}
		})
	}
	p.disk.failures = failures
	test(p)
	p.db.Close()
	for range 10 {
		p.disk.images <- p.disk.image()
	}
	close(p.disk.images)
	p.checks.Wait()
}

// undone is more than is ever counted.
const undone = 1_000_000

// filled is what is counted, as it is kept at another place: of a length of its
// own, so that a transaction writes few pages or many.
func filled(what string, n int) []byte {
	length := 100
	switch {
	case n%50 == 49:
		length = 300_000
	case n%3 == 0:
		length = n * 7919 % 24_000
	}
	return bytes.Repeat(fmt.Appendf(nil, "%s %d ", what, n), 1+length/(len(what)+4))
}

// put keeps it there.
func put(tx *store.Tx, what string, n int) error {
	return tx.PutSession(what, filled(what, n), storetest.Noon.Add(time.Hour))
}

// goesOn does something again and again; it is told how often it was done.
func (p *power) goesOn(do func(ctx context.Context) error) {
	p.writers.Go(func() {
		for p.disk.works() && !p.t.Failed() {
			if err := do(p.t.Context()); err != nil {
				p.wrong(err)
				return
			}
			if p.done.Add(1)%10 == 0 {
				select {
				case p.reads <- struct{}{}:
				default:
				}
			}
		}
	})
}

// pays counts an account up, in the line.
func (p *power) pays(i int) {
	what := named("account", i)
	p.goesOn(func(ctx context.Context) error {
		n := 0
		err := p.db.InLine(ctx, what, p.accounts[i], func(tx *store.Tx) error {
			a, err := tx.Account(p.accounts[i])
			if err != nil {
				return err
			}
			if n, err = strconv.Atoi(a.FirstName); err != nil {
				return err
			}
			n++
			return errors.Join(tx.UpdateAccount(counting(a.ID, i, n)), put(tx, what, n))
		})
		if err == nil {
			p.disk.tell(what, n)
		}
		return err
	})
}

// pairs counts something up in two places, with a row for each time, in any
// kind of transaction. Each third time it takes that back.
func (p *power) pairs(what string, in func(context.Context, string, func(*store.Tx) error) error) {
	n, again := 0, 0
	p.goesOn(func(ctx context.Context) error {
		again++
		fails := again%3 == 0
		err := in(ctx, what, func(tx *store.Tx) error {
			if found, err := looksAt(tx.ReadTx, what); found != n {
				return fmt.Errorf("%s is %d, and was %d: %w", what, found, n, err)
			}
			next := n + 1
			if fails {
				next += undone
			}
			tx.CountTry(named(what, next))
			if err := errors.Join(put(tx, what, next), put(tx, "other "+what, next)); err != nil || !fails {
				return err
			}
			return errNo
		})
		if fails && errors.Is(err, errNo) {
			return nil
		}
		if err == nil {
			n++
			p.disk.tell(what, n)
		}
		return err
	})
}

// named is the key of one time.
func named(what string, n int) string { return what + " " + strconv.Itoa(n) }

// looksAt finds how often a pair was counted, and checks that it was wholly.
func looksAt(tx *store.ReadTx, what string) (n int, err error) {
	data, found, err := tx.Session(what, storetest.Noon)
	other, _, wrong := tx.Session("other "+what, storetest.Noon)
	if err = errors.Join(err, wrong); err != nil {
		return 0, err
	}
	if found {
		_, err = fmt.Sscanf(string(data[len(what):]), " %d", &n)
	}
	rows := 0
	err = errors.Join(err, tx.EachText("SELECT COUNT(*) FROM throttle WHERE throttle_key > $1 AND throttle_key < $2 AND tries = 1",
		func(scan func(...any) error) error { return scan(&rows) }, what+" ", what+"!"))
	whole := n == 0 || bytes.Equal(data, filled(what, n)) && bytes.Equal(other, filled("other "+what, n))
	if err == nil && (n >= undone || rows != n || !whole) {
		err = fmt.Errorf("%s is %d, but not everywhere: %d rows", what, n, rows)
	}
	return n, err
}

// queue counts up as the job queue does, which commits by itself.
func (p *power) queue() {
	n := 0
	p.goesOn(func(ctx context.Context) error {
		_, err := p.db.SQLiteWriter().ExecContext(ctx, "INSERT INTO counter (name, n) VALUES ('queue', 1) ON CONFLICT DO UPDATE SET n = n + 1")
		if err == nil {
			n++
			p.disk.tell("queue", n)
		}
		return err
	})
}

var powerPairs = []string{"pair 1", "pair 2", "bulk"}

// looks finds how often everything was counted, and checks that it was wholly.
func (p *power) looks(tx *store.ReadTx) (found map[string]int, err error) {
	found = map[string]int{}
	for _, what := range powerPairs {
		n, wrong := looksAt(tx, what)
		found[what], err = n, errors.Join(err, wrong)
	}
	for i, id := range p.accounts {
		what := named("account", i)
		a, wrong := tx.Account(id)
		data, _, lost := tx.Session(what, storetest.Noon)
		if err = errors.Join(err, wrong, lost); err != nil {
			return nil, err
		}
		n, wrong := strconv.Atoi(a.FirstName)
		if n > 0 && !bytes.Equal(data, filled(what, n)) {
			wrong = fmt.Errorf("%s is %d, but not everywhere", what, n)
		}
		found[what], err = n, errors.Join(err, wrong)
	}
	return found, errors.Join(err, tx.EachText("SELECT n FROM counter WHERE name = 'queue'", func(scan func(...any) error) error {
		n := 0
		err := scan(&n)
		found["queue"] = n
		return err
	}))
}

// shows reads everything now and then. What has been shown may not be lost.
func (p *power) shows() {
	for range p.reads {
		var found map[string]int
		err := p.db.Read(p.t.Context(), "reads", func(tx *store.ReadTx) (err error) {
			found, err = p.looks(tx)
			return err
		})
		if err != nil {
			p.wrong(err)
			continue
		}
		p.disk.show(found)
	}
}

// wrong is an error, unless it is known that the disk is broken.
func (p *power) wrong(err error) {
	if !p.disk.brokenLog() {
		p.t.Error(err)
	}
}

// check opens what a failure has left, as the program does when it is started
// again.
func (p *power) check(i image) {
	dir := filepath.Join(p.t.TempDir(), strconv.Itoa(i.number))
	path := filepath.Join(dir, "test.db")
	err := errors.Join(os.MkdirAll(dir, 0o700), os.WriteFile(path, i.main, 0o600), os.WriteFile(path+"-wal", i.log, 0o600))
	if err != nil {
		p.t.Error(err)
		return
	}
	defer os.RemoveAll(dir)
	db, err := store.Open(p.t.Context(), "sqlite:"+path, store.Options{Clock: virtual.Standing(storetest.Noon), Vault: storetest.Vault(), Volatile: true})
	if err != nil {
		p.t.Errorf("failure %d: %v", i.number, err)
		return
	}
	defer db.Close()
	sound := ""
	if err := db.SQLiteWriter().QueryRowContext(p.t.Context(), "PRAGMA integrity_check").Scan(&sound); err != nil || sound != "ok" {
		p.t.Errorf("failure %d: the database is %s, %v", i.number, sound, err)
		return
	}
	err = db.Read(p.t.Context(), "check", func(tx *store.ReadTx) error {
		found, err := p.looks(tx)
		for what, n := range i.told {
			if found[what] < n {
				p.t.Errorf("failure %d: %s is %d, and somebody knows of %d", i.number, what, found[what], n)
			}
		}
		return err
	})
	if err != nil {
		p.t.Errorf("failure %d: %v", i.number, err)
	}
}

// works writes and reads until the power has failed often enough.
func (p *power) works() {
	for i := range p.accounts {
		p.pays(i)
	}
	p.pays(0) // another one, for the same
	for i, what := range powerPairs {
		p.pairs(what, []func(context.Context, string, func(*store.Tx) error) error{
			p.db.InTx, inLine(p.db, nobody), func(ctx context.Context, op string, fn func(*store.Tx) error) error {
				return p.db.InBulk(ctx, op, p.accounts[0], p.accounts[powerAccounts-1], fn)
			},
		}[i])
	}
	p.queue()
	p.readers.Go(p.shows)
	p.readers.Go(p.shows)
	p.writers.Wait()
	close(p.reads)
	p.readers.Wait()
}

// Whenever the power fails, all is there of which anybody knows, and all of it.
func TestPowerFailures(t *testing.T) {
	t.Parallel()
	onFrailDisk(t, 200, func(p *power) {
		p.works()
		if n := p.disk.log.anew; n < 10 && !t.Failed() {
			t.Errorf("the log began anew only %d times", n)
		}
	})
}

// It is there as well if the disk has failed before to take the log, or what was
// moved from it. In the first case everybody gives up, in the other all go on.
func TestPowerFailsOnABrokenDisk(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]func(d *frailDisk) (file *frailFile, sync int){
		"the log":  func(d *frailDisk) (*frailFile, int) { return &d.log, 100 },
		"the file": func(d *frailDisk) (*frailFile, int) { return &d.main, 10 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			onFrailDisk(t, 60, func(p *power) {
				file, sync := broken(p.disk)
				p.disk.fails = func(f *frailFile) bool { return f == file && f.syncs == sync }
				p.works()
				if file.failed != 1 {
					t.Error("the disk has not failed")
				}
			})
		})
	}
}
