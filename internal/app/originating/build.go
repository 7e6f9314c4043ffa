package originating

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/ach"
)

// Built is what building came to.
type Built struct {
	Files   int // that are whole now, and were not before
	Held    int // of these, how many wait for a second person
	Refused int // entries that no file may hold: their mandate is disputed (ACH-33)
	ach.Totals
}

// Build puts what waits into a file for the bank day date, once its cut-off has
// passed. On a day on which banks are closed it builds nothing. A file that a
// crash left half built is finished; after that, if entries wait that came
// later, the next file of the day is built.
func (s *Service) Build(ctx context.Context, date civil.Date) (Built, error) {
	return Built{}, nil
}
