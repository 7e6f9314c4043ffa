package account

import (
	"bytes"
	"strconv"
	"strings"
	"sync"

	"quittance.org/quittance/internal/app/autopay"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/edge/web/owing"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/format/letterpdf"
	"quittance.org/quittance/web/fonts"
)

// letterPress is made for the first file that somebody asks for.
var letterPress = sync.OnceValues(func() (*letterpdf.Press, error) { return letterpdf.NewPress(fonts.Files()) })

// paper is a file of one letter being put together in the reader's language.
// The first thing that can not be said is kept in err.
type paper struct {
	v   *visit
	doc letterpdf.Document
	err error
}

func (v *visit) paper(title string) *paper {
	p := &paper{v: v}
	today := v.Today()
	lines := v.Profile.Marketplace.LockboxAddress.On(today)
	cover := v.coverage()
	p.doc = letterpdf.Document{
		Lang: v.Pages.Spoken(v.Lang).Tag(), Written: today, Marketplace: v.Profile.Marketplace.Name,
		From: append([]string{}, lines[min(1, len(lines)):]...), To: []string{strings.TrimSpace(cover.FirstName + " " + cover.LastName)},
		Title: p.t(title), Footer: p.t("letter.page", "page", "{page}", "pages", "{pages}"),
	}
	if v.Profile.Marketplace.Demo {
		p.doc.From = append(p.doc.From, p.t("frame.demo"))
	}
	p.fact("proof.date", p.t("proof.on", "date", today))
	p.fact("proof.subscriber", p.t("proof.ends", "last_four", cover.SubscriberID.LastFour()))
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
	text, err := p.v.Pages.Text(p.v.Lang, m)
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

// send prints the file and answers with it.
func (p *paper) send(name string) {
	if p.err != nil {
		p.v.Broken(p.err)
		return
	}
	press, err := letterPress()
	if err != nil {
		p.v.Broken(err)
		return
	}
	var out bytes.Buffer
	if err := press.Write(&out, &p.doc); err != nil {
		p.v.Broken(err)
		return
	}
	p.v.sendFile(file{"application/pdf", name + ".pdf", out.Bytes()})
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
	p.send("receipt-" + own.Confirmation.String())
}

// payment puts the facts of a payment on paper.
func (p *paper) payment(own *paying.OwnPayment) {
	p.lead(p.t("proof.receipt.lead", "marketplace", p.v.Profile.Marketplace.Name))
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
	p.send("proof-of-payment-" + own.Confirmation.String())
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
			v.yearPaper(y).send("paid-" + strconv.Itoa(year))
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

// proof is the authorization of AutoPay on paper: every word that was agreed
// to, when and how, and what became of it (ACH-04, REG-40).
func (v *visit) proof() {
	if err := v.who.May(access.SeeBillDetails); err != nil {
		v.fail(err)
		return
	}
	proof, err := v.member.AutoPay.Proof(v.Ctx(), v.payer(), v.who.Account, mandate.ID{})
	switch {
	case fault.KindOf(err) == fault.NotFound:
		v.To(portal.PathAutoPay)
		return
	case err != nil:
		v.fail(err)
		return
	}
	v.proofPaper(proof).send("autopay-authorization")
}

func (v *visit) proofPaper(proof autopay.Proof) *paper {
	p := v.paper("proof.autopay.title")
	p.lead(p.t("proof.autopay.lead", "name", proof.FirstName+" "+proof.LastName))
	for _, a := range proof.Authorizations {
		bank := proof.Banks[a.BankAccount]
		points := []string{
			p.t("proof.autopay.given", "at", a.At), p.t("proof.autopay.version", "version", a.TextVersion, "method", a.Method),
			p.named("my.terms.day", portal.DayOfMonth(a.Day)),
			p.named("my.terms.bank", portal.Saved{Kind: portal.AccountKind(bank.Type), LastFour: bank.LastFour}.Message()),
			p.t("proof.autopay.holder", "holder", bank.HolderName),
		}
		terms := portal.AutoPayTerms{Cap: a.Cap, Always: a.Notice != mandate.NoticeOver, Over: a.NoticeOver, Days: v.Profile.AutoPay.NoticeDays.On(v.Today())}
		points = append(points, p.named("my.terms.limit", terms.CapMessage()), p.named("my.terms.notice", terms.NoticeMessage()))
		heading := p.t("proof.autopay.first", "date", dateOf(v, a.At))
		if a.Version > 1 {
			heading = p.t("proof.autopay.changed", "date", dateOf(v, a.At))
		}
		p.section(heading, strings.Split(a.Wording, "\n\n"), points)
	}
	var events []string
	for _, e := range proof.Events {
		events = append(events, p.t("proof.autopay.event_"+string(e.State), "date", e.On))
	}
	p.section(p.t("proof.autopay.events"), nil, events)
	p.section(p.t("proof.letter.questions"), []string{p.t("proof.letter.call")}, nil)
	return p
}

func dateOf(v *visit, at civil.Instant) civil.Date { return at.DateIn(v.Profile.Zone()) }
