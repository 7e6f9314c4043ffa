package cli

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/edge/letters"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// letterWriter writes letters in the words of a catalogue.
type letterWriter struct {
	words   *catalogue.Catalogue
	profile *profile.Profile
	baseURL string
}

func (l letterWriter) writer() letters.Writer {
	return letters.Writer{Catalogue: l.words, Profile: l.profile, BaseURL: l.baseURL}
}

func (l letterWriter) Receipt(r *paying.Receipt) (notifying.Letter, error) {
	return l.writer().Receipt(r)
}

func (l letterWriter) Unpaid(i payment.Intent) (notifying.Letter, error) {
	return l.writer().Unpaid(i)
}

func (l letterWriter) Notice(n notifying.Notice) (notifying.Words, error) {
	return l.writer().Notice(n)
}
func (l letterWriter) Bill(b notifying.Bill) (notifying.Words, error) { return l.writer().Bill(b) }
func (l letterWriter) Returned(r notifying.Returned) (notifying.Words, error) {
	return l.writer().Returned(r)
}

func (l letterWriter) Refunded(r notifying.Refunded) (notifying.Words, error) {
	return l.writer().Refunded(r)
}

func (l letterWriter) Repeated(r notifying.Repeated) (notifying.Words, error) {
	return l.writer().Repeated(r)
}

func (l letterWriter) WaiverDecided(d notifying.WaiverDecided) (notifying.Words, error) {
	return l.writer().WaiverDecided(d)
}

func (l letterWriter) Extended(x notifying.Extended) (notifying.Words, error) {
	return l.writer().Extended(x)
}

func (l letterWriter) Plain(p notifying.Plain) (notifying.Words, error) { return l.writer().Plain(p) }

// Person writes to somebody who signs in.
func (l letterWriter) Person(m people.Mail) (people.Words, error) { return l.writer().Person(m) }

// PersonText writes a text message.
func (l letterWriter) PersonText(m people.Mail) (string, error) { return l.writer().PersonText(m) }

// PersonCall writes what a call says.
func (l letterWriter) PersonCall(m people.Mail) (string, error) { return l.writer().PersonCall(m) }

func (l letterWriter) Mandate(m notifying.Mandate) (notifying.Words, error) {
	return l.writer().Mandate(m)
}
