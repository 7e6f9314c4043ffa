package store

import (
	"context"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5/pgxpool"

	"quittance.org/quittance/internal/domain/enrollment"
)

// postgresLine is the line before the connections for transactions that may
// share one (InLine). Those who wait when a group may begin make it up, each of
// another account (ADR 0022).
//
// A group is made up before its transaction begins, so that nobody reads a
// state older than its own arrival.
type postgresLine struct {
	pool *pgxpool.Pool
	room *room

	mu      sync.Mutex
	free    int // groups that may begin
	kept    int // of them, for full groups
	waiting []*postgresPlace
}

func newPostgresLine(pool *pgxpool.Pool, r *room) *postgresLine {
	groups := groupsFor(pool.Config().MaxConns)
	return &postgresLine{pool: pool, room: r, free: groups, kept: groups - max(1, groups/3)}
}

// postgresPlace is a caller in the line.
type postgresPlace struct {
	account enrollment.AccountID
	turn    chan *postgresGroup // receives the group when it is the caller's turn
	left    bool                // gave up waiting
}

// groupMost is how many callers make up a group at most. Of what a transaction
// reads PostgreSQL notes some 30 rows of a table one by one, and beyond that the
// whole table, which would collide with everybody.
const groupMost = 4

// groupsFor is how many groups may be under way with so many connections: three
// of four. What comes meanwhile shares a commit sooner, which saves more than
// the connections bring, and who only looks something up finds one free.
// Two of three are kept for full groups: small ones cost as much.
func groupsFor(conns int32) int { return int(conns - conns/4) }

// begin waits for the caller's turn.
func (l *postgresLine) begin(ctx context.Context, account enrollment.AccountID) (session, error) {
	p := &postgresPlace{account: account, turn: make(chan *postgresGroup, 1)}
	l.mu.Lock()
	l.waiting = append(l.waiting, p)
	l.call()
	l.mu.Unlock()
	select {
	case g := <-p.turn:
		return &postgresTurn{group: g, account: account}, nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	p.left = true
	l.mu.Unlock()
	select {
	case g := <-p.turn: // its turn has come in the same moment
		g.leave(ctx)
	default:
	}
	return nil, ctx.Err()
}

// call makes up groups of those who wait, as long as some may begin. The line
// is locked.
func (l *postgresLine) call() {
	l.waiting = slices.DeleteFunc(l.waiting, func(p *postgresPlace) bool { return p.left })
	for l.free > 0 && len(l.waiting) > 0 && (l.free > l.kept || len(l.waiting) >= groupMost) {
		l.free--
		who := l.company()
		g := &postgresGroup{line: l, size: len(who), busy: len(who), over: make(chan struct{})}
		for _, p := range who {
			p.turn <- g
		}
	}
}

// company takes who makes up a group: the first who wait, each of another
// account.
func (l *postgresLine) company() []*postgresPlace {
	var who, rest []*postgresPlace
	for _, p := range l.waiting {
		same := func(o *postgresPlace) bool { return o.account == p.account }
		if len(who) < groupMost && !slices.ContainsFunc(who, same) {
			who = append(who, p)
		} else {
			rest = append(rest, p)
		}
	}
	l.waiting = rest
	return who
}

// over tells the line that a group is.
func (l *postgresLine) over() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.free++
	l.call()
}

// postgresTurn is the part of one caller in a group.
type postgresTurn struct {
	group   *postgresGroup
	account enrollment.AccountID
	over    bool
}

func (t *postgresTurn) run(ctx context.Context, steps []step) (int, error) {
	return t.group.ask(&asked{ctx: ctx, account: t.account, steps: steps, answered: make(chan struct{})})
}

func (t *postgresTurn) bulk(ctx context.Context, table string, columns []string, values [][]any) error {
	copied := func(ctx context.Context, s *postgresSession) error { return s.bulk(ctx, table, columns, values) }
	_, err := t.group.ask(&asked{ctx: ctx, account: t.account, bulk: copied, answered: make(chan struct{})})
	return err
}

// finish waits for the commit of the group.
func (t *postgresTurn) finish(ctx context.Context, steps []step) (int, error) {
	g := t.group
	if err := g.done(ctx, t.account, steps); err != nil {
		return 0, err
	}
	t.over = true
	select {
	case <-g.over:
		return g.sent, g.err
	case <-ctx.Done():
		return len(steps), ctx.Err()
	}
}

// rollback undoes the group, unless finish has ended the turn. In company the
// caller runs again, whatever it has failed with: what others did, or the same
// moment for all of them, may be why.
func (t *postgresTurn) rollback(ctx context.Context) error {
	if t.over {
		return nil
	}
	t.over = true
	g := t.group
	g.mu.Lock()
	defer g.mu.Unlock()
	g.undo(ctx)
	if g.size > 1 {
		return errGroupUndone
	}
	return nil
}
