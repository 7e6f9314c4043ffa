package verifying

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
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
	held     store.Balances
	sum      store.Held     // of all accounts, what is not behind them
	billed   string         // the number of the last bill
	underWay store.Writings // to be looked at again
}

// NewEvenings begins with empty books.
func NewEvenings() *Evenings { return &Evenings{Written: store.NewWritten()} }

// shares is how many transactions prove an evening side by side, each a share of
// the accounts; of the book as a whole the first proves the files to the bank and
// the last the sums. What is found is reported in their order.
const shares = 2

// VerifyEvening checks every invariant of all that was written since the evening
// before: of whole accounts, and of the book as far as that can have changed it.
// With whole it proves the whole book from nothing, as Verify does. It says when
// it has begun: until then nobody may write, and nothing that is written later is
// looked at.
func (s *Service) VerifyEvening(ctx context.Context, e *Evenings, whole bool, begun func()) (Report, error) {
	written := e.Written.Take().And(e.underWay)
	prove := (*verification).sinceBefore
	if whole {
		prove = (*verification).fromNothing
	}
	next := e.keeps
	var proofs [shares]func(*verification) error
	for share := range proofs {
		proofs[share] = func(v *verification) error {
			w, err := written.Look(v.tx, e.at)
			if err != nil {
				return err
			}
			kept, err := prove(v, w, e.keeps, share)
			if err == nil && share == shares-1 {
				next = kept
			}
			return err
		}
	}
	report, err := s.verify(ctx, "verify evening", begun, proofs[:]...)
	if err == nil {
		next.held = e.held.With(next.held)
		e.keeps = next
	}
	return report, err
}

// fromNothing proves a share of the whole book. The last share proves that what was
// kept is what there is: for what was not written for it is what there was.
func (v *verification) fromNothing(w *store.Writing, before keeps, share int) (keeps, error) {
	if err := v.everything(share, shares); err != nil || share < shares-1 {
		return before, err
	}
	all, err := store.Everything().Look(v.tx, civil.Instant{})
	if err != nil {
		return before, err
	}
	next, _, err := v.sums(all, keeps{})
	if before.held.Of == nil {
		return next, err
	}
	for id, h := range next.held.Of {
		if h != before.held.Of[id] && !w.For(id) {
			v.report.invariant("I6").add(Violation{Account: id.String(), Object: "account", Problem: unseen})
		}
	}
	return next, err
}

// unseen is a fault of the proof rather than of the books.
const unseen = "something was written that the proof of the evening was not told of"

// sinceBefore proves a share of what was written for. The last share proves the
// sums.
func (v *verification) sinceBefore(w *store.Writing, before keeps, share int) (keeps, error) {
	if err := v.written(w.Share(share, shares), share == 0); err != nil || share < shares-1 {
		return before, err
	}
	if err := v.tx.EachBillAfter(before.billed, v.sealed); err != nil {
		return before, err
	}
	next, agree, err := v.sums(w, before)
	if err == nil && !agree {
		err = v.which("I6", true, v.in(store.Range{}))
	}
	if overdrawn := w.Overdrawn(next.held); err == nil && !overdrawn.Empty() {
		err = v.which("I3", false, overdrawn.Closely)
	}
	return next, err
}

// which says which of the sums of an invariant that are kept it is that does not
// agree, of the book as a whole or of accounts.
func (v *verification) which(id string, whole bool, proof func(store.Proof, func(store.Difference)) (int64, error)) error {
	invariant := v.report.invariant(id)
	was := invariant.Broken
	for _, p := range store.Proofs {
		if !p.Summed || p.Invariant != id || p.Whole != whole {
			continue
		}
		if _, err := proof(p, v.differs(p)); err != nil {
			return err
		}
	}
	if invariant.Broken == was {
		invariant.add(Violation{Object: "book", Problem: unseen})
	}
	return nil
}

// blockAtOnce is how many accounts go through all proofs before the next do: few
// enough for what the proofs read of them to stay in the cache of who reads.
const blockAtOnce = 2 * store.SomeTogether

// written verifies what was written for, and with whole also what is proved of the
// book as a whole.
func (v *verification) written(w *store.Writing, whole bool) error {
	if whole {
		if err := v.prove(true, w.Prove); err != nil {
			return err
		}
	}
	return w.Blocks(blockAtOnce, func(block *store.Writing) error {
		orphans, all := v.report.invariant(store.Orphans).Broken, v.report.all()
		if err := v.prove(false, block.Prove); err != nil {
			return err
		}
		if v.report.all() > all {
			if err := v.closely(block); err != nil {
				return err
			}
		}
		if v.report.invariant(store.Orphans).Broken > orphans {
			return nil // rows of no account have no standing; they are reported
		}
		return block.PaidFacts(v.paidAs)
	})
}

// closely runs the proofs of accounts that follow from the others, of which one has
// found something.
func (v *verification) closely(w *store.Writing) error {
	for _, p := range store.Proofs {
		if !p.Follows {
			continue
		}
		if _, err := w.Closely(p, v.differs(p)); err != nil {
			return err
		}
	}
	return nil
}

// sums proves the sums over the whole book, of which only what was written for is
// read, and is in what is to be kept.
func (v *verification) sums(w *store.Writing, before keeps) (next keeps, agree bool, err error) {
	next = keeps{at: v.tx.Now(), sum: before.sum}
	held, err := w.Held(before.held)
	if err != nil {
		return next, false, err
	}
	for id, h := range held.Of {
		before.held.Of[id].Over(&next.sum, -1)
		h.Over(&next.sum, 1)
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
	next.held = held
	for _, id := range []string{"I3", "I6"} {
		v.report.invariant(id).Checked += int64(len(held.Of))
	}
	return next, agree && deposits, nil
}
