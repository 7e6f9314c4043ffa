package notifying

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// WaiverDecided is the letter about what was decided on a hardship waiver
// (MA-NOTE-11). It never names the hardship itself: others may open it.
type WaiverDecided struct {
	Reader   Reader
	Written  civil.Date
	Decision standing.WaiverDecision
	Coverage standing.EnrollmentStanding // that it is about
	Share    money.Amount                // of Decision.From, less what other waivers take off; of a withdrawal: owed again
	Standing standing.Standing           // of the account
}

// SendWaivers writes the letters about decisions on waivers that have none yet.
// None is suppressed: what was decided stays true. It may be repeated.
func (s *Service) SendWaivers(ctx context.Context, on civil.Date) (Sent, error) {
	return round(ctx, s, "decisions on waivers", func(tx *store.ReadTx, after store.WaiverDecision) ([]store.WaiverDecision, error) {
		return tx.WaiverDecisionsWithoutLetter(on.AddDays(-returnedDays), after, pageOf)
	}, func(d store.WaiverDecision) (Sent, error) {
		e := store.LetterException{Account: d.AccountID, Source: d.ID.UUID, About: store.AboutWaiver}
		return s.each(ctx, e, func(tx *store.Tx) (Sent, error) { return s.waiverDecided(tx, d, e, on) })
	})
}

func (s *Service) waiverDecided(tx *store.Tx, d store.WaiverDecision, e store.LetterException, on civil.Date) (Sent, error) {
	to, facts, err := addressed(tx, e)
	if err != nil {
		return Sent{}, err
	}
	letter := WaiverDecided{
		Reader: to.reader(false), Written: on, Decision: d.WaiverDecision, Standing: standing.Evaluate(s.profile, facts.Standing(), on),
	}
	i := facts.IndexOf(d.EnrollmentID)
	letter.Coverage = letter.Standing.Enrollments[i]
	if p, ok := facts.Enrollments[i].PremiumFor(d.From); ok {
		letter.Share = p.Member.Sub(facts.WaivedOf(d.EnrollmentID, d.From, p.Member))
	}
	words, err := s.letters.WaiverDecided(letter)
	if err != nil {
		return Sent{}, err
	}
	return s.write(tx, to, words, e.Source)
}
