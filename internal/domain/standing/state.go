package standing

import "slices"

// State is what coverage is.
type State string

// The states (brief 6.4).
const (
	StatePending State = "pending"  // not started: first payment needed
	StateActive  State = "active"   // nothing past due
	StatePastDue State = "past_due" // a due date was missed; GraceMonth counts on the long track
	StateEnding  State = "ending"   // the last date to cure has passed; an end is owed
	StateEnded   State = "ended"
	StateLapsed  State = "lapsed" // never started
)

// transitions are the ways the standing of an enrollment may go from one
// evaluation to the next. Facts may come late and out of order, so most ways
// lead back: a payment is returned, a check turns up with a timely postmark, a
// hold is granted for days past.
var transitions = map[State][]State{
	StatePending: {StateActive, StateLapsed, StateEnded},
	StateActive:  {StatePending, StatePastDue, StateEnding, StateEnded},
	StatePastDue: {StatePending, StateActive, StateEnding, StateEnded},
	StateEnding:  {StatePending, StateActive, StatePastDue, StateEnded},
	StateEnded:   {StateActive, StatePastDue, StateEnding},
	StateLapsed:  {StatePending, StateActive},
}

// CanBecome tells whether the standing may go from s to next.
func (s State) CanBecome(next State) bool { return slices.Contains(transitions[s], next) }

// Transitions gives the table, for the test that keeps its drawing true.
func Transitions() map[State][]State { return transitions }
