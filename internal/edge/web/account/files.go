package account

import (
	"bytes"
	"strconv"
	"strings"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
	"quittance.org/quittance/internal/edge/web/sheet"
	"quittance.org/quittance/internal/format/letterpdf"
)

// sheet begins a file about the coverage of the visitor.
func (v *visit) sheet(title string) *sheet.Sheet {
	cover := v.coverage()
	return sheet.New(sheet.Reader{Site: v.Site, Lang: v.Lang, Name: cover.FirstName + " " + cover.LastName, LastFour: cover.SubscriberID.LastFour()}, title)
}

// print answers with a file.
func (v *visit) print(p *sheet.Sheet, name string) {
	var out bytes.Buffer
	if _, err := p.Print(&out); err != nil {
		v.Broken(err)
		return
	}
	v.Send(serving.File{Type: serving.PDF, Name: name + ".pdf", Data: out.Bytes()})
}

// receiptFile is the receipt of A12.
func (v *visit) receiptFile() {
	own, ok := v.ownPayment()
	if !ok {
		return
	}
	v.print(v.receiptSheet(own), "receipt-"+own.Confirmation.String())
}

func (v *visit) receiptSheet(own *paying.OwnPayment) *sheet.Sheet {
	p := v.sheet("proof.receipt.title")
	putPayment(p, own)
	if own.Method == payment.MethodBank && !v.theirs() && own.Receipt.Wording != "" {
		p.Section(p.T("receipt.agreed"), []string{own.Receipt.Wording}, nil)
	}
	return p
}

// putPayment puts the facts of a payment on a sheet.
func putPayment(p *sheet.Sheet, own *paying.OwnPayment) {
	var more []string
	if own.ReturnCode != "" {
		more = append(more, p.T("proof.receipt.returned", "date", own.ReturnedOn))
	}
	if own.Refunded.IsPositive() {
		more = append(more, p.T("proof.receipt.refunded", "amount", own.Refunded, "date", own.RefundedOn))
	}
	p.Payment(own.Receipt, paymentRow(own.PaymentLine).How(), more...)
}

// letterFile is the proof of payment for a clinic or a carrier. There is none
// of a payment that came back.
func (v *visit) letterFile() {
	own, ok := v.ownPayment()
	if !ok {
		return
	}
	if own.ReturnCode != "" || v.theirs() {
		v.NotFound()
		return
	}
	v.print(v.letterSheet(own), "proof-of-payment-"+own.Confirmation.String())
}

func (v *visit) letterSheet(own *paying.OwnPayment) *sheet.Sheet {
	p := v.sheet("proof.letter.title")
	cover := v.coverage()
	p.Lead(p.T("proof.letter.lead", "name", cover.FirstName+" "+cover.LastName, "amount", own.Amount, "date", own.EffectiveOn))
	if d := (owing.View{Due: own.Receipt.After, Profile: v.Profile}); d.Coverage().State == portal.CoverageActive {
		p.Lead(p.T("proof.letter.through", "through", d.Coverage().Through))
	}
	putPayment(p, own)
	p.Section(p.T("proof.letter.questions"), []string{p.T("proof.letter.call")}, nil)
	return p
}

// years is A17.
func (v *visit) years() {
	all, err := v.people.YearTotals(v.Ctx(), v.who)
	if err != nil {
		v.fail(err)
		return
	}
	var view portal.Years
	for _, y := range all {
		view.Rows = append(view.Rows, portal.YearTotal{Year: y.Year, Count: y.Payments, Paid: y.Paid})
	}
	v.Show(view)
}

// yearFile is A17 on paper, month by month.
func (v *visit) yearFile() {
	year, err := strconv.Atoi(strings.TrimSuffix(v.R.PathValue("file"), ".pdf"))
	if err != nil || !strings.HasSuffix(v.R.PathValue("file"), ".pdf") {
		v.NotFound()
		return
	}
	all, err := v.people.YearTotals(v.Ctx(), v.who)
	if err != nil {
		v.fail(err)
		return
	}
	for _, y := range all {
		if y.Year == year {
			v.print(v.yearPaper(y), "paid-"+strconv.Itoa(year))
			return
		}
	}
	v.NotFound()
}

func (v *visit) yearPaper(y people.YearTotals) *sheet.Sheet {
	p := v.sheet("proof.year.title")
	p.Lead(p.T("proof.year.lead", "year", strconv.Itoa(y.Year), "amount", y.Paid))
	p.Doc.Box = []letterpdf.Fact{{Label: p.T("proof.year.paid"), Value: y.Paid.Format()}}
	var months []string
	for _, m := range y.Months {
		for _, part := range []struct {
			kind   portal.LineKind
			amount money.Amount
		}{{portal.LineHealth, m.Medical}, {portal.LineDental, m.Dental}} {
			if part.amount.IsPositive() {
				months = append(months, p.Say(portal.Line{Kind: part.kind, Month: m.Month}.Message())+": "+part.amount.Format())
			}
		}
	}
	if len(months) > 0 {
		p.Section(p.T("proof.year.months"), nil, months)
	}
	p.Section(p.T("my.years.forms"), []string{p.T("my.years.counted"), p.T("my.years.forms_text"), p.T("my.years.forms_where")}, nil)
	return p
}
