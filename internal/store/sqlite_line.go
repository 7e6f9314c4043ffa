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
// over until it is made (ADR 0024). If it holds when its turn comes, who had the turn
// before carries it out: nobody has to be woken for that.
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
	turn  chan turn
}

// turn is what a caller gets who has waited: a group to join, nil to begin one;
// or what has become of its plan, in a group that is over unless that failed.
type turn struct {
	group   *sqliteGroup
	carried *sqliteCarried // nil: it has yet to do its work
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

	carried []*place // of them, whose plans were carried out
	undone  bool

	end  context.CancelFunc
	over chan struct{}
	err  error // known when over: nil means committed
}

// groupTime is how long a group is open for whoever waits. Those who came first
// wait for the last.
const groupTime = 10 * time.Millisecond

// begin waits for the caller's turn.
func (l *sqliteLine) begin(ctx context.Context, p *place) (session, error) {
	given, err := l.wait(ctx, p)
	if err != nil {
		return nil, err
	}
	if given.carried != nil {
		return given.carried, nil
	}
	g := given.group
	if g == nil {
		if g, err = l.group(ctx, p.alone); err != nil {
			l.pass(nil)
			return nil, err
		}
	}
	s := &sqliteWriting{group: g, line: l}
	if p.plan != nil {
		s.change.account = p.plan.account
		s.sure = l.holds(p.plan)
	}
	if err := s.save(ctx); err != nil {
		err = g.undo(err)
		l.pass(nil)
		return nil, err
	}
	return s, nil
}

// holds tells whether a plan can be carried out in the turn that there is.
func (l *sqliteLine) holds(p *plan) bool {
	p.holds = p.made != nil && !l.changes.any(p.seen, p.minds)
	return p.holds
}

// wait waits for the caller's turn, or until its plan is carried out.
func (l *sqliteLine) wait(ctx context.Context, p *place) (turn, error) {
	l.mu.Lock()
	if !l.taken {
		l.taken = true
		l.mu.Unlock()
		return turn{}, nil
	}
	p.turn = make(chan turn, 1)
	if p.plan != nil {
		p.stage = stageUnplanned
	}
	l.waiting = append(l.waiting, p)
	l.mu.Unlock()
	if p.plan != nil && l.prepare(ctx, p) {
		return turn{}, nil
	}
	select {
	case given := <-p.turn:
		return given, nil
	case <-ctx.Done():
		if given := l.leave(p); given.carried != nil {
			return given, nil // it is done, whether or not the caller has given up
		}
		return turn{}, ctx.Err()
	}
}

// prepare makes the plan of a caller, unless its turn comes before it can begin
// to. It tells whether the caller has the connection at once.
func (l *sqliteLine) prepare(ctx context.Context, p *place) (free bool) {
	select {
	case given := <-p.turn:
		p.turn <- given // for whoever waits
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
// one goes instead. If its plan is being carried out, it gives what becomes of that.
func (l *sqliteLine) leave(p *place) (given turn) {
	l.mu.Lock()
	left := l.drop(p)
	l.mu.Unlock()
	if left {
		return turn{}
	}
	if given = <-p.turn; given.carried == nil {
		l.pass(given.group)
	}
	return given
}

// pass ends a turn: the head of the line goes next. Unless it joins the group,
// that is committed before; nil is no group.
func (l *sqliteLine) pass(g *sqliteGroup) {
	if g != nil && !l.closes(g) {
		return
	}
	if l.planned() {
		go l.disk.settle()
		go l.carryOn()
		return
	}
	l.next(nil)
	l.disk.settle()
}

// closes ends a group, unless somebody joins it who has the turn then.
func (l *sqliteLine) closes(g *sqliteGroup) bool {
	if l.next(g) {
		return false
	}
	if g.open > 0 { // whoever is on the way here joins
		runtime.Gosched()
		if l.next(g) {
			return false
		}
	}
	l.end(g)
	return true
}

// carryOn has the turn for as long as there are plans to carry out, one group
// after the other, so that no caller has to be woken to begin one.
func (l *sqliteLine) carryOn() {
	for l.planned() {
		g, err := l.group(l.log.lasting, false)
		if err != nil {
			break // who begins the next hears of it
		}
		if !l.closes(g) {
			return
		}
		go l.disk.settle()
	}
	l.next(nil)
}

// planned tells whether the first in the line has a plan that may hold.
func (l *sqliteLine) planned() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	head := l.head()
	return head != nil && head.stage == stageReady && head.plan != nil
}

// end ends a group, and moves the log if that is due.
func (l *sqliteLine) end(g *sqliteGroup) {
	if g.undone {
		return
	}
	l.mu.Lock()
	beside := l.beside(g)
	l.mu.Unlock()
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

// commit commits a group. Its callers are told when the disk has it, for which
// the next group does not wait.
func (l *sqliteLine) commit(g *sqliteGroup) {
	c := committed{callers: g.kept, err: errCommitBroken, tell: g.finish} // of a panic
	defer func() { l.disk.add(c) }()
	l.disk.begin()
	c.log, c.err = g.commit()
	if c.err == nil {
		l.changes.commit()
	}
}

// errCommitBroken is of a commit that did not come back.
var errCommitBroken = fmt.Errorf("store: the commit broke off: %w", sqlite3.IOERR_WRITE)

// next gives the turn to the first in the line whose plan does not hold; those
// before are carried out. It says no if nobody joins the group any more.
func (l *sqliteLine) next(g *sqliteGroup) bool {
	for p := l.call(g); p != nil; p = l.call(g) {
		if g == nil || p.plan == nil || !l.holds(p.plan) {
			p.turn <- turn{group: g}
			return true
		}
		l.carry(g, p)
	}
	return false
}

// call takes the head out of the line, unless that can not join the group. When
// nobody waits and there is no group, the connection is free.
func (l *sqliteLine) call(g *sqliteGroup) *place {
	l.mu.Lock()
	defer l.mu.Unlock()
	head := l.head()
	if head == nil {
		l.taken = g != nil
		return nil
	}
	if g != nil && (!g.takes(head) || l.half(g)) {
		return nil
	}
	l.drop(head)
	return head
}

// carry carries a plan out that holds. Its caller hears of it when the group is
// over, or at once if it fails: alone if nothing has changed yet.
func (l *sqliteLine) carry(g *sqliteGroup, p *place) {
	s := &sqliteWriting{group: g, line: l, sure: true, change: change{account: p.plan.account}}
	c := &sqliteCarried{group: g, line: l}
	if c.err = s.save(g.lasting); c.err != nil {
		c.err = g.undo(c.err)
	} else if c.done, c.err = s.run(g.lasting, p.plan.made.pending); c.err == nil {
		s.keeps()
		g.carried = append(g.carried, p)
		return
	} else if err := s.back(g.lasting); err != nil {
		_ = g.undo(err) // this caller knows its own error
	}
	p.turn <- turn{carried: c}
}

// half tells whether a group goes to the disk although others wait, who write
// meanwhile: it has half of them. The line is locked.
func (l *sqliteLine) half(g *sqliteGroup) bool {
	return l.halves && g.kept >= len(l.waiting) && l.disk.idle() && l.beside(g)
}

// beside tells whether the disk takes the log of some while others write. It
// pays if the disk is done before all who are here have written: else they had
// better share one sync. The line is locked.
func (l *sqliteLine) beside(g *sqliteGroup) bool {
	each := clock.Elapsed(g.began) / time.Duration(max(1, g.kept))
	return l.disk.quick(each, g.kept+len(l.waiting))
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
	return !p.alone && !g.undone && g.open > 0 && clock.Elapsed(g.began) < g.open
}

// finish tells all callers of the group how it ended.
func (g *sqliteGroup) finish(err error) {
	g.err = err
	g.end()
	close(g.over)
	for _, p := range g.carried {
		p.turn <- turn{carried: &sqliteCarried{group: g}}
	}
}

// errGroupUndone is for callers whose work was undone by no fault of theirs:
// they run again.
var errGroupUndone = errors.New("another transaction of the group took this one back")

// undo gives the whole group up and says so.
func (g *sqliteGroup) undo(cause error) error {
	g.undone = true
	_ = g.sqliteTx.rollback() // as the cause says, there may be nothing left to undo
	g.finish(fmt.Errorf("%w: %w", errGroupUndone, cause))
	return g.err
}
