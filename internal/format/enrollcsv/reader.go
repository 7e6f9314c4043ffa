package enrollcsv

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"

	"quittance.org/quittance/internal/domain/enrollment"
)

// Reader reads an enrollment file.
type Reader struct {
	scan    *scanner
	layout  *layout
	ahead   *row                // first row of the next household
	rejects []*RowError         // found, not yet handed over
	seen    map[uint64]struct{} // Subscriber IDs of the households before
	failed  error
}

// NewReader reads from in, which it does not close.
func NewReader(in io.Reader) *Reader {
	return &Reader{scan: newScanner(in), seen: map[uint64]struct{}{}}
}

// Header gives the header row as it is in the file, for a reject file. It is
// empty before the first Next.
func (r *Reader) Header() string {
	if r.layout == nil {
		return ""
	}
	return r.layout.text
}

// Next gives the next household. An error that is a *RowError is about one row
// only: call Next again. io.EOF is the end of the file; any other error means
// that the file can not be read on.
func (r *Reader) Next() (*Household, error) {
	if len(r.rejects) > 0 {
		reject := r.rejects[0]
		r.rejects = r.rejects[1:]
		return nil, reject
	}
	if r.failed != nil {
		return nil, r.failed
	}
	if r.layout == nil {
		if r.layout, r.failed = r.scan.readHeader(); r.failed != nil {
			r.layout = nil
			return nil, r.failed
		}
	}
	return r.household()
}

// household collects the rows of one subscriber. Bad rows before them come
// first, bad rows among them after them, in the order of the file.
func (r *Reader) household() (*Household, error) {
	var rows []*row
	if r.ahead != nil {
		rows, r.ahead = []*row{r.ahead}, nil
	}
	for {
		next, err := r.row()
		var bad *RowError
		switch {
		case errors.As(err, &bad):
			if len(rows) == 0 {
				return nil, bad
			}
			r.rejects = append(r.rejects, bad)
			continue
		case err != nil:
			r.failed = err
			if len(rows) == 0 {
				return r.Next()
			}
			return r.finish(rows)
		case len(rows) > 0 && next.account.SubscriberID != rows[0].account.SubscriberID:
			r.ahead = next
			return r.finish(rows)
		case len(rows) >= SegmentsMax:
			r.rejects = append(r.rejects, next.reject(0, "row.too_many", "the household has more than %d rows", SegmentsMax))
			continue
		}
		rows = append(rows, next)
	}
}

// row reads one row and checks it by itself.
func (r *Reader) row() (*row, error) {
	rec, err := r.scan.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil, err
	case err != nil:
		return nil, fmt.Errorf("read enrollment file after line %d: %w", r.scan.line, err)
	case rec.problem != nil:
		if c := rec.problem.Column; c > 0 && c <= len(r.layout.names) {
			rec.problem.Field = r.layout.names[c-1]
		}
		return nil, &RowError{rec.line, rec.raw, []Problem{*rec.problem}}
	case len(rec.fields) != len(r.layout.names):
		return nil, &RowError{rec.line, rec.raw, []Problem{{
			Code:    "row.columns",
			Message: fmt.Sprintf("has %d columns, the header has %d", len(rec.fields), len(r.layout.names)),
		}}}
	}
	fields := rowReader{layout: r.layout, fields: rec.fields}
	if fields.checkBytes(); len(fields.problems) > 0 {
		return nil, &RowError{rec.line, rec.raw, fields.problems}
	}
	out := &row{line: rec.line, raw: rec.raw, account: fields.account(), enrollment: fields.enrollment(), segment: fields.segment()}
	if len(fields.problems) > 0 {
		return nil, &RowError{rec.line, rec.raw, fields.problems}
	}
	return out, nil
}

// finish makes a household of rows that are good by themselves, and rejects
// those that do not go together. Where nothing is left, it goes on.
func (r *Reader) finish(rows []*row) (*Household, error) {
	serial, err := strconv.ParseUint(string(rows[0].account.SubscriberID), 10, 64)
	if err != nil {
		panic("enrollcsv: a checked Subscriber ID is not a number")
	}
	if _, again := r.seen[serial]; again {
		for _, row := range rows {
			r.rejects = append(r.rejects, row.reject(r.column("subscriber_id"), "row.scattered",
				"the household was complete before this line: put its rows together"))
		}
		r.sortRejects()
		return r.Next()
	}
	r.seen[serial] = struct{}{}
	h := &Household{Line: rows[0].line, Account: rows[0].account}
	for _, group := range r.byEnrollment(rows) {
		h.Enrollments = append(h.Enrollments, r.join(group))
	}
	r.sortRejects()
	return h, nil
}

func (r *Reader) column(name string) int { return r.layout.at[name] + 1 }

func (r *Reader) sortRejects() {
	slices.SortStableFunc(r.rejects, func(a, b *RowError) int { return cmp.Compare(a.Line, b.Line) })
}

// byEnrollment sorts rows into enrollments, in the order of the file, leaving
// out those that disagree about the household or the enrollment.
func (r *Reader) byEnrollment(rows []*row) [][]*row {
	var groups [][]*row
	position := map[string]int{}
	for _, row := range rows {
		if field := accountDifference(row.account, rows[0].account); field != "" {
			r.rejectField(row, field, "row.disagrees", "differs from line %d, which is the same household", rows[0].line)
			continue
		}
		i, known := position[row.key()]
		if !known {
			position[row.key()] = len(groups)
			groups = append(groups, nil)
			i = len(groups) - 1
		} else if field := enrollmentDifference(row, groups[i][0]); field != "" {
			r.rejectField(row, field, "row.disagrees", "differs from line %d, which is the same enrollment", groups[i][0].line)
			continue
		}
		groups[i] = append(groups[i], row)
	}
	return groups
}

func (r *Reader) rejectField(row *row, field, code, message string, args ...any) {
	reject := row.reject(r.column(field), code, message, args...)
	reject.Problems[0].Field = field
	r.rejects = append(r.rejects, reject)
}

func accountDifference(a, b enrollment.Account) string {
	switch {
	case a.Kind != b.Kind:
		return "account_kind"
	case a.BillingNumber != b.BillingNumber:
		return "billing_number"
	case a.FirstName != b.FirstName:
		return "first_name"
	case a.LastName != b.LastName:
		return "last_name"
	case a.BirthDate != b.BirthDate:
		return "birth_date"
	case a.Address != b.Address:
		return "address"
	case a.ZIP != b.ZIP:
		return "zip"
	case a.Language != b.Language:
		return "language"
	case a.Email != b.Email:
		return "email"
	case a.Phone != b.Phone:
		return "phone"
	}
	return ""
}

func enrollmentDifference(a, b *row) string {
	switch x, y := a.enrollment, b.enrollment; {
	case x.Kind != y.Kind:
		return "kind"
	case x.PlanID != y.PlanID:
		return "plan_id"
	case x.PlanName != y.PlanName:
		return "plan_name"
	case x.CarrierID != y.CarrierID:
		return "carrier_id"
	case x.CarrierName != y.CarrierName:
		return "carrier_name"
	case x.Renewal != y.Renewal:
		return "renewal"
	case x.WindowEndsOn != y.WindowEndsOn:
		return "window_ends"
	case !slices.Equal(x.Members, y.Members):
		return "members"
	case yearOf(a.segment.From) != yearOf(b.segment.From):
		return "from"
	}
	return ""
}

// join makes one enrollment of its rows. Segments must follow each other: a
// month may be priced once, and none may be left out between two.
func (r *Reader) join(rows []*row) Enrollment {
	slices.SortStableFunc(rows, func(a, b *row) int { return a.segment.From.Compare(b.segment.From) })
	e := rows[0].enrollment
	e.Segments = []enrollment.Segment{rows[0].segment}
	for _, row := range rows[1:] {
		last := e.Segments[len(e.Segments)-1]
		switch {
		case !row.segment.From.After(last.To):
			r.rejectField(row, "from", "row.overlap", "overlaps %s to %s of the same enrollment: a month has one price", last.From, last.To)
		case row.segment.From != last.To.Next():
			r.rejectField(row, "from", "row.gap", "leaves out %s to %s of the same enrollment: add a row for them, or give another enrollment_reference",
				last.To.Next(), row.segment.From.Prev())
		default:
			e.Segments = append(e.Segments, row.segment)
		}
	}
	e.First, e.Last = e.Segments[0].From, e.Segments[len(e.Segments)-1].To
	return e
}
