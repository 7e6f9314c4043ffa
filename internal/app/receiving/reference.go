package receiving

import (
	"regexp"
	"strings"

	"quittance.org/quittance/internal/base/pii"
)

var (
	fileForm   = regexp.MustCompile(`^ACH-\d{8}-[A-Z0-9]\.ach$`)
	numberForm = regexp.MustCompile(`\d[\d -]*\d`)
)

// accountDigits is how short the number of a bank account may be.
const accountDigits = 5

// reference is what a bank file refers to, as it is kept in clear, shown and
// exported: a trace of ours and the name of a file of ours, which agree with
// something, and of every other number that could be an account's its end
// (REG-53). The whole of it stays in the file, which is encrypted.
func (s *Service) reference(text string) string {
	bank := s.profile.Bank.Routing
	if fileForm.MatchString(text) || traceForm.FindString(text) == text && len(bank) > 8 && strings.HasPrefix(text, bank[:8]) {
		return text
	}
	return numberForm.ReplaceAllStringFunc(text, func(number string) string {
		if d := digits(number); len(d) >= accountDigits {
			return pii.Mask + pii.LastFour(d)
		}
		return number
	})
}
