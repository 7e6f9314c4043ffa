package cli

import (
	"log/slog"
	"path/filepath"
	"strings"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/bankvalidation"
	"quittance.org/quittance/internal/edge/cardgateway/stripegateway"
	"quittance.org/quittance/internal/edge/courier"
	"quittance.org/quittance/internal/edge/web/guest"
	"quittance.org/quittance/web/fonts"
)

// outsideFlags say how the outside world is reached.
type outsideFlags struct {
	PrintDir  string `help:"Folder where paper letters are laid out for the mail house; all nodes must see the same. Default: print in the data folder." env:"QUITTANCE_PRINT" placeholder:"DIR" type:"path"`
	PublicURL string `help:"The portal's address as the public sees it. Default: the profile's." env:"QUITTANCE_PUBLIC_URL" placeholder:"URL"`

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

func (c outsideFlags) publicURL(p *profile.Profile) (string, error) {
	if c.PublicURL != "" {
		return c.PublicURL, nil
	}
	if p.Marketplace.PublicURL != "" {
		return p.Marketplace.PublicURL, nil
	}
	return "", fault.New(fault.Invalid, "cli.public_url", "say how the public reaches the portal: --public-url https://…")
}

// outside makes the adapters of the outside world from the flags.
func (c outsideFlags) outside(p *profile.Profile, pages *site, baseURL string, log *slog.Logger) (config app.Config, err error) {
	config = c.words(p, pages, baseURL, log)
	if config.Validator, err = c.validator(); err != nil {
		return config, err
	}
	if config.Courier, err = c.courier(); err != nil {
		return config, err
	}
	config.Gateway, err = c.gateway()
	return config, err
}

// words is the part of the configuration that speaks to people.
func (c outsideFlags) words(p *profile.Profile, pages *site, baseURL string, log *slog.Logger) app.Config {
	return app.Config{
		Profile: p, Links: guest.Links{BaseURL: baseURL}, Log: log,
		Letters: letterWriter{pages.catalogue, p, baseURL}, People: letterWriter{pages.catalogue, p, baseURL}, Origin: baseURL, Fonts: fonts.Files(), PrintDir: c.PrintDir,
	}
}

// printDir fills in where letters are printed: beside the embedded database,
// unless it is said.
func (c *outsideFlags) printDir(f databaseFlags) error {
	if c.PrintDir != "" {
		return nil
	}
	dir := f.Data
	if path, ok := strings.CutPrefix(f.Database, "sqlite:"); ok && dir == "" {
		dir = filepath.Dir(path)
	}
	if dir == "" {
		return fault.New(fault.Invalid, "cli.print_dir", "say where paper letters are laid out for the mail house: --print-dir DIR")
	}
	c.PrintDir = filepath.Join(dir, printFolder)
	return nil
}

const printFolder = "print"

func (c outsideFlags) validator() (payment.AccountValidator, error) {
	return bankvalidation.New(bankvalidation.Config{BaseURL: c.Validation.URL, Key: pii.NewSecret(c.Validation.Key)})
}

func (c outsideFlags) courier() (notifying.Courier, error) {
	return courier.New(courier.Config{
		Address: c.Mail.Address, From: c.Mail.From, TLS: courier.TLS(c.Mail.TLS),
		Username: c.Mail.Username, Password: pii.NewSecret(c.Mail.Password),
	})
}

func (c outsideFlags) gateway() (payment.CardGateway, error) {
	if c.Stripe.Key == "" {
		return nil, nil
	}
	return stripegateway.New(stripegateway.Config{
		Key: pii.NewSecret(c.Stripe.Key), WebhookSecret: pii.NewSecret(c.Stripe.WebhookSecret), Clock: clock.System(),
	})
}
