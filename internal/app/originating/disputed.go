package originating

import (
	"context"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/store"
)

// disputedPage is how many entries are looked up at a time; there are few.
const disputedPage = 100

// takeBackDisputed undoes the payments whose debits wait and may be in no file
// any more: the member's bank said that nobody agreed to their mandate, after
// they were posted and before their file was built (ACH-33). The money never
// moved: the bill is owed again, and the letter of the next morning says so.
// Each is undone in a transaction of its own, once; one that can not be undone
// stays with what a person must look at.
func (s *Service) takeBackDisputed(ctx context.Context) (n int, err error) {
	if s.payments == nil {
		return 0, nil
	}
	var after ach.Entry
	for {
		var page []ach.Entry
		err := s.db.Read(ctx, "disputed entries", func(tx *store.ReadTx) (err error) {
			page, err = tx.DisputedEntries(after, disputedPage)
			return err
		})
		if err != nil || len(page) == 0 {
			return n, err
		}
		for _, e := range page {
			isNew, err := s.takeBackOne(ctx, e)
			switch {
			case err == nil && isNew:
				n++
			case err == nil:
			case store.Blameable(err):
				s.log.ErrorContext(ctx, "a person must look: the payment of a disputed debit could not be taken back", "account", e.AccountID, "entry", e.ID, "error", err)
			default:
				return n, err
			}
			after = e
		}
	}
}

func (s *Service) takeBackOne(ctx context.Context, e ach.Entry) (isNew bool, err error) {
	err = s.db.InTx(ctx, "take a disputed debit back", func(tx *store.Tx) error {
		now, err := tx.ACHEntry(e.AccountID, e.ID)
		if isNew = false; err != nil || now.State != ach.StateWaiting {
			return err
		}
		if isNew, err = s.payments.TakeBack(tx, e.AccountID, e.PaymentID, ach.CodeDisputed, s.today()); err != nil {
			return err
		}
		if !isNew {
			return fault.New(fault.Conflict, CodeStillWaits, "the payment was taken back, and its entry still waits for a file")
		}
		tx.DraftNotTaken(e.AccountID, e.PaymentID)
		return nil
	})
	return isNew, err
}
