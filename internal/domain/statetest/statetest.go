// Package statetest compares the drawing of a state machine in docs/states
// with the table in the code.
package statetest

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var arrows = regexp.MustCompile(`(?m)^\s+(\w+) --> (\w+)$`)

// CheckDrawing fails the test unless the arrows drawn in the file, a path from
// the test's own folder, are those of the table, and its words explain each
// state (H3).
func CheckDrawing[S ~string](t *testing.T, path string, table map[S][]S, all []S) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var drawn, want []string
	for _, arrow := range arrows.FindAllStringSubmatch(string(text), -1) {
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
		t.Errorf("%s (-code +drawing):\n%s", filepath.Base(path), diff)
	}
	for _, s := range all {
		if !strings.Contains(string(text), "\n| "+string(s)+" |") {
			t.Errorf("%s does not explain %s", filepath.Base(path), s)
		}
	}
}

// CheckTable fails the test unless a state can become another just where want
// says so: a row is a state, a column what it may become, both in the order of
// all. Nor may a state that does not exist take part.
func CheckTable[S ~string](t *testing.T, all []S, want [][]bool, canBecome func(from, to S) bool) {
	t.Helper()
	for i, from := range all {
		for j, to := range all {
			if got := canBecome(from, to); got != want[i][j] {
				t.Errorf("%s to %s: got %t, want %t", from, to, got, want[i][j])
			}
		}
		if canBecome(from, "lost") || canBecome("lost", from) {
			t.Errorf("%s: a state that does not exist takes part", from)
		}
	}
}
