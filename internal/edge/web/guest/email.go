package guest

import (
	"strings"

	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// readEmail takes the optional address for the receipt. False means that the
// page asks again: it is no address, or looks mistyped.
func (v *visit) readEmail(view *portal.Check) bool {
	typed := strings.TrimSpace(v.Field(portal.FieldEmail))
	view.Email = typed
	if typed == "" {
		return true
	}
	if !serving.IsEmail(typed) {
		view.Problems.Add(portal.FieldEmail, portal.ProblemEmail)
		return false
	}
	meant := serving.MeantEmail(typed)
	switch chosen := v.Field(portal.FieldEmailChoice); {
	case meant == "" || chosen == typed:
		return true
	case chosen == meant:
		view.Email = meant
		return true
	}
	view.Suggestion = meant
	return false
}
