package originating

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/format/nacha"
	"quittance.org/quittance/internal/store"
)

// pageEntries is how many entries are in memory while a file is written.
const pageEntries = 1000

// written is what writing a file came to.
type written struct {
	ach.Totals
	bytes  int64
	sha256 string
}

// write writes a file from its rows and tells what was written. Bank accounts
// are decrypted page by page and go nowhere but to w.
func (s *Service) write(ctx context.Context, f store.ACHFile, w io.Writer) (written, error) {
	var batches []store.ACHBatch
	err := s.db.Read(ctx, "batches of a file", func(tx *store.ReadTx) (err error) {
		batches, err = tx.ACHBatches(f.ID)
		return err
	})
	if err != nil {
		return written{}, err
	}
	hash := sha256.New()
	out, err := nacha.NewWriter(io.MultiWriter(hash, w), s.header(f))
	if err != nil {
		return written{}, fmt.Errorf("file %s: %w", f.Name, err)
	}
	pages := &pages{service: s, ctx: ctx, file: f.ID}
	for _, b := range batches {
		if err := out.Batch(batchHeader(f, b)); err != nil {
			return written{}, fmt.Errorf("file %s, batch %d: %w", f.Name, b.Number, err)
		}
		if err := pages.writeTo(out, b); err != nil {
			return written{}, fmt.Errorf("file %s: %w", f.Name, err)
		}
	}
	t, err := out.Close()
	return written{ach.Totals{Entries: t.Entries, Debits: t.Debit, Credits: t.Credit}, t.Bytes, hex.EncodeToString(hash.Sum(nil))}, err
}

// header is the file's first record. It is dated with the moment at which the
// file was begun, so that it is the same whenever it is written.
func (s *Service) header(f store.ACHFile) nacha.Header {
	begun := f.OpenedAt.Time().In(s.profile.Zone())
	return nacha.Header{
		Destination: f.BankRouting, DestinationName: f.BankName, Origin: f.Origin, OriginName: f.OriginName,
		CreatedOn: civil.DateOf(begun), CreatedAt: begun.Format("1504"), Modifier: f.Modifier,
	}
}

func batchHeader(f store.ACHFile, b store.ACHBatch) nacha.BatchHeader {
	service := nacha.Debits
	switch {
	case b.Kind == ach.KindMicro:
		service = nacha.Mixed
	case b.Kind.IsCredit():
		service = nacha.Credits
	}
	return nacha.BatchHeader{
		Class: nacha.Class(b.SEC), Service: service, CompanyName: f.CompanyName, CompanyID: f.CompanyID,
		Description: b.Kind.Description(f.Description), EffectiveOn: f.SettleOn, ODFI: f.BankRouting[:8],
	}
}

// pages reads the entries of a file, some at a time.
type pages struct {
	service *Service
	ctx     context.Context
	file    ach.FileID
	page    []store.FiledEntry
	last    int64
}

// writeTo writes the entries of the next batch.
func (p *pages) writeTo(out *nacha.Writer, b store.ACHBatch) error {
	for range b.Entries {
		e, err := p.next()
		if err != nil {
			return err
		}
		if e.Kind != b.Kind || e.SEC != b.SEC {
			return fault.New(fault.Internal, CodeTampered, "entry %d is %s %s and lies in a batch of %s %s", e.Seq, e.Kind, e.SEC, b.Kind, b.SEC)
		}
		if err := out.Entry(entryLine(e)); err != nil {
			return fmt.Errorf("entry %d, trace %s: %w", e.Seq, e.Trace, err)
		}
	}
	return nil
}

func (p *pages) next() (store.FiledEntry, error) {
	if len(p.page) == 0 {
		err := p.service.db.Read(p.ctx, "entries of a file", func(tx *store.ReadTx) (err error) {
			p.page, err = tx.FiledEntries(p.file, p.last, pageEntries)
			return err
		})
		if err == nil && len(p.page) == 0 {
			err = fault.New(fault.Internal, CodeTampered, "no entry follows place %d", p.last)
		}
		if err != nil {
			return store.FiledEntry{}, err
		}
	}
	e := p.page[0]
	p.page, p.last = p.page[1:], e.Seq
	return e, nil
}

// nobody stands for a name that has no letter that a bank file can carry: the
// account number decides, and the name only helps.
const nobody = "ACCOUNT HOLDER"

func entryLine(e store.FiledEntry) nacha.Entry {
	name := nacha.Transliterate(e.Holder)
	if name == "" {
		name = nobody
	}
	kind := e.Kind
	if kind == ach.KindMicro && !e.Credit {
		kind = ach.KindDebit
	}
	return nacha.Entry{
		Code: nacha.Code(kind.TransactionCode(e.AccountType)), Routing: e.Routing, Account: e.Number, Amount: money.Cents(e.Amount),
		ID: e.SubscriberID, Name: name, PaymentType: string(e.Type), Trace: e.Trace,
	}
}
