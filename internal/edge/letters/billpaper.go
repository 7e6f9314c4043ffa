package letters

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/catalogue"
	"quittance.org/quittance/internal/format/billpdf"
)

// BillPaper gives a bill as it is printed (brief 16), without the address of
// its reader.
func (w Writer) BillPaper(b notifying.Bill) (*billpdf.Document, error) {
	a, err := w.author(b.Reader, b.Written)
	if err != nil {
		return nil, err
	}
	doc := a.billPaper(b)
	return doc, a.err
}

func (a *author) billPaper(b notifying.Bill) *billpdf.Document {
	x, m := b.Bill, a.profile.Marketplace
	doc := &billpdf.Document{
		Lang: a.say.Spoken().Tag(), Issued: x.IssuedOn, Marketplace: m.Name, From: a.sender(),
		Title: a.t("paper.heading", catalogue.Args{"month": x.Month}),
		Facts: []billpdf.Fact{
			{Label: a.t("paper.issued", nil), Value: a.say.Date(x.IssuedOn)},
			{Label: a.t("letter.subscriber_id", nil), Value: a.to.SubscriberID.Grouped()},
			{Label: a.t("paper.number", nil), Value: x.Number},
			{Label: a.t("paper.account_number", nil), Value: a.to.BillingNumber},
		},
		Amount: billpdf.Amount{Label: a.t("paper.due", nil), Due: x.AmountDue(), PayBy: a.t("paper.not_a_bill", nil)},
		Status: a.billStatus(b), Statement: a.statement(x), Changes: a.changes(x),
		Help: a.helpOnPaper(), History: a.history(b.Events), NoSlip: a.t("paper.no_slip", nil),
		More: a.overleaf(b),
		Footer: a.t("paper.footer", catalogue.Args{
			"number": x.Number, "version": int(x.Revision), "language": a.say.Spoken().Name(), "page": "{page}", "pages": "{pages}",
		}),
	}
	if demo := a.demo(); demo != "" {
		doc.From = append(doc.From, demo)
	}
	if x.AmountDue().IsPositive() {
		doc.Amount.PayBy = a.t("paper.pay_by", catalogue.Args{"by": x.DueOn})
		doc.Ways, doc.Slip = a.billWays(b, "paper.ways.mail_text"), a.slip(x)
		a.autoPayOnPaper(doc, b)
	}
	return doc
}

// autoPayOnPaper says on the bill that AutoPay pays it: then there is no slip to
// pay it with (brief 16). One that waits, for its reader or for a bank account, is
// paid like any other.
func (a *author) autoPayOnPaper(doc *billpdf.Document, b notifying.Bill) {
	x := b.AutoPay
	switch {
	case x == nil:
	case x.State == mandate.Held:
		doc.Amount.Note = a.t("paper.autopay_held", nil)
	case x.Wait != nil && x.Wait.Late:
		doc.Amount.Note = a.t("paper.autopay_late", catalogue.Args{"bank": x.Bank.LastFour})
	case x.Wait != nil:
		doc.Amount.Note = a.t("paper.autopay_waits", catalogue.Args{"bank": x.Bank.LastFour, "until": x.Wait.By, "amount": x.Noticed, "on": x.DebitOn})
	default:
		doc.Amount.PayBy = a.t("paper.autopay_by", catalogue.Args{"on": x.DebitOn})
		doc.Amount.Note = a.t("paper.autopay", catalogue.Args{"amount": x.Noticed, "bank": x.Bank.LastFour, "on": x.DebitOn})
		doc.Ways, doc.Slip = a.billWays(b, "paper.ways.mail_no_slip"), nil
	}
}

// helpOnPaper is the help line, and the code that connects coverage with an
// account here (R-ACC-3, A5): for the member, who gets the paper.
func (a *author) helpOnPaper() []string {
	lines := []string{a.t("paper.help", nil)}
	if code := a.to.AccountCode; code != "" {
		lines = append(lines, a.t("paper.account_code", catalogue.Args{"url": plainURL(a.url(signUpPath)), "code": code.String()}))
	}
	return lines
}

// plainURL is an address as it is printed.
func plainURL(url string) string {
	return strings.TrimPrefix(strings.TrimPrefix(url, "https://"), "http://")
}

// billStatus is the sentence about coverage, and of a past-due bill its dates.
func (a *author) billStatus(b notifying.Bill) billpdf.Status {
	x, now := b.Bill, b.Standing
	switch by := payBy(now); {
	case x.Kind == bill.KindEnrollment && x.AmountDue().IsPositive():
		return billpdf.Status{Text: a.t("paper.not_started", catalogue.Args{"amount": x.AmountDue(), "by": x.DueOn, "starts": x.Month.First()})}
	case !pastDueOf(x).IsPositive():
		return billpdf.Status{Text: a.t("paper.paid_through", catalogue.Args{"through": x.Month.Prev().Last()})}
	case by.IsZero() || !now.TotalDue.IsPositive():
		return billpdf.Status{Text: a.t("paper.past_due_only", nil)}
	default:
		return billpdf.Status{Text: a.t("paper.past_due", catalogue.Args{"amount": toPay(now), "by": by}), Steps: a.timeline(now)}
	}
}

// How much of the time lines a page has room for: dates of one, or of each of two.
const (
	linesMost = 2
	datesMost = 5
	datesEach = 4
)

// timeline gives the dates of all coverage that is past due, waits for its first
// payment or can be had back: one line where they are the same, else one for
// each plan. What can still be kept comes before what can be had back.
func (a *author) timeline(s standing.Standing) []billpdf.Step {
	lines := s.Timelines(func(e standing.EnrollmentStanding) bool {
		return e.State != standing.StateEnded || !e.Reinstate.By.IsZero()
	})
	slices.SortStableFunc(lines, func(x, y standing.Timeline) int { return cmp.Compare(urgency(x), urgency(y)) })
	if len(lines) > linesMost {
		lines = lines[:linesMost]
	}
	most := datesMost
	if len(lines) > 1 {
		most = datesEach
	}
	var drawn []billpdf.Step
	for _, t := range lines {
		begins := len(drawn)
		for _, x := range mostTelling(t.Steps, most) {
			step := billpdf.Step{When: a.say.Date(x.On), What: a.t("paper.step."+string(x.Kind), catalogue.Args{"amount": x.Amount})}
			if x.Here {
				step.Here = a.t("paper.here", nil)
			}
			drawn = append(drawn, step)
		}
		if len(lines) > 1 {
			drawn[begins].Plan = a.t("paper.line_"+string(t.Enrollments[0].Kind), nil)
		}
	}
	return drawn
}

func urgency(t standing.Timeline) int {
	if t.Enrollments[0].State == standing.StateEnded {
		return 1
	}
	return 0
}

// mostTelling gives as many steps as fit: where it stands, and of the others the
// latest, which matter most. Extra time that begins asks for nothing: it is left
// out first.
func mostTelling(steps []standing.Step, most int) []standing.Step {
	steps = slices.Clone(steps)
	for len(steps) > most {
		i := slices.IndexFunc(steps, func(s standing.Step) bool { return s.Kind == standing.StepGrace && !s.Here })
		if i < 0 {
			i = slices.IndexFunc(steps, func(s standing.Step) bool { return !s.Here })
		}
		steps = slices.Delete(steps, i, i+1)
	}
	return steps
}

// statement is "What's in this amount": from the last bill to this one.
func (a *author) statement(x *bill.Bill) billpdf.Statement {
	s := billpdf.Statement{Heading: a.t("paper.item", nil), Item: a.t("paper.what", nil), Amount: a.t("paper.amount", nil)}
	left, before := money.Zero, false
	add := func(kind billpdf.RowKind, text string, amount money.Amount) {
		s.Rows = append(s.Rows, billpdf.Row{Kind: kind, Text: text, Amount: amount})
	}
	for _, l := range x.Lines {
		if l.Kind == bill.LineCharge {
			continue
		}
		add(billpdf.RowLine, a.line(l), l.Amount)
		left, before = left.Add(l.Amount), true
	}
	if before {
		add(billpdf.RowSubtotal, a.t("paper.past", nil), left)
	}
	for _, section := range x.Sections {
		kind := "health"
		if section.Kind == enrollment.KindDental {
			kind = "dental"
		}
		add(billpdf.RowGroup, a.t("paper."+kind, catalogue.Args{"plan": section.Plan, "carrier": section.Carrier}), money.Zero)
		add(billpdf.RowLine, a.t("paper.full_cost", nil), section.Gross)
		if section.APTC.IsPositive() {
			add(billpdf.RowLine, a.t("paper.tax_credit", nil), section.APTC.Neg())
		}
		if section.State.IsPositive() {
			add(billpdf.RowLine, a.t("paper.state_help", nil), section.State.Neg())
		}
		if section.Waived.IsPositive() {
			add(billpdf.RowLine, a.t("paper.waiver", nil), section.Waived.Neg())
		}
		add(billpdf.RowSubtotal, a.t("paper.you_pay_"+kind, nil), section.Due())
	}
	add(billpdf.RowTotal, a.t("paper.total", nil), x.Total)
	return s
}

func (a *author) line(l bill.Line) string {
	on := catalogue.Args{"date": l.On}
	switch l.Kind {
	case bill.LinePrevious:
		return a.t("paper.previous", nil)
	case bill.LinePayment:
		return a.t("paper.paid", on)
	case bill.LineReturn:
		return a.t("paper.returned", on)
	case bill.LineRefund:
		return a.t("paper.refunded", on)
	case bill.LineWaiver:
		return a.t("paper.waiver", nil)
	}
	return a.t("paper.adjustment", nil)
}

// changes tells why the monthly cost differs from the last bill's, by the cause
// that moved it most.
func (a *author) changes(x *bill.Bill) billpdf.Section {
	var is, moved, most money.Amount
	cause := ""
	keys := map[bill.ReasonKind]string{bill.ReasonGross: "premium", bill.ReasonAPTC: "tax_credit", bill.ReasonState: "state_help", bill.ReasonWaiver: "waiver"}
	for _, s := range x.Sections {
		is = is.Add(s.Due())
	}
	for _, c := range x.Changes {
		by := c.After.Sub(c.Before)
		if c.Kind != bill.ReasonGross { // more help is less to pay
			by = by.Neg()
		}
		moved = moved.Add(by)
		if most.Less(by.Abs()) {
			most, cause = by.Abs(), keys[c.Kind]
		}
	}
	if moved.IsZero() || cause == "" {
		return billpdf.Section{}
	}
	return billpdf.Section{Heading: a.t("paper.changed", nil), Paragraphs: []string{
		a.t("paper.change_"+cause, catalogue.Args{"was": is.Sub(moved), "is": is, "date": x.Month.First()}),
	}}
}

// billWays are the ways to pay; mail is the key of what is said about the mail.
func (a *author) billWays(b notifying.Bill, mail string) billpdf.Ways {
	url := a.url(linkPath + b.Link.String())
	shown := plainURL(url)
	return billpdf.Ways{
		Heading: a.t("letter.ways.title", nil),
		Ways: []billpdf.Way{
			{Label: a.t("paper.ways.online", nil), Text: a.t("paper.ways.online_text", catalogue.Args{"url": shown}), Link: url},
			{Label: a.t("paper.ways.phone", nil), Text: a.t("paper.ways.phone_text", nil)},
			{Label: a.t("paper.ways.mail", nil), Text: a.t(mail, catalogue.Args{"date": a.profile.MailBy(b.Bill.DueOn)})},
			{Label: a.t("paper.ways.billpay", nil), Text: a.t("paper.ways.billpay_text", nil)},
		},
		Code: &billpdf.PayCode{
			URL: url, Alt: a.t("paper.code_alt", catalogue.Args{"number": b.Bill.Number}), Caption: a.t("paper.code_caption", nil),
		},
	}
}

func (a *author) history(events []notifying.Event) billpdf.History {
	h := billpdf.History{Heading: a.t("paper.history", nil), Columns: [4]string{
		a.t("paper.date", nil), a.t("paper.what", nil), a.t("paper.amount", nil), a.t("paper.balance", nil),
	}}
	for _, e := range events {
		args := catalogue.Args{}
		if e.Kind == notifying.EventBill {
			args["month"] = e.Month
		}
		h.Rows = append(h.Rows, billpdf.Event{
			On: a.say.Date(e.On), What: a.t("paper.event_"+string(e.Kind), args), Amount: e.Amount, Balance: e.Balance,
		})
	}
	return h
}

// overleaf is page 2.
func (a *author) overleaf(b notifying.Bill) []billpdf.Section {
	texts := func(prefix string, names ...string) []string {
		var all []string
		for _, name := range names {
			all = append(all, a.t(prefix+name, nil))
		}
		return all
	}
	rights := []string{strings.Join(append(a.taglines(), a.moreTaglines()...), "\n"), a.t("paper.rights.text", nil), a.t("article.contact.safe", nil)}
	if n := a.notice(); n != nil {
		rights = append([]string{n.Text}, rights...)
	}
	all := []billpdf.Section{{Heading: a.t("paper.read.title", nil), Points: texts("paper.read.", "full_cost", "help", "past", "minus")}}
	all = append(all, a.ifUnpaid(b)...)
	if b.AutoPay == nil {
		points := []string{a.t("paper.autopay_how.sign_in", catalogue.Args{"url": plainURL(a.url(autoPayPath))})}
		all = append(all, billpdf.Section{Heading: a.t("paper.autopay_how.title", nil), Points: append(points, texts("paper.autopay_how.", "day", "stop")...)})
	}
	// The premium may be appealed in the same days as a waiver (MA-DLQ-17).
	until := a.written.AddDays(a.profile.Waiver.AppealDays.On(a.written))
	return append(all,
		billpdf.Section{Heading: a.t("paper.disagree.title", nil), Paragraphs: []string{
			a.t("paper.disagree.call", nil), a.t("paper.disagree.appeal", catalogue.Args{"by": until}), a.t("letter.waiver.appeal_wait", nil),
		}},
		billpdf.Section{Heading: a.t("paper.change.title", nil), Paragraphs: texts("paper.change.", "text")},
		billpdf.Section{Heading: a.t("paper.rights.title", nil), Paragraphs: rights},
	)
}

// slip is the payment slip: payee and amount, and the numbers that the bank's
// machine reads.
func (a *author) slip(x *bill.Bill) *billpdf.Slip {
	m := a.profile.Marketplace
	return &billpdf.Slip{
		Cut: a.t("paper.cut", nil), Heading: a.t("paper.slip", catalogue.Args{"month": x.Month}), Payee: m.LockboxAddress.On(a.written),
		Notes: []string{a.t("paper.slip_check", catalogue.Args{"payee": m.PayeeName}), a.t("paper.slip_notes", nil)},
		Fields: []billpdf.Fact{
			{Label: a.t("paper.slip_name", nil), Value: strings.TrimSpace(fmt.Sprint(a.to.FirstName, " ", a.to.LastName))},
			{Label: a.t("letter.subscriber_id", nil), Value: a.to.SubscriberID.Grouped()},
			{Label: a.t("paper.slip_pay_by", nil), Value: a.say.Date(x.DueOn)},
		},
		Amount: a.t("paper.due", nil), Enclosed: a.t("paper.slip_enclosed", nil), BarcodeAlt: a.t("paper.slip_barcode", nil),
		Scan: billpdf.Scan{SubscriberID: a.to.SubscriberID, BillNumber: x.Number, Amount: x.AmountDue()},
	}
}
