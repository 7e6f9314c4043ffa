package nacha

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
)

// Kind tells what an item is.
type Kind string

// The kinds of items, in the order in which a chain of them happens.
const (
	KindFile        Kind = "file"        // a file header: Header is set
	KindEntry       Kind = "entry"       // a movement of money, or a prenote
	KindReturn      Kind = "return"      // a bank sends an entry back: Returns has one
	KindDishonored  Kind = "dishonored"  // our bank refused the return: R61 to R70
	KindContested   Kind = "contested"   // the other bank insists: R71 to R77
	KindChange      Kind = "change"      // notification of change: Change is set
	KindRefused     Kind = "refused"     // a notification of change was refused: C61 to C69
	KindAcknowledge Kind = "acknowledge" // ACK and ATX: an entry of ours arrived
	KindAdvice      Kind = "advice"      // ADV: the operator's accounting
	KindProblem     Kind = "problem"     // nothing but Problems
	KindEnd         Kind = "end"         // a file control: Totals is set, as counted
)

// Item is one thing that a file says, with what is wrong with it.
type Item struct {
	Kind     Kind
	Line     int          // where it begins; records are counted when there are no line ends
	Batch    *BatchHeader // shared by the items of a batch; nil outside of one
	Header   Header       // KindFile
	Entry    Entry
	Returns  []Return // addenda 99 in the order of the file; the last one decides the kind
	Change   *Change  // addenda 98
	Totals   Totals   // KindEnd: what was counted
	Problems []Problem
}

// Usable tells whether the item may be acted on. One that is not is set aside
// for a person; the others of the file go on (ACH-42).
func (i *Item) Usable() bool {
	for _, p := range i.Problems {
		if p.Spoils >= SpoilsEntry {
			return false
		}
	}
	return i.Kind != KindProblem
}

// Spoils says how far a problem reaches.
type Spoils int

// The reaches. A problem that spoils a batch or a file does not make its good
// entries unusable: the totals are wrong or something is missing, and a person
// must hear of it.
const (
	SpoilsNothing Spoils = iota // a dialect, harmless
	SpoilsEntry                 // the item is set aside
	SpoilsBatch                 // the batch is not what its control says
	SpoilsFile                  // the file is incomplete or not what its control says
)

// Problem is one thing wrong with a file.
type Problem struct {
	Line    int
	Field   string // in the words of the standard: "entry hash"
	Code    string // stable: "batch.debit_total"
	Message string // what is wrong; names no personal data
	Spoils  Spoils
}

// Return is an addenda 99: why an entry came back. The later fields are those
// of dishonored (R61 to R70) and contested (R71 to R77) returns.
type Return struct {
	Line          int
	Code          string     // "R01"
	OriginalTrace string     // of the entry that comes back
	DiedOn        civil.Date // R14 and R15, when given
	OriginalRDFI  string     // first 8 digits
	Info          string
	Trace         string
	ReturnTrace   string     // of the return that is dishonored
	ReturnSettled string     // day of the year
	ReturnReason  string     // two digits of the return's code
	DishonorTrace string     // contested: of the dishonored return
	DishonorCode  string     // contested: two digits of its code
	OriginalOn    civil.Date // contested: when the entry was returned
}

// Change is an addenda 98: what a bank corrects (ACH-41). Only the fields that
// its code speaks of are set.
type Change struct {
	Line          int
	Code          string // "C01"
	OriginalTrace string
	OriginalRDFI  string
	Trace         string
	Account       pii.Secret
	Routing       string
	Name          string
	Transaction   Code
	ID            string
	Text          string // the corrected data as it stood, when the code does not say how to read it
	RefusedCode   string // refused: the code of the change that was refused
	RefusedTrace  string // refused: the last seven digits of the change's trace
}

// Report is what Check found.
type Report struct {
	Accepted bool
	Header   Header
	Counts   map[Kind]int
	SetAside int // items that are not usable
	Debit    money.Amount
	Credit   money.Amount
	Problems []Problem // the first ReportProblemsMax of them
	LeftOff  int       // further problems
}

// ReportProblemsMax bounds the problems that a report lists.
const ReportProblemsMax = 1000
