package letters

import (
	"slices"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// returnReason gives the words for the bank's code (ACH-30 to ACH-33), and for
// a card holder's dispute.
func returnReason(code string) string {
	if code == "dispute" {
		return "card"
	}
	return ach.ReasonOf(code).Words
}

// Returned writes the letter about a payment that the bank sent back (M12,
// R-AUTO-7).
func (w Writer) Returned(r notifying.Returned) (notifying.Words, error) {
	a, err := w.author(r.Reader, r.Written)
	if err != nil {
		return notifying.Words{}, err
	}
	title, lead := a.returnedLead(r)
	by, due := payBy(r.Standing), toPay(r.Standing)
	switch {
	case !due.IsPositive():
		by = civil.Date{}
		lead = append(lead, a.t("letter.returned.nothing", nil))
	case by.IsZero() || by.Before(r.Written):
		by = civil.Date{}
		lead = append(lead, a.t("letter.returned.due_now", catalogue.Args{"amount": due}))
	default:
		lead = append(lead, a.t("letter.returned.due", catalogue.Args{"amount": due, "by": by}))
	}
	lead = append(lead, a.waitsForFirst(r.Standing)...)
	if !r.RetryOn.IsZero() {
		lead = append(lead, a.t("letter.returned.retry", catalogue.Args{"on": r.RetryOn}))
		if due.IsPositive() && r.RetryOn.After(by) { // by is zero when the date has passed
			lead = append(lead, a.t("letter.returned.retry_late", nil))
		}
	}
	if byBank(r.Code) && a.profile.Fees.Returned.On(r.Written).IsZero() {
		lead = append(lead, a.t("letter.returned.no_fee", nil))
	}
	l := a.begin(title, lead...)
	if due.IsPositive() {
		a.toPay(l, payPath, a.amountBox(due, by)...)
		ways := a.waysToPay(by)
		if byBank(r.Code) {
			ways.Paragraphs = []string{a.t("letter.returned.again", nil)}
		}
		l.Sections = []section{ways, a.help()}
	}
	a.returnedText(l, r, by)
	return a.finish(template{notifying.TemplateReturned, 6}, l)
}

// waitsForFirst says which coverage has not started, as the first payment is
// missing: the one that came back had started it (R-PAY-3).
func (a *author) waitsForFirst(s standing.Standing) []string {
	var waits []standing.EnrollmentStanding
	for _, e := range s.Enrollments {
		if e.State == standing.StatePending {
			waits = append(waits, e)
		}
	}
	switch {
	case len(waits) == 0:
		return nil
	case len(waits) == len(s.Enrollments):
		return []string{a.t("letter.returned.not_started", nil)}
	}
	return []string{a.t("letter.returned.not_started_"+string(waits[0].Kind), nil)}
}

// byBank tells whether a bank sent the money back, and not we.
func byBank(code string) bool { return code != ach.CodeDisputed && code != ach.CodeReversal }

// returnedLead says what happened: the bank sent the money back, we never took
// it because the bank had said that nobody agreed to AutoPay (ACH-33), or we took
// it by mistake and send it back (ACH-36).
func (a *author) returnedLead(r notifying.Returned) (title string, lead []string) {
	args := catalogue.Args{"amount": r.Payment.Amount, "on": r.Payment.EffectiveOn}
	switch r.Code {
	case ach.CodeDisputed:
		return a.t("letter.returned.not_taken_title", nil), []string{a.t("letter.returned.not_taken", args), a.t("letter.returned.not_taken_why", nil)}
	case ach.CodeReversal:
		return a.t("letter.returned.reversed_title", nil), []string{a.t("letter.returned.reversed", args), a.t("letter.returned.reversed_when", nil)}
	}
	return a.t("letter.returned.title", nil), []string{a.t("letter.returned.lead", args), a.t("letter.returned.reason."+returnReason(r.Code), nil)}
}

// returnedText tells by text, while there is something to do.
func (a *author) returnedText(l *letter, r notifying.Returned, by civil.Date) {
	switch {
	case !r.Standing.TotalDue.IsPositive(), !byBank(r.Code):
	case by.IsZero():
		a.short(l, textReturned, "returned", catalogue.Args{"link": a.link(payPath)})
	default:
		a.short(l, textReturned, "returned_by", catalogue.Args{"by": a.say.Date(by), "link": a.link(payPath)})
	}
}

// Extended writes the letter about a due date that was moved (R-CAL-3,
// MA-NOTE-10).
func (w Writer) Extended(x notifying.Extended) (notifying.Words, error) {
	a, err := w.author(x.Reader, x.Written)
	if err != nil {
		return notifying.Words{}, err
	}
	due, lead := toPay(x.Standing), "letter.extended.lead"
	switch {
	case x.Back.IsPositive():
		due, lead = x.Back, "letter.extended.back"
	case slices.ContainsFunc(x.Standing.Enrollments, func(e standing.EnrollmentStanding) bool { return e.Arrangement == standing.ArrangementKept }):
		due = x.Standing.KeepsCoverage
	}
	l := a.begin(a.t("letter.extended.title", nil),
		a.t(lead, catalogue.Args{"due": x.Due, "until": x.Until, "amount": due}), a.t("letter.just_paid", nil))
	a.toPay(l, payPath, a.amountBox(due, x.Until)...)
	l.Sections = []section{a.waysToPay(x.Until), a.help()}
	return a.finish(template{"due_extended", 2}, l)
}
