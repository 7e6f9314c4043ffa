package cli

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/format/billpdf"
	"quittance.org/quittance/internal/format/pdf"
	"quittance.org/quittance/web"
	"quittance.org/quittance/web/fonts"
)

type billPDF struct {
	databaseFlags
	profileFlag
	Month     string `help:"The coverage month, like 2026-12." required:"" placeholder:"YYYY-MM"`
	Out       string `help:"The file to write. It must not exist." required:"" type:"path"`
	PublicURL string `help:"The portal's address as the public sees it, for codes and links. Default: the profile's." env:"QUITTANCE_PUBLIC_URL" placeholder:"URL"`
	JSON      bool   `help:"Print the result as one line of JSON."`
}

// Help is shown under the command's flags.
func (billPDF) Help() string {
	return "Example:\n\n    quittance bill pdf --month 2026-12 --out bills.pdf --data /var/lib/quittance --public-url https://pay.example.org\n\n" +
		"One PDF file with every bill for the month, each beginning on a sheet of its own. Bills that can not be\n" +
		"printed are left out and listed. The file holds names and addresses: only its owner may read it."
}

// Run prints the bills of a month. It fails when some could not be printed, so
// that a scheduler notices.
func (c billPDF) Run(ctx context.Context, s Streams) (err error) {
	month, err := civil.ParseMonth(c.Month)
	if err != nil {
		return err
	}
	p, err := c.load()
	if err != nil {
		return err
	}
	writer, err := c.writer(p)
	if err != nil {
		return err
	}
	d, err := c.open(ctx, clock.System())
	if err != nil {
		return err
	}
	defer d.Close()
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer func() {
		if err = errors.Join(err, file.Close()); err != nil && !fault.Is(err, codeNotPrinted) {
			_ = os.Remove(c.Out) // half a file helps nobody
		}
	}()
	start := clock.Start()
	total, err := printBills(ctx, file, d.Papers(p), writer, month, s.Err)
	if err != nil {
		return err
	}
	seconds := clock.Elapsed(start).Seconds()
	if c.JSON {
		err = json.NewEncoder(s.Out).Encode(map[string]any{
			"month": c.Month, "bills": total.Bills, "pages": total.Pages, "not_printed": total.NotPrinted, "seconds": seconds,
		})
	} else {
		fmt.Fprintf(s.Out, "%s bills for %s on %s pages in %.1f s: %s\n", thousands(total.Bills), c.Month, thousands(total.Pages), seconds, c.Out)
	}
	if err == nil && total.NotPrinted > 0 {
		err = fault.New(fault.Conflict, codeNotPrinted, "%d bills could not be printed; they are listed above", total.NotPrinted)
	}
	return err
}

// codeNotPrinted marks a file that lacks some bills.
const codeNotPrinted = "bill.not_printed"

func (c billPDF) writer(p *profile.Profile) (letters.Writer, error) {
	url, err := outsideFlags{PublicURL: c.PublicURL}.publicURL(p)
	if err != nil {
		return letters.Writer{}, err
	}
	words, err := catalogue.Load(web.Messages(), p.Zone())
	return letters.Writer{Catalogue: words, Profile: p, BaseURL: url}, err
}

// printedBills counts what printBills did.
type printedBills struct{ Bills, Pages, NotPrinted int }

// printBills prints every bill for a month as one file. Each is written when it
// is read: memory does not grow with their number but for a few words each.
func printBills(ctx context.Context, out io.Writer, bills *notifying.Papers, writer letters.Writer, month civil.Month, problems io.Writer) (printedBills, error) {
	press, err := billpdf.NewPress(fonts.Files())
	if err != nil {
		return printedBills{}, err
	}
	buffered := bufio.NewWriterSize(out, 1<<20)
	batch := press.Batch(buffered, pdf.Info{Title: "Bills for " + month.String(), Lang: "en", Created: month.First()})
	var total printedBills
	err = bills.EachBill(ctx, month, func(b notifying.OnPaper) error {
		doc, err := writer.BillPaper(b.Bill)
		if err != nil {
			return err
		}
		doc.To = b.To
		pages, err := batch.Add(doc)
		if fault.KindOf(err) == fault.Invalid { // a letter that no font has, a text without room
			total.NotPrinted++
			fmt.Fprintf(problems, "bill %s: %v\n", b.Bill.Bill.Number, err)
			return nil
		}
		total.Bills++
		total.Pages += pages.Count
		return err
	})
	if err != nil {
		return total, err
	}
	return total, errors.Join(batch.Close(), buffered.Flush())
}
