package portal

import (
	"slices"
)

// identityScript shows passkeys, passwords and how long a code works. Without
// it every page works by other ways.
const identityScript = "identity.js"

// SignUp is A1.
type SignUp struct {
	Email    string
	Problems Problems
}

func (s SignUp) page() page {
	return page{template: "signup", title: "signup.title", problems: s.Problems, script: identityScript}
}

// SignIn is A2.
type SignIn struct {
	Email    string
	Problems Problems
	NoMatch  bool // never says which part
	Ended    bool // the time ran out, or the browser was signed out elsewhere
	Kept     bool // what was typed is kept
	Needed   bool // a page was asked for that needs it
	Reset    bool // a new password was set
	Passkeys bool
	Refused  bool // the passkey did not work
	Minutes  int  // of Ended: without a page
}

func (s SignIn) page() page {
	return page{template: "signin", title: "signin.title", problems: s.Problems, refused: s.NoMatch || s.Refused, script: identityScript}
}

// SignedOut says that somebody is out.
type SignedOut struct{}

func (SignedOut) page() page { return page{template: "signedout", title: "signedout.title"} }

// Way is how a second step is taken.
type Way string

// The ways.
const (
	WayEmail   Way = "email"
	WayText    Way = "text"
	WayApp     Way = "app"
	WayPasskey Way = "passkey"
	WayBackup  Way = "backup"
)

// Sends tells that a code goes out.
func (w Way) Sends() bool { return w == WayEmail || w == WayText }

// CodeStep says what a code is asked for.
type CodeStep string

// The steps.
const (
	StepSignUp  CodeStep = "signup"
	StepSignIn  CodeStep = "signin"
	StepPhone   CodeStep = "phone"   // a phone is set up
	StepConnect CodeStep = "connect" // coverage is connected with the phone on file
)

// Code is A3 in all its forms.
type Code struct {
	Step     CodeStep
	Way      Way
	To       string // where the code went
	Minutes  int    // that it works
	Again    bool   // another code was sent
	Called   bool   // by a call
	CanCall  bool   // a call can bring it
	Problems Problems

	Others     bool   // there are other ways
	Remember   bool   // as ticked
	Challenge  string // of a passkey: JSON
	Refused    bool   // the passkey did not work
	BackupLeft int    // backup codes that are left
}

func (c Code) page() page {
	return page{
		template: "code", title: c.Title(), problems: c.Problems, refused: c.Refused, script: identityScript, back: c.back(),
	}
}

func (c Code) back() string {
	switch c.Step {
	case StepPhone:
		return PathAddPhone
	case StepConnect:
		return PathConnect
	case StepSignUp:
		return PathSignUp
	}
	return PathSignIn
}

// Title gives the key of the heading.
func (c Code) Title() string {
	switch {
	case c.Step == StepSignUp:
		return "code.title_email"
	case c.Way == WayPasskey:
		return "code.title_passkey"
	case c.Way == WayBackup:
		return "code.title_backup"
	}
	return "code.title"
}

// Line says where the code is to be found.
func (c Code) Line() Message {
	key := string(c.Way)
	switch {
	case c.Step == StepSignUp:
		key = "signup"
	case c.Called:
		key = "call"
	}
	return Message{Key: "code.line." + key, Args: pairs([]any{"to", c.To, "minutes", c.Minutes})}
}

// AgainKey gives the key of the words for another code.
func (c Code) AgainKey() string {
	if c.Called {
		return "code.calling"
	}
	return "code.sent_again"
}

// Path is where the form leads.
func (c Code) Path() string {
	switch c.Step {
	case StepSignUp:
		return PathSignUpCode
	case StepPhone:
		return PathPhoneCode
	case StepConnect:
		return PathConnectPhone
	}
	return PathCode
}

// CanRemember tells that the device may be remembered.
func (c Code) CanRemember() bool { return c.Step == StepSignIn }

// OtherWay offers the other ways of a second step.
type OtherWay struct {
	Ways     []Way
	Problems Problems
}

func (o OtherWay) page() page {
	return page{template: "otherway", title: "otherway.title", problems: o.Problems, back: PathCode}
}

// Forgot is A4: the address.
type Forgot struct {
	Email    string
	Problems Problems
}

func (f Forgot) page() page {
	return page{template: "forgot", title: "forgot.title", problems: f.Problems, back: PathSignIn}
}

// Reset is A4: the code and the new password.
type Reset struct {
	To       string
	Minutes  int
	Again    bool
	Problems Problems
}

func (r Reset) page() page {
	return page{template: "reset", title: "reset.title", problems: r.Problems, back: PathForgot, script: identityScript}
}

// SecondStep chooses a second step to set up.
type SecondStep struct {
	New      bool // right after signing up
	Passkeys bool
	Texts    bool
	Chosen   Way
	Problems Problems
}

// Ways lists what can be set up here.
func (s SecondStep) Ways() []Way {
	all := []Way{WayPasskey, WayApp, WayText}
	return slices.DeleteFunc(all, func(w Way) bool {
		return w == WayPasskey && !s.Passkeys || w == WayText && !s.Texts
	})
}

func (s SecondStep) page() page {
	p := page{template: "secondstep", title: "secondstep.title", problems: s.Problems}
	if !s.New {
		p.back = PathSecurity
	}
	return p
}

// Drawing is a picture of black squares.
type Drawing struct {
	Size int    // of the whole, in squares
	Path string // of an SVG path
}

// Span is the picture with its quiet margin.
func (d Drawing) Span() int { return d.Size + 8 }

// AddApp sets up an authenticator app.
type AddApp struct {
	QR       Drawing
	Secret   string // in groups
	Problems Problems
}

func (a AddApp) page() page {
	return page{template: "addapp", title: "addapp.title", problems: a.Problems, back: PathSecondStep}
}

// AddPhone asks for the number that codes go to.
type AddPhone struct {
	Number   string
	Problems Problems
}

func (a AddPhone) page() page {
	return page{template: "addphone", title: "addphone.title", problems: a.Problems, back: PathSecondStep}
}

// AddPasskey sets up a passkey.
type AddPasskey struct {
	Challenge string // JSON for the browser
	Name      string
	Refused   bool
}

func (a AddPasskey) page() page {
	return page{template: "addpasskey", title: "addpasskey.title", refused: a.Refused, back: PathSecondStep, script: identityScript}
}

// BackupCodes shows the codes, once.
type BackupCodes struct {
	Codes []string
	Added Way // the second step that they came with, "" for none
}

func (BackupCodes) page() page { return page{template: "backupcodes", title: "backupcodes.title"} }

// Field names of the identity pages.
const (
	FieldPassword    = "password"
	FieldOldPassword = "old_password"
	FieldCode        = "code"
	FieldWay         = "way"
	FieldPhone       = "phone"
	FieldRemember    = "remember"
	FieldAccountCode = "account_code"
	FieldScope       = "scope"
	FieldUntil       = "until"
	FieldResponse    = "response"
)

// Problem keys of signing up and in.
const (
	ProblemEmailEmpty     = "signup.problem.email_empty"
	ProblemEmailFormat    = "signup.problem.email_format"
	ProblemPasswordShort  = "signup.problem.password_short"
	ProblemPasswordLong   = "signup.problem.password_long"
	ProblemPasswordCommon = "signup.problem.password_common"
	ProblemPasswordEmail  = "signup.problem.password_email"
	ProblemPasswordEmpty  = "signin.problem.password_empty"
	ProblemCodeFormat     = "code.problem.format"
	ProblemCodeBackup     = "code.problem.backup"
	ProblemCodeWrong      = "code.problem.wrong"
	ProblemCodeExpired    = "code.problem.expired"
	ProblemCodeTries      = "code.problem.tries"
	ProblemWay            = "otherway.problem"
	ProblemPhone          = "addphone.problem"
	ProblemOldPassword    = "password.problem.wrong"
	ProblemOldEmpty       = "password.problem.empty"
)
