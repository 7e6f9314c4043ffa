package letters

import (
	"strings"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// dueReminder reminds of a bill (M6).
func (a *author) dueReminder(n notifying.Notice) *letter {
	l := a.begin(a.t("letter.due_reminder.title", catalogue.Args{"by": n.By}),
		a.t("letter.due_reminder.lead", catalogue.Args{"amount": n.Amount, "by": n.By}), a.t("letter.just_paid", nil))
	a.toPay(l, payPath, a.amountBox(n.Amount, n.By)...)
	l.Sections = []section{a.waysToPay(n.By)}
	a.dueText(l, n.By)
	return l
}

// pastDue tells that a payment is missing and until when it can be made up for
// (M9, MA-NOTE-4).
func (a *author) pastDue(n notifying.Notice) *letter {
	lead := []string{a.t("letter.past_due.lead", catalogue.Args{"amount": n.Amount})}
	if !n.By.IsZero() { // the clock stands while on hold
		lead = append(lead, a.t("letter.past_due.keep", catalogue.Args{"by": n.By}))
	}
	l := a.begin(a.t("letter.past_due.title", nil), append(lead, a.t("letter.past_due.part", nil), a.about(n.Enrollments), a.t("letter.just_paid", nil))...)
	a.toPay(l, payPath, a.amountBox(n.Amount, n.By)...)
	l.Sections = append(a.dates(n), a.waysToPay(n.By), a.help(), a.appeal())
	a.short(l, textPastDue, "past_due", catalogue.Args{"link": a.link(payPath)})
	return l
}

// endWarning tells that coverage is about to end (M10, MA-NOTE-5).
func (a *author) endWarning(n notifying.Notice) *letter {
	lead := []string{a.t("letter.end_warning.lead", catalogue.Args{"amount": n.Amount, "by": n.By})}
	if last := n.Enrollments[0].EndsBy; !last.IsZero() && !n.Ends.IsZero() {
		lead = append(lead, a.t("letter.end_warning.ends", catalogue.Args{"last": last, "ends": n.Ends.Last()}))
	}
	if n.Enrollments[0].Track != standing.TrackGroup { // a plan holds claims in the grace months of the long track alone
		lead = append(lead, a.t("letter.end_warning.claims", nil))
	}
	l := a.begin(a.t("letter.end_warning.title", catalogue.Args{"by": n.By}), append(lead, a.about(n.Enrollments), a.t("letter.just_paid", nil))...)
	a.toPay(l, payPath, a.amountBox(n.Amount, n.By)...)
	l.Sections = append(a.dates(n), a.waysToPay(n.By), a.help(), a.appeal())
	a.short(l, textActBy, "act_by", catalogue.Args{"by": a.say.Date(n.By), "link": a.link(payPath)})
	return l
}

// dates are the timelines in text: one, or one for each plan whose days differ.
func (a *author) dates(n notifying.Notice) []section {
	var all []section
	for _, t := range n.Dates {
		title := a.t("letter.dates.title", nil)
		if len(n.Dates) > 1 {
			title = a.t("letter.dates.title_"+string(t.Enrollments[0].Kind), nil)
		}
		all = append(all, section{Title: title, Points: a.dated(t.Steps)})
	}
	return all
}

func (a *author) dated(steps []standing.Step) []string {
	var points []string
	graced := false
	for _, step := range steps {
		what := a.step(step)
		if step.Kind == standing.StepGrace && graced { // from the second month on, the carrier may hold claims
			what = a.t("letter.dates.grace_on", nil)
		}
		graced = graced || step.Kind == standing.StepGrace
		points = append(points, a.t("letter.dated", catalogue.Args{"on": step.On, "what": what}))
	}
	return points
}

// step is what happens on a date.
func (a *author) step(x standing.Step) string {
	args := catalogue.Args{"amount": x.Amount}
	switch x.Kind {
	case standing.StepUnpaid:
		args["month"] = x.Month
	case standing.StepLastDay:
		args["ends"] = x.Month.Last()
	}
	return a.t("letter.dates."+string(x.Kind), args)
}

// waysToPay lists them, with their last moments. by is the zero day where none
// is set.
func (a *author) waysToPay(by civil.Date) section {
	online, url := "letter.ways.online", a.url(payPath)
	if by.IsZero() {
		online = "letter.ways.online_only"
	}
	s := section{Title: a.t("letter.ways.title", nil), Points: []string{
		a.t(online, catalogue.Args{"url": url}), a.t("letter.ways.phone", nil),
	}}
	if !by.IsZero() && a.profile.MailBy(by).After(a.written) {
		address := strings.Join(a.profile.Marketplace.LockboxAddress.On(a.written), ", ")
		s.Points = append(s.Points, a.t("letter.ways.mail", catalogue.Args{"address": address, "date": a.profile.MailBy(by)}))
	} else {
		s.Points = append(s.Points, a.t("letter.ways.mail_late", nil))
	}
	s.Points = append(s.Points, a.t("letter.ways.billpay", nil))
	return s
}

// help names who helps when money is short (R-DUE-8, R-DUE-9).
func (a *author) help() section {
	s := section{Title: a.t("letter.help.title", nil), Points: []string{a.t("letter.help.call", nil)}}
	if a.profile.Waiver.Enabled.On(a.written) {
		s.Points = append(s.Points, a.t("letter.help.waiver", nil))
	}
	if a.profile.Arrangement.Enabled.On(a.written) {
		s.Points = append(s.Points, a.t("letter.help.plan", nil))
	}
	return s
}

// appeal tells of the right to have a decision looked at.
func (a *author) appeal() section {
	return section{Title: a.t("letter.appeal.title", nil), Paragraphs: []string{a.t("letter.appeal.text", nil)}}
}
