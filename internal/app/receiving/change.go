package receiving

import (
	"context"
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/format/nacha"
	"quittance.org/quittance/internal/store"
)

// change applies a notification of change at once, which is sooner than the six
// bank days that there are (ACH-40). Stored bank accounts are never edited: the
// corrected one is another, and what used the old one goes on with it.
func (f *achFile) change(item *nacha.Item) error {
	c := item.Change
	i := f.itemOf(item, itemChange, c.Code, c.OriginalTrace)
	return f.item(i, func(tx *store.Tx, i *store.BankItem) error {
		e, found, err := f.entryOf(tx, item, i, false)
		if err != nil || !found {
			return err
		}
		if known, err := f.known(tx, i, ""); err != nil || known {
			return err
		}
		change, err := ach.NewChange(c.Code, ach.Corrected{Routing: c.Routing, Number: c.Account, Transaction: int(c.Transaction)})
		if err != nil {
			i.State, i.Reason, i.Note = store.BankItemSetAside, fault.CodeOf(err), noteOf(err)
			return nil
		}
		return f.correct(tx, e, change, i)
	})
}

// correct has the next entries go to a bank account as its bank says it is.
func (f *achFile) correct(tx *store.Tx, e ach.Entry, change ach.Change, i *store.BankItem) error {
	before, err := tx.BankAccount(e.AccountID, e.Bank)
	if err != nil {
		return err
	}
	i.State, i.Reason, i.Note = store.BankItemNoted, "change.nothing", "the bank account is so already"
	if !change.Alters(before) {
		return nil
	}
	after, err := tx.PutBankAccount(change.Apply(before), "corrected by its bank: "+change.Code)
	if err != nil {
		return err
	}
	used, err := f.autopay.Corrected(tx, e.AccountID, e.Bank, after, change.Code, f.date)
	if err != nil {
		return err
	}
	if !used { // a single payment: nothing goes there again (ACH-40)
		i.Reason, i.Note = "change.single", "the bank account was used once and is not saved"
		return nil
	}
	tx.CorrectWaiting(e.AccountID, e.Bank, after)
	i.State, i.Reason, i.Note = store.BankItemPosted, "change.applied", change.Code+" applied"
	tx.Audit(store.AuditEvent{
		AccountID: e.AccountID, Operation: "bank_account.correct", Actor: actor, Subject: "bank account " + e.Bank.String(),
		Summary: fmt.Sprintf("corrected by its bank to %s", after), Reason: change.Code,
	})
	return nil
}

// noteOf gives what an error says to staff.
func noteOf(err error) string {
	if fields := fault.Fields(err); len(fields) > 0 {
		return fields[0].Message
	}
	return err.Error()
}

// prenotesAtOnce bounds how many prenotes are answered in one look.
const prenotesAtOnce = 1000

// answerPrenotes takes silence for consent: a bank account whose prenote nobody
// has objected to in three bank days may be debited (ACH-10).
func (s *Service) answerPrenotes(ctx context.Context, date civil.Date) (int, error) {
	settled := civil.BankDays.Add(date, -3)
	if ach.LiveFrom(settled).After(date) { // date is no bank day
		settled = civil.BankDays.Add(settled, -1)
	}
	silent := 0
	for {
		var page []ach.Entry
		err := s.db.Read(ctx, "prenotes", func(tx *store.ReadTx) (err error) {
			page, err = tx.PrenotesFiled(settled, prenotesAtOnce)
			return err
		})
		if err != nil || len(page) == 0 {
			return silent, err
		}
		for _, e := range page {
			if err := s.prenoteSilent(ctx, e, date); err != nil {
				return silent, err
			}
			silent++
		}
	}
}

func (s *Service) prenoteSilent(ctx context.Context, e ach.Entry, date civil.Date) error {
	return s.db.InTx(ctx, "prenote not objected to", func(tx *store.Tx) error {
		tx.MoveACHEntry(e, ach.StateSettled)
		return s.autopay.Prenoted(tx, e.AccountID, e.Bank, "", date)
	})
}
