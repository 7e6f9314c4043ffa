package courier

import (
	"context"

	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/pii"
)

// Texts sends text messages as mail to a gateway: to 6175550147@text.example.
// Every provider of text messages has one, and the sandbox's mailbox is one too.
type Texts struct {
	mail   notifying.Courier
	domain string
}

// NewTexts makes it on a courier; domain is the gateway's.
func NewTexts(mail notifying.Courier, domain string) *Texts { return &Texts{mail, domain} }

// textSubject stands where mail has one. Gateways leave it out.
const textSubject = "Text message"

// Text sends a message.
func (t *Texts) Text(ctx context.Context, m people.Text) error {
	return t.mail.Send(ctx, notifying.Mail{
		ID: m.ID, WrittenAt: m.WrittenAt, Language: m.Language, Address: pii.NewSecret(m.Number.Reveal() + "@" + t.domain),
		Subject: textSubject, Text: m.Words.Reveal(),
	})
}
