package enrollcsv

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/fault"
)

// layout says at which position of a row each column stands.
type layout struct {
	names []string       // by position
	at    map[string]int // by name
	text  string
}

var (
	utf8Mark  = []byte{0xEF, 0xBB, 0xBF}
	utf16Mark = [][]byte{{0xFE, 0xFF}, {0xFF, 0xFE}}
)

// readHeader reads the first row. Its errors end the reading: without it no
// row can be understood.
func (s *scanner) readHeader() (*layout, error) {
	if mark, _ := s.in.Peek(2); slices.ContainsFunc(utf16Mark, func(m []byte) bool { return bytes.Equal(m, mark) }) {
		return nil, fault.New(fault.Invalid, "file.encoding", "the file is UTF-16: save it as CSV in UTF-8")
	}
	if mark, _ := s.in.Peek(3); bytes.Equal(mark, utf8Mark) {
		_, _ = s.in.Discard(len(utf8Mark)) // Peek has just shown that they are there
	}
	head, err := s.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, fault.New(fault.Invalid, "file.empty", "the file is empty: it must begin with a row of column names")
	case err != nil:
		return nil, fmt.Errorf("read enrollment file: %w", err)
	case head.problem != nil:
		return nil, fault.New(fault.Invalid, "file.header", "line %d is not a row of column names: %s", head.line, head.problem.Message)
	}
	return parseHeader(head)
}

func parseHeader(head record) (*layout, error) {
	if hint := wrongSeparator(head); hint != "" {
		return nil, fault.New(fault.Invalid, "file.header", "%s", hint)
	}
	l := &layout{at: map[string]int{}, text: head.raw}
	var problems fault.List
	for i, field := range head.fields {
		name := strings.ToLower(strings.TrimSpace(field))
		_, twice := l.at[name]
		known := slices.ContainsFunc(Columns, func(c Column) bool { return c.Name == name })
		switch {
		case twice:
			problems.Add(name, "file.column_twice", "the column is there twice: remove one")
		case !known:
			problems.Add(shorten(name), "file.column_unknown", "is not a column of this file (position %d): remove it", i+1)
		}
		l.at[name], l.names = i, append(l.names, name)
	}
	for _, c := range Columns {
		if _, ok := l.at[c.Name]; c.Required && !ok {
			problems.Add(c.Name, "file.column_missing", "the column is missing: add it")
		}
	}
	return l, problems.Err()
}

func wrongSeparator(head record) string {
	switch {
	case strings.Contains(head.raw, "\r"):
		return "lines end in a lone carriage return: save the file with line ends of Windows or Unix"
	case len(head.fields) == 1 && strings.ContainsAny(head.raw, ";\t"):
		return "columns must be separated by commas, not by semicolons or tabs"
	}
	return ""
}

func shorten(s string) string {
	runes := []rune(s)
	return string(runes[:min(len(runes), 40)])
}
