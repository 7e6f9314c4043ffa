package originating

import (
	"context"
	"fmt"
	"io"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/store"
)

// Sent is what sending came to.
type Sent struct {
	Sent         int // files that got to the bank
	Acknowledged int
	Refused      int // files that the bank has not taken, and on which nobody has acted
	Held         int // files that wait for a second person
	Unanswered   int // files on which the bank's word is overdue (ACH-43)
	Strange      int // words of the bank that a person must read
}

// ToLookAt is how many files a person must look at.
func (s Sent) ToLookAt() int { return s.Refused + s.Held + s.Unanswered + s.Strange }

// openFilesMost bounds the files that one call looks at.
const openFilesMost = 200

// Send brings every file that is built to the bank, finds out about those of
// which nobody knows, and reads the bank's words on files that it has. A file
// gets there once, whatever fails and whenever the process is killed: before
// anything is put the file is "sending", and of one that is, the bank is asked
// first whether it has it.
func (s *Service) Send(ctx context.Context, date civil.Date) (Sent, error) {
	var sent Sent
	err := s.deliverAll(ctx, &sent)
	// The bank's words are read even if a file did not get there: one of them may
	// tell what became of it.
	heard, hearErr := s.Hear(ctx, date)
	heard.Sent = sent.Sent
	return heard, join(err, hearErr)
}

// Hear reads the bank's words on files that it has, and counts what a person must
// look at, as of a date.
func (s *Service) Hear(ctx context.Context, date civil.Date) (Sent, error) {
	var sent Sent
	var err error
	if s.link != nil {
		err = s.answers(ctx, &sent)
	}
	files, openErr := s.openFiles(ctx)
	for _, f := range files {
		switch {
		case f.State == ach.FileHeld:
			sent.Held++
		case f.State == ach.FileRefused:
			sent.Refused++
		case f.State == ach.FileSent && !date.Before(ach.AnswerBy(f.BankOn)):
			sent.Unanswered++
			s.log.ErrorContext(ctx, "the bank has not acknowledged a file", "file", f.Name, "sent", f.SentAt)
		}
	}
	return sent, join(err, openErr)
}

func (s *Service) openFiles(ctx context.Context) (files []store.ACHFile, err error) {
	err = s.db.Read(ctx, "open files", func(tx *store.ReadTx) (err error) {
		files, err = tx.OpenACHFiles(openFilesMost)
		return err
	})
	return files, err
}

// deliverAll brings what is built, or may not have got there, to the bank. One
// that fails holds up no other, whatever is wrong with it: each is told.
func (s *Service) deliverAll(ctx context.Context, sent *Sent) error {
	files, err := s.openFiles(ctx)
	if err != nil || s.link == nil {
		return err
	}
	var failed error
	for _, f := range files {
		if f.State != ach.FileBuilt && f.State != ach.FileSending {
			continue
		}
		f, err := s.bring(ctx, f)
		if err == nil && f.State == ach.FileSent {
			sent.Sent++
		}
		if failed = join(failed, err); ctx.Err() != nil {
			break
		}
	}
	return failed
}

// SendFile brings one file to the bank that is built, such as one that was just
// released, and gives what became of it: it may have another name and day, see
// redate, or be held.
func (s *Service) SendFile(ctx context.Context, name string) (store.ACHFile, error) {
	var f store.ACHFile
	err := s.db.Read(ctx, "file to send", func(tx *store.ReadTx) (err error) {
		f, err = tx.ACHFileByName(name)
		return err
	})
	switch {
	case err != nil:
		return f, err
	case s.link == nil:
		return f, fault.New(fault.Invalid, CodeNoLink, "no line to the bank is given: --bank-link WHERE")
	case f.State != ach.FileBuilt && f.State != ach.FileSending:
		return f, nil // the evening's step, or the hour's look, was faster
	}
	return s.bring(ctx, f)
}

// bring brings a file to the bank unless debits are stopped, and gives it as it
// is then.
func (s *Service) bring(ctx context.Context, f store.ACHFile) (store.ACHFile, error) {
	name := f.Name
	f, stays, err := s.hold(ctx, f)
	if err == nil && !stays {
		if f, err = s.redate(ctx, f); err == nil && f.State != ach.FileHeld {
			f, err = s.deliver(ctx, f)
		}
	}
	if err != nil {
		err = fmt.Errorf("send %s: %w", name, err)
	}
	return f, err
}

// hold keeps a file here that takes money while no debit may be sent (ACH-34). One
// that may be with the bank is only asked for: it is not held, since it could not
// be withdrawn, and not put.
func (s *Service) hold(ctx context.Context, f store.ACHFile) (held store.ACHFile, stays bool, err error) {
	stop := s.mayLeave(ctx, f.Totals)
	switch {
	case !fault.Is(stop, ach.CodeGuardStop):
		return f, false, stop
	case f.State == ach.FileSending:
		there, err := s.link.Has(ctx, f.Name)
		return f, err == nil && !there, err
	}
	s.log.ErrorContext(ctx, "a file is held: too many debits have come back", "file", f.Name, "error", stop)
	err = s.inTx(ctx, "hold file", func(tx *store.Tx) error {
		holdFile(tx, f, heldByGuard)
		return nil
	})
	f.State, f.HeldFor = ach.FileHeld, heldByGuard
	return f, true, err
}

func holdFile(tx *store.Tx, f store.ACHFile, why string) {
	tx.HoldACHFile(f.ID, why)
	tx.Audit(store.AuditEvent{
		AccountID: aboutFile(f), Operation: "ach.hold", Actor: actorSystem, Subject: "file " + f.Name, Summary: string(ach.FileHeld), Reason: why,
	})
}

// deliver puts one file unless it is there, and records that it is.
func (s *Service) deliver(ctx context.Context, f store.ACHFile) (store.ACHFile, error) {
	there := false
	var err error
	if f.State == ach.FileSending {
		if there, err = s.link.Has(ctx, f.Name); err != nil {
			return f, err
		}
	} else if err = s.inTx(ctx, "send file", func(tx *store.Tx) error {
		tx.SendACHFile(f.ID)
		return nil
	}); err != nil {
		return f, err
	}
	f.State = ach.FileSending
	if !there {
		err = s.link.Put(ctx, f.Name, func(w io.Writer) error { return s.writeChecked(ctx, f, w) })
	}
	if err != nil && !fault.Is(err, ach.CodeThere) {
		// It may have got there all the same.
		if there, askErr := s.link.Has(ctx, f.Name); askErr != nil || !there {
			return f, join(err, askErr)
		}
	}
	err = s.inTx(ctx, "file sent", func(tx *store.Tx) error {
		tx.ACHFileSent(f.ID)
		tx.Audit(store.AuditEvent{
			AccountID: aboutFile(f), Operation: "ach.send", Actor: actorSystem, Subject: "file " + f.Name,
			Summary: fmt.Sprintf("%d entries, debits %s, credits %s, %d bytes, SHA-256 %s", f.Entries, f.Debits, f.Credits, f.Bytes, f.SHA256),
		})
		return nil
	})
	if err == nil {
		f.State = ach.FileSent
	}
	return f, err
}

// writeChecked writes a file's text and fails if it is not the one that was
// built: then the link does not show it to the bank.
func (s *Service) writeChecked(ctx context.Context, f store.ACHFile, w io.Writer) error {
	text, err := s.write(ctx, f, w)
	if err != nil {
		return err
	}
	if text.Totals != f.Totals || text.bytes != f.Bytes || text.sha256 != f.SHA256 {
		return fault.New(fault.Internal, CodeTampered, "the rows of %s do not give the text that was built: nothing was sent; a person must look", f.Name)
	}
	return nil
}
