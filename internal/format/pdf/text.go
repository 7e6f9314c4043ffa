package pdf

import (
	"slices"
	"strings"
)

// Face is a list of fonts for one weight. A character is drawn in the first
// that has it.
type Face []*Font

// font gives the font that draws r, nil if none does.
func (f Face) font(r rune) *Font {
	for _, font := range f {
		if font.Has(r) {
			return font
		}
	}
	return nil
}

// Missing lists the characters of s that no font of the face can draw, each
// once.
func (f Face) Missing(s string) []rune {
	var missing []rune
	for _, r := range s {
		if r != '\n' && f.font(r) == nil && !slices.Contains(missing, r) {
			missing = append(missing, r)
		}
	}
	return missing
}

// advance is the width of r in thousandths of the size.
func (f Face) advance(r rune) int {
	if font := f.font(r); font != nil {
		return font.advances[font.glyphs[r]]
	}
	return 0
}

// Style is a face in a size.
type Style struct {
	Face Face
	Size Length
}

// Width measures s set in one line.
func (s Style) Width(text string) Length {
	sum := 0
	for _, r := range text {
		sum += s.Face.advance(r)
	}
	return Length(sum) * s.Size / 1000
}

// Wrap breaks text into lines no wider than width: at spaces, between Chinese
// characters, at line feeds, and inside a word only if the word alone is too
// wide. The first line is shorter by indent.
func (s Style) Wrap(text string, width, indent Length) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		lines = append(lines, s.wrap([]rune(strings.TrimSpace(paragraph)), width, indent)...)
		indent = 0
	}
	return lines
}

func (s Style) wrap(text []rune, width, indent Length) []string {
	room := int(width) * 1000 / int(s.Size)
	var lines []string
	start, used := 0, int(indent)*1000/int(s.Size)
	lastBreak := 0 // where the line may end, 0 if nowhere yet
	for i := 0; i < len(text); i++ {
		if i > start && mayBreak(text[i-1], text[i]) {
			lastBreak = i
		}
		used += s.Face.advance(text[i])
		if used <= room || i == start || text[i] == ' ' {
			continue
		}
		end := lastBreak
		switch {
		case end > start:
		case indent > 0: // the word may have room on a line of its own
			lines, used, i, indent = append(lines, ""), 0, -1, 0
			continue
		default:
			end = i
		}
		lines = append(lines, strings.TrimRight(string(text[start:end]), " "))
		start, used, i, indent = end, 0, end-1, 0
	}
	return append(lines, string(text[start:]))
}

// mayBreak tells whether a line may end between two characters.
func mayBreak(before, after rune) bool {
	switch {
	case before == ' ':
		return after != ' '
	case after == ' ', after == '\u00A0', before == '\u00A0':
		return false
	case strings.ContainsRune("，。、；：？！）》」』”’…%,.;:?!)", after), strings.ContainsRune("（《「『“‘$(", before):
		return false
	case before == '-', before == '/':
		return !isDigit(after) && after != '/'
	}
	return isWide(before) || isWide(after)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// isWide tells Chinese characters and full-width marks from the rest.
func isWide(r rune) bool {
	return r >= 0x2E80 && r < 0xD800 || r >= 0xF900 && r <= 0xFAFF || r >= 0xFF00 && r <= 0xFF60
}
