package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"
	"text/tabwriter"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
)

type dayCommand struct {
	Run    dayRun    `cmd:"" help:"Run the business day of a date, after those that were missed."`
	Aside  dayAside  `cmd:"" help:"List what was set aside for a person, with reasons."`
	Status dayStatus `cmd:"" help:"See how the last business days went and what there is to do."`
}

// dayBegins reads when a server runs the business day; nil: never.
func dayBegins(s string) (*profile.TimeOfDay, error) {
	if s == "never" {
		return nil, nil
	}
	t, err := profile.ParseTimeOfDay(s)
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "cli.day_at", err, "--day-at")
	}
	return &t, nil
}

type dayRun struct {
	databaseFlags
	profileFlag
	outsideFlags
	Date string `help:"The business date. Default: today." placeholder:"YYYY-MM-DD"`
	JSON bool   `help:"Print the dates that were run as JSON."`
}

// Help is shown under the command's flags.
func (dayRun) Help() string {
	return "Example:\n\n    quittance day run --date 2026-11-24 --data /var/lib/quittance --public-url https://pay.example.org\n\n" +
		"Runs the dates that were missed or are not complete first, in order. What is done already is not done again, so that " +
		"it may be stopped at any moment and repeated. A running server does the same by itself every night.\n\n" +
		"Exit code 0: every step is done. 1: a step failed; the others were run, and it is said what to do.\n\n" +
		"Give it what the server is given (the same environment): without the card processor, payments whose outcome nobody " +
		"knows stay so."
}

// Run runs the business day.
func (c dayRun) Run(ctx context.Context, s Streams) error {
	p, err := c.load()
	if err != nil {
		return err
	}
	now, err := c.commandClock()
	if err != nil {
		return err
	}
	date := p.Today(now.Now())
	if c.Date != "" {
		if date, err = civil.ParseDate(c.Date); err != nil {
			return err
		}
	}
	d, err := c.open(ctx, now)
	if err != nil {
		return err
	}
	defer d.Close()
	if demo, _, err := c.demoState(); err == nil && c.PublicURL == "" {
		c.PublicURL = demo.Portal
	}
	if err := c.printDir(c.databaseFlags); err != nil {
		return err
	}
	config, err := c.given(p, newLog(s.Err, slog.LevelWarn))
	if err != nil {
		return err
	}
	a, err := app.New(d, config)
	if err != nil {
		return err
	}
	days, err := runWatched(ctx, a, date, s.Err)
	if printed := c.print(s, days); err == nil {
		err = printed
	}
	if err == nil && slices.ContainsFunc(days, func(d closing.Day) bool { return d.State != closing.Complete && d.State != closing.Half }) {
		return errReported
	}
	return err
}

// runWatched runs the days; on a terminal it shows the step under way.
func runWatched(ctx context.Context, a *app.App, date civil.Date, w io.Writer) ([]closing.Day, error) {
	if !isTerminal(w) {
		return a.RunDay(ctx, date)
	}
	const line = "\r%-10s  %-14s"
	a.Closing.Watch(func(date civil.Date, step string) { fmt.Fprintf(w, line, date, step) })
	days, err := a.RunDay(ctx, date)
	fmt.Fprintf(w, line+"\r", "", "")
	return days, err
}

func (c dayRun) print(s Streams, days []closing.Day) error {
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(map[string]any{"days": days})
	}
	for _, d := range days {
		if err := printDay(s.Out, d); err != nil {
			return err
		}
	}
	for _, d := range days {
		if d.ToDo != "" {
			fmt.Fprintf(s.Err, "To do: %s\n", d.ToDo)
		}
	}
	return nil
}

// printDay prints a line for each step of a date, and below a step that failed
// or is held up, why.
func printDay(w io.Writer, d closing.Day) error {
	fmt.Fprintf(w, "Business date %s: %s\n", d.Date, d.State)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range d.Steps {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", r.Name, r.State, took(r), outcome(r))
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}

func took(r closing.StepResult) string {
	if r.FinishedAt.IsZero() {
		return ""
	}
	return fmt.Sprintf("%.1f s", r.FinishedAt.Sub(r.StartedAt).Seconds())
}

// outcome says in a line what a step came to.
func outcome(r closing.StepResult) string {
	var parts []string
	if r.Error != "" {
		parts = append(parts, strings.ReplaceAll(r.Error, "\n", ": "))
	}
	if len(r.Counts) > 0 {
		parts = append(parts, r.Counts.String())
	}
	if len(parts) == 0 && r.State == closing.Done {
		return "nothing to do"
	}
	return strings.Join(parts, "; ")
}

// given makes the adapters that the flags speak of. What is not configured is
// absent: whoever needs it is told so, and the work is left for the server.
func (c outsideFlags) given(p *profile.Profile, log *slog.Logger) (app.Config, error) {
	pages, err := newSite(p)
	if err != nil {
		return app.Config{}, err
	}
	baseURL, err := c.publicURL(p)
	if err != nil {
		return app.Config{}, err
	}
	config := c.words(p, pages, baseURL, log)
	config.Validator, config.Courier = absent{}, absent{}
	if c.Validation.URL != "" {
		if config.Validator, err = c.validator(); err != nil {
			return config, err
		}
	}
	if c.Mail.Address != "" {
		if config.Courier, err = c.courier(); err != nil {
			return config, err
		}
	}
	if err := c.phones(&config, pages, letterWriter{pages.catalogue, p, baseURL}); err != nil {
		return config, err
	}
	if config.BankLink, err = c.Bank.open(log); err != nil {
		return config, err
	}
	config.Gateway, err = c.gateway()
	return config, err
}

// absent stands for services that a command was not told of.
type absent struct{}

// Validate answers that nobody can tell.
func (absent) Validate(context.Context, string, pii.Secret, payment.AccountType) (payment.Validation, string, error) {
	return payment.ValidationUnavailable, "", nil
}

// Send leaves the mail for the server.
func (absent) Send(context.Context, notifying.Mail) error {
	return fault.New(fault.Unavailable, "cli.mail", "no mail server is given: --mail-address, or leave it to the server")
}

type dayStatus struct {
	databaseFlags
	profileFlag
	Days int  `help:"How many dates. Older ones that are not complete are always shown." default:"7"`
	JSON bool `help:"Print the status as JSON."`
}

// Help is shown under the command's flags.
func (dayStatus) Help() string {
	return "Example:\n\n    quittance day status --data /var/lib/quittance\n\n" +
		"Shows each step of the last business dates, those that were missed, and what there is to do."
}

// Run shows the status.
func (c dayStatus) Run(ctx context.Context, s Streams) error {
	p, d, err := opened(ctx, c.profileFlag, c.databaseFlags)
	if err != nil {
		return err
	}
	defer d.Close()
	status, err := d.DayStatus(ctx, p, max(1, c.Days))
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(status)
	}
	return printStatus(s.Out, status)
}

// printDays prints a column for each date and a line for each step.
func printDays(w io.Writer, days []closing.Day) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	line := func(title string, of func(closing.Day) string) {
		fmt.Fprint(table, title)
		for _, d := range days {
			fmt.Fprint(table, "\t"+of(d))
		}
		fmt.Fprintln(table)
	}
	line("", func(d closing.Day) string { return d.Date.String() })
	line("state", func(d closing.Day) string { return string(d.State) })
	for _, name := range stepNames(days) {
		line(name, func(d closing.Day) string {
			if i := slices.IndexFunc(d.Steps, func(r closing.StepResult) bool { return r.Name == name }); i >= 0 {
				return string(d.Steps[i].State)
			}
			return "-" // no program that has run on this date does it
		})
	}
	if err := table.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintln(w)
	return err
}

// stepNames lists the steps of all days, those that most of them begin with
// first: a program without a line to the bank has fewer.
func stepNames(days []closing.Day) []string {
	var names []string
	for _, d := range days {
		for _, r := range d.Steps {
			if !slices.Contains(names, r.Name) {
				names = append(names, r.Name)
			}
		}
	}
	return names
}

// printStatus prints what there is to know about the last dates.
func printStatus(w io.Writer, status closing.Status) error {
	fmt.Fprintf(w, "Today is %s.\n\n", status.Today)
	if len(status.Days) > 0 {
		if err := printDays(w, status.Days); err != nil {
			return err
		}
	}
	for _, d := range slices.Backward(status.Days) {
		for _, r := range d.Steps {
			if r.State == closing.Failed {
				fmt.Fprintf(w, "%s, %s, try %d: %s\n", d.Date, r.Name, r.Tries, outcome(r))
			}
		}
	}
	for _, todo := range status.ToDo {
		fmt.Fprintf(w, "To do: %s\n", todo)
	}
	if len(status.ToDo) == 0 {
		fmt.Fprintln(w, "Nothing is missing.")
	}
	return nil
}
