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

func BenchmarkEvaluate(b *testing.B) {
	p := massachusetts(b)
	for _, c := range []struct{ name, unpaidFrom, asOf string }{
		{"paid up", "", "2028-11-10"},
		{"grace month 3", "2028-09", "2028-11-10"},
		{"ending", "2028-08", "2028-11-10"},
	} {
		asOf := civil.MustParseDate(c.asOf)
		facts := threeYears(b, p, asOf, c.unpaidFrom)
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
