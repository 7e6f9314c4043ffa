package pdf

import (
	"math"
	"slices"
)

// Outline gives the drawing of a character, nil for a blank.
func (f *Font) Outline(r rune) []byte { return f.outlines[f.glyphs[r]] }

// Runes lists what the font has.
func (f *Font) Runes() []rune {
	var all []rune
	for r := range f.glyphs {
		all = append(all, r)
	}
	return all
}

// Subset cuts the font to some characters.
func (f *Font) Subset(runes ...rune) []byte {
	e := embed(f, "F1")
	for _, r := range runes {
		e.code(r)
	}
	return f.subset(e.glyphs)
}

// Stray is how far the lean drawing of a character is at most from the font's own,
// in thousandths of an em.
func (f *Font) Stray(lean *Font, r rune) float64 {
	was, is := f.lines(f.glyphs[r], 1), lean.lines(lean.glyphs[r], f.unitsPerEm/leanUnits)
	return max(farthest(was, is), farthest(is, was))
}

// lines gives what the outline of a glyph in a file draws, and its parts: one for
// each contour.
func (f *Font) lines(g uint16, times int) [][]dot {
	drawing, _ := f.outline(g)
	var lines [][]dot
	for _, c := range contoursOf(drawing) {
		for i := range c {
			c[i].x, c[i].y = c[i].x*times, c[i].y*times
		}
		lines = append(lines, curve(nil, slices.Concat(c, c, c[:1])))
	}
	components(drawing, func(at int) {
		t := table(drawing)
		by := dot{x: int(int8(t.u16(at+2) >> 8)), y: int(int8(t.u16(at + 2)))}
		if t.u16(at-2)&wordArguments != 0 {
			by = dot{x: t.i16(at + 2), y: t.i16(at + 4)}
		}
		for _, line := range f.lines(t.u16(at), times) {
			for i := range line {
				line[i].x, line[i].y = line[i].x+by.x*times*fine, line[i].y+by.y*times*fine
			}
			lines = append(lines, line)
		}
	})
	return lines
}

func farthest(lines, from [][]dot) float64 {
	most := 0.0
	for _, line := range lines {
		for _, p := range line {
			least := math.Inf(1)
			for _, other := range from {
				for i := 1; i < len(other); i++ {
					least = min(least, apart(p, other[i-1], other[i]))
				}
			}
			most = max(most, least)
		}
	}
	return most / fine
}

// apart is the distance of a place from a straight line between two others.
func apart(p, a, b dot) float64 {
	d, q := b.minus(a), p.minus(a)
	if along := d.x*q.x + d.y*q.y; along <= 0 || d.square() == 0 {
		return math.Sqrt(float64(q.square()))
	} else if along >= d.square() {
		return math.Sqrt(float64(p.minus(b).square()))
	}
	return math.Abs(float64(d.x*q.y-d.y*q.x)) / math.Sqrt(float64(d.square()))
}

// Offsets writes where glyphs begin.
func Offsets(places ...int) (loca []byte, long uint16) { return offsets(places) }
