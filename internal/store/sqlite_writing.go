package store

import (
	"context"
	"errors"
)

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
	s.keeps()
	s.over = true
	s.line.pass(g)
	<-g.over
	return len(steps), g.err
}

// keeps has what was written committed with the group.
func (s *sqliteWriting) keeps() {
	s.group.kept++
	s.line.changes.add(s.change)
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

// sqliteCarried is the transaction of a caller whose plan was carried out.
type sqliteCarried struct {
	group *sqliteGroup // which is over, unless the plan failed
	line  *sqliteLine  // of one that failed
	done  int          // steps before the one that failed
	err   error
}

func (s *sqliteCarried) run(_ context.Context, steps []step) (int, error) {
	if s.err != nil {
		return s.done, s.err
	}
	return len(steps), nil
}

// bulk is never planned.
func (s *sqliteCarried) bulk(context.Context, string, []string, [][]any) error { return errUnplanned }

func (s *sqliteCarried) finish(ctx context.Context, steps []step) (int, error) {
	if done, err := s.run(ctx, steps); err != nil {
		return done, err
	}
	return len(steps), s.group.err
}

// rollback has nothing to undo.
func (s *sqliteCarried) rollback(ctx context.Context) error {
	if s.err == nil {
		return nil
	}
	return s.line.disk.await(ctx) // as others who fail at the writer
}
