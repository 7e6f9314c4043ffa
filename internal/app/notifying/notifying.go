// Package notifying sends messages to people: bills, the letters that standing
// owes, receipts. It keeps each one exactly as it goes out, at most one of a
// template about a source by each channel. E-mail is handed to the courier,
// what goes on paper to the mail house, in batches.
//
// What is written is written in the transaction that finds it owed. Before a
// letter leaves, the standing is looked at again: one that the money has
// overtaken is suppressed.
package notifying

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/domain/texting"
	"quittance.org/quittance/internal/store"
)

// Letter is an e-mail to be sent at once. Source is what it is about, a payment for
// example: a second letter of the same template about it is not sent.
type Letter struct {
	Account  enrollment.AccountID
	Template string // stable: "receipt"
	Version  int    // of the template's words
	Language string // that the text is in
	Source   ident.UUID
	Address  pii.Secret
	Subject  string // no personal data: it is shown on locked screens
	Text     string // complete by itself
	HTML     string
	Short    *Short // by text message to whom the account has agreed; nil: none
}

// Mail is a letter on its way. ID is the same on every try.
type Mail struct {
	ID        ident.UUID
	WrittenAt civil.Instant
	Language  string
	Address   pii.Secret
	Subject   string
	Text      string
	HTML      string
}

// Courier takes mail to its receiver. It answers with an error of
// Refused when trying again can not help.
type Courier interface {
	Send(ctx context.Context, m Mail) error
}

// Codes of what no retry can mend.
const (
	CodeRefused    = "message.refused"    // by the receiver's mail server
	CodeIncomplete = "message.incomplete" // the letter lacks something: our mistake
)

// Refused makes the error of a mail that the receiver's server will never
// take. The cause must hold no address: it is logged.
func Refused(cause error) error {
	return fault.Wrap(fault.Conflict, CodeRefused, cause, "the mail server refused the message for good")
}

// Final tells whether err will be the same however often the letter is tried:
// the job that delivers it must end.
func Final(err error) bool {
	return fault.Is(err, CodeRefused) || fault.Is(err, CodeIncomplete)
}

// Jobs enqueues work that follows a commit.
type Jobs interface {
	// SendMessage asks, in the transaction that stores an e-mail, that
	// Service.Send be called for it.
	SendMessage(tx *store.Tx, account enrollment.AccountID, id store.MessageID) error
	// SendText asks the same for a text message.
	SendText(tx *store.Tx, account enrollment.AccountID, id texting.ID) error
}

// Config is what the service works with.
type Config struct {
	DB      *store.DB
	Profile *profile.Profile
	Courier Courier
	Texts   Texter // nil: no text messages about bills
	Letters Letters
	Jobs    Jobs
	Fonts   fs.FS // of printed letters, as billpdf.NewPress wants them
}

// Service writes and delivers letters. It is safe for concurrent use, but for
// printing: one program at a time prints.
type Service struct {
	db      *store.DB
	profile *profile.Profile
	courier Courier
	texts   Texter
	letters Letters
	jobs    Jobs
	presses func() (*presses, error)
	kill    func(step string) error // tests only
}

// New makes the service.
func New(c Config) *Service {
	if c.DB == nil || c.Courier == nil {
		panic("notifying: New needs a database and a courier")
	}
	return &Service{
		db: c.DB, profile: c.Profile, courier: c.Courier, texts: c.Texts, letters: c.Letters, jobs: c.Jobs,
		presses: sync.OnceValues(func() (*presses, error) { return newPresses(c.Fonts, c.DB.MailedCode) }),
	}
}

// Deliver keeps the letter and sends it. It may be repeated: one that was sent
// is not sent again, one that was refused for good is refused again without a
// try (see Final).
//
// Sending is outside any transaction. A crash after it and before the mark
// means that the message goes out twice; both copies have the same Message-ID,
// made from the stored row, so that mail programs fold them into one.
func (s *Service) Deliver(ctx context.Context, l Letter) error {
	m, err := s.keep(ctx, l)
	if err != nil {
		return err
	}
	return s.send(ctx, m)
}

// Send sends an e-mail that is kept already. It may be repeated, as Deliver.
func (s *Service) Send(ctx context.Context, account enrollment.AccountID, id store.MessageID) error {
	var m store.Message
	err := s.db.Read(ctx, "message", func(tx *store.ReadTx) (err error) {
		m, err = tx.Message(account, id)
		return err
	})
	if err != nil {
		return err
	}
	return s.send(ctx, m)
}

func (s *Service) send(ctx context.Context, m store.Message) error {
	switch m.State {
	case store.MessageSent:
		return nil
	case store.MessageFailed:
		return fmt.Errorf("message %s: %w", m.ID, Refused(errRefusedBefore))
	}
	sendErr := s.courier.Send(ctx, Mail{m.ID.UUID, m.CreatedAt, m.Language, m.Address, m.Subject, m.Text, m.HTML})
	switch {
	case sendErr == nil:
		return s.mark(ctx, m, store.MessageSent)
	case !Final(sendErr):
		return fmt.Errorf("message %s: %w", m.ID, sendErr)
	}
	if err := s.mark(ctx, m, store.MessageFailed); err != nil {
		return err
	}
	return fmt.Errorf("message %s: %w", m.ID, sendErr)
}

var errRefusedBefore = errors.New("it was refused before")

// keep stores the letter. If one like it is there already, that one counts: a
// retry sends the same words, even if the facts have changed since.
func (s *Service) keep(ctx context.Context, l Letter) (store.Message, error) {
	if err := l.check(); err != nil {
		return store.Message{}, err
	}
	var m store.Message
	err := s.db.InTx(ctx, "keep message", func(tx *store.Tx) error {
		m = store.Message{
			ID: tx.NewMessageID(), AccountID: l.Account, Template: l.Template, Version: max(1, l.Version), Channel: store.ChannelEmail,
			Language: l.Language, Source: l.Source, Address: l.Address, Subject: l.Subject, Text: l.Text, HTML: l.HTML,
			State: store.MessageQueued, CreatedAt: tx.Now(),
		}
		isNew, err := tx.InsertMessage(m)
		if err != nil {
			return err
		}
		if isNew {
			if s.texts == nil { // asked here, so that others pay for no look
				return nil
			}
			return s.alsoByText(tx, l.Account, l.Short, l.Language, l.Source)
		}
		m, err = tx.MessageAbout(l.Account, l.Source, l.Template, store.ChannelEmail)
		return err
	})
	return m, err
}

func (l Letter) check() error {
	if l.Account.IsZero() || l.Source.IsZero() || l.Template == "" || l.Language == "" || l.Address.IsZero() || l.Subject == "" || l.Text == "" {
		return fault.New(fault.Invalid, CodeIncomplete, "a letter needs an account, a source, a template, a language, an address, a subject and a text")
	}
	return nil
}

const markWithin = 10 * time.Second

// mark records what became of a message. A shutdown that came while sending
// must not keep us from writing down that it is sent.
func (s *Service) mark(ctx context.Context, m store.Message, state string) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markWithin)
	defer cancel()
	return s.db.InTx(ctx, "mark message", func(tx *store.Tx) error {
		tx.MarkMessage(m.AccountID, m.ID, state)
		return nil
	})
}
