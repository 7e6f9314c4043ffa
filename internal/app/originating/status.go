package originating

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/store"
)

// Status is how the files to the bank are doing.
type Status struct {
	Today   civil.Date
	Files   []FileStatus // the newest first
	Waiting ach.Totals   // entries that are in no file yet
	Refused int          // of these, those that no file may hold (ACH-33)
	Checks  store.VerificationCounts
}

// FileStatus is a file and what there is to do about it.
type FileStatus struct {
	store.ACHFile
	ToDo string // "" if nothing
}

// filesShown is how many files a status shows, besides those that are open.
const filesShown = 10

// Status tells how the files to the bank are doing: the last ones, and all on
// which the bank's yes is missing.
func (s *Service) Status(ctx context.Context) (Status, error) {
	st := Status{Today: s.profile.Today(s.db.Now())}
	err := s.db.Read(ctx, "file status", func(tx *store.ReadTx) error {
		last, err := tx.LastACHFiles(filesShown)
		if err != nil {
			return err
		}
		open, err := tx.OpenACHFiles(openFilesMost)
		if err != nil {
			return err
		}
		st.Files = nil
		shown := map[ach.FileID]bool{}
		for _, f := range append(last, open...) {
			if !shown[f.ID] {
				shown[f.ID] = true
				st.Files = append(st.Files, FileStatus{f, toDo(f, st.Today)})
			}
		}
		if st.Waiting, err = tx.ACHWaiting(); err != nil {
			return err
		}
		if st.Refused, err = tx.RefusedEntries(); err != nil {
			return err
		}
		st.Checks, err = tx.VerificationCounts()
		return err
	})
	return st, err
}

// toDo says what a person must do about a file.
func toDo(f store.ACHFile, today civil.Date) string {
	switch {
	case f.State == ach.FileHeld:
		return "a second person releases it, or it is withdrawn: " + f.HeldFor
	case f.State == ach.FileRefused:
		return "the bank has not taken it (" + f.Answer + "): withdraw it, so that its entries go into another file"
	case f.State == ach.FileSent && !today.Before(ach.AnswerBy(f.BankOn)):
		return "the bank has not acknowledged it: call the bank; do not send it again"
	case f.State != ach.FileAcknowledged && f.State != ach.FileWithdrawn && f.State != ach.FileSent && today.After(f.BankOn):
		return "it should be with the bank: look at the line to it"
	}
	return ""
}
