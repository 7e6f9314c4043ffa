package people

import (
	"context"

	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
)

// Current is a signed-in person, for every page.
type Current struct {
	Who       Who        // with Role access.RolePerson: see On
	Email     string     // the person's own
	Language  string     // of the pages, as chosen; "" if not
	Coverages []Coverage // the person's own first
}

// On gives the person in the role they have for an account; the zero account
// is that of the first coverage. False: it is none of theirs.
func (c Current) On(account enrollment.AccountID) (Who, bool) {
	for _, cover := range c.Coverages {
		if account.IsZero() || cover.Account == account {
			who := c.Who
			who.Account, who.Role = cover.Account, cover.Role
			return who, true
		}
	}
	return Who{}, false
}

// Resume finds who is signed in and notes that they were here. A session that
// was revoked, or idle for longer than the profile lets it, is
// Unauthenticated (CodeNoSession).
func (s *Service) Resume(ctx context.Context, id identity.SessionID, from From) (Current, error) {
	panic("soon")
}

// Bind ties a session to the browser's session of the pages, by the name of
// the cookie: when the one is revoked, the other is deleted. It is called after
// each renewal of the name.
func (s *Service) Bind(ctx context.Context, id identity.SessionID, token string) error {
	panic("soon")
}

// SignOut ends the session.
func (s *Service) SignOut(ctx context.Context, who Who) error { panic("soon") }

// SignOutOne ends another session of the person, or this.
func (s *Service) SignOutOne(ctx context.Context, who Who, id identity.SessionID, from From) error {
	panic("soon")
}

// SignOutOthers ends all sessions of the person but this, and forgets the
// remembered devices.
func (s *Service) SignOutOthers(ctx context.Context, who Who, from From) error { panic("soon") }
