package letterpdf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/format/pdf"
)

// The page. The window of a No. 10 envelope shows the address, 7/8 inch from
// the left, and must show nothing else; the text below begins at the same edge,
// which keeps lines short enough to read.
const (
	left         = 7 * pdf.Inch / 8
	right        = pdf.PageWidth - left
	full         = right - left
	top          = pdf.Inch / 2
	sideX        = 390 * pdf.Point // right of the window
	windowTop    = 158 * pdf.Point
	windowWidth  = 300 * pdf.Point
	windowHeight = 68 * pdf.Point
	bodyTop      = 252 * pdf.Point
	pageTop      = 54 * pdf.Point
	pageFoot     = 742 * pdf.Point
	footerY      = 768 * pdf.Point
	indent       = 14 * pdf.Point
)

// The colour of lines. Text is black; both print in grey.
var brand = pdf.Color{R: 0x1f, G: 0x4e, B: 0x79}

// Codes of letters that can not be printed.
const (
	CodeGlyph = "letterpdf.glyph" // a character that no font has
	CodeRoom  = "letterpdf.room"  // an address or a number too long for its fixed place
)

// layout is one letter being laid out.
type layout struct {
	press   *Press
	doc     *Document
	out     *pdf.Document
	pages   []*pdf.Page
	y       pdf.Length // where the next line of the page begins
	missing []rune
	tooLong []string
}

func (p *Press) layOut(w *pdf.Writer, doc *Document) (*pdf.Document, int, error) {
	l := &layout{press: p, doc: doc, out: w.Document(doc.Lang, doc.Title)}
	l.draw()
	switch {
	case len(l.missing) > 0:
		return nil, 0, fault.New(fault.Invalid, CodeGlyph, "the letter's fonts have no %s: print a transliteration", codePoints(l.missing))
	case len(l.tooLong) > 0:
		return nil, 0, fault.New(fault.Invalid, CodeRoom, "too long for the letter: %s", strings.Join(l.tooLong, ", "))
	}
	return l.out, len(l.pages), nil
}

func codePoints(runes []rune) string {
	names := make([]string, len(runes))
	for i, r := range runes {
		names[i] = fmt.Sprintf("U+%04X", r)
	}
	return strings.Join(names, ", ")
}

// draw fills the pages. The order of the elements is the order of reading.
func (l *layout) draw() {
	l.turn()
	l.head()
	l.y = bodyTop
	l.block("H1", l.bold(18), l.doc.Title)
	l.y += 6 * pdf.Point
	l.paragraphs(l.doc.Lead)
	l.box()
	for _, s := range l.doc.Sections {
		l.section(s)
	}
	for i, page := range l.pages {
		text := strings.NewReplacer("{page}", strconv.Itoa(i+1), "{pages}", strconv.Itoa(len(l.pages))).Replace(l.doc.Footer)
		page.TextRight(nil, right, footerY, l.regular(8.5), l.text(text))
	}
}

// turn begins a new page.
func (l *layout) turn() {
	l.pages = append(l.pages, l.out.AddPage())
	l.y = pageTop
}

func (l *layout) page() *pdf.Page { return l.pages[len(l.pages)-1] }

// need turns the page unless it has room for so much.
func (l *layout) need(height pdf.Length) {
	if l.y+height > pageFoot {
		l.turn()
	}
}

// head draws the upper third: who writes, when, to whom.
func (l *layout) head() {
	root := l.out.Root()
	sender := root.Add("P")
	y := top + l.fixed(sender, "the marketplace's name", pdf.Rect{X: left, Y: top, W: windowWidth, H: 36 * pdf.Point},
		[]string{l.doc.Marketplace}, l.bold(13), l.bold(11))
	l.fixed(sender, "the return address", pdf.Rect{X: left, Y: y + 2*pdf.Point, W: windowWidth, H: 40 * pdf.Point},
		l.doc.From, l.regular(9), l.regular(8))
	l.fixed(root.Add("P"), "the mailing address", pdf.Rect{X: left, Y: windowTop, W: windowWidth, H: windowHeight},
		l.doc.To, l.regular(11), l.regular(10), l.regular(9))
	list, y := root.Add("L"), top+11*pdf.Point
	for _, fact := range l.doc.Facts {
		y = l.fact(list.Add("LI"), fact, sideX, y, l.regular(10), l.bold(10))
	}
	if y > bodyTop {
		l.tooLong = append(l.tooLong, "the list of numbers")
	}
}

// fact draws a label at x and its value below it. It gives the next baseline.
func (l *layout) fact(item *pdf.Element, fact Fact, x, y pdf.Length, plain, strong pdf.Style) pdf.Length {
	l.page().Text(item.Add("Lbl"), x, y, plain, l.text(fact.Label))
	value := l.text(fact.Value)
	if strong.Width(value) > right-x {
		l.tooLong = append(l.tooLong, "a value: "+fact.Label)
	}
	y += leading(plain)
	l.page().Text(item.Add("LBody"), x, y, strong, value)
	return y + leading(strong) + 3*pdf.Point
}

// box frames what to do in numbers: the largest thing on the page.
func (l *layout) box() {
	if len(l.doc.Box) == 0 {
		return
	}
	const inset = 10 * pdf.Point
	label, value := l.regular(11), l.bold(15)
	row := leading(value) + 3*pdf.Point
	high := pdf.Length(len(l.doc.Box))*row + 2*inset - 3*pdf.Point
	l.need(high + inset)
	frame := pdf.Rect{X: left, Y: l.y + 2*pdf.Point, W: full, H: high}
	list := l.out.Root().Add("L")
	y := frame.Y + inset + value.Size
	for _, fact := range l.doc.Box {
		item := list.Add("LI")
		name, sum := l.text(fact.Label), l.text(fact.Value)
		if label.Width(name)+value.Width(sum)+3*inset > full {
			l.tooLong = append(l.tooLong, "the box: "+fact.Label)
		}
		l.page().Text(item.Add("Lbl"), left+inset, y, label, name)
		l.page().TextRight(item.Add("LBody"), right-inset, y, value, sum)
		y += row
	}
	l.page().Frame(pdf.Line{Width: 3 * pdf.Point / 2, Color: brand}, frame)
	l.y = frame.Y + frame.H + 14*pdf.Point
}

// section is a heading, paragraphs, and points with a dot before each.
func (l *layout) section(s Section) {
	if len(s.Paragraphs)+len(s.Points) == 0 {
		return
	}
	heading, body := l.bold(13), l.regular(11)
	l.y += 6 * pdf.Point
	l.need(leading(heading) + 4*pdf.Point + 2*leading(body)) // a heading is never alone at the foot
	l.block("H2", heading, s.Heading)
	l.paragraphs(s.Paragraphs)
	if len(s.Points) == 0 {
		return
	}
	list := l.out.Root().Add("L")
	for _, point := range s.Points {
		item := list.Add("LI")
		label, text := item.Add("Lbl"), item.Add("LBody")
		lines := body.Wrap(l.text(point), full-indent, 0)
		l.need(pdf.Length(min(len(lines), 2)) * leading(body))
		l.page().Text(label, left, l.y+body.Size, body, "•")
		l.lines(text, body, lines, indent)
		l.y += 3 * pdf.Point
	}
	l.y += 3 * pdf.Point
}

func (l *layout) paragraphs(texts []string) {
	for _, text := range texts {
		l.block("P", l.regular(11), text)
		l.y += 4 * pdf.Point
	}
}

// block sets a text as an element of its own.
func (l *layout) block(tag string, style pdf.Style, text string) {
	lines := style.Wrap(l.text(text), full, 0)
	l.need(pdf.Length(min(len(lines), 2)) * leading(style))
	l.lines(l.out.Root().Add(tag), style, lines, 0)
	l.y += 3 * pdf.Point
}

func (l *layout) lines(e *pdf.Element, style pdf.Style, lines []string, in pdf.Length) {
	for _, line := range lines {
		l.need(leading(style))
		l.page().Text(e, left+in, l.y+style.Size, style, line)
		l.y += leading(style)
	}
}

// fixed draws lines into a box that can not grow, in the largest of the sizes
// in which they fit. It gives the height used.
func (l *layout) fixed(e *pdf.Element, what string, box pdf.Rect, lines []string, styles ...pdf.Style) pdf.Length {
	for i, style := range styles {
		var set []string
		for _, line := range lines {
			set = append(set, style.Wrap(l.text(line), box.W, 0)...)
		}
		height := pdf.Length(len(set)) * leading(style)
		if height > box.H && i < len(styles)-1 {
			continue
		}
		if height > box.H {
			l.tooLong = append(l.tooLong, what)
		}
		for j, line := range set {
			l.page().Text(e, box.X, box.Y+pdf.Length(j)*leading(style)+style.Size, style, line)
		}
		return height
	}
	return 0
}

// text takes a text in: letters with their marks in one character, as the
// fonts have them, and a note of what they do not have.
func (l *layout) text(s string) string {
	s = norm.NFC.String(s)
	for _, face := range []pdf.Face{l.press.regular, l.press.bold} {
		for _, r := range face.Missing(s) {
			if !slices.Contains(l.missing, r) {
				l.missing = append(l.missing, r)
			}
		}
	}
	return s
}

func (l *layout) regular(points float64) pdf.Style {
	return pdf.Style{Face: l.press.regular, Size: pdf.Points(points)}
}

func (l *layout) bold(points float64) pdf.Style {
	return pdf.Style{Face: l.press.bold, Size: pdf.Points(points)}
}

// leading is the distance of lines in a size.
func leading(style pdf.Style) pdf.Length { return style.Size * 130 / 100 }
