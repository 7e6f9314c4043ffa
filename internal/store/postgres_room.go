package store

import "sync/atomic"

// room lets PostgreSQL fail as it does on a full disk, for tests (Options.Room):
// a database has no bound of its own. What is written is counted, roughly, and
// the server itself is made to fail what does not fit, so that transaction and
// connection are left as they would be.
type room struct{ left atomic.Int64 }

// roomOf gives nil where there is no bound.
func roomOf(o Options) *room {
	if o.Room <= 0 {
		return nil
	}
	r := &room{}
	r.left.Store(o.Room)
	return r
}

// noRoom is what the server says.
var noRoom = step{stmt: &Stmt{name: "no_room", sql: `DO $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = 'disk_full'; END $$`}}

// What a row takes besides its values, and what a value takes, in bytes.
const (
	bytesOfRow   = 64
	bytesOfValue = 24
)

// take takes the room of some rows, and tells whether there was any left.
func (r *room) take(rows, values int) bool {
	return r == nil || r.left.Add(-int64(rows)*(bytesOfRow+int64(values)*bytesOfValue)) >= 0
}

// bound gives the steps up to the first that does not fit; in its place the
// server fails.
func (r *room) bound(steps []step) []step {
	if r == nil {
		return steps
	}
	for i, s := range steps {
		if !s.stmt.reads && len(s.args) > 0 && !r.take(1, len(s.args)) {
			return append(steps[:i:i], noRoom)
		}
	}
	return steps
}
