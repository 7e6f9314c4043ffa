package identity

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"quittance.org/quittance/internal/base/fault"
)

// Codes of CheckPassword's errors, at "password".
const (
	CodePasswordShort  = "password.short"
	CodePasswordLong   = "password.long"
	CodePasswordCommon = "password.common"
	CodePasswordEmail  = "password.email"
)

// How many characters a password has. More than the most would let a stranger
// make the server hash megabytes.
const (
	PasswordMin  = 12
	PasswordMost = 128
)

// CheckPassword tells whether a password may be chosen. It asks for length and
// against guessing, never for kinds of characters (NIST SP 800-63B 3.1.1.2):
// those make people choose "Password1234!".
func CheckPassword(password, email string) error {
	switch length := utf8.RuneCountInString(password); {
	case length < PasswordMin:
		return fault.At("password", CodePasswordShort, "Password must be at least %d characters", PasswordMin)
	case length > PasswordMost:
		return fault.At("password", CodePasswordLong, "Password must be at most %d characters", PasswordMost)
	}
	plain := squeeze(password)
	if leansOn(plain, emailParts(email)) {
		return fault.At("password", CodePasswordEmail, "Choose a password that does not use your email address")
	}
	if isCommon(plain) {
		return fault.At("password", CodePasswordCommon, "Choose a password that is harder to guess. This one is on lists of stolen passwords.")
	}
	return nil
}

// emailParts gives the parts of an address that a password may not lean on, the
// longest first.
func emailParts(email string) []string {
	address := squeeze(email)
	name, domain, _ := strings.Cut(address, "@")
	host, _, _ := strings.Cut(domain, ".")
	parts := []string{address, name, host}
	return append(parts, strings.FieldsFunc(name, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })...)
}

// leansOn tells whether a password holds one of the parts and too little beside
// them to stand by itself.
func leansOn(plain string, parts []string) bool {
	left := plain
	for _, part := range parts {
		if utf8.RuneCountInString(part) >= 4 {
			left = strings.ReplaceAll(left, part, "")
		}
	}
	return left != plain && utf8.RuneCountInString(left) < PasswordMin-4
}

// squeeze writes a password as somebody who guesses would: in small letters.
func squeeze(s string) string {
	return strings.ToLower(strings.TrimSpace(s))
}

// standIns undoes the usual stand-ins for letters.
var standIns = strings.NewReplacer("0", "o", "1", "i", "3", "e", "4", "a", "5", "s", "7", "t", "@", "a", "$", "s", "!", "i")

// isCommon tells passwords that are among the first that anybody tries: they
// are made of few words that everybody uses, of rows of keys, of counting, or
// of one piece repeated. Such are the lists of stolen passwords at this length.
func isCommon(plain string) bool {
	return isTrite(plain) || isTrite(standIns.Replace(plain)) || repeats(plain)
}

// triteWords are what most stolen passwords are made of, in the order in which
// they are taken out. Longer ones stand first.
var triteWords = []string{
	"healthinsurance", "massachusetts", "qwertyuiop", "administrator", "healthcare", "asdfghjkl", "insurance", "password", "passwort",
	"sunshine", "princess", "football", "baseball", "basketball", "superman", "whatever", "iloveyou", "computer", "internet", "trustno",
	"letmein", "welcome", "zxcvbnm", "qwerty", "azerty", "abcdef", "starwars", "charlie", "michael", "jordan", "dragon", "monkey", "master",
	"shadow", "hunter", "secret", "summer", "winter", "autumn", "spring", "boston", "health", "premium", "quittance", "marketplace",
	"changeme", "freedom", "freepass", "mypass", "passphrase", "contrasena", "senha", "admin", "login", "please", "hello", "member", "family",
	"january", "february", "march", "april", "june", "july", "august", "september", "october", "november", "december",
	"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday", "lovely", "love", "test", "user", "abc", "pass", "the", "my", "is", "one", "two",
}

// triteMost is how many characters a password may have beside trite pieces and
// still be trite.
const triteMost = 3

// isTrite tells whether a text is made of trite words, years, counting and rows
// of keys, and little else.
func isTrite(plain string) bool {
	left := plain
	for _, word := range triteWords {
		left = strings.ReplaceAll(left, word, " ")
	}
	return letters(dropRuns(left)) <= triteMost
}

// keyRows are what fingers run along.
var keyRows = []string{"01234567890", "09876543210", "abcdefghijklmnopqrstuvwxyz", "zyxwvutsrqponmlkjihgfedcba", "qwertyuiop", "poiuytrewq", "asdfghjkl", "lkjhgfdsa", "zxcvbnm", "mnbvcxz", "1q2w3e4r5t6y7u8i9o0p", "qazwsxedcrfvtgbyhnujm"}

// dropRuns drops stretches of three and more characters of one row or of one
// character, and all digits and signs at once: they are what people add.
func dropRuns(s string) string {
	runes := []rune(s)
	var out strings.Builder
	for i := 0; i < len(runes); {
		if n := run(runes[i:]); n >= 3 {
			i += n
			continue
		}
		out.WriteRune(runes[i])
		i++
	}
	return out.String()
}

// run gives the length of the stretch with which runes begin.
func run(runes []rune) int {
	same := 1
	for same < len(runes) && runes[same] == runes[0] {
		same++
	}
	longest := same
	for _, row := range keyRows {
		for n := min(len(runes), len(row)); n > longest; n-- {
			if strings.Contains(row, string(runes[:n])) {
				longest = n
			}
		}
	}
	return longest
}

// letters counts what is neither digit, sign nor space.
func letters(s string) int {
	n := 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			n++
		}
	}
	return n
}

// repeats tells whether a text is one piece of up to half its length, over and
// over: "abcdabcdabcd", "horse1horse1".
func repeats(s string) bool {
	runes := []rune(s)
	for size := 1; size <= min(len(runes)/2, PasswordMin-2); size++ {
		same := true
		for i := size; same && i < len(runes); i++ {
			same = runes[i] == runes[i-size]
		}
		if same {
			return true
		}
	}
	return false
}

// PreparePassword gives a password as it is hashed: one way of writing each
// character (RFC 8265, NFC). Phones and computers write "ế" differently.
func PreparePassword(password string) string { return norm.NFC.String(password) }
