package billpdf

import (
	"fmt"
	"io"
	"io/fs"
	"strings"

	"quittance.org/quittance/internal/format/pdf"
)

// Press holds the fonts. It is made once, and any number of goroutines may
// print with it.
type Press struct {
	regular, bold, scan pdf.Face
	chinese             faces
}

// faces are the two weights of a bill.
type faces struct{ regular, bold pdf.Face }

// faces gives those of a language. A Chinese bill is set in one font, its Latin
// letters too, and its bold is drawn from the same outlines: the characters alone
// are most of what may be sent.
func (p *Press) faces(lang string) faces {
	if strings.HasPrefix(lang, "zh") {
		return p.chinese
	}
	return faces{p.regular, p.bold}
}

// NewPress reads the fonts from a folder: NotoSans-Regular.ttf,
// NotoSans-Bold.ttf, NotoSansSC-Regular.ttf, OCRA.ttf.
func NewPress(fonts fs.FS) (*Press, error) {
	var failed error
	face := func(names ...string) pdf.Face {
		var face pdf.Face
		for _, name := range names {
			data, err := fs.ReadFile(fonts, name+".ttf")
			if err != nil {
				failed = fmt.Errorf("billpdf: %w", err)
				return nil
			}
			font, err := pdf.ReadFont(name, data)
			if err != nil {
				failed = fmt.Errorf("billpdf: %w", err)
				return nil
			}
			face = append(face, font)
		}
		return face
	}
	p := &Press{
		regular: face("NotoSans-Regular", "NotoSansSC-Regular"),
		bold:    face("NotoSans-Bold"),
		scan:    face("OCRA"),
	}
	if failed != nil {
		return nil, failed
	}
	one, err := pdf.Join("NotoSansSC-Regular", p.regular[0], p.regular[1])
	if err != nil {
		return nil, fmt.Errorf("billpdf: %w", err)
	}
	one, p.regular[1] = one.Lean(), p.regular[1].Lean()
	p.bold = append(p.bold, p.regular[1].Heavier())
	p.chinese = faces{pdf.Face{one}, pdf.Face{one.Heavier()}}
	return p, nil
}

// Missing lists the characters of a text that can not be printed. A name with
// one needs a transliteration.
func (p *Press) Missing(text string) []rune {
	missing := p.regular.Missing(text)
	for _, r := range p.bold.Missing(text) {
		if len(p.regular.Missing(string(r))) == 0 {
			missing = append(missing, r)
		}
	}
	return missing
}

// Write prints one bill as a file of its own.
func (p *Press) Write(w io.Writer, doc *Document) error {
	_, err := p.Print(w, doc)
	return err
}

// Print is Write, and tells how many pages the file has.
func (p *Press) Print(w io.Writer, doc *Document) (pages int, err error) {
	out := pdf.NewWriter(w, pdf.Info{Title: doc.Title, Lang: doc.Lang, Created: doc.Issued})
	d, pages, err := p.layOut(out, doc)
	if err != nil {
		return 0, err
	}
	if err := out.Add(d); err != nil {
		return 0, fmt.Errorf("billpdf: %w", err)
	}
	return pages, out.Close()
}

// Batch prints many bills as one file, for a mail house. Each is written when
// it is added; what stays in memory is a few words for each, and the glyphs
// used so far.
type Batch struct {
	press *Press
	out   *pdf.Writer
	pages int
}

// Pages tells where in a batch a bill is, for the manifest.
type Pages struct{ First, Count int }

// Batch begins a file of many bills.
func (p *Press) Batch(w io.Writer, info pdf.Info) *Batch {
	return &Batch{press: p, out: pdf.NewWriter(w, info)}
}

// Add prints a bill. One with an odd number of pages gets a blank one, so that
// printed on both sides no bill begins on the back of another's. A bill that
// can not be printed is an error and leaves the batch as it was.
func (b *Batch) Add(doc *Document) (Pages, error) {
	d, count, err := b.press.layOut(b.out, doc)
	if err != nil {
		return Pages{}, err
	}
	if count%2 != 0 {
		d.AddPage()
		count++
	}
	if err := b.out.Add(d); err != nil {
		return Pages{}, fmt.Errorf("billpdf: %w", err)
	}
	at := Pages{First: b.pages + 1, Count: count}
	b.pages += count
	return at, nil
}

// Close completes the file. It does not close what is below.
func (b *Batch) Close() error { return b.out.Close() }
