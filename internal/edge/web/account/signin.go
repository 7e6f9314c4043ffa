package account

import (
	"encoding/json"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/portal"
)

func (v *visit) showSignIn() {
	if v.inside() {
		return
	}
	view := v.signInPage()
	view.Reset = v.done() == doneReset
	v.Show(view)
}

// signInPage says why somebody is here, if they asked for another page.
func (v *visit) signInPage() portal.SignIn {
	s := v.session
	return portal.SignIn{
		Ended: s.Ended && s.Back != "", Kept: s.Late != nil, Needed: s.Back != "" && !s.Ended, Minutes: v.Profile.Session.AccountMinutes, Passkeys: v.passkeys,
	}
}

// signIn is A2. What failed is never said: the address or the password.
func (v *visit) signIn() {
	if v.inside() {
		return
	}
	view := v.signInPage()
	view.Email = v.email()
	if view.Email == "" {
		view.Problems.Add(portal.FieldEmail, portal.ProblemEmailEmpty)
	}
	if v.Field(portal.FieldPassword) == "" {
		view.Problems.Add(portal.FieldPassword, portal.ProblemPasswordEmpty)
	}
	if len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	next, err := v.people.SignIn(v.Ctx(), people.SignIn{
		Email: view.Email, Password: v.secret(portal.FieldPassword), Device: v.device(), Language: string(v.Lang), From: v.from(),
	})
	switch {
	case fault.Is(err, people.CodeNoMatch):
		view.NoMatch = true
		v.Show(view)
	case err != nil:
		v.Fail(err)
	case next.Done != nil:
		v.comeIn(*next.Done)
	default:
		v.secondStep(next)
	}
}

// secondStep asks for the strongest second step that can be had here. Who has
// none of those is shown that, and whom to call.
func (v *visit) secondStep(next people.Step) {
	s := step{Kind: stepSignIn, Ticket: next.Ticket, Ways: next.Ways}
	s.Way, s.To = v.strongest(next)
	v.session.Step = s
	v.keep()
	if s.Way == "" {
		v.To(portal.PathOtherWay)
		return
	}
	v.To(portal.PathCode)
}

// strongest gives the first way that works here, and where a code went: a
// passkey needs a site with a name, a text message somebody who sends it.
func (v *visit) strongest(next people.Step) (way portal.Way, to string) {
	for _, kind := range next.Ways {
		way := portal.Way(kind)
		switch {
		case way == portal.WayPasskey && !v.passkeys:
			continue
		case !way.Sends():
			return way, ""
		case next.Sent != nil && next.Sent.Way == kind:
			return way, next.Sent.To
		}
		sent, err := v.people.SendCode(v.Ctx(), people.SendCode{Ticket: next.Ticket, Way: kind, From: v.from()})
		if err == nil {
			return way, sent.To
		}
	}
	return "", ""
}

// comeIn opens the session and leads to where the person wanted to go (F8).
func (v *visit) comeIn(in people.SignedIn) {
	if err := v.enter(in); err != nil {
		v.Broken(err)
		return
	}
	v.onward()
}

func (v *visit) showCode() {
	if !v.stepIs(stepSignIn, portal.PathSignIn) {
		return
	}
	if v.session.Step.Way == "" {
		v.To(portal.PathOtherWay)
		return
	}
	view := v.codePage()
	if view.Way == portal.WayPasskey && !v.challenge(&view) {
		return
	}
	v.showStep(view)
}

// challenge puts what the browser has to answer on the page.
func (v *visit) challenge(view *portal.Code) bool {
	ceremony, err := v.people.BeginPasskeyStep(v.Ctx(), v.session.Step.Ticket)
	if err != nil {
		v.stepFailed(err)
		return false
	}
	v.session.Step.Asked = ceremony.Ticket
	view.Challenge = string(ceremony.Options)
	v.keep()
	return true
}

func (v *visit) answerCode() {
	if !v.stepIs(stepSignIn, portal.PathSignIn) {
		return
	}
	in, err := v.people.AnswerCode(v.Ctx(), people.AnswerCode{
		Ticket: v.session.Step.Ticket, Way: identity.FactorKind(v.session.Step.Way), Code: v.Field(portal.FieldCode),
		Remember: v.Field(portal.FieldRemember) != "", From: v.from(),
	})
	if err != nil {
		v.codeRefused(err)
		return
	}
	v.comeIn(in)
}

// askPasskey gives what a browser has to answer to sign in without e-mail and
// password.
func (v *visit) askPasskey() {
	ceremony, err := v.people.BeginPasskeySignIn(v.Ctx(), v.from())
	if err == nil {
		v.session.Step = step{Asked: ceremony.Ticket}
		v.keep()
		err = v.Keep()
	}
	if err != nil {
		v.Fail(err)
		return
	}
	v.W.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(v.W).Encode(json.RawMessage(ceremony.Options)) // a reader that went away is no error of ours
}

// response gives what the browser answered for a passkey. It is longer than
// what a person types.
func (v *visit) response() []byte { return []byte(v.R.PostForm.Get(portal.FieldResponse)) }

// answerPasskey takes the answer, of the second step or in place of both.
func (v *visit) answerPasskey() {
	s := v.session.Step
	answer := people.PasskeyAnswer{
		Ticket: s.Asked, Response: v.response(), Remember: v.Field(portal.FieldRemember) != "", From: v.from(),
	}
	both := s.Kind != stepSignIn
	if both && s.Asked.IsZero() {
		v.To(portal.PathSignIn)
		return
	}
	take := v.people.PasskeyStep
	if both {
		take = v.people.PasskeySignIn
	}
	if len(answer.Response) == 0 {
		v.passkeyRefused(both)
		return
	}
	in, err := take(v.Ctx(), answer)
	switch {
	case fault.Is(err, people.CodePasskeyRefused), fault.Is(err, people.CodeNoMatch), fault.Is(err, people.CodeTicket):
		v.passkeyRefused(both)
	case err != nil:
		v.Fail(err)
	default:
		v.comeIn(in)
	}
}

func (v *visit) passkeyRefused(both bool) {
	if both {
		view := v.signInPage()
		view.Refused = true
		v.Show(view)
		return
	}
	view := v.codePage()
	view.Refused = true
	if v.challenge(&view) {
		v.Show(view)
	}
}

// signOut ends the session, also one that has ended by itself.
func (v *visit) signOut() {
	if !v.who.Person.IsZero() {
		if err := v.people.SignOut(v.Ctx(), v.now.Who); err != nil {
			v.Broken(err)
			return
		}
	}
	if err := v.sessions.Destroy(v.Ctx()); err != nil {
		v.Broken(err)
		return
	}
	v.To(portal.PathSignedOut)
}

func (v *visit) signedOut() {
	if !v.inside() {
		v.Show(portal.SignedOut{})
	}
}
