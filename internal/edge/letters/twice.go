package letters

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// Repeated asks whether a payment was meant to be made twice (M15, R-PAY-7). The
// money stays for the next bill unless the reader asks for it (R-PAY-8).
func (w Writer) Repeated(r notifying.Repeated) (notifying.Words, error) {
	a, err := w.author(r.Reader, r.Written)
	if err != nil {
		return notifying.Words{}, err
	}
	lead := []string{a.t("letter.twice.lead", catalogue.Args{"amount": r.First.Amount}), a.t("letter.twice.not_owed", nil)}
	if owed := r.Second.Amount.Sub(r.Left); owed.IsPositive() {
		lead[1] = a.t("letter.twice.owed", catalogue.Args{"owed": owed})
	}
	keep, over := "letter.twice.keep", allOver(r.Standing)
	if over {
		keep = "letter.twice.keep_over"
	}
	lead = append(lead, a.t(keep, catalogue.Args{"left": r.Left}))
	l := a.begin(a.t("letter.twice.title", nil), lead...)
	l.Box = []fact{{a.t("letter.twice.kept", nil), r.Left.Format()}}
	l.Action = &lookUp{a.t("letter.twice.look_up_line", nil), a.t("letter.twice.look_up", nil), a.t("mail.address", nil), a.url(lookUpPath)}
	back := []string{a.t("letter.twice.call", nil), a.t("letter.twice.soon", nil), a.t("letter.twice.way", nil)}
	if over {
		back = []string{back[0], back[2]}
	}
	l.Sections = []section{
		{Title: a.t("letter.twice.both", nil), Points: []string{a.paidLine(r.First), a.paidLine(r.Second)}},
		{Title: a.t("letter.twice.back", nil), Paragraphs: back},
		{Title: a.t("letter.twice.see", nil), Paragraphs: []string{
			a.t("letter.twice.by_number", catalogue.Args{"url": a.url(lookUpPath)}), a.t("letter.twice.signed_in", catalogue.Args{"url": a.url(paymentsPath)}),
		}},
	}
	return a.finish(template{"paid_twice", 1}, l)
}

// allOver tells whether no coverage goes on or is to start: nothing may be
// billed any more.
func allOver(s standing.Standing) bool {
	for _, e := range s.Enrollments {
		if e.State != standing.StateEnded && e.State != standing.StateLapsed {
			return false
		}
	}
	return true
}

// paidLine names a payment so that the reader knows which it was.
func (a *author) paidLine(p payment.Payment) string {
	return a.t("letter.twice.payment", catalogue.Args{"on": p.EffectiveOn, "amount": p.Amount, "how": a.cameBy(p), "confirmation": p.Confirmation.String()})
}

// cameBy says how money came, with no more than four digits of where from.
func (a *author) cameBy(p payment.Payment) string {
	how := map[payment.Channel]string{
		payment.ChannelAutoPay: "autopay", payment.ChannelMail: "mail", payment.ChannelBillPay: "billpay", payment.ChannelThirdParty: "billpay",
		payment.ChannelIVR: "phone", payment.ChannelAgent: "phone", payment.ChannelStaff: "staff",
	}[p.Channel]
	if how == "" {
		how = string(p.Method) // on the website: bank or card
	}
	text := a.t("letter.twice.how."+how, nil)
	if lastFour := p.LastFour[max(0, len(p.LastFour)-4):]; lastFour != "" && p.Method != payment.MethodCheck && p.Method != payment.MethodMoneyOrder {
		text = a.t("letter.twice.ending", catalogue.Args{"how": text, "last_four": lastFour})
	}
	return text
}
