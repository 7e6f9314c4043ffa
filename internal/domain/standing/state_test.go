package standing_test

import (
	"testing"

	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/domain/statetest"
)

var states = []standing.State{
	standing.StatePending, standing.StateActive, standing.StatePastDue, standing.StateEnding, standing.StateEnded, standing.StateLapsed,
}

// The drawing in the documentation is the table in the code (H3).
func TestStateDrawing(t *testing.T) {
	t.Parallel()
	statetest.CheckDrawing(t, "../../../docs/states/enrollment.md", standing.Transitions(), states)
}

func TestStateTransitions(t *testing.T) {
	t.Parallel()
	// A row is a state, a column what it may become, in the order of states.
	const x, o = true, false
	want := [][]bool{
		/* pending  */ {o, x, o, o, x, x},
		/* active   */ {x, o, x, x, x, o},
		/* past due */ {x, x, o, x, x, o},
		/* ending   */ {x, x, x, o, x, o},
		/* ended    */ {o, x, x, x, o, o},
		/* lapsed   */ {x, x, o, o, o, o},
	}
	statetest.CheckTable(t, states, want, standing.State.CanBecome)
}
