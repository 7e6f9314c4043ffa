// Package verifying proves the books: it re-derives the invariants of
// architecture section 5 from the ledger and the facts, in one transaction
// that sees one state and writes nothing, and names every disagreement. It
// repairs nothing: what is found is for staff to look at.
//
// The sums are compared in SQL (store.Proofs), account range by account range,
// so that memory does not grow with the number of accounts; sealed bills (I8)
// and what standing concludes (I7) are compared here.
package verifying

import (
	"context"
	"strconv"

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
const accountsAtOnce = 2000

// Verify checks every invariant of the whole database. An error means that the
// database could not be read; what it finds wrong is in the report.
func (s *Service) Verify(ctx context.Context) (Report, error) { return s.VerifyAsOf(ctx, func() {}) }

// VerifyAsOf is Verify that says when it has begun: nothing that is written
// after that is looked at, so that work may go on meanwhile.
func (s *Service) VerifyAsOf(ctx context.Context, begun func()) (Report, error) {
	return s.verify(ctx, "verify", begun, (*verification).everything)
}

// verify runs proofs in one transaction. The first thing that it reads settles
// the state that it sees.
func (s *Service) verify(ctx context.Context, what string, begun func(), run func(*verification) error) (Report, error) {
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
		return Report{}, err
	}
	return v.report.finish(), nil
}

// verification is one run over the books.
type verification struct {
	tx      *store.ReadTx
	profile *profile.Profile
	report  *Report
}

// everything verifies the whole book.
func (v *verification) everything() error {
	if err := v.prove(store.Range{}, true); err != nil {
		return err
	}
	return v.tx.Ranges(accountsAtOnce, v.accounts)
}

// accounts verifies a range of accounts.
func (v *verification) accounts(r store.Range) error {
	orphans := v.report.invariant(store.Orphans).Broken
	if err := v.prove(r, false); err != nil {
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

// prove runs the proofs of the whole book, or those of a range.
func (v *verification) prove(r store.Range, whole bool) error {
	for _, p := range store.Proofs {
		if p.Whole != whole {
			continue
		}
		invariant := v.report.invariant(p.Invariant)
		checked, err := v.tx.Prove(p, r, v.differs(p))
		if err != nil {
			return err
		}
		invariant.Checked += checked
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
