package originating

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"

	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/store"
)

// answers reads the bank's words on our files. One that is of no use holds up no
// other; if the line fails, the next call goes on.
func (s *Service) answers(ctx context.Context, sent *Sent) error {
	list, err := s.link.List(ctx)
	if err != nil {
		return err
	}
	var failed error
	for _, file := range list {
		ours, ok := ach.IsAck(file.Name)
		if !ok {
			continue
		}
		if err := s.answer(ctx, file.Name, ours, sent); err != nil {
			failed = join(failed, fmt.Errorf("acknowledgment %s: %w", file.Name, err))
			if ctx.Err() != nil || fault.KindOf(err) == fault.Unavailable {
				return failed
			}
		}
	}
	return failed
}

// answer records the bank's word on one file, or queues it for a person, and only
// then says that we have it: a crash in between reads it again.
func (s *Service) answer(ctx context.Context, name, ours string, sent *Sent) error {
	text, err := s.word(ctx, name)
	sealed := fault.KindOf(err) == fault.Invalid // it can not be opened
	if err != nil && !sealed {
		return err
	}
	ack, unread := ach.Ack{}, err
	if !sealed {
		ack, unread = readAck(text, ours)
	}
	var yes bool
	var strange error
	err = s.inTx(ctx, "file answered", func(tx *store.Tx) (err error) {
		yes, strange = false, unread
		if strange == nil {
			yes, strange, err = s.record(tx, ours, ack)
		}
		if err != nil || strange == nil {
			return err
		}
		return s.forPerson(tx, name, text, strange)
	})
	if err != nil {
		return err
	}
	if yes {
		sent.Acknowledged++
	}
	if strange != nil {
		sent.Strange++
		s.log.ErrorContext(ctx, "a person must read the bank's word on a file: quittance bank items", "name", name, "error", strange)
	}
	if sealed {
		return nil // it stays with the bank, which may put another one in its place
	}
	return s.link.Done(ctx, name)
}

// wordMost bounds what is read of the bank's word.
const wordMost = 64 << 10

func (s *Service) word(ctx context.Context, name string) ([]byte, error) {
	r, err := s.link.Get(ctx, name)
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(r, wordMost))
	return text, join(err, r.Close())
}

func readAck(text []byte, ours string) (ach.Ack, error) {
	ack, err := ach.ReadAck(bytes.NewReader(text))
	if err == nil && ack.File != ours {
		err = fault.New(fault.Invalid, ach.CodeBadAck, "it is about %s", ack.File)
	}
	return ack, err
}

// record records what the bank says of a file. What does not fit what was sent,
// or what the bank said before, is strange: a person asks the bank.
func (s *Service) record(tx *store.Tx, ours string, ack ach.Ack) (yes bool, strange, err error) {
	f, err := tx.ACHFileByName(ours)
	if fault.KindOf(err) == fault.NotFound {
		return false, fault.New(fault.Conflict, CodeStrangeAnswer, "the bank speaks of a file that we never made"), nil
	}
	if err != nil {
		return false, nil, err
	}
	state := ach.FileRefused
	if ack.Accepted {
		state = ach.FileAcknowledged
		if ack.First == "" && ack.Totals != f.Totals {
			return false, fault.New(fault.Conflict, CodeStrangeAnswer, "the bank counts %d entries, debits %s, credits %s, and %d, %s, %s were sent: call the bank",
				ack.Entries, ack.Debits, ack.Credits, f.Entries, f.Debits, f.Credits), nil
		}
	}
	switch f.State {
	case state: // said before
		return false, nil, nil
	case ach.FileSending, ach.FileSent:
	case ach.FileAcknowledged:
		strange = fault.New(fault.Conflict, CodeContradicted, "the bank took this file and now refuses it (%s): nothing may have been collected; call the bank, and withdraw the file if it has nothing", ack.Reason)
	case ach.FileRefused:
		strange = fault.New(fault.Conflict, CodeContradicted, "the bank refused this file (%s) and now takes it: call the bank; do not withdraw the file", f.Answer)
	case ach.FileWithdrawn:
		if !ack.Accepted {
			return false, nil, nil
		}
		return false, fault.New(fault.Conflict, CodeContradicted, "the bank takes a file that was withdrawn (%s): its entries went into another one and may be collected twice; call the bank at once", f.Answer), nil
	default:
		return false, fault.New(fault.Conflict, CodeStrangeAnswer, "the bank speaks of a file that it was never sent: it is %s", f.State), nil
	}
	tx.ACHFileAnswered(f.ID, state, ack.Reason)
	tx.Audit(store.AuditEvent{
		AccountID: aboutFile(f), Operation: "ach.answer", Actor: "bank", Subject: "file " + f.Name, Summary: string(state), Reason: ack.Reason,
	})
	return ack.Accepted, strange, nil
}

// forPerson keeps the bank's word and puts it into the queue of bank items.
func (s *Service) forPerson(tx *store.Tx, name string, text []byte, why error) error {
	sum := sha256.Sum256(append([]byte(name+"\n"), text...))
	return tx.PutBankFileAside(store.InboundFile{Name: name, SHA256: hex.EncodeToString(sum[:]), Size: int64(len(text))}, bytes.NewReader(text), store.BankItem{
		Kind: "acknowledgment", On: s.today(), Reason: fault.CodeOf(why), Note: why.Error(), By: actorSystem,
	})
}
