package account

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"sync"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
	"quittance.org/quittance/internal/format/letterpdf"
	"quittance.org/quittance/web/fonts"
)

// letterPress is made for the first file that somebody asks for.
var letterPress = sync.OnceValues(func() (*letterpdf.Press, error) { return letterpdf.NewPress(fonts.Files()) })

// paper is a file of one letter being put together in the reader's language.
// The first thing that can not be said is kept in err.
type paper struct {
	site *serving.Site
	lang catalogue.Lang
	doc  letterpdf.Document
	err  error
}

func (v *visit) paper(title string) *paper {
	cover := v.coverage()
	return newPaper(v.Site, v.Lang, title, cover.FirstName+" "+cover.LastName, cover.SubscriberID)
}

// newPaper begins a file for a member.
func newPaper(site *serving.Site, lang catalogue.Lang, title, name string, id ident.SubscriberID) *paper {
	p := &paper{site: site, lang: lang}
	today := site.Today()
	lines := site.Profile.Marketplace.LockboxAddress.On(today)
	p.doc = letterpdf.Document{
		Lang: site.Pages.Spoken(lang).Tag(), Written: today, Marketplace: site.Profile.Marketplace.Name,
		From: append([]string{}, lines[min(1, len(lines)):]...), To: []string{strings.TrimSpace(name)},
		Title: p.t(title), Footer: p.t("letter.page", "page", "{page}", "pages", "{pages}"),
	}
	if site.Profile.Marketplace.Demo {
		p.doc.From = append(p.doc.From, p.t("frame.demo"))
	}
	p.fact("proof.date", p.t("proof.on", "date", today))
	p.fact("proof.subscriber", p.t("proof.ends", "last_four", id.LastFour()))
	return p
}

// t says a message. Args come in pairs.
func (p *paper) t(key string, args ...any) string {
	values := catalogue.Args{}
	for i := 0; i+1 < len(args); i += 2 {
		values[args[i].(string)] = args[i+1] //nolint:forcetypeassert // names stand in this file
	}
	return p.say(portal.Message{Key: key, Args: values})
}

func (p *paper) say(m portal.Message) string {
	text, err := p.site.Pages.Text(p.lang, m)
	if err != nil && p.err == nil {
		p.err = err
	}
	return text
}

// named says something after its name.
func (p *paper) named(key string, m portal.Message) string {
	return p.t("proof.autopay.named", "name", p.t(key), "value", p.say(m))
}

func (p *paper) fact(key, value string) {
	p.doc.Facts = append(p.doc.Facts, letterpdf.Fact{Label: p.t(key), Value: value})
}

func (p *paper) lead(text string) { p.doc.Lead = append(p.doc.Lead, text) }

func (p *paper) section(heading string, paragraphs, points []string) {
	p.doc.Sections = append(p.doc.Sections, letterpdf.Section{Heading: heading, Paragraphs: paragraphs, Points: points})
}

// writeTo writes the file as a PDF.
func (p *paper) writeTo(w io.Writer) error {
	if p.err != nil {
		return p.err
	}
	press, err := letterPress()
	if err != nil {
		return err
	}
	return press.Write(w, &p.doc)
}

// sendPaper prints a file and answers with it.
func (v *visit) sendPaper(p *paper, name string) {
	var out bytes.Buffer
	if err := p.writeTo(&out); err != nil {
		v.Broken(err)
		return
	}
	v.sendFile(file{"application/pdf", name + ".pdf", out.Bytes()})
}

// receiptFile is the receipt of A12.
func (v *visit) receiptFile() {
	own, ok := v.ownPayment()
	if !ok {
		return
	}
	p := v.paper("proof.receipt.title")
	p.payment(own)
	if own.Method == payment.MethodBank && !v.theirs() && own.Receipt.Wording != "" {
		p.section(p.t("receipt.agreed"), []string{own.Receipt.Wording}, nil)
	}
	v.sendPaper(p, "receipt-"+own.Confirmation.String())
}

// payment puts the facts of a payment on paper.
func (p *paper) payment(own *paying.OwnPayment) {
	p.lead(p.t("proof.receipt.lead", "marketplace", p.site.Profile.Marketplace.Name))
	p.doc.Box = []letterpdf.Fact{
		{Label: p.t("line.amount"), Value: own.Amount.Format()}, {Label: p.t("done.confirmation"), Value: own.Confirmation.String()},
	}
	points := []string{
		p.t("proof.receipt.paid_on", "at", own.SubmittedAt), p.t("proof.receipt.counts", "date", own.EffectiveOn),
		p.t("proof.receipt.how", "how", p.say(paymentRow(own.PaymentLine).How())),
	}
	if own.ReturnCode != "" {
		points = append(points, p.t("proof.receipt.returned", "date", own.ReturnedOn))
	}
	if own.Refunded.IsPositive() {
		points = append(points, p.t("proof.receipt.refunded", "amount", own.Refunded, "date", own.RefundedOn))
	}
	p.section(p.t("proof.receipt.facts"), nil, points)
	var paid []string
	for _, line := range linesOf(own.Receipt) {
		paid = append(paid, p.say(line.Message())+": "+line.Amount.Format())
	}
	if len(paid) > 0 {
		p.section(p.t("receipt.covered"), nil, paid)
	}
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
	p := v.paper("proof.letter.title")
	cover := v.coverage()
	p.lead(p.t("proof.letter.lead", "name", cover.FirstName+" "+cover.LastName, "amount", own.Amount, "date", own.EffectiveOn))
	if d := (owing.View{Due: own.Receipt.After, Profile: v.Profile}); d.Coverage().State == portal.CoverageActive {
		p.lead(p.t("proof.letter.through", "through", d.Coverage().Through))
	}
	p.payment(own)
	p.section(p.t("proof.letter.questions"), []string{p.t("proof.letter.call")}, nil)
	v.sendPaper(p, "proof-of-payment-"+own.Confirmation.String())
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
			v.sendPaper(v.yearPaper(y), "paid-"+strconv.Itoa(year))
			return
		}
	}
	v.NotFound()
}

func (v *visit) yearPaper(y people.YearTotals) *paper {
	p := v.paper("proof.year.title")
	p.lead(p.t("proof.year.lead", "year", strconv.Itoa(y.Year), "amount", y.Paid))
	p.doc.Box = []letterpdf.Fact{{Label: p.t("proof.year.paid"), Value: y.Paid.Format()}}
	var months []string
	for _, m := range y.Months {
		for _, part := range []struct {
			kind   portal.LineKind
			amount money.Amount
		}{{portal.LineHealth, m.Medical}, {portal.LineDental, m.Dental}} {
			if part.amount.IsPositive() {
				months = append(months, p.say(portal.Line{Kind: part.kind, Month: m.Month}.Message())+": "+part.amount.Format())
			}
		}
	}
	if len(months) > 0 {
		p.section(p.t("proof.year.months"), nil, months)
	}
	p.section(p.t("my.years.forms"), []string{p.t("my.years.counted"), p.t("my.years.forms_text"), p.t("my.years.forms_where")}, nil)
	return p
}
