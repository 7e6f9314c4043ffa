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
}

// ToLookAt is how many files a person must look at.
func (s Sent) ToLookAt() int { return s.Refused + s.Held + s.Unanswered }

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
	if s.link != nil {
		// The bank's words are read even if a file did not get there: one of them
		// may tell what became of it.
		if answered, answerErr := s.answers(ctx); answerErr != nil {
			err = join(err, answerErr)
		} else {
			sent.Acknowledged = answered
		}
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

// deliverAll brings what is built, or may not have got there, to the bank. The
// first failure ends it: the next file would only wait for the same line.
func (s *Service) deliverAll(ctx context.Context, sent *Sent) error {
	files, err := s.openFiles(ctx)
	if err != nil || s.link == nil {
		return err
	}
	for _, f := range files {
		if f.State != ach.FileBuilt && f.State != ach.FileSending {
			continue
		}
		if err := s.deliver(ctx, f); err != nil {
			return fmt.Errorf("send %s: %w", f.Name, err)
		}
		sent.Sent++
	}
	return nil
}

// deliver brings one file to the bank.
func (s *Service) deliver(ctx context.Context, f store.ACHFile) error {
	there := false
	var err error
	if f.State == ach.FileSending {
		if there, err = s.link.Has(ctx, f.Name); err != nil {
			return err
		}
	} else if err = s.inTx(ctx, "send file", func(tx *store.Tx) { tx.SendACHFile(f.ID) }); err != nil {
		return err
	}
	if !there {
		err = s.link.Put(ctx, f.Name, func(w io.Writer) error { return s.writeChecked(ctx, f, w) })
	}
	if err != nil && !fault.Is(err, ach.CodeThere) {
		// It may have got there all the same.
		if there, askErr := s.link.Has(ctx, f.Name); askErr != nil || !there {
			return join(err, askErr)
		}
	}
	return s.inTx(ctx, "file sent", func(tx *store.Tx) {
		tx.ACHFileSent(f.ID)
		tx.Audit(store.AuditEvent{
			AccountID: aboutFile(f), Operation: "ach.send", Actor: actorSystem, Subject: "file " + f.Name,
			Summary: fmt.Sprintf("%d entries, debits %s, credits %s, %d bytes, SHA-256 %s", f.Entries, f.Debits, f.Credits, f.Bytes, f.SHA256),
		})
	})
}

func (s *Service) inTx(ctx context.Context, operation string, do func(*store.Tx)) error {
	return s.db.InTx(ctx, operation, func(tx *store.Tx) error { do(tx); return nil })
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

// answers reads the bank's words on our files and tells on how many it said yes.
func (s *Service) answers(ctx context.Context) (accepted int, err error) {
	list, err := s.link.List(ctx)
	if err != nil {
		return 0, err
	}
	for _, file := range list {
		ours, ok := ach.IsAck(file.Name)
		if !ok {
			continue
		}
		yes, err := s.answer(ctx, file.Name, ours)
		if err != nil {
			return accepted, fmt.Errorf("acknowledgment %s: %w", file.Name, err)
		}
		if yes {
			accepted++
		}
	}
	return accepted, nil
}

// answer records the bank's word on one file, and only then says that we have
// it: a crash in between reads it again.
func (s *Service) answer(ctx context.Context, name, ours string) (yes bool, err error) {
	r, err := s.link.Get(ctx, name)
	if err != nil {
		return false, err
	}
	ack, err := ach.ReadAck(r)
	if closeErr := r.Close(); err == nil {
		err = closeErr
	}
	if err == nil && ack.File != ours {
		err = fault.New(fault.Invalid, ach.CodeBadAck, "it is about %s", ack.File)
	}
	if err != nil {
		return false, err
	}
	err = s.db.InTx(ctx, "file answered", func(tx *store.Tx) error {
		yes = false
		f, err := tx.ACHFileByName(ours)
		if err != nil {
			return err
		}
		yes, err = s.record(tx, f, ack)
		return err
	})
	if err != nil {
		return false, err
	}
	return yes, s.link.Done(ctx, name)
}

// record records what the bank says of a file, unless it is on record.
func (s *Service) record(tx *store.Tx, f store.ACHFile, ack ach.Ack) (yes bool, err error) {
	switch f.State {
	case ach.FileAcknowledged, ach.FileRefused, ach.FileWithdrawn:
		return false, nil
	case ach.FileSending, ach.FileSent:
	default:
		return false, fault.New(fault.Conflict, CodeStrangeAnswer, "the bank speaks of a file that it was never sent: it is %s", f.State)
	}
	state := ach.FileRefused
	if ack.Accepted {
		state = ach.FileAcknowledged
		if ack.First == "" && ack.Totals != f.Totals {
			return false, fault.New(fault.Conflict, CodeStrangeAnswer, "the bank counts %d entries, debits %s, credits %s, and %d, %s, %s were sent: call the bank",
				ack.Entries, ack.Debits, ack.Credits, f.Entries, f.Debits, f.Credits)
		}
	}
	tx.ACHFileAnswered(f.ID, state, ack.Reason)
	tx.Audit(store.AuditEvent{
		AccountID: aboutFile(f), Operation: "ach.answer", Actor: "bank", Subject: "file " + f.Name, Summary: string(state), Reason: ack.Reason,
	})
	return ack.Accepted, nil
}
