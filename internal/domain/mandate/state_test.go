package mandate_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/domain/mandate"
)

var (
	states      = []mandate.State{mandate.Active, mandate.Paused, mandate.Stopped, mandate.Disputed}
	draftStates = []mandate.DraftState{mandate.Planned, mandate.Held, mandate.Frozen, mandate.Skipped, mandate.Canceled}
)

// The drawings in the documentation are the tables in the code (H3).
func TestDrawings(t *testing.T) {
	t.Parallel()
	checkDrawing(t, "mandate.md", mandate.Transitions(), states)
	checkDrawing(t, "draft.md", mandate.DraftTransitions(), draftStates)
}

func checkDrawing[S ~string](t *testing.T, name string, table map[S][]S, all []S) {
	t.Helper()
	text, err := os.ReadFile("../../../docs/states/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var drawn, want []string
	for _, arrow := range regexp.MustCompile(`(?m)^\s+(\w+) --> (\w+)$`).FindAllStringSubmatch(string(text), -1) {
		drawn = append(drawn, arrow[1]+" "+arrow[2])
	}
	for from, next := range table {
		for _, to := range next {
			want = append(want, string(from)+" "+string(to))
		}
	}
	slices.Sort(drawn)
	slices.Sort(want)
	if diff := cmp.Diff(want, drawn); diff != "" {
		t.Errorf("%s (-code +drawing):\n%s", name, diff)
	}
	for _, s := range all {
		if !strings.Contains(string(text), "\n| "+string(s)+" |") {
			t.Errorf("%s does not explain %s", name, s)
		}
	}
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
	for i, from := range states {
		for j, to := range states {
			if got := from.CanBecome(to); got != want[i][j] {
				t.Errorf("%s to %s: got %t, want %t", from, to, got, want[i][j])
			}
		}
		if from.Live() != (from == mandate.Active) {
			t.Errorf("%s: live %t", from, from.Live())
		}
	}
	if mandate.State("lost").CanBecome(mandate.Active) || mandate.Active.CanBecome("lost") {
		t.Error("a state that does not exist takes part")
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
	for i, from := range draftStates {
		for j, to := range draftStates {
			if got := from.CanBecome(to); got != want[i][j] {
				t.Errorf("%s to %s: got %t, want %t", from, to, got, want[i][j])
			}
		}
		if from.Open() != (from == mandate.Planned || from == mandate.Held) {
			t.Errorf("%s: open %t", from, from.Open())
		}
	}
}
