// Package billpdf prints a bill on US Letter: page 1 with what is needed to
// act and, when there is something to pay by mail, a payment slip for the bank's
// machines at its foot; page 2 with the rest (R-BILL-6, design brief 16).
//
// It is a codec. All words come in the reader's language, all amounts ready:
// the same numbers make the page on the web and the paper, so that the two can
// not disagree. A text that does not fit its fixed place, or has a character
// that the fonts lack, is an error and never a letter with a hole in it.
package billpdf

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// Document is a bill in one language.
type Document struct {
	Lang        string     // BCP 47: "en", "ht", "zh-Hans"
	Issued      civil.Date // the bill date; the file's date, so that bytes repeat
	Marketplace string
	From        []string // return address, at most three lines
	Title       string   // "Your bill for December 2026 coverage"
	To          []string // name and mailing address
	Facts       []Fact   // bill date, Subscriber ID, bill number, account code
	Amount      Amount
	Status      Status
	Statement   Statement
	Changes     Section // why the amount is another than last month; may be empty
	Ways        Ways
	Help        []string // help line, interpreters
	History     History
	More        []Section // page 2
	Slip        *Slip     // nil: no payment slip
	NoSlip      string    // what stands there instead: "No payment slip needed."
	Footer      string    // "Bill 00004711, version 1, English. Page {page} of {pages}"
}

// Fact is a name and its value: "Bill number", "00004711".
type Fact struct{ Label, Value string }

// Amount is the box with the amount.
type Amount struct {
	Label string // "Amount due"
	Due   money.Amount
	PayBy string // "Pay by\nMonday, November 23, 2026"; of $0.00 "This is not a bill."
	Note  string // what AutoPay will do, printed below; may be empty
}

// Status is the sentence about coverage, and of a past-due bill its dates.
type Status struct {
	Text  string
	Steps []Step
}

// lines gives the time lines that the steps make.
func (s Status) lines() [][]Step {
	var all [][]Step
	for i, step := range s.Steps {
		if i == 0 || step.Plan != "" {
			all = append(all, nil)
		}
		all[len(all)-1] = append(all[len(all)-1], step)
	}
	return all
}

// Step is a date on a time line.
type Step struct {
	When, What string
	Here       string // "You are here", on one step at most of each line
	Plan       string `json:",omitempty"` // "Dental plan": begins a line of its own, where plans have their own dates
}

// Statement is "What's in this amount".
type Statement struct {
	Heading string
	Item    string // heads the column of words
	Amount  string // heads the column of amounts
	Rows    []Row
}

// RowKind is how a row counts.
type RowKind int

// The kinds of row.
const (
	RowLine     RowKind = iota
	RowGroup            // opens a plan: words without an amount
	RowSubtotal         // closes a plan
	RowTotal            // the last
)

// Row is one line of the statement.
type Row struct {
	Kind   RowKind
	Text   string
	Amount money.Amount
}

// Section is a heading with paragraphs and points below it.
type Section struct {
	Heading    string
	Paragraphs []string
	Points     []string
}

// Ways tells how to pay.
type Ways struct {
	Heading string
	Ways    []Way
	Code    *PayCode // the code that opens the bill's pay page, nil for none
}

// Way is one way to pay.
type Way struct {
	Label string // "By mail"
	Text  string // "Mail by November 13 to be safe."
	Link  string // address that the text leads to; may be empty
}

// PayCode is a QR code.
type PayCode struct {
	URL     string
	Alt     string // "Payment code. Opens the pay page for bill 00004711."
	Caption string // "Scan to pay"
}

// History is what happened in the last months.
type History struct {
	Heading string
	Columns [4]string // date, what, amount, balance
	Rows    []Event
}

// Event is a row of the history.
type Event struct {
	On, What        string
	Amount, Balance money.Amount
}

// Slip is the payment slip that is cut off and mailed with a check.
type Slip struct {
	Cut        string   // "Cut here and mail this part"
	Heading    string   // "Payment slip"
	Payee      []string // payee and lockbox address, at most four lines
	Notes      []string // "Write your Subscriber ID on your check." …
	Fields     []Fact   // name, Subscriber ID, pay by
	Amount     string   // "Amount due"; how much says Scan
	Enclosed   string   // "Amount enclosed"
	Scan       Scan
	BarcodeAlt string // "Barcode with the numbers of this slip"
}
