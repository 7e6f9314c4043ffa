package account

import (
	"slices"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/edge/web/portal"
)

// step is something that was begun and waits for its answer.
type step struct {
	Kind   stepKind              `json:"kind,omitempty"`
	Ticket identity.Ticket       `json:"ticket"`
	Way    portal.Way            `json:"way,omitempty"`
	To     string                `json:"to,omitempty"` // where a code went
	Ways   []identity.FactorKind `json:"ways,omitempty"`
	Again  bool                  `json:"again,omitempty"`  // another code was sent just now
	Called bool                  `json:"called,omitempty"` // the newest code is spoken by a call

	Asked  identity.Ticket `json:"asked"` // of a passkey: what the browser is to answer
	Secret string          `json:"secret,omitempty"`
	QR     portal.Drawing  `json:"qr"`
	Form   connectForm     `json:"form"` // of coverage that is connected by phone
}

// stepKind says what is begun.
type stepKind string

// The kinds.
const (
	stepSignUp  stepKind = "signup"
	stepSignIn  stepKind = "signin"
	stepReset   stepKind = "reset"
	stepPhone   stepKind = "phone"
	stepApp     stepKind = "app"
	stepPasskey stepKind = "passkey" // set up
	stepConnect stepKind = "connect"
)

// begin is the page where a step of this kind starts.
func (s step) begin() string {
	switch s.Kind {
	case stepSignUp:
		return portal.PathSignUp
	case stepReset:
		return portal.PathForgot
	case stepPhone:
		return portal.PathAddPhone
	case stepApp:
		return portal.PathAddApp
	case stepPasskey:
		return portal.PathAddPasskey
	case stepConnect:
		return portal.PathConnectAsk
	case stepSignIn:
	}
	return portal.PathSignIn
}

// answer is the page that takes the answer.
func (s step) answer() string {
	switch s.Kind {
	case stepSignUp:
		return portal.PathSignUpCode
	case stepReset:
		return portal.PathReset
	case stepPhone:
		return portal.PathPhoneCode
	case stepConnect:
		return portal.PathConnectPhone
	case stepSignIn:
		return portal.PathCode
	case stepApp, stepPasskey:
	}
	return s.begin()
}

// stepIs tells whether a step of a kind waits for its answer, and leads to the
// page where it begins if not.
func (v *visit) stepIs(kind stepKind, begin string) bool {
	if v.session.Step.Kind == kind {
		return true
	}
	v.To(begin)
	return false
}

var codeSteps = map[stepKind]portal.CodeStep{
	stepSignUp: portal.StepSignUp, stepSignIn: portal.StepSignIn, stepPhone: portal.StepPhone, stepConnect: portal.StepConnect,
}

// codePage is A3 for the step that waits.
func (v *visit) codePage() portal.Code {
	s := v.session.Step
	return portal.Code{
		Step: codeSteps[s.Kind], Way: s.Way, To: s.To, Minutes: identity.CodeMinutes, Again: s.Again,
		Called: s.Called, CanCall: s.Way == portal.WayText && v.people.CanCall(), Others: len(v.otherWays()) > 0,
	}
}

// showStep shows the page of a step; that another code was sent is said once.
func (v *visit) showStep(view portal.View) {
	if v.session.Step.Again {
		v.session.Step.Again = false
		v.keep()
	}
	v.Show(view)
}

// otherWays are the ways of a sign-in besides the one that is asked for.
func (v *visit) otherWays() []portal.Way {
	s := v.session.Step
	if s.Kind != stepSignIn {
		return nil
	}
	var ways []portal.Way
	for _, kind := range s.Ways {
		ways = append(ways, portal.Way(kind))
	}
	return slices.DeleteFunc(ways, func(w portal.Way) bool { return w == s.Way || w == portal.WayPasskey && !v.passkeys })
}

// backToCode leads to the page that waits for an answer.
func (v *visit) backToCode() { v.To(v.session.Step.answer()) }

// sendCode sends another code.
func (v *visit) sendCode() {
	s := v.session.Step
	if !s.Way.Sends() {
		v.backToCode()
		return
	}
	if v.send(s.Way, false) {
		v.session.Step.Again = true
		v.keep()
		v.backToCode()
	}
}

// callCode has another code spoken to the phone ("Call me instead", A3).
func (v *visit) callCode() {
	if v.session.Step.Way != portal.WayText || !v.people.CanCall() {
		v.backToCode()
		return
	}
	if v.send(portal.WayText, true) {
		v.session.Step.Again = true
		v.keep()
		v.backToCode()
	}
}

// send has a code sent in a way, or spoken, and notes where it went.
func (v *visit) send(way portal.Way, call bool) bool {
	s := &v.session.Step
	sent, err := v.people.SendCode(v.Ctx(), people.SendCode{Ticket: s.Ticket, Way: identity.FactorKind(way), Call: call, From: v.from()})
	if err != nil {
		v.stepFailed(err)
		return false
	}
	s.Way, s.Called = way, call
	if !sent.Ticket.IsZero() {
		s.Ticket = sent.Ticket
	}
	if s.Kind != stepSignUp && s.Kind != stepReset { // where the person reads the address as they typed it
		s.To = sent.To
	}
	return true
}

func (v *visit) showOtherWay() {
	if !v.stepIs(stepSignIn, portal.PathSignIn) {
		return
	}
	v.Show(portal.OtherWay{Ways: v.otherWays()})
}

func (v *visit) chooseWay() {
	if !v.stepIs(stepSignIn, portal.PathSignIn) {
		return
	}
	way, ways := portal.Way(v.Field(portal.FieldWay)), v.otherWays()
	if !slices.Contains(ways, way) {
		view := portal.OtherWay{Ways: ways}
		view.Problems.Add(portal.FieldWay, portal.ProblemWay)
		v.Show(view)
		return
	}
	if way.Sends() && !v.send(way, false) {
		return
	}
	v.session.Step.Way = way
	v.keep()
	v.To(portal.PathCode)
}
