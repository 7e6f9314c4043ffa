package store

import (
	"context"
	"errors"
	"fmt"

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
	pending []write
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

// Handle sends what is queued and gives the driver's own transaction
// (pgx.Tx or *sql.Tx), for the job queue only.
func (tx *Tx) Handle() (any, error) {
	if err := tx.flush(); err != nil {
		return nil, err
	}
	return tx.session.handle(), nil
}

// queue sends a write with the next round trip.
func (tx *Tx) queue(s *Stmt, args ...any) {
	tx.pending = append(tx.pending, write{stmt: s, args: args, want: anyRows})
}

// expect is queue for a guarded write: unless it touches exactly one row, the
// transaction fails with otherwise.
func (tx *Tx) expect(otherwise error, s *Stmt, args ...any) {
	tx.pending = append(tx.pending, write{stmt: s, args: args, want: 1, otherwise: otherwise})
}

// exec runs a write now and tells how many rows it touched.
func (tx *Tx) exec(s *Stmt, args ...any) (int64, error) {
	if err := tx.flush(); err != nil {
		return 0, err
	}
	counts, err := tx.session.send(tx.ctx, []write{{stmt: s, args: args, want: anyRows}})
	if err != nil {
		return 0, tx.db.translate(s.name, err)
	}
	return counts[0], nil
}

// bulk inserts many rows of one table.
func (tx *Tx) bulk(table string, columns []string, values [][]any) error {
	if len(values) == 0 {
		return nil
	}
	if err := tx.flush(); err != nil {
		return err
	}
	if err := tx.session.bulk(tx.ctx, table, columns, values); err != nil {
		return tx.db.translate("bulk "+table, err)
	}
	return nil
}

func (tx *ReadTx) flush() error {
	if len(tx.pending) == 0 {
		return nil
	}
	writes := tx.pending
	tx.pending = nil
	counts, err := tx.session.send(tx.ctx, writes)
	if err != nil {
		failed := writes[min(len(counts), len(writes)-1)]
		return tx.db.translate(failed.stmt.name, err)
	}
	for i, w := range writes {
		if w.want != anyRows && counts[i] != w.want {
			return errors.Join(w.otherwise, fmt.Errorf("%w: %s: %d", errWrongRowCount, w.stmt.name, counts[i]))
		}
	}
	return nil
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
	if err := tx.flush(); err != nil {
		return err
	}
	r, err := tx.session.query(tx.ctx, s.sql, args)
	if err != nil {
		return tx.db.translate(s.name, err)
	}
	if err := (request{stmt: s, row: row}).drain(r); err != nil {
		return tx.db.translate(s.name, err)
	}
	return nil
}

// together runs several queries in one round trip.
func together(tx *ReadTx, all []request) error {
	if err := tx.flush(); err != nil {
		return err
	}
	if err := tx.session.queries(tx.ctx, all); err != nil {
		return tx.db.translate(all[0].stmt.name+" and others", err)
	}
	return nil
}

func (q request) drain(r rows) error {
	defer r.Close()
	for r.Next() {
		if err := q.row(r.Scan); err != nil {
			return fmt.Errorf("%s: %w", q.stmt.name, err)
		}
	}
	return r.Err()
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
