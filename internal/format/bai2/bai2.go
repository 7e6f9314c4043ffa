// Package bai2 reads and writes BAI2 files, the balance reports by which a bank
// says what happened on our accounts.
//
// Reader streams: it takes the dialects that banks really send (BANK-14) and
// is strict with the arithmetic (BANK-11). A file whose control totals are off
// is refused, however well it reads otherwise.
package bai2

import (
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
// negative, by the code's place in the table (BANK-12). Reader refuses a file
// with an amount under a code that is neither.
func (d Detail) Signed() money.Amount {
	if Debit(d.Code) {
		return d.Amount.Neg()
	}
	return d.Amount
}

// Debit tells whether a detail's type code takes money from the account.
func Debit(code string) bool {
	return code >= "400" && code <= "699" || code == "760" || code >= "960" && code <= "999"
}

// Credit tells whether a detail's type code brings money to the account.
func Credit(code string) bool {
	return code >= "100" && code <= "399" || code >= "720" && code <= "723" || code >= "920" && code <= "959"
}

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
