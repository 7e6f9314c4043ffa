package guest

import (
	"quittance.org/quittance/internal/app/admitting"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/edge/web/portal"
	"quittance.org/quittance/internal/edge/web/serving"
)

// visit is one request being answered.
type visit struct {
	*site
	*serving.Visit

	alive  bool            // somebody's bill is open in the session
	who    identity.Who    // who came from their account; zero for a guest
	loaded bool            // the session is there to be read
	place  admitting.Place // in the paying pages, before a bill is opened; zero for none
}

// setAlive notes whether somebody's bill is open, and so whether the page says
// how long that lasts.
func (v *visit) setAlive(s session) {
	v.alive = !s.Account.IsZero()
	v.Frame.SessionMinutes, v.Frame.Nav = 0, portal.NavPublic
	switch {
	case v.alive && s.Signed != nil:
		v.Frame.SessionMinutes, v.Frame.Nav = v.Profile.Session.AccountMinutes, portal.NavMember
	case v.alive:
		v.Frame.SessionMinutes = v.Profile.Guest.SessionMinutes
	}
}

// operation gives the operation id that a form carries.
func (v *visit) operation() (payment.OperationID, bool) {
	id, err := parseOperation(v.Field("op"))
	return id, err == nil
}

func (v *visit) notFound() { v.NotFound() }
