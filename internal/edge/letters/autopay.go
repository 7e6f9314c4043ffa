package letters

import (
	"fmt"
	"slices"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// The templates of the letters about AutoPay.
var (
	autoPayBill  = template{"bill_autopay", 3}       // M7: the notice of a debit
	autoPayWaits = template{"bill_autopay_waits", 3} // the same, of one whose bank account is not confirmed yet
	autoPayHeld  = template{"bill_autopay_held", 4}  // M7b: the member is asked
	autoPayOn    = map[mandate.LetterKind]template{
		mandate.LetterOn:        {"autopay_on", 2},
		mandate.LetterChanged:   {"autopay_changed", 2},
		mandate.LetterStopped:   {"autopay_stopped", 1},
		mandate.LetterPaused:    {"autopay_paused", 1},
		mandate.LetterResumed:   {"autopay_resumed", 2},
		mandate.LetterCorrected: {"autopay_bank_corrected", 1},
		mandate.LetterOff:       {"autopay_off", 1},
		mandate.LetterNotTaken:  {"autopay_not_taken", 2},
	}
)

const autoPayPath = "/account/autopay"

// toAutoPay leads to the page where AutoPay is seen, changed and stopped.
func (a *author) toAutoPay(l *letter, line string) {
	l.Action = &lookUp{line, a.t("letter.autopay.see", nil), a.t("mail.address", nil), a.url(autoPayPath)}
}

// autoPay tells of the debit that pays a bill: the notice of its amount and
// date (M7, REG-41).
func (a *author) autoPay(b notifying.Bill) *letter {
	x := b.AutoPay
	lead := []string{a.t("letter.autopay.coming", catalogue.Args{"amount": x.Noticed, "bank": x.Bank.LastFour, "on": x.DebitOn})}
	if x.SettleOn != x.DebitOn {
		lead = append(lead, a.t("letter.autopay.next_bank_day", catalogue.Args{"settles": x.SettleOn, "on": x.DebitOn}))
	}
	lead = append(lead, a.t("letter.autopay.pays", catalogue.Args{"month": b.Bill.Month}))
	if x.Last != x.Noticed && x.Last.IsPositive() {
		lead = append(lead, a.t("letter.autopay.last", catalogue.Args{"last": x.Last}))
	}
	lead = append(lead, a.t("letter.autopay.have_money", nil))
	l := a.begin(a.t("letter.autopay.title_coming", catalogue.Args{"on": x.DebitOn}), lead...)
	l.Box = []fact{
		{a.t("letter.autopay.amount", nil), x.Noticed.Format()},
		{a.t("letter.autopay.on_day", nil), a.say.Weekday(x.DebitOn)},
		{a.t("letter.autopay.from", nil), a.bank(x.Bank.LastFour)},
	}
	l.Sections = []section{{Title: a.t("letter.autopay.change", nil), Paragraphs: []string{
		a.t("letter.autopay.stop_by", catalogue.Args{"by": x.StopBy}), a.t("letter.autopay.whats_left", nil), a.t("letter.autopay.bank_stop", nil),
	}}}
	a.toAutoPay(l, a.t("letter.autopay.see_line", nil))
	a.short(l, textAutoPay, "autopay", catalogue.Args{"on": a.say.Date(x.DebitOn), "bank": x.Bank.LastFour, "link": a.link(autoPayPath)})
	return l
}

// autoPayWaits tells of a bill that AutoPay takes only if its bank account is
// confirmed in time: how to pay it, and the notice of amount and day, should it
// be taken (REG-41).
func (a *author) autoPayWaits(b notifying.Bill) *letter {
	l := a.unpaidBill(b)
	if !isFirst(b.Bill) {
		l.Title = a.t("letter.autopay.title_waits", nil)
	}
	l.Lead = append(l.Lead, a.waits(b.AutoPay))
	if x := b.AutoPay; !x.Wait.Late {
		if x.SettleOn != x.DebitOn {
			l.Lead = append(l.Lead, a.t("letter.autopay.next_bank_day", catalogue.Args{"settles": x.SettleOn, "on": x.DebitOn}))
		}
		l.Lead = append(l.Lead, a.t("letter.autopay.waits_else", catalogue.Args{"by": b.Bill.DueOn}))
	}
	l.Sections = append([]section{a.toConfirm(b.AutoPay.Wait)}, l.Sections...)
	a.short(l, textWaits, "autopay_waits", a.billLink(b))
	return l
}

// waits says until when the bank account of a debit can be confirmed, and what
// is taken then; or that it is too late.
func (a *author) waits(x *notifying.AutoPay) string {
	if x.Wait.Late {
		return a.t("letter.autopay.waits_late", catalogue.Args{"bank": x.Bank.LastFour})
	}
	return a.t("letter.autopay.waits", catalogue.Args{"bank": x.Bank.LastFour, "until": x.Wait.By, "amount": x.Noticed, "on": x.DebitOn})
}

// toConfirm says what is to be done so that a bank account is confirmed.
func (a *author) toConfirm(w *mandate.Wait) section {
	s := section{Title: a.t("letter.autopay.confirm", nil)}
	switch {
	case !w.Asked:
		s.Paragraphs = []string{a.t("letter.autopay.confirm_bank", nil)}
		return s
	case w.Open:
		s.Paragraphs = []string{a.t("letter.autopay.confirm_amounts", nil)}
	default:
		s.Paragraphs = []string{a.t("letter.autopay.confirm_coming", catalogue.Args{"arrives": w.ArrivesOn})}
	}
	s.Paragraphs = append(s.Paragraphs, a.t("letter.autopay.confirm_where", catalogue.Args{"url": a.url(bankAccountsPath)}))
	return s
}

func (a *author) bank(lastFour string) string {
	return a.t("letter.autopay.bank", catalogue.Args{"bank": lastFour})
}

// heldReasons are why a debit waits for the member.
var heldReasons = map[mandate.Reason]string{
	mandate.ReasonOverCap: "over_cap", mandate.ReasonOverLimit: "over_limit", mandate.ReasonNoticeLate: "notice_late",
}

// autoPayHeld asks the member before a debit is taken (M7b, R-AUTO-3). The bill
// is due all the same.
func (a *author) autoPayHeld(b notifying.Bill) *letter {
	x := b.AutoPay
	reason := heldReasons[x.Reason]
	if reason == "" {
		reason = "over_limit"
	}
	l := a.begin(a.t("letter.autopay.title_held", nil),
		a.t("letter.autopay.held", catalogue.Args{"amount": x.Noticed, "usual": x.Usual}),
		a.t("letter.autopay.held_"+reason, catalogue.Args{"limit": x.AskOver, "on": x.DebitOn}),
		a.t("letter.autopay.held_choose", catalogue.Args{"by": b.Bill.DueOn}))
	if changed := a.changes(b.Bill); len(changed.Paragraphs) > 0 {
		l.Sections = append(l.Sections, section{Title: changed.Heading, Paragraphs: changed.Paragraphs})
	}
	l.Box = a.amountBox(b.Bill.AmountDue(), b.Bill.DueOn)
	l.Sections = append(l.Sections, a.waysToPay(b.Bill.DueOn), a.help())
	a.toAutoPay(l, a.heldLine(x))
	a.short(l, textHeld, "held", catalogue.Args{"link": a.link(autoPayPath)})
	return l
}

// heldLine says what makes AutoPay take a debit that waits for the member's word.
func (a *author) heldLine(x *notifying.AutoPay) string {
	switch {
	case x.Wait == nil:
		return a.t("letter.autopay.held_line", catalogue.Args{"on": x.DebitOn})
	case x.Wait.Late:
		return a.t("letter.autopay.held_late", catalogue.Args{"bank": x.Bank.LastFour})
	}
	return a.t("letter.autopay.held_waits", catalogue.Args{"bank": x.Bank.LastFour, "until": x.Wait.By})
}

// Mandate writes a letter about AutoPay: that it is on, with a copy of the
// authorization (M13, REG-40), changed, off, paused or on again, and why
// (M14, R-AUTO-6, R-AUTO-7).
func (w Writer) Mandate(m notifying.Mandate) (notifying.Words, error) {
	a, err := w.author(m.Reader, m.Written)
	if err != nil {
		return notifying.Words{}, err
	}
	if m.Kind.OfBank() {
		return a.bankChecked(m)
	}
	t, known := autoPayOn[m.Kind]
	if !known {
		return notifying.Words{}, fmt.Errorf("there is no letter about AutoPay for %q", m.Kind)
	}
	var l *letter
	switch m.Kind {
	case mandate.LetterOn, mandate.LetterChanged:
		l = a.begin(a.t("letter.autopay.title_"+string(m.Kind), nil), a.t("letter.autopay."+string(m.Kind), nil), a.t("letter.autopay.keep", nil))
		l.Sections = []section{a.authorization(m)}
		a.terms(l, m)
	case mandate.LetterStopped:
		l = a.stopped(m)
	case mandate.LetterOff, mandate.LetterNotTaken:
		l = a.off(m)
	default:
		l = a.begin(a.t("letter.autopay.title_"+string(m.Kind), nil),
			a.t("letter.autopay."+string(m.Kind), catalogue.Args{"on": m.Mandate.StateOn, "bank": m.Bank.LastFour}), a.t("letter.autopay."+string(m.Kind)+"_then", nil))
		if m.Kind == mandate.LetterResumed {
			a.terms(l, m)
		}
	}
	if m.Wait != nil && (m.Kind == mandate.LetterOn || m.Kind == mandate.LetterChanged || m.Kind == mandate.LetterResumed) {
		a.startWaits(l, m)
	}
	a.toAutoPay(l, a.t("letter.autopay.see_line", nil))
	return a.finish(t, l)
}

// startWaits tells that AutoPay takes nothing before its bank account is
// confirmed, until when that is in time for the next debit, and to pay the bill
// otherwise (R-AUTO-8).
func (a *author) startWaits(l *letter, m notifying.Mandate) {
	bank, on := m.Bank.LastFour, m.NextOn
	waits := a.t("letter.autopay.start_waits", catalogue.Args{"bank": bank, "until": m.Wait.By, "on": on})
	if m.Wait.Late {
		waits = a.t("letter.autopay.start_waits_late", catalogue.Args{"bank": bank, "on": on})
	}
	l.Lead = slices.Insert(l.Lead, 1, waits, a.t("letter.autopay.start_waits_else", nil))
	l.Sections = append([]section{a.toConfirm(m.Wait)}, l.Sections...)
}

// terms puts what was agreed to into the box.
func (a *author) terms(l *letter, m notifying.Mandate) {
	g := m.Grant
	l.Box = []fact{
		{a.t("letter.autopay.day", nil), a.t("letter.autopay.day_of", catalogue.Args{"day": g.Day})},
		{a.t("letter.autopay.from", nil), a.bank(m.Bank.LastFour)},
	}
	if g.Cap.IsPositive() {
		l.Box = append(l.Box, fact{a.t("letter.autopay.cap", nil), g.Cap.Format()})
	}
}

// authorization is the copy that the member gets (ACH-02, ACH-03).
func (a *author) authorization(m notifying.Mandate) section {
	g := m.Grant
	return section{Title: a.t("letter.autopay.authorization", nil), Paragraphs: []string{
		g.Wording, a.t("letter.autopay.agreed", catalogue.Args{"name": a.name(), "at": g.At, "version": g.TextVersion}),
	}}
}

func (a *author) stopped(m notifying.Mandate) *letter {
	l := a.begin(a.t("letter.autopay.title_stopped", nil), a.t("letter.autopay.stopped", nil))
	if stop := m.Mandate.StopOn; !stop.IsZero() {
		on := catalogue.Args{"on": stop}
		l = a.begin(a.t("letter.autopay.title_stopping", on), a.t("letter.autopay.stopping", on))
	}
	l.Lead = append(l.Lead, a.t("letter.autopay.pay_yourself", nil))
	return l
}

// off tells that AutoPay is off after returns, or took nothing, and what is to
// be paid now.
func (a *author) off(m notifying.Mandate) *letter {
	kind := "off_" + string(m.Mandate.Reason)
	switch {
	case m.Kind == mandate.LetterNotTaken && m.Draft.Reason == mandate.ReasonWaits:
		kind = "not_taken_waits"
	case m.Kind == mandate.LetterNotTaken:
		kind = "not_taken"
	}
	l := a.begin(a.t("letter.autopay.title_"+string(m.Kind), nil), a.t("letter.autopay."+kind, catalogue.Args{"amount": noticed(m)}))
	due, by := toPay(m.Standing), payBy(m.Standing)
	if due.IsPositive() {
		if by.Before(m.Written) {
			l.Lead = append(l.Lead, a.t("letter.returned.due_now", catalogue.Args{"amount": due}))
		} else {
			l.Lead = append(l.Lead, a.t("letter.returned.due", catalogue.Args{"amount": due, "by": by}))
		}
		l.Box = a.amountBox(due, by)
		l.Sections = []section{a.waysToPay(by), a.help()}
	}
	if m.Kind == mandate.LetterOff {
		l.Lead = append(l.Lead, a.t("letter.autopay.off_then", nil))
	}
	return l
}

func noticed(m notifying.Mandate) money.Amount { return m.Draft.Noticed }
