package enrollcsv

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"

	"quittance.org/quittance/internal/domain/enrollment"
)

// Writer writes an enrollment file that Reader reads back.
type Writer struct {
	out    *csv.Writer
	row    []string
	headed bool
}

// NewWriter writes to out, which it does not close.
func NewWriter(out io.Writer) *Writer {
	return &Writer{out: csv.NewWriter(out), row: make([]string, 0, len(Columns))}
}

// Write writes the rows of one household, and the header before the first.
func (w *Writer) Write(h *Household) error {
	if err := w.header(); err != nil {
		return err
	}
	for i := range h.Enrollments {
		for _, s := range h.Enrollments[i].Segments {
			if err := w.out.Write(w.fields(&h.Account, &h.Enrollments[i], s)); err != nil {
				return fmt.Errorf("write enrollment file: %w", err)
			}
		}
	}
	return nil
}

// Flush writes out what is still held back, and the header if there was
// nothing else to write.
func (w *Writer) Flush() error {
	if err := w.header(); err != nil {
		return err
	}
	w.out.Flush()
	if err := w.out.Error(); err != nil {
		return fmt.Errorf("write enrollment file: %w", err)
	}
	return nil
}

func (w *Writer) header() error {
	if w.headed {
		return nil
	}
	w.headed = true
	names := make([]string, len(Columns))
	for i, c := range Columns {
		names[i] = c.Name
	}
	if err := w.out.Write(names); err != nil {
		return fmt.Errorf("write enrollment file: %w", err)
	}
	return nil
}

// fields gives one row, in the order of Columns.
func (w *Writer) fields(a *enrollment.Account, e *Enrollment, s enrollment.Segment) []string {
	renewal := "no"
	if e.Renewal {
		renewal = "yes"
	}
	window := ""
	if !e.WindowEndsOn.IsZero() {
		window = e.WindowEndsOn.String()
	}
	w.row = append(w.row[:0],
		a.SubscriberID.String(), string(a.Kind), a.BillingNumber, a.FirstName, a.LastName, a.BirthDate.String(),
		a.ZIP, a.Language, a.Email, formatMembers(e.Members),
		e.Reference, string(e.Kind), e.PlanID, e.PlanName, e.CarrierID, e.CarrierName, renewal, window,
		s.From.String(), s.To.String(),
		s.Premium.Gross.String(), s.Premium.APTC.String(), s.Premium.State.String(), s.Premium.Member.String(),
		strings.ReplaceAll(a.Address, "\n", "; "), a.Phone,
	)
	return w.row
}

func formatMembers(members []enrollment.Member) string {
	var b strings.Builder
	for i, m := range members {
		if i > 0 {
			b.WriteString("; ")
		}
		b.WriteString(m.FirstName + "|" + m.LastName + "|" + m.BirthDate.String() + "|" + string(m.Relation))
	}
	return b.String()
}
