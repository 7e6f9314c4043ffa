package letters

import (
	"fmt"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// The templates of the letters with a bill.
var (
	firstBill   = template{"bill_first", 3}
	monthlyBill = template{"bill_monthly", 6}
)

// Bill writes the letter with a bill: by e-mail that it is ready (M1, M5) or
// that AutoPay pays it (M7, M7b), on paper the bill itself (R-BILL-6), which
// says the same.
func (w Writer) Bill(b notifying.Bill) (notifying.Words, error) {
	a, err := w.author(b.Reader, b.Written)
	if err != nil {
		return notifying.Words{}, err
	}
	t, l := monthlyBill, (*letter)(nil)
	held := b.AutoPay != nil && b.AutoPay.State == mandate.Held
	switch {
	case held:
		t, l = autoPayHeld, a.autoPayHeld(b)
	case b.AutoPay != nil && b.AutoPay.Wait != nil:
		t, l = autoPayWaits, a.autoPayWaits(b)
	case b.AutoPay != nil:
		t, l = autoPayBill, a.autoPay(b)
	case isFirst(b.Bill):
		t, l = firstBill, a.firstBill(b)
	default:
		l = a.monthlyBill(b)
	}
	onPaper := a.to.Ways.Print
	a.to.Ways.Print = false // the paper is the bill
	words, err := a.finish(t, l)
	if err != nil || !onPaper {
		return words, err
	}
	words.Bill = a.billPaper(b)
	if a.err != nil {
		return words, fmt.Errorf("bill %s: %w", b.Bill.Number, a.err)
	}
	return words, nil
}

// isFirst tells a bill whose payment starts coverage. A first bill that credit
// has paid asks for nothing.
func isFirst(b *bill.Bill) bool { return b.Kind == bill.KindEnrollment && b.AmountDue().IsPositive() }

// unpaidBill tells what a bill asks for.
func (a *author) unpaidBill(b notifying.Bill) *letter {
	if isFirst(b.Bill) {
		return a.firstBill(b)
	}
	return a.monthlyBill(b)
}

// firstBill tells that the first payment starts coverage (M1, R-BIND-1).
func (a *author) firstBill(b notifying.Bill) *letter {
	due, by := b.Bill.AmountDue(), b.Bill.DueOn
	l := a.begin(a.t("letter.bill.title_first", nil),
		a.t("letter.bill.lead_first", catalogue.Args{"amount": due, "by": by, "starts": b.Bill.Month.First()}))
	a.payBill(l, b)
	a.short(l, textFirst, "first", a.billLink(b))
	return l
}

// billLink is the bill's short address.
func (a *author) billLink(b notifying.Bill) catalogue.Args {
	return catalogue.Args{"link": a.link(linkPath + b.Link.String())}
}

// monthlyBill tells that a bill is ready (M5).
func (a *author) monthlyBill(b notifying.Bill) *letter {
	due := b.Bill.AmountDue()
	if !due.IsPositive() {
		l := a.begin(a.t("letter.bill.title_monthly", nil), a.t("letter.bill.nothing", catalogue.Args{"month": b.Bill.Month}))
		a.short(l, textNothing, "nothing", a.billLink(b))
		return l
	}
	lead := []string{a.t("letter.bill.lead_monthly", catalogue.Args{"amount": due, "by": b.Bill.DueOn, "month": b.Bill.Month})}
	if past := pastDueOf(b.Bill); past.IsPositive() {
		lead = append(lead, a.t("letter.bill.past", catalogue.Args{"amount": past}))
	}
	switch x := b.Part; {
	case x == nil:
	case x.Wait != nil && x.Wait.Late:
		lead = append(lead, a.waits(x))
	case x.Wait != nil:
		lead = append(lead, a.waits(x), a.t("letter.autopay.part_waits", nil))
	default:
		lead = append(lead, a.t("letter.autopay.part", catalogue.Args{"amount": x.Noticed, "on": x.DebitOn}))
	}
	l := a.begin(a.t("letter.bill.title_monthly", nil), lead...)
	a.payBill(l, b)
	a.short(l, textBill, "bill", a.billLink(b))
	return l
}

func (a *author) payBill(l *letter, b notifying.Bill) {
	if a.to.Ways.Print {
		l.Lead = append(l.Lead, a.t("letter.bill.paper", nil))
	}
	a.toPay(l, linkPath+b.Link.String(), a.amountBox(b.Bill.AmountDue(), b.Bill.DueOn)...)
	l.Sections = []section{a.waysToPay(b.Bill.DueOn)}
}

// pastDueOf is what earlier bills asked for and nobody paid.
func pastDueOf(b *bill.Bill) money.Amount {
	sum := money.Zero
	for _, r := range b.Reasons {
		if r.Kind == bill.ReasonPastDue {
			sum = sum.Add(r.Amount)
		}
	}
	return sum
}
