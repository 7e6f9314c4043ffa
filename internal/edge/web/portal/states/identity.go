package states

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/edge/web/portal"
)

// coming gives the frame of somebody on the way in.
func coming(path string) portal.Frame { return portal.Frame{Path: path, Nav: portal.NavSigningIn} }

func identity() []State {
	var all []State
	for _, group := range [][]State{signing(), codes(), secondSteps(), connecting(), security(), helping()} {
		all = append(all, group...)
	}
	return all
}

const (
	typedEmail  = "maria@example.com"
	hiddenEmail = "m•••@example.com"
	hiddenPhone = "(•••) •••-0147"
)

func signing() []State {
	var states []State
	add := func(page, name, path string, view portal.View) {
		states = append(states, State{page, name, coming(path), view})
	}
	up := func(name, field, key string) {
		add("signup", name, portal.PathSignUp, portal.SignUp{Email: typedEmail, Problems: problem(field, key)})
	}
	add("signup", "default", portal.PathSignUp, portal.SignUp{})
	add("signup", "empty", portal.PathSignUp, portal.SignUp{Problems: append(
		problem(portal.FieldEmail, portal.ProblemEmailEmpty), problem(portal.FieldPassword, portal.ProblemPasswordShort)...)})
	up("email-format", portal.FieldEmail, portal.ProblemEmailFormat)
	up("password-long", portal.FieldPassword, portal.ProblemPasswordLong)
	up("password-common", portal.FieldPassword, portal.ProblemPasswordCommon)
	up("password-email", portal.FieldPassword, portal.ProblemPasswordEmail)

	in := func(name string, view portal.SignIn) { add("signin", name, portal.PathSignIn, view) }
	in("default", portal.SignIn{Passkeys: true})
	in("no-passkeys", portal.SignIn{})
	in("needed", portal.SignIn{Needed: true, Passkeys: true})
	in("ended", portal.SignIn{Ended: true, Minutes: 15, Passkeys: true})
	in("ended-kept", portal.SignIn{Ended: true, Kept: true, Minutes: 15, Passkeys: true})
	in("reset", portal.SignIn{Reset: true, Passkeys: true})
	in("no-match", portal.SignIn{Email: typedEmail, NoMatch: true, Passkeys: true})
	in("refused", portal.SignIn{Refused: true, Passkeys: true})
	in("empty", portal.SignIn{Passkeys: true, Problems: append(
		problem(portal.FieldEmail, portal.ProblemEmailEmpty), problem(portal.FieldPassword, portal.ProblemPasswordEmpty)...)})

	add("signedout", "default", portal.PathSignedOut, portal.SignedOut{})
	add("forgot", "default", portal.PathForgot, portal.Forgot{})
	add("forgot", "empty", portal.PathForgot, portal.Forgot{Problems: problem(portal.FieldEmail, portal.ProblemEmailEmpty)})
	reset := portal.Reset{To: typedEmail, Minutes: 10}
	add("reset", "default", portal.PathReset, reset)
	reset.Again = true
	add("reset", "again", portal.PathReset, reset)
	reset.Again, reset.Problems = false, append(problem(portal.FieldCode, portal.ProblemCodeFormat), problem(portal.FieldPassword, portal.ProblemPasswordShort)...)
	add("reset", "empty", portal.PathReset, reset)
	return states
}

func codes() []State {
	var states []State
	add := func(name string, view portal.Code) {
		states = append(states, State{"code", name, coming(view.Path()), view})
	}
	signUp := portal.Code{Step: portal.StepSignUp, Way: portal.WayEmail, To: typedEmail, Minutes: 10}
	add("signup", signUp)
	again := signUp
	again.Again = true
	add("signup-again", again)
	for way, to := range map[portal.Way]string{portal.WayEmail: hiddenEmail, portal.WayText: hiddenPhone, portal.WayApp: "", portal.WayBackup: ""} {
		add(string(way), portal.Code{Step: portal.StepSignIn, Way: way, To: to, Minutes: 10, Others: way != portal.WayEmail})
	}
	passkey := portal.Code{Step: portal.StepSignIn, Way: portal.WayPasskey, Others: true, Challenge: `{"publicKey":{"challenge":"AAAA"}}`}
	add("passkey", passkey)
	passkey.Refused = true
	add("passkey-refused", passkey)
	text := portal.Code{Step: portal.StepSignIn, Way: portal.WayText, To: hiddenPhone, Minutes: 10, Others: true, Remember: true}
	for name, key := range map[string]string{
		"format": portal.ProblemCodeFormat, "wrong": portal.ProblemCodeWrong, "expired": portal.ProblemCodeExpired, "tries": portal.ProblemCodeTries,
	} {
		text.Problems = problem(portal.FieldCode, key)
		add(name, text)
	}
	add("backup-wrong", portal.Code{Step: portal.StepSignIn, Way: portal.WayBackup, Others: true, Problems: problem(portal.FieldCode, portal.ProblemCodeBackup)})
	add("phone", portal.Code{Step: portal.StepPhone, Way: portal.WayText, To: hiddenPhone, Minutes: 10})
	add("connect", portal.Code{Step: portal.StepConnect, Way: portal.WayText, To: hiddenPhone, Minutes: 10})
	add("can-call", portal.Code{Step: portal.StepSignIn, Way: portal.WayText, To: hiddenPhone, Minutes: 10, CanCall: true, Others: true})
	add("called", portal.Code{Step: portal.StepSignIn, Way: portal.WayText, To: hiddenPhone, Minutes: 10, CanCall: true, Called: true, Again: true})
	ways := portal.OtherWay{Ways: []portal.Way{portal.WayPasskey, portal.WayApp, portal.WayText, portal.WayBackup, portal.WayEmail}}
	states = append(states, State{"otherway", "default", coming(portal.PathOtherWay), ways})
	ways.Problems = problem(portal.FieldWay, portal.ProblemWay)
	return append(states, State{"otherway", "empty", coming(portal.PathOtherWay), ways})
}

// alone gives the frame of somebody who has connected nothing yet.
func alone(path string) portal.Frame {
	return portal.Frame{Path: path, SessionMinutes: 15, Nav: portal.NavUnlinked}
}

func secondSteps() []State {
	var states []State
	add := func(page, name, path string, view portal.View) {
		states = append(states, State{page, name, alone(path), view})
	}
	choose := portal.SecondStep{New: true, Passkeys: true, Texts: true, Chosen: portal.WayPasskey}
	add("secondstep", "new", portal.PathSecondStep, choose)
	choose.New, choose.Chosen = false, ""
	add("secondstep", "later", portal.PathSecondStep, choose)
	choose.Problems = problem(portal.FieldWay, portal.ProblemWay)
	add("secondstep", "empty", portal.PathSecondStep, choose)
	add("secondstep", "app-only", portal.PathSecondStep, portal.SecondStep{Chosen: portal.WayApp})

	app := portal.AddApp{QR: portal.Drawing{Size: 3, Path: "M0 0h1v1h-1zM2 0h1v3h-1zM0 2h1v1h-1z"}, Secret: "JBSW Y3DP EHPK 3PXP"}
	add("addapp", "default", portal.PathAddApp, app)
	app.Problems = problem(portal.FieldCode, portal.ProblemCodeWrong)
	add("addapp", "wrong", portal.PathAddApp, app)
	add("addphone", "default", portal.PathAddPhone, portal.AddPhone{})
	add("addphone", "format", portal.PathAddPhone, portal.AddPhone{Number: "555-01", Problems: problem(portal.FieldPhone, portal.ProblemPhone)})
	add("addpasskey", "default", portal.PathAddPasskey, portal.AddPasskey{Challenge: `{"publicKey":{"challenge":"AAAA"}}`})
	add("addpasskey", "refused", portal.PathAddPasskey, portal.AddPasskey{Challenge: `{"publicKey":{"challenge":"AAAA"}}`, Name: "My phone", Refused: true})
	codes := []string{
		"7F3K-92QM", "4XWA-P8RT", "KD72-VN5C", "9QHJ-3MXE", "B6TR-WF2Y", "MA4P-7KDZ", "2CNX-H9QV", "RT5E-68JW", "YP3D-XK7A", "V8FM-Q4CB",
	}
	for _, way := range []portal.Way{"", portal.WayPasskey, portal.WayApp, portal.WayText} {
		add("backupcodes", "after-"+string(way), portal.PathBackupCodes, portal.BackupCodes{Codes: codes, Added: way})
	}
	return states
}

func connecting() []State {
	var states []State
	add := func(page, name, path string, view portal.View) {
		states = append(states, State{page, name, alone(path), view})
	}
	typed := portal.FindForm{SubscriberID: "7001 2345 6789", Factor: portal.FactorBirth, BirthMonth: "4", BirthDay: "12", BirthYear: "1987"}
	empty := portal.FindForm{Factor: portal.FactorBirth}
	add("connect", "default", portal.PathConnect, portal.Connect{Form: empty, First: true})
	add("connect", "another", portal.PathConnect, portal.Connect{Form: empty})
	add("connect", "empty", portal.PathConnect, portal.Connect{Form: empty, First: true, Problems: append(append(
		problem(portal.FieldSubscriberID, portal.ProblemIDEmpty), problem(portal.FieldBirthMonth, portal.ProblemBirthEmpty)...),
		problem(portal.FieldAccountCode, portal.ProblemAccountCodeEmpty)...)})
	add("connect", "code-format", portal.PathConnect, portal.Connect{Form: typed, Code: "7F3K", Problems: problem(portal.FieldAccountCode, portal.ProblemAccountCode)})
	for _, stop := range []portal.ConnectStop{portal.ConnectNoMatch, portal.ConnectLinked} {
		add("connect", string(stop), portal.PathConnect, portal.Connect{Form: typed, Code: "7F3K-92QM", Stop: stop})
	}
	ask := portal.Connect{Form: empty, NoCode: true, Texts: true}
	add("connect", "ask", portal.PathConnectAsk, ask)
	add("connect", "ask-mail-only", portal.PathConnectAsk, portal.Connect{Form: empty, NoCode: true})
	ask.Form, ask.Chosen = typed, portal.WayText
	for _, stop := range []portal.ConnectStop{portal.ConnectMailed, portal.ConnectNoAddress, portal.ConnectNoPhone} {
		ask.Stop = stop
		add("connect", "ask-"+string(stop), portal.PathConnectAsk, ask)
	}
	ask.Stop, ask.Problems = "", problem(portal.FieldWay, portal.ProblemConnectWay)
	add("connect", "ask-empty", portal.PathConnectAsk, ask)
	add("codemailed", "default", portal.PathConnectMail, portal.CodeMailed{By: day("2026-11-30")})
	choices := portal.Coverages{All: []portal.CoverageChoice{
		{Value: "1", Who: maria, Chosen: true}, {Value: "2", Who: portal.Who{FirstName: "Ana", Initial: "T", IDLastFour: "1234"}, Helping: true},
	}}
	states = append(states,
		State{"connected", "default", in(portal.PathConnected), portal.Connected{Who: maria}},
		State{"connected", "more", in(portal.PathConnected), portal.Connected{Who: maria, More: true}},
		State{"coverages", "default", in(portal.PathCoverages), choices})
	choices.Problems = problem(portal.CoverageField, portal.ProblemCoverage)
	return append(states, State{"coverages", "empty", in(portal.PathCoverages), choices})
}

func security() []State {
	var states []State
	add := func(page, name, path string, view portal.View) {
		states = append(states, State{page, name, in(path), view})
	}
	full := portal.Security{
		Email: typedEmail, PasswordChanged: now, BackupLeft: 9,
		Steps: []portal.StepLine{
			{Value: "1", Way: portal.WayPasskey, Name: "My phone", Added: now, Used: now},
			{Value: "2", Way: portal.WayApp, Added: now},
			{Value: "3", Way: portal.WayText, Name: hiddenPhone, Added: now, Used: now},
		},
		Devices: []portal.Device{
			{Value: "1", Browser: "Firefox on Windows", Network: "203.0.113.…", Seen: now, This: true},
			{Value: "2", Browser: "Safari on iPhone", Network: "198.51.100.…", Seen: now},
			{Value: "3", Seen: now},
		},
		History: history(),
	}
	add("security", "default", portal.PathSecurity, full)
	for _, done := range []string{"password", "removed", "added", "signed_out", "signed_out_others", "confirmed"} {
		shown := full
		shown.Done = done
		add("security", done, portal.PathSecurity, shown)
	}
	add("security", "no-steps", portal.PathSecurity, portal.Security{Email: typedEmail, PasswordChanged: now, Devices: full.Devices[:1], History: full.History[:1]})
	one := full
	one.BackupLeft = 1
	add("security", "one-code", portal.PathSecurity, one)

	add("password", "default", portal.PathPassword, portal.Password{Email: typedEmail})
	add("password", "wrong", portal.PathPassword, portal.Password{Email: typedEmail, Problems: problem(portal.FieldOldPassword, portal.ProblemOldPassword)})
	add("password", "empty", portal.PathPassword, portal.Password{Email: typedEmail, Problems: append(
		problem(portal.FieldOldPassword, portal.ProblemOldEmpty), problem(portal.FieldPassword, portal.ProblemPasswordShort)...)})
	add("confirm", "default", portal.PathConfirm, portal.Confirm{Email: typedEmail})
	add("confirm", "wrong", portal.PathConfirm, portal.Confirm{Email: typedEmail, Problems: problem(portal.FieldPassword, portal.ProblemOldPassword)})
	add("remove", "step", portal.PathRemoveStep, portal.Remove{Kind: "passkey", Name: "My phone", Value: "1"})
	add("remove", "last", portal.PathRemoveStep, portal.Remove{Kind: "passkey", Name: "My phone", Value: "1", Last: true})
	return states
}

// history has every kind of line.
func history() []portal.Past {
	var all []portal.Past
	for i, what := range []string{
		"signed_in", "signed_up", "sign_in_failed", "locked", "signed_out", "signed_out_others", "password_changed", "password_reset", "email_changed",
		"factor_added", "factor_removed", "backup_codes", "backup_used", "linked", "unlinked", "delegate_added", "delegate_removed",
		"delivery_changed", "settings_changed", "texts_on", "texts_off", "autopay_ended",
	} {
		line := portal.Past{At: civil.InstantOf(now.Time().AddDate(0, 0, -i)), What: what, Browser: "Firefox on Windows", Network: "203.0.113.…"}
		if what == "signed_in" || what == "factor_added" {
			line.Way = portal.WayPasskey
		}
		all = append(all, line)
	}
	return all
}

func helping() []State {
	var states []State
	add := func(page, name, path string, view portal.View) {
		states = append(states, State{page, name, in(path), view})
	}
	scopes := []string{"view", "pay", "autopay"}
	until := day("2027-11-20")
	all := portal.Helpers{
		People:  []portal.Helper{{Value: "1", Email: "ana@example.com", Scope: "pay", Until: until}},
		Waiting: []portal.Helper{{Value: "2", Email: "a.very.long.address.of.a.person@mail.example.com", Scope: "autopay", Until: day("2026-12-04")}},
	}
	add("helpers", "default", portal.PathPeople, all)
	add("helpers", "none", portal.PathPeople, portal.Helpers{})
	for _, done := range []string{"invited", "removed", "withdrawn"} {
		all.Done = done
		add("helpers", done, portal.PathPeople, all)
	}
	form := portal.Invite{Scopes: scopes, Dates: []civil.Date{day("2026-12-20"), day("2027-02-20"), day("2027-05-20"), until}}
	add("invite", "default", portal.PathInvite, form)
	form.Email = typedEmail
	form.Problems = append(problem(portal.FieldScope, portal.ProblemScope), problem(portal.FieldUntil, portal.ProblemUntil)...)
	add("invite", "empty", portal.PathInvite, form)
	form.Problems, form.Scope, form.Until = problem(portal.FieldEmail, portal.ProblemEmailSelf), "pay", "2026-12-20"
	add("invite", "self", portal.PathInvite, form)
	form.Problems = nil
	for _, stop := range []string{"invited", "too_many"} {
		form.Stop = stop
		add("invite", stop, portal.PathInvite, form)
	}
	asked := portal.Invitations{All: []portal.Invitation{{Value: "1", From: "Ana T.", Scope: "view", Until: until}}}
	add("invitations", "default", portal.PathInvitations, asked)
	add("invitations", "none", portal.PathInvitations, portal.Invitations{})
	for _, done := range []string{"accepted", "declined"} {
		add("invitations", done, portal.PathInvitations, portal.Invitations{Done: done})
	}
	add("remove", "helper", portal.PathRemoveHelper, portal.Remove{Kind: "helper", Name: "ana@example.com", Value: "1"})
	return states
}
