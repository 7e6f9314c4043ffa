package identity

import (
	"net/mail"
	"strings"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
)

// Codes of ReadEmail's errors, at "email".
const (
	CodeEmailEmpty  = "email.empty"
	CodeEmailFormat = "email.format"
)

const emailMost = 254 // RFC 5321

// ReadEmail reads an e-mail address as typed: without spaces, full-width
// characters and invisible ones.
func ReadEmail(typed string) (string, error) {
	address := cleanEmail(typed)
	if address == "" {
		return "", fault.At("email", CodeEmailEmpty, "Enter an email address")
	}
	parsed, err := mail.ParseAddress(address)
	_, domain, _ := strings.Cut(address, "@")
	if err != nil || parsed.Address != address || len(address) > emailMost || !strings.Contains(strings.Trim(domain, "."), ".") || strings.HasSuffix(domain, ".") {
		return "", fault.At("email", CodeEmailFormat, "Enter an email address like name@example.com")
	}
	return address, nil
}

// cleanEmail leaves dashes alone, which CleanNumber drops: they are in many
// addresses.
func cleanEmail(typed string) string {
	var out strings.Builder
	for _, r := range typed {
		if r == '-' {
			out.WriteRune(r)
			continue
		}
		out.WriteString(ident.CleanNumber(string(r)))
	}
	return out.String()
}

// EmailKey gives what an address is found by: two ways of writing it that every
// mail server takes for one are one person. What is before the @ is not changed
// in any other way, for only its server knows what it means.
func EmailKey(address string) string { return strings.ToLower(address) }
