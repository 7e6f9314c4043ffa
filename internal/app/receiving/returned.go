package receiving

import (
	"fmt"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/format/nacha"
	"quittance.org/quittance/internal/store"
)

// returned works a return off: the payment is undone, AutoPay draws its
// conclusions, and the letter of the same day follows from the payment's return
// (R-AUTO-7, M12).
func (f *achFile) returned(item *nacha.Item) error {
	r := item.Returns[len(item.Returns)-1]
	i := f.itemOf(item, itemReturn, r.Code, r.OriginalTrace)
	return f.item(i, func(tx *store.Tx, i *store.BankItem) error {
		e, found, err := f.entryOf(tx, item, i, true)
		if err != nil || !found {
			return err
		}
		before, err := tx.ACHReturnOf(e.AccountID, e.ID)
		switch {
		case err == nil && before.Code == r.Code:
			i.State, i.Reason = store.BankItemKnown, reasonKnown
			i.Note = fmt.Sprintf("the entry came back with this code on %s already", before.On)
			return nil
		case err == nil:
			i.State, i.Reason = store.BankItemSetAside, "return.again"
			i.Note = fmt.Sprintf("the entry came back on %s already, with %s: ask the bank to dishonor this one (R67)", before.On, before.Code)
			return nil
		case fault.KindOf(err) != fault.NotFound:
			return err
		}
		return f.takeBack(tx, e, ach.ReasonOf(r.Code), i)
	})
}

// takeBack posts that an entry came back.
func (f *achFile) takeBack(tx *store.Tx, e ach.Entry, reason ach.Reason, i *store.BankItem) error {
	if !reason.Undoes() {
		i.State, i.Reason, i.Note = store.BankItemSetAside, "return.not_ours", reason.Meaning
		return nil
	}
	sent := f.date
	if !f.made.IsZero() && f.made.Before(sent) {
		sent = f.made // the file may have lain in the mailbox
	}
	late := reason.Late(e.SettleOn, sent)
	tx.ReturnACHEntry(e, reason, f.date, late)
	i.State, i.Reason, i.Note = store.BankItemPosted, "return.posted", reason.Meaning
	if err := f.follow(tx, e, reason, i); err != nil {
		return err
	}
	switch {
	case i.State == store.BankItemSetAside: // with a reason of its own
	case late: // posted all the same: the money is gone
		i.State, i.Reason = store.BankItemSetAside, "return.late"
		i.Note = fmt.Sprintf("posted, but it came after the time for %s: our bank may dishonor it (R68) until %s", reason.Code, ach.DishonorUntil(f.date))
	case reason.OurBug:
		i.State, i.Reason, i.Note = store.BankItemSetAside, "return.our_mistake", "posted, but the entry was badly made: "+reason.Meaning
	case reason.AlwaysReviewed():
		i.State, i.Reason, i.Note = store.BankItemSetAside, "return.review", "posted; look at it: "+reason.Meaning
	}
	return nil
}

// follow does what a return means for the books.
func (f *achFile) follow(tx *store.Tx, e ach.Entry, reason ach.Reason, i *store.BankItem) error {
	switch e.Kind {
	case ach.KindDebit, ach.KindRetry:
		isNew, err := f.payments.TakeBack(tx, e.AccountID, e.PaymentID, reason.Code, f.date)
		switch {
		case fault.Is(err, payment.CodeRefunded):
			tx.MoveACHEntry(e, ach.StateReturned)
			i.State, i.Reason, i.Note = store.BankItemSetAside, payment.CodeRefunded, err.Error()
		case err != nil:
			return err
		case !isNew: // reversed, or by hand
			i.State, i.Reason, i.Note = store.BankItemSetAside, "return.taken_back", "the payment was taken back before, by another way: compare with the statement"
		}
		// The bank's word on the account and the permission holds whatever became
		// of the money (ACH-33).
		return f.autopay.Returned(tx, e, reason.Code, f.date, !isNew)
	case ach.KindPrenote:
		tx.MoveACHEntry(e, ach.StateReturned)
		return f.autopay.Prenoted(tx, e.AccountID, e.Bank, reason.Code, f.date)
	case ach.KindMicro:
		tx.MoveACHEntry(e, ach.StateReturned)
		return f.autopay.MicroReturned(tx, e, reason.Code, f.date)
	case ach.KindRefund:
		tx.MoveACHEntry(e, ach.StateReturned)
		return f.refunds.CameBack(tx, e, reason.Code, f.date)
	case ach.KindReversal:
		tx.MoveACHEntry(e, ach.StateReturned)
		i.State, i.Reason, i.Note = store.BankItemSetAside, "return.reversal", "the bank could not carry out a reversal of ours: settle it with the payer"
	}
	return nil
}
