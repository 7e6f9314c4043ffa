package standing_test

import (
	"testing"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/standing"
)

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
