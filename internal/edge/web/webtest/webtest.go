// Package webtest is what the tests of pages share: pages as the app serves
// them, a log, and every address that was asked for.
package webtest

import (
	"bytes"
	"net/http"
	"strings"
	"sync"
	"testing"

	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/brand"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/web"
)

// Words gives all that pages and letters say.
func Words(t testing.TB, p *profile.Profile) *catalogue.Catalogue {
	t.Helper()
	words, err := catalogue.Load(web.Messages(), p.Zone())
	if err != nil {
		t.Fatal(err)
	}
	return words
}

// Renderer gives the pages of a marketplace, and the scripts and styles that
// they ask for.
func Renderer(t testing.TB, p *profile.Profile) (*portal.Renderer, *asset.Set) {
	t.Helper()
	assets, err := asset.Load(web.Static())
	if err != nil {
		t.Fatal(err)
	}
	css, hash := brand.Blue.CSS()
	assets.Add("brand.css", hash, css)
	m := p.Marketplace
	renderer, err := portal.New(portal.Site{
		Name: m.Name, Demo: m.Demo, Phone: m.SupportPhone, TTY: m.TTY, Statement: m.StatementDescriptor,
		Hours: map[catalogue.Lang]string{catalogue.English: m.SupportHours.In("en")},
	}, Words(t, p), assets, portal.Templates())
	if err != nil {
		t.Fatal(err)
	}
	return renderer, assets
}

// Log keeps what is written to it, by anybody at any time.
type Log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// Addresses are those of every request, and of the page that each came from.
type Addresses struct {
	mu  sync.Mutex
	all []string
}

// Noting notes the addresses of what next is asked for.
func (a *Addresses) Noting(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.mu.Lock()
		a.all = append(a.all, r.URL.String(), r.Referer())
		a.mu.Unlock()
		next.ServeHTTP(w, r)
	})
}

func (a *Addresses) String() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return strings.Join(a.all, "\n")
}
