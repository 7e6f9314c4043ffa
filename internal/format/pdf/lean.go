package pdf

import (
	"slices"
	"sync/atomic"
)

// leanUnits is the grid of a lean font: units to the em. In 11 points one is
// 0.055 points, a dot of a printer of 1,300 dots to the inch.
const leanUnits = 200

// Lean gives a font whose outlines are put on a coarser grid when they are
// embedded, without the points that hardly move them: Chinese characters take
// half the room and look the same on paper. All glyphs are said to fill the same
// box: what is not said of each need not be sent.
func (f *Font) Lean() *Font {
	lean := *f
	lean.lean = make([]atomic.Pointer[[]byte], len(f.outlines))
	return &lean
}

// units is how many units an em has in the files that embed the font.
func (f *Font) units() int {
	if f.lean != nil {
		return leanUnits
	}
	return f.unitsPerEm
}

// scaled brings a measure of the font to the units of its outlines in a file.
func (f *Font) scaled(v int) int {
	if f.lean == nil {
		return v
	}
	return divided(v*leanUnits, f.unitsPerEm)
}

// divided rounds to the nearest, halves up.
func divided(a, b int) int {
	q := (2*a + b) / (2 * b)
	if (2*a+b)%(2*b) < 0 {
		q--
	}
	return q
}

// outline gives the drawing of a glyph for a file, and where it begins on the
// left. That of a lean font is worked out when it is first wanted, and kept.
func (f *Font) outline(g uint16) (drawing []byte, bearing int) {
	if f.lean == nil {
		return f.outlines[g], int(f.bearings[g])
	}
	known := f.lean[g].Load()
	if known == nil {
		made := f.thin(f.outlines[g])
		known = &made
		f.lean[g].Store(known)
	}
	return *known, f.leanBox()[0]
}

// leanBox is around all glyphs on the grid.
func (f *Font) leanBox() [4]int {
	var box [4]int
	for i := range box {
		if box[i] = f.scaled(f.head.i16(36+2*i)) - 1; i > 1 {
			box[i] += 2
		}
	}
	return box
}

// thin draws an outline anew on the grid.
func (f *Font) thin(outline []byte) []byte {
	if table(outline).i16(0) < 0 {
		return f.moved(outline)
	}
	var contours []contour
	for _, c := range contoursOf(outline) {
		for i := range c {
			c[i].x, c[i].y = f.scaled(c[i].x), f.scaled(c[i].y)
		}
		if c = c.leaner(); len(c) > 2 {
			contours = append(contours, c)
		}
	}
	return drawn(f.leanBox(), contours)
}

// moved puts the parts of a glyph that is made of others where they belong on the
// grid.
func (f *Font) moved(outline []byte) []byte {
	t := table(slices.Clone(outline))
	boxed(t[:2], f.leanBox()) // in the place of its own
	components(outline, func(at int) {
		if flags := t.u16(at - 2); flags&wordArguments != 0 {
			f.scale(t, at+2, at+4)
		} else {
			t[at+2], t[at+3] = byte(f.scaled(int(int8(t[at+2])))), byte(f.scaled(int(int8(t[at+3]))))
		}
	})
	return t
}

// fine is how far a point may be divided: a curve is looked at in steps, whose
// places are whole numbers of these to a unit, as are the middles between points.
// Whole numbers give the same bytes on every machine.
const (
	fine  = 2 * steps * steps
	steps = 4
	stray = fine // how far a curve may move: five thousandths of an em
)

// keep is a point that a lean contour keeps, or one for two, with its place in
// the whole contour.
type keep struct {
	dot
	at int
}

// leaner leaves out points, and pulls a curve from one place where it was pulled
// from two, for as long as it stays where it was but for stray.
func (c contour) leaner() contour {
	kept := make([]keep, len(c))
	for i := range kept {
		kept[i] = keep{c[i], i}
	}
	w := window{whole: c}
	for changed := true; changed; {
		changed = false
		for i := 0; i < len(kept) && len(kept) > 3; {
			if w.around(kept, i, 1); w.same() {
				kept, changed = slices.Delete(kept, i, i+1), true
			} else if one, ok := w.forTwo(kept, i); ok {
				kept[i].dot, changed = one, true
				kept = slices.Delete(kept, i+1, i+2)
			} else {
				i++
			}
		}
	}
	less := make(contour, len(kept))
	for i, k := range kept {
		less[i] = k.dot
	}
	return less
}

// window is the curve near a point: as it was, and as it is without it. The near
// pieces are held against the wide ones, which go on a little.
type window struct {
	whole        contour
	points       contour
	was, wasWide []dot
	is, isWide   []dot
}

// near and wide are how many points to each side are looked at.
const (
	near = 2
	wide = 3
)

// around looks at what becomes of the curve when others take the place of n points.
func (w *window) around(kept []keep, i, n int, with ...dot) {
	w.was = curve(w.was[:0], w.before(kept, i-near, i+n-1+near))
	w.wasWide = curve(w.wasWide[:0], w.before(kept, i-wide, i+n-1+wide))
	w.is = curve(w.is[:0], w.after(kept, i, n, near, with))
	w.isWide = curve(w.isWide[:0], w.after(kept, i, n, wide, with))
}

// before gives the points of the whole contour from a kept one to another.
func (w *window) before(kept []keep, from, to int) contour {
	w.points = w.points[:0]
	for n := len(kept); from <= to; from++ {
		at, next := kept[(from+n)%n].at, kept[(from+1+n)%n].at
		w.points = append(w.points, w.whole[at])
		for at = (at + 1) % len(w.whole); from < to && at != next; at = (at + 1) % len(w.whole) {
			w.points = append(w.points, w.whole[at])
		}
	}
	return w.points
}

// after gives the kept points around n of them, with others in their place.
func (w *window) after(kept []keep, i, n, reach int, with []dot) contour {
	w.points = w.points[:0]
	for k := i - reach; k < i+n+reach; k++ {
		switch {
		case k < i || k >= i+n:
			w.points = append(w.points, kept[(k+len(kept))%len(kept)].dot)
		case k == i:
			w.points = append(w.points, with...)
		}
	}
	return w.points
}

// forTwo gives the place from which a curve is pulled as by two points: where the
// lines meet on which it begins and ends.
func (w *window) forTwo(kept []keep, i int) (one dot, ok bool) {
	if i+1 >= len(kept) || len(kept) < 2+2*wide || kept[i].on || kept[i+1].on {
		return one, false
	}
	n := len(kept)
	from, to := kept[(i-1+n)%n].dot.doubled(kept[i].dot), kept[(i+2)%n].dot.doubled(kept[i+1].dot)
	d, e := kept[i].dot.times(2).minus(from), kept[i+1].dot.times(2).minus(to)
	across := d.x*e.y - d.y*e.x
	if across == 0 {
		return one, false
	}
	q := to.minus(from)
	along := q.x*e.y - q.y*e.x
	one = dot{x: divided(from.x*abs(across)+d.x*along*sign(across), 2*abs(across)), y: divided(from.y*abs(across)+d.y*along*sign(across), 2*abs(across))}
	if abs(one.x) > 4*leanUnits || abs(one.y) > 4*leanUnits {
		return one, false
	}
	w.around(kept, i, 2, one)
	return one, w.same()
}

// doubled is twice the place where a curve begins that a point pulls: this one,
// or the middle between them.
func (p dot) doubled(pulls dot) dot {
	if p.on {
		return p.times(2)
	}
	return dot{x: p.x + pulls.x, y: p.y + pulls.y}
}

func (p dot) times(n int) dot { return dot{x: p.x * n, y: p.y * n} }

func abs(v int) int { return max(v, -v) }

func sign(v int) int {
	if v < 0 {
		return -1
	}
	return 1
}

func (w *window) same() bool { return along(w.was, w.isWide) && along(w.is, w.wasWide) }

// along tells whether every place of one line is within stray of another.
func along(line, other []dot) bool {
	for _, p := range line {
		if !slices.ContainsFunc(other, p.isNear) && !p.isNearLine(other) {
			return false
		}
	}
	return true
}

func (p dot) isNear(q dot) bool { return p.minus(q).square() <= stray*stray }

func (p dot) isNearLine(line []dot) bool {
	for i := 1; i < len(line); i++ {
		d, q := line[i].minus(line[i-1]), p.minus(line[i-1])
		length, reach := d.square(), d.x*q.x+d.y*q.y
		if across := d.x*q.y - d.y*q.x; reach > 0 && reach < length && across*across <= stray*stray*length {
			return true
		}
	}
	return false
}

func (p dot) minus(q dot) dot { return dot{x: p.x - q.x, y: p.y - q.y} }
func (p dot) square() int     { return p.x*p.x + p.y*p.y }

// curve adds the places of an open piece of an outline, from its first point on
// the line to its last, in fine units.
func curve(line []dot, c contour) []dot {
	var pulls *dot
	for i := range c {
		p := dot{x: c[i].x * fine, y: c[i].y * fine, on: c[i].on}
		if !p.on {
			if pulls != nil {
				line = bend(line, *pulls, dot{x: (pulls.x + p.x) / 2, y: (pulls.y + p.y) / 2})
			}
			pulls = &p
			continue
		}
		if pulls != nil {
			line = bend(line, *pulls, p)
		} else {
			line = append(line, p)
		}
		pulls = nil
	}
	return line
}

// bend adds the curve from the end of a line to a place, pulled by another; the
// place alone where the line begins.
func bend(line []dot, pull, to dot) []dot {
	if len(line) == 0 {
		return append(line, to)
	}
	from := line[len(line)-1]
	for k := 1; k <= steps; k++ {
		a, b, c := (steps-k)*(steps-k), 2*k*(steps-k), k*k
		line = append(line, dot{x: (a*from.x + b*pull.x + c*to.x) / (steps * steps), y: (a*from.y + b*pull.y + c*to.y) / (steps * steps)})
	}
	return line
}
