package verifying

import (
	"context"
	"strconv"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// Census counts how enrollments stand on a day, and how old the debt is.
type Census struct {
	On     civil.Date
	Stands map[string]int64 // enrollments by standing: a state, or "grace 1" to "grace 3"
	Debt   [AgeGroups]Debt
}

// Debt is money that is charged and unpaid, of an age.
type Debt struct {
	Charges int64
	Amount  money.Amount
}

// AgeGroups is how many ages of debt are told apart: not due yet, then 30 days
// each; the last is everything older.
const AgeGroups = 5

// Census counts how every enrollment stands today.
func (s *Service) Census(ctx context.Context) (Census, error) {
	var c Census
	err := s.db.Read(ctx, "census", func(tx *store.ReadTx) error {
		c = Census{On: s.profile.Today(tx.Now()), Stands: map[string]int64{}}
		return tx.Ranges(accountsAtOnce, func(r store.Range) error {
			all, _, err := tx.PaidFacts(r)
			if err != nil {
				return err
			}
			for _, f := range all {
				for _, e := range standing.Evaluate(s.profile, f.Standing(), c.On).Enrollments {
					c.Stands[standsAs(e)]++
				}
				c.debt(f.Charges)
			}
			return nil
		})
	})
	return c, err
}

// standsAs names a standing; past due with help is told by its month of grace.
func standsAs(e standing.EnrollmentStanding) string {
	if e.State == standing.StatePastDue && e.Track == standing.TrackLong && e.GraceMonth > 0 {
		return "grace " + strconv.Itoa(e.GraceMonth)
	}
	return string(e.State)
}

// daysOfAge is how many days an age group of debt spans.
const daysOfAge = 30

func (c *Census) debt(charges []store.Charge) {
	for _, x := range charges {
		for _, part := range x.Parts() {
			group := 0
			if late := c.On.DaysSince(part.DueOn); late > 0 {
				group = min(1+(late-1)/daysOfAge, AgeGroups-1)
			}
			c.Debt[group].Charges++
			c.Debt[group].Amount = c.Debt[group].Amount.Add(part.Unpaid)
		}
	}
}
