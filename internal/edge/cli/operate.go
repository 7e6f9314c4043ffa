package cli

import (
	"context"
	"encoding/json"
	"fmt"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/billing"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/profiles"
)

type migrateCommand struct {
	databaseFlags
}

// Help is shown under the command's flags.
func (migrateCommand) Help() string {
	return "Example:\n\n    quittance migrate --database postgres://quittance@db/quittance --keys /etc/quittance/keys"
}

// Run migrates.
func (c migrateCommand) Run(ctx context.Context, s Streams) error {
	d, err := c.create(ctx, clock.System())
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(ctx); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "The %s database is up to date.\n", d.Engine())
	return nil
}

type keysCommand struct {
	Create keysCreate `cmd:"" help:"Make fresh keys in a folder that has none."`
	Rotate keysRotate `cmd:"" help:"Add a new encryption key; older values stay readable."`
}

type keysCreate struct {
	Dir string `arg:"" help:"The folder." type:"path"`
}

// Help is shown under the command's flags.
func (keysCreate) Help() string {
	return "Example:\n\n    quittance keys create /etc/quittance/keys\n\nKeep a copy elsewhere: without the keys, bank accounts and birth dates are lost."
}

// Run makes keys.
func (c keysCreate) Run(s Streams) error {
	if err := app.CreateKeys(c.Dir); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "Keys made in %s. Keep a copy in another safe place.\n", c.Dir)
	return nil
}

type keysRotate struct {
	Dir string `arg:"" help:"The folder." type:"existingdir"`
}

// Help is shown under the command's flags.
func (keysRotate) Help() string { return "Example:\n\n    quittance keys rotate /etc/quittance/keys" }

// Run rotates the encryption key.
func (c keysRotate) Run(s Streams) error {
	if err := app.RotateKeys(c.Dir); err != nil {
		return err
	}
	fmt.Fprintln(s.Out, "New values use a new key from the next start on; older ones stay readable.")
	return nil
}

type profileCommand struct {
	Check profileCheck `cmd:"" help:"List every problem of a profile."`
}

type profileCheck struct {
	File string `arg:"" help:"A TOML file, or the name of a shipped profile."`
}

// Help is shown under the command's flags.
func (profileCheck) Help() string { return "Example:\n\n    quittance profile check ./vermont.toml" }

// Run checks a profile.
func (c profileCheck) Run(s Streams) error {
	p, err := profiles.Open(c.File)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s is in order: %s, zone %s.\n", c.File, p.Marketplace.Name, p.Zone())
	return nil
}

type billCommand struct {
	Run billRun `cmd:"" help:"Issue the bills of a coverage month."`
	PDF billPDF `cmd:"" name:"pdf" help:"Print the bills of a coverage month into one PDF file."`
}

type billRun struct {
	databaseFlags
	profileFlag
	Month   string `help:"The coverage month, like 2026-12." required:"" placeholder:"YYYY-MM"`
	Workers int    `help:"Chunks at the same time. 0: as many as suit the engine." default:"0"`
	JSON    bool   `help:"Print the result as one line of JSON."`
}

// Help is shown under the command's flags.
func (billRun) Help() string {
	return "Example:\n\n    quittance bill run --month 2026-12 --data /var/lib/quittance\n\n" +
		"May be stopped at any moment and run again: no account gets two bills, none is left out."
}

// Run bills a month. It fails when accounts had to be set aside, so that a
// scheduler notices.
func (c billRun) Run(ctx context.Context, s Streams) error {
	month, err := civil.ParseMonth(c.Month)
	if err != nil {
		return err
	}
	p, err := c.load()
	if err != nil {
		return err
	}
	d, err := c.open(ctx, clock.System())
	if err != nil {
		return err
	}
	defer d.Close()
	service := d.Billing(p)
	accounts, err := d.CountAccounts(ctx)
	if err != nil {
		return err
	}
	bar := newProgress(s.Err, "Bills for "+c.Month, accounts)
	start := clock.Start()
	total, err := service.Run(ctx, billing.RunInput{
		Month: month, Workers: c.Workers, Progress: func(p billing.Progress) { bar.at(p.Seen) },
	})
	bar.done(total.Seen)
	if err != nil {
		return err
	}
	seconds := clock.Elapsed(start).Seconds()
	if err := c.print(s, total, seconds); err != nil {
		return err
	}
	return c.reportSetAside(ctx, d, month, total.SetAside, s)
}

func (c billRun) print(s Streams, total billing.Progress, seconds float64) error {
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(map[string]any{
			"month": c.Month, "accounts": total.Seen, "billed": total.Billed, "nothing_due": total.NothingDue,
			"skipped": total.Skipped, "set_aside": total.SetAside, "seconds": seconds,
		})
	}
	_, err := fmt.Fprintf(s.Out, "%s bills issued for %s in %.1f s. %s accounts had nothing to pay, %s were billed before or are not covered.\n",
		thousands(total.Billed), c.Month, seconds, thousands(total.NothingDue), thousands(total.Skipped))
	return err
}

func (c billRun) reportSetAside(ctx context.Context, d *app.Database, month civil.Month, count int, s Streams) error {
	if count == 0 {
		return nil
	}
	list, err := d.BillExceptions(ctx, month)
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Err, "%s accounts were set aside and need a person:\n", thousands(count))
	for _, e := range list {
		fmt.Fprintf(s.Err, "  %s  %s\n", e.AccountID, e.Reason)
	}
	return errReported
}

type verifyCommand struct {
	databaseFlags
	profileFlag
	JSON bool `help:"Print the report as JSON."`
}

// Help is shown under the command's flags.
func (verifyCommand) Help() string {
	return "Example:\n\n    quittance verify --data /var/lib/quittance\n\nExit code 0: everything holds. 1: each broken invariant is named."
}

// Run verifies.
func (c verifyCommand) Run(ctx context.Context, s Streams) error {
	p, err := c.load()
	if err != nil {
		return err
	}
	d, err := c.open(ctx, clock.System())
	if err != nil {
		return err
	}
	defer d.Close()
	report, err := d.Verify(ctx, p)
	if err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(s.Out).Encode(report); err != nil {
			return err
		}
	} else {
		fmt.Fprintln(s.Out, report)
	}
	if len(report.Broken()) > 0 {
		return errReported
	}
	return nil
}
