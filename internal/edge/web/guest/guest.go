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
	"time"

	"github.com/alexedwards/scs/v2"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// Config is what the site works with. Everything but CardOrigin, SignedIn,
// Outages and Line is needed.
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
	SignedIn   *SignedIn       // nil: nobody can come here from an account
	Outages    serving.Outages // nil: the site is never closed
	Line       Line            // nil: as many may pay at the same time as come
}

// site is the public site.
type site struct {
	*serving.Site
	paying     *paying.Service
	printer    Paper
	assets     http.Handler
	sessions   *scs.SessionManager
	started    civil.Instant
	cardOrigin string
	signedIn   *SignedIn
	line       Line
	linePages  linePages
}

// Pages is the public site, which people who are signed in enter from their
// account.
type Pages struct {
	http.Handler
	*site
}

// New makes the handler of the whole public site.
func New(c Config) (*Pages, error) {
	if c.Paying == nil || c.Paper.Bills == nil || c.Assets == nil || c.Sessions == nil {
		return nil, errors.New("guest: New needs all of its Config but CardOrigin")
	}
	ground, err := serving.New(serving.Config{
		Profile: c.Paying.Profile(), Renderer: c.Renderer, Clock: c.Clock, BaseURL: c.BaseURL, Log: c.Log, Outages: c.Outages,
	})
	if err != nil {
		return nil, fmt.Errorf("guest: %w", err)
	}
	s := &site{Site: ground, paying: c.Paying, printer: c.Paper, assets: c.Assets, started: c.Clock.Now(), cardOrigin: c.CardOrigin, signedIn: c.SignedIn, line: c.Line}
	// Brief 5, guest_session_min. A browser that comes back with a session that
	// is gone is told so (G9a).
	s.sessions = s.Sessions(c.Sessions, "guest", serving.Lives{
		Idle: time.Duration(ground.Profile.Guest.SessionMinutes) * time.Minute, Whole: 12 * time.Hour,
	})
	return &Pages{s.handler(), s}, nil
}
