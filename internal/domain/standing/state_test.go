package standing_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/domain/standing"
)

var states = []standing.State{
	standing.StatePending, standing.StateActive, standing.StatePastDue, standing.StateEnding, standing.StateEnded, standing.StateLapsed,
}

// The drawing in the documentation is the table in the code (H3).
func TestStateDrawing(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/states/enrollment.md")
	if err != nil {
		t.Fatal(err)
	}
	var drawn, want []string
	for _, arrow := range regexp.MustCompile(`(?m)^\s+(\w+) --> (\w+)$`).FindAllStringSubmatch(string(text), -1) {
		drawn = append(drawn, arrow[1]+" "+arrow[2])
	}
	for from, next := range standing.Transitions() {
		for _, to := range next {
			want = append(want, string(from)+" "+string(to))
		}
	}
	slices.Sort(drawn)
	slices.Sort(want)
	if diff := cmp.Diff(want, drawn); diff != "" {
		t.Errorf("docs/states/enrollment.md (-code +drawing):\n%s", diff)
	}
	for _, s := range states {
		if !strings.Contains(string(text), "\n| "+string(s)+" |") {
			t.Errorf("the table does not explain %s", s)
		}
	}
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
	for i, from := range states {
		for j, to := range states {
			if got := from.CanBecome(to); got != want[i][j] {
				t.Errorf("%s to %s: got %t, want %t", from, to, got, want[i][j])
			}
		}
	}
}
