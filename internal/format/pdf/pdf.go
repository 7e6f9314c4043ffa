// Package pdf writes tagged PDF 1.7: text in embedded fonts, lines and boxes,
// and a structure tree that tells a screen reader what each piece is.
//
// A file holds one document or ten thousand. Each is written as soon as it is
// complete, and only its few addresses are kept; the fonts, cut to the glyphs
// that were used, come last. The same input gives the same bytes.
package pdf

import (
	"strconv"
)

// Length is a distance on paper, in hundredths of a point (1/7200 inch). It is
// a whole number so that every machine lays a page out alike.
type Length int

// Units of length.
const (
	Point Length = 100
	Inch  Length = 72 * Point
)

// US Letter.
const (
	PageWidth  = 17 * Inch / 2
	PageHeight = 11 * Inch
)

// Points gives a length from points, 10.5.
func Points(points float64) Length {
	if points < 0 {
		return -Points(-points)
	}
	return Length(points*float64(Point) + 0.5)
}

// appendLength writes l in points: "36", "10.5", "-0.25".
func appendLength(b []byte, l Length) []byte {
	if l < 0 {
		b, l = append(b, '-'), -l
	}
	b = strconv.AppendInt(b, int64(l/Point), 10)
	if l %= Point; l != 0 {
		b = append(b, '.', byte('0'+l/10))
		if l %= 10; l != 0 {
			b = append(b, byte('0'+l))
		}
	}
	return b
}

// Color is red, green and blue in 255ths.
type Color struct{ R, G, B uint8 }

// Black is the colour of text.
var Black = Color{}

// Rect is a box; X and Y are its upper left corner, from the upper left corner
// of the page.
type Rect struct{ X, Y, W, H Length }
