package bai2

import (
	"errors"
	"io"
	"slices"
)

// Reader reads a file item by item. It holds one record with its
// continuations. The control totals stand at the end of the file: act on
// nothing before the last item was seen without a problem.
type Reader struct {
	lines  *lines
	length int // of a physical record, when the file says it
	ready  []Item
	held   *record // its continuations may still come
	file   *level
	group  *level
	open   *level // the account
	now    Item   // what file, group and account an item belongs to
	ended  bool
	known  bool // some line was a record
	closed bool // the last file is complete
	odd    bool // the last line was no record
}

// level counts what the trailer of a file, group or account must say.
type level struct {
	line    int
	records int
	parts   int   // groups of a file, accounts of a group
	cents   int64 // sum of the amounts, or of the trailers below
}

// sumMax is far above what a control total can say.
const sumMax = 1 << 61

// add counts cents of a file that may be made to overflow: a sum that is too
// large stays there, and agrees with no total.
func (l *level) add(cents int64) { l.cents = max(min(l.cents+cents, sumMax), -sumMax) }

// foreignMax is how many lines are looked at before a file without a single
// record is called something else.
const foreignMax = 50

// NewReader reads from r.
func NewReader(r io.Reader) *Reader { return &Reader{lines: newLines(r)} }

// Next gives the next item, and io.EOF after the last. Any other error is one
// of reading, not of the file's content.
func (r *Reader) Next() (Item, error) {
	for len(r.ready) == 0 {
		if r.ended {
			return Item{}, io.EOF
		}
		p, err := r.lines.next()
		switch {
		case errors.Is(err, io.EOF):
			r.finish()
		case err != nil:
			return Item{}, err
		default:
			r.take(p)
		}
	}
	item := r.ready[0]
	if r.ready = r.ready[1:]; len(r.ready) == 0 {
		r.ready = nil
	}
	return item, nil
}

// take reads one line.
func (r *Reader) take(p physical) {
	if p.code == "" {
		r.takeStrange(p)
		return
	}
	r.known, r.odd = true, false
	if p.long {
		r.problem(p.number, "record", "record.long", "the line is too long")
	}
	if p.code == "88" {
		r.takeContinuation(p)
		return
	}
	r.flush()
	r.held = &record{code: p.code, line: p.number}
	r.held.add(p, r.length)
	if p.colon {
		r.problem(p.number, "record code", "record.comma", "the record code is not followed by a comma")
	}
}

// count counts the lines of a record for the levels that hold it.
func (r *Reader) count(rec *record) {
	for _, l := range []*level{r.file, r.group, r.open} {
		if l != nil {
			l.records += rec.lines
		}
	}
}

func (r *Reader) takeContinuation(p physical) {
	if r.held == nil {
		r.count(&record{lines: 1})
		r.problem(p.number, "record code", "record.continuation", "a continuation (88) continues nothing")
		return
	}
	lost := r.held.lost
	r.held.add(p, r.length)
	if r.held.lost && !lost {
		r.problem(p.number, "record", "record.long", "a record has more continuations than can be read")
	}
	if p.colon {
		r.note(p.number, "record code", "record.comma", "the record code is not followed by a comma")
	}
}

// takeStrange reports a line that is no record, once for those in a row.
func (r *Reader) takeStrange(p physical) {
	if !r.odd {
		r.flush()
		r.problem(p.number, "record code", "record.code", "the line is no record: it must begin with 01, 02, 03, 16, 49, 88, 98 or 99 and a comma")
	}
	r.odd = true
	if !r.known && p.number >= foreignMax {
		r.ended = true
		r.problem(1, "file", "file.not_bai2", "this is not a BAI2 file: no line begins with a record code")
	}
}

// flush reads the record that waited for its continuations.
func (r *Reader) flush() {
	rec := r.held
	if r.held = nil; rec == nil {
		return
	}
	switch rec.code {
	case "01":
		r.takeFile(rec)
	case "02":
		r.takeGroup(rec)
	case "03":
		r.takeAccount(rec)
	case "16":
		r.takeDetail(rec)
	case "49":
		r.takeAccountTrailer(rec)
	case "98":
		r.takeGroupTrailer(rec)
	case "99":
		r.takeFileTrailer(rec)
	}
}

// finish ends what is open when the file does.
func (r *Reader) finish() {
	r.flush()
	r.ended = true
	switch {
	case r.file != nil:
		r.endFile(r.lines.number)
	case !r.known && !r.odd:
		r.problem(1, "file", "file.empty", "the file is empty")
	case !r.known:
		r.problem(1, "file", "file.not_bai2", "this is not a BAI2 file: no line begins with a record code")
	}
}

// item begins an item that belongs to what is open.
func (r *Reader) item(kind Kind, line int) Item {
	i := r.now
	i.Kind, i.Line = kind, line
	return i
}

func (r *Reader) give(i Item) { r.ready = append(r.ready, i) }

func (r *Reader) problem(line int, field, code, message string) {
	i := r.item(KindProblem, line)
	i.add(line, field, code, message)
	r.give(i)
}

// note reports something harmless.
func (r *Reader) note(line int, field, code, message string) {
	i := r.item(KindProblem, line)
	i.Problems = slices.Concat(i.Problems, []Problem{{line, field, code, message, true}})
	r.give(i)
}

func (i *Item) add(line int, field, code, message string) {
	i.Problems = append(i.Problems, Problem{line, field, code, message, false})
}
