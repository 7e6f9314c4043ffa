package people

import (
	"context"
	"fmt"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store"
)

// MailKind is what a mail to a person says.
type MailKind string

// The kinds of mail.
const (
	MailSignUp    MailKind = "sign_up"    // M17: the code of a new account
	MailExists    MailKind = "exists"     // somebody signs up with an address that is known
	MailSignIn    MailKind = "sign_in"    // M17
	MailReset     MailKind = "reset"      // M17
	MailUnknown   MailKind = "unknown"    // a new password is wanted for an address that is not known
	MailNewEmail  MailKind = "new_email"  // M17
	MailPaperless MailKind = "paperless"  // the demonstration of REG-45
	MailChange    MailKind = "change"     // M18
	MailInvite    MailKind = "invite"     // A16
	MailOtherPaid MailKind = "other_paid" // M19
	MailBillReady MailKind = "bill_ready" // F3: to somebody who may have no account
)

// Mail is what a mail is written from.
type Mail struct {
	Kind     MailKind
	Language string
	Code     string                // "482 913"; the last place where it is in the clear
	Minutes  int                   // that the code works
	Change   store.PersonEventKind // of MailChange
	Way      identity.FactorKind   // of MailChange
	At       civil.Instant
	Helped   string       // "Ana T.", of MailInvite
	Amount   money.Amount // of MailOtherPaid
	On       civil.Date   // of MailOtherPaid
	Scope    identity.Scope
	Until    civil.Date
}

// Words is a mail as it goes out.
type Words struct {
	Template string
	Language string
	Subject  string
	Text     string
	HTML     string
}

// Letters puts mails into words.
type Letters interface {
	Person(Mail) (Words, error)
	PersonText(Mail) (string, error) // of a text message
	PersonCall(Mail) (string, error) // spoken
}

// What begins the template of a text message or a call among the mails.
const (
	textTemplate = "text."
	callTemplate = "call."
)

// mailKept is for how long mails stay on record, emptied, once they are sent.
const mailKept = 30 * 24 * time.Hour

// mail keeps a mail and asks for it to be sent.
func (s *Service) mail(tx *store.Tx, address pii.Secret, m Mail) error {
	if m.Language == "" {
		m.Language = "en"
	}
	words, err := s.Letters.Person(m)
	if err != nil {
		return err
	}
	return s.send(tx, store.PersonMail{
		Template: words.Template, Language: words.Language, Address: address, Subject: words.Subject,
		Text: pii.NewSecret(words.Text), HTML: pii.NewSecret(words.HTML),
	})
}

// text keeps a text message and asks for it to be sent.
func (s *Service) text(tx *store.Tx, number pii.Secret, m Mail) error {
	if s.Texts == nil {
		return fault.New(fault.Conflict, CodeTextsOff, "This marketplace sends no text messages")
	}
	if m.Language == "" {
		m.Language = "en"
	}
	words, err := s.Letters.PersonText(m)
	if err != nil {
		return err
	}
	return s.send(tx, store.PersonMail{Template: textTemplate + string(m.Kind), Language: m.Language, Address: number, Text: pii.NewSecret(words)})
}

func (s *Service) send(tx *store.Tx, m store.PersonMail) error {
	m.ID = store.PersonMailID{UUID: tx.NewID()}
	if err := tx.InsertPersonMail(m); err != nil {
		return err
	}
	return s.Jobs.SendPersonMail(tx, m.ID)
}

// tell mails a person that something was changed (M18).
func (s *Service) tell(tx *store.Tx, p store.Person, change store.PersonEventKind, way identity.FactorKind) error {
	return s.mail(tx, p.Email, Mail{Kind: MailChange, Language: p.Language, Change: change, Way: way, At: tx.Now()})
}

// SendMail sends a mail that is kept, and empties it: it may hold a code. It
// may be repeated: one that was sent, or refused for good, is not sent again.
func (s *Service) SendMail(ctx context.Context, id store.PersonMailID) error {
	var m store.PersonMail
	err := s.DB.Read(ctx, "mail to a person", func(tx *store.ReadTx) (err error) {
		m, err = tx.PersonMail(id)
		return err
	})
	if err != nil || m.State != store.MessageQueued {
		return err
	}
	switch {
	case strings.HasPrefix(m.Template, textTemplate):
		err = s.sendText(ctx, m)
	case strings.HasPrefix(m.Template, callTemplate):
		err = s.sendCall(ctx, m)
	default:
		err = s.Courier.SendPerson(ctx, m)
	}
	state := store.MessageSent
	if err != nil {
		if fault.KindOf(err) != fault.Conflict { // refused for good, as notifying.Final
			return fmt.Errorf("mail %s: %w", id, err)
		}
		state = store.MessageFailed
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), markWithin)
	defer cancel()
	return s.DB.InTx(ctx, "mail to a person is sent", func(tx *store.Tx) error {
		tx.EndPersonMail(id, state)
		return nil
	})
}

func (s *Service) sendText(ctx context.Context, m store.PersonMail) error {
	if s.Texts == nil { // another program sends it
		return fault.New(fault.Unavailable, CodeTextsOff, "this program sends no text messages")
	}
	return s.Texts.Text(ctx, Text{m.ID.UUID, m.WrittenAt, m.Language, m.Address, m.Text})
}

// markWithin is how long a shutdown waits for a sent mail to be marked.
const markWithin = 10 * time.Second

// Sweep deletes what is too old to be of use.
func (s *Service) Sweep(ctx context.Context) error {
	now := s.now()
	return s.DB.InTx(ctx, "sweep people", func(tx *store.Tx) error {
		tx.DeleteOldChallenges(now)
		tx.DeleteOldDevices(now)
		tx.DeleteIdleSessions(now.Add(-identity.SessionMost))
		tx.DeletePersonMail(tx.Now().Add(-mailKept))
		tx.DeleteHeardTexts(tx.Now().Add(-heardKept))
		return nil
	})
}
