package billpdf

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/format/pdf"
)

// The frame of a page: half an inch around, two columns.
const (
	left      = pdf.Inch / 2
	right     = pdf.PageWidth - pdf.Inch/2
	full      = right - left
	gutter    = 20 * pdf.Point
	column    = (full - gutter) / 2
	bodyTop   = 235 * pdf.Point // below the envelope's window
	pageTop   = 44 * pdf.Point
	pageFoot  = 752 * pdf.Point
	cutLine   = pdf.PageHeight - 7*pdf.Inch/2
	slipClear = 14 * pdf.Point // above the cut line
)

// The colours. Text is black; these are for lines alone, and print in grey.
var (
	brand = pdf.Color{R: 0x1f, G: 0x4e, B: 0x79}
	grey  = pdf.Color{R: 0xa9, G: 0xae, B: 0xb1}
)

// Codes of bills that can not be printed.
const (
	CodeGlyph = "billpdf.glyph" // a character that no font has
	CodeRoom  = "billpdf.room"  // a text too long for its fixed place
)

// layout is one bill being laid out.
type layout struct {
	press    *Press
	doc      *Document
	writer   *pdf.Writer
	out      *pdf.Document
	page     *pdf.Page
	body     float64 // the size of running text, in points
	missing  []rune
	tooLong  []string
	failures []error
}

func (p *Press) layOut(w *pdf.Writer, doc *Document) (*pdf.Document, int, error) {
	l := &layout{press: p, doc: doc, writer: w, out: w.Document(doc.Lang, doc.Title), body: bodySize}
	pages := l.draw()
	switch {
	case len(l.failures) > 0:
		return nil, 0, fmt.Errorf("billpdf: %w", l.failures[0])
	case len(l.missing) > 0:
		return nil, 0, fault.New(fault.Invalid, CodeGlyph,
			"The bill's fonts have no %s: print a transliteration", codePoints(l.missing))
	case len(l.tooLong) > 0:
		return nil, 0, fault.New(fault.Invalid, CodeRoom, "Too long for the bill: %s. Shorten the text", strings.Join(l.tooLong, ", "))
	}
	return l.out, pages, nil
}

func codePoints(runes []rune) string {
	names := make([]string, len(runes))
	for i, r := range runes {
		names[i] = fmt.Sprintf("U+%04X", r)
	}
	return strings.Join(names, ", ")
}

// draw fills the pages. The order of the elements is the order of reading.
func (l *layout) draw() int {
	pages := []*pdf.Page{l.out.AddPage()}
	l.page = pages[0]
	l.head()
	foot := pageFoot
	if l.doc.Slip != nil {
		foot = cutLine - slipClear
	}
	top := l.status(bodyTop)
	rest := l.act(columns(top, foot))
	if l.doc.Slip != nil {
		l.slip()
	}

	l.body = bodySize
	history := l.history()
	l.body = l.moreSize(rest, pageTop+heightOf(history))
	rest = append(rest, l.more()...)
	for len(history)+len(rest) > 0 {
		l.page = l.out.AddPage()
		pages = append(pages, l.page)
		top := pageTop
		history, top = stack(l.page, history, frame{left, top, pageFoot})
		if len(history) == 0 {
			rest = pour(l.page, rest, level(rest, top))
		}
	}
	for i, page := range pages {
		l.page = page
		l.footer(i+1, len(pages))
	}
	return len(pages)
}

// footer numbers a page; a screen reader counts pages by itself.
func (l *layout) footer(page, pages int) {
	text := strings.NewReplacer("{page}", strconv.Itoa(page), "{pages}", strconv.Itoa(pages)).Replace(l.doc.Footer)
	y := 772 * pdf.Point
	if page == 1 && l.doc.Slip != nil {
		y = cutLine - 5*pdf.Point
	}
	style := l.regular(8.5)
	text = l.text(text)
	l.page.TextRight(nil, right, y, style, text)
}

func (l *layout) regular(points float64) pdf.Style {
	return pdf.Style{Face: l.press.faces(l.doc.Lang).regular, Size: pdf.Points(points)}
}

func (l *layout) bold(points float64) pdf.Style {
	return pdf.Style{Face: l.press.faces(l.doc.Lang).bold, Size: pdf.Points(points)}
}

// text takes a text in: letters with their marks in one character, as the
// fonts have them, and a note of what they do not have.
func (l *layout) text(s string) string {
	s = norm.NFC.String(s)
	for _, r := range l.press.Missing(s) {
		if !slices.Contains(l.missing, r) {
			l.missing = append(l.missing, r)
		}
	}
	return s
}

// wrap takes a text in and breaks it into lines.
func (l *layout) wrap(style pdf.Style, s string, width pdf.Length) []string {
	return style.Wrap(l.text(s), width, 0)
}

// leading is the distance of lines in a size.
func leading(style pdf.Style) pdf.Length { return style.Size * 125 / 100 }

// fixed draws a text into a box that can not grow, in the largest of the sizes
// in which it fits. It gives the height used. Lines of text are separate
// paragraphs of the box.
func (l *layout) fixed(e *pdf.Element, what string, box pdf.Rect, lines []string, styles ...pdf.Style) pdf.Length {
	for i, style := range styles {
		var set []string
		for _, line := range lines {
			set = append(set, l.wrap(style, line, box.W)...)
		}
		height := pdf.Length(len(set)) * leading(style)
		if height > box.H && i < len(styles)-1 {
			continue
		}
		if height > box.H {
			l.tooLong = append(l.tooLong, what)
		}
		for j, line := range set {
			l.page.Text(e, box.X, box.Y+pdf.Length(j)*leading(style)+style.Size, style, line)
		}
		return height
	}
	return 0
}
