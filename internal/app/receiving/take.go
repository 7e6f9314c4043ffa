package receiving

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/spool"
)

// Take takes one file in, whatever it is: the way of Fetch for files that come
// by hand. A file that was taken in before changes nothing; one that was cut
// off is gone on with.
func (s *Service) Take(ctx context.Context, name string, r io.Reader) (Report, error) {
	report, err := s.take(ctx, name, r, s.today())
	if err != nil {
		return report, err
	}
	_, err = s.Reconcile(ctx, s.today())
	return report, cmp.Or(err, s.count(ctx, &report))
}

func (s *Service) take(ctx context.Context, name string, r io.Reader, date civil.Date) (Report, error) {
	spooled, err := spool.Read(ctx, r, s.keepMost)
	if err != nil {
		return Report{}, err
	}
	defer spooled.Close()
	kind, why, err := recognize(spooled)
	if err != nil {
		return Report{}, err
	}
	if _, isAck := ach.IsAck(name); isAck && kind == FileUnknown {
		kind, why = FileAck, ""
	}
	file, err := s.keep(ctx, name, spooled)
	report := Report{FileID: file.ID, Name: name, Kind: kind, SHA256: spooled.SHA256, Size: spooled.Size, Whole: spooled.Whole(), TakenOn: file.FinishedAt}
	if err != nil {
		return report, err
	}
	if file.FinishedAt.IsZero() {
		t := &taking{Service: s, ctx: ctx, file: file, spool: spooled, date: date}
		if err := t.work(kind, why); err != nil {
			return report, fmt.Errorf("bank file %s: %w", name, err)
		}
	}
	return report, s.count(ctx, &report)
}

// keep keeps the file, or finds it kept.
func (s *Service) keep(ctx context.Context, name string, spooled *spool.File) (file store.InboundFile, err error) {
	err = again(func() error {
		return s.db.InTx(ctx, "receive bank file", func(tx *store.Tx) error {
			var err error
			file, err = tx.InboundFileByHash(store.BankFile, spooled.SHA256)
			if fault.KindOf(err) != fault.NotFound {
				return err
			}
			file = store.InboundFile{
				ID: ident.ID[store.InboundFile]{UUID: tx.NewID()}, Kind: store.BankFile, Name: name, SHA256: spooled.SHA256, Size: spooled.Size,
			}
			return tx.InsertInboundFile(file, keptOf(spooled))
		})
	})
	return file, err
}

// again runs f once more when somebody else has just written the same.
func again(f func() error) error {
	err := f()
	if fault.Is(err, store.CodeDuplicate) {
		return f()
	}
	return err
}

func (s *Service) count(ctx context.Context, r *Report) error {
	return s.db.Read(ctx, "items of a bank file", func(tx *store.ReadTx) error {
		n, err := tx.BankItemCounts(r.FileID)
		r.Posted, r.Noted, r.Known = n[store.BankItemPosted], n[store.BankItemNoted], n[store.BankItemKnown]
		r.Waiting, r.SetAside = n[store.BankItemWaiting], n[store.BankItemSetAside]
		return err
	})
}

// taking is the work on one file.
type taking struct {
	*Service
	ctx      context.Context
	file     store.InboundFile
	spool    *spool.File
	date     civil.Date
	items    int64 // so far
	problems int
}

func (t *taking) work(kind FileKind, why string) error {
	var err error
	switch kind {
	case FileACH:
		err = t.ach()
	case FileStatement:
		err = t.statement()
	case FileAck:
		err = t.put(store.BankItem{Kind: itemFile, State: store.BankItemNoted, Reason: "file.acknowledgment", Note: "the bank's word on a file of ours: whoever sends those reads it"})
	case FileUnknown:
		err = t.put(store.BankItem{Kind: itemFile, State: store.BankItemSetAside, Reason: why, Note: fileNotes[why]})
	}
	if err != nil {
		return err
	}
	return t.db.InTx(t.ctx, "finish bank file", func(tx *store.Tx) error {
		tx.FinishInboundFile(t.file.ID)
		return nil
	})
}

// The kinds of items. They are stored and never change.
const (
	itemFile     = "file"     // the file as a whole
	itemProblem  = "problem"  // something that can not be read, or totals that are off
	itemReturn   = "return"   // an entry of ours came back
	itemDispute  = "dispute"  // dishonored and contested returns
	itemChange   = "change"   // a notification of change
	itemRefused  = "refused"  // a refused notification of change
	itemForward  = "forward"  // an entry of somebody else
	itemLine     = "line"     // of a statement
	itemInformed = "informed" // acknowledgments and advices
)

// place gives the place of the next item. Items are counted through the file:
// several may stand on one line, and a problem points to a line of before.
func (t *taking) place(line int) store.BankItemID {
	t.items++
	return store.BankItemID{File: t.file.ID, Line: int64(max(line, 1)), Seq: t.items}
}

// put records an item that nothing follows from.
func (t *taking) put(i store.BankItem) error {
	if i.Line == 0 {
		i.BankItemID = t.place(1)
	}
	return t.item(i, nothing)
}

// item works one item off in a transaction of its own, unless that was done
// before. follow does what follows from it and says so in the item; what it
// refuses is set aside, with all that it had found out.
func (t *taking) item(i store.BankItem, follow func(tx *store.Tx, i *store.BankItem) error) error {
	if i.Key == "" { // nothing like it can come again but in this file
		i.Key = fmt.Sprintf("%s|%s|%d|%d", i.Kind, i.File, i.Line, i.Seq)
	}
	if i.On.IsZero() {
		i.On = t.date
	}
	i.By = actor
	var tried store.BankItem
	err := again(func() error {
		return t.db.InTx(t.ctx, "bank item", func(tx *store.Tx) error {
			tried = i
			return t.once(tx, &tried, follow)
		})
	})
	if err == nil || !ours(err) {
		return err
	}
	tried.State, tried.Reason, tried.Note = store.BankItemSetAside, cmp.Or(fault.CodeOf(err), "item.failed"), err.Error()
	return again(func() error {
		return t.db.InTx(t.ctx, "set bank item aside", func(tx *store.Tx) error {
			aside := tried
			return t.once(tx, &aside, nothing)
		})
	})
}

// nothing follows from an item that is only recorded.
func nothing(*store.Tx, *store.BankItem) error { return nil }

// once does the work on an item unless it is done, and records it. One of which
// nothing else came than when it came before is known, and in no queue twice.
func (t *taking) once(tx *store.Tx, i *store.BankItem, follow func(tx *store.Tx, i *store.BankItem) error) error {
	done, err := tx.BankItemDone(i.BankItemID)
	if err != nil || done {
		return err
	}
	if err := follow(tx, i); err != nil {
		return err
	}
	if i.State != store.BankItemPosted {
		if _, err := t.known(tx, i, i.Reason); err != nil {
			return err
		}
	}
	tx.InsertBankItem(*i)
	return nil
}

// known tells whether an item came before, in this file or another, and took
// effect; then it says so in the item. One that was set aside has had none, and
// is worked again (ACH-42): the bank may have put right what was wrong, or we.
// It is known only if the same reason sets it aside once more.
func (t *taking) known(tx *store.Tx, i *store.BankItem, reason string) (bool, error) {
	same, found, err := tx.BankItemBefore(i.Key, reason)
	if err != nil || !found {
		return false, err
	}
	i.State, i.Reason = store.BankItemKnown, reasonKnown
	i.Note = fmt.Sprintf("the same as line %d of a file of before, which was %s", same.Line, same.State)
	i.AccountID, i.Entry = same.AccountID, same.Entry
	return true, nil
}

const reasonKnown = "item.known"

// ours tells whether an error is about the item. Others are about the moment:
// the file is gone on with later.
func ours(err error) bool {
	return !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) && fault.KindOf(err) != fault.Unavailable
}

// problemsMost bounds what is recorded of a file that is nothing but trouble.
const problemsMost = 1000

func problemOf(code, message string) store.BankItem {
	return store.BankItem{Kind: itemProblem, Code: code, Reason: code, Note: message}
}

// problem records that something of the file can not be read.
func (t *taking) problem(line int, i store.BankItem) error {
	t.problems++
	i.BankItemID, i.State = t.place(line), store.BankItemSetAside
	switch {
	case t.problems > problemsMost:
		return nil
	case t.problems == problemsMost:
		i.Reason, i.Note = "file.more_problems", "and more: the others are left out; see quittance file check"
	}
	return t.put(i)
}
