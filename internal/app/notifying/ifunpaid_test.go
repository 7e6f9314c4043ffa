package notifying_test

import (
	"fmt"
	"slices"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/domain/standing"
)

// MA-DLQ-3: what follows if a bill is not paid is worked out for those who get it
// on paper, each plan by itself.
func TestABillOnPaperKnowsWhatFollows(t *testing.T) {
	t.Parallel()
	eachOffice(t, func(t *testing.T, o *office) {
		o.At("2026-11-30")
		o.reachable(address, apptest.Medical("2027-01", "103.00").Renewed(), apptest.Dental("2027-01", "30.00").Renewed())
		o.Live("2026-12-01")
		if _, err := o.SendBills(t.Context(), apptest.Date("2026-12-01")); err != nil {
			t.Fatal(err)
		}
		unpaid := o.letters.bills[len(o.letters.bills)-1].Unpaid
		var last []string
		for _, s := range unpaid.Steps {
			if s.Kind == standing.StepLastDay {
				last = append(last, fmt.Sprint(unpaid.Enrollments[s.Enrollment].Kind, " ", s.On, " ", s.Amount, " ", s.Month))
			}
		}
		slices.Sort(last)
		apptest.Check(t, "the last days", last, []string{"dental 2027-01-23 266.00 2026-12", "medical 2027-03-23 412.00 2027-01"})
	})
}
