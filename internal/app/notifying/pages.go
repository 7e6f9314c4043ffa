package notifying

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/format/billpdf"
	"quittance.org/quittance/internal/format/letterpdf"
	"quittance.org/quittance/internal/format/pdf"
	"quittance.org/quittance/internal/store"
)

// The files of a batch.
const (
	lettersFile  = "letters.pdf"
	manifestFile = "manifest.json"
)

// Manifest tells the mail house what is in a batch, and no more of the people
// than it needs to count and to find a letter again.
type Manifest struct {
	Format  int           `json:"format"`
	Batch   int64         `json:"batch"`
	Date    civil.Date    `json:"date"`
	Stock   store.Stock   `json:"stock"`
	File    string        `json:"file"`
	SHA256  string        `json:"sha256"` // of the file
	Letters int           `json:"letters"`
	Pages   int           `json:"pages"`
	Items   []PrintedItem `json:"items"`
}

// PrintedItem is one letter of a batch.
type PrintedItem struct {
	Letter    store.MessageID `json:"letter"`
	Template  string          `json:"template"`
	Version   int             `json:"version"`
	Language  string          `json:"language"`
	FirstPage int             `json:"first_page"`
	Pages     int             `json:"pages"`
}

// presses print the two stocks.
type presses struct {
	letters *letterpdf.Press
	bills   *billpdf.Press
	mailed  func(store.LinkCodeID) identity.AccountCode // the code that a letter brings
}

func newPresses(fonts fs.FS, mailed func(store.LinkCodeID) identity.AccountCode) (*presses, error) {
	if fonts == nil {
		return nil, errors.New("notifying: printing needs fonts")
	}
	letters, err := letterpdf.NewPress(fonts)
	if err != nil {
		return nil, err
	}
	bills, err := billpdf.NewPress(fonts)
	return &presses{letters, bills, mailed}, err
}

// sheets is a file of letters being printed.
type sheets struct {
	add   func(store.Message) (pages int, err error)
	close func() error
}

func (p *presses) begin(w io.Writer, b store.PrintBatch) sheets {
	info := pdf.Info{Title: fmt.Sprintf("Batch %d", b.Number), Lang: "en", Created: b.On}
	if b.Stock == store.StockBill {
		file := p.bills.Batch(w, info)
		return sheets{func(m store.Message) (int, error) {
			var doc billpdf.Document
			if err := unpack(m.Document, &doc); err != nil {
				return 0, err
			}
			doc.To = lines(m)
			at, err := file.Add(&doc)
			return at.Count, err
		}, file.Close}
	}
	file := p.letters.Batch(w, info)
	return sheets{func(m store.Message) (int, error) {
		var doc letterpdf.Document
		if err := unpack(m.Document, &doc); err != nil {
			return 0, err
		}
		doc.To = lines(m)
		p.fillCode(m, &doc)
		return file.Add(&doc)
	}, file.Close}
}

func lines(m store.Message) []string { return strings.Split(m.Address.Reveal(), "\n") }

// Preview prints one kept letter by itself, for staff.
func (s *Service) Preview(w io.Writer, m store.Message) error {
	presses, err := s.presses()
	if err != nil {
		return err
	}
	on := m.CreatedAt.DateIn(s.profile.Zone())
	file := presses.begin(w, store.PrintBatch{On: on, Stock: m.Stock})
	if _, err := file.add(m); err != nil {
		return err
	}
	return file.close()
}

// Kept is a letter as it went out.
type Kept = store.Message

// Printed gives the words of a kept letter on paper; false for a bill, which
// has a page of its own, and for what went by e-mail.
func Printed(m store.Message) (doc letterpdf.Document, ok bool, err error) {
	if m.Channel != store.ChannelPrint || m.Stock != store.StockLetter || len(m.Document) == 0 {
		return doc, false, nil
	}
	err = unpack(m.Document, &doc)
	return doc, err == nil, err
}

// disk is a file being written: it remembers that it failed, so that a full
// disk is not taken for a letter that can not be printed.
type disk struct {
	out io.Writer
	err error
}

func (d *disk) Write(b []byte) (int, error) {
	n, err := d.out.Write(b)
	if err != nil {
		d.err = err
	}
	return n, err
}

// writeFiles writes letters and manifest beside the outbox, and onto the disk.
func (p *printing) writeFiles(ctx context.Context) error {
	presses, err := p.s.presses()
	if err != nil {
		return err
	}
	if err := os.RemoveAll(p.work()); err != nil { // of a try that did not end
		return err
	}
	if err := os.MkdirAll(p.work(), 0o750); err != nil {
		return err
	}
	manifest := Manifest{Format: 1, Batch: p.batch.Number, Date: p.batch.On, Stock: p.batch.Stock, File: lettersFile, Items: []PrintedItem{}}
	sum := sha256.New()
	err = writeFile(filepath.Join(p.work(), lettersFile), func(w io.Writer) error {
		return p.print(ctx, presses, &disk{out: io.MultiWriter(w, sum)}, &manifest)
	})
	if err != nil {
		return err
	}
	if err := p.s.reached("printed"); err != nil {
		return err
	}
	manifest.SHA256 = hex.EncodeToString(sum.Sum(nil))
	err = writeFile(filepath.Join(p.work(), manifestFile), func(w io.Writer) error {
		out := json.NewEncoder(w)
		out.SetIndent("", " ")
		return out.Encode(manifest)
	})
	if err != nil {
		return err
	}
	p.batch.Letters, p.batch.Pages, p.batch.SHA256 = manifest.Letters, manifest.Pages, manifest.SHA256
	if p.batch.Letters == 0 {
		return os.RemoveAll(p.work())
	}
	if err := syncFolder(p.work()); err != nil {
		return err
	}
	return p.s.reached("written")
}

// print lays out every letter of the batch. One that can not be printed is
// noted and left out.
func (p *printing) print(ctx context.Context, presses *presses, out *disk, manifest *Manifest) error {
	p.failed = nil
	file := presses.begin(out, p.batch)
	var last store.Message
	for {
		page, err := p.page(ctx, last)
		if err != nil {
			return err
		}
		for _, m := range page {
			pages, err := file.add(m)
			if out.err != nil {
				return out.err
			}
			if err != nil {
				p.failed = append(p.failed, failedLetter{m.AccountID, m.ID, err})
				continue
			}
			manifest.Items = append(manifest.Items, PrintedItem{m.ID, m.Template, m.Version, m.Language, manifest.Pages + 1, pages})
			manifest.Letters++
			manifest.Pages += pages
		}
		if len(page) < pageOf {
			return errors.Join(file.close(), out.err)
		}
		last = page[len(page)-1]
	}
}

func (p *printing) page(ctx context.Context, after store.Message) (page []store.Message, err error) {
	err = p.s.db.Read(ctx, "letters of batch", func(tx *store.ReadTx) error {
		page, err = tx.BatchMessages(p.batch.Number, after, pageOf)
		return err
	})
	return page, err
}

// writeFile writes a file and has it on the disk before it returns.
func writeFile(name string, write func(io.Writer) error) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o640)
	if err != nil {
		return err
	}
	out := bufio.NewWriterSize(f, 256<<10)
	err = write(out)
	return errors.Join(err, out.Flush(), f.Sync(), f.Close())
}
