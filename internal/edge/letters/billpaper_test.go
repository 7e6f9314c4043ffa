package letters_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// pastDueCoverage is coverage with its dates, the first enrollment of several.
func pastDueCoverage(kind enrollment.Kind, state standing.State) standing.EnrollmentStanding {
	return standing.EnrollmentStanding{Kind: kind, State: state, CureBy: due}
}

// numbered gives steps to an enrollment.
func numbered(index int, steps ...standing.Step) []standing.Step {
	for i := range steps {
		steps[i].Enrollment = index
	}
	return steps
}

// ladder is R-DUE-1, November unpaid on the long track, in its first month.
func ladder(cents int64) []standing.Step {
	november := december.Prev()
	return []standing.Step{
		{On: date("2026-10-23"), Kind: standing.StepUnpaid, Month: november, Amount: money.Cents(cents)},
		{On: date("2026-11-01"), Kind: standing.StepGrace, Month: november, Here: true},
		{On: date("2026-11-23"), Kind: standing.StepPay, Amount: money.Cents(2 * cents)},
		{On: date("2026-12-01"), Kind: standing.StepGrace, Month: december},
		{On: date("2026-12-23"), Kind: standing.StepPay, Amount: money.Cents(3 * cents)},
		{On: date("2027-01-01"), Kind: standing.StepGrace, Month: january},
		{On: date("2027-01-23"), Kind: standing.StepLastDay, Month: november, Amount: money.Cents(4 * cents)},
	}
}

// short is R-DUE-2, the same month on the short track.
func short(cents int64) []standing.Step {
	return []standing.Step{
		{On: date("2026-10-23"), Kind: standing.StepUnpaid, Month: december.Prev(), Amount: money.Cents(cents), Here: true},
		{On: date("2026-11-23"), Kind: standing.StepLastDay, Month: december.Add(-2), Amount: money.Cents(2 * cents)},
	}
}

// Brief 7.5: the paper bill has the dates of all coverage, on a line for each plan
// whose dates differ, and as many as there is room for: what asks for nothing is
// left out first, where it stands never.
func TestTheTimeLinesOfAPaperBill(t *testing.T) {
	t.Parallel()
	health, dental := pastDueCoverage(enrollment.KindMedical, standing.StatePastDue), pastDueCoverage(enrollment.KindDental, standing.StatePastDue)
	gone := pastDueCoverage(enrollment.KindDental, standing.StateEnded)
	back := gone
	back.Reinstate = standing.Reinstatement{By: date("2026-12-05"), Amount: money.Cents(4500)}
	one := []string{
		"October 23, 2026: Payment was due", "November 1, 2026: Extra time to pay begins, here", "November 23, 2026: Pay $200.00 to stay covered",
		"December 23, 2026: Pay $300.00 to stay covered", "January 23, 2027: Last day to pay $400.00",
	}
	three := []string{"Health plan: " + one[1], one[2], one[3], one[4]}
	for name, row := range map[string]struct {
		coverage []standing.EnrollmentStanding
		steps    []standing.Step
		want     []string
	}{
		"one plan": {[]standing.EnrollmentStanding{health}, numbered(0, ladder(10000)...), one},
		"two plans with the same dates": {
			[]standing.EnrollmentStanding{health, dental}, append(numbered(0, ladder(8000)...), numbered(1, ladder(2000)...)...), one,
		},
		"two plans with dates of their own": {
			[]standing.EnrollmentStanding{health, dental},
			append(numbered(0, ladder(10000)...), numbered(1, short(1500)...)...),
			append(three, "Dental plan: October 23, 2026: Payment was due, here", "November 23, 2026: Last day to pay $30.00"),
		},
		"one that is gone for good": {
			[]standing.EnrollmentStanding{gone, health},
			append(numbered(0, standing.Step{On: date("2026-09-30"), Kind: standing.StepEnded, Here: true}), numbered(1, ladder(10000)...)...), one,
		},
		"one that can be had back comes last": {
			[]standing.EnrollmentStanding{back, health},
			append(numbered(0, standing.Step{On: date("2026-10-31"), Kind: standing.StepEnded, Here: true},
				standing.Step{On: date("2026-12-05"), Kind: standing.StepReinstate, Amount: money.Cents(4500)}), numbered(1, ladder(10000)...)...),
			append(three, "Dental plan: October 31, 2026: Coverage ended, here", "December 5, 2026: Last day to pay $45.00"),
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := billed()
			b.Standing.Enrollments, b.Standing.Steps = row.coverage, row.steps
			w, err := writerOf(t).Bill(b)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, drawn(w)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			printed(t, w)
		})
	}
}

// docs/BILL-PDF.md: a paper bill takes at most 40 KB, in each language, with as much
// as there is to say of a household: two plans past due on dates of their own, its
// money, and the notice of language help.
func TestAPaperBillIsSmallInEveryLanguage(t *testing.T) {
	t.Parallel()
	for _, lang := range catalogue.Langs() {
		t.Run(string(lang), func(t *testing.T) {
			t.Parallel()
			b := billed()
			b.Reader.Language = string(lang)
			b.Standing.Enrollments = []standing.EnrollmentStanding{
				pastDueCoverage(enrollment.KindMedical, standing.StatePastDue), pastDueCoverage(enrollment.KindDental, standing.StatePastDue),
			}
			b.Standing.Steps = append(numbered(0, ladder(10000)...), numbered(1, short(1500)...)...)
			b.Unpaid = b.Standing
			b.Events = append(b.Events, b.Events...)
			w, err := writerOf(t).Bill(b)
			if err != nil {
				t.Fatal(err)
			}
			if n := len(printed(t, w)); n > 40_000 {
				t.Errorf("%d bytes", n)
			}
		})
	}
}

// drawn lists the dates of a paper bill.
func drawn(w notifying.Words) []string {
	var all []string
	for _, s := range w.Bill.Status.Steps {
		line := fmt.Sprintf("%s: %s", s.When, s.What)
		if s.Plan != "" {
			line = s.Plan + ": " + line
		}
		if s.Here != "" {
			line += ", here"
		}
		all = append(all, line)
	}
	return all
}

// Where the days of two plans in one letter differ, each has its own list.
func TestALetterWithTheDatesOfTwoPlans(t *testing.T) {
	t.Parallel()
	n := notice(standing.NoticePastDue, "2026-11-02", december.Prev(), 21500, "2026-11-23")
	n.Enrollments = covered(standing.StatePastDue, enrollment.KindMedical, enrollment.KindDental)
	n.Dates = []standing.Timeline{
		{Enrollments: n.Enrollments[:1], Steps: ladder(10000)}, {Enrollments: n.Enrollments[1:], Steps: short(1500)},
	}
	w, err := writerOf(t).Notice(n)
	if err != nil {
		t.Fatal(err)
	}
	rest := w.Text
	for _, want := range []string{
		"Your coverage dates: health plan", "January 23, 2027: Last day. Pay $400.00",
		"Your coverage dates: dental plan", "November 23, 2026: Last day. Pay $30.00",
	} {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Errorf("the letter lacks %q where it should be:\n%s", want, w.Text)
		}
		rest = after
	}
}
