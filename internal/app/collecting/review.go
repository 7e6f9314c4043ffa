package collecting

import (
	"context"
	"fmt"

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

// reviewPage is how many accounts are asked for at a time.
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
	var before enrollment.AccountID
	for err == nil {
		var page []store.Review
		err = s.db.Read(ctx, "reviews due", func(tx *store.ReadTx) (err error) {
			page, err = tx.ReviewsDue(on, last, reviewPage)
			return err
		})
		if err != nil || len(page) == 0 {
			break
		}
		for _, due := range page {
			if due.Account == before {
				continue
			}
			before = due.Account
			one, err := s.reviewOrSetAside(ctx, due.Account, on)
			if err != nil {
				return sum, err
			}
			sum.add(one)
		}
		last = page[len(page)-1]
	}
	return sum, err
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
			done.Owed = owe(tx, facts, now)
			tx.Reviewed(id, on)
			tx.ReviewWorked(id)
			if !now.NextReview.IsZero() {
				tx.ReviewOn(id, now.NextReview, whyReview(now))
			}
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

// owe notes the letters that are owed; they are looked at again before they
// leave.
func owe(tx *store.Tx, facts *store.Facts, now standing.Standing) int {
	for _, n := range now.Notices {
		tx.OweNotice(store.Notice{
			ID: tx.NewNoticeID(), AccountID: facts.Account.ID, EnrollmentID: facts.Enrollments[n.Enrollment].ID, Kind: n.Kind,
			Month: n.Month, OwedOn: n.On, Amount: n.Amount, By: n.By, Ends: n.Ends,
		})
	}
	return len(now.Notices)
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
