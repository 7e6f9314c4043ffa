package store

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// What several callers write goes in as few statements as can be, and nobody's
// own order changes: a row may need one that it added before.
func TestTogether(t *testing.T) {
	t.Parallel()
	a, b, c := unregistered("a", 1), unregistered("b", 2), unregistered("c", 1)
	other := &Stmt{name: "other"}
	one := func(into *inserts, args ...any) step {
		return step{stmt: into.few[len(args)/into.few[0].width-1], args: args}
	}
	guarded := one(a, 9)
	guarded.touched = func(int64) error { return nil }
	many := func(n int) (steps []step) {
		for i := range n {
			steps = append(steps, one(a, i))
		}
		return steps
	}
	for name, test := range map[string]struct {
		callers [][]step
		want    string
	}{
		"nobody":                     {nil, ""},
		"one keeps what it has":      {[][]step{{one(a, 1), one(a, 2)}}, "1a[1] 1a[2]"},
		"the same of two":            {[][]step{{one(a, 1), one(b, 1, 2)}, {one(a, 3), one(b, 3, 4)}}, "2a[1 3] 2b[1 2 3 4]"},
		"more rows of one":           {[][]step{{one(b, 1, 2, 3, 4)}, {one(b, 5, 6)}}, "3b[1 2 3 4 5 6]"},
		"what one has more":          {[][]step{{one(a, 1), one(c, 1)}, {one(a, 2), one(b, 2, 2), one(c, 2)}}, "2a[1 2] 1b[2 2] 2c[1 2]"},
		"against each other's order": {[][]step{{one(a, 1), one(c, 1)}, {one(c, 2), one(a, 2)}}, "1a[1] 2c[1 2] 1a[2]"},
		"what can not be one":        {[][]step{{{stmt: other, args: []any{1}}}, {{stmt: other, args: []any{2}}}}, "other[1] other[2]"},
		"what wants an answer":       {[][]step{{guarded}, {one(a, 1)}}, "1a[9] 1a[1]"},
		"one who has nothing":        {[][]step{{}, {one(a, 1)}}, "1a[1]"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := textOf(together(test.callers)); got != test.want {
				t.Errorf("got %s\nwant %s", got, test.want)
			}
		})
	}
	callers := slices.Repeat([][]step{many(1)}, insertRowsMost+1)
	if got := together(callers); len(got) != 2 || len(got[0].args) != insertRowsMost {
		t.Errorf("more rows than one statement takes: %s", textOf(got))
	}
}

// unregistered is inserts of a table that is in no database.
func unregistered(table string, width int) *inserts {
	t := &inserts{few: make([]*Stmt, insertRowsMost)}
	for i := range t.few {
		t.few[i] = &Stmt{name: fmt.Sprintf("%d%s", i+1, table), few: t.few, width: width}
	}
	return t
}

func textOf(steps []step) string {
	var texts []string
	for _, s := range steps {
		texts = append(texts, fmt.Sprint(s.stmt.name, s.args))
	}
	return strings.Join(texts, " ")
}
