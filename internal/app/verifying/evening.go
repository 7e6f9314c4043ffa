package verifying

import (
	"context"
	"maps"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
)

// Evenings proves the books evening after evening: what was written since the
// evening before, and what follows from it for the book as a whole. It begins
// with empty books and must see all that is written to them since, which the
// store collects in Written.
//
// Sums over the whole book are kept account by account: what an account holds
// now takes the place of what it held.
type Evenings struct {
	Written *store.Written
	keeps
}

// keeps is what is known from the evening before.
type keeps struct {
	at       civil.Instant // of the proof
	held     map[enrollment.AccountID]store.Held
	sum      store.Held     // of all accounts
	billed   string         // the number of the last bill
	underWay store.Writings // to be looked at again
}

// NewEvenings begins with empty books.
func NewEvenings() *Evenings { return &Evenings{Written: store.NewWritten()} }

// VerifyEvening checks every invariant of all that was written since the evening
// before: of whole accounts, and of the book as far as that can have changed it.
// With whole it proves the whole book from nothing, as Verify does. It says when
// it has begun, as VerifyAsOf does: by then no transaction may be under way.
func (s *Service) VerifyEvening(ctx context.Context, e *Evenings, whole bool, begun func()) (Report, error) {
	written := e.Written.Take().And(e.underWay)
	return s.verify(ctx, "verify evening", begun, func(v *verification) error {
		w, err := written.Look(v.tx, e.at)
		if err != nil {
			return err
		}
		prove := v.sinceBefore
		if whole {
			prove = v.fromNothing
		}
		next, err := prove(w, e.keeps)
		if err == nil {
			e.keeps = next
		}
		return err
	})
}

// fromNothing proves the whole book, and that what was kept is what there is: for
// what was not written for it is what there was.
func (v *verification) fromNothing(w *store.Writing, before keeps) (keeps, error) {
	if err := v.everything(); err != nil {
		return before, err
	}
	all, err := store.Everything().Look(v.tx, civil.Instant{})
	if err != nil {
		return before, err
	}
	next, _, err := v.sums(all, keeps{})
	if before.held == nil {
		return next, err
	}
	for id, h := range next.held {
		if h != before.held[id] && !w.For(id) {
			v.report.invariant("I6").add(Violation{Account: id.String(), Object: "account", Problem: unseen})
		}
	}
	return next, err
}

// unseen is a fault of the proof rather than of the books.
const unseen = "something was written that the proof of the evening was not told of"

// sinceBefore proves what was written for.
func (v *verification) sinceBefore(w *store.Writing, before keeps) (keeps, error) {
	if err := v.written(w, before.billed); err != nil {
		return before, err
	}
	next, agree, err := v.sums(w, before)
	if err != nil || agree {
		return next, err
	}
	invariant := v.report.invariant("I6")
	was := invariant.Broken
	for _, p := range store.Proofs { // which sum it is
		if !p.Summed {
			continue
		}
		if _, err := v.tx.Prove(p, store.Range{}, v.differs(p)); err != nil {
			return next, err
		}
	}
	if invariant.Broken == was {
		invariant.add(Violation{Object: "book", Problem: unseen})
	}
	return next, nil
}

// written verifies what was written for.
func (v *verification) written(w *store.Writing, billed string) error {
	for _, p := range store.Proofs {
		checked, err := w.Prove(p, v.differs(p))
		if err != nil {
			return err
		}
		v.report.invariant(p.Invariant).Checked += checked
	}
	if err := v.tx.EachBillAfter(billed, v.sealed); err != nil {
		return err
	}
	if v.report.invariant(store.Orphans).Broken > 0 {
		return nil // rows of no account have no standing; they are reported
	}
	return w.PaidFacts(v.paidAs)
}

// sums proves the sums over the whole book, of which only what was written for is
// read.
func (v *verification) sums(w *store.Writing, before keeps) (next keeps, agree bool, err error) {
	next = keeps{at: v.tx.Now(), sum: before.sum, held: before.held}
	held, err := w.Held()
	if err != nil {
		return next, false, err
	}
	for id, h := range held {
		next.sum.Sub(before.held[id])
		next.sum.Add(h)
	}
	agree, err = w.Agrees(next.sum)
	if err != nil {
		return next, false, err
	}
	deposits, underWay, err := w.Deposits()
	if err != nil {
		return next, false, err
	}
	if underWay {
		next.underWay = w.Writings
	}
	if next.billed, err = v.tx.NewestBill(); err != nil {
		return next, false, err
	}
	if next.held == nil {
		next.held = held
	} else {
		maps.Copy(next.held, held)
	}
	v.report.invariant("I6").Checked += int64(len(held))
	return next, agree && deposits, nil
}
