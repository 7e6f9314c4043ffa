package notifying

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
)

// batchMost is how many letters a batch holds at most.
const batchMost = 10_000

// Batch is a file of letters for the mail house, with its manifest, in a
// folder of its own.
type Batch struct {
	Number   int64
	On       civil.Date
	Stock    store.Stock
	Letters  int
	Pages    int
	SetAside int // letters that could not be printed
	SHA256   string
	Folder   string // where it lies; "" when nothing could be printed
}

// Codes of what stops printing.
const (
	CodeBatchLost    = "print.lost"    // nobody knows whether the mail house has it
	CodeBatchOpen    = "print.open"    // it was never finished
	CodeBatchChanged = "print.changed" // what was kept does not give the same file
)

// Print prints all that waits, as of a day, into folders below dir, the
// outbox. A batch that a crash has left is completed first, once: no letter is
// printed twice and none is lost. One program at a time prints.
// Letters that the money has overtaken since they were written are not printed.
func (s *Service) Print(ctx context.Context, on civil.Date, dir string) ([]Batch, error) {
	if err := s.overtake(ctx, on); err != nil {
		return nil, err
	}
	var all []Batch
	for {
		b, more, err := s.printBatch(ctx, on, dir)
		if err != nil || !more {
			return all, err
		}
		all = append(all, b)
	}
}

// printBatch prints one batch: the one that a crash has left, or else letters
// of one stock. It says false when nothing waits.
func (s *Service) printBatch(ctx context.Context, on civil.Date, dir string) (Batch, bool, error) {
	b, ok, err := s.nextBatch(ctx, on)
	if err != nil || !ok {
		return Batch{}, false, err
	}
	p := &printing{s: s, batch: b, dir: dir}
	if b.State == store.BatchOpen {
		if err := p.make(ctx); err != nil {
			return Batch{}, false, fmt.Errorf("print batch %d: %w", b.Number, err)
		}
	}
	if err := p.deliver(ctx); err != nil {
		return Batch{}, false, fmt.Errorf("print batch %d: %w", b.Number, err)
	}
	return p.report(), true, nil
}

func (s *Service) nextBatch(ctx context.Context, on civil.Date) (b store.PrintBatch, ok bool, err error) {
	err = s.db.InTx(ctx, "open print batch", func(tx *store.Tx) error {
		if b, ok, err = tx.UnfinishedBatch(); err != nil || ok {
			return err
		}
		for _, stock := range []store.Stock{store.StockLetter, store.StockBill} {
			if b, ok, err = tx.OpenBatch(on, stock, batchMost); err != nil || ok {
				return err
			}
		}
		return nil
	})
	if err == nil {
		err = s.reached("opened")
	}
	return b, ok, err
}

// PrintAgain makes the files of a batch again, byte for byte, in a folder below
// dir: for a batch that was lost.
func (s *Service) PrintAgain(ctx context.Context, number int64, dir string) (Batch, error) {
	b, err := s.batch(ctx, number)
	if err != nil {
		return Batch{}, err
	}
	if b.State == store.BatchOpen {
		return Batch{}, fault.New(fault.Conflict, CodeBatchOpen, "batch %d was never finished: printing completes it", number)
	}
	p := &printing{s: s, batch: b, dir: dir}
	if err := p.writeFiles(ctx); err != nil {
		return Batch{}, fmt.Errorf("print batch %d again: %w", number, err)
	}
	if p.batch.SHA256 != b.SHA256 {
		return Batch{}, fault.New(fault.Internal, CodeBatchChanged, "batch %d can not be made again: the file differs from what was printed", number)
	}
	if err := p.deliver(ctx); err != nil {
		return Batch{}, fmt.Errorf("print batch %d again: %w", number, err)
	}
	return p.report(), nil
}

// BatchTaken records that the mail house has a batch of which nobody knew
// (see CodeBatchLost).
func (s *Service) BatchTaken(ctx context.Context, number int64) error {
	b, err := s.batch(ctx, number)
	if err != nil {
		return err
	}
	if b.State == store.BatchOpen {
		return fault.New(fault.Conflict, CodeBatchOpen, "batch %d was never finished: nobody can have it", number)
	}
	return s.out(ctx, number)
}

func (s *Service) batch(ctx context.Context, number int64) (b store.PrintBatch, err error) {
	err = s.db.Read(ctx, "print batch", func(tx *store.ReadTx) error {
		b, err = tx.Batch(number)
		return err
	})
	return b, err
}

func (s *Service) out(ctx context.Context, number int64) error {
	return s.db.InTx(ctx, "print batch is out", func(tx *store.Tx) error {
		tx.BatchIsOut(number)
		return nil
	})
}

// printing is one batch under way.
type printing struct {
	s      *Service
	batch  store.PrintBatch
	dir    string
	failed []failedLetter
}

// failedLetter is one that can not be printed.
type failedLetter struct {
	account enrollment.AccountID
	id      store.MessageID
	cause   error
}

func (p *printing) name() string {
	return fmt.Sprintf("%s-%s-%06d", p.batch.On, p.batch.Stock, p.batch.Number)
}

// folder is where the mail house finds the batch, work where it is made: beside
// it, so that one rename brings all of it there at once.
func (p *printing) folder() string { return filepath.Join(p.dir, p.name()) }
func (p *printing) work() string   { return filepath.Join(p.dir, "."+p.name()) }

func (p *printing) report() Batch {
	b := p.batch
	out := Batch{b.Number, b.On, b.Stock, b.Letters, b.Pages, len(p.failed), b.SHA256, p.folder()}
	if b.Letters == 0 {
		out.Folder = ""
	}
	return out
}

// make writes the files of an open batch, whole and on the disk, before it
// records that its letters are sent. A crash before that begins anew; after it
// only the rename is left to do.
func (p *printing) make(ctx context.Context) error {
	if err := p.writeFiles(ctx); err != nil {
		return err
	}
	err := p.s.db.InTx(ctx, "print batch made", func(tx *store.Tx) error {
		for _, f := range p.failed {
			tx.MarkMessage(f.account, f.id, store.MessageFailed)
			tx.LetterFailed(because(store.LetterException{Account: f.account, Source: f.id.UUID, About: store.AboutPrint}, f.cause))
		}
		tx.BatchMade(p.batch)
		return nil
	})
	if err != nil {
		return err
	}
	return p.s.reached("made")
}

// deliver brings the files into the outbox and records it. If they are neither
// beside the outbox nor in it, the mail house took them between the rename and
// the record, or the disk was lost: that is asked, not guessed.
func (p *printing) deliver(ctx context.Context) error {
	if p.batch.Letters > 0 {
		err := os.Rename(p.work(), p.folder())
		if errors.Is(err, fs.ErrNotExist) {
			_, err = os.Stat(p.folder())
		}
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return fault.New(fault.Conflict, CodeBatchLost,
				"its files are not in %s: ask the mail house for batch %d, then record that they have it, or print it again", p.dir, p.batch.Number)
		case err != nil:
			return err
		}
		if err := syncFolder(p.dir); err != nil {
			return err
		}
	}
	if err := p.s.reached("renamed"); err != nil {
		return err
	}
	return p.s.out(ctx, p.batch.Number)
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// reached is where tests kill the program.
func (s *Service) reached(step string) error {
	if s.kill == nil {
		return nil
	}
	return s.kill(step)
}
