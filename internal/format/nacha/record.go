package nacha

import (
	"bytes"
	"fmt"
	"strconv"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// record is a line being built, field after field (ACH-23). Its methods trust
// that the values were checked.
type record struct {
	b []byte
}

// text writes s to the left of a field and fills it with spaces. What is too
// long is cut.
func (r *record) text(s string, width int) {
	if len(s) > width {
		s = s[:width]
	}
	r.b = append(r.b, s...)
	r.fill(' ', width-len(s))
}

// digits writes a number to the right of a field and fills it with zeros.
func (r *record) digits(n int64, width int) {
	var buf [20]byte
	d := strconv.AppendInt(buf[:0], n, 10)
	r.fill('0', width-len(d))
	r.b = append(r.b, d...)
}

func (r *record) amount(a money.Amount, width int) { r.digits(a.Cents(), width) }

func (r *record) date(d civil.Date) {
	r.digits(int64(d.Year()%100), 2)
	r.digits(int64(d.MonthOfYear()), 2)
	r.digits(int64(d.Day()), 2)
}

func (r *record) fill(c byte, n int) {
	for range n {
		r.b = append(r.b, c)
	}
}

func (r *record) header(h Header) {
	r.text("101 ", 4)
	r.text(h.Destination, 9)
	if len(h.Origin) == 9 {
		r.text(" ", 1) // a routing number; ten characters are a company id
	}
	r.text(h.Origin, 10-len(r.b)+13)
	r.date(h.CreatedOn)
	r.text(h.CreatedAt, 4)
	r.text(h.Modifier, 1)
	r.text("094101", 6)
	r.text(h.DestinationName, 23)
	r.text(h.OriginName, 23)
	r.text(h.Reference, 8)
}

func (r *record) batchHeader(h BatchHeader) {
	r.text("5", 1)
	r.digits(int64(h.Service), 3)
	r.text(h.CompanyName, 16)
	r.text(h.CompanyData, 20)
	r.text(h.CompanyID, 10)
	r.text(string(h.Class), 3)
	r.text(h.Description, 10)
	r.text(h.Descriptive, 6)
	r.date(h.EffectiveOn)
	r.text("", 3) // the operator writes the settlement date (ACH-20)
	r.text("1", 1)
	r.text(h.ODFI, 8)
	r.digits(int64(h.Number), 7)
}

func (r *record) entry(class Class, e Entry) {
	r.text("6", 1)
	r.digits(int64(e.Code), 2)
	r.text(e.Routing, 9)
	r.text(e.Account.Reveal(), 17)
	r.amount(e.Amount, 10)
	r.text(e.ID, 15)
	r.text(Transliterate(e.Name), 22)
	if class.hasPaymentType() {
		r.text(e.PaymentType, 2)
	} else {
		r.text(e.Data, 2)
	}
	r.digits(min(int64(len(e.Addenda)), 1), 1)
	r.text(e.Trace, 15)
}

func (r *record) addendum(text string, sequence int, trace string) {
	r.text("705", 3)
	r.text(text, AddendumTextMax)
	r.digits(int64(sequence), 4)
	r.text(trace[8:], 7)
}

func (r *record) batchControl(h BatchHeader, t Totals) {
	r.text("8", 1)
	r.digits(int64(h.Service), 3)
	r.digits(int64(t.Entries+t.Addenda), 6)
	r.digits(t.Hash, 10)
	r.amount(t.Debit, 12)
	r.amount(t.Credit, 12)
	r.text(h.CompanyID, 10)
	r.text("", 25) // message authentication code and reserved
	r.text(h.ODFI, 8)
	r.digits(int64(h.Number), 7)
}

func (r *record) fileControl(t Totals, blocks int) {
	r.text("9", 1)
	r.digits(int64(t.Batches), 6)
	r.digits(int64(blocks), 6)
	r.digits(int64(t.Entries+t.Addenda), 8)
	r.digits(t.Hash, 10)
	r.amount(t.Debit, 12)
	r.amount(t.Credit, 12)
	r.text("", 39)
}

var nines = bytes.Repeat([]byte("9"), RecordLength)

func (r *record) filler() { r.b = append(r.b, nines...) }

// end gives the line with its line end, and begins an empty one. A record of
// another length would move every field after it: that is a mistake of ours.
func (r *record) end(crlf bool) []byte {
	if len(r.b) != RecordLength {
		panic(fmt.Sprintf("nacha: a record of %d characters", len(r.b)))
	}
	if crlf {
		r.b = append(r.b, '\r')
	}
	line := append(r.b, '\n')
	r.b = line[:0]
	return line
}
