// Package enrollcsv reads and writes the enrollment file: a CSV with one row
// per enrollment and premium segment, described in docs/ENROLLMENT-FILE.md.
//
// The reader streams. It hands over one household at a time, and each row that
// can not be used as a RowError that says why, where, and what to write
// instead; the good rows go on. It never holds more than one household, plus a
// few bytes for every Subscriber ID seen.
package enrollcsv

import (
	"fmt"
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
)

// Limits of the file. A row is a record of the file, quoted line breaks and all.
const (
	FieldBytesMax = 64 << 10
	RowBytesMax   = 1 << 20
	LinesMax      = 100 // of text within quotes in one row
	MembersMax    = 200 // in one row
	SegmentsMax   = 500 // rows of one household
)

// Column is one column of the file.
type Column struct {
	Name     string
	Required bool // the column must be there; an optional one may be left out
}

// Columns lists the columns in the order in which Writer writes them. A file
// may have them in any order.
var Columns = []Column{
	{"subscriber_id", true},
	{"account_kind", false},
	{"billing_number", false},
	{"first_name", true},
	{"last_name", true},
	{"birth_date", true},
	{"zip", true},
	{"language", false},
	{"email", false},
	{"members", true},
	{"enrollment_reference", false},
	{"kind", true},
	{"plan_id", true},
	{"plan_name", true},
	{"carrier_id", true},
	{"carrier_name", true},
	{"renewal", false},
	{"window_ends", false},
	{"from", true},
	{"to", true},
	{"gross", true},
	{"aptc", true},
	{"state_subsidy", true},
	{"member_share", true},
	{"address", false},
	{"phone", false},
}

// Household is an account with its enrollments, as the file has them. IDs and
// creation moments are not set: they are given when it is stored.
type Household struct {
	Line        int // of the first row that could be used
	Account     enrollment.Account
	Enrollments []Enrollment
}

// Enrollment is an enrollment with what else the file says of it. Its segments
// are sorted, without gap or overlap, and balanced (R-PLAN-4).
type Enrollment struct {
	enrollment.Enrollment
	PlanName    string
	CarrierName string
	Members     []enrollment.Member // covered by it
}

// Members gives everybody covered by an enrollment of the household, once.
func (h *Household) Members() []enrollment.Member {
	var all []enrollment.Member
	for _, e := range h.Enrollments {
		for _, m := range e.Members {
			if !slices.Contains(all, m) {
				all = append(all, m)
			}
		}
	}
	return all
}

// RowError is a row that can not be used.
type RowError struct {
	Line     int    // of the file, where the row begins; the header is line 1
	Raw      string // the row as it was, without its line end, for a reject file
	Problems []Problem
}

// Problem is one thing wrong with a row.
type Problem struct {
	Column  int    // position in the row from 1; 0 when it is about the row
	Field   string // name of the column
	Code    string // stable: "row.check_digit"
	Message string // what to do; names no personal data
}

// Error gives the line and every problem.
func (e *RowError) Error() string {
	parts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		parts[i] = p.String()
	}
	return fmt.Sprintf("line %d: %s", e.Line, strings.Join(parts, "; "))
}

// String gives "column 6 (birth_date): must be a date like 1984-05-17 [row.date]".
func (p Problem) String() string {
	where := ""
	if p.Column > 0 {
		where = fmt.Sprintf("column %d (%s): ", p.Column, p.Field)
	}
	return fmt.Sprintf("%s%s [%s]", where, p.Message, p.Code)
}

// row is one row whose fields are all good by themselves.
type row struct {
	line       int
	raw        string
	account    enrollment.Account
	enrollment Enrollment
	segment    enrollment.Segment
}

// key tells the rows of one enrollment from those of another: by reference
// where there is one, else by plan and year.
func (r *row) key() string {
	if r.enrollment.Reference != "" {
		return r.enrollment.Reference
	}
	return fmt.Sprintf("%s %s %d", r.enrollment.Kind, r.enrollment.PlanID, r.segment.From.Year())
}

func (r *row) reject(column int, code, message string, args ...any) *RowError {
	p := Problem{Column: column, Code: code, Message: fmt.Sprintf(message, args...)}
	return &RowError{r.line, r.raw, []Problem{p}}
}

// yearOf is the benefit year of a month.
func yearOf(m civil.Month) int { return m.Year() }
