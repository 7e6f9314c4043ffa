package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"quittance.org/quittance/internal/app/enrolling"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
)

type importCommand struct {
	Enrollments importEnrollments `cmd:"" help:"Load enrollments from a CSV file."`
	BankFile    importBankFile    `cmd:"" name:"bank-file" help:"Take in a file from the bank: returns, corrections, statements."`
}

type importEnrollments struct {
	databaseFlags
	profileFlag
	File    string `arg:"" help:"The file; its columns are in docs/ENROLLMENT-FILE.md." type:"existingfile"`
	Rejects string `help:"Where rejected rows go. Default: FILE.rejects.csv." placeholder:"FILE" type:"path"`
	JSON    bool   `help:"Print the result as one line of JSON."`
}

// Help is shown under the command's flags.
func (importEnrollments) Help() string {
	return "Example:\n\n    quittance import enrollments households.csv --data /var/lib/quittance\n\n" +
		"Good rows are loaded and bad ones written to the reject file with line, column and reason. " +
		"The same file again changes nothing. The first bills of new enrollments are issued at once."
}

// Run imports. It fails when rows were rejected, so that a scheduler notices.
func (c importEnrollments) Run(ctx context.Context, s Streams) error {
	p, err := c.load()
	if err != nil {
		return err
	}
	f, err := os.Open(c.File)
	if err != nil {
		return fault.Wrap(fault.Invalid, "cli.file", err, "can not read the file")
	}
	defer f.Close()
	d, err := c.create(ctx, clock.System())
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.CheckVersion(ctx); err != nil {
		return err
	}
	service := d.Enrolling()
	bar := newProgress(s.Err, "Rows", 0)
	result, err := service.Import(ctx, enrolling.ImportInput{
		Name: filepath.Base(c.File), Actor: "operator:import", Reader: f, Progress: func(rows int64) { bar.at(int(rows)) },
	})
	bar.done(int(result.Accepted + result.Unchanged + result.Rejected))
	if err != nil {
		return err
	}
	bills, err := d.Billing(p).FirstBills(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(s.Out).Encode(map[string]any{
			"file_id": result.FileID, "already_imported": !result.ImportedOn.IsZero(), "accepted": result.Accepted,
			"unchanged": result.Unchanged, "rejected": result.Rejected, "first_bills": bills,
		})
	} else {
		c.report(result, s)
		if bills > 0 {
			fmt.Fprintf(s.Out, "First bills were issued for %s accounts.\n", thousands(bills))
		}
	}
	if err != nil || result.Rejected == 0 {
		return err
	}
	return c.writeRejects(ctx, service, result, s)
}

func (c importEnrollments) report(r enrolling.Result, s Streams) {
	if !r.ImportedOn.IsZero() {
		fmt.Fprintf(s.Out, "Exactly this file was imported before, on %s; nothing was changed. It came to:\n", r.ImportedOn.Time().Format("2006-01-02"))
	}
	fmt.Fprintf(s.Out, "%s households are new or changed, %s were known just so, %s rows were rejected.\n",
		thousands(int(r.Accepted)), thousands(int(r.Unchanged)), thousands(int(r.Rejected)))
}

func (c importEnrollments) writeRejects(ctx context.Context, service *enrolling.Service, result enrolling.Result, s Streams) error {
	path := c.Rejects
	if path == "" {
		path = c.File + ".rejects.csv"
	}
	out, err := os.Create(path)
	if err != nil {
		return fault.Wrap(fault.Invalid, "cli.file", err, "can not write the reject file")
	}
	err = service.WriteRejects(ctx, result.FileID, out)
	if closed := out.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return err
	}
	fmt.Fprintf(s.Err, "%s rows were rejected; correct them in %s and import that file.\n", thousands(int(result.Rejected)), path)
	return errReported
}
