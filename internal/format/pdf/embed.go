package pdf

import (
	"fmt"
	"hash/fnv"
	"strconv"
	"unicode"
)

// embedded is a font as one file uses it: the glyphs are numbered in the order
// in which they first appear, so that pages can be written before anybody
// knows which glyphs the rest will need.
type embedded struct {
	font   *Font
	name   string // in the page's resources
	codes  map[rune]uint16
	runes  []rune   // by code; code 0 is the box that stands for nothing
	glyphs []uint16 // by code
}

func embed(font *Font, name string) *embedded {
	return &embedded{font: font, name: name, codes: map[rune]uint16{}, runes: []rune{unicode.ReplacementChar}, glyphs: []uint16{0}}
}

func (e *embedded) code(r rune) uint16 {
	if code, known := e.codes[r]; known {
		return code
	}
	code := uint16(len(e.runes))
	e.codes[r], e.runes, e.glyphs = code, append(e.runes, r), append(e.glyphs, e.font.glyphs[r])
	return code
}

// write puts the font into the file; its dictionary is object r.
func (e *embedded) write(f *file, r ref) {
	data := e.font.subset(e.glyphs)
	program, unicodes, first := f.reserve(1), f.reserve(1), f.reserve(2)
	name := e.taggedName()
	f.stream(program, "/Length1 "+strconv.Itoa(len(data)), data)
	f.stream(unicodes, "", e.toUnicode())
	box := e.font.box
	f.pack(first, [][]byte{
		fmt.Appendf(nil, "<</Type/Font/Subtype/CIDFontType2/BaseFont/%s/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"+
			"/CIDToGIDMap/Identity/FontDescriptor %d 0 R/W[0[%s]]>>", name, first+1, e.widths()),
		fmt.Appendf(nil, "<</Type/FontDescriptor/FontName/%s/Flags 4/FontBBox[%d %d %d %d]/ItalicAngle 0/Ascent %d/Descent %d/CapHeight %d/StemV 80/FontFile2 %d 0 R>>",
			name, box[0], box[1], box[2], box[3], e.font.ascent, e.font.descent, e.font.capHeight, program),
	})
	f.object(r, fmt.Appendf(nil, "<</Type/Font/Subtype/Type0/BaseFont/%s/Encoding/Identity-H/DescendantFonts[%d 0 R]/ToUnicode %d 0 R>>", name, first, unicodes))
}

// taggedName is "ABCDEF+NotoSans-Regular"; the letters tell subsets apart.
func (e *embedded) taggedName() string {
	sum := fnv.New64a()
	sum.Write([]byte(string(e.runes)))
	var tag [6]byte
	for i, v := 0, sum.Sum64(); i < len(tag); i, v = i+1, v/26 {
		tag[i] = byte('A' + v%26)
	}
	return string(tag[:]) + "+" + e.font.name
}

func (e *embedded) widths() []byte {
	var b []byte
	for _, g := range e.glyphs {
		b = append(strconv.AppendInt(b, int64(e.font.advances[g]), 10), ' ')
	}
	return b
}

// toUnicode lets readers search, copy and speak the text.
func (e *embedded) toUnicode() []byte {
	b := []byte("/CIDInit/ProcSet findresource begin\n12 dict begin\nbegincmap\n" +
		"/CIDSystemInfo<</Registry(Adobe)/Ordering(UCS)/Supplement 0>>def\n/CMapName/Adobe-Identity-UCS def\n/CMapType 2 def\n" +
		"1 begincodespacerange\n<0000><FFFF>\nendcodespacerange\n")
	const most = 256 // a range may not go over the last byte of a code
	for from := 1; from < len(e.runes); {
		to := min(from-from%most+most, len(e.runes))
		b = append(appendHex(append(b, "1 beginbfrange\n<"...), uint16(from)), "><"...)
		b = append(appendHex(b, uint16(to-1)), ">["...)
		for ; from < to; from++ {
			b = append(appendUTF16(append(b, '<'), string(e.runes[from])), '>')
		}
		b = append(b, "]\nendbfrange\n"...)
	}
	return append(b, "endcmap\nCMapName currentdict/CMap defineresource pop\nend\nend\n"...)
}
