package catalogue

import (
	"fmt"
	"html/template"
	"maps"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// Printer says messages in one language.
type Printer struct {
	cat           *Catalogue
	asked, spoken Lang
	cal           calendar
	always        Args
}

// Lang gives the language asked for, which paths carry on.
func (p Printer) Lang() Lang { return p.asked }

// Spoken gives the language of the text, English where Lang is not complete.
func (p Printer) Spoken() Lang { return p.spoken }

// With gives a printer that knows args for every message: the marketplace's
// name and phone number, for example.
func (p Printer) With(args Args) Printer {
	all := maps.Clone(p.always)
	if all == nil {
		all = Args{}
	}
	maps.Copy(all, args)
	p.always = all
	return p
}

// Native gives a printer that speaks the language asked for even if it is not
// complete; keys it lacks are errors. It serves the one line that says that a
// page is not translated.
func (p Printer) Native() Printer {
	p.spoken, p.cal = p.asked, calendarOf(p.asked)
	return p
}

// T gives a message as plain text; marks of bold and links are left out. A key
// that is not there, or an argument that is missing, is an error.
func (p Printer) T(key string, args Args) (string, error) {
	var b strings.Builder
	err := p.each(key, args, func(part part, value string) {
		switch part.kind {
		case partText:
			b.WriteString(part.text)
		case partArg:
			b.WriteString(value)
		}
	})
	return b.String(), err
}

// Rich gives a message as HTML: **bold** and [links](address). Arguments are
// escaped; an address must be a path of the site or a telephone number.
func (p Printer) Rich(key string, args Args) (template.HTML, error) {
	var b strings.Builder
	err := p.each(key, args, func(part part, value string) {
		switch part.kind {
		case partText:
			b.WriteString(template.HTMLEscapeString(part.text))
		case partArg:
			b.WriteString(template.HTMLEscapeString(value))
		case partStrong:
			b.WriteString("<strong>")
		case partEndStrong:
			b.WriteString("</strong>")
		case partLink:
			b.WriteString(`<a href="` + template.HTMLEscapeString(value) + `">`)
		case partEndLink:
			b.WriteString("</a>")
		}
	})
	return template.HTML(b.String()), err //nolint:gosec // every part is escaped above
}

func (p Printer) each(key string, args Args, visit func(part, string)) error {
	m, ok := p.cat.messages[p.spoken][key]
	if !ok {
		return fmt.Errorf("catalogue: %s has no message %q", p.spoken, key)
	}
	parts, err := m.form(args)
	if err != nil {
		return fmt.Errorf("catalogue: %s: %w", key, err)
	}
	said := ""
	for _, part := range parts {
		value, err := p.value(part, args)
		if err != nil {
			return fmt.Errorf("catalogue: %s: %w", key, err)
		}
		if strings.HasSuffix(said, ".") { // "6 p.m." ends a sentence by itself
			part.text = strings.TrimPrefix(part.text, ".")
		}
		if part.kind == partText || part.kind == partArg {
			said = part.text + value
		}
		visit(part, value)
	}
	return nil
}

func (p Printer) value(part part, args Args) (string, error) {
	if part.name == "" {
		return "", nil
	}
	arg, ok := args[part.name]
	if !ok {
		arg, ok = p.always[part.name]
	}
	if !ok {
		return "", fmt.Errorf("argument %q is missing", part.name)
	}
	if part.kind == partLink {
		return p.address(part.name, arg)
	}
	return p.format(part, arg)
}

func (p Printer) address(name string, arg any) (string, error) {
	s, _ := arg.(string)
	switch {
	case strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//"):
		return p.asked.Path(s), nil
	case strings.HasPrefix(s, "tel:"), strings.HasPrefix(s, "#"):
		return s, nil
	}
	return "", fmt.Errorf("argument %q is no path of the site: %v", name, arg)
}

func (p Printer) format(part part, arg any) (string, error) {
	switch v := arg.(type) {
	case string:
		return v, nil
	case int:
		return fmt.Sprint(v), nil
	case money.Amount:
		return v.Format(), nil
	case civil.Month:
		return p.Month(v), nil
	case civil.Date:
		return p.formatDate(part.form, v)
	case civil.Instant:
		if part.form == "time" {
			return p.Time(v), nil
		}
		return p.formatDate(part.form, p.DateOf(v))
	case fmt.Stringer:
		return v.String(), nil
	}
	return "", fmt.Errorf("argument %q is a %T, which no message can say", part.name, arg)
}

func (p Printer) formatDate(form string, d civil.Date) (string, error) {
	if d.IsZero() {
		return "", fmt.Errorf("no date is given")
	}
	switch form {
	case "", "date":
		return p.Date(d), nil
	case "weekday":
		return p.Weekday(d), nil
	case "dayname":
		return p.DayName(d), nil
	case "day":
		return p.Day(d), nil
	}
	return "", fmt.Errorf("no form %q of a date", form)
}
