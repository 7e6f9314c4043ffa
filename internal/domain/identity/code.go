package identity

import (
	"strings"
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

// AccountCode is the code that is printed on the bill to connect coverage with
// an account (R-ACC-3): eight characters without look-alikes.
type AccountCode string

const (
	accountCodeLength   = 8
	accountCodeAlphabet = "23456789ABCDEFGHJKMNPQRSTUVWXYZ" // 31: without 0, 1, I, L, O
)

// CodeAccountCode marks text that is no account code, at "code".
const CodeAccountCode = "account_code.format"

// NewAccountCode makes a code of a keyed hash: it can be printed again on
// every bill and is stored nowhere.
func NewAccountCode(entropy []byte) AccountCode {
	return AccountCode(draw(entropy, accountCodeAlphabet, accountCodeLength))
}

// draw writes bytes in a smaller alphabet, without favour to a character.
func draw(entropy []byte, alphabet string, length int) string {
	if len(entropy) < length {
		panic("identity: too little entropy for a code")
	}
	number := append([]byte(nil), entropy...)
	out := make([]byte, length)
	for i := range out {
		rest := 0
		for j := range number {
			current := rest<<8 | int(number[j])
			number[j] = byte(current / len(alphabet))
			rest = current % len(alphabet)
		}
		out[i] = alphabet[rest]
	}
	return string(out)
}

// String gives the code as printed: "7F3K 92QM".
func (c AccountCode) String() string {
	if len(c) != accountCodeLength {
		return string(c)
	}
	return string(c[:4] + " " + c[4:])
}

// ReadAccountCode reads a code as typed.
func ReadAccountCode(typed string) (AccountCode, error) {
	code := strings.ToUpper(ident.CleanNumber(typed))
	if len(code) != accountCodeLength || strings.Trim(code, "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") != "" {
		return "", fault.At("code", CodeAccountCode, "Account code must be 8 letters and numbers")
	}
	return AccountCode(code), nil
}

// NewCode makes a one-time code of random bytes.
func NewCode(entropy []byte) string { return draw(entropy, "0123456789", CodeDigits) }

// NewBackupCode makes a backup code of random bytes, "7F3K-92QM".
func NewBackupCode(entropy []byte) string {
	code := draw(entropy, accountCodeAlphabet, accountCodeLength)
	return code[:4] + "-" + code[4:]
}

// ReadBackupCode reads a backup code as typed.
func ReadBackupCode(typed string) (string, error) {
	code, err := ReadAccountCode(typed)
	if err != nil {
		return "", fault.At("code", CodeCodeFormat, "Backup code must be 8 letters and numbers")
	}
	return string(code), nil
}
