package people

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
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
	Helped   string // "Ana T.", of MailInvite
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
}

// Service does what people want. It is safe for concurrent use.
type Service struct{}

// SendMail sends a mail that is kept, and empties it: it may hold a code.
func (s *Service) SendMail(ctx context.Context, id store.PersonMailID) error { panic("soon") }
