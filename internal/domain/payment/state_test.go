package payment_test

import (
	"testing"

	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/statetest"
)

var states = []payment.IntentState{
	payment.IntentCreated, payment.IntentPending, payment.IntentUnknown, payment.IntentSucceeded,
	payment.IntentDeclined, payment.IntentCanceled, payment.IntentExpired,
}

// The drawing in the documentation is the table in the code (H3).
func TestIntentDrawing(t *testing.T) {
	t.Parallel()
	statetest.CheckDrawing(t, "../../../docs/states/payment-intent.md", payment.Transitions(), states)
}

func TestIntentTransitions(t *testing.T) {
	t.Parallel()
	// A row is a state, a column what it may become, in the order of states.
	const x, o = true, false
	want := [][]bool{
		/* created   */ {o, x, x, x, x, x, x},
		/* pending   */ {o, o, x, x, x, x, x},
		/* unknown   */ {o, x, o, x, x, x, x},
		/* succeeded */ {o, o, o, o, o, o, o},
		/* declined  */ {o, o, o, x, o, o, o},
		/* canceled  */ {o, o, o, x, o, o, o},
		/* expired   */ {o, o, o, x, o, o, o},
	}
	statetest.CheckTable(t, states, want, payment.IntentState.CanBecome)
}

// Money beats words: every state but succeeded itself can become succeeded,
// and the sweep's open states are those that are not final.
func TestFinalStates(t *testing.T) {
	t.Parallel()
	for _, s := range states {
		open := s == payment.IntentCreated || s == payment.IntentPending || s == payment.IntentUnknown
		if s.Final() == open {
			t.Errorf("%s: final %t", s, s.Final())
		}
		if s != payment.IntentSucceeded && !s.CanBecome(payment.IntentSucceeded) {
			t.Errorf("%s can not become succeeded", s)
		}
	}
}
