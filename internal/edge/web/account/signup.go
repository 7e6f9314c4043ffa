package account

import (
	"strings"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/portal"
)

// email gives the address that was typed.
func (v *visit) email() string { return strings.TrimSpace(v.Field(portal.FieldEmail)) }

// secret gives what was typed into a field that is never shown again.
func (v *visit) secret(field string) pii.Secret { return pii.NewSecret(v.Field(field)) }

// inside leads somebody who is signed in to their account: nothing here is for
// them.
func (v *visit) inside() bool {
	if v.who.Person.IsZero() {
		return false
	}
	v.To(portal.PathAccount)
	return true
}

func (v *visit) showSignUp() {
	if !v.inside() {
		v.Show(portal.SignUp{})
	}
}

// signUp is A1. An address that is known gets the same next page (R-ACC-3): what
// differs is in the mail.
func (v *visit) signUp() {
	if v.inside() {
		return
	}
	view := portal.SignUp{Email: v.email()}
	ticket, err := v.people.SignUp(v.Ctx(), people.SignUp{
		Email: view.Email, Password: v.secret(portal.FieldPassword), Language: string(v.Lang), From: v.from(),
	})
	if view.Problems = problems(err, nil); len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	if err != nil {
		v.Fail(err)
		return
	}
	v.session.Step = step{Kind: stepSignUp, Ticket: ticket, Way: portal.WayEmail, To: view.Email}
	v.keep()
	v.To(portal.PathSignUpCode)
}

func (v *visit) showSignUpCode() {
	if v.stepIs(stepSignUp, portal.PathSignUp) {
		v.showStep(v.codePage())
	}
}

// verifyEmail makes the account and goes on to the second step (F7).
func (v *visit) verifyEmail() {
	if !v.stepIs(stepSignUp, portal.PathSignUp) {
		return
	}
	in, err := v.people.VerifyEmail(v.Ctx(), people.VerifyEmail{Ticket: v.session.Step.Ticket, Code: v.Field(portal.FieldCode), From: v.from()})
	if err != nil {
		v.codeRefused(err)
		return
	}
	if err := v.enter(in); err != nil {
		v.Broken(err)
		return
	}
	v.session.New = true
	v.keep()
	v.To(portal.PathSecondStep)
}

// codeRefused shows the code page again with what was wrong.
func (v *visit) codeRefused(err error) {
	view := v.codePage()
	view.Remember = v.Field(portal.FieldRemember) != ""
	view.Problems = problems(err, nil)
	switch {
	case len(view.Problems) > 0 && view.Way == portal.WayBackup && fault.Is(err, identity.CodeCodeFormat):
		view.Problems = nil
		view.Problems.Add(portal.FieldCode, portal.ProblemCodeBackup)
		v.Show(view)
	case len(view.Problems) > 0:
		v.Show(view)
	default:
		v.stepFailed(err)
	}
}

// stepFailed answers when a step can not go on. One that took too long, or is
// done already, begins again.
func (v *visit) stepFailed(err error) {
	if !fault.Is(err, people.CodeTicket) {
		v.Fail(err)
		return
	}
	begin := v.session.Step.begin()
	v.session.Step = step{}
	v.keep()
	v.To(begin)
}
