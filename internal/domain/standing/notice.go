package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// NoticeKind is what a letter is about (brief section 17).
type NoticeKind string

// The notices that standing owes, with what their Month is. Bills and receipts
// are owed by billing and paying.
const (
	NoticeStartReminder NoticeKind = "start_reminder" // M2: first month
	NoticeStarted       NoticeKind = "started"        // M3: first month; a receipt to the member tells it as well
	NoticeStartMoved    NoticeKind = "start_moved"    // M4: new first month
	NoticeNotStarted    NoticeKind = "not_started"    // the selection lapsed: first month
	NoticeDueReminder   NoticeKind = "due_reminder"   // M6: month due
	NoticePastDue       NoticeKind = "past_due"       // M9, MA-NOTE-4: C, or the first month of grace after a hold
	NoticeEndWarning    NoticeKind = "end_warning"    // M10, MA-NOTE-5: the month of grace that begins
	NoticeEnded         NoticeKind = "ended"          // M11, MA-NOTE-6: last covered month
	NoticeCancelled     NoticeKind = "cancelled"      // any end but for non-payment: last covered month
	NoticeReinstated    NoticeKind = "reinstated"     // MA-NOTE-7: first month had back
	NoticeStands        NoticeKind = "stands"         // a letter was wrong: the end, lapse or move it told of is undone
)

// Notice is a letter that is owed. It is owed no more when the money came in:
// look again before it leaves.
type Notice struct {
	Enrollment int // index in Standing.Enrollments
	Kind       NoticeKind
	Month      civil.Month
	On         civil.Date   // the day it was to go out
	Amount     money.Amount // to pay
	By         civil.Date   // the last day to pay it
	Rule       string       // of NoticeStands: what undid the decision, see undoRule
	Ends       civil.Month  // last covered month, where the letter tells of an end; of a start that moved the month it was for
}

// notice adds a letter whose day has come and that was not sent since.
func (s *subject) notice(n Notice) {
	if s.e.Notices == nil {
		return
	}
	if n.On.After(s.asOf) {
		s.review(n.On)
		return
	}
	if s.sent(n.Kind, n.Month, n.On) {
		return
	}
	n.Enrollment = s.index
	s.out.Notices = append(s.out.Notices, n)
}

func (s *subject) sent(kind NoticeKind, month civil.Month, from civil.Date) bool {
	for _, n := range s.e.Notices {
		if n.Kind == kind && n.Month == month && !n.On.Before(from) {
			return true
		}
	}
	return false
}

// remind adds the newer of two reminders before a day, so that a night that
// was missed does not send both.
func (s *subject) remind(n Notice, early, late int) {
	n.On = n.By.AddDays(-early)
	if second := n.By.AddDays(-late); !s.asOf.Before(second) {
		n.On = second
	} else {
		s.review(second)
	}
	if !n.By.Before(s.asOf) {
		s.notice(n)
	}
}

// Reminders go out so many days before a due date (brief section 17: M2, M6).
const (
	startEarly, startLate = 7, 2
	dueEarly, dueLate     = 5, 1
)

// FirstReminder gives the day on which the first reminder of a due date is
// owed: before it no date changes anything about the charge.
func FirstReminder(dueOn civil.Date, binder bool) civil.Date {
	if binder {
		return dueOn.AddDays(-startEarly)
	}
	return dueOn.AddDays(-dueEarly)
}

func (s *subject) startReminders(first *row, by civil.Date) {
	if s.e.Notices != nil && !by.IsZero() && first.owed().IsPositive() {
		s.remind(Notice{Kind: NoticeStartReminder, Month: first.month, Amount: first.owed(), By: by}, startEarly, startLate)
	}
}

// dueReminders remind of the oldest month that is not paid yet.
func (s *subject) dueReminders() {
	r := s.firstOwed()
	if s.e.Notices != nil && r != nil && !r.due.Before(s.asOf) {
		s.remind(Notice{Kind: NoticeDueReminder, Month: r.month, Amount: s.s.Unpaid, By: r.due}, dueEarly, dueLate)
	}
}

// pastDueNotices are the ladder of letters: early in C that it is past due,
// then on the long track one warning a month. One that was missed is not made
// up for: the letter of the day tells all.
// takes is what the account must pay.
func (s *subject) pastDueNotices(x *episode, takes money.Amount) {
	if s.e.Notices == nil || x.failed(s.asOf) {
		return
	}
	latest := -1
	for k := 0; k < s.letters(x) && !x.ticks[0].IsZero(); k++ {
		on := s.letterOn(x, k)
		if on.IsZero() {
			break
		}
		if on.After(s.asOf) {
			s.review(on)
			break
		}
		latest = k
	}
	if latest < 0 {
		return
	}
	kind := NoticePastDue
	if latest > 0 {
		kind = NoticeEndWarning
	}
	on := s.letterOn(x, latest)
	s.notice(Notice{Kind: kind, Month: on.Month(), On: on, Amount: takes, By: s.s.CureBy, Ends: s.s.EndMonth})
}

// letters is how many letters an episode has: one for each chance to pay; for
// a group one for each month.
func (s *subject) letters(x *episode) int {
	if x.track == TrackGroup {
		return s.p.Grace.GroupMonths.On(x.c.due)
	}
	return x.steps
}

func (s *subject) letterOn(x *episode, k int) civil.Date {
	if x.track == TrackGroup {
		return s.graceStart(x, 0).Month().Add(k).First()
	}
	if x.ticks[k].IsZero() {
		return civil.Date{}
	}
	return s.graceStart(x, k)
}

// newsDays is how long after a decision it is still news: a check that counts by
// its postmark starts coverage some days back.
const newsDays = 14

// decisionNotices tell what was decided on coverage: its start moved or lapsed,
// a decision was undone, coverage was had back.
func (s *subject) decisionNotices() {
	if s.e.Notices == nil {
		return
	}
	for _, d := range s.e.Decisions {
		switch d.Kind {
		case DecisionEffectuate:
			s.tellNews(NoticeStarted, d, s.rec.effectuated)
		case DecisionCancel:
			s.tellNews(NoticeCancelled, d, s.rec.cancelled)
		case DecisionRoll:
			if d == s.rec.rolled {
				s.notice(Notice{Kind: NoticeStartMoved, Month: d.Month, On: d.On, Amount: s.s.Unpaid, By: s.s.CureBy, Ends: s.startBefore()})
			}
		case DecisionLapse:
			if d == s.rec.lapsed {
				s.notice(Notice{Kind: NoticeNotStarted, Month: d.Month, On: d.On})
			}
		case DecisionReinstate:
			if d.On == s.rec.reinstatedOn {
				s.notice(Notice{Kind: NoticeReinstated, Month: d.Month, On: d.On})
			}
		case DecisionUndoEnd:
			s.stands(d, NoticeEnded, d.Month)
		case DecisionUndoLapse:
			s.stands(d, NoticeNotStarted, d.Month)
		case DecisionUndoRoll:
			s.stands(d, NoticeStartMoved, civil.Month{})
		}
	}
}

// tellNews tells of a decision that stands while it is news: a start (M3), or that
// coverage is cancelled.
func (s *subject) tellNews(kind NoticeKind, d, stands Decision) {
	last := d.On.AddDays(newsDays)
	if d != stands || s.asOf.After(last) || s.sent(kind, d.Month, d.On) {
		return
	}
	s.notice(Notice{Kind: kind, Month: d.Month, On: d.On})
	s.review(last.AddDays(1))
}

// stands takes back a letter that was sent before its decision was undone.
func (s *subject) stands(d Decision, wrong NoticeKind, month civil.Month) {
	for _, n := range s.e.Notices {
		if n.Kind == wrong && (month.IsZero() || n.Month == month) && !n.On.After(d.On) {
			s.notice(Notice{Kind: NoticeStands, Month: d.Month, On: d.On, Rule: d.Rule})
			return
		}
	}
}
