package app

import (
	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/store"
)

// On makes the use cases on a database that a test has opened.
func On(db *store.DB, c Config) (*App, error) { return New(&Database{db}, c) }

// DatabaseOf is the database that a test has opened, as commands have it.
func DatabaseOf(db *store.DB) *Database { return &Database{db} }

// ChangeSteps has the business day run other steps than the real ones.
func (a *App) ChangeSteps(change func(closing.Step) closing.Step) {
	steps := a.steps()
	for i := range steps {
		steps[i] = change(steps[i])
	}
	a.Closing = closing.New(a.db, a.config.Profile, steps)
}

// StepNames gives the steps of the business day.
func StepNames() (names []string) {
	for _, s := range (&App{}).steps() {
		names = append(names, s.Name)
	}
	return names
}
