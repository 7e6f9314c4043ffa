package app

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/domain/profile"
)

// Papers gives what printed bills say.
func (a *App) Papers() *notifying.Papers { return notifying.NewPapers(a.db, a.config.Profile) }

// Papers gives what printed bills say, without the rest of the marketplace.
func (d *Database) Papers(p *profile.Profile) *notifying.Papers {
	return notifying.NewPapers(d.db, p)
}
