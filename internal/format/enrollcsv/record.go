package enrollcsv

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// record is one record of a CSV file: its fields, and the bytes it was read
// from.
type record struct {
	line    int
	raw     string
	fields  []string
	problem *Problem // why it could not be taken apart
}

// scanner splits a CSV file into records, within limits. It differs from
// encoding/csv in that damage stays where it is: a quote that is never closed
// costs one line, not the rest of the file, and no line is too long to skip.
type scanner struct {
	in      *bufio.Reader
	line    int        // number of the last line taken
	pending []textLine // read ahead of a record that failed, to be read again
}

// textLine is a line with its line end. Of a line over RowBytesMax there is
// only the beginning.
type textLine struct {
	bytes   []byte
	tooLong bool
}

func newScanner(in io.Reader) *scanner {
	return &scanner{in: bufio.NewReaderSize(in, 64<<10)}
}

// nextLine gives the next line; a last one without line end counts.
func (s *scanner) nextLine() (textLine, error) {
	if len(s.pending) > 0 {
		line := s.pending[0]
		s.pending = s.pending[1:]
		s.line++
		return line, nil
	}
	var line textLine
	for {
		part, err := s.in.ReadSlice('\n')
		line.tooLong = line.tooLong || len(line.bytes)+len(part) > RowBytesMax
		if !line.tooLong {
			line.bytes = append(line.bytes, part...)
		}
		atEnd := errors.Is(err, io.EOF)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && !atEnd, atEnd && len(line.bytes) == 0 && !line.tooLong:
			return textLine{}, err
		}
		s.line++
		return line, nil
	}
}

// next gives the next record that is not a blank line; io.EOF at the end.
func (s *scanner) next() (record, error) {
	for {
		line, err := s.nextLine()
		switch {
		case err != nil:
			return record{}, err
		case line.tooLong:
			kept := line.bytes[:min(len(line.bytes), keptOfLongRow)]
			return record{line: s.line, raw: string(kept), problem: tooLong()}, nil
		case len(bytes.TrimRight(line.bytes, "\r\n")) > 0:
			return s.assemble(line)
		}
	}
}

// keptOfLongRow is how much of a row that is too long goes to the reject file.
const keptOfLongRow = 1 << 10

func tooLong() *Problem {
	return &Problem{Code: "row.too_long", Message: fmt.Sprintf("the row has more than %d bytes: a quote or a line end is missing", RowBytesMax)}
}

func notClosed() *Problem {
	return &Problem{Code: "row.quote", Message: "a quote is not closed: close it, or remove it"}
}

// assemble takes a record apart that begins with line first, reading on while
// it is inside quotes. If that leads nowhere, only the first line is given up
// and the others are read again as rows of their own.
func (s *scanner) assemble(first textLine) (record, error) {
	r := record{line: s.line}
	var p fieldParser
	raw, ahead := bytes.Clone(first.bytes), []textLine(nil)
	problem := p.feed(first.bytes)
	for problem == nil && p.state == inQuotes {
		line, err := s.nextLine()
		if err != nil && !errors.Is(err, io.EOF) {
			return record{}, err
		}
		if err != nil {
			problem = notClosed()
			break
		}
		ahead, raw = append(ahead, line), append(raw, line.bytes...)
		switch {
		case line.tooLong, len(ahead) >= LinesMax:
			problem = notClosed()
		case len(raw) > RowBytesMax:
			problem = tooLong()
		default:
			problem = p.feed(line.bytes)
		}
	}
	if problem != nil {
		s.pending = append(ahead, s.pending...)
		s.line -= len(ahead)
		r.raw, r.problem = string(bytes.TrimRight(first.bytes, "\r\n")), problem
		return r, nil
	}
	r.raw, r.fields = string(bytes.TrimRight(raw, "\r\n")), p.finish()
	return r, nil
}

type quoteState int

const (
	fieldStart quoteState = iota
	unquoted
	inQuotes
	quoteEnded // after a quote that closes the field, or is the first of two
)

// fieldParser splits one record, fed line by line, as RFC 4180 has it.
type fieldParser struct {
	state  quoteState
	field  []byte
	fields []string
}

func (p *fieldParser) feed(line []byte) *Problem {
	for i, c := range line {
		isEnd := c == '\n' || c == '\r' && i+2 == len(line) && line[i+1] == '\n' || c == '\r' && i+1 == len(line)
		if isEnd && p.state != inQuotes {
			break
		}
		if code, message := p.take(c); code != "" {
			return &Problem{Column: len(p.fields) + 1, Code: code, Message: message}
		}
	}
	return nil
}

// take moves one byte on; a code tells what is wrong with it.
func (p *fieldParser) take(c byte) (code, message string) {
	switch {
	case p.state == inQuotes && c == '"':
		p.state = quoteEnded
	case p.state == inQuotes:
		p.field = append(p.field, c)
	case c == ',':
		p.endField()
	case p.state == quoteEnded && c == '"':
		p.state, p.field = inQuotes, append(p.field, '"')
	case p.state == quoteEnded:
		return "row.quote", "has text after its closing quote: double the quotes inside it"
	case p.state == fieldStart && c == '"':
		p.state = inQuotes
	case c == '"':
		return "row.quote", "has a quote in the middle: put the whole value in quotes and double that one"
	default:
		p.state, p.field = unquoted, append(p.field, c)
	}
	if len(p.field) > FieldBytesMax {
		return "row.field_too_long", fmt.Sprintf("has more than %d bytes", FieldBytesMax)
	}
	return "", ""
}

func (p *fieldParser) endField() {
	p.fields = append(p.fields, string(p.field))
	p.field, p.state = p.field[:0], fieldStart
}

func (p *fieldParser) finish() []string {
	p.endField()
	return p.fields
}
