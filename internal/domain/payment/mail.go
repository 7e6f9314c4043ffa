package payment

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/profile"
)

// MailedOn gives the day on which a mailed payment counts (R-PAY-4): that of a
// legible postmark, if it arrives within some days of the due date that the
// postmark was in time for; otherwise the day it is received. postmark is zero
// where there is none or it can not be read.
func MailedOn(p *profile.Profile, postmark, received, due civil.Date) civil.Date {
	if postmark.IsZero() || p.Mail.Rule.On(received) == profile.MailReceived || received.After(due.AddDays(p.Mail.WaitDays.On(due))) {
		return received
	}
	return postmark
}
