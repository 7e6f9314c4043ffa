package portal

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"html/template"
	"strings"
	"text/template/parse"
	"time"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// printer gives the printer of a language, which knows the marketplace's name
// and phone number in every message.
func (r *Renderer) printer(lang catalogue.Lang) catalogue.Printer {
	say := r.cat.In(lang)
	hours, ok := r.site.Hours[say.Spoken()]
	if !ok {
		hours = r.site.Hours[catalogue.English]
	}
	return say.With(catalogue.Args{
		"hours":       hours,
		"marketplace": r.site.Name,
		"phone":       r.site.Phone,
		"tty":         r.site.TTY,
		"tel":         "tel:" + strings.ReplaceAll(r.site.Phone, "-", ""),
		"statement":   r.site.Statement,
	})
}

// Spoken gives the language of the text where lang is asked for.
func (r *Renderer) Spoken(lang catalogue.Lang) catalogue.Lang { return r.cat.In(lang).Spoken() }

// Text says a message of the catalogue as plain text, for what is stored or
// sent: the authorization that a payer agreed to, for example.
func (r *Renderer) Text(lang catalogue.Lang, m Message) (string, error) {
	return r.printer(lang).T(m.Key, m.Args)
}

// Agreement is what a payer agreed to, to be stored with the payment.
type Agreement struct {
	Text     string
	Version  string
	Language catalogue.Lang // that the text was in
}

// Agreement gives the authorization exactly as the check page shows it.
func (r *Renderer) Agreement(lang catalogue.Lang, c Check) (Agreement, error) {
	m := c.Authorization()
	text, err := r.Text(lang, m)
	return Agreement{text, r.cat.Version(lang, m.Key), r.cat.In(lang).Spoken()}, err
}

// Agreed gives several paragraphs exactly as a page shows them. Its version
// changes whenever the words of any of them do.
func (r *Renderer) Agreed(lang catalogue.Lang, paragraphs []Message) (Agreement, error) {
	var texts []string
	hash := sha256.New()
	for _, m := range paragraphs {
		text, err := r.Text(lang, m)
		if err != nil {
			return Agreement{}, err
		}
		texts = append(texts, text)
		hash.Write([]byte(m.Key + " " + r.cat.Version(lang, m.Key) + "\n"))
	}
	spoken := r.cat.In(lang).Spoken()
	version := string(spoken) + "-" + hex.EncodeToString(hash.Sum(nil)[:4])
	return Agreement{strings.Join(texts, "\n\n"), version, spoken}, nil
}

// functions are what templates can say, bound to one language.
func (r *Renderer) functions(lang catalogue.Lang) template.FuncMap {
	say := r.printer(lang)
	return template.FuncMap{
		"t":       func(key string, args ...any) (string, error) { return say.T(key, pairs(args)) },
		"rich":    func(key string, args ...any) (template.HTML, error) { return say.Rich(key, pairs(args)) },
		"say":     func(m Message) (string, error) { return say.T(m.Key, m.Args) },
		"sayrich": func(m Message) (template.HTML, error) { return say.Rich(m.Key, m.Args) },
		"has":     r.cat.Has,

		"money":     money.Amount.Format,
		"date":      say.Date,
		"day":       say.Day,
		"dayname":   say.DayName,
		"month":     say.Month,
		"monthname": func(n int) string { return say.MonthName(time.Month(n)) },
		"clock":     say.Time,
		"dateof":    say.DateOf,

		"lang":     func() catalogue.Lang { return say.Lang() },
		"spoken":   func() catalogue.Lang { return say.Spoken() },
		"langs":    catalogue.Langs,
		"native":   func(key string) (string, error) { return say.Native().T(key, nil) },
		"inlang":   func(lang catalogue.Lang, key string) (string, error) { return r.cat.In(lang).Native().T(key, nil) },
		"complete": func(lang catalogue.Lang) bool { return r.cat.In(lang).Spoken() == lang },
		"glossary": func() []catalogue.Term { return r.cat.Glossary(say.Lang()) },
		"href":     lang.Path,
		"under":    func(lang catalogue.Lang, path string) string { return lang.Path(path) },

		"asset":  r.assets.URL,
		"icon":   icon,
		"notice": notice,
		"input": func(name, base, value string, problems Problems, options ...string) (inputField, error) {
			return newInput(name, base, value, problems, options)
		},
		"tick":  newTick,
		"seq":   func(from, to int) []int { return sequence(from, to) },
		"group": groupDigits,
	}
}

// noticeBox is what the partial "notice" shows.
type noticeBox struct {
	Level, Icon string
	Body        template.HTML
}

func notice(level string, body template.HTML) noticeBox {
	icons := map[string]string{"success": "check"}
	if name, ok := icons[level]; ok {
		return noticeBox{level, name, body}
	}
	return noticeBox{level, level, body}
}

// inputField is what the partial "input" shows: a label, a hint if the
// catalogue has one, the problem, and the box.
type inputField struct {
	Name, Base, Value                     string
	InputMode, Autocomplete, Width, Label string
	Type                                  string
	Problem                               *Message
	Autofocus, Money                      bool
}

// tickBox is what the partial "tick" shows: a box to agree with.
type tickBox struct {
	Name, Key string
	Checked   bool
	Problem   *Message
}

func newTick(name, key string, checked bool, problems Problems) tickBox {
	return tickBox{name, key, checked, problems.At(name)}
}

// newInput reads options in pairs: "mode", "numeric", "fill", "name", "width", "12".
func newInput(name, base, value string, problems Problems, options []string) (inputField, error) {
	in := inputField{Name: name, Base: base, Value: value, Type: "text", Autocomplete: "off", Width: "20", Problem: problems.At(name)}
	if len(options)%2 != 0 {
		return in, errors.New("input options come in pairs")
	}
	for i := 0; i < len(options); i += 2 {
		switch v := options[i+1]; options[i] {
		case "mode":
			in.InputMode = v
		case "fill":
			in.Autocomplete = v
		case "width":
			in.Width = v
		case "type":
			in.Type = v
		case "money":
			in.Money = true
		default:
			return in, fmt.Errorf("no input option %q", options[i])
		}
	}
	return in, nil
}

// DescribedBy lists the ids of the hint and the problem, the value of
// aria-describedby.
func (f inputField) DescribedBy(hint bool) string {
	var ids []string
	if hint {
		ids = append(ids, f.Name+"-hint")
	}
	if f.Problem != nil {
		ids = append(ids, f.Name+"-problem")
	}
	return strings.Join(ids, " ")
}

func sequence(from, to int) []int {
	var list []int
	for n := from; n <= to; n++ {
		list = append(list, n)
	}
	return list
}

// groupDigits cuts a long number into fours for the eye; the pieces stay one
// text for copying.
func groupDigits(number string) []string {
	var groups []string
	for len(number) > 4 {
		groups = append(groups, number[:4])
		number = number[4:]
	}
	return append(groups, number)
}

// checkKeys finds message keys in templates that the catalogue lacks.
func checkKeys(set *template.Template, cat *catalogue.Catalogue) error {
	var missing []error
	for _, t := range set.Templates() {
		if t.Tree == nil {
			continue
		}
		walk(t.Tree.Root, func(call *parse.CommandNode) {
			if key := literalKey(call); key != "" && !cat.Has(key) {
				missing = append(missing, fmt.Errorf("en.toml has no %q", key))
			}
		})
	}
	return errors.Join(missing...)
}

// literalKey gives the key of a call such as (t "find.title"), "" for another.
func literalKey(call *parse.CommandNode) string {
	position := map[string]int{"t": 1, "rich": 1, "native": 1, "input": 2, "inlang": 2, "tick": 2}
	name, ok := call.Args[0].(*parse.IdentifierNode)
	if !ok || position[name.Ident] == 0 || len(call.Args) <= position[name.Ident] {
		return ""
	}
	key, ok := call.Args[position[name.Ident]].(*parse.StringNode)
	if !ok {
		return ""
	}
	if name.Ident == "input" {
		return key.Text + ".label"
	}
	return key.Text
}

func walk(node parse.Node, visit func(*parse.CommandNode)) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n == nil {
			return
		}
		for _, child := range n.Nodes {
			walk(child, visit)
		}
	case *parse.ActionNode:
		walk(n.Pipe, visit)
	case *parse.TemplateNode:
		walk(n.Pipe, visit)
	case *parse.IfNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.RangeNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.WithNode:
		walkBranch(&n.BranchNode, visit)
	case *parse.PipeNode:
		if n == nil {
			return
		}
		for _, command := range n.Cmds {
			visit(command)
			for _, arg := range command.Args {
				walk(arg, visit)
			}
		}
	}
}

func walkBranch(n *parse.BranchNode, visit func(*parse.CommandNode)) {
	walk(n.Pipe, visit)
	walk(n.List, visit)
	walk(n.ElseList, visit)
}
