package standing_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
)

// drawFacts makes any facts: charges paid in any way, decisions in any order,
// several on one day.
func drawFacts(t *rapid.T, p *profile.Profile) standing.Facts {
	first := civil.MustParseMonth("2026-03")
	facts := standing.Facts{Kind: rapid.SampledFrom([]enrollment.AccountKind{enrollment.AccountIndividual, enrollment.AccountGroup}).Draw(t, "kind")}
	for i := range rapid.IntRange(1, 3).Draw(t, "enrollments") {
		e := standing.Enrollment{
			ID: enrollment.ID{UUID: ident.UUID{15: byte(i + 1)}}, Kind: enrollment.KindMedical,
			Renewal: rapid.Bool().Draw(t, "renewal"), First: first, Last: civil.MustParseMonth("2026-12"),
		}
		for m := range rapid.IntRange(0, 8).Draw(t, "charges") {
			share := money.Cents(rapid.Int64Range(0, 3).Draw(t, "share"))
			c := standing.Charge{
				Month: first.Add(m), DueOn: p.DueOn(first.Add(m)), Share: share,
				Paid: money.Cents(rapid.Int64Range(0, share.Cents()).Draw(t, "paid")), Subsidised: rapid.Bool().Draw(t, "help"),
			}
			if c.Paid.IsPositive() {
				c.PaidOn = c.DueOn.AddDays(rapid.IntRange(-20, 40).Draw(t, "paid on"))
			}
			e.Charges = append(e.Charges, c)
		}
		kinds := []standing.DecisionKind{
			standing.DecisionEffectuate, standing.DecisionRoll, standing.DecisionLapse, standing.DecisionGrace, standing.DecisionEnd,
			standing.DecisionReinstate, standing.DecisionCancel, standing.DecisionWaive,
		}
		for range rapid.IntRange(0, 5).Draw(t, "decisions") {
			e.Decisions = append(e.Decisions, standing.Decision{
				Kind: rapid.SampledFrom(kinds).Draw(t, "decision"), Month: first.Add(rapid.IntRange(0, 6).Draw(t, "month")),
				On: first.First().AddDays(rapid.IntRange(0, 2).Draw(t, "on") * 30),
			})
		}
		facts.Enrollments = append(facts.Enrollments, e)
	}
	return facts
}

// The order in which facts are read does not matter: any permutation of them
// gives the same standing, for each enrollment and for the account.
func TestAnyOrderOfFactsGivesTheSameStanding(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	rapid.Check(t, func(t *rapid.T) {
		facts := drawFacts(t, p)
		asOf := civil.MustParseDate("2026-02-20").AddDays(rapid.IntRange(0, 320).Draw(t, "as of"))
		want := standing.Evaluate(p, facts, asOf)
		shuffled := standing.Facts{Kind: facts.Kind, Enrollments: rapid.Permutation(facts.Enrollments).Draw(t, "enrollments")}
		for i := range shuffled.Enrollments {
			e := &shuffled.Enrollments[i]
			e.Charges = rapid.Permutation(e.Charges).Draw(t, "charges in another order")
			e.Decisions = rapid.Permutation(e.Decisions).Draw(t, "decisions in another order")
		}
		got := standing.Evaluate(p, shuffled, asOf)
		slices.SortFunc(got.Enrollments, func(a, b standing.EnrollmentStanding) int { return a.ID.Compare(b.ID.UUID) })
		for i := range want.Enrollments {
			if got.Enrollments[i] != want.Enrollments[i] {
				t.Fatalf("on %s\ngot  %+v\nwant %+v", asOf, got.Enrollments[i], want.Enrollments[i])
			}
		}
		got.Enrollments, want.Enrollments = nil, nil
		if got.TotalDue != want.TotalDue || got.PastDue != want.PastDue || got.KeepsCoverage != want.KeepsCoverage || got.KeepsBy != want.KeepsBy || got.NextReview != want.NextReview {
			t.Fatalf("on %s\ngot  %+v\nwant %+v", asOf, got, want)
		}
	})
}

// Between two reviews nothing changes but by new facts: the standing on any
// day before NextReview is that of today. GraceMonth and states may only move
// on a review day, so a night that was missed is caught up the next time.
func TestNothingChangesBeforeTheNextReview(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	rapid.Check(t, func(t *rapid.T) {
		facts := drawFacts(t, p)
		asOf := civil.MustParseDate("2026-02-20").AddDays(rapid.IntRange(0, 320).Draw(t, "as of"))
		today := standing.Evaluate(p, facts, asOf)
		until := asOf.AddDays(400)
		if !today.NextReview.IsZero() {
			until = today.NextReview.AddDays(-1)
		}
		if until.Before(asOf) {
			t.Fatalf("review on %s is not after %s", today.NextReview, asOf)
		}
		later := asOf.AddDays(rapid.IntRange(0, until.DaysSince(asOf)).Draw(t, "later"))
		then := standing.Evaluate(p, facts, later)
		for i := range today.Enrollments {
			if then.Enrollments[i] != today.Enrollments[i] {
				t.Fatalf("review is due on %q, but between %s and %s\nfrom %+v\nto   %+v", today.NextReview, asOf, later, today.Enrollments[i], then.Enrollments[i])
			}
		}
	})
}

// A cent more can not make a standing worse: paying is never a mistake.
func TestPayingNeverHurts(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	rank := map[standing.State]int{
		standing.StateActive: 0, standing.StatePending: 1, standing.StatePastDue: 2, standing.StateEnding: 3, standing.StateEnded: 4, standing.StateLapsed: 5,
	}
	rapid.Check(t, func(t *rapid.T) {
		facts := drawFacts(t, p)
		asOf := civil.MustParseDate("2026-11-20")
		before := standing.Evaluate(p, facts, asOf)
		for i := range facts.Enrollments {
			open := slices.IndexFunc(facts.Enrollments[i].Charges, func(c standing.Charge) bool { return c.Unpaid().IsPositive() })
			if open < 0 {
				continue
			}
			c := &facts.Enrollments[i].Charges[open] // the oldest one, as money is applied
			c.Paid = c.Paid.Add(money.Cents(1))
			c.PaidOn = asOf
			after := standing.Evaluate(p, facts, asOf).Enrollments[i]
			was := before.Enrollments[i]
			// The track is that of the oldest unpaid month (MA-DLQ-11): when that
			// month is paid, another track may begin, which has an end of its own.
			if after.Track == was.Track && rank[after.State] > rank[was.State] || after.PaidThrough.Before(was.PaidThrough) || was.Unpaid.Less(after.Unpaid) {
				t.Fatalf("a cent turned %+v into %+v", was, after)
			}
		}
	})
}

func BenchmarkEvaluate(b *testing.B) {
	p := massachusetts(b)
	for _, c := range []struct {
		name  string
		story story
		asOf  string
	}{
		{"paid up", helpedMember.paying("2026-06 103.00 on 2026-05-23"), "2026-06-01"},
		{"grace month 3", helpedMember, "2026-08-23"},
		{"a year unpaid", helpedMember, "2027-05-01"},
	} {
		asOf := civil.MustParseDate(c.asOf)
		facts := c.story.facts(p, asOf)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				standing.Evaluate(p, facts, asOf)
			}
		})
	}
}
