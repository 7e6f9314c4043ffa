package simulate

import (
	"context"
	"time"

	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/standing"
)

// The staff of the marketplace. Two of them are needed for some acts (R-ACC-2).
const (
	staffOne = "staff:one"
	staffTwo = "staff:two"
)

// proposalsAtOnce is how many proposed ends are read at a time.
const proposalsAtOnce = 200

// letStaffAct lets staff release, twice a week, the ends that have waited long
// enough for checks in the mail (R-DUE-5).
func (s *simulation) letStaffAct(ctx context.Context) error {
	if err := s.afterTheStorm(ctx); err != nil {
		return err
	}
	if day := s.today.Weekday(); day != time.Monday && day != time.Thursday {
		return nil
	}
	var last collecting.Proposal
	for {
		page, err := s.market.app.Collecting.Proposals(ctx, last, proposalsAtOnce)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, p := range page {
			if s.today.Before(p.ReleaseFrom) {
				continue
			}
			err := s.market.app.Collecting.Release(ctx, collecting.Act{
				Account: p.AccountID, Enrollment: p.EnrollmentID, Actor: staffOne, Second: staffTwo, Reason: "unpaid after the last date",
			})
			if err != nil && !fault.Is(err, collecting.CodeNotOwed) {
				return err
			}
		}
		last = page[len(page)-1]
	}
}

// appeal lets staff give coverage back that had ended: the member has won an
// appeal (R-DUE-6).
func (s *simulation) appeal(ctx context.Context, e *event) error {
	return s.eachEnrollment(ctx, e, func(x standing.EnrollmentStanding) error {
		err := s.market.app.Collecting.Reinstate(ctx, s.staffAct(e, x, "appeal won"))
		if fault.Is(err, collecting.CodeNotEnded) {
			return nil
		}
		return err
	})
}

// cancel lets a member give coverage up who has found other coverage
// (R-DUE-7).
func (s *simulation) cancel(ctx context.Context, e *event) error {
	return s.eachEnrollment(ctx, e, func(x standing.EnrollmentStanding) error {
		err := s.market.app.Collecting.Cancel(ctx, s.staffAct(e, x, "has other coverage"), collecting.CancelWish, civil.Month{})
		if fault.KindOf(err) == fault.Conflict {
			return nil // nothing to cancel, or too late
		}
		return err
	})
}

func (s *simulation) eachEnrollment(ctx context.Context, e *event, act func(standing.EnrollmentStanding) error) error {
	due, err := s.market.app.Paying.Due(ctx, s.town[e.household].account)
	if err != nil {
		return err
	}
	for _, x := range due.Standing.Enrollments {
		if err := act(x); err != nil {
			return err
		}
	}
	return nil
}

func (s *simulation) staffAct(e *event, x standing.EnrollmentStanding, reason string) collecting.Act {
	return collecting.Act{Account: s.town[e.household].account, Enrollment: x.ID, Actor: staffOne, Second: staffTwo, Reason: reason}
}
