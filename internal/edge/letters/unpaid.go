package letters

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

var templateUnpaid = template{"unpaid", 1}

// Unpaid tells a payer who left before the answer came that no money was taken.
// It names nobody: the payer may be anyone.
func (w Writer) Unpaid(i payment.Intent) (notifying.Letter, error) {
	a, err := w.author(notifying.Reader{Language: i.Language, Ways: notifying.Ways{Email: true}}, w.Profile.Today(i.UpdatedAt))
	if err != nil {
		return notifying.Letter{}, err
	}
	l := a.begin(a.t("letter.unpaid.title", nil), a.t("letter.unpaid.lead", catalogue.Args{"amount": i.Amount, "at": i.SubmittedAt}), a.t("letter.unpaid.more", nil))
	l.Who = a.t("letter.unpaid.who", nil)
	l.Action = &lookUp{a.t("letter.unpaid.line", nil), a.t("letter.unpaid.button", nil), a.t("mail.address", nil), a.url(payPath)}
	words, err := a.finish(templateUnpaid, l)
	return notifying.Letter{
		Account: i.AccountID, Template: words.Template, Version: words.Version, Language: words.Language, Source: i.ID.UUID,
		Address: pii.NewSecret(i.Email), Subject: words.Subject, Text: words.Text, HTML: words.HTML,
	}, err
}
