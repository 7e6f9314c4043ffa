package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/profile"
)

// IfUnpaid gives the standing on the day after a due date, as the calendar has
// it, if nothing is paid until then: its timelines and conclusions are what
// follows.
func IfUnpaid(p *profile.Profile, facts Facts, due civil.Date) Standing {
	e := evaluator{p: p, facts: &facts}
	return Evaluate(p, facts, e.extended(due).AddDays(1))
}
