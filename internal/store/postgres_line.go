package store

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// postgresLine is the line before the connections for transactions that may
// share one (InLine). Those who wait when a group may begin make it up: each runs its closure when the one before is done, in the same
// transaction of PostgreSQL, and one commit makes the whole group durable. A
// caller hears of success after that commit only (ADR 0022).
//
// A group is made up before its transaction begins, so that nobody reads a
// state older than its own arrival. It has no savepoints: what goes wrong in it
// undoes all of it, and each of its callers runs again alone.
type postgresLine struct {
	pool *pgxpool.Pool
	room *room

	mu      sync.Mutex
	free    int // groups that may begin
	waiting []*postgresPlace
}

// postgresPlace is a caller in the line.
type postgresPlace struct {
	turn chan *postgresGroup // receives the group when it is the caller's turn
	left bool                // gave up waiting
}

// groupMost is how many callers make up a group at most. Of what a transaction
// reads PostgreSQL notes some 30 rows of a table one by one, and beyond that the
// whole table, which would collide with everybody.
const groupMost = 4

// groupsFor is how many groups may be under way with so many connections: three
// of four. What comes meanwhile shares a commit sooner, which saves more than
// the connections bring, and who only looks something up finds one free.
func groupsFor(conns int32) int { return int(conns - conns/4) }

// postgresGroup is one transaction of PostgreSQL for one caller after another.
// It is used by whose turn it is.
type postgresGroup struct {
	line    *postgresLine
	next    []*postgresPlace // whose turn it will be
	session *postgresSession // nil until the first has a connection
	last    []step           // of callers who are done, sent with the next round trip
	kept    int              // callers whose work is to be committed

	over chan struct{}
	err  error // known when over: nil means committed
}

// begin waits for the caller's turn.
func (l *postgresLine) begin(ctx context.Context) (session, error) {
	g, err := l.wait(ctx)
	if err != nil {
		return nil, err
	}
	if g.session == nil {
		conn, err := l.pool.Acquire(ctx)
		if err != nil {
			g.end(err)
			return nil, err
		}
		g.session = &postgresSession{conn: conn, mode: modeWrite, room: g.line.room}
	}
	return &postgresTurn{group: g}, nil
}

// wait gives the group in which it is the caller's turn.
func (l *postgresLine) wait(ctx context.Context) (*postgresGroup, error) {
	p := &postgresPlace{turn: make(chan *postgresGroup, 1)}
	l.mu.Lock()
	l.waiting = append(l.waiting, p)
	l.call()
	l.mu.Unlock()
	select {
	case g := <-p.turn:
		return g, nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	p.left = true
	l.mu.Unlock()
	select {
	case g := <-p.turn: // its turn has come in the same moment
		_, _ = g.pass(context.WithoutCancel(ctx))
	default:
	}
	return nil, ctx.Err()
}

// call makes up groups of those who wait, as long as some may begin. The line
// is locked.
func (l *postgresLine) call() {
	l.waiting = slices.DeleteFunc(l.waiting, func(p *postgresPlace) bool { return p.left })
	for l.free > 0 && len(l.waiting) > 0 {
		n := min(len(l.waiting), groupMost)
		g := &postgresGroup{line: l, next: slices.Clone(l.waiting[1:n]), over: make(chan struct{})}
		l.waiting[0].turn <- g
		l.waiting = slices.Delete(l.waiting, 0, n)
		l.free--
	}
}

// call gives the turn to the next caller who still waits, if there is one.
func (g *postgresGroup) call() bool {
	g.line.mu.Lock()
	defer g.line.mu.Unlock()
	for len(g.next) > 0 {
		p := g.next[0]
		g.next = g.next[1:]
		if !p.left {
			p.turn <- g
			return true
		}
	}
	return false
}

// pass ends a turn: the next caller goes on in the group, or it is committed and
// over. It tells how many of the last steps were done, when the commit failed.
func (g *postgresGroup) pass(ctx context.Context) (done int, err error) {
	if g.call() {
		return 0, nil
	}
	done, err = g.commit(ctx)
	if err != nil {
		_ = g.session.undo(context.WithoutCancel(ctx))
	}
	g.end(err)
	return done, err
}

// commit commits what there is. Of several callers all are in doubt, or none:
// it is not given up with the one who happens to be the last.
func (g *postgresGroup) commit(ctx context.Context) (done int, err error) {
	switch g.kept {
	case 0:
		return 0, nil
	case 1:
		return g.session.commit(ctx, g.last)
	}
	_, err = g.session.commit(context.WithoutCancel(ctx), g.last)
	var refused *pgconn.PgError
	switch {
	case err == nil:
		return 0, nil
	case errors.As(err, &refused) && classifyPostgres(err) != classLost:
		return len(g.last), fmt.Errorf("%w: %w", errGroupUndone, err)
	}
	return len(g.last), fmt.Errorf("%w: %w", net.ErrClosed, err)
}

// undo takes back what the group has done. Whoever was done runs again, and so
// does the caller whose turn it is: what it has seen may never come to be.
func (g *postgresGroup) undo(ctx context.Context) error {
	var err error
	if g.kept > 0 {
		err = errGroupUndone
	}
	_ = g.session.undo(ctx) // a connection that can not do it is closed, which does it as well
	g.end(err)
	return err
}

// end lets go of the connection and tells the callers how it ended. Those whose
// turn has not come are the first in the line again.
func (g *postgresGroup) end(err error) {
	if g.session != nil {
		g.session.conn.Release()
	}
	l := g.line
	l.mu.Lock()
	l.waiting = slices.Concat(g.next, l.waiting)
	l.free++
	l.call()
	l.mu.Unlock()
	g.err = err
	close(g.over)
}

// postgresTurn is the part of one caller in a group.
type postgresTurn struct {
	group *postgresGroup
	over  bool
}

// before takes the last steps of those who are done.
func (t *postgresTurn) before() []step {
	steps := t.group.last
	t.group.last = nil
	return steps
}

func (t *postgresTurn) run(ctx context.Context, steps []step) (int, error) {
	before := t.before()
	done, err := t.group.session.run(ctx, append(before, steps...))
	return max(0, done-len(before)), err
}

func (t *postgresTurn) bulk(ctx context.Context, table string, columns []string, values [][]any) error {
	if before := t.before(); len(before) > 0 {
		if _, err := t.group.session.run(ctx, before); err != nil {
			return err
		}
	}
	return t.group.session.bulk(ctx, table, columns, values)
}

// finish waits for the commit of the group.
func (t *postgresTurn) finish(ctx context.Context, steps []step) (int, error) {
	g := t.group
	if g.session.failed() {
		return 0, pgx.ErrTxCommitRollback
	}
	g.last = append(g.last, steps...)
	g.kept++
	t.over = true
	if done, err := g.pass(ctx); err != nil {
		return done, err
	}
	select {
	case <-g.over:
		return len(steps), g.err
	case <-ctx.Done():
		return len(steps), ctx.Err()
	}
}

// rollback undoes the group, unless finish has ended the turn.
func (t *postgresTurn) rollback(ctx context.Context) error {
	if t.over {
		return nil
	}
	t.over = true
	return t.group.undo(ctx)
}
