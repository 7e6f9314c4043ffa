// Package bai2 reads and writes BAI2 files, the balance reports by which a bank
// says what happened on our accounts.
//
// Reader streams: it takes the dialects that banks really send (BANK-14) and
// is strict with the arithmetic (BANK-11). A file whose control totals are off
// is refused, however well it reads otherwise.
package bai2

import (
	"errors"
	"io"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// File is the 01 record.
type File struct {
	Sender    string
	Receiver  string
	CreatedOn civil.Date
	CreatedAt string // HHMM as written, may be empty
	ID        string
	Length    int    // of a physical record, 0 when not said
	Version   string // "2"
}

// Group is the 02 record: one bank and one date.
type Group struct {
	Receiver   string
	Originator string
	Status     string // 1 update, 2 deletion, 3 correction, 4 test
	On         civil.Date
	At         string // HHMM, may be empty
	Currency   string // "USD" when not said
	Modifier   string // 1 interim previous day, 2 final previous day, 3 interim same day, 4 final same day
}

// Final tells whether the group is the last word on its date.
func (g Group) Final() bool { return g.Modifier == "2" || g.Modifier == "4" || g.Modifier == "" }

// Account is an 03 record with its summaries.
type Account struct {
	Number    string
	Currency  string // the group's when not said
	Summaries []Summary
}

// Summary is a balance or a total.
type Summary struct {
	Code   string       // "015"
	Amount money.Amount // in hundredths of the account's currency
	Items  int          // 0 when not said
	Funds  Funds
}

// Balance gives the amount of a summary code.
func (a *Account) Balance(code string) (money.Amount, bool) {
	for _, s := range a.Summaries {
		if s.Code == code {
			return s.Amount, true
		}
	}
	return money.Zero, false
}

// Funds says when money is available (BANK-13).
type Funds struct {
	Type      string      // Z unknown, 0 to 2 days, S, V or D; empty when not said
	On        civil.Date  // V
	At        string      // V
	Available []Available // S and D: how much after how many days
}

// Available is an amount that may be used after some days.
type Available struct {
	Days   int
	Amount money.Amount
}

// Detail is a 16 record: one movement on an account.
type Detail struct {
	Code     string       // "165"
	Amount   money.Amount // as written, never negative unless the bank wrote so
	Funds    Funds
	BankRef  string
	Customer string // customer reference
	Text     string // lines joined by line feeds
}

// Signed gives the amount as it moved the account: credits positive, debits
// negative, by the code's place in the table (BANK-12).
func (d Detail) Signed() money.Amount {
	if Debit(d.Code) {
		return d.Amount.Neg()
	}
	return d.Amount
}

// Debit tells whether a detail's type code takes money from the account.
func Debit(code string) bool { return code >= "400" && code < "700" || code >= "960" && code <= "999" }

// Kind tells what an item is.
type Kind string

// The kinds of items.
const (
	KindFile    Kind = "file"    // 01
	KindGroup   Kind = "group"   // 02
	KindAccount Kind = "account" // 03 with its continuations
	KindDetail  Kind = "detail"  // 16 with its continuations
	KindTrailer Kind = "trailer" // 49: the account is complete, Problems say whether it adds up
	KindEnd     Kind = "end"     // 99
	KindProblem Kind = "problem" // nothing but Problems
)

// Item is one thing that a file says, with what is wrong with it.
type Item struct {
	Kind     Kind
	Line     int
	File     *File    // shared by the items of a file
	Group    *Group   // shared by the items of a group
	Account  *Account // shared by the items of an account
	Detail   Detail
	Problems []Problem
}

// Problem is one thing wrong with a file.
type Problem struct {
	Line     int
	Field    string
	Code     string // stable: "account.total"
	Message  string
	Harmless bool // a dialect; all others refuse the file
}

// Reader reads a file item by item. Its control totals stand at its end: act
// on nothing before the last item was seen without a problem.
type Reader struct{ in io.Reader }

// NewReader reads from r.
func NewReader(r io.Reader) *Reader { return &Reader{in: r} }

// Next gives the next item, and io.EOF after the last. Any other error is one
// of reading, not of the file's content.
func (r *Reader) Next() (Item, error) { return Item{}, errors.ErrUnsupported }

// Report is what Check found.
type Report struct {
	Accepted bool
	Accounts int
	Details  int
	Problems []Problem // the first ReportProblemsMax of them
	LeftOff  int
}

// ReportProblemsMax bounds the problems that a report lists.
const ReportProblemsMax = 1000

// Check reads a whole file and says whether it is accepted: every control
// total and count agrees.
func Check(r io.Reader) (Report, error) { return Report{}, errors.ErrUnsupported }

// Writer writes a file with right totals.
type Writer struct{ out io.Writer }

// NewWriter begins a file.
func NewWriter(w io.Writer, f File) (*Writer, error) { return &Writer{w}, nil }

// Group ends the group before and begins another.
func (w *Writer) Group(g Group) error { return errors.ErrUnsupported }

// Account ends the account before and begins another.
func (w *Writer) Account(a Account) error { return errors.ErrUnsupported }

// Detail writes a movement.
func (w *Writer) Detail(d Detail) error { return errors.ErrUnsupported }

// Close ends everything that is open. It does not close what it writes to.
func (w *Writer) Close() error { return errors.ErrUnsupported }
