package owing

import (
	"testing"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/portal"
)

// The home says where coverage stands (brief 6.4).
func TestCoverage(t *testing.T) {
	t.Parallel()
	in := func(state standing.State) standing.EnrollmentStanding {
		return standing.EnrollmentStanding{
			Kind: enrollment.KindMedical, State: state, Start: civil.MustParseMonth("2027-01"), EndMonth: civil.MustParseMonth("2026-08"),
			PaidThrough: civil.MustParseMonth("2026-11"), Unpaid: money.Cents(30000),
		}
	}
	onHold, onPlan := in(standing.StatePastDue), in(standing.StatePastDue)
	onHold.OnHold, onPlan.Arrangement = true, standing.ArrangementKept
	current := func(d *paying.Due) { d.Standing.PastDue = money.Zero }
	open := func(d *paying.Due) {
		d.Restart = standing.Restart{Kinds: []enrollment.Kind{enrollment.KindMedical}, Amount: money.Cents(45000), Until: d.Today, By: d.Today.AddDays(9)}
	}
	for name, c := range map[string]struct {
		view View
		want portal.CoverageState
	}{
		"paid up":          {view(t, current, in(standing.StateActive)), portal.CoverageActive},
		"past due":         {view(t, nil, in(standing.StatePastDue)), portal.CoveragePastDue},
		"last day passed":  {view(t, nil, in(standing.StateEnding)), portal.CoverageAtRisk},
		"first payment":    {view(t, current, in(standing.StatePending)), portal.CoverageNotStarted},
		"clock stands":     {view(t, nil, onHold), portal.CoverageHold},
		"payment plan":     {view(t, nil, onPlan), portal.CoveragePlan},
		"ended, to be had": {view(t, open, in(standing.StateEnded)), portal.CoverageRestart},
		"ended for good":   {view(t, nil, in(standing.StateEnded)), portal.CoverageEnded},
		"never started":    {view(t, nil, in(standing.StateLapsed)), portal.CoverageLapsed},
		"an employer pays": {view(t, func(d *paying.Due) { d.Kind = enrollment.AccountGroup }, in(standing.StateActive)), portal.CoverageEmployer},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := c.view.Coverage()
			if got.State != c.want {
				t.Errorf("got %s, want %s", got.State, c.want)
			}
			if got.State == portal.CoverageActive && got.Through != civil.MustParseDate("2026-11-30") {
				t.Errorf("paid through %s, want the end of November", got.Through)
			}
		})
	}
}
