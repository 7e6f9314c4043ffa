package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/edge/api"
	"quittance.org/quittance/internal/edge/web/serving"
)

type serveCommand struct {
	databaseFlags
	profileFlag
	outsideFlags
	trafficFlags
	Listen  string   `help:"Address to answer on." default:"127.0.0.1:8080" env:"QUITTANCE_LISTEN" placeholder:"HOST:PORT"`
	APIKeys string   `help:"File of API clients, a line each: NAME:SHA-256 of the key." env:"QUITTANCE_API_KEYS" placeholder:"FILE" type:"path"`
	Proxies []string `help:"Proxies in front, as addresses or networks (10.0.0.0/8): they are believed whom a request comes from (X-Forwarded-For), nobody else." name:"trusted-proxy" env:"QUITTANCE_TRUSTED_PROXY" placeholder:"NETWORK"`
	DayAt   string   `help:"When the business day of a date is run; never: only by quittance day run." default:"01:00" env:"QUITTANCE_DAY_AT" placeholder:"HH:MM"`
}

// Help is shown under the command's flags.
func (serveCommand) Help() string {
	return "Example:\n\n    quittance serve --database postgres://quittance@db/quittance --keys /etc/quittance/keys \\\n" +
		"        --public-url https://pay.example.org --mail-address mail:587 --mail-from 'Example <no-reply@example.org>' \\\n" +
		"        --validation-url https://validation.example.com --print-dir /srv/mailhouse \\\n" +
		"        --bank-link sftp://marketplace@files.bank.example --bank-host-key /etc/quittance/bank.pub --bank-key /etc/quittance/bank_key\n\n" +
		"Secrets belong in the environment: QUITTANCE_STRIPE_KEY and so on."
}

// Run serves until it is told to stop.
func (c serveCommand) Run(ctx context.Context, s Streams) error {
	p, err := c.load()
	if err != nil {
		return err
	}
	baseURL, err := c.publicURL(p)
	if err != nil {
		return err
	}
	proxies, err := serving.ParseProxies(c.Proxies)
	if err != nil {
		return err
	}
	begins, err := dayBegins(c.DayAt)
	if err != nil {
		return err
	}
	if err := c.printDir(c.databaseFlags); err != nil {
		return err
	}
	keys, err := loadAPIKeys(c.APIKeys)
	if err != nil {
		return err
	}
	l, err := listen("the portal", c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	d, err := c.openToServe(ctx, clock.System())
	if err != nil {
		return err
	}
	defer d.Close()
	log := newLog(s.Err, slog.LevelInfo)
	pages, err := newSite(p)
	if err != nil {
		return err
	}
	config, err := c.outside(p, pages, baseURL, log)
	if err != nil {
		return err
	}
	config.DayBegins, config.Heartbeats, config.PayPlaces = begins, true, c.PayPlaces
	a, err := app.New(d, config)
	if err != nil {
		return err
	}
	origin := ""
	if config.Gateway != nil {
		origin = config.Gateway.Origin()
	}
	h, err := pages.handler(a, clock.System(), baseURL, origin, keys, log)
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return err
	}
	defer tune(d)()
	fmt.Fprintf(s.Err, "Serving %s on %s\n", baseURL, c.Listen)
	err = serve(ctx, map[net.Listener]*http.Server{l: newServer(proxies.Behind(h), log)})
	if stopped := a.Stop(ctx); err == nil {
		err = stopped
	}
	return err
}

// tune sets how Go runs a server, where the environment leaves that to us.
func tune(d *app.Database) (undo func()) {
	undoPercent, undoProcessors := func() {}, func() {}
	if os.Getenv("GOGC") == "" {
		percent := debug.SetGCPercent(garbagePercent)
		undoPercent = func() { debug.SetGCPercent(percent) }
	}
	if os.Getenv("GOMAXPROCS") == "" {
		undoProcessors = d.SpareProcessor()
	}
	return func() { undoPercent(); undoProcessors() }
}

// loadAPIKeys reads the hashes of the API clients' keys; no file: nobody.
func loadAPIKeys(path string) ([]api.KeyHash, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "cli.api_keys", err, "can not read the API keys")
	}
	var keys []api.KeyHash
	for n, line := range strings.Split(string(text), "\n") {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, err := api.ParseKeyHash(line)
		if err != nil {
			return nil, fmt.Errorf("%s, line %d: %w", path, n+1, err)
		}
		keys = append(keys, key)
	}
	return keys, nil
}
