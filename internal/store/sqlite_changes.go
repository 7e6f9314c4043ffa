package store

import (
	"context"
	"sync/atomic"
)

// sqliteChanges is what the last transactions have changed, for those who plan
// beside them. It belongs to whose turn it is to write, but for committed, which
// everybody may ask for.
type sqliteChanges struct {
	last      []change     // the oldest first
	forgotten int64        // so many came before them
	committed atomic.Int64 // so many, from the first on, are committed or undone

	version int64 // of the file, as PRAGMA data_version gives it
}

// changesKept is how many changes are kept at least: more than there can be
// while one plan waits for its turn.
const changesKept = 256

// add notes what a transaction has changed, before its group is committed.
func (c *sqliteChanges) add(x change) {
	if len(c.last) == 2*changesKept {
		c.forgotten += changesKept
		c.last = append(c.last[:0], c.last[changesKept:]...)
	}
	c.last = append(c.last, x)
}

// commit says that all changes so far are committed, or never will be: those of
// a group that was undone.
func (c *sqliteChanges) commit() { c.committed.Store(c.forgotten + int64(len(c.last))) }

// any tells whether one of the changes after the first seen may be such a one.
func (c *sqliteChanges) any(seen int64, such func(change) bool) bool {
	if seen < c.forgotten {
		return true
	}
	for _, x := range c.last[seen-c.forgotten:] {
		if such(x) {
			return true
		}
	}
	return false
}

var qDataVersion = &Stmt{name: "data_version", sql: "PRAGMA data_version", reads: true}

// look notes that another process, or another connection of this one, has
// written since the last group: nobody knows what. While a group has begun they
// can not.
func (c *sqliteChanges) look(ctx context.Context, tx *sqliteTx) error {
	before := c.version
	err := tx.take(ctx, step{stmt: qDataVersion, row: func(scan func(...any) error) error { return scan(&c.version) }})
	if c.version != before {
		c.add(change{tables: []string{""}})
	}
	return err
}
