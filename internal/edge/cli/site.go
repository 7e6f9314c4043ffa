package cli

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"time"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/api"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/edge/phonegateway"
	"quittance.org/quittance/internal/edge/web/account"
	"quittance.org/quittance/internal/edge/web/asset"
	"quittance.org/quittance/internal/edge/web/brand"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/guest"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/web"
)

// trafficFlags protect those who pay from those who come (ADR 0026). Without
// them nobody waits: how many people a machine serves well is known by whoever
// measured it.
type trafficFlags struct {
	PayPlaces int `help:"Traffic protection: how many people may be in the pages of paying at the same time; who comes after waits in line. The same on all nodes, which count together. 0: no limit, no line." name:"pay-places" env:"QUITTANCE_PAY_PLACES" default:"0" placeholder:"N"`
}

// Validate refuses a number that says nothing.
func (f trafficFlags) Validate() error {
	if f.PayPlaces < 0 {
		return fault.New(fault.Invalid, "cli.pay_places", "--pay-places is a number of people, or 0 for no limit")
	}
	return nil
}

// site is what the public sees of a marketplace: its words, looks and pages.
type site struct {
	catalogue *catalogue.Catalogue
	assets    *asset.Set
	renderer  *portal.Renderer
	phones    *phonegateway.Gateway // nil: no texts, no calls
}

func newSite(p *profile.Profile) (*site, error) {
	words, err := catalogue.Load(web.Messages(), p.Zone())
	if err != nil {
		return nil, err
	}
	assets, err := asset.Load(web.Static())
	if err != nil {
		return nil, err
	}
	css, hash := brand.Colors{
		Brand: string(p.Brand.Color), Dark: string(p.Brand.Dark), Darker: string(p.Brand.Darker),
		Focus: string(p.Brand.Focus), Visited: brand.Blue.Visited,
	}.CSS()
	assets.Add("brand.css", hash, css)
	m := p.Marketplace
	hours := map[catalogue.Lang]string{}
	for _, lang := range catalogue.Langs() {
		hours[lang] = m.SupportHours.In(string(lang))
	}
	renderer, err := portal.New(portal.Site{
		Name: m.Name, Demo: m.Demo, Gov: p.Brand.GovBanner, Phone: m.SupportPhone, TTY: m.TTY, Hours: hours, Statement: m.StatementDescriptor,
	}, words, assets, portal.Templates())
	if err != nil {
		return nil, err
	}
	return &site{catalogue: words, assets: assets, renderer: renderer}, nil
}

// handler serves the portal, the webhooks and the API of an app.
func (s *site) handler(a *app.App, c clock.Clock, baseURL, cardOrigin string, keys []api.KeyHash, log *slog.Logger) (http.Handler, error) {
	letter := letters.Writer{Catalogue: s.catalogue, Profile: a.Paying.Profile(), BaseURL: baseURL}
	var signedIn *guest.SignedIn
	if a.People != nil {
		signedIn = &guest.SignedIn{People: a.People, AutoPay: a.AutoPay}
	}
	var line guest.Line
	if a.Admitting != nil {
		line = a.Admitting
	}
	pages, err := guest.New(guest.Config{
		Paying: a.Paying, Renderer: s.renderer, Assets: s.assets, Sessions: a.Sessions, Clock: c,
		BaseURL: baseURL, CardOrigin: cardOrigin, Log: log,
		Paper: guest.Paper{Bills: a.Papers(), Letters: letter}, SignedIn: signedIn, Outages: a.Collecting.Outages, Line: line,
	})
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	if a.People != nil {
		own, err := account.New(account.Config{
			People: a.People, Profile: a.Paying.Profile(), Renderer: s.renderer, Sessions: a.Sessions, Clock: c, BaseURL: baseURL, Log: log,
			Outages: a.Collecting.Outages,
			Member: &account.Member{
				Paying: a.Paying, AutoPay: a.AutoPay, Bills: a.Papers(), Post: a.Notifying, Letters: letter, Pay: pages.Enter,
			},
		})
		if err != nil {
			return nil, err
		}
		account.Mount(mux, own)
	}
	if s.phones != nil {
		mux.Handle(phonegateway.Path, s.phones.Handler(a, log))
	}
	mux.Handle("/api/", api.New(a.Enrolling, api.Config{Keys: keys, Receipts: a.Paying, Version: version(), Health: a.Health, Log: log}))
	return mux, nil
}

// version tells which commit the program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if setting.Key == "vcs.revision" {
				return setting.Value[:min(12, len(setting.Value))]
			}
		}
	}
	return "unknown"
}

// Limits of every server we run. A header over the limit is answered 431 and a
// slow one cut off, so that neither memory nor connections can be held.
const (
	maxHeaderBytes = 32 << 10
	headerTimeout  = 5 * time.Second
	readTimeout    = 30 * time.Second
	writeTimeout   = 60 * time.Second
	idleTimeout    = 2 * time.Minute
	drainTimeout   = 10 * time.Second
)

func newServer(h http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: h, MaxHeaderBytes: maxHeaderBytes, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// listen takes an address, before anything slow is begun.
func listen(what, address string) (net.Listener, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "cli.listen", err, "%s can not listen on %s; choose another address", what, address)
	}
	return l, nil
}

// named gives the address of a listener under the name that was asked for:
// passkeys are bound to a name, and "localhost" is one.
func named(asked string, at net.Addr) string {
	host, _, err := net.SplitHostPort(asked)
	if err != nil || host == "" || net.ParseIP(host) != nil {
		return at.String()
	}
	_, port, err := net.SplitHostPort(at.String())
	if err != nil {
		return at.String()
	}
	return net.JoinHostPort(host, port)
}

// serve answers on listeners until ctx ends, then lets requests under way
// finish.
func serve(ctx context.Context, servers map[net.Listener]*http.Server) error {
	failed := make(chan error, len(servers))
	for l, s := range servers {
		go func() { failed <- s.Serve(l) }()
	}
	var err error
	select {
	case <-ctx.Done():
	case err = <-failed:
	}
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), drainTimeout)
	defer cancel()
	for _, s := range servers {
		err = errors.Join(err, s.Shutdown(drain))
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}
