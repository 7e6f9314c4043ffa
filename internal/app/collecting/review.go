package collecting

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// Actor is who decides what follows from rules alone.
const Actor = "system:review"

// Reviewed is what a review came to.
type Reviewed struct {
	Looked   int   // accounts looked at
	Decided  int   // decisions recorded
	Owed     int   // letters owed
	SetAside int   // accounts that could not be decided on
	Idle     int64 // due dates with nothing left to pay, passed over
}

func (r *Reviewed) add(q Reviewed) {
	r.Looked += q.Looked
	r.Decided += q.Decided
	r.Owed += q.Owed
	r.SetAside += q.SetAside
}

// reviewPage is how many days are asked for at a time.
const reviewPage = 500

// Review looks at every account whose day to be looked at has come by a
// business date, as of that date, and records what the facts call for
// (architecture section 7). It can be killed at any moment and run again. An
// account that can not be decided on is set aside with its reason, and looked
// at again by the next review.
func (s *Service) Review(ctx context.Context, on civil.Date) (Reviewed, error) {
	var sum Reviewed
	err := s.db.InTx(ctx, "drop idle reviews", func(tx *store.Tx) (err error) {
		sum.Idle, err = tx.DropIdleReviews(on)
		return err
	})
	var last store.Review
	for err == nil {
		var page []store.Review
		err = s.db.Read(ctx, "reviews due", func(tx *store.ReadTx) (err error) {
			page, err = tx.ReviewsDue(on, last, reviewPage)
			return err
		})
		if err != nil || len(page) == 0 {
			break
		}
		var done Reviewed
		done, err = s.reviewPage(ctx, page, on)
		sum.add(done)
		last = page[len(page)-1]
	}
	return sum, err
}

// reviewPage looks at many accounts side by side. Of most of them nothing is
// owed that night: they are given their next day together.
func (s *Service) reviewPage(ctx context.Context, page []store.Review, on civil.Date) (Reviewed, error) {
	looks, err := s.lookAt(ctx, page, on)
	if err != nil {
		return Reviewed{}, err
	}
	var sum Reviewed
	for _, l := range looks {
		sum.add(l.done)
	}
	return sum, s.planNext(ctx, page, looks)
}

// lookAt looks at the accounts of a page, some at a time, side by side.
func (s *Service) lookAt(ctx context.Context, page []store.Review, on civil.Date) (map[enrollment.AccountID]look, error) {
	ids := accountsOf(page)
	parts := slices.Collect(slices.Chunk(ids, store.FactsTogether))
	looks, failed := make([][]look, len(parts)), make([]error, len(parts))
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var next atomic.Int64
	var group sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(parts) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if looks[i], failed[i] = s.lookTogether(ctx, parts[i], on); failed[i] != nil {
					stop()
				}
			}
		})
	}
	group.Wait()
	byID := make(map[enrollment.AccountID]look, len(ids))
	for i, l := range slices.Concat(looks...) {
		byID[ids[i]] = l
	}
	return byID, errors.Join(append(failed, context.Cause(ctx))...)
}

// look is what one look at an account came to.
type look struct {
	done    Reviewed
	quiet   bool           // no decision is owed and no money moves; nothing is written yet
	letters []store.Notice // owed to a quiet account; whether they are still true is asked when they leave
	next    civil.Date     // when to look at a quiet account again; zero: not before something new
	why     store.ReviewReason
}

// lookTogether looks at some accounts without a lock first, and reviews those to
// which more than letters is owed. If that fails because of one of them, each is
// looked at by itself.
func (s *Service) lookTogether(ctx context.Context, ids []enrollment.AccountID, on civil.Date) ([]look, error) {
	looks, err := s.look(ctx, ids, on)
	if err != nil && store.Blameable(err) {
		looks, err = make([]look, len(ids)), nil // none is quiet
		for i, id := range ids {
			one, oneErr := s.look(ctx, []enrollment.AccountID{id}, on)
			if oneErr == nil {
				looks[i] = one[0]
			} else if !store.Blameable(oneErr) {
				return nil, oneErr
			}
		}
	}
	for i := range looks {
		if err == nil && !looks[i].quiet {
			looks[i].done, err = s.reviewOrSetAside(ctx, ids[i], on)
		}
	}
	return looks, err
}

// accountsOf gives the accounts of a page, each once.
func accountsOf(page []store.Review) []enrollment.AccountID {
	ids := make([]enrollment.AccountID, 0, len(page))
	seen := make(map[enrollment.AccountID]bool, len(page))
	for _, due := range page {
		if !seen[due.Account] {
			seen[due.Account] = true
			ids = append(ids, due.Account)
		}
	}
	return ids
}

// look looks at accounts and writes nothing.
func (s *Service) look(ctx context.Context, ids []enrollment.AccountID, on civil.Date) ([]look, error) {
	looks := make([]look, len(ids))
	err := s.db.Read(ctx, "look", func(tx *store.ReadTx) error {
		all, err := tx.ReviewFactsOf(ids)
		if err != nil {
			return err
		}
		for i, facts := range all {
			now := standing.Evaluate(s.profile, facts.Standing(), on)
			letters := lettersOf(facts, now)
			looks[i] = look{
				letters: letters, next: now.NextReview, why: whyReview(now), done: Reviewed{Looked: 1, Owed: len(letters)},
				quiet: len(now.Conclusions) == 0 && len(s.corrections(facts, now, on)) == 0 && len(fromCredits(facts, now)) == 0,
			}
		}
		return nil
	})
	return looks, err
}

// planNext gives quiet accounts their next day. Only the days that were looked
// up are forgotten: what came meanwhile has planned one of its own.
func (s *Service) planNext(ctx context.Context, page []store.Review, looks map[enrollment.AccountID]look) error {
	return s.db.InTx(ctx, "plan reviews", func(tx *store.Tx) error {
		for _, due := range page {
			if looks[due.Account].quiet {
				tx.ReviewDone(due)
			}
		}
		for _, id := range accountsOf(page) {
			if of := looks[id]; of.quiet {
				of.write(tx, id)
			}
		}
		return nil
	})
}

// write writes what a look at a quiet account came to.
func (l look) write(tx *store.Tx, id enrollment.AccountID) {
	owe(tx, l.letters)
	tx.ReviewWorked(id)
	if !l.next.IsZero() {
		tx.ReviewOn(id, l.next, l.why)
	}
}

// ReviewAccount looks at one account as of a business date.
func (s *Service) ReviewAccount(ctx context.Context, id enrollment.AccountID, on civil.Date) (Reviewed, error) {
	var done Reviewed
	err := s.db.InTx(ctx, "review", func(tx *store.Tx) (err error) {
		done, err = s.review(tx, id, on)
		return err
	})
	return done, err
}

func (s *Service) reviewOrSetAside(ctx context.Context, id enrollment.AccountID, on civil.Date) (Reviewed, error) {
	done, err := s.ReviewAccount(ctx, id, on)
	if err == nil || !store.Blameable(err) {
		return done, err
	}
	err = s.db.InTx(ctx, "set aside", func(tx *store.Tx) error {
		tx.Reviewed(id, on)
		tx.ReviewOn(id, on.AddDays(1), store.ReviewStanding)
		tx.ReviewFailed(store.ReviewException{AccountID: id, Code: fault.CodeOf(err), Reason: err.Error()})
		return nil
	})
	return Reviewed{Looked: 1, SetAside: 1}, err
}

// decisionsMost is how many decisions one night may bring an account: a start
// moved twice and lapsed, undone by late evidence, is about the most.
const decisionsMost = 24

// review records what the facts of an account call for until they call for
// nothing more: each decision is a fact that the next look takes in.
func (s *Service) review(tx *store.Tx, id enrollment.AccountID, on civil.Date) (Reviewed, error) {
	done := Reviewed{Looked: 1}
	for range decisionsMost {
		facts, err := tx.ReviewFacts(id)
		if err != nil {
			return done, err
		}
		now := standing.Evaluate(s.profile, facts.Standing(), on)
		changed, err := s.settle(tx, facts, now, on)
		if err != nil {
			return done, err
		}
		switch {
		case changed:
		case len(now.Conclusions) > 0:
			s.record(tx, facts, now.Conclusions[0], on)
			done.Decided++
		default:
			seen := look{letters: lettersOf(facts, now), next: now.NextReview, why: whyReview(now)}
			done.Owed = len(seen.letters)
			tx.Reviewed(id, on)
			seen.write(tx, id)
			return done, nil
		}
	}
	return done, fault.New(fault.Internal, "review.circle", "after %d decisions the facts of account %s still call for more", decisionsMost, id)
}

// settle brings charges in line with coverage and prices, and pays what is open
// from money that lies on the account. It tells whether anything changed.
func (s *Service) settle(tx *store.Tx, facts *store.Facts, now standing.Standing, on civil.Date) (bool, error) {
	all := s.corrections(facts, now, on)
	for _, c := range all {
		if err := c.post(tx, on); err != nil {
			return false, err
		}
	}
	if len(all) > 0 {
		return true, nil
	}
	return useCredits(tx, facts, now), nil
}

// record records a conclusion as a decision and what follows from it at once.
func (s *Service) record(tx *store.Tx, facts *store.Facts, c standing.Conclusion, on civil.Date) {
	id := facts.Enrollments[c.Enrollment].ID
	tx.InsertDecision(store.DecisionRecord{
		AccountID: facts.Account.ID, EnrollmentID: id, Kind: c.Kind, Month: c.Month, DecidedOn: on, EffectiveOn: c.EffectiveOn,
		Rule: c.Rule, Evidence: evidence(c.Basis), Actor: Actor,
	})
	switch c.Kind {
	case standing.DecisionRoll, standing.DecisionUndoRoll, standing.DecisionUndoLapse:
		tx.WantFirstBill(facts.Account.ID) // for the month that is first now (R-BIND-2)
	}
}

// evidence says in words what a decision rests on.
func evidence(b standing.Basis) string {
	if b.Month.IsZero() {
		return "no bill"
	}
	by := b.Deadline
	if by.IsZero() {
		by = b.DueOn
	}
	text := fmt.Sprintf("%s: %s needed by %s, %s paid", b.Month, b.Needed, by, b.Paid)
	if !b.PaidOn.IsZero() {
		text += " on " + b.PaidOn.String()
	}
	return text
}

// lettersOf gives the letters that are owed.
func lettersOf(facts *store.Facts, now standing.Standing) []store.Notice {
	all := make([]store.Notice, len(now.Notices))
	for i, n := range now.Notices {
		all[i] = store.Notice{
			AccountID: facts.Account.ID, EnrollmentID: facts.Enrollments[n.Enrollment].ID, Kind: n.Kind,
			Month: n.Month, OwedOn: n.On, Amount: n.Amount, By: n.By, Ends: n.Ends,
		}
	}
	return all
}

// owe notes letters that are owed; they are looked at again before they leave.
func owe(tx *store.Tx, letters []store.Notice) {
	for _, n := range letters {
		n.ID = tx.NewNoticeID()
		tx.OweNotice(n)
	}
}

// whyReview tells whether the next look is for the sake of what is unpaid
// alone: then it is idle once that is paid.
func whyReview(now standing.Standing) store.ReviewReason {
	for i := range now.Enrollments {
		e := &now.Enrollments[i]
		if e.State != standing.StateActive || e.OnHold || e.Arrangement != "" {
			return store.ReviewStanding
		}
	}
	return store.ReviewDue
}
