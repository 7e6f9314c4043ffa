package originating

import (
	"context"
	"fmt"
	"io"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/store"
)

// redate gives a file that is built, and that the day has overtaken, the bank day
// that it has become: it was held, or the line was down. Sent as it is, its
// effective date would have passed, or be today's, which a bank may take for
// same-day entries (ACH-20). One that may be with the bank already keeps its
// name, by which the bank is asked for it: then the bank settles it on the next
// bank day.
//
// The name, the modifier and the sum change with the day, in one transaction. The
// old text is compared first: what somebody did to the rows must not get a new
// sum. A file that was not released is held if it is over the limits of its new
// day.
func (s *Service) redate(ctx context.Context, f store.ACHFile) (store.ACHFile, error) {
	bankOn := civil.BankDays.OnOrAfter(s.today())
	if f.State != ach.FileBuilt || !bankOn.After(f.BankOn) {
		return f, nil
	}
	var sameDay []store.ACHFile
	err := s.db.Read(ctx, "files of a bank day", func(tx *store.ReadTx) (err error) {
		sameDay, err = tx.ACHFilesOn(bankOn)
		return err
	})
	if err != nil {
		return f, err
	}
	modifier, free := freeModifier(sameDay)
	if !free {
		return f, errDayFull(bankOn)
	}
	next := f
	next.BankOn, next.Modifier, next.SettleOn, next.Name = bankOn, modifier, ach.Settles(bankOn), ach.FileName(bankOn, modifier)
	text, err := s.write(ctx, next, io.Discard)
	if err == nil {
		err = s.writeChecked(ctx, f, io.Discard)
	}
	if err != nil {
		return f, err
	}
	next.Bytes, next.SHA256 = text.bytes, text.sha256
	err = s.inTx(ctx, "redate file", func(tx *store.Tx) error {
		day, err := earlierOf(tx, next)
		if err != nil {
			return err
		}
		tx.RedateBuiltACHFile(next, f.SHA256)
		tx.Audit(store.AuditEvent{
			AccountID: aboutFile(f), Operation: "ach.redate", Actor: actorSystem, Subject: "file " + f.Name,
			Summary: fmt.Sprintf("is now %s and settles %s", next.Name, next.SettleOn), Reason: "it did not leave on its bank day",
		})
		next.State = ach.FileBuilt
		if over := s.limits(bankOn).Exceeded(next.Totals, day); len(over) > 0 && f.ReleasedBy == "" {
			next.State, next.HeldFor = ach.FileHeld, strings.Join(over, "; ")
			holdFile(tx, next, next.HeldFor)
		}
		return nil
	})
	if err != nil {
		return f, err
	}
	return next, nil
}

func errDayFull(bankOn civil.Date) error {
	return fault.New(fault.Conflict, CodeDayFull, "%s has as many files as a bank day can have: what waits goes with the next day's", bankOn)
}
