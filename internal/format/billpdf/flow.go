package billpdf

import "quittance.org/quittance/internal/format/pdf"

// strip is a piece of a column that is not divided: a line of text, a row of a
// table.
type strip struct {
	height pdf.Length
	next   bool // stays with the strip below it, as a heading does
	blank  bool // space between pieces, left out at the head of a column
	draw   func(p *pdf.Page, x, y pdf.Length)
}

// frame is the place of a column.
type frame struct{ x, top, foot pdf.Length }

func columns(top, foot pdf.Length) []frame {
	return []frame{{left, top, foot}, {left + column + gutter, top, foot}}
}

// stack draws strips into a frame until it is full. It gives the others, and
// where the column ends.
func stack(p *pdf.Page, strips []strip, f frame) ([]strip, pdf.Length) {
	y := f.top
	for len(strips) > 0 {
		group, height := together(strips)
		if y+height > f.foot && y > f.top && !group[0].blank {
			return strips, y
		}
		for _, s := range group {
			if s.blank && y == f.top {
				continue
			}
			if s.draw != nil {
				s.draw(p, f.x, y)
			}
			y += s.height
		}
		strips = strips[len(group):]
	}
	return nil, y
}

// together gives the first strips that must stay in one column. More than a
// page's column of them is not asked for by anybody.
func together(strips []strip) ([]strip, pdf.Length) {
	var height pdf.Length
	for i, s := range strips {
		height += s.height
		if !s.next {
			return strips[:i+1], height
		}
	}
	return strips, height
}

// pour fills frames one after another and gives what is left over.
func pour(p *pdf.Page, strips []strip, frames []frame) []strip {
	for _, f := range frames {
		strips, _ = stack(p, strips, f)
	}
	return strips
}

// level gives two columns for the rest of a page, as short as they can be
// with all strips in them, so that the second is not left empty.
func level(strips []strip, top pdf.Length) []frame {
	all := heightOf(strips)
	for foot := top + all/2; foot < pageFoot; foot += 6 * pdf.Point {
		if fits(strips, columns(top, foot)) {
			return columns(top, foot)
		}
	}
	return columns(top, pageFoot)
}

func heightOf(strips []strip) pdf.Length {
	var all pdf.Length
	for _, s := range strips {
		all += s.height
	}
	return all
}

// fits tells whether the frames hold all strips.
func fits(strips []strip, frames []frame) bool {
	for _, f := range frames {
		y := f.top
		for len(strips) > 0 {
			group, height := together(strips)
			if y+height > f.foot && !group[0].blank {
				break
			}
			y += height
			strips = strips[len(group):]
		}
	}
	return len(strips) == 0
}
