package profile

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
)

// problems collects everything wrong with a file, with the key path as field.
type problems struct{ fault.List }

// add files each error that a decoder joined under its key.
func (p *problems) add(path string, err error) {
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		for _, e := range joined.Unwrap() {
			p.add(path, e)
		}
		return
	}
	code := "profile.bad_value"
	if errors.As(err, new(wrongType)) {
		code = "profile.wrong_type"
	}
	p.Add(path, code, "%s", err)
}

// dropRepeats keeps one of each: a clash of terms shows on every day it lasts.
func (p *problems) dropRepeats() {
	seen := map[string]bool{}
	p.List = slices.DeleteFunc(p.List, func(e *fault.Error) bool {
		repeated := seen[e.Error()]
		seen[e.Error()] = true
		return repeated
	})
}

// table reads one TOML table and remembers which keys were asked for.
type table struct {
	path     string
	values   map[string]any
	asked    []string
	problems *problems
}

func (t *table) key(name string) string {
	if t.path == "" {
		return name
	}
	return t.path + "." + name
}

func (t *table) take(name string) (any, bool) {
	t.asked = append(t.asked, name)
	value, ok := t.values[name]
	return value, ok
}

// within reads a sub-table, an empty one where it is absent, and then reports
// the keys in it that nobody asked for.
func (t *table) within(name string, read func(*table)) {
	sub := &table{path: t.key(name), problems: t.problems}
	if value, ok := t.take(name); ok {
		if sub.values, ok = value.(map[string]any); !ok {
			t.problems.add(sub.path, wantType("a table: write ["+sub.path+"]", value))
			return
		}
	}
	read(sub)
	sub.reportUnknown()
}

func (t *table) reportUnknown() {
	for _, name := range slices.Sorted(maps.Keys(t.values)) {
		if slices.Contains(t.asked, name) {
			continue
		}
		hint := "remove it"
		if near := nearest(name, t.asked); near != "" {
			hint = fmt.Sprintf("did you mean %s?", t.key(near))
		}
		t.problems.Add(t.key(name), "profile.unknown_key", "is not a key of a profile: %s", hint)
	}
}

// plain reads a key that does not change over time, with its value when absent.
func plain[T any](t *table, name string, target *T, absent T, decode decoder[T]) {
	*target = absent
	if value, ok := t.take(name); ok {
		decodeInto(t.problems, t.key(name), target, value, decode)
	}
}

// required reads a key that has no sensible value when absent.
func required[T any](t *table, name string, target *T, decode decoder[T]) {
	value, ok := t.take(name)
	if !ok {
		t.problems.Add(t.key(name), "profile.missing", "is missing: add it")
		return
	}
	decodeInto(t.problems, t.key(name), target, value, decode)
}

func decodeInto[T any](problems *problems, path string, target *T, value any, decode decoder[T]) bool {
	decoded, err := decode(value)
	if err != nil {
		problems.add(path, err)
		return false
	}
	*target = decoded
	return true
}

// dated reads a term: one value, or a list of {from, to, value}.
func dated[T any](t *table, name string, target *Dated[T], absent T, decode decoder[T]) {
	*target = Always(absent)
	value, ok := t.take(name)
	if !ok {
		return
	}
	entries, ok := asEntries(value)
	if !ok {
		decodeInto(t.problems, t.key(name), &target.periods[0].Value, value, decode)
		return
	}
	before := len(t.problems.List)
	periods := make([]Period[T], len(entries))
	for i, entry := range entries {
		readPeriod(t.problems, fmt.Sprintf("%s[%d]", t.key(name), i+1), entry, &periods[i], decode)
	}
	if len(t.problems.List) > before {
		return // the order of unreadable periods tells nothing
	}
	slices.SortStableFunc(periods, func(a, b Period[T]) int { return a.From.Compare(b.From) })
	checkSuccession(t.problems, t.key(name), periods)
	target.periods = periods
}

// asEntries tells a list of periods from a value that happens to be a list.
func asEntries(value any) ([]map[string]any, bool) {
	switch v := value.(type) {
	case []map[string]any:
		return v, true
	case []any:
		entries := make([]map[string]any, len(v))
		for i, item := range v {
			entry, ok := item.(map[string]any)
			if !ok {
				return nil, false
			}
			entries[i] = entry
		}
		return entries, len(v) > 0
	}
	return nil, false
}

func readPeriod[T any](problems *problems, path string, values map[string]any, period *Period[T], decode decoder[T]) {
	t := &table{path: path, values: values, problems: problems}
	plain(t, "from", &period.From, civil.Date{}, date)
	plain(t, "to", &period.To, civil.Date{}, date)
	required(t, "value", &period.Value, decode)
	t.reportUnknown()
	if !period.To.IsZero() && period.To.Before(period.From) {
		problems.Add(t.key("to"), "profile.bad_value", "%s is before from %s: swap them", period.To, period.From)
	}
}

// checkSuccession makes sure that sorted periods answer for every day, once.
func checkSuccession[T any](problems *problems, path string, periods []Period[T]) {
	first, last := periods[0], periods[len(periods)-1]
	if !first.From.IsZero() {
		problems.Add(path, "profile.gap", "says nothing about days before %s: leave out the first from, or add an entry before it", first.From)
	}
	for i, p := range periods[1:] {
		previous := periods[i]
		switch {
		case previous.To.IsZero() || p.From.IsZero() || !p.From.After(previous.To):
			problems.Add(path, "profile.overlap", "has two values on %s: let each entry end the day before the next begins", later(p.From, previous.From))
		case p.From != previous.To.AddDays(1):
			problems.Add(path, "profile.gap", "says nothing about the days from %s to %s: move a date or add an entry",
				previous.To.AddDays(1), p.From.AddDays(-1))
		}
	}
	if !last.To.IsZero() {
		problems.Add(path, "profile.gap", "says nothing about days after %s: leave out the last to, or add an entry after it", last.To)
	}
}

func later(a, b civil.Date) civil.Date {
	if a.After(b) {
		return a
	}
	return b
}

// nearest gives the known key that a misspelled one most likely means, or "".
func nearest(name string, known []string) string {
	best, bestDistance := "", 1+len(name)/3
	for _, k := range known {
		if d := editDistance(strings.ToLower(name), k); d <= bestDistance {
			best, bestDistance = k, d-1
		}
	}
	return best
}

// editDistance counts the letters to insert, delete or replace (Levenshtein).
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			replace := diagonal
			if a[i] != b[j] {
				replace++
			}
			diagonal = row[j+1]
			row[j+1] = min(replace, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
