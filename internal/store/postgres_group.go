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

	"quittance.org/quittance/internal/domain/enrollment"
)

// postgresGroup is one transaction of PostgreSQL for several callers, each of
// another account, who run at the same time. When all of them wait for an answer
// or are done, what they ask for is sent in one round trip; when all are done,
// what they write is sent with the commit, the same table's rows together. A
// caller hears of success after that commit only.
//
// It has no savepoints: what goes wrong in it undoes all of it, and each of its
// callers runs again alone. They do not see one another, so whoever changes what
// is not its account's runs alone as well.
type postgresGroup struct {
	line *postgresLine
	size int // callers that made it up

	mu      sync.Mutex
	session *postgresSession // nil until something is sent
	busy    int              // callers who neither wait for an answer nor are done
	asked   []*asked         // by those who wait for an answer
	last    [][]step         // of each caller who is done
	ended   bool

	over chan struct{}
	sent int   // steps of the last that went well; known when over
	err  error // likewise: nil means committed
}

// asked is what a caller wants to be done before it goes on.
type asked struct {
	ctx     context.Context
	account enrollment.AccountID
	steps   []step
	bulk    func(context.Context, *postgresSession) error // or nil

	answered chan struct{}
	done     int // steps that went well; known when answered
	err      error
}

// ask waits for an answer.
func (g *postgresGroup) ask(a *asked) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.ended || !g.suits(a.account, a.steps) {
		return 0, errGroupUndone
	}
	g.asked = append(g.asked, a)
	g.busy--
	g.goOn(a.ctx)
	g.mu.Unlock()
	select {
	case <-a.answered:
	case <-a.ctx.Done():
	}
	g.mu.Lock()
	if i := slices.Index(g.asked, a); i >= 0 { // it gives up before anything is sent
		g.asked = slices.Delete(g.asked, i, i+1)
		g.busy++
		return 0, a.ctx.Err()
	}
	return a.done, a.err
}

// done takes the last steps of a caller.
func (g *postgresGroup) done(ctx context.Context, account enrollment.AccountID, steps []step) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err := g.inOrder(); err != nil {
		return err
	}
	if !g.suits(account, steps) {
		return errGroupUndone
	}
	g.last = append(g.last, steps)
	g.busy--
	g.goOn(ctx)
	return nil
}

// inOrder fails unless the caller's transaction can be committed: PostgreSQL
// would make of COMMIT a quiet rollback after a statement has failed.
func (g *postgresGroup) inOrder() error {
	switch {
	case g.ended:
		return errGroupUndone
	case g.session != nil && g.session.failed():
		return pgx.ErrTxCommitRollback
	}
	return nil
}

// leave is for a caller who has not begun.
func (g *postgresGroup) leave(ctx context.Context) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.busy--
	g.goOn(context.WithoutCancel(ctx))
}

// suits tells whether steps may run beside those of others: they change nothing
// but what belongs to the account, and what they add is nobody else's.
func (g *postgresGroup) suits(account enrollment.AccountID, steps []step) bool {
	foreign := func(s step) bool { return s.stmt.changes && !s.leads(account) }
	return g.size == 1 || !slices.ContainsFunc(steps, foreign)
}

// goOn does what all wait for, if nobody is busy. The group is locked, and stays
// so meanwhile: whoever could want it waits.
func (g *postgresGroup) goOn(ctx context.Context) {
	switch {
	case g.busy > 0 || g.ended:
	case len(g.asked) > 0:
		g.answer()
	default:
		g.commit(ctx)
	}
}

// answer does what was asked for and lets the callers go on.
func (g *postgresGroup) answer() {
	all := g.asked
	g.asked, g.busy = nil, len(all)
	done, err := 0, errGroupUndone // of a panic in what takes a row, too
	defer func() {
		if err != nil && g.size > 1 {
			g.undo(all[0].ctx)
			done, err = 0, errGroupUndone
		}
		for _, a := range all {
			a.done, a.err = done, err
			close(a.answered)
		}
	}()
	ctx, stop := whileAllWait(all)
	defer stop()
	done, err = g.send(ctx, all)
}

func (g *postgresGroup) send(ctx context.Context, all []*asked) (done int, err error) {
	if err := g.connect(ctx); err != nil {
		return 0, err
	}
	var steps [][]step
	for _, a := range all {
		steps = append(steps, a.steps)
	}
	if together := together(steps); len(together) > 0 {
		if done, err = g.session.run(ctx, together); err != nil {
			return done, err
		}
	}
	for _, a := range all {
		if a.bulk == nil {
			continue
		}
		if err := a.bulk(ctx, g.session); err != nil {
			return done, err
		}
	}
	return done, nil
}

func (g *postgresGroup) connect(ctx context.Context) error {
	if g.session != nil {
		return nil
	}
	conn, err := g.line.pool.Acquire(ctx)
	if err == nil {
		g.session = &postgresSession{conn: conn, mode: modeWrite, room: g.line.room}
	}
	return err
}

// whileAllWait is done when one of those who wait gives up.
func whileAllWait(all []*asked) (context.Context, func()) {
	if len(all) == 1 {
		return all[0].ctx, func() {}
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(all[0].ctx))
	stop := make([]func() bool, len(all))
	for i, a := range all {
		stop[i] = context.AfterFunc(a.ctx, cancel)
	}
	return ctx, func() {
		for _, stop := range stop {
			stop()
		}
		cancel()
	}
}

// commit commits what there is. Of several callers all are in doubt, or none:
// it is not given up with the one who happens to be the last.
func (g *postgresGroup) commit(ctx context.Context) {
	if len(g.last) > 1 {
		ctx = context.WithoutCancel(ctx)
	}
	steps := together(g.last)
	if g.session == nil && len(steps) == 0 {
		g.end(0, nil)
		return
	}
	sent, err := 0, g.connect(ctx)
	if err == nil {
		sent, err = g.session.commit(ctx, steps)
	}
	if err != nil && g.session != nil {
		_ = g.session.undo(context.WithoutCancel(ctx))
	}
	if err != nil && len(g.last) > 1 {
		sent, err = len(steps), ofCompany(err)
	}
	g.end(sent, err)
}

// ofCompany is what an error in the commit of several means to each of them: to
// run again if PostgreSQL has refused it, otherwise nobody knows.
func ofCompany(err error) error {
	var refused *pgconn.PgError
	if errors.As(err, &refused) && classifyPostgres(err) != classLost {
		return fmt.Errorf("%w: %w", errGroupUndone, err)
	}
	return fmt.Errorf("%w: %w", net.ErrClosed, err)
}

// undo takes back what the group has done, for all. A connection that can not do
// it is closed, which does it as well.
func (g *postgresGroup) undo(ctx context.Context) {
	if g.ended {
		return
	}
	if g.session != nil {
		_ = g.session.undo(context.WithoutCancel(ctx))
	}
	for _, a := range g.asked {
		a.err = errGroupUndone
		close(a.answered)
	}
	g.asked = nil
	g.end(0, errGroupUndone)
}

// end lets go of the connection and tells the callers how it ended.
func (g *postgresGroup) end(sent int, err error) {
	if g.session != nil {
		g.session.conn.Release()
	}
	g.ended, g.sent, g.err = true, sent, err
	close(g.over)
	g.line.over()
}
