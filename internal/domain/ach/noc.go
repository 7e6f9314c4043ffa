package ach

import (
	"strings"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
)

// Codes of notifications of change that can not be applied.
const (
	CodeChangeUnknown = "noc.unknown_code" // no such code, or a retired one
	CodeChangeData    = "noc.data"         // the corrected data can not be true
	CodeChangeStaff   = "noc.staff"        // nothing that a program could change
	CodeChangeRefused = "noc.refused"      // our own notification was refused: C61 to C69
)

// Change is what a notification of change corrects of a bank account (ACH-41).
// Empty fields stay as they are.
type Change struct {
	Code    string
	Routing string
	Number  pii.Secret
	Type    payment.AccountType
}

// Corrected is the corrected data of a notification, taken apart as its code
// says; what the code does not speak of is empty.
type Corrected struct {
	Routing     string
	Number      pii.Secret
	Transaction int // transaction code
}

// corrects says what each code corrects.
//
// C05 is applied: that an account is a savings account and not a checking account
// is all that it can say of an account of a member, ACH-40 has the originator
// follow it, and entries that go on with the wrong code come back (R03, R20). The
// sentence "ignore C05 for a code change between 22/27 and 32/37 only" of ACH-41 is
// read as what C05 may do: a code of any other account, such as of a loan (52), is
// refused with CodeChangeData and goes to a person; between a debit and a credit of
// the same account (27 to 22) nothing is changed, since the direction of our entries
// is ours to say.
var corrects = map[string]struct{ routing, number, transaction bool }{
	"C01": {number: true},
	"C02": {routing: true},
	"C03": {routing: true, number: true},
	"C05": {transaction: true},
	"C06": {number: true, transaction: true},
	"C07": {routing: true, number: true, transaction: true},
}

// forStaff are the changes that touch no bank account, and what is to be done.
var forStaff = map[string]string{
	"C04": "the bank has another name for the account holder: compare it with the account",
	"C08": "the routing number of a foreign bank is wrong: we send no international entries",
	"C09": "the bank has another individual number for the payer",
	"C13": "the format of the addenda was wrong: somebody looks at the program",
	"C14": "the entry should be an international one: the payer's bank account is abroad",
}

// refusals are the answers to a notification that somebody refused.
var refusals = map[string]string{
	"C61": "it went to the wrong bank", "C62": "its trace number was wrong", "C63": "its company number was wrong",
	"C64": "its individual number was wrong", "C65": "its format was wrong", "C66": "its discretionary data was wrong",
	"C67": "its routing number was wrong", "C68": "its account number was wrong", "C69": "its transaction code was wrong",
}

// NewChange makes a change of what a notification says, or tells why nothing
// can be changed: CodeChangeStaff, CodeChangeRefused, CodeChangeUnknown or
// CodeChangeData.
func NewChange(code string, data Corrected) (Change, error) {
	has, applies := corrects[code]
	if why, ok := forStaff[code]; ok {
		return Change{}, fault.New(fault.Invalid, CodeChangeStaff, "%s: %s", code, why)
	}
	if why, ok := refusals[code]; ok {
		return Change{}, fault.New(fault.Invalid, CodeChangeRefused, "%s: a notification of change was refused because %s", code, why)
	}
	if !applies {
		return Change{}, fault.New(fault.Invalid, CodeChangeUnknown, "%s is not a code of a notification of change", code)
	}
	c := Change{Code: code}
	if has.routing {
		if c.Routing = data.Routing; !payment.ValidRouting(c.Routing) {
			return Change{}, fault.New(fault.Invalid, CodeChangeData, "%s: the corrected routing number can not be one", code)
		}
	}
	if has.number {
		// Banks fill account numbers up with spaces, also in the middle (ACH-41).
		number := strings.ReplaceAll(data.Number.Reveal(), " ", "")
		if !validNumber(number) {
			return Change{}, fault.New(fault.Invalid, CodeChangeData, "%s: the corrected account number can not be one", code)
		}
		c.Number = pii.NewSecret(number)
	}
	if has.transaction {
		if c.Type = accountType(data.Transaction); c.Type == "" {
			return Change{}, fault.New(fault.Invalid, CodeChangeData, "%s: the corrected transaction code is neither of checking nor of savings", code)
		}
	}
	return c, nil
}

// validNumber goes by the rule for numbers that payers type.
func validNumber(number string) bool {
	return len(number) >= 4 && len(number) <= 17 && ident.AllDigits(number) && strings.Trim(number, "0") != ""
}

// accountType reads a transaction code: the twenties are of checking, the
// thirties of savings. Anything else is no account of a member.
func accountType(transaction int) payment.AccountType {
	switch transaction {
	case 22, 23, 27, 28:
		return payment.AccountChecking
	case 32, 33, 37, 38:
		return payment.AccountSavings
	}
	return ""
}

// Apply gives the bank account as the notification says it is. The account is
// the same one, as its bank asserts: nothing is validated anew (ACH-40).
func (c Change) Apply(b payment.BankAccount) payment.BankAccount {
	b.ID = payment.BankAccountID{}
	if c.Routing != "" {
		b.Routing = c.Routing
	}
	if !c.Number.IsZero() {
		b.Number = c.Number
	}
	if c.Type != "" {
		b.Type = c.Type
	}
	return b
}

// Alters tells whether the notification changes anything of a bank account.
func (c Change) Alters(b payment.BankAccount) bool {
	after := c.Apply(b)
	return after.Routing != b.Routing || after.Type != b.Type || !after.Number.Equal(b.Number)
}
