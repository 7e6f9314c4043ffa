package store

import (
	"context"
	"errors"
	"slices"

	"quittance.org/quittance/internal/domain/enrollment"
)

// plan is a transaction on one account that is worked out before its turn to
// write, on what a reader sees: what it reads is answered, what it writes is
// kept in order. It holds if nothing that it has read has changed when its turn
// comes: then the writes are what the transaction itself would have written.
// Otherwise it is thrown away, and the transaction runs as any other (ADR 0024).
type plan struct {
	ctx     context.Context
	db      *DB
	account enrollment.AccountID
	fn      func(*Tx) error

	seen   int64 // so many changes were committed before it read
	reads  []*Stmt
	failed error
	made   *Tx  // with what it writes; nil if there is no plan
	holds  bool // which who gives the turn says
}

var (
	// errUnplanned is for what only the transaction itself can do.
	errUnplanned = errors.New("store: this can not be planned")
	// errPresumedWrongly is for a write that did not do what the plan went by.
	errPresumedWrongly = errors.New("store: a write did not do what was planned")
)

// make works the transaction out on what a reader sees. If it fails there is no
// plan, and no error: what it went by need not be so.
func (p *plan) make(s session) {
	tx := p.db.tx(p.ctx, s)
	tx.plan = p
	if p.fn(tx) == nil && tx.flush() == nil {
		p.made = tx
	}
}

// run takes the steps that a transaction would send. After one that fails there
// is no plan, whatever fn makes of it.
func (p *plan) run(tx *ReadTx, more []step) error {
	for _, s := range append(tx.queued(), more...) {
		if p.failed == nil {
			p.failed = p.take(tx, s)
		}
	}
	return p.failed
}

// take answers what is read and keeps what is written.
func (p *plan) take(tx *ReadTx, s step) error {
	switch {
	case s.stmt.reads:
		return p.read(tx, s)
	case s.row == nil && (s.touched == nil || s.presumed):
		tx.pending = append(tx.pending, s)
		return nil
	case s.row != nil && s.presumed:
		tx.pending = append(tx.pending, step{stmt: s.stmt, args: s.args, presumed: true, touched: asPresumed})
		return s.row(noColumn)
	}
	return errUnplanned
}

// read answers a query, if it is about the account, and about nothing that the
// plan itself writes before.
func (p *plan) read(tx *ReadTx, s step) error {
	if !s.leads(p.account) {
		return errUnplanned
	}
	if slices.ContainsFunc(tx.pending, func(w step) bool { return s.stmt.names(w.stmt.writes) }) {
		return errUnplanned
	}
	p.reads = append(p.reads, s.stmt)
	_, err := tx.session.run(tx.ctx, []step{s})
	return err
}

func noColumn(...any) error { return errUnplanned }

func asPresumed(rows int64) error {
	if rows != 1 {
		return errPresumedWrongly
	}
	return nil
}

// minds tells whether a change may be one of what the plan has read.
func (p *plan) minds(c change) bool {
	if !c.account.IsZero() {
		return c.account == p.account
	}
	return slices.ContainsFunc(c.tables, func(table string) bool {
		return slices.ContainsFunc(p.reads, func(s *Stmt) bool { return s.names(table) })
	})
}

// carryOut is the transaction when its turn has come.
func (p *plan) carryOut(tx *Tx) error {
	if !p.holds {
		return p.fn(tx)
	}
	tx.pending = p.made.pending
	return nil
}

// change is what a transaction has written.
type change struct {
	account enrollment.AccountID // all of it is of this account, unless that is zero
	tables  []string             // that it has written to; "" is any
}

// wrote adds a table.
func (c *change) wrote(table string) {
	if !slices.Contains(c.tables, table) {
		c.tables = append(c.tables, table)
	}
}
