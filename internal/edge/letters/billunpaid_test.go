package letters_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/profiles"
	"quittance.org/quittance/web"
)

// unpaidOn is what follows if a month that is billed for the first time is not
// paid: each enrollment has paid the months before, unless it is new.
func unpaidOn(p *profile.Profile, m civil.Month, enrollments ...standing.Enrollment) standing.Standing {
	for i := range enrollments {
		e := &enrollments[i]
		e.First, e.Last = m.Prev(), m.Add(11)
		if !e.Renewal {
			e.First = m
		} else {
			paid := e.Charges[0]
			paid.Month, paid.DueOn, paid.Paid = m.Prev(), p.DueOn(m.Prev()), paid.Share
			paid.PaidOn = paid.DueOn
			e.Charges = append(e.Charges, paid)
		}
		e.Charges[0].Month, e.Charges[0].DueOn = m, p.DueOn(m)
		e.Notices = []standing.Sent{}
	}
	return standing.IfUnpaid(p, standing.Facts{Enrollments: enrollments}, p.DueOn(m))
}

func unpaidPlan(kind enrollment.Kind, cents int64, subsidised, renewal bool) standing.Enrollment {
	e := standing.Enrollment{Kind: kind, Renewal: renewal, Charges: []standing.Charge{{Share: money.Cents(cents), Gross: money.Cents(cents), Subsidised: subsidised}}}
	e.ID.UUID[15] = kind[0]
	return e
}

// Vectors 5 and 7, MA-DLQ-3, R-BIND-2: what happens if a bill is not paid stands
// on it for each plan, with the days that the profile gives.
func TestWhatHappensIfABillIsNotPaid(t *testing.T) {
	t.Parallel()
	june := civil.MustParseMonth("2026-06")
	health, dental := unpaidPlan(enrollment.KindMedical, 10300, true, true), unpaidPlan(enrollment.KindDental, 3000, false, true)
	firstHealth, firstDental := unpaidPlan(enrollment.KindMedical, 10300, true, false), unpaidPlan(enrollment.KindDental, 3000, false, false)
	held := unpaidPlan(enrollment.KindMedical, 10300, true, true)
	held.Holds = []standing.Hold{{From: date("2026-05-01")}}
	ladder := []string{
		"June 1, 2026: Extra time to pay (grace period) begins.",
		"June 23, 2026: Pay $206.00 by this day to stay covered.",
		"July 1, 2026: Extra time to pay goes on. Your plan may wait before it pays for your care.",
		"July 23, 2026: Pay $309.00 by this day to stay covered.",
		"August 1, 2026: Extra time to pay goes on. Your plan may wait before it pays for your care.",
		"August 23, 2026: Last day. Pay $412.00, or your coverage ends and goes back to June 30, 2026.",
	}
	ladderWith := slices.Clone(ladder) // June of dental is paid before July
	ladderWith[1] = "June 23, 2026: Pay $236.00 by this day to stay covered."
	const lapses = "Your coverage does not start on June 1, 2026, and you owe nothing for it. To get coverage after that, call us or apply again."
	for name, row := range map[string]struct {
		profile string
		plans   []standing.Enrollment
		want    map[string][]string
	}{
		"subsidised health and dental that is not": {profiles.Default, []standing.Enrollment{health, dental}, map[string][]string{
			"What happens if you don't pay: health plan": ladderWith,
			"What happens if you don't pay: dental plan": {"June 23, 2026: Last day. Pay $266.00, or your coverage ends and goes back to May 31, 2026."},
		}},
		"one plan": {profiles.Default, []standing.Enrollment{health}, map[string][]string{"What happens if you don't pay": ladder}},
		"a first bill": {profiles.Default, []standing.Enrollment{firstHealth, firstDental}, map[string][]string{
			"What happens if you don't pay": {"Your coverage does not start on June 1, 2026. You can still start on July 1, 2026, if you pay your first bill by June 23, 2026."},
		}},
		"a first bill, strictly read": {"massachusetts-strict", []standing.Enrollment{firstHealth, firstDental}, map[string][]string{"What happens if you don't pay": {lapses}}},
		"the clock stands":            {profiles.Default, []standing.Enrollment{held}, map[string][]string{"What happens if you don't pay": {"You still owe the amount. Your next bill shows it as past due."}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := profiles.Open(row.profile)
			if err != nil {
				t.Fatal(err)
			}
			b := billed()
			if !row.plans[0].Renewal {
				b = firstBilled()
			}
			b.Bill.Month, b.Bill.DueOn = june, p.DueOn(june)
			b.Unpaid = unpaidOn(p, june, cloned(row.plans)...)
			w := letters.Writer{Catalogue: words(t, web.Messages()), Profile: p, BaseURL: base}
			doc, err := w.Bill(b)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(row.want, unpaidSections(doc)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			printed(t, doc)
		})
	}
	b := billed()
	b.Bill.Lines = []bill.Line{{Kind: bill.LinePrevious, Amount: money.Cents(-100000)}}
	b.Bill.Total = money.Cents(-1)
	if w, err := writerOf(t).Bill(b); err != nil || len(unpaidSections(w)) != 0 {
		t.Errorf("a bill that asks for nothing says %v, %v", unpaidSections(w), err)
	}
}

func cloned(plans []standing.Enrollment) []standing.Enrollment {
	all := make([]standing.Enrollment, len(plans))
	for i, e := range plans {
		all[i] = e
		all[i].Charges = append([]standing.Charge{}, e.Charges...)
	}
	return all
}

func unpaidSections(w notifying.Words) map[string][]string {
	all := map[string][]string{}
	for _, s := range w.Bill.More {
		if len(s.Heading) >= 20 && s.Heading[:20] == "What happens if you " {
			all[s.Heading] = append(append([]string{}, s.Paragraphs...), s.Points...)
		}
	}
	return all
}
