package account

import (
	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/portal"
)

func (v *visit) showForgot() { v.Show(portal.Forgot{}) }

// forgot is A4. The answer is the same for an address that nobody has.
func (v *visit) forgot() {
	view := portal.Forgot{Email: v.email()}
	ticket, err := v.people.Forgot(v.Ctx(), people.Forgot{Email: view.Email, Language: string(v.Lang), From: v.from()})
	if view.Problems = problems(err, nil); len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	if err != nil {
		v.Fail(err)
		return
	}
	v.session.Step = step{Kind: stepReset, Ticket: ticket, Way: portal.WayEmail, To: view.Email}
	v.keep()
	v.To(portal.PathReset)
}

func (v *visit) showReset() {
	if v.stepIs(stepReset, portal.PathForgot) {
		v.showStep(v.resetPage())
	}
}

func (v *visit) resetPage() portal.Reset {
	return portal.Reset{To: v.session.Step.To, Minutes: identity.CodeMinutes, Again: v.session.Step.Again}
}

// reset sets the new password. It signs nobody in: the next page asks for it.
func (v *visit) reset() {
	if !v.stepIs(stepReset, portal.PathForgot) {
		return
	}
	view := v.resetPage()
	code, secret := v.Field(portal.FieldCode), v.secret(portal.FieldPassword)
	_, err := identity.ReadCode(code)
	view.Problems = append(problems(err, nil), problems(identity.CheckPassword(secret.Reveal(), view.To), nil)...)
	if len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	err = v.people.Reset(v.Ctx(), people.Reset{Ticket: v.session.Step.Ticket, Code: code, Password: secret, From: v.from()})
	if view.Problems = problems(err, nil); len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	if err != nil {
		v.stepFailed(err)
		return
	}
	v.session = session{Done: doneReset}
	v.keep()
	v.To(portal.PathSignIn)
}
