package identity

import (
	"time"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
)

// One-time codes (A3).
const (
	CodeDigits     = 6
	CodeMinutes    = 10
	CodeTries      = 5 // wrong answers to one code
	CodesPerTicket = 4 // codes that one step may send
	TicketMinutes  = 60
	RememberDays   = 30 // that a device is remembered
	ConfirmMinutes = 10 // that a typed password counts for what changes how somebody signs in
	BackupCodes    = 10
)

// CodeLife is how long a code works.
const CodeLife = CodeMinutes * time.Minute

// Codes of ReadCode's errors and of answers, all at "code".
const (
	CodeCodeFormat  = "code.format"  // "Code must be 6 numbers"
	CodeCodeWrong   = "code.wrong"   // "That code is not right. Check it or get a new one"
	CodeCodeExpired = "code.expired" // "That code has expired. We sent a new one."
	CodeCodeTries   = "code.tries"   // wrong too often: get a new one
)

// ReadCode reads a one-time code as typed: spaces do not matter.
func ReadCode(typed string) (string, error) {
	code := ident.CleanNumber(typed)
	if len(code) != CodeDigits || !ident.AllDigits(code) {
		return "", fault.At("code", CodeCodeFormat, "Code must be %d numbers", CodeDigits)
	}
	return code, nil
}

// ShowCode gives a code as it is written: "482 913".
func ShowCode(code string) string { return code[:3] + " " + code[3:] }
