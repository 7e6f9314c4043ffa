package bai2

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
	"unicode/utf8"
)

// physical is one line of a file.
type physical struct {
	number int
	code   string // "16"; empty when the line is no record
	rest   string // what follows the code and its comma, without the mark of its end
	closed bool   // it ended with "/"
	size   int    // in characters, before spaces at its end were taken off
	colon  bool   // the code was followed by something else than a comma
	long   bool   // too long to be held
}

// lineMax bounds a line. Real ones have some hundred characters.
const lineMax = 64 << 10

// codes are the record codes.
var codes = []string{"01", "02", "03", "16", "49", "88", "98", "99"}

// lines cuts a stream into lines, whatever ends them. Empty ones are passed
// over, but counted as lines.
type lines struct {
	in     *bufio.Reader
	number int
}

func newLines(r io.Reader) *lines { return &lines{in: bufio.NewReaderSize(r, lineMax)} }

// next gives the next line, and io.EOF after the last.
func (l *lines) next() (physical, error) {
	for {
		text, long, err := l.line()
		if err != nil {
			return physical{}, err
		}
		size := utf8.RuneCountInString(text)
		if text = strings.TrimRight(text, " \x00\x1a"); text != "" || long {
			return l.split(text, size, long), nil
		}
	}
}

// line reads up to CR or LF, and passes over the end.
func (l *lines) line() (text string, long bool, err error) {
	var held []byte
	for begun := false; ; begun = true {
		part, err := l.in.Peek(max(1, l.in.Buffered()))
		if len(part) == 0 {
			if errors.Is(err, io.EOF) && begun {
				return string(held), long, nil
			}
			return "", false, err
		}
		if !begun {
			l.number++
		}
		end := bytes.IndexAny(part, "\r\n")
		take := part
		if end >= 0 {
			take = part[:end]
		}
		if len(held)+len(take) > lineMax {
			long = true
			take = take[:lineMax-len(held)]
		}
		held = append(held, take...)
		if end < 0 {
			_, _ = l.in.Discard(len(part))
			continue
		}
		_, _ = l.in.Discard(end)
		return string(held), long, l.passEnd()
	}
}

// passEnd passes over one line end: LF, CR LF or CR.
func (l *lines) passEnd() error {
	end, err := l.in.Peek(2)
	if len(end) == 0 {
		return err
	}
	n := 1
	if len(end) == 2 && end[0] == '\r' && end[1] == '\n' {
		n = 2
	}
	_, err = l.in.Discard(n)
	return err
}

// split takes a line apart into code and content.
func (l *lines) split(text string, size int, long bool) physical {
	p := physical{number: l.number, size: size, long: long}
	if !utf8.ValidString(text) {
		text = fromLatin1(text)
	}
	if l.number == 1 {
		text = strings.TrimPrefix(text, "\ufeff")
	}
	for _, code := range codes {
		if after, ok := strings.CutPrefix(text, code); ok && (after == "" || strings.ContainsRune(",/:;", rune(after[0]))) {
			p.code = code
			if after != "" && after[0] != '/' {
				p.colon = after[0] != ','
				after = after[1:]
			}
			p.rest, p.closed = strings.CutSuffix(after, "/")
			return p
		}
	}
	return p
}

// fromLatin1 reads bytes that are no UTF-8 one by one.
func fromLatin1(s string) string {
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}
