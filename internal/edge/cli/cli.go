// Package cli is the command line: it reads flags and environment, puts the
// marketplace together and runs it. It is the only place that reads the
// environment.
package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/alecthomas/kong"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/profiles"
)

// Streams are what a command reads and writes. Results go to Out; everything
// else, progress included, to Err.
type Streams struct {
	In  io.Reader
	Out io.Writer
	Err io.Writer
}

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

// errReported is returned by a command that has said everything itself.
var errReported = errors.New("reported")

type grammar struct {
	Demo     demoCommand     `cmd:"" help:"Run the demo marketplace with a simulated outside world."`
	Serve    serveCommand    `cmd:"" help:"Run the marketplace."`
	Import   importCommand   `cmd:"" help:"Read files from other systems."`
	Bill     billCommand     `cmd:"" help:"Issue bills."`
	Bank     bankCommand     `cmd:"" help:"Work with what the bank sent."`
	Day      dayCommand      `cmd:"" help:"Run the business day, and see how it went."`
	ACH      achCommand      `cmd:"" name:"ach" help:"See and release files to the bank."`
	AutoPay  autoPayCommand  `cmd:"" name:"autopay" help:"See what members agreed to."`
	Carrier  carrierCommand  `cmd:"" help:"See what carriers were told and what they answered."`
	Outage   outageCommand   `cmd:"" help:"Record when people could not pay, and see it."`
	Opinions opinionsCommand `cmd:"" help:"See how easy payers found it to pay."`
	File     fileCommand     `cmd:"" help:"Look at bank files."`
	Simulate simulateCommand `cmd:"" help:"Live a plan year with invented households, and prove it."`
	Verify   verifyCommand   `cmd:"" help:"Re-derive every balance from the ledger and compare."`
	Migrate  migrateCommand  `cmd:"" help:"Bring a database up to date."`
	Keys     keysCommand     `cmd:"" help:"Make and rotate encryption keys."`
	Profile  profileCommand  `cmd:"" help:"Check a marketplace profile."`
}

const description = `Quittance bills, collects and accounts for the premiums of a public health-insurance marketplace.

Try it:

    quittance demo

Every command explains itself with an example:

    quittance <command> --help`

// Main runs the program and gives its exit code.
func Main(ctx context.Context, args []string, s Streams) int {
	var g grammar
	code := exitOK
	parser, err := kong.New(&g, kong.Name("quittance"), kong.Description(description),
		kong.Writers(s.Out, s.Err), kong.Exit(func(c int) { code = c; panic(exitNow{}) }),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)), kong.Bind(s))
	if err != nil {
		panic(err) // the grammar above is wrong
	}
	return run(parser, args, s, &code)
}

// exitNow unwinds from kong's exits, such as --help, without ending the
// process under a test.
type exitNow struct{}

func run(parser *kong.Kong, args []string, s Streams, code *int) (result int) {
	defer func() {
		if r := recover(); r != nil {
			if _, ok := r.(exitNow); !ok {
				panic(r)
			}
			result = *code
		}
	}()
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if err != nil {
		fmt.Fprintf(s.Err, "quittance: %v\nSee: quittance --help\n", err)
		return exitUsage
	}
	err = parsed.Run()
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errReported):
		return exitFailed
	}
	fmt.Fprintf(s.Err, "quittance: %s\n", explain(err))
	return exitFailed
}

// explain says what went wrong in one line, or one line per problem of a file.
func explain(err error) string {
	if problems := fault.Fields(err); len(problems) > 1 {
		lines := []string{fmt.Sprintf("%d problems:", len(problems))}
		for _, p := range problems {
			lines = append(lines, fmt.Sprintf("  %s: %s", p.Field, p.Message))
		}
		return strings.Join(lines, "\n")
	}
	return strings.ReplaceAll(err.Error(), "\n", ": ")
}

// databaseFlags say which database a command works on.
type databaseFlags struct {
	Data     string `help:"Folder with the embedded database and its keys." placeholder:"DIR" type:"path"`
	Database string `help:"Database: sqlite:PATH or postgres://USER@HOST/NAME." env:"QUITTANCE_DATABASE" placeholder:"URL"`
	Keys     string `help:"Folder of the encryption keys. Default: keys in the data folder." env:"QUITTANCE_KEYS" placeholder:"DIR" type:"path"`
}

const (
	databaseFile = "quittance.db"
	keysFolder   = "keys"
)

func (f databaseFlags) config(c clock.Clock, mayCreate bool) (app.DatabaseConfig, error) {
	config := app.DatabaseConfig{URL: f.Database, KeysDir: f.Keys, Clock: c, MakeKeys: mayCreate}
	if config.URL == "" {
		if f.Data == "" {
			return config, fault.New(fault.Invalid, "cli.database", "say which database: --data DIR, or --database sqlite:PATH or postgres://…")
		}
		config.URL = "sqlite:" + filepath.Join(f.Data, databaseFile)
	}
	if config.KeysDir == "" {
		dir := f.Data
		if path, ok := strings.CutPrefix(config.URL, "sqlite:"); ok && dir == "" {
			dir = filepath.Dir(path)
		}
		if dir == "" {
			return config, fault.New(fault.Invalid, "cli.keys", "say where the encryption keys are: --keys DIR (make them with: quittance keys create DIR)")
		}
		config.KeysDir = filepath.Join(dir, keysFolder)
	}
	return config, nil
}

// open opens a database that must be there already.
func (f databaseFlags) open(ctx context.Context, c clock.Clock) (*app.Database, error) {
	return f.existing(ctx, c, false)
}

// openToServe opens it for those who pay.
func (f databaseFlags) openToServe(ctx context.Context, c clock.Clock) (*app.Database, error) {
	return f.existing(ctx, c, true)
}

func (f databaseFlags) existing(ctx context.Context, c clock.Clock, serves bool) (*app.Database, error) {
	config, err := f.config(c, false)
	if err != nil {
		return nil, err
	}
	config.Serves = serves
	if path, ok := strings.CutPrefix(config.URL, "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil {
			return nil, fault.New(fault.NotFound, "cli.database", "there is no database at %s", path)
		}
	}
	return current(ctx, config)
}

// current opens a database of this program's version.
func current(ctx context.Context, config app.DatabaseConfig) (*app.Database, error) {
	d, err := app.OpenDatabase(ctx, config)
	if err != nil {
		return nil, err
	}
	if err := d.CheckVersion(ctx); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// create opens a database and makes it when it is SQLite and not there.
func (f databaseFlags) create(ctx context.Context, c clock.Clock) (*app.Database, error) {
	return f.made(ctx, c, false)
}

// createToServe does so for those who pay.
func (f databaseFlags) createToServe(ctx context.Context, c clock.Clock) (*app.Database, error) {
	return f.made(ctx, c, true)
}

func (f databaseFlags) made(ctx context.Context, c clock.Clock, serves bool) (*app.Database, error) {
	config, err := f.config(c, true)
	if err != nil {
		return nil, err
	}
	config.Serves = serves
	return app.OpenDatabase(ctx, config)
}

// profileFlag says which marketplace.
type profileFlag struct {
	Profile string `help:"Marketplace profile: a shipped one (massachusetts, massachusetts-strict) or a TOML file." default:"massachusetts" env:"QUITTANCE_PROFILE" placeholder:"NAME"`
}

func (f profileFlag) load() (*profile.Profile, error) { return profiles.Open(f.Profile) }

// newLog makes the log of a running server: one JSON line an event on Err.
func newLog(w io.Writer, level slog.Level) *slog.Logger {
	return slog.New(slog.NewJSONHandler(w, &slog.HandlerOptions{Level: level}))
}
