package people

import (
	"context"
)

// Ceremony is a passkey step that the browser has to answer: Options is the
// JSON for navigator.credentials.
type Ceremony struct {
	Ticket  Ticket
	Options []byte
}

// PasskeyAnswer is what the browser answered, as JSON.
type PasskeyAnswer struct {
	Ticket   Ticket
	Response []byte
	Remember bool   // sign-in only
	Name     string // of a new passkey, "My phone"; registration only
	From     From
}

// BeginPasskeySignIn asks for a passkey in place of e-mail and password: a
// passkey with the person's check (face, finger, PIN) is both steps.
func (s *Service) BeginPasskeySignIn(ctx context.Context, from From) (Ceremony, error) { panic("soon") }

// PasskeySignIn ends what BeginPasskeySignIn began. Errors: CodeNoMatch,
// CodeTicket, CodePasskeyRefused, CodeThrottled.
func (s *Service) PasskeySignIn(ctx context.Context, in PasskeyAnswer) (SignedIn, error) {
	panic("soon")
}

// BeginPasskeyStep asks for a passkey as the second step of a sign-in.
func (s *Service) BeginPasskeyStep(ctx context.Context, t Ticket) (Ceremony, error) { panic("soon") }

// PasskeyStep ends a sign-in by passkey; Ticket is the ceremony's.
func (s *Service) PasskeyStep(ctx context.Context, in PasskeyAnswer) (SignedIn, error) {
	panic("soon")
}

// BeginPasskey begins to register a passkey of the person.
func (s *Service) BeginPasskey(ctx context.Context, who Who) (Ceremony, error) { panic("soon") }

// AddPasskey keeps the passkey that BeginPasskey began.
func (s *Service) AddPasskey(ctx context.Context, who Who, in PasskeyAnswer) (Added, error) {
	panic("soon")
}
