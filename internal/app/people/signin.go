package people

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
)

// SignIn is what A2 asks for. Device is the value of the cookie of a remembered
// device, or "".
type SignIn struct {
	Email    string
	Password pii.Secret
	Device   string
	Language string
	From     From
}

// Step is what comes after the first step: signed in already (a remembered
// device), or a second step by one of Ways, the strongest first.
type Step struct {
	Done   *SignedIn
	Ticket Ticket
	Ways   []identity.FactorKind
	Sent   *Sent // a code is on its way
}

// Sent says where a code went, "m•••@example.org" or "(•••) •••-0147", and
// until when it works.
type Sent struct {
	Ticket Ticket
	Way    identity.FactorKind
	To     string
	Until  civil.Instant
}

// SignedIn is a person who has shown all that is needed. The page renews the
// name of its session, puts Session into it, and calls Bind. Device is set when
// the device is to be remembered: the value of a cookie for
// identity.RememberDays.
type SignedIn struct {
	Person  ID
	Session identity.SessionID
	Device  string
	// FirstStep tells that the person has no second step besides e-mail: offer
	// to set one up (F7.3).
	FirstStep bool
}

// Codes of sign-in errors.
const (
	CodeNoMatch = "sign_in.no_match" // Unauthenticated: "That email and password don't match."
)

// SignIn is the first step (F8). An unknown address costs the same work and
// gives the same answer as a wrong password. Errors: CodeNoMatch,
// CodeThrottled, CodeBusy.
func (s *Service) SignIn(ctx context.Context, in SignIn) (Step, error) { panic("soon") }

// Step gives a sign-in that waits for its second step, to show A3 again.
func (s *Service) Step(ctx context.Context, t Ticket) (Step, error) { panic("soon") }

// SendCode asks for another code, or for one another way.
type SendCode struct {
	Ticket Ticket
	Way    identity.FactorKind // FactorEmail or FactorText; "" as before
	Call   bool                // by voice instead of a text message
	From   From
}

// SendCode sends a code for any ticket that waits for one: of signing up,
// signing in, a new password, a new phone, a new e-mail address, paperless.
// Errors: CodeTicket, CodeThrottled (too many codes).
func (s *Service) SendCode(ctx context.Context, in SendCode) (Sent, error) { panic("soon") }

// AnswerCode is the second step by a code: of the mail, the text message, the
// app, or a backup code.
type AnswerCode struct {
	Ticket   Ticket
	Way      identity.FactorKind
	Code     string
	Remember bool // this device for identity.RememberDays
	From     From
}

// AnswerCode ends a sign-in. Errors: at "code" (identity.CodeCode…),
// CodeTicket, CodeThrottled. With identity.CodeCodeExpired a new code is
// on its way already.
func (s *Service) AnswerCode(ctx context.Context, in AnswerCode) (SignedIn, error) { panic("soon") }
