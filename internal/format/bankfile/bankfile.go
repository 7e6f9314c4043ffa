// Package bankfile says what a file from a bank is, and whether it is
// accepted, whatever its format: the one question of an operator who was sent
// one. Formats are recognised by how they begin; NACHA and BAI2 are judged
// whole.
package bankfile

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/format/bai2"
	"quittance.org/quittance/internal/format/nacha"
)

// Format is a kind of bank file.
type Format string

// The formats.
const (
	NACHA     Format = "NACHA"
	BAI2      Format = "BAI2"
	ImageCash Format = "X9.37"     // image cash letter
	Lockbox   Format = "lockbox"   // fixed-width remittance file of a lockbox bank
	X12       Format = "X12"       // 820, 834, 999 …
	ISO20022  Format = "ISO 20022" // camt, pain
	Unknown   Format = "unknown"
)

// Reach says how far a problem reaches.
type Reach string

// The reaches.
const (
	Note  Reach = "note"  // harmless
	Entry Reach = "entry" // one entry is set aside, the others go on
	Batch Reach = "batch"
	File  Reach = "file"
)

// Problem is one thing wrong with a file.
type Problem struct {
	Line    int    `json:"line"`
	Field   string `json:"field"`
	Code    string `json:"code"`
	Message string `json:"message"`
	Reach   Reach  `json:"reach"`
}

// Content counts things of one kind in a file.
type Content struct {
	What  string `json:"what"`
	Count int    `json:"count"`
}

// Report is what Check found.
type Report struct {
	Format   Format        `json:"format"`
	Detail   string        `json:"detail,omitempty"` // "820", "camt.053.001.02"
	Judged   bool          `json:"judged"`           // read whole, or only recognised
	Accepted bool          `json:"accepted"`
	Contents []Content     `json:"contents"`
	Debits   *money.Amount `json:"debits,omitempty"` // of a NACHA file
	Credits  *money.Amount `json:"credits,omitempty"`
	Problems []Problem     `json:"problems"`           // the first thousand
	LeftOff  int           `json:"left_off,omitempty"` // further problems
}

// Check reads a file and says what it is and whether it is accepted. A format
// that is recognised and not judged is not accepted. The error is one of
// reading. Memory does not grow with the file.
func Check(r io.Reader) (Report, error) {
	in := bufio.NewReaderSize(r, HeadSize)
	head, err := in.Peek(HeadSize)
	if err != nil && !errors.Is(err, io.EOF) {
		return Report{Format: Unknown}, err
	}
	format, detail := Recognise(head)
	switch format {
	case NACHA:
		return checkNACHA(in)
	case BAI2:
		return checkBAI2(in)
	}
	report := Report{Format: format, Detail: detail, Contents: []Content{}}
	p := Problem{1, "file", "format.unknown", "the file is in no format that is known here", File}
	switch {
	case len(head) == 0:
		p.Code, p.Message = "file.empty", "the file is empty"
	case format != Unknown:
		p.Code, p.Message = "format.not_judged", fmt.Sprintf("%s files are recognised and not judged yet", format)
	}
	report.Problems = []Problem{p}
	return report, nil
}

func checkNACHA(r io.Reader) (Report, error) {
	found, err := nacha.Check(r)
	report := Report{Format: NACHA, Judged: true, Accepted: found.Accepted, LeftOff: found.LeftOff, Problems: []Problem{}, Contents: []Content{}}
	for _, c := range []struct {
		kind nacha.Kind
		what string
	}{
		{nacha.KindEntry, "entries"},
		{nacha.KindReturn, "returns"},
		{nacha.KindDishonored, "dishonored returns"},
		{nacha.KindContested, "contested returns"},
		{nacha.KindChange, "notifications of change"},
		{nacha.KindRefused, "refused notifications of change"},
		{nacha.KindAcknowledge, "acknowledgments"},
		{nacha.KindAdvice, "accounting advices"},
	} {
		report.count(c.what, found.Counts[c.kind])
	}
	report.count("set aside", found.SetAside)
	report.Debits, report.Credits = &found.Debit, &found.Credit
	reaches := [...]Reach{nacha.SpoilsNothing: Note, nacha.SpoilsEntry: Entry, nacha.SpoilsBatch: Batch, nacha.SpoilsFile: File}
	for _, p := range found.Problems {
		report.Problems = append(report.Problems, Problem{p.Line, p.Field, p.Code, p.Message, reaches[p.Spoils]})
	}
	return report, err
}

func checkBAI2(r io.Reader) (Report, error) {
	found, err := bai2.Check(r)
	report := Report{Format: BAI2, Judged: true, Accepted: found.Accepted, LeftOff: found.LeftOff, Problems: []Problem{}, Contents: []Content{}}
	report.count("accounts", found.Accounts)
	report.count("movements", found.Details)
	for _, p := range found.Problems {
		reach := File
		if p.Harmless {
			reach = Note
		}
		report.Problems = append(report.Problems, Problem{p.Line, p.Field, p.Code, p.Message, reach})
	}
	return report, err
}

func (r *Report) count(what string, n int) {
	if n > 0 {
		r.Contents = append(r.Contents, Content{what, n})
	}
}
