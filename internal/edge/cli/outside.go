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
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/banklink"
	"quittance.org/quittance/internal/edge/bankvalidation"
	"quittance.org/quittance/internal/edge/cardgateway/stripegateway"
	"quittance.org/quittance/internal/edge/courier"
	"quittance.org/quittance/internal/edge/phonegateway"
	"quittance.org/quittance/internal/edge/web/guest"
	"quittance.org/quittance/web/fonts"
)

// outsideFlags say how the outside world is reached.
type outsideFlags struct {
	PrintDir  string `help:"Folder where paper letters are laid out for the mail house; all nodes must see the same. Default: print in the data folder." env:"QUITTANCE_PRINT" placeholder:"DIR" type:"path"`
	PublicURL string `help:"The portal's address as the public sees it. Default: the profile's." env:"QUITTANCE_PUBLIC_URL" placeholder:"URL"`

	Phone phoneFlags `embed:"" prefix:"phone-"`

	TextGateway string `help:"Domain of a gateway that takes mail to NUMBER@DOMAIN as text messages; without one no code goes by text." env:"QUITTANCE_TEXT_GATEWAY" placeholder:"DOMAIN"`

	Stripe     stripeFlags     `embed:"" prefix:"stripe-"`
	Validation validationFlags `embed:"" prefix:"validation-"`
	Mail       mailFlags       `embed:"" prefix:"mail-"`
	Bank       bankFlags       `embed:"" prefix:"bank-"`
}

// phoneFlags say how phones are reached (docs/NOTICES.md).
type phoneFlags struct {
	URL           string `help:"Service of text messages; without one no bill is told by text." env:"QUITTANCE_PHONE_URL" placeholder:"URL"`
	Key           string `help:"Its bearer key." env:"QUITTANCE_PHONE_KEY" placeholder:"KEY"`
	WebhookSecret string `help:"What signs its messages to /webhooks/text." env:"QUITTANCE_PHONE_WEBHOOK_SECRET" placeholder:"SECRET"`
	Calls         bool   `help:"It also makes calls: codes can be spoken." env:"QUITTANCE_PHONE_CALLS"`
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

// bankFlags say where the bank's mailbox is (docs/BANK-LINK.md). Secrets come
// from the environment.
type bankFlags struct {
	Link          string `help:"The bank's mailbox: folder:PATH or sftp://USER@HOST:PORT. Without one nothing goes to the bank." env:"QUITTANCE_BANK_LINK" placeholder:"WHERE"`
	HostKey       string `help:"File with the public key of the bank's server; no other server is trusted." env:"QUITTANCE_BANK_HOST_KEY" placeholder:"FILE" type:"path"`
	Key           string `help:"File with our private key." env:"QUITTANCE_BANK_KEY" placeholder:"FILE" type:"path"`
	KeyPassphrase string `help:"What opens it." env:"QUITTANCE_BANK_KEY_PASSPHRASE" placeholder:"TEXT"`
	Password      string `help:"Sign-in password, where the bank takes no key." env:"QUITTANCE_BANK_PASSWORD" placeholder:"TEXT"`
	PGPBankKey    string `name:"pgp-bank-key" help:"File with the bank's OpenPGP key: files are sealed." env:"QUITTANCE_BANK_PGP_BANK_KEY" placeholder:"FILE" type:"path"`
	PGPKey        string `name:"pgp-key" help:"File with our OpenPGP private key." env:"QUITTANCE_BANK_PGP_KEY" placeholder:"FILE" type:"path"`
	PGPPassphrase string `name:"pgp-passphrase" help:"What opens it." env:"QUITTANCE_BANK_PGP_PASSPHRASE" placeholder:"TEXT"`
}

// open gives the link, nil if none is configured.
func (b bankFlags) open(log *slog.Logger) (ach.Link, error) {
	if b.Link == "" {
		return nil, nil
	}
	return banklink.Open(banklink.Config{
		Where: b.Link, HostKey: b.HostKey, Key: b.Key, KeyPassphrase: pii.NewSecret(b.KeyPassphrase), Password: pii.NewSecret(b.Password),
		PGP: banklink.PGPConfig{BankKey: b.PGPBankKey, Key: b.PGPKey, Passphrase: pii.NewSecret(b.PGPPassphrase)}, Log: log,
	})
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
	if err = c.phones(&config, pages, letterWriter{pages.catalogue, p, baseURL}); err != nil {
		return config, err
	}
	if config.BankLink, err = c.Bank.open(log); err != nil {
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

// phones says how text messages and calls leave. A gateway that takes e-mail
// tells nothing of what phones answer: through it go codes alone, since STOP
// would end nothing.
func (c outsideFlags) phones(config *app.Config, pages *site, letters letterWriter) error {
	if c.TextGateway != "" {
		config.Texts = courier.NewTexts(config.Courier, c.TextGateway)
	}
	if c.Phone.URL == "" {
		return nil
	}
	if err := letters.writer().CheckTexts(); err != nil {
		return err
	}
	g, err := phonegateway.New(phonegateway.Config{
		BaseURL: c.Phone.URL, Key: pii.NewSecret(c.Phone.Key), WebhookSecret: pii.NewSecret(c.Phone.WebhookSecret), Clock: clock.System(),
	})
	if err != nil {
		return err
	}
	pages.phones, config.Texts, config.BillTexts = g, g, true
	if c.Phone.Calls {
		config.Calls = g
	}
	return nil
}

func (c outsideFlags) gateway() (payment.CardGateway, error) {
	if c.Stripe.Key == "" {
		return nil, nil
	}
	return stripegateway.New(stripegateway.Config{
		Key: pii.NewSecret(c.Stripe.Key), WebhookSecret: pii.NewSecret(c.Stripe.WebhookSecret), Clock: clock.System(),
	})
}
