package pdf

import "strconv"

// Page is a sheet that is drawn on. Everything on it belongs to an element, or
// to none: then it is decoration that no screen reader mentions.
type Page struct {
	document *Document
	index    int
	content  []byte
	owners   []*Element // by number of marked content
	current  *Element
	inside   bool // marked content is open
	color    Color
}

// AddPage appends a blank Letter page.
func (d *Document) AddPage() *Page {
	p := &Page{document: d, index: len(d.pages)}
	d.pages = append(d.pages, p)
	return p
}

// enter opens marked content for e, nil for decoration. Pieces of one element
// drawn one after another stay together.
func (p *Page) enter(e *Element) {
	if p.inside && p.current == e {
		return
	}
	p.leave()
	p.inside, p.current = true, e
	if e == nil {
		p.content = append(p.content, "/Artifact BMC\n"...)
		return
	}
	p.content = append(append(append(p.content, '/'), e.tag...), " <</MCID "...)
	p.content = append(strconv.AppendInt(p.content, int64(len(p.owners)), 10), ">>BDC\n"...)
	e.kids = append(e.kids, kid{page: p.index, content: len(p.owners)})
	p.owners = append(p.owners, e)
}

func (p *Page) leave() {
	if p.inside {
		p.content = append(p.content, "EMC\n"...)
	}
	p.inside = false
}

func (p *Page) numbers(operator string, values ...Length) {
	for _, v := range values {
		p.content = append(appendLength(p.content, v), ' ')
	}
	p.content = append(append(p.content, operator...), '\n')
}

// Text draws one line with its left end at x and its baseline at y.
// Characters that no font of the face has are left out: ask Face.Missing first.
func (p *Page) Text(e *Element, x, y Length, style Style, text string) {
	if text == "" {
		return
	}
	p.enter(e)
	p.fill(Black)
	p.content = append(p.content, "BT 1 0 0 1 "...)
	p.numbers("Tm", x, PageHeight-y)
	var now *Font
	for _, r := range text {
		font := style.Face.font(r)
		if font == nil {
			continue
		}
		in := p.document.writer.font(font.program())
		if font != now {
			if now != nil {
				p.content = append(p.content, ">Tj\n"...)
			}
			p.weight(now, font, style.Size)
			now = font
			p.content = append(append(append(p.content, '/'), in.name...), ' ')
			p.numbers("Tf", style.Size)
			p.content = append(p.content, '<')
		}
		p.content = appendHex(p.content, in.code(r))
	}
	if now != nil {
		p.content = append(p.content, ">Tj "...)
		p.weight(now, nil, style.Size)
	}
	p.content = append(p.content, "ET\n"...)
}

// weight draws the edges of letters from here on, if the next font is heavier
// than its outlines and the last was not, or ends that.
func (p *Page) weight(last, next *Font, size Length) {
	was, is := last != nil && last.light != nil, next != nil && next.light != nil
	switch {
	case is && !was:
		p.content = append(appendColor(p.content, Black), "RG []0 d 2 Tr "...)
		p.numbers("w", size*edge/1000)
	case was && !is:
		p.content = append(p.content, "0 Tr "...)
	}
}

// TextRight draws one line that ends at x.
func (p *Page) TextRight(e *Element, x, y Length, style Style, text string) {
	p.Text(e, x-style.Width(text), y, style, text)
}

// fill sets the colour of text and areas.
func (p *Page) fill(c Color) {
	if p.color == c {
		return
	}
	p.color = c
	p.content = append(appendColor(p.content, c), "rg\n"...)
}

func appendColor(b []byte, c Color) []byte {
	for _, v := range []uint8{c.R, c.G, c.B} {
		b = append(appendLength(b, Length((int(v)*100+127)/255)), ' ')
	}
	return b
}

// Fill draws areas: the bars of a code, a tint. With e nil they are decoration.
func (p *Page) Fill(e *Element, c Color, boxes ...Rect) {
	p.enter(e)
	p.fill(c)
	for _, box := range boxes {
		p.numbers("re", box.X, PageHeight-box.Y-box.H, box.W, box.H)
	}
	p.content = append(p.content, "f\n"...)
}

// Line is how a stroke looks.
type Line struct {
	Width Length
	Color Color
	Dash  Length // length of dashes and gaps, 0 for a solid line
}

func (p *Page) stroke(line Line) {
	p.enter(nil)
	p.content = append(appendColor(p.content, line.Color), "RG "...)
	if line.Dash != 0 {
		p.content = append(appendLength(append(p.content, '['), line.Dash), "]0 d "...)
	} else {
		p.content = append(p.content, "[]0 d "...)
	}
	p.numbers("w", line.Width)
}

// Rule draws a line from one point to another, as decoration.
func (p *Page) Rule(line Line, x1, y1, x2, y2 Length) {
	p.stroke(line)
	p.numbers("m", x1, PageHeight-y1)
	p.numbers("l S", x2, PageHeight-y2)
}

// Frame draws the border of a box, as decoration.
func (p *Page) Frame(line Line, box Rect) {
	p.stroke(line)
	p.numbers("re S", box.X, PageHeight-box.Y-box.H, box.W, box.H)
}

// Dot draws a disc, as decoration; with a hollow one only its edge is drawn.
func (p *Page) Dot(line Line, x, y, radius Length, hollow bool) {
	p.stroke(line)
	p.fill(line.Color)
	y = PageHeight - y
	reach := radius * 5523 / 10000 // four curves that look like a circle
	p.numbers("m", x+radius, y)
	p.numbers("c", x+radius, y+reach, x+reach, y+radius, x, y+radius)
	p.numbers("c", x-reach, y+radius, x-radius, y+reach, x-radius, y)
	p.numbers("c", x-radius, y-reach, x-reach, y-radius, x, y-radius)
	p.numbers("c", x+reach, y-radius, x+radius, y-reach, x+radius, y)
	if hollow {
		p.content = append(p.content, "S\n"...)
	} else {
		p.content = append(p.content, "B\n"...)
	}
}

// Link makes a box lead to a web address; e is a "Link" element, alt says
// where it leads.
func (p *Page) Link(e *Element, box Rect, address, alt string) {
	d := p.document
	d.links = append(d.links, link{element: e, page: p.index, box: box, address: address, alt: alt})
	e.kids = append(e.kids, kid{page: p.index, link: len(d.links)})
}
