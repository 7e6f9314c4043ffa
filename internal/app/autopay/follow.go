package autopay

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// followPage is how many accounts are looked up at a time.
const followPage = 200

// accountsPage gives up to limit accounts after one.
type accountsPage func(tx *store.ReadTx, after enrollment.AccountID) ([]enrollment.AccountID, error)

// follow lets mandates follow what happened to coverage, and the members' word
// that they end after a debit.
func (s *Service) follow(ctx context.Context, on civil.Date) (PlanCounts, error) {
	var counts PlanCounts
	var err error
	counts.Stopped, err = s.each(ctx, func(tx *store.ReadTx, _ enrollment.AccountID) ([]enrollment.AccountID, error) {
		return tx.MandatesToStop(on, followPage)
	}, func(tx *store.Tx, m mandate.Mandate) (bool, error) {
		return true, s.move(tx, m, mandate.Stopped, mandate.ReasonMember, m.StopOn, Actor)
	})
	if err != nil {
		return counts, err
	}
	counts.Paused, err = s.each(ctx, func(tx *store.ReadTx, after enrollment.AccountID) ([]enrollment.AccountID, error) {
		return tx.MandatesUncovered(after, on.Month(), followPage)
	}, func(tx *store.Tx, m mandate.Mandate) (bool, error) { return s.pause(tx, m, on) })
	if err != nil {
		return counts, err
	}
	longAgo := on.Month().Add(1 - s.profile.AutoPay.KeepMonths.On(on)).First() // some days early: which day, is asked again
	resumed, err := s.each(ctx, func(tx *store.ReadTx, after enrollment.AccountID) ([]enrollment.AccountID, error) {
		return tx.MandatesPaused(after, on.Month(), longAgo, followPage)
	}, func(tx *store.Tx, m mandate.Mandate) (bool, error) { return s.resume(tx, m, on) })
	counts.Resumed = resumed
	return counts, err
}

// each does something to the live mandates of accounts, one transaction each,
// and counts those it changed.
func (s *Service) each(ctx context.Context, next accountsPage, do func(*store.Tx, mandate.Mandate) (bool, error)) (int, error) {
	changed := 0
	var after enrollment.AccountID
	for {
		var page []enrollment.AccountID
		err := s.db.Read(ctx, "mandates to follow", func(tx *store.ReadTx) (err error) {
			page, err = next(tx, after)
			return err
		})
		if err != nil || len(page) == 0 {
			return changed, err
		}
		for _, account := range page {
			did := false
			err := s.db.InTx(ctx, "follow mandate", func(tx *store.Tx) error {
				did = false
				m, err := live(tx.ReadTx, account)
				if err != nil {
					return nilIfOff(err)
				}
				did, err = do(tx, m)
				return err
			})
			if err != nil {
				return changed, err
			}
			if did {
				changed++
			}
		}
		after = page[len(page)-1]
	}
}

// pause pauses a mandate once coverage has ended, and tells the member
// (R-AUTO-6).
func (s *Service) pause(tx *store.Tx, m mandate.Mandate, on civil.Date) (bool, error) {
	facts, err := tx.ReviewFacts(m.AccountID)
	if err != nil || m.State != mandate.Active || mandate.HasCoverage(standing.Evaluate(s.profile, facts.Standing(), on), on) {
		return false, err
	}
	if err := s.move(tx, m, mandate.Paused, mandate.ReasonCoverageEnded, on, Actor); err != nil {
		return false, err
	}
	return true, s.owe(tx, m, mandate.LetterPaused, mandate.DraftID{})
}

// resume brings a mandate back once new coverage has begun, and says so
// (R-AUTO-6). One that was kept long enough ends.
func (s *Service) resume(tx *store.Tx, m mandate.Mandate, on civil.Date) (bool, error) {
	if m.State != mandate.Paused {
		return false, nil
	}
	if !mandate.Resumes(s.profile, m.StateOn, on) {
		return false, s.move(tx, m, mandate.Stopped, mandate.ReasonKept, on, Actor)
	}
	facts, err := tx.ReviewFacts(m.AccountID)
	if err != nil || !mandate.Began(standing.Evaluate(s.profile, facts.Standing(), on), on) {
		return false, err
	}
	if err := s.move(tx, m, mandate.Active, "", on, Actor); err != nil {
		return false, err
	}
	return true, s.owe(tx, m, mandate.LetterResumed, mandate.DraftID{})
}
