package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
)

// ReadTx is a transaction that can only look.
type ReadTx struct {
	ctx     context.Context
	db      *DB
	session session
	now     civil.Instant

	// What is sent with the next round trip: writes in their order, and rows.
	pending []step
	rows    []gathered
	many    bool // accounts at once: their rows are gathered

	plan *plan // that is being made; nil if what is written is written
}

// Tx is a transaction that can write. All rows it writes carry the same Now.
type Tx struct{ *ReadTx }

// Now is the moment at which the transaction began, the same for every row it
// writes (T3).
func (tx *ReadTx) Now() civil.Instant { return tx.now }

// Context is the context the transaction runs under.
func (tx *ReadTx) Context() context.Context { return tx.ctx }

// NewID makes the next row identifier.
func (tx *Tx) NewID() ident.UUID { return tx.db.ids.New() }

// queue sends a write with the next round trip.
func (tx *Tx) queue(s *Stmt, args ...any) {
	tx.pending = append(tx.pending, step{stmt: s, args: args})
}

// expect is queue for a guarded write: unless it touches exactly one row, the
// transaction fails with otherwise.
func (tx *Tx) expect(otherwise error, s *Stmt, args ...any) {
	tx.pending = append(tx.pending, step{stmt: s, args: args, presumed: true, touched: func(rows int64) error {
		if rows == 1 {
			return nil
		}
		return errors.Join(otherwise, fmt.Errorf("%w: %d", errWrongRowCount, rows))
	}})
}

// exec runs a write now and tells how many rows it touched.
func (tx *Tx) exec(s *Stmt, args ...any) (touched int64, err error) {
	err = tx.run(step{stmt: s, args: args, touched: func(rows int64) error { touched = rows; return nil }})
	return touched, err
}

// bulk inserts many rows of one table.
func (tx *Tx) bulk(table string, columns []string, values [][]any) error {
	if len(values) == 0 {
		return nil
	}
	if tx.plan != nil {
		tx.plan.failed = errUnplanned
		return errUnplanned
	}
	if err := tx.flush(); err != nil {
		return err
	}
	tx.db.written.rows(table, values)
	if err := tx.session.bulk(tx.ctx, table, columns, values); err != nil {
		return tx.db.translate("bulk "+table, err)
	}
	return nil
}

// flush sends what is queued.
func (tx *ReadTx) flush() error { return tx.run() }

// run sends what is queued and more steps, in one round trip.
func (tx *ReadTx) run(more ...step) error {
	if tx.plan != nil {
		return tx.plan.run(tx, more)
	}
	if err := tx.copyMany(); err != nil {
		return err
	}
	steps := append(tx.queued(), more...)
	if len(steps) == 0 {
		return nil
	}
	tx.db.sends(steps)
	done, err := tx.session.run(tx.ctx, steps)
	if err != nil {
		return tx.db.translate(nameOf(steps, done), err)
	}
	return nil
}

// sends tells who asks of what goes to the database.
func (db *DB) sends(steps []step) {
	db.written.steps(steps)
	if db.trace == nil {
		return
	}
	for _, s := range steps {
		db.trace(s.stmt.name)
	}
}

// queued takes what is to be sent with the next round trip.
func (tx *ReadTx) queued() []step {
	steps := slices.Concat(tx.pending, tx.gatheredSteps())
	tx.pending = nil
	return steps
}

// commit sends what is queued and commits. Guarded writes are looked at before.
func (tx *Tx) commit() error {
	if err := tx.copyMany(); err != nil {
		return err
	}
	steps := tx.queued()
	tx.db.sends(steps)
	if slices.ContainsFunc(steps, func(s step) bool { return s.touched != nil }) {
		if done, err := tx.session.run(tx.ctx, steps); err != nil {
			return tx.db.translate(nameOf(steps, done), err)
		}
		steps = nil
	}
	done, err := tx.session.finish(tx.ctx, steps)
	if err == nil {
		return nil
	}
	class := tx.db.engine.classify(err)
	if class == classLost || class == classOther && tx.ctx.Err() != nil {
		return fault.Wrap(fault.Unavailable, fault.CodeUnknownOutcome, err, "the database went away while committing")
	}
	return tx.db.translate(nameOf(steps, done), err)
}

// nameOf names the step that failed, after so many were done.
func nameOf(steps []step, done int) string {
	if done >= len(steps) {
		return "commit"
	}
	return steps[done].stmt.name
}

// collect runs a query and scans every row.
func collect[T any](tx *ReadTx, s *Stmt, scan func(scan func(...any) error) (T, error), args ...any) ([]T, error) {
	var all []T
	err := each(tx, s, func(row func(...any) error) error {
		item, err := scan(row)
		if err == nil {
			all = append(all, item)
		}
		return err
	}, args...)
	return all, err
}

// each runs a query and hands every row on.
func each(tx *ReadTx, s *Stmt, row func(scan func(...any) error) error, args ...any) error {
	return tx.run(step{stmt: s, args: args, row: row})
}

// one runs a query that answers with one row, or fault.NotFound.
func one[T any](tx *ReadTx, s *Stmt, scan func(scan func(...any) error) (T, error), args ...any) (T, error) {
	all, err := collect(tx, s, scan, args...)
	var zero T
	if err != nil {
		return zero, err
	}
	if len(all) == 0 {
		return zero, fault.New(fault.NotFound, "store.not_found", "%s: no such row", s.name)
	}
	return all[0], nil
}

// scalar scans a row of one column.
func scalar[T any](scan func(...any) error) (T, error) {
	var v T
	err := scan(&v)
	return v, err
}
