// Package serving is what every site of ours does with a request, whatever the
// page: it reads the language from the path and the form from the body, loads
// and keeps the session, shows a view of the portal, and guards, compresses
// and logs the answer.
//
// A site (guest, account) embeds Site, makes a visit of its own around Visit,
// and brings its routes. Nothing here knows a use case.
package serving

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/alexedwards/scs/v2"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
)

// Config is what a site works with. Everything but Outages is needed.
type Config struct {
	Outages  Outages // nil: the site is never closed
	Profile  *profile.Profile
	Renderer *portal.Renderer
	Clock    clock.Clock // the marketplace's: the demo turns it
	BaseURL  string      // "https://pay.example.org", without a path
	Log      *slog.Logger
}

// Site is the ground on which pages are served.
type Site struct {
	Profile *profile.Profile
	Pages   *portal.Renderer
	Clock   clock.Clock
	Log     *slog.Logger
	Host    string // of the site's own address
	Secure  bool   // served over https

	outages *lately
}

// New checks what a site works with.
func New(c Config) (*Site, error) {
	base, err := url.Parse(c.BaseURL)
	if err != nil || base.Host == "" || base.Scheme != "http" && base.Scheme != "https" {
		return nil, fmt.Errorf("the site's address %q is not like https://pay.example.org", c.BaseURL)
	}
	if c.Profile == nil || c.Renderer == nil || c.Clock == nil || c.Log == nil {
		return nil, errors.New("a site needs all of its Config")
	}
	return &Site{
		Profile: c.Profile, Pages: c.Renderer, Clock: c.Clock, Log: c.Log, Host: base.Host, Secure: base.Scheme == "https",
		outages: &lately{ask: c.Outages},
	}, nil
}

// Today is the marketplace's date.
func (s *Site) Today() civil.Date { return s.Profile.Today(s.Clock.Now()) }

// URL gives the whole address of a page in a language.
func (s *Site) URL(lang catalogue.Lang, path string) string {
	scheme := "http://"
	if s.Secure {
		scheme = "https://"
	}
	return scheme + s.Host + lang.Path(path)
}

// Lives is how long a session lasts.
type Lives struct {
	Idle  time.Duration // after the last page
	Whole time.Duration // however busy it is
}

// Sessions makes the manager of the sessions that one cookie names. The cookie
// itself has no end: a browser that comes back with a session that is gone can
// be told so.
func (s *Site) Sessions(store scs.CtxStore, cookie string, lives Lives) *scs.SessionManager {
	m := scs.New()
	m.Store = store
	m.HashTokenInStore = true
	m.IdleTimeout, m.Lifetime = lives.Idle, lives.Whole
	m.Cookie = scs.SessionCookie{
		Name: s.CookieName(cookie), Path: "/", HttpOnly: true, Secure: s.Secure, SameSite: http.SameSiteLaxMode,
	}
	return m
}

// CookieName adds the prefix by which browsers bind a cookie to this host and
// to https.
func (s *Site) CookieName(name string) string {
	if s.Secure {
		return "__Host-" + name
	}
	return name
}

// Route registers what a path answers under every language; any other method
// is answered with 405. post is nil where nothing can be sent.
func (s *Site) Route(mux *http.ServeMux, path string, get, post http.HandlerFunc) {
	for _, lang := range catalogue.Langs() {
		at, allowed := pattern(lang, path), "GET, HEAD"
		mux.HandleFunc("GET "+at, get) // and HEAD
		if post != nil {
			allowed += ", POST"
			mux.HandleFunc("POST "+at, post)
		}
		mux.HandleFunc(at, func(w http.ResponseWriter, r *http.Request) { s.Visit(w, r).wrongMethod(allowed) })
	}
}

// pattern puts a page under a language. "/" alone would match every path.
func pattern(lang catalogue.Lang, path string) string {
	if path = lang.Path(path); path == "/" {
		return "/{$}"
	}
	return path
}

// Handler surrounds the answers of a site: each is logged, has the headers
// that every answer has, and is made small.
func (s *Site) Handler(next http.Handler) http.Handler { return s.watched(s.headed(compressed(next))) }

// Guarded refuses forms that another site sends (house rule W6).
func (s *Site) Guarded(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	guard.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.Visit(w, r).Show(portal.System{Kind: portal.SystemForbidden})
	}))
	return guard.Handler(next)
}

// headed sets the headers that every answer has; pages narrow them.
func (s *Site) headed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, values := range portal.SecurityHeaders() {
			h[name] = values
		}
		if s.Secure {
			h.Set("Strict-Transport-Security", "max-age=63072000; includeSubDomains")
		}
		next.ServeHTTP(w, r)
	})
}
