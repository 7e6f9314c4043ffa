package collecting

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// End is a decision that coverage has ended for non-payment, whose letters were
// sent by whoever kept the books before: when an account is taken over.
type End struct {
	Account enrollment.AccountID
	Last    civil.Month // the last covered month
	Actor   string
	Second  string // who approved it (R-ACC-2)
	Reason  string
}

// RecordEnd records that coverage of an account has ended with a month: of
// every enrollment whose standing owes that end (R-DUE-5). Each has a standing
// of its own: dental coverage is left alone, and next year's unless it ends with
// the old one (REG-23). Like Release it is
// refused when no enrollment owes the end and while mail may still come, and
// does nothing when the end is recorded already; unlike it, it does not ask
// which letters went out.
func (s *Service) RecordEnd(ctx context.Context, e End) error {
	if err := (Act{Actor: e.Actor, Second: e.Second, Reason: e.Reason}).check(2); err != nil {
		return err
	}
	today := s.profile.Today(s.db.Now())
	return s.db.InTx(ctx, "record end", func(tx *store.Tx) error {
		facts, err := tx.MoneyOf(e.Account)
		if err != nil {
			return err
		}
		facts.Notices = nil // not asked for: see above
		known := false
		for _, x := range standing.Evaluate(s.profile, facts.Standing(), today).Enrollments {
			if x.EndMonth != e.Last {
				continue
			}
			known = known || x.State == standing.StateEnded || x.State == standing.StateEnding
			if x.State != standing.StateEnding {
				continue
			}
			if today.Before(x.ReleaseFrom) {
				return tooEarly(x.ReleaseFrom)
			}
			recordEnd(tx, e, x, today)
			tx.ReviewOn(e.Account, today, store.ReviewStanding) // charges and letters follow in the night
		}
		if !known {
			return fault.New(fault.Conflict, CodeNotOwed, "no coverage of this account ends with %s", e.Last)
		}
		return nil
	})
}

func recordEnd(tx *store.Tx, e End, x standing.EnrollmentStanding, today civil.Date) {
	tx.InsertDecision(store.DecisionRecord{
		AccountID: e.Account, EnrollmentID: x.ID, Kind: standing.DecisionEnd, Month: e.Last, DecidedOn: today,
		EffectiveOn: e.Last.Last(), Rule: x.Rule, Evidence: "unpaid since " + x.FirstUnpaid.String(), Actor: e.Actor,
	})
	tx.Audit(store.AuditEvent{
		AccountID: e.Account, Operation: "coverage.end", Actor: e.Actor, Subject: "enrollment " + x.ID.String(),
		Summary: "covered to " + e.Last.String() + ", approved by " + e.Second, Reason: e.Reason,
	})
}
