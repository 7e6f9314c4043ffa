package payment_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"quittance.org/quittance/internal/domain/payment"
)

var states = []payment.IntentState{
	payment.IntentCreated, payment.IntentPending, payment.IntentUnknown, payment.IntentSucceeded,
	payment.IntentDeclined, payment.IntentCanceled, payment.IntentExpired,
}

// The drawing in the documentation is the table in the code (H3).
func TestIntentDrawing(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/states/payment-intent.md")
	if err != nil {
		t.Fatal(err)
	}
	var drawn, want []string
	for _, arrow := range regexp.MustCompile(`(?m)^\s+(\w+) --> (\w+)$`).FindAllStringSubmatch(string(text), -1) {
		drawn = append(drawn, arrow[1]+" "+arrow[2])
	}
	for from, next := range payment.Transitions() {
		for _, to := range next {
			want = append(want, string(from)+" "+string(to))
		}
	}
	slices.Sort(drawn)
	slices.Sort(want)
	if diff := cmp.Diff(want, drawn); diff != "" {
		t.Errorf("docs/states/payment-intent.md (-code +drawing):\n%s", diff)
	}
	for _, s := range states {
		if !strings.Contains(string(text), "\n| "+string(s)+" |") {
			t.Errorf("the table does not explain %s", s)
		}
	}
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
	for i, from := range states {
		for j, to := range states {
			if got := from.CanBecome(to); got != want[i][j] {
				t.Errorf("%s to %s: got %t, want %t", from, to, got, want[i][j])
			}
		}
	}
	if payment.IntentState("lost").CanBecome(payment.IntentSucceeded) || payment.IntentPending.CanBecome("lost") {
		t.Error("a state that does not exist takes part")
	}
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
