package identity

import (
	"strings"

	"quittance.org/quittance/internal/base/ident"
)

// Factor is a second step that a person has set up.
type Factor struct{}

// FactorKind is what a second step is.
type FactorKind string

// The kinds of second step. E-mail is the one everybody has, and stands in
// only as long as there is no other: the password can be set anew by e-mail, so
// that an e-mail box alone must not open an account that has more.
const (
	FactorPasskey FactorKind = "passkey"
	FactorApp     FactorKind = "app" // an authenticator app (TOTP)
	FactorText    FactorKind = "text"
	FactorEmail   FactorKind = "email"
	FactorBackup  FactorKind = "backup"
)

// Method is how somebody signed in, with both steps, as what they agree to in
// that session keeps it (REG-40): "password+passkey". It is stored, and a method
// never changes its name.
type Method string

// The methods that are not a password and a second step.
const (
	MethodPasskey Method = "passkey"         // of a device that knows who holds it: both steps in one
	MethodDevice  Method = "password+device" // on a device that was remembered after a second step
)

// MethodOf names the method of who typed their password or not, and took a second
// step; "" stands for a remembered device.
func MethodOf(password bool, way FactorKind) Method {
	switch {
	case !password:
		return Method(way)
	case way == "":
		return MethodDevice
	}
	return "password+" + Method(way)
}

// Ways gives the second steps that may be asked of a person with the given
// ones, the strongest first.
func Ways(has []FactorKind, backupCodes int) []FactorKind {
	var ways []FactorKind
	for _, kind := range []FactorKind{FactorPasskey, FactorApp, FactorText} {
		for _, h := range has {
			if h == kind {
				ways = append(ways, kind)
				break
			}
		}
	}
	if len(ways) == 0 {
		return []FactorKind{FactorEmail}
	}
	if backupCodes > 0 {
		ways = append(ways, FactorBackup)
	}
	return ways
}

// MaxFactors is how many second steps one person may have.
const MaxFactors = 10

// ParsePhone reads a phone number of the United States as typed and gives ten
// digits, false if it can not be one.
func ParsePhone(typed string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("().+·•", r) {
			return -1
		}
		return r
	}, ident.CleanNumber(typed))
	digits = strings.TrimPrefix(digits, "1")
	if len(digits) != 10 || !ident.AllDigits(digits) || digits[0] < '2' || digits[3] < '2' {
		return "", false
	}
	return digits, true
}

// MaskPhone shows the last four digits: "(•••) •••-0147".
func MaskPhone(digits string) string {
	if len(digits) < 5 {
		return "(•••) •••-••••"
	}
	return "(•••) •••-" + digits[len(digits)-4:]
}
