package profile

import (
	"errors"
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// A decoder turns one TOML value into T. The error's text says what to write
// instead; it goes to the person who wrote the file.
type decoder[T any] func(value any) (T, error)

// wrongType is an error about the kind of value, not its content.
type wrongType struct{ want, got string }

func (e wrongType) Error() string { return "must be " + e.want + ", not " + e.got }

func wantType(want string, value any) error { return wrongType{want, describe(value)} }

func describe(value any) string {
	switch v := value.(type) {
	case string:
		return fmt.Sprintf("the text %q", v)
	case int64:
		return fmt.Sprintf("the number %d", v)
	case float64:
		return fmt.Sprintf("the number %v", v)
	case bool:
		return fmt.Sprintf("%t", v)
	case time.Time:
		return "a date or time"
	case []any, []map[string]any:
		return "a list"
	case map[string]any:
		return "a table"
	}
	return fmt.Sprintf("%v", value)
}

func yesNo(value any) (bool, error) {
	b, ok := value.(bool)
	if !ok {
		return false, wantType("true or false", value)
	}
	return b, nil
}

func number(least, most int) decoder[int] {
	return func(value any) (int, error) {
		n, ok := value.(int64)
		switch {
		case !ok:
			return 0, wantType("a whole number", value)
		case n < int64(least) || n > int64(most):
			return 0, fmt.Errorf("must be %d to %d, not %d", least, most, n)
		}
		return int(n), nil
	}
}

func amount(least, most money.Amount) decoder[money.Amount] {
	return func(value any) (money.Amount, error) {
		s, ok := value.(string)
		if !ok {
			return money.Zero, wantType(`an amount in quotes like "500.00"`, value)
		}
		a, err := money.Parse(s)
		switch {
		case err != nil:
			return money.Zero, fmt.Errorf(`must be an amount like "500.00", not %q`, s)
		case a.Less(least) || most.Less(a):
			return money.Zero, fmt.Errorf("must be %s to %s, not %s", least, most, a)
		}
		return a, nil
	}
}

func text(least, most int) decoder[string] {
	return func(value any) (string, error) {
		s, ok := value.(string)
		if !ok {
			return "", wantType("text in quotes", value)
		}
		switch n := len([]rune(s)); {
		case n < least && least == 1 || strings.TrimSpace(s) == "" && least > 0:
			return "", errors.New("must not be empty")
		case n < least || n > most:
			return "", fmt.Errorf("must have %d to %d characters, not %d", least, most, n)
		case strings.ContainsFunc(s, func(r rune) bool { return r < ' ' }):
			return "", errors.New("must be on one line, without control characters")
		}
		return s, nil
	}
}

func pattern(form *regexp.Regexp, like string) decoder[string] {
	return func(value any) (string, error) {
		s, ok := value.(string)
		if !ok {
			return "", wantType("text in quotes", value)
		}
		if !form.MatchString(s) {
			return "", fmt.Errorf("must be like %s, not %q", like, s)
		}
		return s, nil
	}
}

func oneOf[T ~string](allowed ...T) decoder[T] {
	return func(value any) (T, error) {
		s, ok := value.(string)
		if !ok {
			return "", wantType("one of "+quoted(allowed), value)
		}
		if !slices.Contains(allowed, T(s)) {
			return "", fmt.Errorf("must be one of %s, not %q", quoted(allowed), s)
		}
		return T(s), nil
	}
}

func quoted[T ~string](values []T) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = fmt.Sprintf("%q", string(v))
	}
	return strings.Join(out, ", ")
}

// parsed adapts a parser of text.
func parsed[T any](parse func(string) (T, error)) decoder[T] {
	return func(value any) (T, error) {
		s, ok := value.(string)
		if !ok {
			var none T
			return none, wantType("text in quotes", value)
		}
		return parse(s)
	}
}

func webAddress(value any) (string, error) {
	s, ok := value.(string)
	if !ok {
		return "", wantType("text in quotes", value)
	}
	u, err := url.Parse(s)
	if s != "" && (err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.User != nil) {
		return "", fmt.Errorf("must be an address like https://pay.example.org, not %q", s)
	}
	return strings.TrimRight(s, "/"), nil
}

func date(value any) (civil.Date, error) {
	switch v := value.(type) {
	case time.Time:
		d := civil.DateOf(v)
		if v.Hour() == 0 && v.Minute() == 0 && v.Second() == 0 {
			return d, nil
		}
	case string:
		if v == "" {
			return civil.Date{}, nil
		}
	}
	return civil.Date{}, wantType("a date like 2026-12-31", value)
}

// list reads a list without repetitions that has from least to most items.
func list[T comparable](least, most int, item decoder[T]) decoder[[]T] {
	return func(value any) ([]T, error) {
		raw, ok := value.([]any)
		if !ok {
			return nil, wantType("a list in square brackets", value)
		}
		if len(raw) < least || len(raw) > most {
			return nil, fmt.Errorf("must have %d to %d items, not %d", least, most, len(raw))
		}
		out, errs := make([]T, 0, len(raw)), []error(nil)
		for i, r := range raw {
			v, err := item(r)
			switch {
			case err != nil:
				errs = append(errs, fmt.Errorf("item %d %w", i+1, err))
			case slices.Contains(out, v):
				errs = append(errs, fmt.Errorf("item %d is there twice: remove one", i+1))
			}
			out = append(out, v)
		}
		return out, errors.Join(errs...)
	}
}

func address(value any) (Address, error) {
	lines, err := list(2, 6, text(1, 40))(value)
	return Address(lines), err
}

// words reads one text for all languages, or a table with a text per language.
func words(value any) (Words, error) {
	line := text(1, 200)
	table, ok := value.(map[string]any)
	if !ok {
		s, err := line(value)
		return Words{"en": s}, err
	}
	out, errs := Words{}, []error(nil)
	for _, language := range slices.Sorted(maps.Keys(table)) {
		s, err := line(table[language])
		switch {
		case !slices.Contains(knownLanguages, language):
			errs = append(errs, fmt.Errorf("has the language %q: use %s", language, quoted(knownLanguages)))
		case err != nil:
			errs = append(errs, fmt.Errorf("in %s %w", language, err))
		}
		out[language] = s
	}
	if _, ok := table["en"]; !ok {
		errs = append(errs, errors.New("needs a text for en"))
	}
	return out, errors.Join(errs...)
}
