package guest

import (
	"strings"

	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// readPhone takes the optional number for a text with the receipt (G6). False
// means that the page asks again: it is no number.
func (v *visit) readPhone(view *portal.Check) bool {
	typed := strings.TrimSpace(v.Field(portal.FieldPhone))
	if !view.Texts || typed == "" {
		view.Phone = ""
		return true
	}
	view.Phone = serving.LessCard(typed)
	if _, ok := identity.ParsePhone(typed); !ok {
		view.Problems.Add(portal.FieldPhone, portal.ProblemReceiptPhone)
		return false
	}
	return true
}

// receiptText gives the number with the words that its payer agrees to by giving
// it, as the page shows them; nil for none.
func (v *visit) receiptText(view portal.Check) (*paying.ReceiptText, error) {
	if view.Phone == "" {
		return nil, nil
	}
	agreed, err := v.Pages.Agreed(v.Lang, view.TextTerms())
	digits, _ := identity.ParsePhone(view.Phone)
	return &paying.ReceiptText{Number: pii.NewSecret(digits), Version: agreed.Version, Language: string(agreed.Language), Wording: agreed.Text}, err
}
