package receiving

import (
	"errors"
	"fmt"
	"io"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/format/nacha"
	"quittance.org/quittance/internal/store"
)

// achFile is the work on an ACH file: what is known from its records so far.
type achFile struct {
	*taking
	made civil.Date // the day that its header gives; zero: none that can be read
}

// ach works an ACH file off, item by item. A bad item is set aside, and so is
// what is wrong with the file as a whole; the good ones go on (ACH-42).
func (t *taking) ach() error {
	f := &achFile{taking: t}
	r := nacha.NewReader(t.spool.Content())
	for {
		item, err := r.Next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		if err := t.ctx.Err(); err != nil {
			return err
		}
		if err := f.one(&item); err != nil {
			return err
		}
	}
}

func (f *achFile) one(item *nacha.Item) error {
	if item.Kind == nacha.KindFile {
		f.made = item.Header.CreatedOn
		// A date that is caught up is older than what lies in the mailbox by then.
		if f.made.After(f.date) && !f.made.After(f.today()) {
			f.date = f.made
		}
	}
	if !item.Usable() && !codeOnly(item) {
		return f.unusable(item)
	}
	if err := f.act(item); err != nil {
		return err
	}
	return f.wrong(item)
}

// act does what an item asks for.
func (f *achFile) act(item *nacha.Item) error {
	switch item.Kind {
	case nacha.KindReturn:
		return f.returned(item)
	case nacha.KindChange:
		return f.change(item)
	case nacha.KindDishonored, nacha.KindContested:
		return f.disputed(item)
	case nacha.KindRefused:
		i := f.itemOf(item, itemRefused, item.Change.Code, item.Change.OriginalTrace)
		i.Reason, i.Note = ach.CodeChangeRefused, "a correction was refused by a bank: nothing of ours depends on it"
		return f.put(i)
	case nacha.KindEntry:
		return f.forward(item)
	case nacha.KindAcknowledge, nacha.KindAdvice:
		i := f.itemOf(item, itemInformed, "", item.Entry.Trace)
		i.State, i.Reason, i.Note = store.BankItemNoted, "entry.informed", "the bank tells of an entry; nothing follows from it"
		return f.put(i)
	case nacha.KindFile, nacha.KindEnd, nacha.KindProblem:
	}
	return nil
}

// itemOf begins the record of an item, for staff unless something better is
// made of it. Its key is what the bank says, until entryOf knows which entry it
// says it of: trace numbers are given out again (ACH-25).
func (f *achFile) itemOf(item *nacha.Item, kind, code, trace string) store.BankItem {
	i := store.BankItem{
		BankItemID: f.place(item.Line), Kind: kind, Code: code, Trace: trace, Amount: item.Entry.Amount, State: store.BankItemSetAside,
	}
	if item.Batch != nil {
		i.On = item.Batch.EffectiveOn
	}
	if trace != "" {
		i.Key = fmt.Sprintf("%s|%s|%s|%s|%s", kind, trace, code, item.Entry.Amount, i.On)
	}
	return i
}

// disputed sets what banks tell each other of a return aside.
func (f *achFile) disputed(item *nacha.Item) error {
	last := item.Returns[len(item.Returns)-1]
	return f.item(f.itemOf(item, itemDispute, last.Code, last.OriginalTrace), func(tx *store.Tx, i *store.BankItem) error {
		_, _, err := f.entryOf(tx, item, i, false)
		i.State, i.Reason, i.Note = store.BankItemSetAside, "return.disputed", ach.ReasonOf(last.Code).Meaning+" Talk to our bank."
		return err
	})
}

// unusable sets an item aside that can not be read, with the first reason.
func (f *achFile) unusable(item *nacha.Item) error {
	for _, p := range item.Problems {
		if p.Spoils < nacha.SpoilsEntry {
			continue
		}
		i := store.BankItem{Kind: itemProblem, Code: p.Code, Reason: p.Code, Note: p.Message, Trace: f.reference(item.Entry.Trace), Amount: item.Entry.Amount}
		if n := len(item.Returns); n > 0 {
			i.Trace = f.reference(item.Returns[n-1].OriginalTrace)
		}
		return f.problem(p.Line, i)
	}
	return nil
}

// codeOnly tells whether nothing spoils a return but that its code is of no
// standard. Banks send codes of their own (ACH-42); the money is gone all the
// same.
func codeOnly(item *nacha.Item) bool {
	if item.Kind != nacha.KindReturn || len(item.Returns) == 0 {
		return false
	}
	for _, p := range item.Problems {
		if p.Spoils >= nacha.SpoilsEntry && p.Code != "return.code" {
			return false
		}
	}
	return true
}

// wrong records what is wrong with the batch or the file around a good item.
func (f *achFile) wrong(item *nacha.Item) error {
	for _, p := range item.Problems {
		if p.Spoils >= nacha.SpoilsBatch {
			if err := f.problem(p.Line, problemOf(p.Code, p.Message)); err != nil {
				return err
			}
		}
	}
	return nil
}

// forward sets an entry of somebody else aside: a credit may be a payment of a
// member through a bank, which its channel will take; nobody may debit us.
func (f *achFile) forward(item *nacha.Item) error {
	i := f.itemOf(item, itemForward, fmt.Sprint(int(item.Entry.Code)), item.Entry.Trace)
	i.Reason, i.Note = "entry.credit", "a credit of somebody else: find out who it is from"
	if digit := int(item.Entry.Code) % 10; digit >= 5 {
		i.Reason, i.Note = "entry.debit", "somebody debits us: object at the bank"
	}
	return f.put(i)
}

// entryOf finds the entry of ours that an item speaks of, or says in the item
// why there is none (ACH-25). money tells whether the amount must agree.
func (f *achFile) entryOf(tx *store.Tx, item *nacha.Item, i *store.BankItem, money bool) (e ach.Entry, found bool, err error) {
	aside := func(reason, note string) (ach.Entry, bool, error) {
		i.State, i.Reason, i.Note = store.BankItemSetAside, reason, note
		return ach.Entry{}, false, nil
	}
	if company := f.profile.Bank.CompanyID; item.Batch != nil && company != "" && item.Batch.CompanyID != company {
		return aside("entry.other_company", "it is about an entry of another company: tell the bank")
	}
	e, err = tx.FiledEntryByTrace(i.Trace)
	if fault.KindOf(err) == fault.NotFound {
		return aside("entry.unknown_trace", "we sent no entry with this trace number: tell the bank")
	}
	if err != nil {
		return e, false, err
	}
	if money && e.Amount != i.Amount {
		return aside("entry.amount_differs", fmt.Sprintf("our entry with this trace number is for %s: ask the bank", e.Amount))
	}
	if !ach.MayReturn(e.SettleOn, f.date) {
		return aside("entry.window", fmt.Sprintf("our entry with this trace number settled on %s: it can not be the one", e.SettleOn))
	}
	i.AccountID, i.Entry = e.AccountID, e.ID
	i.Key = fmt.Sprintf("%s|%s|%s", i.Kind, e.ID, i.Code)
	return e, true, nil
}
