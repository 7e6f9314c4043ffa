// Package collecting decides what follows for coverage from money and dates:
// the nightly review records what the facts call for, and staff release ends,
// cancel and give coverage back. Whatever is decided, charges and money follow
// in the same transaction.
package collecting

import (
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Service records decisions on coverage.
type Service struct {
	db      *store.DB
	profile *profile.Profile
}

// New makes the service.
func New(db *store.DB, p *profile.Profile) *Service { return &Service{db, p} }
