package originating

import (
	"context"
	"fmt"
	"io"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/store"
)

// errTwoPeople is for somebody who approves what they asked for themselves.
var errTwoPeople = fault.New(fault.Denied, access.CodeTwoPeople, "this needs a second person: not the one who asked for it")

// aboutFile is under what an act on a file is kept in the audit trail, which is
// by account: a file has none, and many.
func aboutFile(f store.ACHFile) enrollment.AccountID { return enrollment.AccountID{UUID: f.ID.UUID} }

// Release lets a file leave that is larger than one person may send. Whoever
// had it built can not, and nobody can while debits are stopped (ACH-34). What
// the second person says yes to are the totals of the file: rows that do not give
// them are refused with CodeTampered.
func (s *Service) Release(ctx context.Context, name string, by access.Actor, reason string) error {
	if err := by.Check(access.ReleaseACHFile, reason); err != nil {
		return err
	}
	var f store.ACHFile
	err := s.db.Read(ctx, "file to release", func(tx *store.ReadTx) (err error) {
		f, err = tx.ACHFileByName(name)
		return err
	})
	if err == nil && f.State == ach.FileHeld {
		if err = s.mayLeave(ctx, f.Totals); err == nil {
			err = s.writeChecked(ctx, f, io.Discard)
		}
	}
	if err != nil {
		return err
	}
	return s.inTx(ctx, "release file", func(tx *store.Tx) error {
		f, err := tx.ACHFileByName(name)
		switch {
		case err != nil:
			return err
		case f.State != ach.FileHeld:
			return fault.New(fault.Conflict, CodeNotHeld, "the file %s is not held: it is %s", name, f.State)
		case f.BuiltBy == by.Name:
			return errTwoPeople
		}
		tx.ReleaseACHFile(f.ID, by.Name)
		tx.Audit(store.AuditEvent{
			AccountID: aboutFile(f), Operation: string(access.ReleaseACHFile), Actor: by.Name, Subject: "file " + name,
			Summary: fmt.Sprintf("%d entries, debits %s, credits %s released: %s", f.Entries, f.Debits, f.Credits, f.HeldFor), Reason: reason,
		})
		return nil
	})
}

// Withdrawal is what Withdraw needs to know.
type Withdrawal struct {
	File   string
	By     access.Actor
	Second access.Actor // who approved it: a file that the bank has after all would be collected twice
	Reason string
}

// Withdraw takes everything out of a file that the bank has refused, or that is
// held, so that it goes into the next one. A crash on the way is gone on with by
// doing it again.
func (s *Service) Withdraw(ctx context.Context, w Withdrawal) error {
	if err := access.CheckTwo(w.By, w.Second, access.WithdrawACHFile, w.Reason); err != nil {
		return err
	}
	var f store.ACHFile
	err := s.db.Read(ctx, "file to withdraw", func(tx *store.ReadTx) (err error) {
		f, err = tx.ACHFileByName(w.File)
		return err
	})
	if err != nil {
		return err
	}
	if f.State != ach.FileHeld && f.State != ach.FileRefused {
		return fault.New(fault.Conflict, CodeNotHeld, "the file %s can not be withdrawn: it is %s", f.Name, f.State)
	}
	for through := int64(s.chunk); through < int64(f.Entries+s.chunk); through += int64(s.chunk) {
		if err := s.inTx(ctx, "withdraw entries", func(tx *store.Tx) error {
			tx.Unfile(f.ID, through)
			return nil
		}); err != nil {
			return err
		}
	}
	return s.inTx(ctx, "withdraw file", func(tx *store.Tx) error {
		tx.WithdrawACHFile(f.ID)
		tx.Audit(store.AuditEvent{
			AccountID: aboutFile(f), Operation: string(access.WithdrawACHFile), Actor: w.By.Name, Subject: "file " + f.Name,
			Summary: fmt.Sprintf("%d entries wait again, approved by %s", f.Entries, w.Second.Name), Reason: w.Reason,
		})
		return nil
	})
}
