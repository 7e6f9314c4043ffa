package standing

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// DecisionKind is an act on coverage.
type DecisionKind string

// The decisions, with what their Month is.
const (
	DecisionEffectuate DecisionKind = "effectuate"      // first covered month
	DecisionRoll       DecisionKind = "roll_start"      // new first month
	DecisionLapse      DecisionKind = "lapse"           // first month that does not come
	DecisionGrace      DecisionKind = "enter_grace"     // the grace month itself
	DecisionLeaveGrace DecisionKind = "leave_grace"     // the last grace month entered: all is paid
	DecisionProposeEnd DecisionKind = "propose_end"     // last covered month
	DecisionWithdraw   DecisionKind = "withdraw_end"    // that of the proposal
	DecisionEnd        DecisionKind = "end"             // last covered month; for non-payment
	DecisionReinstate  DecisionKind = "reinstate"       // first month had back
	DecisionCancel     DecisionKind = "cancel"          // last covered month; any end but for non-payment
	DecisionWaive      DecisionKind = "waive"           // first month waived
	DecisionUnwaive    DecisionKind = "withdraw_waiver" // first month that is owed in full again
	DecisionUndoStart  DecisionKind = "undo_effectuate" // first month, whose payment came back
	DecisionUndoRoll   DecisionKind = "undo_roll_start" // first month as it was before
	DecisionUndoLapse  DecisionKind = "undo_lapse"      // first month
	DecisionUndoEnd    DecisionKind = "undo_end"        // last covered month as the end had it
)

// Decision is a recorded act. Month is the coverage month that it is about.
type Decision struct {
	Kind  DecisionKind
	Month civil.Month
	On    civil.Date
	Rule  string // that it rests on; only the letter about one that was undone asks for it
}

// Conclusion is a decision that the facts call for and that is not recorded.
// Recording it with On as the day of evaluation settles it.
type Conclusion struct {
	Enrollment  int // index in Standing.Enrollments
	Kind        DecisionKind
	Month       civil.Month
	EffectiveOn civil.Date
	Rule        string
	Basis       Basis
}

// Basis is the fact that a conclusion rests on: one month, what it needed by
// when, and what was paid.
type Basis struct {
	Month    civil.Month
	DueOn    civil.Date // extensions and holds included
	Deadline civil.Date // the last day that mattered; zero: DueOn
	Needed   money.Amount
	Paid     money.Amount
	PaidOn   civil.Date // when the last of it counted; zero: nothing, or not known
}

// recorded is what the decisions on one enrollment come to, in any order. What
// undoes a decision wins over one of the same day: that favours the member.
// A decision that is undone is zero.
type recorded struct {
	effectuated, lapsed, proposed Decision
	ended, cancelled              Decision
	grace                         Decision // the latest grace month that is not over
	rolled                        Decision // the latest move of the start
	before                        Decision // the move before that one
	rolls                         int
	reinstatedOn                  civil.Date
}

func summarize(all []Decision) recorded {
	var r recorded
	var undone struct{ start, lapse, proposal, end, grace civil.Date }
	for _, d := range all {
		switch d.Kind {
		case DecisionEffectuate:
			r.effectuated.supersede(d)
		case DecisionUndoStart:
			undone.start = later(undone.start, d.On)
		case DecisionLapse:
			r.lapsed.supersede(d)
		case DecisionUndoLapse:
			undone.lapse = later(undone.lapse, d.On)
		case DecisionProposeEnd:
			r.proposed.supersede(d)
		case DecisionWithdraw:
			undone.proposal = later(undone.proposal, d.On)
		case DecisionEnd:
			r.ended.supersede(d)
		case DecisionUndoEnd:
			undone.end = later(undone.end, d.On)
		case DecisionReinstate:
			r.reinstatedOn = later(r.reinstatedOn, d.On)
		case DecisionCancel:
			r.cancelled.supersede(d)
		case DecisionGrace:
			r.grace.supersede(d)
		case DecisionLeaveGrace:
			undone.grace = later(undone.grace, d.On)
		case DecisionRoll, DecisionUndoRoll:
			r.move(d)
		}
	}
	back := r.reinstatedOn
	r.effectuated.undo(undone.start)
	r.lapsed.undo(undone.lapse)
	r.proposed.undo(later(undone.proposal, back))
	r.ended.undo(later(undone.end, back))
	r.cancelled.undo(back)
	r.grace.undo(later(undone.grace, back))
	return r
}

// supersede keeps the newer decision, and of two of one day the one for the
// later month, which favours the member.
func (d *Decision) supersede(x Decision) {
	if x.On.After(d.On) || x.On == d.On && x.Month.After(d.Month) {
		*d = x
	}
}

// undo clears a decision made on or before a day.
func (d *Decision) undo(on civil.Date) {
	if !on.IsZero() && !d.On.After(on) {
		*d = Decision{}
	}
}

// move notes a new start, and the one before it to go back to. Undoing a move
// is a move back.
func (r *recorded) move(d Decision) {
	r.rolls++
	if d.Kind == DecisionUndoRoll {
		r.rolls -= 2
	}
	switch {
	case d.movesAfter(r.rolled):
		r.before, r.rolled = r.rolled, d
	case d.movesAfter(r.before):
		r.before = d
	}
}

func (d Decision) movesAfter(x Decision) bool {
	if d.On != x.On {
		return d.On.After(x.On)
	}
	if d.Kind != x.Kind {
		return d.Kind == DecisionUndoRoll
	}
	return d.Month.After(x.Month)
}

func later(a, b civil.Date) civil.Date {
	if b.After(a) {
		return b
	}
	return a
}

func earlier(a, b civil.Date) civil.Date {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
