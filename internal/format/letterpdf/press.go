package letterpdf

import (
	"fmt"
	"io"
	"io/fs"

	"quittance.org/quittance/internal/format/pdf"
)

// Press holds the fonts. It is made once, and any number of goroutines may
// print with it.
type Press struct{ regular, bold pdf.Face }

// NewPress reads the fonts from a folder: NotoSans-Regular.ttf,
// NotoSans-Bold.ttf, NotoSansSC-Regular.ttf.
func NewPress(fonts fs.FS) (*Press, error) {
	regular, err := readFace(fonts, "NotoSans-Regular", "NotoSansSC-Regular")
	if err != nil {
		return nil, err
	}
	regular[1] = regular[1].Lean()
	bold, err := readFace(fonts, "NotoSans-Bold")
	return &Press{regular, append(bold, regular[1].Heavier())}, err
}

func readFace(fonts fs.FS, names ...string) (pdf.Face, error) {
	var face pdf.Face
	for _, name := range names {
		data, err := fs.ReadFile(fonts, name+".ttf")
		if err != nil {
			return nil, fmt.Errorf("letterpdf: %w", err)
		}
		font, err := pdf.ReadFont(name, data)
		if err != nil {
			return nil, fmt.Errorf("letterpdf: %w", err)
		}
		face = append(face, font)
	}
	return face, nil
}

// Write prints one letter as a file of its own.
func (p *Press) Write(w io.Writer, doc *Document) error {
	_, err := p.Print(w, doc)
	return err
}

// Print is Write, and gives the number of pages.
func (p *Press) Print(w io.Writer, doc *Document) (pages int, err error) {
	out := pdf.NewWriter(w, pdf.Info{Title: doc.Title, Lang: doc.Lang, Created: doc.Written})
	d, pages, err := p.layOut(out, doc)
	if err != nil {
		return 0, err
	}
	if err := out.Add(d); err != nil {
		return 0, fmt.Errorf("letterpdf: %w", err)
	}
	return pages, out.Close()
}

// Batch prints many letters as one file, for a mail house. Each is written
// when it is added; what stays in memory is a few words for each, and the
// glyphs used so far.
type Batch struct {
	press *Press
	out   *pdf.Writer
}

// Batch begins a file of many letters.
func (p *Press) Batch(w io.Writer, info pdf.Info) *Batch { return &Batch{p, pdf.NewWriter(w, info)} }

// Add prints a letter and gives its number of pages. One with an odd number
// gets a blank one, so that printed on both sides no letter begins on the back
// of another's. A letter that can not be printed is an error and leaves the
// batch as it was.
func (b *Batch) Add(doc *Document) (pages int, err error) {
	d, pages, err := b.press.layOut(b.out, doc)
	if err != nil {
		return 0, err
	}
	if pages%2 != 0 {
		d.AddPage()
		pages++
	}
	if err := b.out.Add(d); err != nil {
		return 0, fmt.Errorf("letterpdf: %w", err)
	}
	return pages, nil
}

// Close completes the file. It does not close what is below.
func (b *Batch) Close() error { return b.out.Close() }
