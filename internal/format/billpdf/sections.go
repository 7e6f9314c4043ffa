package billpdf

import "quittance.org/quittance/internal/format/pdf"

const (
	padding   = 5 * pdf.Point // between paragraphs
	codeSide  = 64 * pdf.Point
	bodySize  = 11
	tightSize = 10 // of page 1, when it then holds the ways to pay
)

// act draws what helps to act: why this amount, how to pay, who helps. It gives
// what is left for page 2.
func (l *layout) act(columns []frame) []strip {
	l.body = l.sizeFor(columns)
	why, how, help := l.whyAndHow()
	how = append(how, help...)
	if apart(why, how, columns) {
		stack(l.page, why, columns[0])
		stack(l.page, how, columns[1])
		return nil
	}
	return pour(l.page, append(why, how...), columns)
}

// whyAndHow gives the parts of page 1: why this amount, how to pay it, and who
// helps.
func (l *layout) whyAndHow() (why, how, help []strip) {
	why = append(l.statement(), l.section(l.doc.Changes)...)
	return why, l.ways(), append(l.paragraphs(l.help()), space(l.between()))
}

// between is the space before a heading.
func (l *layout) between() pdf.Length {
	if l.body < bodySize {
		return 7 * pdf.Point
	}
	return 12 * pdf.Point
}

// apart tells whether the ways to pay can have the second column for
// themselves.
func apart(why, how []strip, columns []frame) bool {
	return fits(why, columns[:1]) && fits(how, columns[1:])
}

// sizeFor takes the smaller size if page 1 then holds everything, or at least
// the ways to pay, and would not in the usual one: a bill whose ways to pay are
// overleaf is paid late.
func (l *layout) sizeFor(columns []frame) float64 {
	out, size := l.out, l.body
	defer func() { l.out, l.body = out, size }()
	best := float64(bodySize)
	held := false // the ways to pay, in size best
	for _, l.body = range []float64{bodySize, tightSize} {
		l.out = l.writer.Document(l.doc.Lang, "") // a trial that is thrown away
		why, how, help := l.whyAndHow()
		most := append(why[:len(why):len(why)], how...)
		all := append(most, help...)
		if apart(why, all[len(why):], columns) || fits(all, columns) {
			return l.body
		}
		if !held && fits(most, columns) {
			best, held = l.body, true
		}
	}
	return best
}

func (l *layout) help() []string {
	if l.doc.Slip == nil && l.doc.NoSlip != "" {
		return append([]string{l.doc.NoSlip}, l.doc.Help...)
	}
	return l.doc.Help
}

// lines makes strips of a text; every line belongs to e.
func (l *layout) lines(e *pdf.Element, style pdf.Style, text string, indent pdf.Length) []strip {
	var strips []strip
	for _, line := range l.wrap(style, text, column-indent) {
		strips = append(strips, strip{height: leading(style), draw: func(p *pdf.Page, x, y pdf.Length) {
			p.Text(e, x+indent, y+style.Size, style, line)
		}})
	}
	return keep(strips)
}

// keep holds the first two and the last two lines of a text together.
func keep(strips []strip) []strip {
	if n := len(strips); n > 1 {
		strips[0].next, strips[n-2].next = true, true
	}
	return strips
}

func space(height pdf.Length) strip { return strip{height: height, blank: true} }

// heading stays with what is below it.
func (l *layout) heading(text string) []strip {
	strips := l.lines(l.out.Root().Add("H2"), l.bold(l.body+2), text, 0)
	strips = append(strips, strip{height: 3 * pdf.Point, blank: true})
	for i := range strips {
		strips[i].next = true
	}
	return strips
}

func (l *layout) paragraphs(texts []string) []strip {
	var strips []strip
	for _, text := range texts {
		strips = append(strips, l.lines(l.out.Root().Add("P"), l.regular(l.body), text, 0)...)
		strips = append(strips, space(padding))
	}
	return strips
}

// section is a heading, paragraphs, and points with a dot before each.
func (l *layout) section(s Section) []strip {
	if len(s.Paragraphs)+len(s.Points) == 0 {
		return nil
	}
	strips := append([]strip{}, l.heading(s.Heading)...)
	strips = append(strips, l.paragraphs(s.Paragraphs)...)
	if len(s.Points) > 0 {
		list := l.out.Root().Add("L")
		for _, point := range s.Points {
			strips = append(strips, l.point(list.Add("LI"), point)...)
		}
		strips = append(strips, space(padding))
	}
	return append(strips, space(l.between()-padding))
}

func (l *layout) point(item *pdf.Element, text string) []strip {
	const indent = 12 * pdf.Point
	style := l.regular(l.body)
	label, body := item.Add("Lbl"), item.Add("LBody")
	strips := l.lines(body, style, text, indent)
	first := strips[0].draw
	strips[0].draw = func(p *pdf.Page, x, y pdf.Length) {
		p.Text(label, x, y+style.Size, style, "•")
		first(p, x, y)
	}
	return append(strips, space(3*pdf.Point))
}

// more is what follows page 1.
func (l *layout) more() []strip {
	var strips []strip
	for _, s := range l.doc.More {
		strips = append(strips, l.section(s)...)
	}
	return strips
}

// moreSize takes the smaller size if page 2 then holds everything from top on,
// and would not in the usual one: a third page is a second sheet.
func (l *layout) moreSize(rest []strip, top pdf.Length) float64 {
	out := l.out
	defer func() { l.out, l.body = out, bodySize }()
	for _, l.body = range []float64{bodySize, tightSize} {
		l.out = l.writer.Document(l.doc.Lang, "") // a trial that is thrown away
		if fits(append(rest[:len(rest):len(rest)], l.more()...), columns(top, pageFoot)) {
			return l.body
		}
	}
	return bodySize
}

// statement is the table "What's in this amount".
func (l *layout) statement() []strip {
	s := l.doc.Statement
	strips := l.heading(s.Heading)
	table := l.out.Root().Add("Table")
	header := table.Add("TR")
	strips = append(strips, l.statementHead(header.AddHeader("Column"), header.AddHeader("Column")))
	for i, row := range s.Rows {
		set := l.row(table.Add("TR"), row)
		if i < 2 || i == len(s.Rows)-2 { // no row alone at a column's head or foot
			set[len(set)-1].next = true
		}
		strips = append(strips, set...)
	}
	return append(strips, space(l.between()))
}

func (l *layout) statementHead(item, amount *pdf.Element) strip {
	style := l.bold(9)
	words, sum := l.text(l.doc.Statement.Item), l.text(l.doc.Statement.Amount)
	return strip{height: 15 * pdf.Point, next: true, draw: func(p *pdf.Page, x, y pdf.Length) {
		p.Text(item, x, y+style.Size, style, words)
		p.TextRight(amount, x+column, y+style.Size, style, sum)
		p.Rule(pdf.Line{Width: pdf.Point, Color: brand}, x, y+12*pdf.Point, x+column, y+12*pdf.Point)
	}}
}

// row is one row of the statement: all lines of its words and, on the last,
// the amount.
func (l *layout) row(tr *pdf.Element, row Row) []strip {
	size := min(10.5, l.body)
	words, sum := l.regular(size), l.regular(size)
	rule, above := pdf.Length(0), pdf.Length(0)
	switch row.Kind {
	case RowGroup:
		words, above = l.bold(size), 2*pdf.Point
	case RowSubtotal:
		rule, above = pdf.Point/2, 2*pdf.Point
	case RowTotal:
		words, sum, rule, above = l.bold(l.body+1), l.bold(l.body+1), 3*pdf.Point/2, 4*pdf.Point
	}
	th, width := tr.AddHeader("Row"), column
	var td *pdf.Element
	if row.Kind == RowGroup {
		th.Span(2)
	} else {
		td, width = tr.Add("TD"), column-sum.Width(row.Amount.Format())-8*pdf.Point
	}
	lines := l.wrap(words, row.Text, width)
	strips := make([]strip, len(lines))
	for i, line := range lines {
		lead, last := pdf.Length(0), i == len(lines)-1
		if i == 0 {
			lead = above
		}
		strips[i] = strip{height: leading(words) + lead, next: !last || row.Kind == RowGroup, draw: func(p *pdf.Page, x, y pdf.Length) {
			if rule != 0 && i == 0 {
				p.Rule(pdf.Line{Width: rule, Color: brand}, x, y+above/2, x+column, y+above/2)
			}
			p.Text(th, x, y+lead+words.Size, words, line)
			if td != nil && last {
				p.TextRight(td, x+column, y+lead+words.Size, sum, row.Amount.Format())
			}
		}}
	}
	return strips
}

// ways is the list of ways to pay, the code beside the first of them.
func (l *layout) ways() []strip {
	w := l.doc.Ways
	if len(w.Ways) == 0 {
		return nil
	}
	strips := l.heading(w.Heading)
	list := l.out.Root().Add("L")
	for i, way := range w.Ways {
		width := column
		var set []strip
		if i == 0 && w.Code != nil && l.doc.Slip == nil { // the slip has the code
			width -= codeSide + 10*pdf.Point
			set = l.beside(l.way(list.Add("LI"), way, width))
		} else {
			set = l.way(list.Add("LI"), way, width)
		}
		strips = append(append(strips, set...), space(padding))
	}
	return append(strips, space(l.between()-padding))
}

// way sets its label in bold and runs the text on behind it.
func (l *layout) way(item *pdf.Element, way Way, width pdf.Length) []strip {
	strong, plain := l.bold(l.body), l.regular(l.body)
	label, body := item.Add("Lbl"), item.Add("LBody")
	link := body
	if way.Link != "" {
		link = body.Add("Link")
	}
	var strips []strip
	names := l.wrap(strong, way.Label, width)
	indent := strong.Width(names[len(names)-1]) + plain.Width("  ")
	lines := plain.Wrap(l.text(way.Text), width, indent)
	for i, name := range names {
		shared := i == len(names)-1
		strips = append(strips, strip{height: leading(plain), next: true, draw: func(p *pdf.Page, x, y pdf.Length) {
			p.Text(label, x, y+plain.Size, strong, name)
			if shared {
				linked(p, link, plain, way, pdf.Rect{X: x + indent, Y: y, W: plain.Width(lines[0]), H: leading(plain)}, lines[0])
			}
		}})
	}
	for _, line := range lines[1:] {
		strips = append(strips, strip{height: leading(plain), next: true, draw: func(p *pdf.Page, x, y pdf.Length) {
			linked(p, link, plain, way, pdf.Rect{X: x, Y: y, W: plain.Width(line), H: leading(plain)}, line)
		}})
	}
	strips[len(strips)-1].next = false
	return strips
}

func linked(p *pdf.Page, e *pdf.Element, style pdf.Style, way Way, box pdf.Rect, line string) {
	p.Text(e, box.X, box.Y+style.Size, style, line)
	if way.Link != "" && line != "" {
		p.Link(e, box, way.Link, way.Label)
	}
}

// beside puts the code to the right of a way to pay.
func (l *layout) beside(strips []strip) []strip {
	var height pdf.Length
	for i := range strips {
		height += strips[i].height
		strips[i].next = true
	}
	figure := l.out.Root().AddFigure(l.doc.Ways.Code.Alt)
	first := strips[0].draw
	strips[0].draw = func(p *pdf.Page, x, y pdf.Length) {
		first(p, x, y)
		l.code(p, figure, x+column-codeSide, y+2*pdf.Point)
	}
	return append(strips, strip{height: max(0, codeSide+8*pdf.Point-height), blank: true})
}

// code draws the QR code in a square of codeSide.
func (l *layout) code(p *pdf.Page, figure *pdf.Element, x, y pdf.Length) {
	boxes, err := square(l.doc.Ways.Code.URL, x, y, codeSide)
	if err != nil {
		l.failures = append(l.failures, err)
		return
	}
	p.Fill(figure, pdf.Black, boxes...)
}
