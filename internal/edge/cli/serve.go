package cli

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/api"
	"quittance.org/quittance/internal/edge/bankvalidation"
	"quittance.org/quittance/internal/edge/cardgateway/stripegateway"
	"quittance.org/quittance/internal/edge/courier"
	"quittance.org/quittance/internal/edge/web/guest"
)

type serveCommand struct {
	databaseFlags
	profileFlag
	Listen    string `help:"Address to answer on." default:"127.0.0.1:8080" env:"QUITTANCE_LISTEN" placeholder:"HOST:PORT"`
	PublicURL string `help:"The portal's address as the public sees it. Default: the profile's." env:"QUITTANCE_PUBLIC_URL" placeholder:"URL"`
	APIKeys   string `help:"File of API clients, a line each: NAME:SHA-256 of the key." env:"QUITTANCE_API_KEYS" placeholder:"FILE" type:"path"`

	Stripe     stripeFlags     `embed:"" prefix:"stripe-"`
	Validation validationFlags `embed:"" prefix:"validation-"`
	Mail       mailFlags       `embed:"" prefix:"mail-"`
}

type stripeFlags struct {
	Key           string `help:"Stripe key; without one no card is taken." env:"QUITTANCE_STRIPE_KEY" placeholder:"KEY"`
	WebhookSecret string `help:"Stripe webhook signing secret." env:"QUITTANCE_STRIPE_WEBHOOK_SECRET" placeholder:"SECRET"`
}

type validationFlags struct {
	URL string `help:"Account validation service (ACH-06)." env:"QUITTANCE_VALIDATION_URL" placeholder:"URL"`
	Key string `help:"Its bearer key." env:"QUITTANCE_VALIDATION_KEY" placeholder:"KEY"`
}

type mailFlags struct {
	Address  string `help:"Mail server." env:"QUITTANCE_MAIL_ADDRESS" placeholder:"HOST:PORT"`
	From     string `help:"Sender, like 'Bay Harbor Health <no-reply@example.org>'." env:"QUITTANCE_MAIL_FROM" placeholder:"ADDRESS"`
	TLS      string `help:"Encryption to it: mandatory, opportunistic or none (this machine only)." enum:"mandatory,opportunistic,none" default:"mandatory" env:"QUITTANCE_MAIL_TLS"`
	Username string `help:"Sign-in name." env:"QUITTANCE_MAIL_USERNAME"`
	Password string `help:"Sign-in password." env:"QUITTANCE_MAIL_PASSWORD"`
}

// Help is shown under the command's flags.
func (serveCommand) Help() string {
	return "Example:\n\n    quittance serve --database postgres://quittance@db/quittance --keys /etc/quittance/keys \\\n" +
		"        --public-url https://pay.example.org --mail-address mail:587 --mail-from 'Example <no-reply@example.org>' \\\n" +
		"        --validation-url https://validation.example.com\n\n" +
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
	keys, err := loadAPIKeys(c.APIKeys)
	if err != nil {
		return err
	}
	l, err := listen("the portal", c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	d, err := c.open(ctx, clock.System())
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
	fmt.Fprintf(s.Err, "Serving %s on %s\n", baseURL, c.Listen)
	err = serve(ctx, map[net.Listener]*http.Server{l: newServer(h, log)})
	if stopped := a.Stop(ctx); err == nil {
		err = stopped
	}
	return err
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

func (c serveCommand) publicURL(p *profile.Profile) (string, error) {
	if c.PublicURL != "" {
		return c.PublicURL, nil
	}
	if p.Marketplace.PublicURL != "" {
		return p.Marketplace.PublicURL, nil
	}
	return "", fault.New(fault.Invalid, "cli.public_url", "say how the public reaches the portal: --public-url https://…")
}

// outside makes the adapters of the outside world from the flags.
func (c serveCommand) outside(p *profile.Profile, pages *site, baseURL string, log *slog.Logger) (app.Config, error) {
	config := app.Config{
		Profile: p, Links: guest.Links{BaseURL: baseURL}, Log: log,
		Letters: letterWriter{pages.catalogue, p, baseURL},
	}
	validator, err := bankvalidation.New(bankvalidation.Config{BaseURL: c.Validation.URL, Key: pii.NewSecret(c.Validation.Key)})
	if err != nil {
		return config, err
	}
	config.Validator = validator
	config.Courier, err = courier.New(courier.Config{
		Address: c.Mail.Address, From: c.Mail.From, TLS: courier.TLS(c.Mail.TLS),
		Username: c.Mail.Username, Password: pii.NewSecret(c.Mail.Password),
	})
	if err != nil {
		return config, err
	}
	config.Gateway, err = c.gateway()
	return config, err
}

func (c serveCommand) gateway() (payment.CardGateway, error) {
	if c.Stripe.Key == "" {
		return nil, nil
	}
	return stripegateway.New(stripegateway.Config{
		Key: pii.NewSecret(c.Stripe.Key), WebhookSecret: pii.NewSecret(c.Stripe.WebhookSecret), Clock: clock.System(),
	})
}
