package letters

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// ended tells that coverage has ended for non-payment, and how it can be had
// back (M11, MA-NOTE-6, R-DUE-6).
func (a *author) ended(n notifying.Notice) *letter {
	owed, back, by := money.Zero, money.Zero, civil.Date{}
	for _, e := range n.Enrollments {
		owed = owed.Add(e.Unpaid)
		if !e.Reinstate.By.IsZero() {
			back, by = back.Add(e.Reinstate.Amount), e.Reinstate.By
		}
	}
	day := n.Month.Last()
	lead := []string{a.t("letter.ended.lead", catalogue.Args{"ended": day})}
	if owed.IsPositive() {
		lead = append(lead, a.t("letter.ended.owed", catalogue.Args{"amount": owed}))
	}
	l := a.begin(a.t("letter.ended.title", catalogue.Args{"ended": day}), append(lead, a.about(n.Enrollments))...)
	special := a.t("letter.ended.special", nil)
	if by.IsZero() {
		l.Lead = append(l.Lead, a.t("letter.ended.gone", nil), special)
		l.Sections = []section{a.appeal()}
		return l
	}
	a.toPay(l, payPath, a.amountBox(back, by)...)
	restart := section{Title: a.t("letter.ended.back_title", nil), Paragraphs: []string{
		a.t("letter.ended.back", catalogue.Args{"amount": back, "by": by}), a.t("letter.ended.back_what", nil), special,
	}}
	l.Sections = []section{restart, a.waysToPay(by), a.help(), a.appeal()}
	return l
}

// reinstated tells that coverage is had back without a gap (MA-NOTE-7).
func (a *author) reinstated(n notifying.Notice) *letter {
	return a.begin(a.t("letter.reinstated.title", nil),
		a.t("letter.reinstated.lead", catalogue.Args{"from": n.Month.First()}), a.t("letter.reinstated.next", nil),
		a.t("letter.reinstated.cards", nil), a.about(n.Enrollments))
}

// stands takes back a letter that later evidence has shown to be wrong
// (R-PAY-4).
func (a *author) stands(n notifying.Notice) *letter {
	e := n.Enrollments[0]
	now := a.t("letter.stands.before", nil)
	switch {
	case e.State == standing.StateActive:
		now = a.t("letter.stands.active", catalogue.Args{"starts": e.Start.First()})
	case e.State == standing.StatePastDue && !e.CureBy.IsZero():
		now = a.t("letter.stands.owing", catalogue.Args{"amount": e.Unpaid, "by": e.CureBy})
	}
	return a.begin(a.t("letter.stands.title", nil), a.t("letter.stands.lead", nil), now, a.t("letter.stands.cards", nil), a.about(n.Enrollments))
}
