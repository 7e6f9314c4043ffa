package pdf

import (
	"fmt"
	"io"
	"slices"
	"strconv"

	"quittance.org/quittance/internal/base/civil"
)

// Info is what a file says about itself.
type Info struct {
	Title   string
	Lang    string     // of the title, "es"
	Created civil.Date // printed nowhere; no clock is read, so that bytes repeat
}

// Writer writes one file of one or more documents.
type Writer struct {
	file      *file
	info      Info
	fonts     []*embedded
	pagesRoot ref
	tagsRoot  ref
	tagKeys   ref
	resources ref
	documents []documentRefs
	key       int // the next key of the tree from content to tags
	pageCount int
}

// documentRefs is all that is kept of a document that was written.
type documentRefs struct{ pages, tags, keys ref }

// NewWriter begins a file.
func NewWriter(out io.Writer, info Info) *Writer {
	w := &Writer{file: newFile(out), info: info}
	w.pagesRoot = w.file.reserve(4)
	w.tagsRoot, w.tagKeys, w.resources = w.pagesRoot+1, w.pagesRoot+2, w.pagesRoot+3
	return w
}

// font gives the file's copy of a font.
func (w *Writer) font(font *Font) *embedded {
	for _, e := range w.fonts {
		if e.font == font {
			return e
		}
	}
	e := embed(font, "F"+strconv.Itoa(len(w.fonts)+1))
	w.fonts = append(w.fonts, e)
	return e
}

// Add writes a document and lets go of it.
func (w *Writer) Add(d *Document) error {
	for _, p := range d.pages {
		p.leave()
	}
	// Numbers: the document's node, its pages, its elements, the notes on the
	// pages (links), the keys from content to elements.
	count := 2 + len(d.pages) + len(d.elements) + len(d.links)
	first := w.file.reserve(count)
	d.firstPage, d.firstElement, d.firstKey = first+1, first+1+ref(len(d.pages)), w.key
	firstLink := d.firstElement + ref(len(d.elements))
	keys := first + ref(count) - 1

	bodies := make([][]byte, 0, count)
	bodies = append(bodies, d.pagesNode(w.pagesRoot))
	for i, p := range d.pages {
		content := w.file.reserve(1)
		w.file.stream(content, "", p.content)
		bodies = append(bodies, d.page(i, first, content, w.resources, firstLink))
	}
	for _, e := range d.elements {
		bodies = append(bodies, e.body(w.tagsRoot, firstLink))
	}
	for i := range d.links {
		bodies = append(bodies, d.link(i))
	}
	bodies = append(bodies, d.keys())
	w.file.pack(first, bodies)

	w.documents = append(w.documents, documentRefs{first, d.firstElement, keys})
	w.key += len(d.pages) + len(d.links)
	w.pageCount += len(d.pages)
	return w.file.err
}

// Close writes the fonts and the roots. It does not close what is below.
func (w *Writer) Close() error {
	f := w.file
	fontRefs := f.reserve(len(w.fonts))
	resources := []byte("<</Font<<")
	for i, e := range w.fonts {
		e.write(f, fontRefs+ref(i))
		resources = fmt.Appendf(resources, "/%s %d 0 R", e.name, fontRefs+ref(i))
	}
	f.object(w.resources, append(resources, ">>>>"...))
	f.object(w.pagesRoot, fmt.Appendf(nil, "<</Type/Pages/Count %d/Kids[%s]>>", w.pageCount, w.list(func(d documentRefs) ref { return d.pages })))
	f.object(w.tagsRoot, fmt.Appendf(nil, "<</Type/StructTreeRoot/K[%s]/ParentTree %d 0 R/ParentTreeNextKey %d>>",
		w.list(func(d documentRefs) ref { return d.tags }), w.tagKeys, w.key))
	f.object(w.tagKeys, fmt.Appendf(nil, "<</Kids[%s]>>", w.list(func(d documentRefs) ref { return d.keys })))
	catalog, info := f.reserve(1), f.reserve(1)
	f.object(catalog, fmt.Appendf(nil, "<</Type/Catalog/Pages %d 0 R/StructTreeRoot %d 0 R/MarkInfo<</Marked true>>/Lang(%s)/ViewerPreferences<</DisplayDocTitle true>>>>",
		w.pagesRoot, w.tagsRoot, w.info.Lang))
	y, m, d := w.info.Created.Time().Date()
	f.object(info, fmt.Appendf(nil, "<</Title%s/Producer(Quittance)/CreationDate(D:%04d%02d%02d000000Z)>>", appendText(nil, w.info.Title), y, m, d))
	return f.end(catalog, info)
}

func (w *Writer) list(of func(documentRefs) ref) []byte {
	b := make([]byte, 0, 12*len(w.documents))
	for d := range slices.Values(w.documents) {
		b = append(of(d).append(b), ' ')
	}
	return b
}
