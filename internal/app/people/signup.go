package people

import (
	"context"

	"quittance.org/quittance/internal/base/pii"
)

// SignUp is what A1 asks for.
type SignUp struct {
	Email    string
	Password pii.Secret
	Language string
	From     From
}

// SignUp begins an account and mails a code, or, when the address is known,
// word that it is. The answer is the same. Errors: at "email" (CodeEmail…), at
// "password" (identity.CodePassword…), CodeThrottled, CodeBusy.
func (s *Service) SignUp(ctx context.Context, in SignUp) (Ticket, error) { panic("soon") }

// VerifyEmail is the code of the mail (A3).
type VerifyEmail struct {
	Ticket Ticket
	Code   string
	From   From
}

// VerifyEmail makes the person and signs them in. Errors: at "code"
// (identity.CodeCode…), CodeTicket, CodeThrottled.
func (s *Service) VerifyEmail(ctx context.Context, in VerifyEmail) (SignedIn, error) { panic("soon") }
