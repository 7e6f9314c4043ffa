package paying

import (
	"context"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/store"
)

// Opinion is what a payer thinks of paying, the one question after it (brief
// G8).
type Opinion string

// The answers.
const (
	OpinionEasy Opinion = "easy"
	OpinionFair Opinion = "fair"
	OpinionHard Opinion = "hard"
)

// Opinions is how many payers gave an answer in a month.
type Opinions = store.Opinions

// CountOpinion counts an answer by month. Who gave it, and for which payment, is
// not kept.
func (s *Service) CountOpinion(ctx context.Context, o Opinion) error {
	switch o {
	case OpinionEasy, OpinionFair, OpinionHard:
	default:
		return fault.New(fault.Invalid, "opinion.unknown", "%.20q is no answer", string(o))
	}
	return s.db.InTx(ctx, "count an opinion", func(tx *store.Tx) error {
		tx.CountOpinion(s.profile.Today(tx.Now()).Month(), string(o))
		return nil
	})
}
