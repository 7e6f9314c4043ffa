package letters

import (
	"fmt"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// content is a receipt in words. The templates add no words of their own.
type content struct {
	Lang        string // tag of the text
	Brand       string
	Marketplace string
	Demo        string // "" when it is none
	Notice      *notice
	Title       string
	Lead        string
	Number      fact   // the confirmation number
	Facts       []fact // of the payment
	Parts       []fact // what it paid
	PartsTitle  string
	Total       fact
	State       []string // what is paid and owed now
	Next        []string
	NextTitle   string
	Agreed      string // "" for none
	AgreedTitle string
	LookUp      lookUp
	Safe, Help  string
}

type fact struct{ Label, Value string }

// notice says, in the language asked for, that the text is in English.
type notice struct{ Lang, Text string }

type lookUp struct{ Line, Button, Or, URL string }

// writer collects the words of one receipt.
type writer struct {
	speaker
	receipt *paying.Receipt
}

func (w *writer) content(url string) content {
	m, starts := w.profile.Marketplace, w.receipt.Starts
	c := content{
		Lang: w.say.Spoken().Tag(), Brand: string(w.profile.Brand.Color), Marketplace: m.Name, Demo: w.demo(), Notice: w.notice(),
		Title: w.t("mail.subject_receipt", nil), Lead: w.t("mail.received", nil),
		Number: fact{w.t("done.confirmation", nil), w.receipt.Payment.Confirmation.String()},
		Facts:  w.facts(), PartsTitle: w.t("receipt.covered", nil), Parts: w.parts(),
		Total: fact{w.t("mail.total", nil), w.receipt.Payment.Amount.Format()},
		State: w.state(), NextTitle: w.t("next.title", nil), Next: w.next(starts),
		AgreedTitle: w.t("receipt.agreed", nil), Agreed: w.receipt.Wording,
		LookUp: lookUp{w.t("mail.look_up_line", nil), w.t("mail.look_up", nil), w.t("mail.address", nil), url},
		Safe:   w.t("article.contact.safe", nil), Help: w.t("frame.call", nil),
	}
	if len(starts) > 0 {
		c.Title = w.t("mail.subject_first", nil)
		c.Lead = w.t("mail.received_first", catalogue.Args{"starts": starts[0].First()})
	}
	return c
}

func (w *writer) facts() []fact {
	p := w.receipt.Payment
	return []fact{
		{w.t("check.amount", nil), p.Amount.Format()},
		{w.t("receipt.to", nil), w.t("receipt.payee", nil)},
		{w.t("check.for", nil), w.t("frame.who", catalogue.Args{"name": w.name(), "last_four": w.receipt.SubscriberID.LastFour()})},
		{w.t("receipt.when", nil), w.when()},
		{w.t("receipt.counts", nil), w.say.Date(p.EffectiveOn)},
		{w.t("receipt.how", nil), w.paidWith()},
		{w.t("receipt.balance", nil), w.receipt.After.Asked.Format()},
	}
}

// when is the moment of a payment, of one by mail or through a bank the day on
// which it came in.
func (w *writer) when() string {
	p := w.receipt.Payment
	switch p.Channel {
	case payment.ChannelMail, payment.ChannelBillPay, payment.ChannelThirdParty:
		return w.say.Date(p.ReceivedOn)
	}
	return w.t("receipt.at", catalogue.Args{"at": p.SubmittedAt})
}

// name gives "Maria S.", all that a payer may see (R-ID-3).
func (w *writer) name() string {
	if w.receipt.Initial == "" {
		return w.receipt.FirstName
	}
	return w.receipt.FirstName + " " + w.receipt.Initial + "."
}

func (w *writer) paidWith() string {
	p := w.receipt.Payment
	switch p.Method {
	case payment.MethodBank, payment.MethodCard:
	case payment.MethodCheck, payment.MethodMoneyOrder:
		return w.t("paid_with."+string(p.Method)+"_only", nil)
	default:
		w.err = fmt.Errorf("there are no words for a payment by %q", p.Method)
		return ""
	}
	key := "paid_with." + string(p.Method)
	lastFour := p.LastFour[max(0, len(p.LastFour)-4):] // whatever came from outside, no more than four
	if lastFour == "" {
		key += "_only"
	}
	return w.t(key, catalogue.Args{"brand": p.Brand, "last_four": lastFour})
}

func (w *writer) parts() []fact {
	var parts []fact
	for _, part := range w.receipt.Parts {
		key := "line.health"
		if part.Kind == enrollment.KindDental {
			key = "line.dental"
		}
		parts = append(parts, fact{w.t(key, catalogue.Args{"month": part.Month}), part.Amount.Format()})
	}
	if w.receipt.Left.IsPositive() {
		parts = append(parts, fact{w.t("line.credit", nil), w.receipt.Left.Format()})
	}
	return parts
}

// state tells how far coverage is paid and what is owed still.
func (w *writer) state() []string {
	var lines []string
	after := w.receipt.After
	if through := paidThrough(after.Standing); !through.IsZero() {
		lines = append(lines, w.t("document.note_paid_through", catalogue.Args{"through": through.Last()}))
	}
	if by := payBy(after.Standing); after.Asked.IsPositive() && !by.IsZero() {
		still := after.Asked.Add(toPay(after.Standing).Sub(after.Standing.TotalDue))
		lines = append(lines, w.t("done.owing", catalogue.Args{"amount": still, "by": by}))
	}
	if after.Credit.IsPositive() {
		lines = append(lines, w.t("banner.credit", catalogue.Args{"amount": after.Credit}))
	}
	return lines
}

// dated is a line of what happens next.
type dated struct {
	on   civil.Date
	text string
}

// next tells what happens after a payment, in the order in which it happens.
func (w *writer) next(starts []civil.Month) []string {
	p := w.receipt.Payment
	var lines []dated
	switch {
	case p.Method == payment.MethodCard:
		lines = append(lines, dated{p.EffectiveOn, w.t("next.card", nil)})
	case p.Method == payment.MethodBank && p.Channel != payment.ChannelBillPay && p.Channel != payment.ChannelThirdParty:
		lines = append(lines, dated{p.EffectiveOn, w.t("next.statement", nil)})
	}
	add := func(key string, on civil.Date) {
		lines = append(lines, dated{on, w.t(key, catalogue.Args{"date": on})})
	}
	for i, month := range starts {
		for _, x := range afterStart(p.EffectiveOn, month) {
			if i == 0 || x.key == "next.starts" {
				add(x.key, x.on)
			}
		}
	}
	nextBill := w.receipt.After.NextBillOn
	if len(starts) > 0 {
		second := starts[0].Next() // the first month's bill is the one just paid
		if nextBill.Before(w.profile.BillOn(second)) {
			nextBill = w.profile.BillOn(second)
		}
		if due := w.profile.DueOn(second); due.After(p.EffectiveOn) {
			add("next.due", due)
		}
	}
	if nextBill.After(p.EffectiveOn) {
		add("next.bill", nextBill)
	}
	return inOrder(lines)
}

// How long a carrier takes after a first payment, about (MA-FIRST-4).
const (
	confirmBusinessDays = 5
	idCardDays          = 14
)
