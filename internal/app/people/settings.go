package people

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/identity"
)

// Settings is what A14 shows.
type Settings struct {
	PageLanguage   string // of the person; "" not chosen
	LetterLanguage string // of the account
	PhoneLanguage  string // of the account: what is spoken
	Email          string
	Phone          string   // masked; "" none
	Address        []string // where mail goes, read-only
	Delivery       []Choice
}

// Choice is how documents of a kind are delivered.
type Choice struct {
	Document identity.Document
	Delivery identity.Delivery
	To       string // the e-mail address, when there is no paper
	Since    civil.Instant
	Why      string // why paper came back: identity.PaperBounced; else ""
}

// Settings gives what A14 shows.
func (s *Service) Settings(ctx context.Context, who Who) (Settings, error) { panic("soon") }

// Languages are those that a person chooses; "" leaves one as it is.
type Languages struct{ Page, Letters, Phone string }

// CodeLanguage marks a language that is not on offer.
const CodeLanguage = "language.unknown"

// SetLanguages changes languages. Page is the person's own and needs no
// account.
func (s *Service) SetLanguages(ctx context.Context, who Who, in Languages) error { panic("soon") }

// BeginEmail sends a code to a new e-mail address. Known addresses get other
// words and a code that never fits.
func (s *Service) BeginEmail(ctx context.Context, who Who, email string, from From) (Sent, error) {
	panic("soon")
}

// ChangeEmail makes the address that BeginEmail began the person's own, and
// mails word of it to the old one (M18).
func (s *Service) ChangeEmail(ctx context.Context, who Who, in AnswerSetup) error { panic("soon") }

// AskPaperless is the wish for e-mail only.
type AskPaperless struct {
	Documents []identity.Document
	Language  string // of the words that were shown
	From      From
}

// BeginPaperless mails a code in the form in which documents will come: who
// types it has shown that they can read it (REG-45). Nothing changes yet.
func (s *Service) BeginPaperless(ctx context.Context, who Who, in AskPaperless) (Sent, error) {
	panic("soon")
}

// GoPaperless is the demonstration. Wording is the text of the consent as it
// was shown.
type GoPaperless struct {
	Ticket  Ticket
	Code    string
	Wording string
	From    From
}

// GoPaperless ends paper for what BeginPaperless named. Errors: at "code",
// CodeTicket.
func (s *Service) GoPaperless(ctx context.Context, who Who, in GoPaperless) error { panic("soon") }

// BackToPaper brings paper back, at once and for free.
func (s *Service) BackToPaper(ctx context.Context, who Who, documents []identity.Document, from From) error {
	panic("soon")
}
