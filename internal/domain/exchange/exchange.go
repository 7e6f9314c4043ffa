// Package exchange is what carriers are told of coverage and what they answer:
// paid, sent to the carrier, confirmed, each with its date, and an alarm when a
// step takes too long (R-BIND-4). Messages come from decisions, answers from
// carriers, late, twice and in any order; what they come to together does not
// depend on the order in which they arrived.
package exchange

import (
	"cmp"
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/standing"
)

// Event is what a carrier is told of an enrollment.
type Event string

// The events, with what the Month of their messages is.
const (
	EventStart     Event = "start"     // first covered month
	EventEnd       Event = "end"       // last covered month; for non-payment
	EventCancel    Event = "cancel"    // last covered month; any other end, or a start that was taken back
	EventReinstate Event = "reinstate" // first month had back
)

// Events lists every event.
var Events = []Event{EventStart, EventEnd, EventCancel, EventReinstate}

// Tells gives what a decision makes a carrier be told; false: nothing. A start
// whose payment came back is a cancellation to the carrier, and an end that is
// undone a reinstatement.
func Tells(kind standing.DecisionKind, month civil.Month) (Event, civil.Month, bool) {
	switch kind {
	case standing.DecisionEffectuate:
		return EventStart, month, true
	case standing.DecisionEnd:
		return EventEnd, month, true
	case standing.DecisionCancel:
		return EventCancel, month, true
	case standing.DecisionUndoStart:
		return EventCancel, month.Prev(), true
	case standing.DecisionReinstate:
		return EventReinstate, month, true
	case standing.DecisionUndoEnd:
		return EventReinstate, month.Next(), true
	}
	return "", month, false
}

// Message is one thing that a carrier is told of an enrollment.
type Message struct {
	Event  Event
	Month  civil.Month
	OwedOn civil.Date // when it was recorded that the carrier is to be told
	ToldOn civil.Date // zero: not yet
}

// Outcome is what a carrier says of a message.
type Outcome string

// The outcomes.
const (
	OutcomeOpen      Outcome = "" // no answer that counts
	OutcomeConfirmed Outcome = "confirmed"
	OutcomeRefused   Outcome = "refused"
)

// Answer is what a carrier says of one event of an enrollment. Source and
// Reference make it the same answer when it comes again.
type Answer struct {
	Event     Event
	Month     civil.Month
	Outcome   Outcome
	Reason    string // of a refusal
	On        civil.Date
	Source    string // the carrier, or its file
	Reference string // of the answer within the source
}

// Aside is why an answer counts for nothing.
type Aside string

// The reasons. An answer that repeats another one needs nobody's attention.
const (
	AsideNothing     Aside = ""
	AsideRepeats     Aside = "repeats"     // the same was said before
	AsideUndecided   Aside = "undecided"   // nothing was decided that it could answer
	AsideBeforeTold  Aside = "before_told" // it is older than what it answers
	AsideContradicts Aside = "contradicts" // another answer says otherwise
)

// Open tells whether somebody has to look at the answer.
func (a Aside) Open() bool { return a != AsideNothing && a != AsideRepeats }

// Verdict is what the answers say of a message.
type Verdict struct {
	Outcome    Outcome
	AnsweredOn civil.Date
	Reason     string
}

// Judge tells what the answers about one enrollment come to: a verdict for
// each message and, for each answer, why it counts for nothing. An answer
// belongs to the last message of its event and month that was told by its day.
// The oldest answer of a message counts; a later one that says the same repeats
// it, and one that says otherwise is set aside. Two of one day that say
// different things are both set aside: nobody can know which came first.
func Judge(messages []Message, answers []Answer) ([]Verdict, []Aside) {
	verdicts, asides := make([]Verdict, len(messages)), make([]Aside, len(answers))
	of := make([]int, len(answers))
	for i, a := range answers {
		of[i], asides[i] = find(messages, a)
	}
	for m := range messages {
		var mine []int
		for i := range answers {
			if asides[i] == AsideNothing && of[i] == m {
				mine = append(mine, i)
			}
		}
		slices.SortFunc(mine, func(x, y int) int { return answers[x].compare(answers[y]) })
		verdicts[m] = judge(answers, mine, asides)
	}
	return verdicts, asides
}

// find gives the message that an answer belongs to.
func find(messages []Message, a Answer) (int, Aside) {
	last, aside := -1, AsideUndecided
	for i, m := range messages {
		if m.Event != a.Event || m.Month != a.Month {
			continue
		}
		if m.ToldOn.IsZero() || m.ToldOn.After(a.On) {
			if last < 0 {
				aside = AsideBeforeTold
			}
			continue
		}
		if last < 0 || m.ToldOn.After(messages[last].ToldOn) {
			last, aside = i, AsideNothing
		}
	}
	return last, aside
}

// judge weighs the answers to one message, the oldest first.
func judge(answers []Answer, mine []int, asides []Aside) Verdict {
	if len(mine) == 0 {
		return Verdict{}
	}
	first := answers[mine[0]]
	v := Verdict{first.Outcome, first.On, first.Reason}
	for _, i := range mine[1:] {
		switch a := answers[i]; {
		case a.Outcome == v.Outcome:
			asides[i] = AsideRepeats
		case a.On == first.On:
			asides[i] = AsideContradicts
			v = Verdict{}
		default:
			asides[i] = AsideContradicts
		}
	}
	if v.Outcome == OutcomeOpen {
		for _, i := range mine {
			asides[i] = AsideContradicts
		}
	}
	return v
}

func (a Answer) compare(b Answer) int {
	return cmp.Or(a.On.Compare(b.On), strings.Compare(string(a.Outcome), string(b.Outcome)), strings.Compare(a.Source, b.Source),
		strings.Compare(a.Reference, b.Reference))
}

// Delay is which step of a message takes too long.
type Delay string

// The delays.
const (
	DelayNone      Delay = ""
	DelayTelling   Delay = "telling"   // owed, and the carrier was not told
	DelayAnswering Delay = "answering" // told, and the carrier has not answered
)

// DelayOn tells whether a message waits for longer than so many bank days
// (R-BIND-4).
func DelayOn(m Message, v Verdict, today civil.Date, days int) Delay {
	before := LateBefore(today, days)
	switch {
	case v.Outcome != OutcomeOpen:
		return DelayNone
	case m.ToldOn.IsZero() && m.OwedOn.Before(before):
		return DelayTelling
	case !m.ToldOn.IsZero() && m.ToldOn.Before(before):
		return DelayAnswering
	}
	return DelayNone
}

// LateBefore gives the first day of which a step is not late on today: what was
// begun before it has had more than so many bank days. Carriers' files travel
// on bank days, as money does.
func LateBefore(today civil.Date, days int) civil.Date {
	for day := today; ; day = day.AddDays(-1) {
		if civil.BankDays.Add(day, days).Before(today) {
			return day.AddDays(1)
		}
	}
}
