package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"text/tabwriter"

	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
)

type achCommand struct {
	Status   achStatus   `cmd:"" help:"See the files to the bank, what waits, and how long money is on its way."`
	Release  achRelease  `cmd:"" help:"Let a file leave that is larger than one person may send."`
	Withdraw achWithdraw `cmd:"" help:"Take everything out of a file that the bank has refused, or that is held."`
}

type achStatus struct {
	databaseFlags
	profileFlag
	JSON bool `help:"Print the status as JSON."`
}

// Help is shown under the command's flags.
func (achStatus) Help() string {
	return "Example:\n\n    quittance ach status --data /var/lib/quittance\n\n" +
		"Shows the last files to the bank, and every one on which the bank's yes is missing, with what there is to do; how much " +
		"waits for the next file; how many bank accounts wait for micro-entries; and the money that is on its way, by clearing account and age in bank days.\n\n" +
		"Exit code 0: nothing to do. 1: a person must look."
}

// achReport is what the status prints.
type achReport struct {
	originating.Status
	OnItsWay []receiving.Aging
}

// MarshalJSON writes the report as scripts read it.
func (r achReport) MarshalJSON() ([]byte, error) {
	type totals struct {
		Entries int          `json:"entries"`
		Debits  money.Amount `json:"debits"`
		Credits money.Amount `json:"credits"`
	}
	type file struct {
		Name      string        `json:"name"`
		State     ach.FileState `json:"state"`
		SettlesOn civil.Date    `json:"settles_on"`
		SHA256    string        `json:"sha256"`
		totals
		ToDo string `json:"to_do,omitempty"`
	}
	files := make([]file, len(r.Files))
	for i, f := range r.Files {
		files[i] = file{f.Name, f.State, f.SettleOn, f.SHA256, totals(f.Totals), f.ToDo}
	}
	return json.Marshal(map[string]any{
		"today": r.Today, "files": files, "waiting": totals(r.Waiting), "disputed": r.Refused, "on_its_way": r.OnItsWay,
		"checks": map[string]int{"waiting": r.Checks.Waiting, "open": r.Checks.Open},
	})
}

// Run shows the status.
func (c achStatus) Run(ctx context.Context, s Streams) error {
	p, d, err := opened(ctx, c.profileFlag, c.databaseFlags)
	if err != nil {
		return err
	}
	defer d.Close()
	var report achReport
	if report.Status, err = d.Originating(p, nil).Status(ctx); err != nil {
		return err
	}
	if report.OnItsWay, err = d.Receiving(p).Ages(ctx); err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(s.Out).Encode(report)
	} else {
		err = report.print(s.Out)
	}
	if err == nil && report.toDo() {
		return errReported
	}
	return err
}

func (r achReport) toDo() bool {
	for _, f := range r.Files {
		if f.ToDo != "" {
			return true
		}
	}
	for _, a := range r.OnItsWay {
		if a.Overdue {
			return true
		}
	}
	return r.Refused > 0
}

func (r achReport) print(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, f := range r.Files {
		fmt.Fprintf(table, "%s\t%s\tsettles %s\t%s entries\tdebits %s\tcredits %s\n",
			f.Name, f.State, f.SettleOn, thousands(f.Entries), f.Debits.Format(), f.Credits.Format())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if len(r.Files) == 0 {
		fmt.Fprintln(w, "No file to the bank was ever built.")
	}
	fmt.Fprintf(w, "\nWaiting for the next file: %s entries, debits %s, credits %s.\n",
		thousands(r.Waiting.Entries), r.Waiting.Debits.Format(), r.Waiting.Credits.Format())
	for _, f := range r.Files {
		if f.ToDo != "" {
			fmt.Fprintf(w, "To do: %s: %s\n", f.Name, f.ToDo)
		}
	}
	if r.Refused > 0 {
		fmt.Fprintf(w, "To do: %s entries can not be sent: their authorization is disputed.\n", thousands(r.Refused))
	}
	if r.Checks.Waiting+r.Checks.Open > 0 {
		fmt.Fprintf(w, "Bank accounts that wait for micro-entries: %s on their way, %s for their members' answer.\n",
			thousands(r.Checks.Waiting), thousands(r.Checks.Open))
	}
	if len(r.OnItsWay) == 0 {
		return nil
	}
	fmt.Fprintln(w, "\nMoney on its way:")
	return printAges(w, r.OnItsWay)
}

type achRelease struct {
	databaseFlags
	profileFlag
	Bank   bankFlags `embed:"" prefix:"bank-"`
	File   string    `arg:"" help:"The file's name, as the status shows it."`
	Actor  string    `help:"Who releases it: not the one who had it built." required:"" placeholder:"NAME"`
	Reason string    `help:"Why so much is right." required:"" placeholder:"TEXT"`
}

// Help is shown under the command's flags.
func (achRelease) Help() string {
	return "Example:\n\n    quittance ach release ACH-20261120-A.ach --actor staff:tess --reason 'first AutoPay of the year' --data /var/lib/quittance\n\n" +
		"It leaves at once if the command is told the line to the bank (--bank-link and so on, or the environment of the server); " +
		"otherwise, or if the line is dead, the server sends it within the hour. " +
		"One whose bank day has passed gets the next one, with the name and the date of settlement that go with it.\n\n" +
		"Exit code 1: it is released and has not left."
}

// Run releases a file.
func (c achRelease) Run(ctx context.Context, s Streams) error {
	p, d, err := opened(ctx, c.profileFlag, c.databaseFlags)
	if err != nil {
		return err
	}
	defer d.Close()
	link, err := c.Bank.open(newLog(s.Err, slog.LevelWarn))
	if err != nil {
		return err
	}
	if err := d.Originating(p, nil).Release(ctx, c.File, operator(c.Actor), c.Reason); err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s is released.\n", c.File)
	if link == nil {
		fmt.Fprintln(s.Out, "The server sends it within the hour.")
		return nil
	}
	f, err := d.SendFile(ctx, p, link, c.File)
	switch {
	case err != nil:
		fmt.Fprintf(s.Err, "It has not left yet: %v. The server tries again within the hour.\n", err)
		return errReported
	case f.State == ach.FileHeld:
		fmt.Fprintf(s.Err, "It is held again: %s.\n", f.HeldFor)
		return errReported
	case f.State == ach.FileBuilt || f.State == ach.FileSending:
		fmt.Fprintln(s.Err, "It has not left yet. The server tries again within the hour.")
		return errReported
	}
	fmt.Fprintf(s.Out, "It is with the bank as %s and settles %s.\n", f.Name, f.SettleOn)
	return nil
}

// operator is who works at the command line: whoever holds the keys of the
// database may do there what treasury may.
func operator(name string) access.Actor {
	return access.Actor{Name: name, Role: access.RoleTreasury}
}

type achWithdraw struct {
	databaseFlags
	profileFlag
	File   string `arg:"" help:"The file's name, as the status shows it."`
	Actor  string `help:"Who withdraws it." required:"" placeholder:"NAME"`
	Second string `help:"Who has approved it." required:"" placeholder:"NAME"`
	Reason string `help:"Why, and how it is known that the bank has not got it." required:"" placeholder:"TEXT"`
}

// Help is shown under the command's flags.
func (achWithdraw) Help() string {
	return "Example:\n\n    quittance ach withdraw ACH-20261120-A.ach --actor staff:tess --second staff:sam \\\n" +
		"        --reason 'refused: wrong company id, the bank confirms it took nothing' --data /var/lib/quittance\n\n" +
		"Its entries wait again and go into the next file. Be sure that the bank has not got it: everybody would be debited twice."
}

// Run withdraws a file.
func (c achWithdraw) Run(ctx context.Context, s Streams) error {
	p, d, err := opened(ctx, c.profileFlag, c.databaseFlags)
	if err != nil {
		return err
	}
	defer d.Close()
	err = d.Originating(p, nil).Withdraw(ctx, originating.Withdrawal{File: c.File, By: operator(c.Actor), Second: operator(c.Second), Reason: c.Reason})
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Out, "%s is withdrawn: its entries go into the next file.\n", c.File)
	return nil
}
