package app

import (
	"context"

	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/app/exchanging"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/profile"
)

// tellCarriers tells carriers of what was decided, and counts what they have
// not confirmed in time (R-BIND-4). It goes by today, also for a date that is
// run late: a carrier was not told before it was.
func (a *App) tellCarriers(ctx context.Context, date civil.Date) (closing.Counts, error) {
	told, err := a.Exchanging.Tell(ctx)
	if err != nil {
		return closing.Counts{{Name: "told", N: told}}, err
	}
	c, err := a.Exchanging.Counts(ctx)
	if late := c.LateToTell + c.LateAnswer; late > 0 {
		a.config.Log.WarnContext(ctx, "carriers are late", "date", date, "late", late)
	}
	return closing.Counts{
		{Name: "told", N: told},
		{Name: "unanswered", N: c.Unanswered},
		{Name: "late", N: c.LateToTell + c.LateAnswer},
		{Name: "refused", N: c.Refused},
		{Name: closing.SetAside, N: c.Aside},
	}, err
}

// Exchanging makes the use cases of the exchange with carriers alone.
func (d *Database) Exchanging(p *profile.Profile) *exchanging.Service {
	return exchanging.New(d.db, p)
}
