package letters

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// waiverTemplates are the letters about decisions on waivers.
var waiverTemplates = map[standing.WaiverDecisionKind]template{
	standing.WaiverGranted:   {"waiver_granted", 1},
	standing.WaiverDenied:    {"waiver_denied", 1},
	standing.WaiverWithdrawn: {"waiver_withdrawn", 1},
}

// WaiverDecided writes the letter about what was decided on a hardship waiver:
// the decision, why, for which months, what it means for bill and coverage, and
// how to appeal (MA-NOTE-11, R-DUE-8).
func (w Writer) WaiverDecided(d notifying.WaiverDecided) (notifying.Words, error) {
	a, err := w.author(d.Reader, d.Written)
	if err != nil {
		return notifying.Words{}, err
	}
	var lead, bill []string
	switch d.Decision.Kind {
	case standing.WaiverGranted:
		lead, bill = a.waiverGranted(d)
	case standing.WaiverDenied:
		lead, bill = a.waiverDenied(d)
	case standing.WaiverWithdrawn:
		lead, bill = a.waiverWithdrawn(d)
	}
	kind := string(d.Decision.Kind)
	l := a.begin(a.t("letter.waiver.title_"+kind, nil), append(lead, a.about([]standing.EnrollmentStanding{d.Coverage}))...)
	due, by := toPay(d.Standing), payBy(d.Standing)
	if by.Before(d.Written) {
		by = civil.Date{}
	}
	l.Sections = []section{
		{Title: a.t("letter.waiver.bill", nil), Points: append(bill, a.waiverDue(d, by))},
		{Title: a.t("letter.waiver.coverage", nil), Points: a.waiverCoverage(d)},
	}
	if due.IsPositive() {
		a.toPay(l, payPath, a.amountBox(due, by)...)
		l.Sections = append(l.Sections, a.waysToPay(by))
	}
	if d.Decision.Kind == standing.WaiverDenied {
		l.Sections = append(l.Sections, a.waiverHelp())
	}
	l.Sections = append(l.Sections, a.waiverAppeal(d))
	return a.finish(waiverTemplates[d.Decision.Kind], l)
}

func (a *author) waiverGranted(d notifying.WaiverDecided) (lead, bill []string) {
	w := d.Decision.Waiver
	what := a.t("letter.waiver.amount", catalogue.Args{"amount": w.Amount})
	switch {
	case w.Percent == 100:
		what = a.t("letter.waiver.all", nil)
	case w.Percent > 0:
		what = a.t("letter.waiver.percent", catalogue.Args{"percent": w.Percent})
	}
	lead = []string{a.t("letter.waiver.granted", nil), a.months("letter.waiver.period", w.From, w.To), what}
	bill = []string{a.t("letter.waiver.on_bill", nil), a.t("letter.waiver.paid", nil)}
	if next := w.To.Next(); d.Coverage.CoveredTo.IsZero() || !next.After(d.Coverage.CoveredTo) {
		bill = append(bill, a.t("letter.waiver.after", catalogue.Args{"next": next}))
	}
	return lead, bill
}

func (a *author) waiverDenied(d notifying.WaiverDecided) (lead, bill []string) {
	x := d.Decision
	return []string{
		a.t("letter.waiver.denied", nil), a.months("letter.waiver.asked", x.From, x.To), a.t("letter.waiver.why."+x.Cause, nil),
	}, []string{a.t("letter.waiver.same", nil)}
}

func (a *author) waiverWithdrawn(d notifying.WaiverDecided) (lead, bill []string) {
	x, last := d.Decision, d.Decision.From.Prev()
	what := a.t("letter.waiver.never", catalogue.Args{"from": x.From})
	if x.Waiver.From.Before(x.From) {
		what = a.t("letter.waiver.ends", catalogue.Args{"last": last, "to": x.To})
		bill = []string{a.t("letter.waiver.stays", catalogue.Args{"last": last})}
	}
	bill = append(bill, a.t("letter.waiver.again", catalogue.Args{"from": x.From, "amount": d.Share, "billed": a.profile.BillOn(x.From)}))
	return []string{what, a.t("letter.waiver.why_ended."+x.Cause, nil)}, bill
}

// months says from which month to which, in one of two messages.
func (a *author) months(key string, from, to civil.Month) string {
	if from == to {
		return a.t(key+"_one", catalogue.Args{"month": from})
	}
	return a.t(key, catalogue.Args{"from": from, "to": to})
}

// waiverDue says what is owed now. by is the zero day where none is left that
// helps, or none is set.
func (a *author) waiverDue(d notifying.WaiverDecided, by civil.Date) string {
	due := toPay(d.Standing)
	switch {
	case !due.IsPositive():
		return a.t("letter.waiver.nothing", nil)
	case by.IsZero():
		return a.t("letter.waiver.due_now", catalogue.Args{"amount": due})
	}
	return a.t("letter.waiver.due", catalogue.Args{"amount": due, "by": by})
}

// waiverCoverage says where the coverage stands, the decision worked in.
func (a *author) waiverCoverage(d notifying.WaiverDecided) []string {
	e := d.Coverage
	dated := catalogue.Args{"amount": e.Keeps, "by": e.CureBy, "starts": e.Start.First()}
	switch e.State {
	case standing.StatePending:
		if e.CureBy.IsZero() {
			return []string{a.t("letter.waiver.starts", dated)}
		}
		return []string{a.t("letter.waiver.pending", dated)}
	case standing.StatePastDue:
		if e.CureBy.IsZero() {
			return []string{a.t("letter.waiver.held", nil)}
		}
		return []string{a.t("letter.waiver.past_due", dated)}
	case standing.StateEnding:
		return []string{a.t("letter.waiver.ending", nil)}
	case standing.StateEnded:
		said := []string{a.t("letter.waiver.over", catalogue.Args{"ended": e.CoveredTo.Last()})}
		if back := d.Standing.Restart; back.Open() && !e.Reinstate.By.IsZero() {
			said = append(said, a.back(back, "letter.waiver.back")...)
		}
		return said
	case standing.StateLapsed:
		return []string{a.t("letter.waiver.lapsed", nil)}
	}
	return []string{a.t("letter.waiver.active", nil)}
}

// waiverHelp names what else there is when money is short.
func (a *author) waiverHelp() section {
	s := section{Title: a.t("letter.help.title", nil), Points: []string{a.t("letter.help.call", nil), a.t("letter.waiver.ask_again", nil)}}
	if a.profile.Arrangement.Enabled.On(a.written) {
		s.Points = append(s.Points, a.t("letter.help.plan", nil))
	}
	return s
}

// waiverAppeal tells of the right to appeal. The days count from the letter
// (MA-DLQ-17), which may go out after the decision.
func (a *author) waiverAppeal(d notifying.WaiverDecided) section {
	by := a.written.AddDays(a.profile.Waiver.AppealDays.On(d.Decision.On))
	if by.Before(d.Decision.AppealBy) {
		by = d.Decision.AppealBy
	}
	s := section{Title: a.t("letter.appeal.title", nil), Paragraphs: []string{a.t("letter.waiver.appeal", catalogue.Args{"by": by})}}
	if d.Decision.Kind != standing.WaiverGranted {
		s.Paragraphs = append(s.Paragraphs, a.t("letter.waiver.appeal_wait", nil))
	}
	return s
}
