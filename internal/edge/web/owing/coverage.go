package owing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/portal"
)

// Coverage is where coverage stands, in the words of a member's home.
func (d View) Coverage() *portal.Coverage {
	c := portal.Coverage{Amount: d.Now(), By: d.PayBy(), Ended: d.endedOn()}
	switch d.situation() {
	case employer:
		c.State = portal.CoverageEmployer
	case starting:
		start, _ := d.First()
		c.State, c.Starts = portal.CoverageNotStarted, start.Start.First()
	case held:
		c.State = portal.CoverageHold
	case planned:
		c.State, c.Amount = portal.CoveragePlan, d.Keeps()
	case ending:
		c.State = portal.CoverageAtRisk
	case pastDue:
		c.State = portal.CoveragePastDue
		if d.grows() {
			c.Amount, c.By = d.keepsLater(), d.lastDay()
		}
		if ends := d.endsBackTo(); !ends.IsZero() {
			c.State, c.Ended = portal.CoverageAtRisk, ends
		}
	case restartable:
		c.State = portal.CoverageRestart
	case restarting:
		c.State = portal.CoverageRestarting
	case ended:
		c.State = portal.CoverageEnded
	case lapsed:
		c.State = portal.CoverageLapsed
	case current, settled:
		c.State, c.Through = portal.CoverageActive, d.paidThrough()
	}
	return &c
}

// endsBackTo is the day that coverage goes back to when the coming due date is
// missed too; zero while more time than that is left.
func (d View) endsBackTo() civil.Date {
	by := d.lastDay()
	for i := range d.Standing.Enrollments {
		for _, s := range d.Standing.Timeline(i) {
			if s.Kind == standing.StepLastDay && s.On == by {
				return s.Month.Last()
			}
		}
	}
	return civil.Date{}
}
