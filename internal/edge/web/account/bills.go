package account

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"sync"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
	"quittance.org/quittance/internal/format/billpdf"
	"quittance.org/quittance/web/fonts"
)

// bills is A9.
func (v *visit) bills() {
	all, err := v.member.Paying.Bills(v.Ctx(), v.who)
	if err != nil {
		v.fail(err)
		return
	}
	view := portal.Bills{Year: v.year()}
	for _, b := range all {
		view.Years = addYear(view.Years, b.Month.Year())
		if view.Year == 0 || b.Month.Year() == view.Year {
			view.Rows = append(view.Rows, portal.BillRow{Number: b.Number, Covers: b.Month, Amount: b.Amount, Due: b.DueOn, Status: portal.BillStatus(b.State)})
		}
	}
	view.Years = worthChoosing(view.Years, view.Year)
	v.Show(view)
}

// year is the year that a list is asked for, 0 for all.
func (v *visit) year() int {
	year, err := strconv.Atoi(v.R.URL.Query().Get("year"))
	if err != nil || year < 1900 || year > 9999 {
		return 0
	}
	return year
}

// addYear adds a year to a list whose newest year comes first.
func addYear(years []int, year int) []int {
	if slices.Contains(years, year) {
		return years
	}
	return append(years, year)
}

// worthChoosing drops a choice of one.
func worthChoosing(years []int, chosen int) []int {
	if len(years) < 2 && chosen == 0 {
		return nil
	}
	return years
}

// oneBill is A10: the HTML bill, or with ".pdf" the same bill as a file.
func (v *visit) oneBill() {
	number, file := strings.CutSuffix(v.R.PathValue("file"), ".pdf")
	own, err := v.member.Paying.OwnBill(v.Ctx(), v.who, number)
	switch {
	case err != nil:
		v.fail(err)
	case file:
		v.billFile(own)
	default:
		v.showBill(own)
	}
}

func (v *visit) showBill(own *paying.OwnBill) {
	d := owing.View{Due: own.Due, Profile: v.Profile}
	view := d.Sealed(own.Bill)
	if own.Newest {
		view = d.Document()
		view.CanPay = view.CanPay && access.Allowed(v.who.Role, access.StartPayment)
	}
	view.Within, view.PaidOn, view.Carried = portal.BillRow{Number: own.Number}.Path(), own.PaidOn, own.State == paying.BillCarried
	if !view.PaidOn.IsZero() || view.Carried {
		view.PayBy = civil.Date{} // nothing is asked for by then any more
	}
	for i, s := range own.Bill.Sections {
		view.Sections[i].Name, view.Sections[i].Carrier = s.Plan, s.Carrier
	}
	paper, err := v.member.Bills.Bill(v.Ctx(), v.who.Account, own.Number)
	if err != nil {
		v.fail(err)
		return
	}
	for _, e := range paper.Events {
		view.History = append(view.History, portal.Event{Kind: portal.EventKind(e.Kind), On: e.On, Month: e.Month, Amount: e.Amount, Balance: e.Balance})
	}
	data, pages, err := v.printBill(own.Number)
	switch {
	case err == nil:
		view.Paper = &portal.Paper{Pages: pages, Kilobytes: (len(data) + 1023) / 1024}
	case fault.KindOf(err) != fault.Invalid: // one that can not be printed is told without the download
		v.Broken(err)
		return
	}
	v.Show(view)
}

// press is made for the first bill that somebody asks for: its fonts take some
// megabytes.
var press = sync.OnceValues(func() (*billpdf.Press, error) { return billpdf.NewPress(fonts.Files()) })

// printBill prints a bill as it was mailed, in the reader's language.
func (v *visit) printBill(number string) (data []byte, pages int, err error) {
	paper, err := v.member.Bills.Bill(v.Ctx(), v.who.Account, number)
	if err != nil {
		return nil, 0, err
	}
	paper.Bill.Reader.Language = string(v.Lang)
	doc, err := v.member.Letters.BillPaper(paper.Bill)
	if err != nil {
		return nil, 0, err
	}
	doc.To = paper.To
	p, err := press()
	if err != nil {
		return nil, 0, err
	}
	var out bytes.Buffer
	pages, err = p.Print(&out, doc)
	return out.Bytes(), pages, err
}

func (v *visit) billFile(own *paying.OwnBill) {
	data, _, err := v.printBill(own.Number)
	if fault.KindOf(err) == fault.Invalid { // its page offers no download
		v.NotFound()
		return
	}
	if err != nil {
		v.fail(err)
		return
	}
	v.Send(serving.File{Type: serving.PDF, Name: "bill-" + own.Month.String() + ".pdf", Data: data})
}
