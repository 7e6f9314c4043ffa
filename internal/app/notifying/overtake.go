package notifying

import (
	"context"
	"slices"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// freshPaper is for how long what was looked at when it was written need not be
// looked at again: the business day writes and prints one after the other.
const freshPaper = time.Hour

// overtake looks again at letters on paper that standing owed and that have waited
// since: printing has failed, or nobody printed. Those that are not true any more
// do not leave, whether they are in a batch that was begun or in none.
func (s *Service) overtake(ctx context.Context, on civil.Date) error {
	var after store.WaitingPaper
	for {
		var page []store.WaitingPaper
		err := s.db.InTx(ctx, "paper that waits", func(tx *store.Tx) (err error) {
			if page, err = tx.PaperWaiting(tx.Now().Add(-freshPaper), after, lettersAtOnce); err != nil {
				return err
			}
			for _, p := range page {
				if err := s.overtakeOne(tx, p, on); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil || len(page) < lettersAtOnce {
			return err
		}
		after = page[len(page)-1]
	}
}

// overtakeOne keeps back one letter if standing would not owe any of its notices
// today, had they not been sent. Unless it went by e-mail too, it never was: should
// the same come up again, it is told then.
func (s *Service) overtakeOne(tx *store.Tx, p store.WaitingPaper, on civil.Date) error {
	rows, err := tx.NoticesToldWith(p)
	if err != nil {
		return err
	}
	facts, err := tx.ReviewFacts(p.Account)
	if err != nil {
		return err
	}
	tells := func(e enrollment.ID, kind standing.NoticeKind, month civil.Month) bool {
		return slices.ContainsFunc(rows, func(n store.Notice) bool { return n.EnrollmentID == e && n.Kind == kind && n.Month == month })
	}
	facts.Notices = slices.DeleteFunc(facts.Notices, func(n store.SentNotice) bool { return tells(n.EnrollmentID, n.Kind, n.Month) })
	now := standing.Evaluate(s.profile, facts.Standing(), on)
	for _, n := range now.Notices {
		if tells(now.Enrollments[n.Enrollment].ID, n.Kind, n.Month) {
			return nil
		}
	}
	tx.MarkMessage(p.Account, p.Message, store.MessageFailed)
	if p.Emailed {
		return nil
	}
	for _, n := range rows {
		tx.NoticeStayed(n, on)
	}
	return nil
}
