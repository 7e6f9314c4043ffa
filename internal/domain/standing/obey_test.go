package standing_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
)

// plan is coverage over the year end, as a test tells it.
type plan struct {
	kind    enrollment.Kind
	help    bool
	renews  bool
	price   [2]int64    // dollars a month, this year and next
	through civil.Month // paid in time until then
}

// twoPlans is a household that is covered since August 2026 and kept every letter.
func twoPlans(p *profile.Profile, plans []plan) *life {
	l := &life{p: p, selected: day("2026-07-01")}
	l.facts.Kind = enrollment.AccountIndividual
	for _, x := range plans {
		years := [2][2]string{{"2026-08", "2026-12"}, {"2027-01", "2027-12"}}
		for year, months := range years {
			if year == 1 && !x.renews {
				continue
			}
			premium := enrollment.Premium{Gross: money.Dollars(500), Member: money.Dollars(x.price[year])}
			if x.help {
				premium.APTC = money.Dollars(100)
			}
			e := standing.Enrollment{
				ID: enrollment.ID{UUID: ident.UUID{15: byte(len(l.facts.Enrollments) + 1)}}, Kind: x.kind, Renewal: true,
				First: month(months[0]), Last: month(months[1]), Notices: []standing.Sent{},
				Segments: []enrollment.Segment{{From: month(months[0]), To: month(months[1]), Premium: premium}},
			}
			for m := e.First; !m.After(x.through) && !m.After(e.Last); m = m.Next() {
				l.charge(&e, m)
				c := &e.Charges[len(e.Charges)-1]
				c.Paid, c.PaidOn = c.Share, c.DueOn
			}
			l.facts.Enrollments = append(l.facts.Enrollments, e)
		}
	}
	return l
}

// until lets the days after one pass up to another, with what is paid on it.
func (l *life) until(t fatal, from, to civil.Date, paid money.Amount) {
	l.selected = from.AddDays(1)
	if paid.IsPositive() {
		l.receipts = append(l.receipts, receipt{to, to, paid})
	}
	l.live(t, to, true)
}

// keeps tells whether nothing is past due of plans, and of what continues them,
// on a day, but for what had ended before.
func (l *life) keeps(asked standing.Timeline, before standing.Standing, on civil.Date) bool {
	for i, now := range standing.Evaluate(l.p, l.facts, on).Enrollments {
		named := slices.ContainsFunc(asked.Enrollments, func(x standing.EnrollmentStanding) bool { return x.Kind == now.Kind })
		if !named || before.Enrollments[i].State == standing.StateEnded {
			continue
		}
		if now.PastDue.IsPositive() || now.State == standing.StatePastDue || now.State == standing.StateEnding || now.Rule == "R-DUE-5" {
			return false
		}
	}
	return true
}

// MA-DLQ-5: who pays exactly what a date of a time line asks for, on that day,
// has kept the plans that it is about, over the year end as well.
func TestADateThatIsObeyedKeepsThePlan(t *testing.T) {
	t.Parallel()
	for _, p := range []*profile.Profile{massachusetts(t), strict(t)} {
		p := *p
		p.Terminate.AutoRelease = profile.Always(true)
		t.Run(p.ID, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				plans := []plan{drawPlan(t, enrollment.KindMedical), drawPlan(t, enrollment.KindDental)}
				asOf := day("2026-07-24").AddDays(rapid.IntRange(0, 220).Draw(t, "as of"))
				l := twoPlans(&p, plans)
				l.until(t, day("2026-06-30"), asOf, money.Zero)
				before := standing.Evaluate(&p, l.facts, asOf)
				var asked []standing.Timeline
				for _, line := range before.Timelines(func(standing.EnrollmentStanding) bool { return true }) {
					for _, step := range line.Steps {
						if (step.Kind == standing.StepPay || step.Kind == standing.StepLastDay) && !step.On.Before(asOf) {
							asked = append(asked, standing.Timeline{Enrollments: line.Enrollments, Steps: []standing.Step{step}})
						}
					}
				}
				if len(asked) == 0 {
					return
				}
				line := rapid.SampledFrom(asked).Draw(t, "date")
				step := line.Steps[0]
				for _, short := range []money.Amount{money.Zero, money.Cents(1)} {
					l := twoPlans(&p, plans)
					l.until(t, day("2026-06-30"), step.On, step.Amount.Sub(short))
					if got := l.keeps(line, before, step.On.AddDays(1)); got != short.IsZero() {
						t.Fatalf("%s asks on %s for %s by %s: short by %s it keeps the plan: %t\n%s", kinds(line), asOf, step.Amount, step.On, short, got, strings.Join(l.log, "\n"))
					}
				}
			})
		})
	}
}

func kinds(line standing.Timeline) string {
	var all []string
	for _, e := range line.Enrollments {
		all = append(all, fmt.Sprint(e.Kind, " ", e.Start))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func drawPlan(t *rapid.T, kind enrollment.Kind) plan {
	name := string(kind)
	x := plan{kind: kind, help: kind == enrollment.KindMedical && rapid.Bool().Draw(t, name+" help"), renews: rapid.IntRange(0, 4).Draw(t, name+" renews") > 0}
	for year := range x.price {
		x.price[year] = rapid.SampledFrom([]int64{15, 40, 103}).Draw(t, name+" price")
	}
	x.through = month("2026-07").Add(rapid.IntRange(0, 6).Draw(t, name+" paid"))
	return x
}

// REG-23: next year's coverage does not go on from an old year that ended by a
// last day of its own or a later one, it ends with it. Either end stands.
func TestEndsOverTheYearEnd(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		help    bool
		through string
		want    []string // the ends
		on      map[string]string
	}{
		{true, "2026-09", []string{"end 2026-10 R-DUE-1", "end 2026-10 R-DUE-1"}, map[string]string{"massachusetts": "2026-12-31", "massachusetts-strict": "2026-12-24"}},
		{true, "2026-10", []string{"end 2026-11 R-DUE-1", "end 2026-11 R-DUE-1"}, map[string]string{"massachusetts": "2027-01-31", "massachusetts-strict": "2027-01-24"}},
		{true, "2026-11", []string{"end 2026-12 R-DUE-1"}, map[string]string{"massachusetts": "2027-03-03", "massachusetts-strict": "2027-02-24"}},
		{false, "2026-11", []string{"end 2026-11 R-DUE-2", "end 2026-11 R-DUE-2"}, map[string]string{"massachusetts": "2026-12-31", "massachusetts-strict": "2026-12-24"}},
		{false, "2026-12", []string{"end 2026-12 R-DUE-2"}, map[string]string{"massachusetts": "2027-01-31", "massachusetts-strict": "2027-01-24"}},
	} {
		for _, p := range []*profile.Profile{massachusetts(t), strict(t)} {
			p := *p
			p.Terminate.AutoRelease = profile.Always(true)
			l := twoPlans(&p, []plan{{kind: enrollment.KindMedical, help: c.help, renews: true, price: [2]int64{103, 110}, through: month(c.through)}})
			l.until(t, day("2026-06-30"), day("2027-05-01"), money.Zero)
			var want, got []string
			for _, end := range c.want {
				want = append(want, c.on[p.ID]+" "+end)
			}
			for _, line := range l.log {
				if words := strings.Fields(line)[1]; words == "end" || words == "undo_end" || words == "withdraw_end" {
					got = append(got, line)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s, help %t, paid through %s: got %q, want %q", p.ID, c.help, c.through, got, want)
			}
		}
	}
}

// R-PAY-4: a check that counts in time brings back both years.
func TestALateCheckUndoesTheEndsOfBothYears(t *testing.T) {
	t.Parallel()
	for _, p := range []*profile.Profile{massachusetts(t), strict(t)} {
		p := *p
		p.Terminate.AutoRelease = profile.Always(true)
		l := twoPlans(&p, []plan{{kind: enrollment.KindMedical, renews: true, price: [2]int64{103, 110}, through: month("2026-11")}})
		l.receipts = []receipt{{arrives: day("2027-01-04"), counts: day("2026-12-23"), amount: cents("213.00")}}
		l.until(t, day("2026-06-30"), day("2027-01-05"), money.Zero)
		for i, want := range []standing.State{standing.StateEnded, standing.StateActive} {
			if got := standing.Evaluate(&p, l.facts, day("2027-01-05")).Enrollments[i]; got.State != want || got.Rule == "R-DUE-5" {
				t.Errorf("%s: year %d is %s by %s, want %s", p.ID, i, got.State, got.Rule, want)
			}
		}
	}
}

// R-BILL-7: what a month of another plan was raised by is paid after all that is
// due by its own day. Only what comes before the plan is counted.
func TestARiseOfAnotherPlanThatHasTime(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	for _, c := range []struct {
		due, own string // when the rise of medical, and of dental if there is one, is due
		asks     string
	}{
		{"2026-06-22", "", "237.00"}, // before dental July
		{"2026-06-23", "", "236.00"}, // after it
		{"2026-07-05", "", "236.00"},
		{"2026-06-23", "2026-06-23", "238.00"},
		{"2026-07-05", "2026-06-23", "237.00"},
	} {
		asOf := day("2026-06-01")
		facts := story{dental: true, renewal: true, share: "15.00", first: "2026-06"}.with(kept()).facts(p, asOf)
		medical := story{help: true, renewal: true, share: "103.00", first: "2026-06"}.with(kept("past_due 2026-06 on 2026-06-01")).facts(p, asOf).Enrollments[0]
		medical.ID.UUID[15] = 2
		raise(&medical.Charges[0], c.due)
		if c.own != "" {
			raise(&facts.Enrollments[0].Charges[0], c.own)
		}
		facts.Enrollments = append(facts.Enrollments, medical)
		if got, want := letters(standing.Evaluate(p, facts, asOf)), "past_due 2026-06 on 2026-06-01 pay "+c.asks+" by 2026-06-23"; got != want {
			t.Errorf("due %s, its own %s: got %s, want %s", c.due, c.own, got, want)
		}
	}
}

// raise makes a month a dollar dearer.
func raise(c *standing.Charge, due string) {
	c.Share, c.Raised, c.RaisedDueOn = c.Share.Add(cents("1.00")), cents("1.00"), day(due)
}
