package cli

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/standing"
)

type outageCommand struct {
	Declare outageDeclare `cmd:"" help:"Record that people could not pay, and move the due dates that it hit; or close the portal for a time ahead."`
	End     outageEnd     `cmd:"" help:"Open the portal again, and forget the closings that have not begun."`
	List    outageList    `cmd:"" help:"See the outages of the last weeks."`
}

const outageTime = "2006-01-02 15:04"

type outageDeclare struct {
	databaseFlags
	profileFlag
	Service string `help:"What could not be used." enum:"portal,cards,bank" default:"portal"`
	From    string `help:"When it began, in the marketplace's time." required:"" placeholder:"'YYYY-MM-DD HH:MM'"`
	To      string `help:"When it was over." required:"" placeholder:"'YYYY-MM-DD HH:MM'"`
	Actor   string `help:"Who declares it." required:"" placeholder:"staff:NAME"`
	Reason  string `help:"What had happened." required:""`
}

// Help is shown under the command's flags.
func (outageDeclare) Help() string {
	return "Example:\n\n    quittance outage declare --service cards --from '2026-11-23 09:00' --to '2026-11-23 14:30' \\\n" +
		"        --actor staff:lee --reason 'the processor was down' --data /var/lib/quittance\n\n" +
		"A server notices by itself when nobody served the portal. When people could not pay for more than outage.minutes of the last " +
		"outage.window_hours before a cut-off, the due date moves by outage.business_days for who has not paid (R-CAL-3): at once " +
		"for a cut-off that has passed, else in the night after it.\n\n" +
		"The portal can be closed ahead: with --to in the future its pages say from --from on until when, with status 503, and what became of " +
		"a payment can still be looked up. Every node notices within some seconds."
}

// Run records the outage.
func (c outageDeclare) Run(ctx context.Context, s Streams) error {
	p, err := c.load()
	if err != nil {
		return err
	}
	o := collecting.Outage{Service: collecting.OutageOf(c.Service), Actor: c.Actor, Reason: c.Reason}
	for _, m := range []struct {
		text string
		at   *civil.Instant
	}{{c.From, &o.From}, {c.To, &o.To}} {
		at, err := time.ParseInLocation(outageTime, m.text, p.Zone())
		if err != nil {
			return fault.New(fault.Invalid, "outage.time", "%.40q is no moment: write 2026-11-23 09:00", m.text)
		}
		*m.at = civil.InstantOf(at)
	}
	now, err := c.commandClock()
	if err != nil {
		return err
	}
	d, err := c.open(ctx, now)
	if err != nil {
		return err
	}
	defer d.Close()
	given, err := d.Collecting(p).DeclareOutage(ctx, o)
	if err == nil {
		fmt.Fprintf(s.Out, "Recorded. %d accounts were given more time.\n", given)
	}
	return err
}

type outageEnd struct {
	databaseFlags
	profileFlag
	Actor string `help:"Who opens it." required:"" placeholder:"staff:NAME"`
}

// Help is shown under the command's flags.
func (outageEnd) Help() string {
	return "Example:\n\n    quittance outage end --actor staff:lee --data /var/lib/quittance"
}

// Run opens the portal again.
func (c outageEnd) Run(ctx context.Context, s Streams) error {
	p, d, err := opened(ctx, c.profileFlag, c.databaseFlags)
	if err != nil {
		return err
	}
	defer d.Close()
	ended, err := d.Collecting(p).EndClosings(ctx, c.Actor)
	switch {
	case err != nil:
		return err
	case ended == 0:
		fmt.Fprintln(s.Out, "The portal was not closed.")
	default:
		fmt.Fprintln(s.Out, "The portal is open.")
	}
	return nil
}

type outageList struct {
	databaseFlags
	profileFlag
	Days int `help:"How many days back." default:"60"`
}

// Help is shown under the command's flags.
func (outageList) Help() string {
	return "Example:\n\n    quittance outage list --data /var/lib/quittance"
}

// Run lists outages.
func (c outageList) Run(ctx context.Context, s Streams) error {
	p, err := c.load()
	if err != nil {
		return err
	}
	now, err := c.commandClock()
	if err != nil {
		return err
	}
	d, err := c.open(ctx, now)
	if err != nil {
		return err
	}
	defer d.Close()
	until := now.Now()
	all, err := d.Collecting(p).Outages(ctx, until.Add(-time.Duration(c.Days)*24*time.Hour), until)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	for _, o := range all {
		fmt.Fprintf(table, "%s\t%s to %s\t%d min\t%s\t%s\t%s\n", o.Service, inZone(p.Zone(), o.Outage.From), inZone(p.Zone(), o.Outage.To), minutes(o.Outage), o.Cause, o.Actor, o.Reason)
	}
	if len(all) == 0 {
		fmt.Fprintln(table, "No outage is on record.")
	}
	return table.Flush()
}

func inZone(zone *time.Location, at civil.Instant) string {
	return at.Time().In(zone).Format(outageTime)
}

func minutes(o standing.Outage) int { return int(o.To.Sub(o.From).Minutes()) }
