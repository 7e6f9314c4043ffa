package store

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3"
	"github.com/ncruces/go-sqlite3/vfs"
)

// sqliteCheckpoints moves pages from SQLite's log to the file beside the writer,
// so that the log begins anew now and then. Pages that are written often go
// once. A goroutine does it, which is there for as long as it takes only.
//
// While others write, a reader moves what is in the log (PASSIVE), and most of
// what was added meanwhile, to the disk itself. For the log to begin anew (RESTART)
// whose turn it is to write moves the rest: at once if it is little, and else,
// where many write all the time, when the log has become large.
type sqliteCheckpoints struct {
	reader  *sqlitePool
	lasting context.Context // until the database is closed
	stop    context.CancelFunc
	sizes   logSizes

	mu      sync.Mutex
	log     int           // pages that are in the log
	most    int           // it is time to move them when there are so many
	moving  chan struct{} // closed when a reader has moved most of it; nil if none does
	restart bool          // one has, and the log is to begin anew
}

// logSizes says, in pages, when something is done about the log.
type logSizes struct {
	step int // it has grown so much, and a reader moves them
	rest int // little enough for the writer to move it
	// large is as large as the log becomes before the writer moves more: while it
	// does, 40 to 110 ms, nobody pays. The file of the log may stay so large.
	large int
}

// sizesFor lets the log of a server grow longer: pages of accounts that pay one after
// the other are moved once then.
func sizesFor(o Options) logSizes {
	step := 32 << 20
	if o.Serves {
		step = 128 << 20
	}
	return logSizes{step: step / sqlitePageBytes, rest: 1 << 20 / sqlitePageBytes, large: largeLogBytes / sqlitePageBytes}
}

const (
	largeLogBytes = 256 << 20
	// checkpointPasses is how often a reader moves what was added meanwhile.
	checkpointPasses = 3
	// checkpointWait is how long the writer waits for those who still read what is
	// in the log, for each time that it has become large: the longer they read, the
	// longer, but never so long that who pays would notice.
	checkpointWait, longestWait = 5 * time.Millisecond, 100 * time.Millisecond
)

func (c *sqliteCheckpoints) init(ctx context.Context, reader *sqlitePool, sizes logSizes) {
	c.reader, c.sizes, c.most = reader, sizes, sizes.step
	c.lasting, c.stop = context.WithCancel(context.WithoutCancel(ctx))
}

// committed notes after a commit how many pages are in the log.
func (c *sqliteCheckpoints) committed(pages int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if pages < c.log { // it has begun anew
		c.most = c.sizes.step
	}
	c.log = pages
	if pages >= c.most && c.moving == nil && c.lasting.Err() == nil {
		c.moving = make(chan struct{})
		go c.move()
	}
}

// move moves pages beside the writer. What goes wrong, because readers still use
// what is in the log, or because the disk is full, is tried again later.
func (c *sqliteCheckpoints) move() {
	moved := 0
	for range checkpointPasses {
		_ = c.at(c.lasting, c.reader, func(conn *sqlite3.Conn) (err error) {
			moved, err = moveBeside(conn)
			return err
		})
		if c.rest(moved) <= c.sizes.rest {
			break
		}
	}
	rest := c.rest(moved)
	c.mu.Lock()
	defer c.mu.Unlock()
	close(c.moving)
	c.moving, c.restart = nil, rest <= c.sizes.rest || c.log >= c.sizes.large
	c.most = c.log + c.sizes.step
}

// rest is how many pages are in the log beyond those that were moved.
func (c *sqliteCheckpoints) rest(moved int) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.log - moved
}

// moveBeside moves what is in the log now, and has the disk write it. SQLite does
// so only when nothing is left in the log: then the writer would wait for all of it.
func moveBeside(conn *sqlite3.Conn) (moved int, err error) {
	control, err := conn.FileControl("main", sqlite3.FCNTL_FILE_POINTER)
	if err != nil {
		return 0, err
	}
	file := control.(vfs.FileUnwrap).Unwrap().(*sqliteMain)
	file.beside = true
	_, moved, err = conn.WALCheckpoint("main", sqlite3.CHECKPOINT_PASSIVE)
	return moved, errors.Join(err, file.Sync(vfs.SYNC_NORMAL))
}

// await waits for who moves.
func (c *sqliteCheckpoints) await() {
	c.mu.Lock()
	moving := c.moving
	c.mu.Unlock()
	if moving != nil {
		<-moving
	}
}

// due tells whether finish has something to do, which takes time.
func (c *sqliteCheckpoints) due() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.restart || c.late()
}

// late tells that the log grows faster than it is moved.
func (c *sqliteCheckpoints) late() bool { return c.log >= c.most+c.sizes.large }

// finish lets the log begin anew, if that is due. Only whose turn it is to write
// may ask for it, outside of a transaction.
func (c *sqliteCheckpoints) finish(ctx context.Context, writer *sqlitePool) {
	c.mu.Lock()
	late := c.late()
	c.mu.Unlock()
	if late {
		c.await()
	}
	c.mu.Lock()
	due, times := c.restart || late, max(1, c.log/c.sizes.large)
	c.restart = false
	c.mu.Unlock()
	if !due {
		return
	}
	_ = c.at(ctx, writer, func(conn *sqlite3.Conn) error {
		defer conn.BusyTimeout(busyTimeout) //nolint:errcheck // it can not fail
		if err := conn.BusyTimeout(min(time.Duration(times)*checkpointWait, longestWait)); err != nil {
			return err
		}
		_, _, err := conn.WALCheckpoint("main", sqlite3.CHECKPOINT_RESTART)
		return err
	})
}

// at does something at a connection of a pool, outside of a transaction.
func (c *sqliteCheckpoints) at(ctx context.Context, pool *sqlitePool, do func(*sqlite3.Conn) error) error {
	conn, err := pool.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	return conn.Raw(func(x any) error { return do(x.(*sqliteConn).Raw()) })
}

// close ends it: none begins any more, and it waits for who moves.
func (c *sqliteCheckpoints) close() {
	c.stop()
	c.await()
}
