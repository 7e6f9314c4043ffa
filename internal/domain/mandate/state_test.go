package mandate_test

import (
	"testing"

	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/statetest"
)

var (
	states      = []mandate.State{mandate.Active, mandate.Paused, mandate.Stopped, mandate.Disputed}
	draftStates = []mandate.DraftState{mandate.Planned, mandate.Held, mandate.Frozen, mandate.Skipped, mandate.Canceled}
)

// The drawings in the documentation are the tables in the code (H3).
func TestDrawings(t *testing.T) {
	t.Parallel()
	statetest.CheckDrawing(t, "../../../docs/states/mandate.md", mandate.Transitions(), states)
	statetest.CheckDrawing(t, "../../../docs/states/draft.md", mandate.DraftTransitions(), draftStates)
}

func TestMandateTransitions(t *testing.T) {
	t.Parallel()
	// A row is a state, a column what it may become, in the order of states.
	const x, o = true, false
	want := [][]bool{
		/* active   */ {o, x, x, x},
		/* paused   */ {x, o, x, x},
		/* stopped  */ {o, o, o, x},
		/* disputed */ {o, o, o, o},
	}
	statetest.CheckTable(t, states, want, mandate.State.CanBecome)
	for _, s := range states {
		if s.Live() != (s == mandate.Active) {
			t.Errorf("%s: live %t", s, s.Live())
		}
	}
}

func TestDraftTransitions(t *testing.T) {
	t.Parallel()
	const x, o = true, false
	want := [][]bool{
		/* planned  */ {o, x, x, x, x},
		/* held     */ {x, o, o, x, x},
		/* frozen   */ {o, o, o, o, o},
		/* skipped  */ {o, o, o, o, o},
		/* canceled */ {o, o, o, o, o},
	}
	statetest.CheckTable(t, draftStates, want, mandate.DraftState.CanBecome)
	for _, s := range draftStates {
		if s.Open() != (s == mandate.Planned || s == mandate.Held) {
			t.Errorf("%s: open %t", s, s.Open())
		}
	}
}
