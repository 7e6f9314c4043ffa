package store

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/ncruces/go-sqlite3"

	"quittance.org/quittance/internal/base/clock"
)

// sqliteLine is the line before the one connection that writes (S2). Who comes
// to its head writes; who waits meanwhile goes on in the same transaction of
// SQLite, in a savepoint of its own, and one commit makes the whole group
// durable. A caller hears of success after that commit only (ADR 0011), when the
// disk has it, which takes it while the next group writes (ADR 0028).
//
// Who has a plan makes it while waiting, a few at the same moment, and is passed
// over until it is made (ADR 0024).
type sqliteLine struct {
	pool    *sqlitePool
	open    time.Duration // how long a group takes in whoever waits
	halves  bool          // it takes half of them if the disk has nothing to do
	changes sqliteChanges

	planner  *sqlitePool
	planning chan struct{} // one for each plan that is being made

	log  *sqliteCheckpoints
	disk *sqliteDisk

	mu      sync.Mutex
	taken   bool // somebody is at the connection
	waiting []*place
}

func (l *sqliteLine) init(pool, planner *sqlitePool, log *sqliteCheckpoints, disk *sqliteDisk) {
	l.pool, l.planner, l.log, l.disk, l.open = pool, planner, log, disk, groupTime
	l.planning = make(chan struct{}, plansAtOnce())
}

// place is a caller in the line.
type place struct {
	alone bool  // joins no group
	plan  *plan // to be made while waiting; nil is none
	stage stage
	turn  chan *sqliteGroup // receives the group to join, or nil to begin one
}

// stage is how far a caller is who waits.
type stage int

const (
	stageReady     stage = iota // for its turn
	stageUnplanned              // may go, if nobody is ready
	stagePlanning               // may not go now
)

// sqliteGroup is one transaction of SQLite for one caller after another. It is
// used by whose turn it is.
type sqliteGroup struct {
	*sqliteTx
	open  time.Duration // how long it takes in others; 0 is never
	began time.Time
	kept  int // callers whose work is to be committed

	end  context.CancelFunc
	over chan struct{}
	err  error // known when over: nil means committed
}

// groupTime is how long a group is open for whoever waits. Those who came first
// wait for the last.
const groupTime = 10 * time.Millisecond

// begin waits for the caller's turn.
func (l *sqliteLine) begin(ctx context.Context, p *place) (session, error) {
	g, err := l.wait(ctx, p)
	if err != nil {
		return nil, err
	}
	if g == nil {
		if g, err = l.group(ctx, p.alone); err != nil {
			l.pass(nil)
			return nil, err
		}
	}
	s := &sqliteWriting{group: g, line: l}
	if p.plan != nil {
		s.change.account = p.plan.account
		p.plan.holds = p.plan.made != nil && !l.changes.any(p.plan.seen, p.plan.minds)
		s.sure = p.plan.holds
	}
	if err := s.save(ctx); err != nil {
		err = g.undo(err)
		l.pass(nil)
		return nil, err
	}
	return s, nil
}

// wait gives the group to join, or nil to open one.
func (l *sqliteLine) wait(ctx context.Context, p *place) (*sqliteGroup, error) {
	l.mu.Lock()
	if !l.taken {
		l.taken = true
		l.mu.Unlock()
		return nil, nil //nolint:nilnil // there is no group yet
	}
	p.turn = make(chan *sqliteGroup, 1)
	if p.plan != nil {
		p.stage = stageUnplanned
	}
	l.waiting = append(l.waiting, p)
	l.mu.Unlock()
	if p.plan != nil && l.prepare(ctx, p) {
		return nil, nil //nolint:nilnil // there is no group
	}
	select {
	case g := <-p.turn:
		return g, nil
	case <-ctx.Done():
		l.leave(p)
		return nil, ctx.Err()
	}
}

// prepare makes the plan of a caller, unless its turn comes before it can begin
// to. It tells whether the caller has the connection at once.
func (l *sqliteLine) prepare(ctx context.Context, p *place) (free bool) {
	select {
	case g := <-p.turn:
		p.turn <- g // for whoever waits
		return false
	case <-ctx.Done():
		return false
	case l.planning <- struct{}{}:
	}
	defer func() { <-l.planning }()
	if !l.begins(p) {
		return false
	}
	planned := false
	defer func() {
		if !planned { // a panic
			l.leave(p)
		}
	}()
	l.plan(ctx, p.plan)
	planned = true
	return l.ready(p)
}

// plan has a plan made on what is committed. What is counted as committed here
// was so before the reader begins, and SQLite lets who begins after a commit see
// it. All that comes later is asked for when the plan's turn comes, whether the
// reader has seen it or not.
func (l *sqliteLine) plan(ctx context.Context, p *plan) {
	p.seen = l.changes.committed.Load()
	tx, err := l.planner.begin(ctx)
	if err != nil {
		return // the transaction itself finds out what is wrong
	}
	defer func() { _ = tx.rollback() }()
	p.make(&sqliteReading{sqliteTx: tx})
}

// begins lets a caller plan, unless its turn has come.
func (l *sqliteLine) begins(p *place) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	waits := slices.Contains(l.waiting, p)
	if waits {
		p.stage = stagePlanning
	}
	return waits
}

// ready ends planning. If nobody is at the connection the caller is next.
func (l *sqliteLine) ready(p *place) (free bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	p.stage = stageReady
	if l.taken {
		return false
	}
	l.taken = true
	l.drop(p)
	return true
}

// drop takes a place out of the line. The line is locked.
func (l *sqliteLine) drop(p *place) (dropped bool) {
	i := slices.Index(l.waiting, p)
	if i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
	}
	return i >= 0
}

// leave gives a place up. If its turn has come in the same moment, the next
// one goes instead.
func (l *sqliteLine) leave(p *place) {
	l.mu.Lock()
	left := l.drop(p)
	l.mu.Unlock()
	if !left {
		l.pass(<-p.turn)
	}
}

// pass ends a turn: the head of the line goes next. Unless it joins the group,
// that is committed before; nil is no group.
func (l *sqliteLine) pass(g *sqliteGroup) {
	if g != nil {
		if l.next(g) {
			return
		}
		if g.open > 0 { // whoever is on the way here joins
			runtime.Gosched()
			if l.next(g) {
				return
			}
		}
		beside := l.disk.quick(clock.Elapsed(g.began))
		l.commit(g)
		if !beside {
			l.disk.settle()
			_ = l.disk.await(g.lasting) // its callers are told
		}
		if l.log.due() {
			go l.disk.settle()
			l.log.finish(g.lasting, l.pool)
		}
	}
	l.next(nil)
	l.disk.settle()
}

// commit commits a group. Its callers are told when the disk has it, for which
// the next group does not wait.
func (l *sqliteLine) commit(g *sqliteGroup) {
	c := committed{err: errCommitBroken, tell: g.finish} // of a panic
	defer func() { l.disk.add(c) }()
	l.disk.begin()
	c.log, c.err = g.commit()
	if c.err == nil {
		l.changes.commit()
	}
}

// errCommitBroken is of a commit that did not come back.
var errCommitBroken = fmt.Errorf("store: the commit broke off: %w", sqlite3.IOERR_WRITE)

// next gives the turn to the head of the line, unless that can not join the
// group. When nobody waits and there is no group, the connection is free.
func (l *sqliteLine) next(g *sqliteGroup) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	head := l.head()
	if head == nil {
		l.taken = g != nil
		return false
	}
	if g != nil && (!g.takes(head) || l.half(g)) {
		return false
	}
	l.drop(head)
	head.turn <- g
	return true
}

// half tells whether a group goes to the disk although others wait, who write
// meanwhile: it has half of all, and they will write for as long as the disk is
// likely to take. The line is locked.
func (l *sqliteLine) half(g *sqliteGroup) bool {
	return l.halves && g.kept >= len(l.waiting) && l.disk.idle() && l.disk.quick(clock.Elapsed(g.began))
}

// head is the first who is ready, or else the first who has not begun to plan;
// nil is nobody. The line is locked.
func (l *sqliteLine) head() *place {
	for _, s := range []stage{stageReady, stageUnplanned} {
		for _, p := range l.waiting {
			if p.stage == s {
				return p
			}
		}
	}
	return nil
}

// group begins a group. Its transaction does not end with the caller that
// began it; only the wait for its beginning does.
func (l *sqliteLine) group(ctx context.Context, alone bool) (*sqliteGroup, error) {
	if err := l.disk.lost(); err != nil {
		return nil, err
	}
	lasting, end := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, end)
	tx, err := l.pool.begin(lasting)
	if err == nil {
		if err = l.changes.look(lasting, tx); err != nil {
			_ = tx.rollback()
		}
	}
	if !stop() { // the caller has given up
		if err == nil {
			_ = tx.rollback()
		}
		err = ctx.Err()
	}
	if err != nil {
		end()
		return nil, err
	}
	g := &sqliteGroup{sqliteTx: tx, open: l.open, began: clock.Start(), end: end, over: make(chan struct{})}
	if alone {
		g.open = 0
	}
	return g, nil
}

// takes tells whether a caller may join.
func (g *sqliteGroup) takes(p *place) bool {
	return !p.alone && g.open > 0 && clock.Elapsed(g.began) < g.open
}

// finish tells all callers of the group how it ended.
func (g *sqliteGroup) finish(err error) {
	g.err = err
	g.end()
	close(g.over)
}

// errGroupUndone is for callers whose work was undone by no fault of theirs:
// they run again.
var errGroupUndone = errors.New("another transaction of the group took this one back")

// undo gives the whole group up and says so.
func (g *sqliteGroup) undo(cause error) error {
	_ = g.sqliteTx.rollback() // as the cause says, there may be nothing left to undo
	g.finish(fmt.Errorf("%w: %w", errGroupUndone, cause))
	return g.err
}

// sqliteWriting is the transaction of one caller.
type sqliteWriting struct {
	group  *sqliteGroup
	line   *sqliteLine
	change change // what it has written, or may have
	failed error  // of a statement: nothing more can be done
	over   bool

	sure  bool  // all that it writes is known, and hardly can fail
	saved bool  // a savepoint is before what it writes
	rows  int64 // that the connection had changed before, if it is sure
}

// save begins the part of one more caller. The first needs no savepoint: with
// it the whole transaction is undone. Nor does one that is sure: SQLite would
// copy every page that it changes. If it fails after all, before it has changed
// anything, nothing is to be undone, and otherwise the group is.
func (s *sqliteWriting) save(ctx context.Context) (err error) {
	switch {
	case s.group.kept == 0:
	case s.sure:
		s.rows, err = s.group.changed()
	default:
		s.saved = true
		err = s.group.exec(context.WithoutCancel(ctx), "SAVEPOINT caller")
	}
	return err
}

// keep ends the part of a caller, for the commit.
func (s *sqliteWriting) keep(ctx context.Context) error {
	if !s.saved {
		return nil
	}
	return s.group.exec(context.WithoutCancel(ctx), "RELEASE caller")
}

// back undoes the part of a caller. It fails if that can not be done alone, or
// if SQLite has undone the whole transaction, which it does after some errors,
// such as a full disk.
func (s *sqliteWriting) back(ctx context.Context) error {
	if s.saved {
		if err := s.group.exec(context.WithoutCancel(ctx), "ROLLBACK TO caller"); err != nil {
			return err
		}
		return s.keep(ctx)
	}
	rows, err := s.group.changed()
	if err == nil && rows != s.rows {
		err = errNotAlone
	}
	return err
}

// errNotAlone is for what can be undone with the whole group only.
var errNotAlone = errors.New("store: there is no savepoint")

// run runs steps. Statements of a group are not interrupted, which would undo
// what others have done: a caller that gives up is noticed between two.
func (s *sqliteWriting) run(ctx context.Context, steps []step) (int, error) {
	for done, step := range steps {
		if !step.stmt.reads {
			s.change.wrote(step.stmt.writes)
		}
		if err := s.try(ctx, func(ctx context.Context) error { return s.group.take(ctx, step) }); err != nil {
			return done, err
		}
	}
	return len(steps), nil
}

func (s *sqliteWriting) bulk(ctx context.Context, table string, columns []string, values [][]any) error {
	s.change.wrote(table)
	return s.try(ctx, func(ctx context.Context) error { return s.group.bulk(ctx, table, columns, values) })
}

func (s *sqliteWriting) try(ctx context.Context, do func(context.Context) error) error {
	if s.failed == nil && !s.sure { // who is sure goes on: others would be undone
		s.failed = ctx.Err()
	}
	if s.failed != nil {
		return s.failed
	}
	if s.group.open > 0 {
		ctx = context.WithoutCancel(ctx)
	}
	s.failed = do(ctx)
	return s.failed
}

// finish waits for the commit of the group, which is certain to come.
func (s *sqliteWriting) finish(ctx context.Context, steps []step) (int, error) {
	if done, err := s.run(ctx, steps); err != nil {
		return done, err
	}
	g := s.group
	if err := s.try(ctx, s.keep); err != nil {
		return len(steps), err
	}
	g.kept++
	s.line.changes.add(s.change)
	s.over = true
	s.line.pass(g)
	<-g.over
	return len(steps), g.err
}

func (s *sqliteWriting) rollback(ctx context.Context) error {
	if s.over {
		return nil
	}
	s.over = true
	var err error
	g := s.group
	if g.kept == 0 {
		err = g.sqliteTx.rollback()
		g.finish(err)
		g = nil
	} else if err := s.back(ctx); err != nil {
		_ = g.undo(err) // this caller knows its own error
		g = nil
	}
	s.line.pass(g)
	return errors.Join(err, s.line.disk.await(ctx)) // of what it has read
}
