package enrolling

import (
	"bufio"
	"bytes"
	"io"
	"regexp"
)

// A reject file is an enrollment file with three more columns in front, so
// that a person can correct its rows and send it again as it is.
const rejectHeader = "line,column,problem,"

const rejectColumns = 3

var (
	headWithProblems = regexp.MustCompile(`^(?:\xEF\xBB\xBF)?"?(?i:line)"?,"?(?i:column)"?,"?(?i:problem)"?,`)
	rowWithProblems  = regexp.MustCompile(`^"?\d*"?,"?\d*"?,(?:"(?:[^"\n]|"")*"|[^",\n]*),`)
)

// prefixMax is how far into a line its first three columns may reach.
const prefixMax = 16 << 10

// withoutProblems takes the three columns of a reject file away again, line by
// line, and leaves every other file as it is.
type withoutProblems struct {
	in      *bufio.Reader
	started bool
	strips  bool
	atStart bool
}

func newWithoutProblems(in io.Reader) *withoutProblems {
	return &withoutProblems{in: bufio.NewReaderSize(in, 64<<10), atStart: true}
}

// shift is how many columns were taken away, known after the first Read.
func (w *withoutProblems) shift() int {
	if w.strips {
		return rejectColumns
	}
	return 0
}

func (w *withoutProblems) Read(p []byte) (int, error) {
	if !w.started {
		w.started = true
		head, _ := w.in.Peek(prefixMax) // an error shows again at the next read
		w.strips = headWithProblems.Match(head)
	}
	if !w.strips {
		return w.in.Read(p)
	}
	if w.atStart {
		w.skipPrefix()
	}
	// One piece of a line at a time, so that each beginning is seen.
	ahead, err := w.in.Peek(1)
	if len(ahead) == 0 {
		return 0, err
	}
	ahead, _ = w.in.Peek(min(w.in.Buffered(), len(p)))
	end := bytes.IndexByte(ahead, '\n')
	w.atStart = end >= 0
	if w.atStart {
		ahead = ahead[:end+1]
	}
	return w.in.Read(p[:len(ahead)])
}

func (w *withoutProblems) skipPrefix() {
	line, _ := w.in.Peek(prefixMax)
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	}
	prefix := rowWithProblems.Find(line)
	if head := headWithProblems.Find(line); head != nil {
		prefix = head
	}
	_, _ = w.in.Discard(len(prefix)) // Peek has shown that it is there
}
