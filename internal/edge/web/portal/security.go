package portal

import "quittance.org/quittance/internal/base/civil"

// Security is A15.
type Security struct {
	Email           string
	PasswordChanged civil.Instant
	Steps           []StepLine
	BackupLeft      int
	Devices         []Device
	History         []Past
	Helping         bool // invitations or coverages of others
	Done            string
}

// StepLine is a second step that is set up.
type StepLine struct {
	Value string // names it in the address of the page that removes it
	Way   Way
	Name  string // of a passkey or an app, the masked number of a phone
	Added civil.Instant
	Used  civil.Instant // zero: never
}

// RemovePath leads to the page that asks before it is removed.
func (s StepLine) RemovePath() string { return PathRemoveStep + "?of=" + s.Value }

// Device is a browser in which the person is signed in.
type Device struct {
	Value   string
	Browser string
	Network string
	Seen    civil.Instant
	This    bool
}

// Past is one line of what happened.
type Past struct {
	At      civil.Instant
	What    string // names the message under security.event
	Way     Way
	Browser string
	Network string
}

func (Security) page() page { return page{template: "security", title: "security.title"} }

// Password is A15: another password.
type Password struct {
	Email    string
	Problems Problems
}

func (p Password) page() page {
	return page{template: "password", title: "password.title", problems: p.Problems, back: PathSecurity, script: identityScript}
}

// Confirm asks for the password before something weighty.
type Confirm struct {
	Email    string
	Problems Problems
}

func (c Confirm) page() page {
	return page{template: "confirm", title: "confirm.title", problems: c.Problems, back: PathSecurity, script: identityScript}
}
