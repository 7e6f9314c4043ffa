package nacha

import (
	"errors"
	"io"
)

// Reader reads a file item by item. It holds one entry with its addenda.
type Reader struct {
	lines   *lines
	ready   []Item // to be handed out, from handed on
	handed  int
	held    Item // what entry points to
	file    *readFile
	batch   *readBatch
	entry   *Item // its addenda may still come
	addenda addendaSeen
	ended   bool

	records int  // of a type that the standard knows
	strange bool // the last record was of none
}

// addendaMax bounds the addenda of one entry: the field that counts them has
// four digits.
const addendaMax = 9999

// foreignMax is how many lines are looked at before a file without a single
// record is called something else.
const foreignMax = 50

// NewReader reads from r.
func NewReader(r io.Reader) *Reader { return &Reader{lines: newLines(r)} }

// Next gives the next item, and io.EOF after the last. Any other error is one
// of reading, not of the file's content: that is in the items' Problems.
func (r *Reader) Next() (Item, error) {
	if r.handed == len(r.ready) {
		r.ready, r.handed = r.ready[:0], 0
	}
	for len(r.ready) == 0 {
		if r.ended {
			return Item{}, io.EOF
		}
		l, err := r.lines.next()
		switch {
		case errors.Is(err, io.EOF):
			r.finish()
		case err != nil:
			return Item{}, err
		default:
			r.take(l)
		}
		if len(r.lines.notes) > 0 {
			r.problems(r.lines.notes...)
			r.lines.notes = nil
		}
	}
	r.handed++
	return r.ready[r.handed-1], nil
}

// take reads one record.
func (r *Reader) take(l *line) {
	known := true
	switch kind := l.kind(); {
	case kind == '1':
		r.takeFileHeader(l)
	case kind == '5':
		r.takeBatchHeader(l)
	case kind == '6':
		r.takeEntry(l)
	case kind == '7':
		r.takeAddendum(l)
	case kind == '8':
		r.takeBatchControl(l)
	case kind == '9' && l.isFiller():
		r.takeFiller()
	case kind == '9':
		r.takeFileControl(l)
	default:
		known = false
		r.takeStrange(l)
	}
	if known {
		r.records++
		r.strange = false
	}
}

// takeStrange reports a line that is no record, once for those in a row. When
// there was no record at all, the file is something else.
func (r *Reader) takeStrange(l *line) {
	if r.records == 0 && l.number >= foreignMax {
		r.ended = true
		r.problem(Problem{1, "file", "file.not_nacha", "this is not a NACHA file: no line begins with a record type", SpoilsFile})
		return
	}
	if !r.strange {
		r.flush()
		r.problem(Problem{l.number, "record type", "record.type", "the line is no record: its first character must be 1, 5, 6, 7, 8 or 9", SpoilsFile})
	}
	r.strange = true
	if r.file != nil {
		r.file.records++
	}
}

func (r *Reader) takeFiller() {
	if r.file != nil {
		r.file.records++
	}
}

// finish ends what is open when the file does.
func (r *Reader) finish() {
	r.ended = true
	switch {
	case r.file == nil && r.records > 0:
		r.problem(Problem{1, "file", "file.empty", "the file holds nothing but padding", SpoilsFile})
	case r.file == nil && !r.strange:
		r.problem(Problem{1, "file", "file.empty", "the file is empty", SpoilsFile})
	case r.file == nil:
		r.problem(Problem{1, "file", "file.not_nacha", "this is not a NACHA file: no line begins with a record type", SpoilsFile})
	default:
		r.closeFile(nil)
	}
}

// flush hands out the entry that waited for its addenda.
func (r *Reader) flush() {
	if r.entry == nil {
		return
	}
	item := r.entry
	r.entry = nil
	r.judge(item)
	r.ready = append(r.ready, *item)
}

// problems hands out problems that belong to no entry.
func (r *Reader) problems(p ...Problem) {
	if len(p) == 0 {
		return
	}
	item := Item{Kind: KindProblem, Line: p[0].Line, Problems: append([]Problem(nil), p...)}
	if r.batch != nil {
		item.Batch = r.batch.header
	}
	r.ready = append(r.ready, item)
}

func (r *Reader) problem(p Problem) { r.problems(p) }
