package texting

import (
	"strings"
	"unicode/utf16"
)

// What one message holds: in the alphabet of GSM 7 bit, or in UTF-16 when it has
// a letter beyond it. Each part of a longer one gives some room to its number.
const (
	alone7, part7   = 160, 153
	alone16, part16 = 70, 67
)

// The alphabet of GSM 03.38; the second counts twice.
const (
	alphabet = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
	doubles  = "^{}\\[~]|€\f"
)

// Plain tells whether a text is of the GSM 7 bit alphabet.
func Plain(text string) bool {
	for _, r := range text {
		if !strings.ContainsRune(alphabet, r) && !strings.ContainsRune(doubles, r) {
			return false
		}
	}
	return true
}

// Parts tells in how many messages a text goes out.
func Parts(text string) int {
	size, alone, part := 0, alone7, part7
	if Plain(text) {
		for _, r := range text {
			size++
			if strings.ContainsRune(doubles, r) {
				size++
			}
		}
	} else {
		size, alone, part = len(utf16.Encode([]rune(text))), alone16, part16
	}
	if size <= alone {
		return 1
	}
	return (size + part - 1) / part
}

// Fits tells whether a text is short enough: one message, or two where the
// language needs letters beyond the GSM alphabet (brief 17). English needs none.
func Fits(language, text string) bool {
	if Plain(text) {
		return Parts(text) == 1
	}
	return language != "en" && Parts(text) <= 2
}
