package letters

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// startReminder asks for the first payment (M2).
func (a *author) startReminder(n notifying.Notice) *letter {
	left := a.t("letter.start_reminder.today", nil)
	if days := n.By.DaysSince(n.Written); days > 0 {
		left = a.t("letter.start_reminder.left", catalogue.Args{"n": days, "written": n.Written})
	}
	l := a.begin(a.t("letter.start_reminder.title", nil),
		a.t("letter.start_reminder.lead", catalogue.Args{"amount": n.Amount, "by": n.By, "starts": n.Month.First()}),
		left, a.about(n.Enrollments), a.t("letter.just_paid", nil))
	a.toPay(l, payPath, a.amountBox(n.Amount, n.By)...)
	l.Sections = []section{a.waysToPay(n.By)}
	a.dueText(l, n.By)
	return l
}

// started tells that coverage starts and what happens next (M3), however its first
// month was paid: by mail, from credit, or by a waiver.
func (a *author) started(n notifying.Notice) *letter {
	l := a.begin(a.t("letter.started.title", nil), a.t("letter.started.lead", catalogue.Args{"starts": n.Month.First()}), a.about(n.Enrollments))
	next := afterStart(n.Written, n.Month)
	second := n.Month.Next()
	if due := a.profile.DueOn(second); due.After(n.Written) && n.Enrollments[0].Basis.Needed.IsPositive() { // who pays nothing gets no bill
		next = append(next, happens{"next.due", due})
		if bill := a.profile.BillOn(second); bill.After(n.Written) {
			next = append(next, happens{"next.bill", bill})
		}
	}
	var lines []dated
	for _, x := range next {
		lines = append(lines, dated{x.on, a.t(x.key, catalogue.Args{"date": x.on})})
	}
	l.Sections = []section{{Title: a.t("next.title", nil), Points: inOrder(lines)}}
	return l
}

// happens is something that follows a first payment, with its message.
type happens struct {
	key string
	on  civil.Date
}

// afterStart is what a carrier does once coverage starts (MA-FIRST-4).
func afterStart(from civil.Date, month civil.Month) []happens {
	return []happens{
		{"next.confirmed", civil.StateDays.Add(from, confirmBusinessDays)}, {"next.id_cards", from.AddDays(idCardDays)}, {"next.starts", month.First()},
	}
}

// startMoved tells that coverage starts later (M4, R-BIND-2).
func (a *author) startMoved(n notifying.Notice) *letter {
	missed := n.Ends
	if missed.IsZero() { // owed before the month was kept
		missed = n.Month.Prev()
	}
	l := a.begin(a.t("letter.start_moved.title", catalogue.Args{"missed": missed.First()}), append(
		[]string{a.t("letter.start_moved.lead", catalogue.Args{"starts": n.Month.First(), "amount": n.Amount, "by": n.By})},
		append(a.mailed(missed), a.about(n.Enrollments))...)...)
	a.toPay(l, payPath, a.amountBox(n.Amount, n.By)...)
	l.Sections = []section{a.waysToPay(n.By), a.help(), a.appeal()}
	return l
}

// notStarted tells that the selection lapsed (R-BIND-2).
func (a *author) notStarted(n notifying.Notice) *letter {
	l := a.begin(a.t("letter.not_started.title", nil), append(
		append([]string{a.t("letter.not_started.lead", catalogue.Args{"starts": n.Month.First()})}, a.mailed(n.Month)...),
		a.t("letter.not_started.again", nil), a.about(n.Enrollments))...)
	l.Sections = []section{a.appeal()}
	return l
}

// mailed tells until when a check for a first payment still counts that was
// mailed in time, where postmarks count at all (R-PAY-4).
func (a *author) mailed(missed civil.Month) []string {
	due := a.profile.DueOn(missed)
	last := due.AddDays(a.profile.Mail.WaitDays.On(due))
	if a.profile.Mail.Rule.On(due) == profile.MailReceived || last.Before(a.written) {
		return nil
	}
	return []string{a.t("letter.start_moved.mailed", catalogue.Args{"due": due, "last": last})}
}
