package guest

import (
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/serving"
)

// visit is one request being answered.
type visit struct {
	*site
	*serving.Visit

	alive bool         // somebody's bill is open in the session
	who   identity.Who // who came from their account; zero for a guest
}

// setAlive notes whether somebody's bill is open, and so whether the page says
// how long that lasts.
func (v *visit) setAlive(alive bool) {
	v.alive, v.Frame.SessionMinutes = alive, 0
	if alive {
		v.Frame.SessionMinutes = v.Profile.Guest.SessionMinutes
	}
}

// operation gives the operation id that a form carries.
func (v *visit) operation() (payment.OperationID, bool) {
	id, err := parseOperation(v.Field("op"))
	return id, err == nil
}

func (v *visit) notFound() { v.NotFound() }
