package pdf

import (
	"fmt"
	"strconv"
)

// Document is one letter of a file: pages, and the tree that tells what is on
// them. Make it with Writer.Document, fill it, hand it to Writer.Add.
type Document struct {
	writer       *Writer
	pages        []*Page
	elements     []*Element
	links        []link
	firstPage    ref
	firstElement ref
	firstKey     int
}

// Element is a node of the structure tree: a heading, a paragraph, a cell.
type Element struct {
	document *Document
	index    int
	tag      string
	parent   *Element
	kids     []kid
	alt      string
	lang     string
	title    string
	scope    string
	columns  int
}

// kid is an element, a piece of a page's content, or a link.
type kid struct {
	element *Element
	page    int
	content int // on that page
	link    int // counted from 1, 0 if none
}

type link struct {
	element *Element
	page    int
	box     Rect
	address string
	alt     string
}

// Document begins a document in a language. Its title is what a screen reader
// calls it.
func (w *Writer) Document(lang, title string) *Document {
	d := &Document{writer: w}
	root := d.element(nil, "Document")
	root.lang, root.title = lang, title
	return d
}

// Root is the element that holds all others.
func (d *Document) Root() *Element { return d.elements[0] }

func (d *Document) element(parent *Element, tag string) *Element {
	e := &Element{document: d, index: len(d.elements), tag: tag, parent: parent}
	d.elements = append(d.elements, e)
	return e
}

// Add appends a child: "H1", "P", "L", "LI", "Table", "TR", "TD" …
func (e *Element) Add(tag string) *Element {
	child := e.document.element(e, tag)
	e.kids = append(e.kids, kid{element: child})
	return child
}

// AddFigure appends a picture, with the words that stand for it.
func (e *Element) AddFigure(alt string) *Element {
	child := e.Add("Figure")
	child.alt = alt
	return child
}

// AddHeader appends a header cell for a "Row" or a "Column".
func (e *Element) AddHeader(scope string) *Element {
	child := e.Add("TH")
	child.scope = scope
	return child
}

// Span lets a cell stand for several columns.
func (e *Element) Span(columns int) *Element {
	e.columns = columns
	return e
}

func (e *Element) ref() ref { return e.document.firstElement + ref(e.index) }

func (e *Element) body(tagsRoot, firstLink ref) []byte {
	parent := tagsRoot
	if e.parent != nil {
		parent = e.parent.ref()
	}
	b := parent.append(append(append([]byte("<</S/"), e.tag...), "/P "...))
	if e.lang != "" {
		b = append(append(append(b, "/Lang("...), e.lang...), ')')
	}
	if e.title != "" {
		b = appendText(append(b, "/T"...), e.title)
	}
	if e.alt != "" {
		b = appendText(append(b, "/Alt"...), e.alt)
	}
	b = e.attributes(b)
	b = append(b, "/K["...)
	for _, k := range e.kids {
		page := e.document.firstPage + ref(k.page)
		switch {
		case k.element != nil:
			b = append(k.element.ref().append(b), ' ')
		case k.link > 0:
			b = fmt.Appendf(b, "<</Type/OBJR/Obj %d 0 R/Pg %d 0 R>>", firstLink+ref(k.link-1), page)
		default:
			b = append(page.append(append(b, "<</Type/MCR/Pg "...)), "/MCID "...)
			b = append(strconv.AppendInt(b, int64(k.content), 10), ">>"...)
		}
	}
	return append(b, "]>>"...)
}

func (e *Element) attributes(b []byte) []byte {
	if e.scope == "" && e.columns == 0 {
		return b
	}
	b = append(b, "/A<</O/Table"...)
	if e.scope != "" {
		b = append(append(b, "/Scope/"...), e.scope...)
	}
	if e.columns != 0 {
		b = strconv.AppendInt(append(b, "/ColSpan "...), int64(e.columns), 10)
	}
	return append(b, ">>"...)
}

// pagesNode is the branch of the page tree for this document.
func (d *Document) pagesNode(root ref) []byte {
	b := fmt.Appendf(nil, "<</Type/Pages/Parent %d 0 R/Count %d/MediaBox[0 0 612 792]/Kids[", root, len(d.pages))
	for i := range d.pages {
		b = append((d.firstPage + ref(i)).append(b), ' ')
	}
	return append(b, "]>>"...)
}

func (d *Document) page(i int, parent, content, resources, firstLink ref) []byte {
	b := fmt.Appendf(nil, "<</Type/Page/Parent %d 0 R/Resources %d 0 R/Contents %d 0 R/StructParents %d/Tabs/S", parent, resources, content, d.firstKey+i)
	for j, l := range d.links {
		if l.page == i {
			if b[len(b)-1] != ' ' {
				b = append(b, "/Annots["...)
			}
			b = append((firstLink + ref(j)).append(b), ' ')
		}
	}
	if b[len(b)-1] == ' ' {
		b = append(b, ']')
	}
	return append(b, ">>"...)
}

func (d *Document) link(i int) []byte {
	l := d.links[i]
	b := []byte("<</Type/Annot/Subtype/Link/F 4/Border[0 0 0]/Rect[")
	for _, v := range []Length{l.box.X, PageHeight - l.box.Y - l.box.H, l.box.X + l.box.W, PageHeight - l.box.Y} {
		b = append(appendLength(b, v), ' ')
	}
	b = fmt.Appendf(b, "]/StructParent %d/Contents", d.firstKey+len(d.pages)+i)
	b = append(appendText(b, l.alt), "/A<</S/URI/URI("...)
	return append(append(b, escaped(l.address)...), ")>>>>"...)
}

func escaped(s string) []byte {
	var b []byte
	for i := range len(s) {
		if s[i] == '(' || s[i] == ')' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return b
}

// keys leads from the content of pages back to the elements.
func (d *Document) keys() []byte {
	last := d.firstKey + len(d.pages) + len(d.links) - 1
	b := fmt.Appendf(nil, "<</Limits[%d %d]/Nums[", d.firstKey, last)
	for i, p := range d.pages {
		b = append(strconv.AppendInt(b, int64(d.firstKey+i), 10), '[')
		for _, e := range p.owners {
			b = append(e.ref().append(b), ' ')
		}
		b = append(b, ']')
	}
	for i, l := range d.links {
		b = append(strconv.AppendInt(b, int64(d.firstKey+len(d.pages)+i), 10), ' ')
		b = append(l.element.ref().append(b), ' ')
	}
	return append(b, "]>>"...)
}
