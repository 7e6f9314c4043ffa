package nacha

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// letters that have no accent to take off, as bank files write them.
var letters = strings.NewReplacer(
	"ß", "ss", "ẞ", "SS", "æ", "ae", "Æ", "AE", "œ", "oe", "Œ", "OE", "ø", "o", "Ø", "O", "đ", "d", "Đ", "D",
	"ð", "d", "Ð", "D", "ł", "l", "Ł", "L", "þ", "th", "Þ", "Th", "ħ", "h", "Ħ", "H", "ı", "i", "ŋ", "n", "Ŋ", "N",
	"‘", "'", "’", "'", "ʼ", "'", "`", "'", "´", "'", "“", "", "”", "", "\"", "", "–", "-", "—", "-", "‐", "-",
)

// nameSigns are the signs besides letters, digits and spaces that every bank
// takes in a name.
const nameSigns = ".,-'&/()#"

// Transliterate writes a name with the characters of a bank file: accents come
// off, letters of other scripts are left out, runs of spaces become one. What
// is left may be empty.
func Transliterate(name string) string {
	if plain(name) {
		return name
	}
	var b strings.Builder
	space := false
	for _, r := range norm.NFKD.String(letters.Replace(name)) {
		switch {
		case r < utf8.RuneSelf && (isLetter(byte(r)) || isDigit(byte(r)) || strings.ContainsRune(nameSigns, r)):
			if space && b.Len() > 0 {
				b.WriteByte(' ')
			}
			space = false
			b.WriteRune(r)
		case unicode.In(r, unicode.Mn, unicode.Cf): // an accent, an invisible joiner
		default:
			space = true
		}
	}
	return b.String()
}

// plain tells whether a name can stand as it is, the usual case.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if c == ' ' && (i == 0 || s[i-1] == ' ' || i == len(s)-1) {
			return false
		}
		if c != ' ' && !isLetter(c) && !isDigit(c) && strings.IndexByte(nameSigns, c) < 0 {
			return false
		}
	}
	return true
}

// printable tells whether s has only characters that a record may have.
func printable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool  { return c >= '0' && c <= '9' }
