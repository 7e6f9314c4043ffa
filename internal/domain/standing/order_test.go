package standing_test

import (
	"cmp"
	"slices"
	"strings"
	"testing"

	compare "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
)

// drawFacts makes any facts that may be known on a day: charges paid in any
// way, decisions, relief and money in any order, several on one day.
func drawFacts(t *rapid.T, p *profile.Profile, asOf civil.Date) standing.Facts {
	first := civil.MustParseMonth("2026-03")
	day := func(name string) civil.Date {
		return asOf.AddDays(-rapid.IntRange(0, 200).Draw(t, name))
	}
	facts := standing.Facts{Kind: rapid.SampledFrom([]enrollment.AccountKind{enrollment.AccountIndividual, enrollment.AccountGroup}).Draw(t, "kind")}
	for range rapid.IntRange(0, 2).Draw(t, "credits") {
		facts.Credits = append(facts.Credits, standing.Credit{On: day("credit on"), Amount: money.Cents(rapid.Int64Range(1, 9).Draw(t, "credit"))})
	}
	for range rapid.IntRange(0, 2).Draw(t, "extensions") {
		due := p.DueOn(first.Add(rapid.IntRange(0, 8).Draw(t, "extended")))
		facts.Extensions = append(facts.Extensions, standing.Extension{Due: due, Until: due.AddDays(rapid.IntRange(1, 20).Draw(t, "longer"))})
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "enrollments") {
		e := standing.Enrollment{
			ID: enrollment.ID{UUID: ident.UUID{15: byte(i + 1)}}, Kind: enrollment.KindMedical,
			Renewal: rapid.Bool().Draw(t, "renewal"), First: first, Last: civil.MustParseMonth("2026-12"),
		}
		switch i {
		case 1: // may continue the first one
			e.First, e.Last = civil.MustParseMonth("2027-01"), civil.MustParseMonth("2027-12")
		case 2:
			e.Kind = enrollment.KindDental
		}
		drawCharges(t, p, &e, asOf)
		drawDecisions(t, &e, day)
		drawRelief(t, &e, day)
		facts.Enrollments = append(facts.Enrollments, e)
	}
	return facts
}

func drawCharges(t *rapid.T, p *profile.Profile, e *standing.Enrollment, asOf civil.Date) {
	for m := range rapid.IntRange(0, 8).Draw(t, "charges") {
		share := money.Cents(rapid.Int64Range(0, 3).Draw(t, "share"))
		c := standing.Charge{
			Month: e.First.Add(m), DueOn: p.DueOn(e.First.Add(m)), Share: share,
			Paid: money.Cents(rapid.Int64Range(0, share.Cents()).Draw(t, "paid")), Subsidised: rapid.Bool().Draw(t, "help"),
			Reversed: rapid.IntRange(0, 5).Draw(t, "reversed") == 0, Returned: rapid.Bool().Draw(t, "returned"),
		}
		if c.Reversed {
			c.Paid = money.Zero
		}
		if c.Paid.IsPositive() {
			c.PaidOn = c.DueOn.AddDays(rapid.IntRange(-20, 40).Draw(t, "paid on"))
			if c.PaidOn.After(asOf) {
				c.PaidOn = asOf
			}
		}
		if share.IsPositive() && rapid.Bool().Draw(t, "rises") {
			c.Raised, c.RaisedDueOn, c.FirstPaidOn = money.Cents(1), c.DueOn.AddDays(rapid.IntRange(1, 60).Draw(t, "rise due")), c.PaidOn
		}
		e.Charges = append(e.Charges, c)
	}
}

func drawDecisions(t *rapid.T, e *standing.Enrollment, day func(string) civil.Date) {
	kinds := []standing.DecisionKind{
		standing.DecisionEffectuate, standing.DecisionRoll, standing.DecisionLapse, standing.DecisionGrace, standing.DecisionLeaveGrace,
		standing.DecisionProposeEnd, standing.DecisionWithdraw, standing.DecisionEnd, standing.DecisionReinstate, standing.DecisionCancel,
		standing.DecisionWaive, standing.DecisionUndoStart, standing.DecisionUndoRoll, standing.DecisionUndoLapse, standing.DecisionUndoEnd,
	}
	for range rapid.IntRange(0, 5).Draw(t, "decisions") {
		e.Decisions = append(e.Decisions, standing.Decision{
			Kind: rapid.SampledFrom(kinds).Draw(t, "decision"), Month: e.First.Add(rapid.IntRange(0, 6).Draw(t, "month")), On: day("decided"),
		})
	}
}

func drawRelief(t *rapid.T, e *standing.Enrollment, day func(string) civil.Date) {
	for range rapid.IntRange(0, 1).Draw(t, "waivers") {
		e.Waivers = append(e.Waivers, standing.Waiver{From: e.First.Add(1), To: e.First.Add(rapid.IntRange(1, 4).Draw(t, "waived")), Percent: 50})
	}
	for range rapid.IntRange(0, 2).Draw(t, "holds") {
		h := standing.Hold{From: day("held")}
		if rapid.Bool().Draw(t, "ends") {
			h.To = h.From.AddDays(rapid.IntRange(0, 60).Draw(t, "held for"))
		}
		e.Holds = append(e.Holds, h)
	}
	for range rapid.IntRange(0, 1).Draw(t, "arrangements") {
		a := standing.Arrangement{MadeOn: day("arranged"), Through: e.First.Add(rapid.IntRange(0, 5).Draw(t, "through"))}
		for k := range 3 {
			a.Payments = append(a.Payments, standing.Installment{DueOn: a.MadeOn.AddDays(30 * (k + 1)), Amount: money.Cents(2)})
		}
		e.Arrangements = append(e.Arrangements, a)
	}
	if rapid.Bool().Draw(t, "notices kept") {
		e.Notices = []standing.Sent{}
		for range rapid.IntRange(0, 2).Draw(t, "notices") {
			kind := rapid.SampledFrom([]standing.NoticeKind{standing.NoticeEndWarning, standing.NoticeEnded, standing.NoticePastDue}).Draw(t, "notice")
			e.Notices = append(e.Notices, standing.Sent{Kind: kind, Month: e.First.Add(rapid.IntRange(0, 6).Draw(t, "notice for")), On: day("sent")})
		}
	}
}

var opaque = cmpopts.EquateComparable(civil.Month{}, civil.Date{}, money.Amount{}, standing.EnrollmentStanding{}, standing.Step{}, standing.Conclusion{}, standing.Notice{})

// byID puts a standing in the order of its enrollments' ids.
func byID(s standing.Standing) standing.Standing {
	rank := make([]int, len(s.Enrollments))
	for i := range s.Enrollments {
		rank[i] = int(s.Enrollments[i].ID.UUID[15])
	}
	slices.SortFunc(s.Enrollments, func(a, b standing.EnrollmentStanding) int { return a.ID.Compare(b.ID.UUID) })
	for i := range s.Steps {
		s.Steps[i].Enrollment = rank[s.Steps[i].Enrollment]
	}
	for i := range s.Conclusions {
		s.Conclusions[i].Enrollment = rank[s.Conclusions[i].Enrollment]
	}
	for i := range s.Notices {
		s.Notices[i].Enrollment = rank[s.Notices[i].Enrollment]
	}
	slices.Sort(s.Restart.Kinds)
	slices.SortStableFunc(s.Steps, func(a, b standing.Step) int { return a.Enrollment - b.Enrollment })
	slices.SortStableFunc(s.Conclusions, func(a, b standing.Conclusion) int { return a.Enrollment - b.Enrollment })
	slices.SortStableFunc(s.Notices, func(a, b standing.Notice) int {
		return cmp.Or(a.Enrollment-b.Enrollment, strings.Compare(string(a.Kind), string(b.Kind)), a.Month.Compare(b.Month), a.On.Compare(b.On))
	})
	return s
}

func drawDay(t *rapid.T, name string) civil.Date {
	return civil.MustParseDate("2026-02-20").AddDays(rapid.IntRange(0, 420).Draw(t, name))
}

// The order in which facts are read does not matter: any permutation of them
// gives the same standing, for each enrollment and for the account.
func TestAnyOrderOfFactsGivesTheSameStanding(t *testing.T) {
	t.Parallel()
	for _, p := range []*profile.Profile{massachusetts(t), strict(t)} {
		rapid.Check(t, func(t *rapid.T) {
			asOf := drawDay(t, "as of")
			facts := drawFacts(t, p, asOf)
			want := byID(standing.Evaluate(p, facts, asOf))
			got := byID(standing.Evaluate(p, shuffle(t, facts), asOf))
			if diff := compare.Diff(want, got, opaque); diff != "" {
				t.Fatalf("on %s (-want +got):\n%s", asOf, diff)
			}
		})
	}
}

func shuffle(t *rapid.T, facts standing.Facts) standing.Facts {
	s := facts
	s.Enrollments = permuted(t, facts.Enrollments)
	s.Credits, s.Extensions = permuted(t, facts.Credits), permuted(t, facts.Extensions)
	for i := range s.Enrollments {
		e := &s.Enrollments[i]
		e.Charges, e.Decisions = permuted(t, e.Charges), permuted(t, e.Decisions)
		e.Waivers, e.Holds, e.Arrangements = permuted(t, e.Waivers), permuted(t, e.Holds), permuted(t, e.Arrangements)
		e.Notices = permuted(t, e.Notices)
		for k := range e.Arrangements {
			e.Arrangements[k].Payments = permuted(t, e.Arrangements[k].Payments)
		}
	}
	return s
}

// permuted keeps the difference between nil and empty, which has a meaning.
func permuted[T any](t *rapid.T, list []T) []T {
	if len(list) == 0 {
		return list
	}
	return rapid.Permutation(list).Draw(t, "order")
}

// Between two reviews nothing changes but by new facts: standing, decisions
// and letters on any day before NextReview are those of today, so a night on
// which an account is not looked at misses nothing.
func TestNothingChangesBeforeTheNextReview(t *testing.T) {
	t.Parallel()
	for _, p := range []*profile.Profile{massachusetts(t), strict(t)} {
		rapid.Check(t, func(t *rapid.T) {
			asOf := drawDay(t, "as of")
			facts := drawFacts(t, p, asOf)
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
			undated(&today)
			undated(&then)
			if diff := compare.Diff(today, then, opaque); diff != "" {
				t.Fatalf("review is due on %q, but between %s and %s (-then +now):\n%s", today.NextReview, asOf, later, diff)
			}
		})
	}
}

// undated takes out what is a day itself: the day from which a conclusion
// drawn today takes effect, and the place on the timeline.
func undated(s *standing.Standing) {
	for i := range s.Conclusions {
		switch c := &s.Conclusions[i]; c.Kind {
		case standing.DecisionLeaveGrace, standing.DecisionWithdraw:
			c.EffectiveOn = civil.Date{}
		}
	}
	for i := range s.Steps {
		s.Steps[i].Here = false
	}
}

// A timeline is at exactly one step, and its steps are in the order of days.
func TestTimelineIsAtOneStep(t *testing.T) {
	t.Parallel()
	p := massachusetts(t)
	rapid.Check(t, func(t *rapid.T) {
		asOf := drawDay(t, "as of")
		s := standing.Evaluate(p, drawFacts(t, p, asOf), asOf)
		total := 0
		for i := range s.Enrollments {
			steps := s.Timeline(i)
			total += len(steps)
			here := 0
			for k, step := range steps {
				if step.Here {
					here++
				}
				if k > 0 && step.On.Before(steps[k-1].On) {
					t.Fatalf("steps out of order: %+v", steps)
				}
			}
			if len(steps) > 0 && here != 1 {
				t.Fatalf("at %d steps: %+v", here, steps)
			}
		}
		if total != len(s.Steps) {
			t.Fatalf("%d of %d steps belong to an enrollment", total, len(s.Steps))
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
		asOf := civil.MustParseDate("2026-11-20")
		facts := drawFacts(t, p, asOf)
		before := standing.Evaluate(p, facts, asOf)
		for i := range facts.Enrollments {
			open := slices.IndexFunc(facts.Enrollments[i].Charges, func(c standing.Charge) bool { return c.Unpaid().IsPositive() && !c.Reversed })
			if open < 0 || slices.ContainsFunc(facts.Enrollments[i].Charges, func(c standing.Charge) bool { return c.Returned }) {
				continue // a first payment that came back undoes the start for as long as nothing else is paid
			}
			if slices.ContainsFunc(before.Conclusions, func(c standing.Conclusion) bool {
				return c.Enrollment == i && strings.HasPrefix(string(c.Kind), "undo_")
			}) {
				continue // a contradicted decision may come to stand again
			}
			c := &facts.Enrollments[i].Charges[open] // the oldest one, as money is applied
			c.Paid = c.Paid.Add(money.Cents(1))
			c.PaidOn = asOf
			after := standing.Evaluate(p, facts, asOf).Enrollments[i]
			was := before.Enrollments[i]
			// The track is that of the first missed month (MA-DLQ-11): when all
			// that was past due is paid, another track may begin later.
			if after.Track == was.Track && rank[after.State] > rank[was.State] || after.PaidThrough.Before(was.PaidThrough) || was.State != standing.StateLapsed && was.Start == after.Start && was.Unpaid.Less(after.Unpaid) {
				t.Fatalf("a cent turned %+v into %+v", was, after)
			}
			before = standing.Evaluate(p, facts, asOf)
		}
	})
}
