package standing_test

import (
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/standing"
)

// threeYears is an account of three years: an enrollment each, renewed twice.
func threeYears(b *testing.B, p *profile.Profile, asOf civil.Date, unpaidFrom string) standing.Facts {
	b.Helper()
	facts := standing.Facts{Kind: enrollment.AccountIndividual}
	for year := range 3 {
		first := civil.NewMonth(2026+year, 1)
		s := story{help: true, renewal: true, share: "103.00", first: first.String(), last: first.Add(11).String()}
		for m := first; !m.After(first.Add(11)) && (unpaidFrom == "" || m.String() < unpaidFrom); m = m.Next() {
			s = s.paying(m.String() + " 103.00 on " + m.Prev().On(20).String())
		}
		e := s.facts(p, asOf).Enrollments[0]
		e.ID.UUID[15] = byte(year + 1)
		facts.Enrollments = append(facts.Enrollments, e)
	}
	return facts
}

// withLetters is the account with every letter sent that is owed on a day, for
// the third year until the day before.
func withLetters(p *profile.Profile, facts standing.Facts, asOf civil.Date) standing.Facts {
	for i := range facts.Enrollments {
		facts.Enrollments[i].Notices = []standing.Sent{}
	}
	for day := civil.MustParseDate("2028-01-01"); day.Before(asOf); day = day.AddDays(1) {
		for _, n := range standing.Evaluate(p, facts, day).Notices {
			e := &facts.Enrollments[n.Enrollment]
			e.Notices = append(e.Notices, standing.Sent{Kind: n.Kind, Month: n.Month, On: day})
		}
	}
	return facts
}

func BenchmarkEvaluate(b *testing.B) {
	p := massachusetts(b)
	for _, c := range []struct {
		name, unpaidFrom, asOf string
		letters                bool
	}{
		{"paid up", "", "2028-11-10", false},
		{"paid up, letters", "", "2028-11-10", true},
		{"grace month 3", "2028-09", "2028-11-10", false},
		{"grace month 3, letters", "2028-09", "2028-11-10", true},
		{"ending", "2028-08", "2028-11-10", false},
		{"ending, letters", "2028-08", "2028-11-10", true},
	} {
		asOf := civil.MustParseDate(c.asOf)
		facts := threeYears(b, p, asOf, c.unpaidFrom)
		if c.letters {
			if facts = withLetters(p, facts, asOf); c.unpaidFrom != "" && len(facts.Enrollments[2].Notices) < 2 {
				b.Fatalf("%s: %d letters", c.name, len(facts.Enrollments[2].Notices))
			}
		}
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				standing.Evaluate(p, facts, asOf)
			}
		})
		b.Run(c.name+", memory used again", func(b *testing.B) {
			var s standing.Standing
			b.ReportAllocs()
			for b.Loop() {
				standing.EvaluateInto(&s, p, &facts, asOf)
			}
		})
	}
}
