package bank

import (
	"fmt"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// State is how far an entry is.
type State string

// The states of entries.
const (
	StateWaiting  State = "waiting" // for its settlement day
	StateSettled  State = "settled"
	StateReturned State = "returned"
)

// Entry is one debit or credit that the bank has taken.
type Entry struct {
	Trace       string
	File        string // name of the file it came in
	SEC         string
	Description string // of its batch: "PREMIUM"
	Company     string // name of the originator
	Code        int    // transaction code
	Routing     string // nine digits
	Account     string
	Amount      money.Amount
	ID          string // individual id
	Name        string
	PaymentType string // of WEB and TEL: "R" or "S"
	Effective   civil.Date
	TakenOn     civil.Date
	SettlesOn   civil.Date
	State       State
	Outcome     string // code of its return, or of the correction that was sent
	Improper    string // the code with which the operator sends it back; empty: none
}

// credit tells whether the entry pays somebody.
func (e *Entry) credit() bool { return e.Code%10 < 5 }

// prenote tells whether it only asks whether the account is there (ACH-10).
func (e *Entry) prenote() bool { return e.Code%10 == 8 || e.Code%10 == 3 }

// key names who is debited how much, to know another try again (ACH-32).
func (e *Entry) key() string { return fmt.Sprintf("%s/%s/%d", e.Routing, e.Account, e.Amount.Cents()) }

// Notice is a return or a correction on its way.
type Notice struct {
	Trace string
	Code  string // R01, C03 …
	Data  string // of a correction
	DueOn civil.Date
}

// correction tells whether it corrects and does not return.
func (n *Notice) correction() bool { return n.Code[0] == 'C' }

// window says by when a return must be made (ACH-30).
type window uint8

const (
	twoDays   window = iota + 1 // by the opening of the second bank day after settlement
	sixtyDays                   // by the opening of the bank day after the sixtieth day
	nextFile                    // the operator, before it settles
)

// Reason is a return code with what it means.
type Reason struct {
	Code, Words string
	window      window
}

// Reasons lists the returns that the bank knows how to make.
var Reasons = []Reason{
	{"R01", "Not enough money", twoDays},
	{"R02", "Account closed", twoDays},
	{"R03", "No such account", twoDays},
	{"R04", "Account number not possible", twoDays},
	{"R05", "Consumer debited as a company", sixtyDays},
	{"R07", "Authorization revoked", sixtyDays},
	{"R08", "Payment stopped", twoDays},
	{"R09", "Money not collected yet", twoDays},
	{"R10", "Not authorized", sixtyDays},
	{"R11", "Not as authorized", sixtyDays},
	{"R12", "Branch sold", twoDays},
	{"R13", "Bank takes no ACH", nextFile},
	{"R14", "Payee's representative has died", twoDays},
	{"R15", "Account holder has died", twoDays},
	{"R16", "Account frozen", twoDays},
	{"R17", "Account number not plausible", twoDays},
	{"R18", "Effective date not possible", nextFile},
	{"R20", "Account takes no debits", twoDays},
	{"R23", "Credit refused", twoDays},
	{"R24", "Came twice", twoDays},
	{"R29", "Company says not authorized", twoDays},
	{"R31", "Late return, agreed", sixtyDays},
	{"R37", "Check was cashed as well", sixtyDays},
}

func reasonOf(code string) (Reason, bool) {
	i := slices.IndexFunc(Reasons, func(r Reason) bool { return r.Code == code })
	if i < 0 {
		return Reason{}, false
	}
	return Reasons[i], true
}

// lastDay is the last bank day at whose close a return of what settled on a
// day is in time.
func (r Reason) lastDay(settled civil.Date) civil.Date {
	switch r.window {
	case sixtyDays:
		after := civil.BankDays.OnOrAfter(settled.AddDays(60 + 1))
		return civil.BankDays.Add(after, -1)
	case nextFile:
		return settled
	}
	return civil.BankDays.Add(settled, 1)
}

// Correction is a change code with what it corrects.
type Correction struct{ Code, Words string }

// Corrections lists the notifications of change that the bank can make up
// (ACH-41).
var Corrections = []Correction{
	{"C01", "Account number"},
	{"C02", "Routing number"},
	{"C03", "Routing and account number"},
	{"C05", "Checking or savings"},
	{"C06", "Account number, and checking or savings"},
	{"C07", "Routing number, account number, and checking or savings"},
}

// Where corrections point to, unless told otherwise.
const (
	GoodRouting = "110000000"
	GoodAccount = "000123456789"
)

// corrected writes what a correction of an entry says, at the places where
// ACH-41 has it.
func corrected(code string, e *Entry, account string) string {
	other := e.Code // checking 2x, savings 3x
	if other/10 == 2 {
		other += 10
	} else {
		other -= 10
	}
	switch code {
	case "C02":
		return GoodRouting
	case "C03":
		return fmt.Sprintf("%s   %s", GoodRouting, account)
	case "C05":
		return fmt.Sprintf("%02d", other)
	case "C06":
		return fmt.Sprintf("%-17s   %02d", account, other)
	case "C07":
		return fmt.Sprintf("%s%-17s%02d", GoodRouting, account, other)
	}
	return account
}
