package serving

import (
	"net/mail"
	"strings"

	"quittance.org/quittance/internal/base/pii"
)

const emailMax = 254 // RFC 5321

// IsEmail tells whether something has the form of an address that mail reaches.
func IsEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	if err != nil || a.Address != s || len(s) > emailMax || pii.HasLongNumber(s) {
		return false
	}
	_, domain, _ := strings.Cut(s, "@")
	name, top, dotted := cutLast(domain, '.')
	return dotted && name != "" && len(top) >= 2 && !strings.HasPrefix(domain, "[")
}

func cutLast(s string, sep byte) (before, after string, found bool) {
	i := strings.LastIndexByte(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+1:], true
}

// commonDomains are where most people have their mail.
var commonDomains = []string{
	"gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "icloud.com", "aol.com", "comcast.net", "verizon.net", "live.com", "msn.com",
}

// MeantEmail gives the address that was likely meant when the domain is one
// slip away from a common one (brief G6), "" for none.
func MeantEmail(address string) string {
	name, domain, _ := strings.Cut(address, "@")
	domain = strings.ToLower(domain)
	for _, common := range commonDomains {
		if domain == common {
			return ""
		}
	}
	for _, common := range commonDomains {
		if oneSlip(domain, common) {
			return name + "@" + common
		}
	}
	return ""
}

// oneSlip tells whether a becomes b by one letter more, less or other, or two
// letters swapped.
func oneSlip(a, b string) bool {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	a, b = a[i:], b[i:]
	switch len(a) - len(b) {
	case 1:
		return a[1:] == b
	case -1:
		return a == b[1:]
	case 0:
		return len(a) > 0 && (a[1:] == b[1:] || len(a) > 1 && a[0] == b[1] && a[1] == b[0] && a[2:] == b[2:])
	}
	return false
}
