package bai2

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
)

// Writer writes a file with right totals. It is there for the simulated bank
// and for tests: a marketplace sends no such file.
type Writer struct {
	out   *bufio.Writer
	file  level
	group *level
	open  *level
	err   error
}

// Codes of what Writer refuses.
const (
	codeForm  = "bai2.form"  // not written as it must be
	codeOrder = "bai2.order" // called in the wrong order
)

// summariesPerLine keeps lines short; more go on in continuations.
const summariesPerLine = 4

// NewWriter begins a file.
func NewWriter(w io.Writer, f File) (*Writer, error) {
	b := &Writer{out: bufio.NewWriter(w)}
	if f.CreatedOn.IsZero() {
		return nil, fault.At("file.created_on", codeForm, "the creation date is missing")
	}
	return b, b.record("01", f.Sender, f.Receiver, day(f.CreatedOn), f.CreatedAt, f.ID, number(f.Length), "", "2")
}

// Group ends the group before and begins another.
func (w *Writer) Group(g Group) error {
	w.endGroup()
	if g.On.IsZero() {
		return fault.At("group.on", codeForm, "the as-of date is missing")
	}
	w.group = &level{}
	w.file.parts++
	return w.record("02", g.Receiver, g.Originator, g.Status, day(g.On), g.At, g.Currency, g.Modifier)
}

// Account ends the account before and begins another.
func (w *Writer) Account(a Account) error {
	if w.group == nil {
		return fault.New(fault.Internal, codeOrder, "an account must follow a group")
	}
	w.endAccount()
	w.open = &level{}
	w.group.parts++
	code, fields := "03", []string{a.Number, a.Currency}
	for i, s := range a.Summaries {
		if i > 0 && i%summariesPerLine == 0 {
			if err := w.record(code, fields...); err != nil {
				return err
			}
			code, fields = "88", nil
		}
		w.open.cents += s.Amount.Cents()
		fields = append(append(fields, s.Code, cents(s.Amount), number(s.Items)), s.Funds.fields()...)
	}
	return w.record(code, fields...)
}

// Detail writes a movement. Each line of its text but the first is a
// continuation.
func (w *Writer) Detail(d Detail) error {
	if w.open == nil {
		return fault.New(fault.Internal, codeOrder, "a movement must follow an account")
	}
	fields := append([]string{d.Code, cents(d.Amount)}, d.Funds.fields()...)
	fields = append(fields, d.BankRef, d.Customer)
	for _, f := range fields {
		if strings.ContainsAny(f, ",\r\n") {
			return fault.At("detail", codeForm, "a field has a comma or a line end")
		}
	}
	w.open.cents += d.Amount.Cents()
	lines := strings.Split(d.Text, "\n")
	if err := w.record("16", append(fields, lines[0])...); err != nil {
		return err
	}
	for _, line := range lines[1:] {
		if err := w.record("88", line); err != nil {
			return err
		}
	}
	return nil
}

// Close ends everything that is open. It does not close what it writes to.
func (w *Writer) Close() error {
	w.endGroup()
	if w.err == nil {
		_ = w.record("99", strconv.FormatInt(w.file.cents, 10), strconv.Itoa(w.file.parts), strconv.Itoa(w.file.records+1))
	}
	if w.err == nil {
		w.err = w.out.Flush()
	}
	return w.err
}

func (w *Writer) endAccount() {
	if l := w.open; l != nil && w.err == nil {
		_ = w.record("49", strconv.FormatInt(l.cents, 10), strconv.Itoa(l.records+1))
		w.group.cents += l.cents
		w.open = nil
	}
}

func (w *Writer) endGroup() {
	w.endAccount()
	if l := w.group; l != nil && w.err == nil {
		_ = w.record("98", strconv.FormatInt(l.cents, 10), strconv.Itoa(l.parts), strconv.Itoa(l.records+1))
		w.file.cents += l.cents
		w.group = nil
	}
}

// record writes a line and counts it for every level that is open.
func (w *Writer) record(code string, fields ...string) error {
	if w.err != nil {
		return w.err
	}
	for _, l := range []*level{&w.file, w.group, w.open} {
		if l != nil {
			l.records++
		}
	}
	_, w.err = fmt.Fprintf(w.out, "%s,%s/\n", code, strings.Join(fields, ","))
	return w.err
}

// fields writes a funds type with what belongs to it (BANK-13).
func (v Funds) fields() []string {
	all := []string{v.Type}
	switch v.Type {
	case "S":
		var days [3]string
		for _, a := range v.Available {
			days[min(max(a.Days, 0), 2)] = cents(a.Amount)
		}
		all = append(all, days[:]...)
	case "V":
		all = append(all, day(v.On), v.At)
	case "D":
		all = append(all, strconv.Itoa(len(v.Available)))
		for _, a := range v.Available {
			all = append(all, strconv.Itoa(a.Days), cents(a.Amount))
		}
	}
	return all
}

func cents(a money.Amount) string { return strconv.FormatInt(a.Cents(), 10) }

// number writes a count that is not said when it is zero.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func day(d civil.Date) string {
	return fmt.Sprintf("%02d%02d%02d", d.Year()%100, int(d.MonthOfYear()), d.Day())
}
