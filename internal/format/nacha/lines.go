package nacha

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
)

// line is one record of a file, filled up to 94 characters.
type line struct {
	number   int
	text     []byte // one byte a character, when all are ASCII
	wide     []rune // otherwise
	length   int    // in characters, as it stood
	control  bool   // there are control characters
	problems []Problem
}

// field gives the characters from one position to another, counted from 1 and
// both included, as the standard does (ACH-23), without spaces around them.
func (l *line) field(from, to int) string { return strings.TrimSpace(l.raw(from, to)) }

func (l *line) raw(from, to int) string {
	if l.wide != nil {
		return string(l.wide[from-1 : to])
	}
	return string(l.text[from-1 : to])
}

// kind gives the record type, the first character.
func (l *line) kind() byte {
	if l.wide != nil {
		return byte(min(l.wide[0], 0xff))
	}
	return l.text[0]
}

// isFiller tells whether the record is padding: nothing but nines.
func (l *line) isFiller() bool {
	return l.wide == nil && len(bytes.Trim(l.text[:min(l.length, RecordLength)], "9")) == 0
}

func (l *line) note(field, code, message string, spoils Spoils) {
	l.problems = append(l.problems, Problem{l.number, field, code, message, spoils})
}

// lines cuts a stream into records, whatever ends them: LF, CR LF, CR, or
// nothing. It holds one buffer.
type lines struct {
	in      *bufio.Reader
	number  int
	begun   bool
	open    bool      // the end of the last record's line is still to come
	feeds   bool      // a line feed was seen
	notes   []Problem // about the file as a whole, not yet handed out
	told    map[string]bool
	cells   [RecordLength]byte
	current line
}

// lookAhead bounds how far a line's end is looked for. A record is 94
// characters of up to 4 bytes.
const lookAhead = RecordLength * utf8.UTFMax

func newLines(r io.Reader) *lines {
	return &lines{in: bufio.NewReaderSize(r, 64<<10), told: map[string]bool{}}
}

// next gives the next record, and io.EOF after the last. What it gives is good
// until the next call.
func (l *lines) next() (*line, error) {
	if !l.begun {
		if err := l.begin(); err != nil {
			return nil, err
		}
	}
	for {
		ahead, err := l.in.Peek(lookAhead)
		if len(ahead) == 0 {
			return nil, readError(err)
		}
		if n := blank(ahead); n > 0 {
			l.skip(ahead[:n])
			continue
		}
		l.number++
		l.open = true
		return l.cut(ahead, err != nil)
	}
}

// readError makes an error of reading out of Peek's.
func readError(err error) error {
	if err == nil || errors.Is(err, bufio.ErrBufferFull) {
		return nil
	}
	return err
}

// begin looks at the first bytes for a mark of the encoding.
func (l *lines) begin() error {
	l.begun = true
	head, err := l.in.Peek(lookAhead)
	if len(head) == 0 {
		return readError(err)
	}
	if bytes.HasPrefix(head, []byte("\xef\xbb\xbf")) {
		_, _ = l.in.Discard(3)
		l.once("file.bom", "encoding", "the file begins with a byte order mark")
		return nil
	}
	if isEBCDIC(head) {
		l.once("file.ebcdic", "encoding", "the file is in EBCDIC; it is read as such")
		l.in = bufio.NewReaderSize(&ebcdicReader{l.in}, 64<<10)
	}
	return nil
}

// once notes something about the whole file the first time it is seen.
func (l *lines) once(code, field, message string) {
	if !l.told[code] {
		l.told[code] = true
		l.notes = append(l.notes, Problem{max(l.number, 1), field, code, message, SpoilsNothing})
	}
}

// blank counts the bytes at the beginning that are line ends, and the mark by
// which old systems end a file.
func blank(b []byte) int {
	n := 0
	for n < len(b) && (b[n] == '\n' || b[n] == '\r' || b[n] == 0x1a || b[n] == 0) {
		n++
	}
	return n
}

// skip passes over line ends. Empty lines count as lines: the first end after
// a record is the record's own.
func (l *lines) skip(ends []byte) {
	_, _ = l.in.Discard(len(ends))
	feeds := bytes.Count(ends, []byte("\n"))
	l.feeds = l.feeds || feeds > 0
	if !l.feeds {
		feeds = bytes.Count(ends, []byte("\r"))
		if feeds > 0 && l.number > 0 {
			l.once("file.cr", "line ends", "lines end with a carriage return alone")
		}
	}
	if feeds > 0 && l.open {
		l.open = false
		feeds--
	}
	l.number += feeds
}

const codeNoLineEnds = "file.no_line_ends"

// cut takes the record at the beginning of ahead. last tells that nothing
// comes after ahead. More than 94 characters up to the line's end are several
// records if that adds up, and else a record that is too long.
func (l *lines) cut(ahead []byte, last bool) (*line, error) {
	r := &l.current
	*r = line{number: l.number}
	end := lineEnd(ahead)
	if end < 0 && last {
		end = len(ahead)
	}
	defer l.noteCharacters(r)
	switch {
	case end >= 0 && (end <= RecordLength || oneRecord(ahead[:end])):
		r.set(ahead[:end], &l.cells)
		_, err := l.in.Discard(end)
		return r, err
	case begins(ahead[RecordLength:]) && (end < 0 || l.told[codeNoLineEnds] || len(bytes.TrimRight(ahead[:end], " "))%RecordLength == 0):
		l.once(codeNoLineEnds, "line ends", "records follow one another without a line end")
		r.set(ahead[:RecordLength], &l.cells)
		_, err := l.in.Discard(RecordLength)
		return r, err
	}
	r.set(ahead[:RecordLength], &l.cells)
	r.length = RecordLength + 1
	return r, l.discardLine()
}

// noteCharacters notes the first record with characters that the standard does
// not have. They stand in names and texts, which nothing depends on: anywhere
// else they spoil their field.
func (l *lines) noteCharacters(r *line) {
	switch {
	case r.wide != nil:
		l.once("record.not_ascii", "characters", "there are characters that are not ASCII")
	case r.control:
		l.once("record.control", "characters", "there are control characters")
	}
}

// oneRecord tells whether a line longer than 94 bytes is one record: 94
// characters of which some have more bytes, or spaces behind it.
func oneRecord(b []byte) bool {
	b = bytes.TrimRight(b, " ")
	return len(b) <= RecordLength || utf8.Valid(b) && utf8.RuneCount(b) <= RecordLength
}

// begins tells whether a record could begin here.
func begins(b []byte) bool { return len(b) > 0 && bytes.IndexByte([]byte("156789"), b[0]) >= 0 }

// discardLine passes over the rest of a line that is too long.
func (l *lines) discardLine() error {
	for {
		part, err := l.in.Peek(max(1, l.in.Buffered()))
		if len(part) == 0 {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return err
		}
		end := lineEnd(part)
		if end < 0 {
			end = len(part)
		}
		if _, err := l.in.Discard(end); err != nil || end < len(part) {
			return err
		}
	}
}

// lineEnd finds the first CR or LF.
func lineEnd(b []byte) int {
	lf := bytes.IndexByte(b, '\n')
	if lf >= 0 {
		b = b[:lf]
	}
	if cr := bytes.IndexByte(b, '\r'); cr >= 0 {
		return cr
	}
	return lf
}

// set takes the characters of b, which it copies.
func (l *line) set(b []byte, cells *[RecordLength]byte) {
	ascii := true
	for _, c := range b {
		ascii = ascii && c < utf8.RuneSelf
		l.control = l.control || c < ' ' || c == 0x7f
	}
	if ascii {
		if l.length = len(bytes.TrimRight(b, " ")); l.length < RecordLength {
			l.length = min(len(b), RecordLength) // spaces are characters too, up to the 94th
		}
		n := copy(cells[:], b)
		for ; n < RecordLength; n++ {
			cells[n] = ' '
		}
		l.text = cells[:]
		return
	}
	l.setWide(b)
}

// setWide reads UTF-8 when it is that, and Latin-1 otherwise.
func (l *line) setWide(b []byte) {
	var wide []rune
	if utf8.Valid(b) {
		wide = []rune(string(b))
	} else {
		for _, c := range b {
			wide = append(wide, rune(c))
		}
	}
	for len(wide) > RecordLength && wide[len(wide)-1] == ' ' {
		wide = wide[:len(wide)-1]
	}
	l.length = len(wide)
	for len(wide) < RecordLength {
		wide = append(wide, ' ')
	}
	l.wide = wide[:RecordLength]
}

// checkLength says what it means that a record has not 94 characters. Where
// the missing ones may have stood before the last field that matters, every
// field after them is shifted, so none can be trusted.
func (l *line) checkLength(needed int, spoils Spoils) {
	switch {
	case l.length == RecordLength:
	case l.length > RecordLength:
		l.note("record", "record.long", "the record is longer than 94 characters", spoils)
	case l.length >= needed:
		l.note("record", "record.short", fmt.Sprintf("the record has %d characters instead of 94; what is missing is blank", l.length), SpoilsNothing)
	default:
		l.note("record", "record.short", fmt.Sprintf("the record has %d characters instead of 94", l.length), spoils)
	}
}

// isEBCDIC tells whether the bytes are a record in EBCDIC: digits from 0xF0,
// letters from 0xC1, spaces 0x40.
func isEBCDIC(b []byte) bool {
	b = b[:min(len(b), RecordLength)]
	if b[0] < 0xf1 || b[0] > 0xf9 {
		return false
	}
	n := 0
	for _, c := range b {
		if c == 0x40 || c >= 0xf0 && c <= 0xf9 || c >= 0xc1 && c <= 0xe9 {
			n++
		}
	}
	return n*10 >= len(b)*7
}

// ebcdic gives the ASCII character of each byte, a question mark where there is none.
var ebcdic = func() (table [256]byte) {
	for i := range table {
		table[i] = '?'
		if r := charmap.CodePage037.DecodeByte(byte(i)); r < utf8.RuneSelf {
			table[i] = byte(r)
		} else if r == '\u0085' { // the line end of mainframes
			table[i] = '\n'
		}
	}
	return table
}()

type ebcdicReader struct{ in io.Reader }

func (r *ebcdicReader) Read(b []byte) (int, error) {
	n, err := r.in.Read(b)
	for i, c := range b[:n] {
		b[i] = ebcdic[c]
	}
	return n, err
}
