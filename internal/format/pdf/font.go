package pdf

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
)

// ErrFont is wrapped by every complaint about a font file.
var ErrFont = errors.New("not a usable TrueType font")

// Font is a TrueType font, read once and shared by any number of files.
type Font struct {
	name       string
	unitsPerEm int
	ascent     int // these in thousandths of the type size
	descent    int
	capHeight  int
	box        [4]int
	advances   []int // by glyph
	bearings   []int16
	outlines   [][]byte // by glyph, nil for a blank
	glyphs     map[rune]uint16
	head       table
	hhea       table
	maxp       table
	lean       []atomic.Pointer[[]byte] // by glyph, of a lean font: see Lean
	light      *Font                    // whose outlines are drawn heavier; nil: they are the font's own
}

// table is a part of a font file. Reading past its end gives zeros; what must
// be there is checked when the font is read.
type table []byte

func (t table) u16(at int) uint16 {
	if at < 0 || at+2 > len(t) {
		return 0
	}
	return binary.BigEndian.Uint16(t[at:])
}

func (t table) i16(at int) int { return int(int16(t.u16(at))) }

func (t table) u32(at int) int {
	if at < 0 || at+4 > len(t) {
		return 0
	}
	return int(binary.BigEndian.Uint32(t[at:]))
}

func (t table) from(at int) table {
	if at < 0 || at > len(t) {
		return nil
	}
	return t[at:]
}

// ReadFont reads a font with TrueType outlines. The name is the one that the
// file will carry, "NotoSans-Regular".
func ReadFont(name string, ttf []byte) (*Font, error) {
	tables := map[string]table{}
	directory := table(ttf)
	for i := range int(directory.u16(4)) {
		entry := directory.from(12 + 16*i)
		if len(entry) < 16 {
			return nil, fmt.Errorf("%w: %s: the directory is cut off", ErrFont, name)
		}
		offset, length := entry.u32(8), entry.u32(12)
		if offset+length > len(ttf) {
			return nil, fmt.Errorf("%w: %s: table %q is cut off", ErrFont, name, entry[:4])
		}
		tables[string(entry[:4])] = table(ttf[offset : offset+length])
	}
	for tag, least := range map[string]int{"head": 54, "hhea": 36, "maxp": 6, "hmtx": 4, "loca": 4, "glyf": 1, "cmap": 4} {
		if len(tables[tag]) < least {
			return nil, fmt.Errorf("%w: %s: no table %q", ErrFont, name, tag)
		}
	}
	f := &Font{name: name, head: tables["head"], hhea: tables["hhea"], maxp: tables["maxp"]}
	if f.unitsPerEm = int(f.head.u16(18)); f.unitsPerEm == 0 {
		return nil, fmt.Errorf("%w: %s: no units per em", ErrFont, name)
	}
	f.measure(tables["OS/2"])
	f.readAdvances(tables["hmtx"])
	if err := f.readOutlines(tables["loca"], tables["glyf"]); err != nil {
		return nil, err
	}
	f.readCharacters(tables["cmap"])
	return f, nil
}

func (f *Font) thousandths(units int) int { return units * 1000 / f.unitsPerEm }

func (f *Font) measure(os2 table) {
	f.ascent, f.descent = f.thousandths(f.hhea.i16(4)), f.thousandths(f.hhea.i16(6))
	for i := range f.box {
		f.box[i] = f.thousandths(f.head.i16(36 + 2*i))
	}
	if f.capHeight = f.thousandths(os2.i16(88)); f.capHeight == 0 {
		f.capHeight = f.ascent
	}
}

func (f *Font) readAdvances(hmtx table) {
	count, full := int(f.maxp.u16(4)), int(f.hhea.u16(34))
	f.advances, f.bearings = make([]int, count), make([]int16, count)
	for g := range count {
		if g < full {
			f.advances[g], f.bearings[g] = f.thousandths(int(hmtx.u16(4*g))), int16(hmtx.u16(4*g+2))
			continue
		}
		if full > 0 {
			f.advances[g] = f.advances[full-1] // the rest share the last advance
		}
		f.bearings[g] = int16(hmtx.u16(4*full + 2*(g-full)))
	}
}

func (f *Font) readOutlines(loca, glyf table) error {
	offset := func(g int) int { return 2 * int(loca.u16(2*g)) }
	if f.head.i16(50) == 1 {
		offset = func(g int) int { return loca.u32(4 * g) }
	}
	f.outlines = make([][]byte, len(f.advances))
	for g := range f.outlines {
		from, to := offset(g), offset(g+1)
		if from > to || to > len(glyf) {
			return fmt.Errorf("%w: %s: glyph %d lies outside the table", ErrFont, f.name, g)
		}
		if from < to {
			f.outlines[g] = glyf[from:to]
		}
	}
	return nil
}

// readCharacters reads the table of format 12, which knows all of Unicode, or
// else the one of format 4, which knows its first 65,535 characters.
func (f *Font) readCharacters(cmap table) {
	f.glyphs = map[rune]uint16{}
	var segments table
	for i := range int(cmap.u16(2)) {
		entry := cmap.from(4 + 8*i)
		if platform := entry.u16(0); platform != 0 && platform != 3 {
			continue
		}
		switch sub := cmap.from(entry.u32(4)); sub.u16(0) {
		case 4:
			segments = sub
		case 12:
			f.readGroups(sub)
			return
		}
	}
	f.readSegments(segments)
}

func (f *Font) readSegments(t table) {
	doubled, next := int(t.u16(6)), 0
	for i := 0; i < doubled; i += 2 {
		last, first := int(t.u16(14+i)), int(t.u16(16+doubled+i))
		if first < next || last < first {
			return // segments go upwards; these are none
		}
		next = last + 1
		delta, rangeAt := int(t.u16(16+2*doubled+i)), 16+3*doubled+i
		offset := int(t.u16(rangeAt))
		for r := first; r <= last && r < 0xFFFF; r++ {
			glyph := r
			if offset != 0 {
				if glyph = int(t.u16(rangeAt + offset + 2*(r-first))); glyph == 0 {
					continue
				}
			}
			f.add(rune(r), (glyph+delta)&0xFFFF)
		}
	}
}

func (f *Font) readGroups(t table) {
	next := 0
	for i := range min(t.u32(12), len(t)/12) {
		group := t.from(16 + 12*i)
		first, last, glyph := group.u32(0), group.u32(4), group.u32(8)
		if first < next || last < first {
			return
		}
		next = last + 1
		for r := first; r <= min(last, 0x10FFFF) && glyph+r-first < len(f.outlines); r++ {
			f.add(rune(r), glyph+r-first)
		}
	}
}

func (f *Font) add(r rune, glyph int) {
	if glyph == 0 || glyph >= len(f.outlines) {
		return
	}
	f.glyphs[r] = uint16(glyph)
}

// Join gives a font with the characters of two, of the first where both have
// one. A file that mixes them embeds one font, and need not change between them.
func Join(name string, first, second *Font) (*Font, error) {
	if first.unitsPerEm != second.unitsPerEm {
		return nil, fmt.Errorf("%w: %s: fonts of %d and %d units to the em can not be one", ErrFont, name, first.unitsPerEm, second.unitsPerEm)
	}
	if slices.ContainsFunc(second.outlines, func(o []byte) bool { return table(o).i16(0) < 0 }) {
		return nil, fmt.Errorf("%w: %s: the second font has glyphs made of others", ErrFont, name)
	}
	both := *first
	both.name, both.glyphs = name, maps.Clone(second.glyphs)
	for r, g := range both.glyphs {
		both.glyphs[r] = g + uint16(len(first.outlines))
	}
	maps.Copy(both.glyphs, first.glyphs)
	both.advances = slices.Concat(first.advances, second.advances)
	both.bearings = slices.Concat(first.bearings, second.bearings)
	both.outlines = slices.Concat(first.outlines, second.outlines)
	for i := range both.box {
		if both.box[i] = min(first.box[i], second.box[i]); i > 1 {
			both.box[i] = max(first.box[i], second.box[i])
		}
	}
	both.head, both.maxp = slices.Clone(first.head), slices.Clone(first.maxp)
	for at := 36; at < 44; at += 2 { // the box around all glyphs
		if v := second.head.i16(at); at < 40 == (v < both.head.i16(at)) {
			binary.BigEndian.PutUint16(both.head[at:], uint16(int16(v)))
		}
	}
	for at := 6; at+2 <= len(both.maxp); at += 2 { // what a reader sets aside for a glyph
		binary.BigEndian.PutUint16(both.maxp[at:], max(both.maxp.u16(at), second.maxp.u16(at)))
	}
	return &both, nil
}

// Heavier gives the bold of a font: the same outlines, with their edges drawn as
// well. A file then holds each of them once.
func (f *Font) Heavier() *Font {
	bold := *f
	bold.light = f
	return &bold
}

// edge is how wide the edges of a heavier font are drawn, in thousandths of the
// type size: a stem of Noto Sans SC grows from 80 to 116.
const edge = 36

// program is the font that a file embeds.
func (f *Font) program() *Font {
	if f.light != nil {
		return f.light
	}
	return f
}

// Has tells whether the font can draw r.
func (f *Font) Has(r rune) bool { return f.glyphs[r] != 0 }
