package enrolling

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"errors"
	"io"
	"math"
	"slices"
	"strings"

	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/internal/store/spool"
)

// Limits of one transaction.
const (
	batchHouseholds  = 400
	batchRejects     = 1000
	batchRejectBytes = 4 << 20
	// A household's own bad rows come after it: to name all rows of one that is
	// refused, its batch may hold this many times more.
	openHousehold = 5
)

// batch is a piece of the file that is stored in one transaction: everything
// from one line to another.
type batch struct {
	households []*enrollcsv.Household
	rows       [][]sourceRow // of each household
	rejects    []*enrollcsv.RowError
	next       int64 // the line at which the batch after it begins
	last       bool
	read       int64 // rows in it
}

// sourceRow is a row of the file as it was.
type sourceRow struct {
	line int
	raw  string
}

// batches cuts a file into batches. Cuts fall only where everything before a
// line is done and nothing after it is begun.
type batches struct {
	csv    *enrollcsv.Reader
	strip  *withoutProblems
	ahead  *enrollcsv.Household
	lines  *bufio.Reader // the same file once more, for the rows themselves
	line   int           // of the next line there
	header map[string]int
	ended  bool
}

func newBatches(f *spool.File) *batches {
	strip := newWithoutProblems(f.Content())
	return &batches{
		csv: enrollcsv.NewReader(strip), strip: strip,
		lines: bufio.NewReaderSize(newWithoutProblems(f.Content()), 64<<10), line: 1,
	}
}

// next gives the next batch, io.EOF after the last, or why the file can not be
// read at all.
func (b *batches) next() (*batch, error) {
	if b.ended {
		return nil, io.EOF
	}
	out := &batch{next: math.MaxInt64}
	if b.ahead != nil {
		out.households, b.ahead = append(out.households, b.ahead), nil
	}
	rejectBytes := 0
	for {
		h, err := b.csv.Next()
		var bad *enrollcsv.RowError
		switch {
		case errors.As(err, &bad):
			out.rejects = append(out.rejects, bad)
			rejectBytes += len(bad.Raw)
			limit := 1
			if len(out.households) > 0 {
				limit = openHousehold
			}
			if len(out.rejects) >= limit*batchRejects || rejectBytes >= limit*batchRejectBytes {
				out.next = int64(bad.Line) + 1
				return out, b.collectRows(out)
			}
		case errors.Is(err, io.EOF):
			b.ended, out.last = true, true
			return out, b.collectRows(out)
		case err != nil:
			return nil, err
		case len(out.households) >= batchHouseholds:
			b.ahead, out.next = h, int64(h.Line)
			return out, b.collectRows(out)
		default:
			out.households = append(out.households, h)
		}
	}
}

// collectRows reads the rows of the batch's households again. A row that was
// used stands on one line: line breaks within values are refused.
func (b *batches) collectRows(out *batch) error {
	if b.header == nil {
		b.header = fieldPositions(b.csv.Header())
	}
	rejected := map[int]bool{}
	for _, r := range out.rejects {
		rejected[r.Line] = true
	}
	out.rows = make([][]sourceRow, len(out.households))
	out.read = int64(len(out.rejects))
	for i, h := range out.households {
		want := 0
		for _, e := range h.Enrollments {
			want += len(e.Segments)
		}
		out.read += int64(want)
		for len(out.rows[i]) < want && int64(b.line) < out.next {
			raw, err := b.readLine()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				return err
			}
			if line := b.line - 1; line >= h.Line && raw != "" && !rejected[line] {
				out.rows[i] = append(out.rows[i], sourceRow{line, raw})
			}
		}
	}
	return nil
}

// readLine gives a line without its end. What is longer than a row may be was
// refused and is not kept.
func (b *batches) readLine() (string, error) {
	var line []byte
	for {
		part, err := b.lines.ReadSlice('\n')
		if len(line)+len(part) <= enrollcsv.RowBytesMax {
			line = append(line, part...)
		}
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			continue
		case err != nil && (len(line) == 0 || !errors.Is(err, io.EOF)):
			return "", err
		}
		b.line++
		return strings.TrimRight(string(line), "\r\n"), nil
	}
}

func fieldPositions(header string) map[string]int {
	names, _ := csv.NewReader(strings.NewReader(header)).Read() // it was read once already
	at := map[string]int{}
	for i, name := range names {
		at[strings.ToLower(strings.TrimSpace(name))] = i
	}
	return at
}

// rowErrors gives the rows that a problem of a household is about, each with
// the problem: all of them, or those of one enrollment.
func (b *batches) rowErrors(out *batch, household int, problems []problem) []*enrollcsv.RowError {
	h := out.households[household]
	named := map[int]bool{} // problems that a row was found for
	var errs []*enrollcsv.RowError
	for _, row := range out.rows[household] {
		e := &enrollcsv.RowError{Line: row.line, Raw: row.raw}
		for i, p := range problems {
			if p.enrollment == wholeHousehold || b.belongs(row, &h.Enrollments[p.enrollment]) {
				e.Problems = append(e.Problems, b.problem(p))
				named[i] = true
			}
		}
		if len(e.Problems) > 0 {
			errs = append(errs, e)
		}
	}
	// Among very many bad rows a batch may end before all rows of a household
	// are found again: its problems then stand at its first line.
	for i, p := range problems {
		if !named[i] {
			errs = append(errs, &enrollcsv.RowError{Line: h.Line, Problems: []enrollcsv.Problem{b.problem(p)}})
		}
	}
	return errs
}

func (b *batches) problem(p problem) enrollcsv.Problem {
	out := enrollcsv.Problem{Field: p.field, Code: p.code, Message: p.message}
	if i, ok := b.header[p.field]; ok {
		out.Column = i + 1
	}
	return out
}

// belongs tells whether a row is one of an enrollment's, by the rule of the
// format: the reference, or kind, plan and year where there is none.
func (b *batches) belongs(row sourceRow, e *enrollcsv.Enrollment) bool {
	fields, err := csv.NewReader(strings.NewReader(row.raw)).Read()
	if err != nil {
		return false
	}
	field := func(name string) string {
		if i, ok := b.header[name]; ok && i < len(fields) {
			return strings.TrimSpace(fields[i])
		}
		return ""
	}
	if got := field("enrollment_reference"); got != "" || e.Reference != "" {
		return got == e.Reference
	}
	return field("plan_id") == e.PlanID && strings.EqualFold(field("kind"), string(e.Kind)) &&
		slices.ContainsFunc(e.Segments, func(s enrollment.Segment) bool { return s.From.String() == field("from") })
}

// byLine sorts row errors and makes one of those about the same line.
func byLine(errs []*enrollcsv.RowError) []*enrollcsv.RowError {
	slices.SortStableFunc(errs, func(a, b *enrollcsv.RowError) int { return cmp.Compare(a.Line, b.Line) })
	var out []*enrollcsv.RowError
	for _, e := range errs {
		if n := len(out); n > 0 && out[n-1].Line == e.Line {
			both := slices.Concat(out[n-1].Problems, e.Problems)
			out[n-1] = &enrollcsv.RowError{Line: e.Line, Raw: cmp.Or(out[n-1].Raw, e.Raw), Problems: both}
			continue
		}
		out = append(out, e)
	}
	return out
}
