package storetest

import (
	"sync"
	"testing"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
)

// Trace is what a database was asked for and what its keys were used for, in
// order: all that two answers can differ by in the time they take.
type Trace struct {
	mu   sync.Mutex
	work []string
}

func (t *Trace) add(work string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.work = append(t.work, work)
}

// Take gives what was done since the last time.
func (t *Trace) Take() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	work := t.work
	t.work = nil
	return work
}

// EachTraced is Each with a database whose work is traced.
func EachTraced(t *testing.T, test func(t *testing.T, db *store.DB, c *virtual.Clock, trace *Trace)) {
	t.Helper()
	each(t, func(t *testing.T, target string, c *virtual.Clock) {
		trace := &Trace{}
		db, err := store.Open(t.Context(), target, store.Options{
			Clock: c, Vault: Vault().Traced(trace.add), Trace: trace.add, RunTwice: true, MaxConns: 8, Volatile: isSQLite(target),
		})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(db.Close)
		test(t, db, c, trace)
	})
}
