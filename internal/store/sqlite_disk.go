package store

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3"

	"quittance.org/quittance/internal/base/clock"
)

// sqliteDisk has the disk take what is committed, beside those who write next
// (ADR 0028). A commit puts it into the log, where readers see it at once; it
// counts when the disk has the log: until then no caller of it is told, and
// nobody who may have seen it hands anything on.
//
// After a sync that fails nobody knows what the disk has. All that was committed
// since the last good one is in doubt, and nothing is written or read any more.
type sqliteDisk struct {
	mu      sync.Mutex
	begun   int64         // commits that readers may see, or are about to
	settled int64         // of them: on the disk, undone, or in doubt
	owed    []committed   // in their order, not settled yet
	busy    bool          // somebody settles
	callers int           // of what is not settled
	last    time.Duration // how long the last sync took
	took    time.Duration // the last one or the one before, whichever was quicker
	failed  error         // since when nothing goes on
	more    chan struct{} // closed when more is settled
}

func (d *sqliteDisk) init() { d.more = make(chan struct{}) }

// committed is a commit of the line.
type committed struct {
	log     *sqliteLog // whose sync was put off; nil is none
	callers int
	err     error // of the commit itself
	tell    func(error)
}

// errLogLost is for everybody after a sync that failed.
var errLogLost = errors.New("store: the disk did not take the log; nothing is written or read until this program is started again")

// begin says that there is about to be one more commit: before readers see it.
func (d *sqliteDisk) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.begun++
}

// add says how a commit went that has begun.
func (d *sqliteDisk) add(c committed) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.owed = append(d.owed, c)
	d.callers += c.callers
}

// settle has the disk take what is committed, if nobody does so already, and
// tells the callers. What is committed meanwhile somebody else goes on with:
// this one is a caller, too.
func (d *sqliteDisk) settle() {
	d.mu.Lock()
	if d.busy || len(d.owed) == 0 {
		d.mu.Unlock()
		return
	}
	d.busy = true
	all, failed := d.owed, d.failed
	d.owed = nil
	d.mu.Unlock()

	began, synced := clock.Start(), false
	for _, c := range all { // most often they are of one log, which is synced once
		if c.log != nil && failed == nil {
			var now bool
			now, failed = c.log.settle()
			synced = synced || now
		}
	}
	if synced {
		d.takes(clock.Elapsed(began))
	}
	if failed != nil && !errors.Is(failed, errLogLost) {
		failed = fmt.Errorf("%w: %w: %w", errLogLost, sqlite3.IOERR_FSYNC, failed)
	}
	d.end(all, failed)
	for _, c := range all {
		if c.err == nil {
			c.err = failed
		}
		c.tell(c.err)
	}
}

// takes notes how long a sync took. One that is slow does not make the disk slow.
func (d *sqliteDisk) takes(time time.Duration) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.took, d.last = min(d.last, time), time
}

// end notes what is settled, and lets those go on who wait for it.
func (d *sqliteDisk) end(all []committed, failed error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.failed = failed
	d.settled += int64(len(all))
	for _, c := range all {
		d.callers -= c.callers
	}
	close(d.more)
	d.more = make(chan struct{})
	d.busy = false
	if len(d.owed) > 0 {
		go d.settle()
	}
}

// await waits until all is on the disk that a reader can have seen by now.
func (d *sqliteDisk) await(ctx context.Context) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	for seen := d.begun; d.settled < seen; {
		more := d.more
		d.mu.Unlock()
		select {
		case <-more:
		case <-ctx.Done():
		}
		d.mu.Lock()
		if err := ctx.Err(); err != nil && d.settled < seen {
			return err
		}
	}
	return d.failed
}

// idle tells whether all is settled.
func (d *sqliteDisk) idle() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.settled == d.begun
}

// quick tells whether the disk is likely to take what comes next sooner than all
// have written who are here or wait for it, each of whom takes so long.
func (d *sqliteDisk) quick(each time.Duration, here int) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.took <= each*time.Duration(here+d.callers)
}

// lost is the error of a sync that failed.
func (d *sqliteDisk) lost() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.failed
}
