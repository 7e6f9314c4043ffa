package account

import (
	"slices"

	"quittance.org/quittance/internal/app/people"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/edge/web/portal"
)

func (v *visit) showSecondStep() {
	if view, ok := v.secondStepPage(); ok {
		if ways := view.Ways(); view.New && len(ways) > 0 {
			view.Chosen = ways[0]
		}
		v.Show(view)
	}
}

func (v *visit) secondStepPage() (portal.SecondStep, bool) {
	known, err := v.people.Security(v.Ctx(), v.who)
	if err != nil {
		v.Fail(err)
		return portal.SecondStep{}, false
	}
	return portal.SecondStep{New: v.session.New, Passkeys: v.passkeys, Texts: known.Texts}, true
}

func (v *visit) chooseSecondStep() {
	view, ok := v.secondStepPage()
	if !ok {
		return
	}
	view.Chosen = portal.Way(v.Field(portal.FieldWay))
	if !slices.Contains(view.Ways(), view.Chosen) {
		view.Problems.Add(portal.FieldWay, portal.ProblemWay)
		v.Show(view)
		return
	}
	switch view.Chosen {
	case portal.WayPasskey:
		v.To(portal.PathAddPasskey)
	case portal.WayApp:
		v.To(portal.PathAddApp)
	default:
		v.To(portal.PathAddPhone)
	}
}

// weighty answers errors of what changes how somebody signs in: it may need the
// password first, and comes back here then.
func (v *visit) weighty(err error, back string) {
	if !fault.Is(err, people.CodeNotConfirmed) {
		v.stepFailed(err)
		return
	}
	v.session.Back = back
	v.keep()
	v.To(portal.PathConfirm)
}

// added goes on after a second step was set up: the backup codes come with the
// first one, and are shown once.
func (v *visit) added(in people.Added, way portal.Way) {
	v.session.Step = step{}
	v.session.Done = doneAdded
	if len(in.BackupCodes) > 0 {
		v.showCodes(in.BackupCodes, way)
		return
	}
	v.afterSetUp()
}

// showCodes leads to the page of backup codes. They wait in the session until
// the person says that they are saved, so that a reload does not lose them.
func (v *visit) showCodes(codes []string, way portal.Way) {
	v.session.Codes, v.session.CodesOf = codes, way
	v.keep()
	v.To(portal.PathBackupCodes)
}

func (v *visit) showBackupCodes() {
	if len(v.session.Codes) == 0 {
		v.To(portal.PathSecurity)
		return
	}
	v.Show(portal.BackupCodes{Codes: v.session.Codes, Added: v.session.CodesOf})
}

func (v *visit) savedBackupCodes() {
	v.session.Codes, v.session.CodesOf = nil, ""
	v.afterSetUp()
}

// afterSetUp leads who is new to the account, and others to where they came
// from.
func (v *visit) afterSetUp() {
	if v.session.New {
		v.session.New, v.session.Done = false, ""
		v.onward()
		return
	}
	v.keep()
	v.To(portal.PathSecurity)
}

func (v *visit) showAddApp() {
	if v.session.Step.Kind != stepApp {
		begun, err := v.people.BeginApp(v.Ctx(), v.who)
		if err != nil {
			v.weighty(err, portal.PathAddApp)
			return
		}
		qr, err := drawing(begun.QR)
		if err != nil {
			v.Broken(err)
			return
		}
		v.session.Step = step{Kind: stepApp, Ticket: begun.Ticket, Secret: begun.Secret, QR: qr}
		v.keep()
	}
	v.Show(v.appPage())
}

func (v *visit) appPage() portal.AddApp {
	return portal.AddApp{QR: v.session.Step.QR, Secret: v.session.Step.Secret}
}

func (v *visit) addApp() {
	if !v.stepIs(stepApp, portal.PathAddApp) {
		return
	}
	in, err := v.people.AddApp(v.Ctx(), v.who, v.setup())
	view := v.appPage()
	if view.Problems = problems(err, nil); len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	if err != nil {
		v.weighty(err, portal.PathAddApp)
		return
	}
	v.added(in, portal.WayApp)
}

// setup is the answer to what is set up.
func (v *visit) setup() people.AnswerSetup {
	return people.AnswerSetup{Ticket: v.session.Step.Ticket, Code: v.Field(portal.FieldCode), From: v.from()}
}

func (v *visit) showAddPhone() {
	v.Show(portal.AddPhone{Number: v.Field(portal.FieldPhone)})
}

func (v *visit) addPhone() {
	view := portal.AddPhone{Number: v.Field(portal.FieldPhone)}
	sent, err := v.people.BeginPhone(v.Ctx(), v.who, people.NewPhone{Number: view.Number, From: v.from()})
	if view.Problems = problems(err, nil); len(view.Problems) > 0 {
		v.Show(view)
		return
	}
	if err != nil {
		v.weighty(err, portal.PathAddPhone)
		return
	}
	v.session.Step = step{Kind: stepPhone, Ticket: sent.Ticket, Way: portal.WayText, To: sent.To}
	v.keep()
	v.To(portal.PathPhoneCode)
}

func (v *visit) showPhoneCode() {
	if v.stepIs(stepPhone, portal.PathAddPhone) {
		v.showStep(v.codePage())
	}
}

func (v *visit) verifyPhone() {
	if !v.stepIs(stepPhone, portal.PathAddPhone) {
		return
	}
	in, err := v.people.AddPhone(v.Ctx(), v.who, v.setup())
	switch {
	case fault.Is(err, people.CodeNotConfirmed):
		v.weighty(err, portal.PathAddPhone)
	case err != nil:
		v.codeRefused(err)
	default:
		v.added(in, portal.WayText)
	}
}

func (v *visit) showAddPasskey() { v.passkeyPage(portal.AddPasskey{}) }

// passkeyPage shows the page with a new challenge.
func (v *visit) passkeyPage(view portal.AddPasskey) {
	if !v.passkeys {
		v.To(portal.PathSecondStep)
		return
	}
	begun, err := v.people.BeginPasskey(v.Ctx(), v.who)
	if err != nil {
		v.weighty(err, portal.PathAddPasskey)
		return
	}
	v.session.Step = step{Kind: stepPasskey, Asked: begun.Ticket}
	v.keep()
	view.Challenge = string(begun.Options)
	v.Show(view)
}

func (v *visit) addPasskey() {
	if !v.stepIs(stepPasskey, portal.PathAddPasskey) {
		return
	}
	answer := people.PasskeyAnswer{Ticket: v.session.Step.Asked, Response: v.response(), Name: v.Field(portal.FieldName), From: v.from()}
	refused := portal.AddPasskey{Name: answer.Name, Refused: true}
	if len(answer.Response) == 0 {
		v.passkeyPage(refused)
		return
	}
	in, err := v.people.AddPasskey(v.Ctx(), v.who, answer)
	switch {
	case fault.Is(err, people.CodePasskeyRefused), fault.Is(err, people.CodeTicket):
		v.passkeyPage(refused)
	case err != nil:
		v.weighty(err, portal.PathAddPasskey)
	default:
		v.added(in, portal.WayPasskey)
	}
}

// newBackupCodes replaces the backup codes.
func (v *visit) newBackupCodes() {
	codes, err := v.people.NewBackupCodes(v.Ctx(), v.who, v.from())
	if err != nil {
		v.weighty(err, portal.PathSecurity)
		return
	}
	v.session.Done = ""
	v.showCodes(codes, "")
}
