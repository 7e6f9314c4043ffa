package catalogue

import "strings"

// Lang is one of the six languages of the pages.
type Lang string

// The languages. Pseudo is for tests: English made longer and accented.
const (
	English    Lang = "en"
	Spanish    Lang = "es"
	Portuguese Lang = "pt"
	Haitian    Lang = "ht"
	Chinese    Lang = "zh"
	Vietnamese Lang = "vi"
	Pseudo     Lang = "xx"
)

// Langs gives the six languages in the order of the menu (brief 6.5).
func Langs() []Lang {
	return []Lang{Chinese, English, Spanish, Haitian, Portuguese, Vietnamese}
}

var nativeNames = map[Lang]string{
	English:    "English",
	Spanish:    "Español",
	Portuguese: "Português",
	Haitian:    "Kreyòl ayisyen",
	Chinese:    "简体中文",
	Vietnamese: "Tiếng Việt",
	Pseudo:     "Pseudo",
}

// Name gives the language's own name.
func (l Lang) Name() string { return nativeNames[l] }

// Tag gives the language tag for HTML.
func (l Lang) Tag() string {
	switch l {
	case Chinese:
		return "zh-Hans"
	case Pseudo:
		return "en-x-pseudo"
	}
	return string(l)
}

// Path puts a path of the site under the language: "/pay" becomes "/es/pay".
// English has no prefix (brief D16).
func (l Lang) Path(path string) string {
	if l == English {
		return path
	}
	return "/" + string(l) + strings.TrimSuffix(path, "/")
}

// SplitPath takes the language off a path: "/es/pay" is Spanish and "/pay".
// A path without a language is English.
func SplitPath(path string) (Lang, string) {
	first, rest, _ := strings.Cut(strings.TrimPrefix(path, "/"), "/")
	if lang, ok := ParseLang(first); ok && lang != English {
		return lang, "/" + rest
	}
	return English, path
}

// ParseLang reads a language code as it stands in paths and in the account.
func ParseLang(code string) (Lang, bool) {
	for _, lang := range Langs() {
		if string(lang) == code {
			return lang, true
		}
	}
	return English, false
}

// Preferred finds the language of ours that a browser's Accept-Language header
// asks for first. It says false when that is none of ours.
func Preferred(header string) (Lang, bool) {
	first, _, _ := strings.Cut(header, ",")
	tag, _, _ := strings.Cut(strings.TrimSpace(first), ";")
	primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
	return ParseLang(primary)
}
