package notifying_test

import (
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
)

// R-DUE-6, MA-DLQ-12: the 35 days to have coverage back count from the letter.
// The letter, the pages and the review say the same last day.
func TestTheDaysToHaveCoverageBackCountFromTheLetter(t *testing.T) {
	t.Parallel()
	const released = "2027-01-31"
	for name, row := range map[string]struct{ told, by string }{
		"told the night of the end": {"2027-01-31", "2027-03-07"},
		"told the night after":      {"2027-02-01", "2027-03-08"},
		"told days later":           {"2027-02-04", "2027-03-11"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachOffice(t, func(t *testing.T, o *office) {
				o.At("2026-11-30")
				h := o.reachable(address, apptest.FullPrice("2027-01", "103.00").Renewed())
				o.Live("2027-01-30")
				o.At(released)
				act := collecting.Act{Account: h.Account, Enrollment: h.Enrollments[0], Actor: "staff:ann", Second: "staff:bo", Reason: "unpaid"}
				if err := o.Collecting.Release(t.Context(), act); err != nil {
					t.Fatal(err)
				}
				apptest.Check(t, "pages before the letter", o.backBy(h), apptest.Date("2027-03-07"))
				o.review(row.told)
				o.sendOwed()
				letter := o.letters.notices[len(o.letters.notices)-1]
				apptest.Check(t, "the letter is about", letter.Kind, standing.NoticeEnded)
				want := apptest.Date(row.by)
				apptest.Check(t, "letter", []civil.Date{letter.By, letter.Enrollments[0].Reinstate.By}, []civil.Date{want, want})
				apptest.Check(t, "pages", o.backBy(h), want)
				apptest.Check(t, "review", o.standing(h).Enrollments[0].Reinstate.By, want)
				o.At("2027-02-20")
				apptest.Check(t, "pages, weeks later", o.backBy(h), want)
				apptest.Check(t, "review, weeks later", o.standing(h).Enrollments[0].Reinstate.By, want)
			})
		})
	}
}

// backBy is the last day to have coverage back that pages show today.
func (o *office) backBy(h apptest.Household) civil.Date {
	o.TB.Helper()
	due, err := o.NewPaying(nil).Due(o.TB.Context(), h.Account)
	if err != nil {
		o.TB.Fatal(err)
	}
	return due.Restart.By
}

// standing is what the review says of a household today.
func (o *office) standing(h apptest.Household) (s standing.Standing) {
	o.TB.Helper()
	err := o.DB.Read(o.TB.Context(), "standing", func(tx *store.ReadTx) error {
		facts, err := tx.ReviewFacts(h.Account)
		if err == nil {
			s = standing.Evaluate(o.Profile, facts.Standing(), o.Today())
		}
		return err
	})
	if err != nil {
		o.TB.Fatal(err)
	}
	return s
}
