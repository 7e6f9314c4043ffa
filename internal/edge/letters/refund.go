package letters

import (
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// Refunded writes the letter about money that goes back (M16, R-PAY-8).
func (w Writer) Refunded(r notifying.Refunded) (notifying.Words, error) {
	a, err := w.author(r.Reader, r.Written)
	if err != nil {
		return notifying.Words{}, err
	}
	l := a.begin(a.t("letter.refund.title", nil),
		a.t("letter.refund.lead", catalogue.Args{"amount": r.Amount, "bank": r.Payment.LastFour}),
		a.t("letter.refund.of", catalogue.Args{"paid": r.Payment.EffectiveOn}),
		a.t("letter.refund.when", nil),
		a.t("letter.refund.nothing", nil))
	return a.finish(template{notifying.TemplateRefund, 1}, l)
}
