package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/receiving"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
)

type importBankFile struct {
	databaseFlags
	profileFlag
	File string `arg:"" help:"The file, as the bank sent it." type:"existingfile"`
	JSON bool   `help:"Print the result as one line of JSON."`
}

// Help is shown under the command's flags.
func (importBankFile) Help() string {
	return "Example:\n\n    quittance import bank-file RETURNS-20261217.ach --data /var/lib/quittance\n\n" +
		"Takes in a file that came by hand the way the business day takes in those of the bank's mailbox: returns and " +
		"corrections of ACH entries, or a BAI2 statement. What it is is found out by its content. The same file again " +
		"changes nothing, and an item that came before counts once.\n\n" +
		"Exit code 0: all of it is posted, known or noted, or waits for what it is about. 1: something is set aside; see quittance bank items."
}

// Run takes the file in.
func (c importBankFile) Run(ctx context.Context, s Streams) error {
	f, err := os.Open(c.File)
	if err != nil {
		return fault.Wrap(fault.Invalid, "cli.file", err, "can not read the file")
	}
	defer f.Close()
	p, d, err := opened(ctx, c.profileFlag, c.databaseFlags)
	if err != nil {
		return err
	}
	defer d.Close()
	// Letters that follow are written by the server, which knows its address.
	config, err := outsideFlags{PublicURL: "https://pay.invalid"}.given(p, newLog(s.Err, slog.LevelWarn))
	if err != nil {
		return err
	}
	a, err := app.New(d, config)
	if err != nil {
		return err
	}
	report, err := a.Receiving.Take(ctx, filepath.Base(c.File), f)
	if err != nil {
		return err
	}
	if err := c.print(s, report); err != nil || report.SetAside == 0 {
		return err
	}
	if !c.JSON {
		fmt.Fprintln(s.Err, "Somebody must look: quittance bank items")
	}
	return errReported
}

var fileKinds = map[receiving.FileKind]string{
	receiving.FileACH: "an ACH file", receiving.FileStatement: "a statement",
	receiving.FileAck: "the bank's word on a file of ours", receiving.FileUnknown: "no file that can be read",
}

func (c importBankFile) print(s Streams, r receiving.Report) error {
	if c.JSON {
		return json.NewEncoder(s.Out).Encode(r)
	}
	if !r.TakenOn.IsZero() {
		fmt.Fprintf(s.Out, "Exactly this file was taken in before, on %s; nothing was changed. It came to:\n", r.TakenOn.Time().Format("2006-01-02"))
	}
	if !r.Whole {
		fmt.Fprintf(s.Out, "It has %s bytes; only its beginning is kept.\n", thousands(int(r.Size)))
	}
	_, err := fmt.Fprintf(s.Out, "%s: %s. %d items are posted, %d noted, %d were known, %d wait, %d are set aside.\n",
		r.Name, fileKinds[r.Kind], r.Posted, r.Noted, r.Known, r.Waiting, r.SetAside)
	return err
}

type bankCommand struct {
	Items   bankItems   `cmd:"" help:"List what of the bank's files waits for a person."`
	Resolve bankResolve `cmd:"" help:"Say that an item was dealt with, and how."`
	Ages    bankAges    `cmd:"" help:"See how long money has been on its way."`
	Guard   bankGuard   `cmd:"" help:"See the return rates, and let debits go on in spite of them."`
}

// receivingOf opens the database for commands that look, and for what staff
// record.
func receivingOf(ctx context.Context, f databaseFlags, p profileFlag) (*receiving.Service, func(), error) {
	profile, err := p.load()
	if err != nil {
		return nil, nil, err
	}
	now, err := f.commandClock()
	if err != nil {
		return nil, nil, err
	}
	d, err := f.open(ctx, now)
	if err != nil {
		return nil, nil, err
	}
	return d.Receiving(profile), d.Close, nil
}

type bankItems struct {
	databaseFlags
	profileFlag
	All   bool `help:"Also lines of the statement that may still find what they are about."`
	Limit int  `help:"How many at most." default:"100"`
	JSON  bool `help:"Print them as JSON."`
}

// Help is shown under the command's flags.
func (bankItems) Help() string {
	return "Example:\n\n    quittance bank items --data /var/lib/quittance\n\n" +
		"Each has a name, FILE:LINE:NUMBER, for quittance bank resolve; when and on which line of which file it came; and why a person must look."
}

// item is an item as the command prints it.
type item struct {
	Name     string `json:"item"`
	On       string `json:"on"`
	BankDays int    `json:"bank_days"`
	Kind     string `json:"kind"`
	Code     string `json:"code,omitempty"`
	Trace    string `json:"reference,omitempty"`
	Amount   string `json:"amount"`
	State    string `json:"state"`
	Reason   string `json:"reason"`
	Note     string `json:"note,omitempty"`
	Account  string `json:"account,omitempty"`
}

// Run lists the queue.
func (c bankItems) Run(ctx context.Context, s Streams) error {
	service, end, err := receivingOf(ctx, c.databaseFlags, c.profileFlag)
	if err != nil {
		return err
	}
	defer end()
	list, err := c.queue(ctx, service)
	switch {
	case err != nil:
		return err
	case c.JSON:
		return json.NewEncoder(s.Out).Encode(map[string]any{"items": list})
	case len(list) == 0:
		_, err := fmt.Fprintln(s.Out, "Nothing of the bank's files waits for a person.")
		return err
	}
	table := tabwriter.NewWriter(s.Out, 0, 0, 2, ' ', 0)
	for _, i := range list {
		fmt.Fprintf(table, "%s\t%s %s\t%s\t%s\t%s\n", i.On, i.Kind, i.Code, i.Amount, i.Reason, i.Name)
		if i.Note != "" {
			fmt.Fprintf(table, "\t%s\t\t\t\n", i.Note)
		}
	}
	return table.Flush()
}

func (c bankItems) queue(ctx context.Context, service *receiving.Service) ([]item, error) {
	list := []item{}
	var after receiving.Item
	for len(list) < c.Limit {
		page, err := service.Queue(ctx, after, 200)
		if err != nil || len(page) == 0 {
			return list, err
		}
		for _, o := range page {
			if (o.Due || c.All) && len(list) < c.Limit {
				list = append(list, item{
					o.Name(), o.On.String(), o.BankDays, o.Kind, o.Code, o.Trace, o.Amount.String(), string(o.State), o.Reason, o.Note, o.AccountID.String(),
				})
			}
		}
		after = page[len(page)-1].BankItem
	}
	return list, nil
}

type bankResolve struct {
	databaseFlags
	profileFlag
	Item string `arg:"" help:"Its name, as quittance bank items gives it."`
	By   string `help:"Who dealt with it." required:"" placeholder:"NAME"`
	Note string `help:"What was done. It is kept." required:"" placeholder:"TEXT"`
}

// Help is shown under the command's flags.
func (bankResolve) Help() string {
	return "Example:\n\n    quittance bank resolve 0193…:12:3 --by staff:ann --note \"asked the bank: meant for another company\" --data /var/lib/quittance\n\nIt moves no money."
}

// Run records it.
func (c bankResolve) Run(ctx context.Context, s Streams) error {
	service, end, err := receivingOf(ctx, c.databaseFlags, c.profileFlag)
	if err != nil {
		return err
	}
	defer end()
	id, err := receiving.ParseItem(c.Item)
	if err != nil {
		return err
	}
	if err := service.Resolve(ctx, id, operator(c.By), c.Note); err != nil {
		return err
	}
	_, err = fmt.Fprintln(s.Out, "Recorded.")
	return err
}

type bankAges struct {
	databaseFlags
	profileFlag
	JSON bool `help:"Print them as JSON."`
}

// Help is shown under the command's flags.
func (bankAges) Help() string {
	return "Example:\n\n    quittance bank ages --data /var/lib/quittance\n\n" +
		"Money is on its way from the moment a payment is posted until the bank's statement shows it; what comes back is on its way from its return."
}

// Run lists the ages.
func (c bankAges) Run(ctx context.Context, s Streams) error {
	service, end, err := receivingOf(ctx, c.databaseFlags, c.profileFlag)
	if err != nil {
		return err
	}
	defer end()
	ages, err := service.Ages(ctx)
	switch {
	case err != nil:
		return err
	case c.JSON:
		return json.NewEncoder(s.Out).Encode(map[string]any{"open": ages})
	case len(ages) == 0:
		_, err := fmt.Fprintln(s.Out, "No money is on its way.")
		return err
	}
	return printAges(s.Out, ages)
}

func printAges(w io.Writer, ages []receiving.Aging) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(table, "bank days\t clearing\titems\tcoming\tgoing back\t")
	for _, a := range ages {
		late := ""
		if a.Overdue {
			late = "  ask the bank"
		}
		fmt.Fprintf(table, "%d\t %s\t%d\t%s\t%s\t%s\n", a.BankDays, a.Clearing, a.Items, a.Coming, a.Going, late)
	}
	return table.Flush()
}

type bankGuard struct {
	databaseFlags
	profileFlag
	Release bool   `help:"Let debits go on in spite of the rates: takes --by, --second and --reason."`
	By      string `help:"Who asks." placeholder:"NAME"`
	Second  string `help:"Who agrees." placeholder:"NAME"`
	Reason  string `help:"Why. It is kept." placeholder:"TEXT"`
	JSON    bool   `help:"Print the rates as JSON."`
}

// Help is shown under the command's flags.
func (bankGuard) Help() string {
	return "Example:\n\n    quittance bank guard --data /var/lib/quittance\n" +
		"    quittance bank guard --release --by staff:ann --second staff:bob --reason \"one bank returned its whole file by mistake\" --data /var/lib/quittance\n\n" +
		"Above the ceilings of the ACH rules (ACH-34) no file of debits is built. A release ends by itself when a rate that is above its ceiling rises further."
}

// Run shows the rates, or releases. It fails while debits are stopped.
func (c bankGuard) Run(ctx context.Context, s Streams) error {
	service, end, err := receivingOf(ctx, c.databaseFlags, c.profileFlag)
	if err != nil {
		return err
	}
	defer end()
	if c.Release {
		if err := service.Release(ctx, receiving.Release{By: operator(c.By), Second: operator(c.Second), Reason: c.Reason}); err != nil {
			return err
		}
	}
	guard, err := service.Rates(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(s.Out).Encode(guard)
	} else {
		err = printGuard(s.Out, guard)
	}
	if err == nil && guard.Stops() {
		fmt.Fprintln(s.Err, "No debit is built until the rates fall or two people release them.")
		return errReported
	}
	return err
}

func printGuard(w io.Writer, g receiving.Guard) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range g.Rates {
		level := string(r.Level)
		if r.TooFew() {
			level += ": too few returns to tell" // fewer than ach.least_returns
		}
		fmt.Fprintf(table, "%s\t%d of %d debits\t%s %%\tmay be %s %%\t%s\n",
			r.Name, r.Returns, r.Debits, receiving.Percent(r.BasisPoints()), receiving.Percent(int64(r.Ceiling)), level)
	}
	if m := g.Micro; m.Debits > 0 {
		fmt.Fprintf(table, "%s\t%d of %d checks\t%s %%\tmay be %s %%\t%s\n",
			m.Name, m.Returns, m.Debits, receiving.Percent(m.BasisPoints()), receiving.Percent(int64(m.Ceiling)), m.Level)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	if g.Micro.Level == ach.LevelStop {
		fmt.Fprintln(w, "No check by micro-entries begins until that rate falls (ACH-11).")
	}
	if g.Released {
		fmt.Fprintf(w, "Debits go on: released by %s.\n", strings.Join(g.By, " and "))
	}
	return nil
}
