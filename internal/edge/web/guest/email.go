package guest

import (
	"strings"

	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// readEmail takes the optional address for the receipt. False means that the
// page asks again: it is no address, or looks mistyped.
func (v *visit) readEmail(view *portal.Check) bool {
	entry := v.typedEmail()
	view.Email, view.Suggestion = entry.address, entry.suggestion
	if entry.wrong {
		view.Problems.Add(portal.FieldEmail, portal.ProblemEmail)
	}
	return !entry.wrong && entry.suggestion == ""
}

// emailEntry is an address as somebody typed and chose it.
type emailEntry struct {
	address    string // may be empty
	wrong      bool   // it is no address
	suggestion string // the one that was likely meant, which is to be asked about; "" for none
}

// typedEmail reads an address, and which one was chosen of two.
func (v *visit) typedEmail() emailEntry {
	typed := strings.TrimSpace(v.Field(portal.FieldEmail))
	if typed == "" || !serving.IsEmail(typed) {
		return emailEntry{address: typed, wrong: typed != ""}
	}
	meant := serving.MeantEmail(typed)
	switch chosen := v.Field(portal.FieldEmailChoice); {
	case meant == "" || chosen == typed:
		return emailEntry{address: typed}
	case chosen == meant:
		return emailEntry{address: meant}
	}
	return emailEntry{address: typed, suggestion: meant}
}
