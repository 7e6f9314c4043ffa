package payment

import "slices"

// transitions are the ways an intent may go. A final state is left by nothing
// but a late success: a processor that took money after it had said no is
// believed, because money beats words (R-PAY-6).
var transitions = map[IntentState][]IntentState{
	IntentCreated:  {IntentPending, IntentUnknown, IntentSucceeded, IntentDeclined, IntentCanceled, IntentExpired},
	IntentPending:  {IntentUnknown, IntentSucceeded, IntentDeclined, IntentCanceled, IntentExpired},
	IntentUnknown:  {IntentPending, IntentSucceeded, IntentDeclined, IntentCanceled, IntentExpired},
	IntentDeclined: {IntentSucceeded},
	IntentCanceled: {IntentSucceeded},
	IntentExpired:  {IntentSucceeded},
}

// CanBecome tells whether an intent may go from s to next.
func (s IntentState) CanBecome(next IntentState) bool {
	return slices.Contains(transitions[s], next)
}

// Transitions gives the table, for the test that keeps its drawing true.
func Transitions() map[IntentState][]IntentState { return transitions }
