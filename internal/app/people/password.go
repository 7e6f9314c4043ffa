package people

import (
	"context"

	"quittance.org/quittance/internal/base/pii"
)

// Forgot is what A4 asks for.
type Forgot struct {
	Email    string
	Language string
	From     From
}

// Forgot mails a code for a new password, or word that the address is not
// known. The answer is the same. Errors: at "email", CodeThrottled.
func (s *Service) Forgot(ctx context.Context, in Forgot) (Ticket, error) { panic("soon") }

// Reset is the code of the mail and the new password.
type Reset struct {
	Ticket   Ticket
	Code     string
	Password pii.Secret
	From     From
}

// Reset sets a new password and signs the person out everywhere. It signs
// nobody in. Errors: at "code", at "password", CodeTicket, CodeThrottled.
func (s *Service) Reset(ctx context.Context, in Reset) error { panic("soon") }

// ChangePassword is the old password and the new one.
type ChangePassword struct {
	Old, New pii.Secret
	From     From
}

// ChangePassword sets a new password, signs the person out everywhere else and
// mails word of it (M18). Errors: at "old" (CodeWrongPassword), at "new"
// (identity.CodePassword…), CodeThrottled, CodeBusy.
func (s *Service) ChangePassword(ctx context.Context, who Who, in ChangePassword) error {
	panic("soon")
}

// CodeWrongPassword marks a password that is not the person's, at its field.
const CodeWrongPassword = "password.wrong"

// Confirm asks for the password again. What changes how somebody signs in needs
// it within the last minutes (identity.ConfirmMinutes): otherwise those
// methods answer with CodeNotConfirmed. A fresh sign-in counts as one.
func (s *Service) Confirm(ctx context.Context, who Who, password pii.Secret, from From) error {
	panic("soon")
}
