// Package verifying proves the books: it re-derives the invariants of
// architecture section 5 from the ledger and the facts, in transactions
// that see one state and write nothing, and names every disagreement. It
// repairs nothing: what is found is for staff to look at.
//
// The sums are compared in SQL (store.Proofs), account range by account range,
// so that memory does not grow with the number of accounts; sealed bills (I8)
// and what standing concludes (I7) are compared here.
package verifying

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Service verifies one database.
type Service struct {
	db      *store.DB
	profile *profile.Profile
}

// New makes the service. The profile is the one that standing is judged by.
func New(db *store.DB, p *profile.Profile) *Service { return &Service{db, p} }

// accountsAtOnce bounds what is in memory at a time.
const accountsAtOnce = 1000

// Verify checks every invariant of the whole database. An error means that the
// database could not be read; what it finds wrong is in the report.
func (s *Service) Verify(ctx context.Context) (Report, error) {
	return s.verify(ctx, "verify", func() {}, func(v *verification) error { return v.everything(0, 1) })
}

// verify runs proofs, each in one transaction, and says when all have begun. If
// nobody writes before that they see the same state.
func (s *Service) verify(ctx context.Context, what string, begun func(), proofs ...func(*verification) error) (Report, error) {
	waiting := int64(len(proofs))
	reports, errs := make([]*Report, len(proofs)), make([]error, len(proofs))
	var all sync.WaitGroup
	for i, prove := range proofs {
		begin := sync.OnceFunc(func() {
			if atomic.AddInt64(&waiting, -1) == 0 {
				begun()
			}
		})
		all.Go(func() { reports[i], errs[i] = s.prove(ctx, what, begin, prove) })
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		return Report{}, err
	}
	for _, r := range reports[1:] {
		reports[0].append(r)
	}
	return reports[0].finish(), nil
}

// prove runs a proof in one transaction. The first thing that it reads settles the
// state that it sees.
func (s *Service) prove(ctx context.Context, what string, begun func(), run func(*verification) error) (*Report, error) {
	var v *verification
	err := s.db.Read(ctx, what, func(tx *store.ReadTx) error {
		// The closure may run again: it starts from an empty report.
		v = &verification{tx: tx, profile: s.profile, report: newReport(tx.Now())}
		if _, err := tx.AccountsAfter(enrollment.AccountID{}, 1); err != nil {
			return err
		}
		begun()
		return run(v)
	})
	if err != nil {
		return nil, err
	}
	return v.report, nil
}

// verification is one run over the books.
type verification struct {
	tx      *store.ReadTx
	profile *profile.Profile
	report  *Report
}

// everything verifies the whole book, or one of several shares of it: the accounts
// range by range in turns, and the first one what is proved of the book as a whole.
func (v *verification) everything(share, shares int) error {
	if share == 0 {
		if err := v.prove(true, v.in(store.Range{})); err != nil {
			return err
		}
	}
	n := 0
	return v.tx.Ranges(accountsAtOnce, func(r store.Range) error {
		n++
		if n%shares != share {
			return nil
		}
		return v.accounts(r)
	})
}

// accounts verifies a range of accounts.
func (v *verification) accounts(r store.Range) error {
	orphans := v.report.invariant(store.Orphans).Broken
	if err := v.prove(false, v.in(r)); err != nil {
		return err
	}
	if err := v.bills(r); err != nil {
		return err
	}
	if v.report.invariant(store.Orphans).Broken > orphans {
		return nil // rows of no account have no standing; they are reported
	}
	return v.paidThrough(r)
}

// in gives the proofs of a range.
func (v *verification) in(r store.Range) func(store.Proof, func(store.Difference)) (int64, error) {
	return func(p store.Proof, differ func(store.Difference)) (int64, error) { return v.tx.Prove(p, r, differ) }
}

// prove runs the proofs of the book as a whole, or those of accounts.
func (v *verification) prove(whole bool, proof func(store.Proof, func(store.Difference)) (checked int64, err error)) error {
	for _, p := range store.Proofs {
		if p.Whole != whole {
			continue
		}
		checked, err := proof(p, v.differs(p))
		if err != nil {
			return err
		}
		v.report.invariant(p.Invariant).Checked += checked
	}
	return nil
}

// differs reports what a proof finds.
func (v *verification) differs(p store.Proof) func(store.Difference) {
	invariant := v.report.invariant(p.Invariant)
	return func(d store.Difference) {
		invariant.add(Violation{
			Account: d.Account.String(), Object: object(p.Object, d.Object), Problem: p.Problem,
			Expected: number(p, d.Expected), Found: number(p, d.Found),
		})
	}
}

func object(noun, name string) string {
	if name == "" {
		return noun
	}
	return noun + " " + name
}

func number(p store.Proof, n int64) string {
	if p.Money {
		return money.Cents(n).String()
	}
	return strconv.FormatInt(n, 10)
}
