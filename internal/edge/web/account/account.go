// Package account serves the pages of people who have an account: they sign
// up, sign in, connect their coverage, see their bills and turn AutoPay on.
// Every page works without JavaScript.
//
// It decodes requests, calls the use cases and fills the portal's view models.
// Who is signed in is asked of app/people on every request, so that a browser
// that was signed out elsewhere is out at its next page. What is typed after
// the time ran out is kept for whoever typed it.
package account

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/alexedwards/scs/v2"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// Config is what the pages work with. Everything but Member and
// Outages is needed.
type Config struct {
	People   *people.Service
	Profile  *profile.Profile
	Renderer *portal.Renderer
	Sessions scs.CtxStore // encrypts what it keeps, and keeps it under a hash
	Clock    clock.Clock  // the marketplace's: the demo turns it
	BaseURL  string       // "https://pay.example.org", without a path
	Log      *slog.Logger
	Outages  serving.Outages // nil: the pages are never closed
	Member   *Member         // nil: the pages of coverage, bills and AutoPay are not served
}

// site is the pages of the account.
type site struct {
	*serving.Site
	people   *people.Service
	sessions *scs.SessionManager
	member   *Member
	passkeys bool // passkeys can be used here
}

// keptFor is how long what was begun is kept. Being signed in ends much
// earlier, by the profile's session.account_minutes, which app/people watches.
const keptFor = 2 * time.Hour

// New makes the handler of the account's pages. It answers every path below
// portal.PathAccount, in every language.
func New(c Config) (http.Handler, error) {
	if c.People == nil || c.Sessions == nil {
		return nil, errors.New("account: New needs all of its Config")
	}
	ground, err := serving.New(serving.Config{
		Profile: c.Profile, Renderer: c.Renderer, Clock: c.Clock, BaseURL: c.BaseURL, Log: c.Log, Outages: c.Outages,
	})
	if err != nil {
		return nil, fmt.Errorf("account: %w", err)
	}
	if c.Member != nil {
		if err := c.Member.check(); err != nil {
			return nil, err
		}
	}
	s := &site{Site: ground, people: c.People, member: c.Member, passkeys: c.People.Passkeys()}
	s.sessions = s.Sessions(c.Sessions, "account", serving.Lives{Idle: keptFor, Whole: 24 * time.Hour})
	return s.handler(), nil
}
