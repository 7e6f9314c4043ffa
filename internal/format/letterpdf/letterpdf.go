// Package letterpdf prints letters on US Letter, folded in three for a window
// envelope: who writes and to whom, what it is about, what to pay by when, and
// as many paragraphs and pages as the words need.
//
// It is a codec. All words come in the reader's language. A character that the
// fonts lack, or an address that does not fit the window, is an error and never
// a letter with a hole in it.
package letterpdf

import "quittance.org/quittance/internal/base/civil"

// Document is a letter in one language. It is plain data: what is printed can
// be kept and printed again, byte for byte.
type Document struct {
	Lang        string     // BCP 47: "en", "ht", "zh-Hans"
	Written     civil.Date // the file's date, so that bytes repeat
	Marketplace string
	From        []string // return address, at most three lines
	To          []string // name and mailing address
	Facts       []Fact   // at the right: date, Subscriber ID
	Title       string
	Lead        []string // paragraphs
	Box         []Fact   // what to do in numbers: "Pay", "By"; may be empty
	Sections    []Section
	Footer      string // "Page {page} of {pages}"
}

// Fact is a name and its value: "Amount", "$249.00".
type Fact struct{ Label, Value string }

// Section is a heading with paragraphs and points below it.
type Section struct {
	Heading    string
	Paragraphs []string
	Points     []string
}
