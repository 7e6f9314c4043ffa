package bai2

import (
	"strconv"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
)

// record is a record with its continuations (88).
type record struct {
	code   string
	line   int
	lines  int
	pieces []string
	size   int
	lost   bool // more continuations than can be held
	full   bool // the last piece may go on in the middle of a field
}

// recordMax bounds what is held of one record, with pieceBytes for each of its
// lines; physicalMin is what is believed of the length of physical records.
const (
	recordMax   = 1 << 20
	pieceBytes  = 16
	physicalMin = 40
)

// add appends a line. A field goes on in the next line only if this one is as
// long as the file says that lines are, and not closed; else each line ends its
// field, with "/" or without (BANK-14).
func (r *record) add(p physical, length int) {
	r.lines++
	if r.size += len(p.rest) + pieceBytes; r.size > recordMax {
		r.lost = true
		return
	}
	if r.full {
		r.pieces[len(r.pieces)-1] += p.rest
	} else {
		r.pieces = append(r.pieces, p.rest)
	}
	r.full = !p.closed && length >= physicalMin && p.size >= length
}

// fields walks over the fields of a record.
type fields struct {
	pieces []string
	inside bool // the first piece has a field left, maybe an empty one
}

func (r *record) fields() *fields { return &fields{r.pieces, len(r.pieces) > 0} }

// more tells whether there is a further field.
func (f *fields) more() bool { return f.inside }

// next gives a field without spaces around it, "" when there is none.
func (f *fields) next() string {
	if !f.inside {
		return ""
	}
	field, rest, comma := strings.Cut(f.pieces[0], ",")
	if comma {
		f.pieces[0] = rest
	} else {
		f.pieces = f.pieces[1:]
		f.inside = len(f.pieces) > 0
	}
	return strings.TrimSpace(field)
}

// rest gives everything that was not read, line by line, commas and all.
func (f *fields) rest() string {
	var text []string
	for _, piece := range f.pieces {
		if piece = strings.TrimSpace(piece); piece != "" {
			text = append(text, piece)
		}
	}
	f.pieces, f.inside = nil, false
	return strings.Join(text, "\n")
}

// amountDigits bounds an amount at a hundred billion dollars, so that no file of
// a bearable size makes sums overflow.
const amountDigits = 13

// amount reads digits with or without a sign. A point, a space or a letter
// makes it none: where money is counted, nothing is guessed.
func amount(s string) (money.Amount, bool) {
	digits, negative := strings.CutPrefix(s, "-")
	if !negative {
		digits = strings.TrimPrefix(s, "+")
	}
	significant := strings.TrimLeft(digits, "0")
	if !ident.AllDigits(digits) || len(significant) > amountDigits {
		return money.Zero, false
	}
	cents, _ := strconv.ParseInt("0"+significant, 10, 64)
	if negative {
		cents = -cents
	}
	return money.Cents(cents), true
}

// count reads a number of things.
func count(s string) (int, bool) {
	if !ident.AllDigits(s) || len(s) > 9 {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	return n, err == nil
}

// date reads YYMMDD.
func date(s string) (civil.Date, bool) {
	if len(s) != 6 || !ident.AllDigits(s) {
		return civil.Date{}, false
	}
	d, err := civil.ParseDate("20" + s[:2] + "-" + s[2:4] + "-" + s[4:])
	return d, err == nil
}

// timeOfDay reads HHMM as banks write it: with colons, with seconds, 2400 and
// 9999 for the end of the day. Empty is no time.
func timeOfDay(s string) (string, bool) {
	s = strings.ReplaceAll(s, ":", "")
	switch {
	case s == "":
		return "", true
	case s == "2400" || s == "9999":
		return "2400", true
	case (len(s) == 4 || len(s) == 6) && ident.AllDigits(s) && s[:2] < "24" && s[2:4] < "60":
		return s[:4], true
	}
	return "", false
}

// funds reads a funds type and the fields that it brings along (BANK-13).
func (f *fields) funds() (Funds, bool) {
	v := Funds{Type: f.next()}
	ok := true
	switch v.Type {
	case "", "Z", "0", "1", "2":
	case "S":
		for days := range 3 {
			ok = v.available(days, f.next()) && ok
		}
	case "V":
		v.On, ok = date(f.next())
		at, good := timeOfDay(f.next())
		v.At, ok = at, ok && good
	case "D":
		n, good := count(f.next())
		if !good || n > 100 {
			return v, false
		}
		for range n {
			days, good := count(f.next())
			ok = v.available(days, f.next()) && good && ok
		}
	default:
		return v, false
	}
	return v, ok
}

// available adds an amount that may be empty, which is nothing.
func (v *Funds) available(days int, s string) bool {
	if s == "" {
		return true
	}
	a, ok := amount(s)
	v.Available = append(v.Available, Available{days, a})
	return ok
}
