package pdf

import (
	"encoding/binary"
	"slices"
)

// dot is a point of an outline: on it, or pulling it.
type dot struct {
	x, y int
	on   bool
}

// contour is one closed line of an outline.
type contour []dot

// The flags of a point of a simple glyph.
const (
	pointOn     = 0x01
	pointShortX = 0x02
	pointShortY = 0x04
	pointAgain  = 0x08
	pointSameX  = 0x10 // of a short one: it goes up
	pointSameY  = 0x20
)

// contoursOf reads a simple glyph.
func contoursOf(outline []byte) []contour {
	t := table(outline)
	count := t.i16(0)
	if count <= 0 {
		return nil
	}
	n := int(t.u16(10+2*(count-1))) + 1
	at := 10 + 2*count
	at += 2 + int(t.u16(at)) // instructions
	flags := make([]byte, 0, n)
	for len(flags) < n && at < len(t) {
		flag, times := t[at], 1
		if at++; flag&pointAgain != 0 && at < len(t) {
			times += int(t[at])
			at++
		}
		for range times {
			flags = append(flags, flag)
		}
	}
	if flags = flags[:min(n, len(flags))]; len(flags) < n {
		return nil // cut off: drawn as a blank
	}
	points := make(contour, n)
	at = distances(t, at, flags, pointShortX, pointSameX, func(i, v int) { points[i].x = v })
	distances(t, at, flags, pointShortY, pointSameY, func(i, v int) { points[i].y = v })
	for i := range points {
		points[i].on = flags[i]&pointOn != 0
	}
	contours, from := make([]contour, 0, count), 0
	for c := range count {
		to := min(int(t.u16(10+2*c))+1, n)
		if to > from {
			contours = append(contours, points[from:to:to])
			from = to
		}
	}
	return contours
}

// distances reads the points of one axis, each by its distance from the one before.
func distances(t table, at int, flags []byte, short, same byte, set func(i, v int)) int {
	v := 0
	for i := range flags {
		switch flag := flags[i]; {
		case flag&short != 0:
			d := 0
			if at < len(t) {
				d = int(t[at])
			}
			if at++; flag&same == 0 {
				d = -d
			}
			v += d
		case flag&same == 0:
			v += t.i16(at)
			at += 2
		}
		set(i, v)
	}
	return at
}

// drawn writes a simple glyph in a box, nil for a blank.
func drawn(box [4]int, contours []contour) []byte {
	if len(contours) == 0 {
		return nil
	}
	var ends, flags, xs, ys []byte
	var last dot
	points := 0
	for _, c := range contours {
		for _, p := range c {
			var flag byte
			if p.on {
				flag = pointOn
			}
			xs, flag = distance(xs, p.x-last.x, flag, pointShortX, pointSameX)
			ys, flag = distance(ys, p.y-last.y, flag, pointShortY, pointSameY)
			flags, last = append(flags, flag), p
			points++
		}
		ends = binary.BigEndian.AppendUint16(ends, uint16(points-1))
	}
	b := boxed(binary.BigEndian.AppendUint16(nil, uint16(len(contours))), box)
	b = append(append(b, ends...), 0, 0) // no instructions
	return slices.Concat(b, flags, xs, ys)
}

// boxed adds the box of a glyph.
func boxed(b []byte, box [4]int) []byte {
	for _, v := range box {
		b = binary.BigEndian.AppendUint16(b, uint16(int16(v)))
	}
	return b
}

// distance adds how far a point is from the one before on one axis.
func distance(b []byte, d int, flag, short, same byte) ([]byte, byte) {
	switch {
	case d == 0:
		return b, flag | same
	case d > 0 && d < 256:
		return append(b, byte(d)), flag | short | same
	case d < 0 && d > -256:
		return append(b, byte(-d)), flag | short
	}
	return binary.BigEndian.AppendUint16(b, uint16(int16(d))), flag
}
