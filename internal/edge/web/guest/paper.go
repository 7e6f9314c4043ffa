package guest

import (
	"bytes"
	"fmt"
	"slices"
	"sync"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
	"quittance.org/quittance/internal/format/billpdf"
	"quittance.org/quittance/web/fonts"
)

// Paper prints bills for guests.
type Paper struct {
	Bills   *notifying.Papers
	Letters letters.Writer
}

// press is made for the first bill that somebody asks for: its fonts take some
// megabytes.
var press = sync.OnceValues(func() (*billpdf.Press, error) { return billpdf.NewPress(fonts.Files()) })

// printed is a bill as a file.
type printed struct {
	data  []byte
	pages int
}

// paper prints the last bill of the session's account in the reader's
// language. It is the sealed bill of the HTML page, on paper.
func (v *visit) paper(d owing.View, b notifying.OnPaper) (printed, error) {
	doc, err := v.onPaper(d, b)
	if err != nil {
		return printed{}, err
	}
	p, err := press()
	if err != nil {
		return printed{}, err
	}
	var out bytes.Buffer
	pages, err := p.Print(&out, doc)
	return printed{out.Bytes(), pages}, err
}

// onPaper gives the printed bill as a guest may see it (R-ID-3): first name
// and initial, no address, no plan and no carrier, and not the account code,
// which would prove who somebody is (R-ACC-3).
func (v *visit) onPaper(d owing.View, b notifying.OnPaper) (*billpdf.Document, error) {
	name := d.Who().Name()
	to := b.Reader
	to.FirstName, to.LastName, to.BillingNumber, to.AccountCode, to.Language = name, "", "", "", string(v.Lang)
	own := b.Bill
	own.Reader = to
	doc, err := v.printer.Letters.BillPaper(own)
	if err != nil {
		return nil, err
	}
	doc.To = []string{name}
	doc.Facts = slices.DeleteFunc(doc.Facts, func(f billpdf.Fact) bool { return f.Value == "" })
	return doc, v.unnamed(doc, b.Bill.Bill)
}

// unnamed takes the names of plans and carriers out of the statement.
func (v *visit) unnamed(doc *billpdf.Document, b *bill.Bill) error {
	at := 0
	for i := range doc.Statement.Rows {
		row := &doc.Statement.Rows[i]
		if row.Kind != billpdf.RowGroup {
			continue
		}
		if at == len(b.Sections) {
			return fmt.Errorf("bill %s has more groups than plans", b.Number)
		}
		text, err := v.Pages.Text(v.Lang, portal.Message{
			Key: "document.part_" + string(owing.LineOf(b.Sections[at].Kind)), Args: map[string]any{"month": b.Month},
		})
		if err != nil {
			return err
		}
		row.Text = text
		at++
	}
	return nil
}

// download answers with the bill as a PDF file.
func (v *visit) download() {
	s, ok := v.member()
	if !ok {
		return
	}
	d, err := v.due(s)
	if err != nil {
		v.Fail(err)
		return
	}
	b, err := v.printer.Bills.LastBill(v.Ctx(), s.Account)
	if err != nil {
		v.Fail(err)
		return
	}
	file, err := v.paper(d, b)
	if fault.KindOf(err) == fault.Invalid { // can not be printed; its page offers no download
		v.NotFound()
		return
	}
	if err != nil {
		v.Broken(err)
		return
	}
	v.Send(serving.File{Type: serving.PDF, Name: "bill-" + b.Bill.Bill.Month.String() + ".pdf", Data: file.data})
}

// showPaper puts the download and the last months' history on the HTML bill. A
// bill that can not be printed, for a letter that the fonts do not have, is
// told without the download.
func (v *visit) showPaper(view *portal.Document, d owing.View) error {
	b, err := v.printer.Bills.LastBill(v.Ctx(), d.Account)
	if err != nil {
		return err
	}
	for _, e := range b.Events {
		view.History = append(view.History, portal.Event{Kind: portal.EventKind(e.Kind), On: e.On, Month: e.Month, Amount: e.Amount, Balance: e.Balance})
	}
	file, err := v.paper(d, b)
	switch {
	case fault.KindOf(err) == fault.Invalid:
		v.Log.WarnContext(v.Ctx(), "bill can not be printed", "request", serving.RequestID(v.Ctx()), "error", err)
		return nil
	case err != nil:
		return err
	}
	view.Paper = &portal.Paper{Pages: file.pages, Kilobytes: (len(file.data) + 1023) / 1024}
	return nil
}
