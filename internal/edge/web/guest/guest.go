// Package guest serves the public site: a person finds a bill, pays it by bank
// account or card, and gets proof, without an account and without JavaScript.
//
// It decodes requests, calls the paying use case and fills the portal's view
// models; it decides nothing about money. One attempt to pay keeps one
// operation id through reload, Back, double tap and two tabs (R-PAY-6), and
// every POST that went well answers with a redirect.
package guest

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/alexedwards/scs/v2"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/web/portal"
)

// Config is what the site works with. Everything but CardOrigin is needed.
type Config struct {
	Paying     *paying.Service
	Renderer   *portal.Renderer
	Paper      Paper
	Assets     http.Handler // the asset set that the renderer links to
	Sessions   scs.CtxStore // encrypts what it keeps, and keeps it under a hash
	Clock      clock.Clock  // the marketplace's: the demo turns it
	BaseURL    string       // "https://pay.example.org", without a path
	CardOrigin string       // where the card processor's page lives; "" when no card is taken
	Log        *slog.Logger
}

// site is the public site.
type site struct {
	paying     *paying.Service
	profile    *profile.Profile
	pages      *portal.Renderer
	printer    Paper
	assets     http.Handler
	sessions   *scs.SessionManager
	clock      clock.Clock
	started    civil.Instant
	host       string // of the site's own address
	secure     bool   // served over https
	cardOrigin string
	log        *slog.Logger
}

// New makes the handler of the whole public site.
func New(c Config) (http.Handler, error) {
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("guest: the site's address %q is not like https://pay.example.org", c.BaseURL)
	}
	if c.Paying == nil || c.Renderer == nil || c.Paper.Bills == nil || c.Assets == nil || c.Sessions == nil || c.Clock == nil || c.Log == nil {
		return nil, errors.New("guest: New needs all of its Config but CardOrigin")
	}
	s := &site{
		paying: c.Paying, profile: c.Paying.Profile(), pages: c.Renderer, printer: c.Paper, assets: c.Assets, clock: c.Clock, started: c.Clock.Now(),
		host: base.Host, secure: base.Scheme == "https", cardOrigin: c.CardOrigin, log: c.Log,
	}
	s.sessions = s.newSessions(c.Sessions)
	return s.handler(), nil
}

// newSessions keeps sessions for so long after the last page (brief 5,
// guest_session_min). The cookie itself has no end: a browser that comes back
// with a session that is gone is told so (G9a).
func (s *site) newSessions(store scs.CtxStore) *scs.SessionManager {
	m := scs.New()
	m.Store = store
	m.HashTokenInStore = true
	m.IdleTimeout = time.Duration(s.profile.Guest.SessionMinutes) * time.Minute
	m.Lifetime = 12 * time.Hour
	m.Cookie = scs.SessionCookie{
		Name: "guest", Path: "/", HttpOnly: true, Secure: s.secure, SameSite: http.SameSiteLaxMode,
	}
	if s.secure {
		m.Cookie.Name = "__Host-guest" // browsers bind this prefix to this host and to https
	}
	return m
}

func (s *site) today() civil.Date { return s.profile.Today(s.clock.Now()) }
