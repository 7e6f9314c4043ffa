package verifying

import (
	"fmt"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/store"
)

// Report is what Verify found, invariant by invariant, in the order of the
// architecture. Its JSON form is what `quittance verify --json` prints.
type Report struct {
	At         civil.Instant `json:"at"`
	Clean      bool          `json:"clean"`
	Invariants []Invariant   `json:"invariants"`
}

// Invariant is one rule of the books and how it fared.
type Invariant struct {
	ID         string      `json:"id"` // "I2"
	Name       string      `json:"name"`
	Checked    int64       `json:"checked"` // how many objects were looked at
	Broken     int64       `json:"broken"`  // how many violations there are
	Violations []Violation `json:"violations,omitempty"`
}

// Violation is one disagreement. It names keys and amounts, never a person.
// Amounts are in dollars and cents; where rows are counted, a number.
type Violation struct {
	Account  string `json:"account,omitempty"`
	Object   string `json:"object"`
	Problem  string `json:"problem"`
	Expected string `json:"expected,omitempty"`
	Found    string `json:"found,omitempty"`
}

// shown is how many violations of an invariant a report carries.
const shown = 20

func newReport(at civil.Instant) *Report {
	return &Report{At: at, Invariants: []Invariant{
		{ID: "I1", Name: "debits equal credits, in every entry and in total"},
		{ID: "I2", Name: "receivables are charges less applications and waivers"},
		{ID: "I3", Name: "credit is never below zero"},
		{ID: "I4", Name: "every payment is applied, open, refunded or returned"},
		{ID: "I5", Name: "carriers are owed what was applied or waived less what was remitted"},
		{ID: "I6", Name: "clearing accounts are the sum of their open items"},
		{ID: "I7", Name: "a month is paid when its charge is fully applied or waived"},
		{ID: "I8", Name: "every bill is the sum of its lines and of its explanation"},
		{ID: "I9", Name: "one processor charge is one payment"},
		{ID: "I10", Name: "one live charge per enrollment and month"},
		{ID: "I11", Name: "a file to the bank is its entries, each in one file under a trace of its own"},
		{ID: "I13", Name: "every change of coverage has a decision with its rule"},
		{ID: "I14", Name: "every debit that was sent was agreed to, and told of where it differs"},
		{ID: store.Orphans, Name: "every row names rows that exist"},
	}}
}

// invariant finds an invariant by id; asking for one that the list above does
// not have is a programmer's error.
func (r *Report) invariant(id string) *Invariant {
	for i := range r.Invariants {
		if r.Invariants[i].ID == id {
			return &r.Invariants[i]
		}
	}
	panic("verifying: no invariant " + id)
}

func (i *Invariant) add(v Violation) {
	i.Broken++
	if len(i.Violations) < shown {
		i.Violations = append(i.Violations, v)
	}
}

// append adds what another proof of the same books found.
func (r *Report) append(o *Report) {
	for n := range r.Invariants {
		i, more := &r.Invariants[n], o.Invariants[n]
		i.Checked += more.Checked
		i.Broken += more.Broken
		i.Violations = append(i.Violations, more.Violations[:min(len(more.Violations), shown-len(i.Violations))]...)
	}
}

func (r *Report) finish() Report {
	r.Clean = len(r.Broken()) == 0
	return *r
}

// all is how many violations of all invariants there are.
func (r *Report) all() (broken int64) {
	for _, i := range r.Invariants {
		broken += i.Broken
	}
	return broken
}

// Broken gives the ids of the invariants that do not hold.
func (r Report) Broken() []string {
	var ids []string
	for _, i := range r.Invariants {
		if i.Broken > 0 {
			ids = append(ids, i.ID)
		}
	}
	return ids
}

// String writes the report for a terminal: a line per invariant, and below a
// broken one its violations.
func (r Report) String() string {
	var b strings.Builder
	for _, i := range r.Invariants {
		state := "ok"
		if i.Broken > 0 {
			state = "BROKEN"
		}
		fmt.Fprintf(&b, "%-8s %-6s %s (%d checked)\n", i.ID, state, i.Name, i.Checked)
		for _, v := range i.Violations {
			fmt.Fprintf(&b, "           %s\n", v)
		}
		if more := i.Broken - int64(len(i.Violations)); more > 0 {
			fmt.Fprintf(&b, "           and %d more\n", more)
		}
	}
	if r.Clean {
		b.WriteString("The books are clean.\n")
	} else {
		fmt.Fprintf(&b, "Broken: %s.\n", strings.Join(r.Broken(), ", "))
	}
	return b.String()
}

// String writes the violation on one line.
func (v Violation) String() string {
	s := v.Object + ": " + v.Problem
	if v.Account != "" {
		s = "account " + v.Account + ", " + s
	}
	if v.Expected != v.Found {
		s += fmt.Sprintf(" (expected %s, found %s)", orNone(v.Expected), orNone(v.Found))
	}
	return s
}

func orNone(s string) string {
	if s == "" {
		return "none"
	}
	return s
}
