package catalogue

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// message is one sentence or short text, cut into parts. A message whose words
// change with a number has two forms.
type message struct {
	one, other []part // one is nil unless the message has two forms
}

type partKind int

const (
	partText partKind = iota
	partArg
	partStrong    // ** opens
	partEndStrong // ** closes
	partLink      // [ opens; name is the argument with the address
	partEndLink
)

type part struct {
	kind partKind
	text string // of partText
	name string // of partArg and partLink
	form string // of partArg: "", "weekday", "day", "time", "date"
}

var mark = regexp.MustCompile(`\{([a-z_]+)(?::([a-z]+))?\}|\*\*|\[|\]\(([a-z_]+)\)`)

// parse cuts a message. Its errors are for translators.
func parse(text string) ([]part, error) {
	var parts []part
	at, strong, link := 0, false, -1
	for _, m := range mark.FindAllStringSubmatchIndex(text, -1) {
		if m[0] > at {
			parts = append(parts, part{kind: partText, text: text[at:m[0]]})
		}
		at = m[1]
		switch token := text[m[0]:m[1]]; {
		case token == "**" && strong:
			strong = false
			parts = append(parts, part{kind: partEndStrong})
		case token == "**":
			strong = true
			parts = append(parts, part{kind: partStrong})
		case token == "[":
			if link >= 0 {
				return nil, fmt.Errorf("a link inside a link: %q", text)
			}
			link = len(parts)
			parts = append(parts, part{kind: partLink})
		case m[6] >= 0:
			if link < 0 {
				return nil, fmt.Errorf("a link ends that did not begin: %q", text)
			}
			parts[link].name = text[m[6]:m[7]]
			link = -1
			parts = append(parts, part{kind: partEndLink})
		default:
			arg := part{kind: partArg, name: text[m[2]:m[3]]}
			if m[4] >= 0 {
				arg.form = text[m[4]:m[5]]
			}
			parts = append(parts, arg)
		}
	}
	if strong || link >= 0 {
		return nil, fmt.Errorf("a ** or a [ is not closed: %q", text)
	}
	if at < len(text) {
		parts = append(parts, part{kind: partText, text: text[at:]})
	}
	if slices.ContainsFunc(parts, func(p part) bool { return strings.ContainsAny(p.text, "{}") }) {
		return nil, fmt.Errorf("a brace that is no placeholder: %q", text)
	}
	return parts, nil
}

// names lists the arguments a message needs, sorted.
func (m message) names() []string {
	var names []string
	for _, p := range append(slices.Clone(m.one), m.other...) {
		if p.name != "" && !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	slices.Sort(names)
	return names
}

// form chooses by the argument n, which must be a whole number when the
// message has two forms. Chinese and Vietnamese write only "other".
func (m message) form(args Args) ([]part, error) {
	if m.one == nil {
		return m.other, nil
	}
	n, ok := args["n"].(int)
	if !ok {
		return nil, fmt.Errorf("needs a whole number n to choose its form")
	}
	if n == 1 {
		return m.one, nil
	}
	return m.other, nil
}
