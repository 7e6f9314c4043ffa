package letters

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// ended tells that coverage has ended for non-payment, and how it can be had
// back (M11, MA-NOTE-6, R-DUE-6).
func (a *author) ended(n notifying.Notice) *letter {
	owed, day, back := money.Zero, n.Month.Last(), n.Restart
	for _, e := range n.Enrollments {
		owed = owed.Add(e.Unpaid)
	}
	lead := []string{a.t("letter.ended.lead", catalogue.Args{"ended": day})}
	if owed.IsPositive() {
		lead = append(lead, a.t("letter.ended.owed", catalogue.Args{"amount": owed}))
	}
	l := a.begin(a.t("letter.ended.title", catalogue.Args{"ended": day}), append(lead, a.about(n.Enrollments))...)
	special := a.t("letter.ended.special", nil)
	if !back.Open() {
		l.Lead = append(l.Lead, a.t("letter.ended.gone", nil), special)
		l.Sections = []section{a.appeal()}
		return l
	}
	a.toPay(l, payPath, a.amountBox(back.Amount, back.Until)...)
	restart := section{Title: a.t("letter.ended.back_title", nil), Paragraphs: append(a.back(back, "letter.ended.back"), a.t("letter.ended.back_what", nil), special)}
	l.Sections = []section{restart, a.waysToPay(back.Until), a.help(), a.appeal()}
	return l
}

// cancelled tells that coverage ends, or has ended, for another cause than
// non-payment (R-DUE-7). The cause is not named: others may open the letter.
func (a *author) cancelled(n notifying.Notice) *letter {
	owed, last, e := money.Zero, n.Month.Last(), n.Enrollments[0]
	for _, e := range n.Enrollments {
		owed = owed.Add(e.Unpaid)
	}
	title, lead, due := "letter.cancelled.title", "letter.cancelled.lead", "letter.cancelled.owed"
	switch {
	case n.Month.Before(e.Start):
		title, lead = "letter.cancelled.title_never", "letter.cancelled.never"
	case last.Before(n.Written):
		title, lead, due = "letter.ended.title", "letter.cancelled.past", "letter.ended.owed"
	}
	args := catalogue.Args{"ended": last}
	says := []string{a.t(lead, args)}
	if owed.IsPositive() && !n.Month.Before(e.Start) {
		says = append(says, a.t(due, catalogue.Args{"amount": owed}))
	}
	l := a.begin(a.t(title, args), append(says, a.t("letter.cancelled.paid", nil), a.t("letter.cancelled.wrong", nil), a.about(n.Enrollments))...)
	l.Sections = []section{a.appeal()}
	return l
}

// back says what brings coverage back, and what it takes once another due date
// has passed (R-DUE-6). key is the message of the first.
func (a *author) back(r standing.Restart, key string) []string {
	said := []string{a.t(key, catalogue.Args{"amount": r.Amount, "by": r.Until})}
	if r.Until != r.By {
		said = append(said, a.t("letter.ended.later", catalogue.Args{"amount": r.Later, "by": r.By}))
	}
	return said
}

// reinstated tells that coverage is had back without a gap (MA-NOTE-7).
func (a *author) reinstated(n notifying.Notice) *letter {
	return a.begin(a.t("letter.reinstated.title", nil),
		a.t("letter.reinstated.lead", catalogue.Args{"from": n.Month.First()}), a.t("letter.reinstated.next", nil),
		a.t("letter.reinstated.cards", nil), a.about(n.Enrollments))
}

// stands takes back a letter that later evidence has shown to be wrong: money
// that came in time (R-PAY-4), a due date that was moved (R-CAL-3), a hold or a
// waiver (R-DUE-8).
func (a *author) stands(n notifying.Notice) *letter {
	e := n.Enrollments[0]
	now := a.t("letter.stands.before", nil)
	switch {
	case e.State == standing.StateActive:
		now = a.t("letter.stands.active", catalogue.Args{"starts": e.Start.First()})
	case e.State == standing.StatePastDue && !e.CureBy.IsZero():
		now = a.t("letter.stands.owing", catalogue.Args{"amount": e.Unpaid, "by": e.CureBy})
	}
	why := "letter.stands.paid"
	switch n.Rule {
	case "R-CAL-3":
		why = "letter.stands.extended"
	case "R-DUE-8":
		why = "letter.stands.relief"
	}
	return a.begin(a.t("letter.stands.title", nil), a.t("letter.stands.lead", nil)+" "+a.t(why, nil), now, a.t("letter.stands.cards", nil), a.about(n.Enrollments))
}
