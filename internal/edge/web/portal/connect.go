package portal

import (
	"quittance.org/quittance/internal/base/civil"
)

// Connect is A5. The birth date is of the person on the bill.
type Connect struct {
	Form     FindForm
	Code     string // the account code, as typed
	NoCode   bool   // the variant for who has no account code
	Texts    bool   // a code can go to the phone on file
	Chosen   Way    // of NoCode: WayText, or "" for the mail
	Problems Problems
	Stop     ConnectStop
	First    bool // nothing is connected yet
}

// ConnectStop says why coverage can not be connected this way.
type ConnectStop string

// The reasons.
const (
	ConnectNoMatch   ConnectStop = "no_match" // never says which part was wrong
	ConnectLinked    ConnectStop = "linked"
	ConnectMailed    ConnectStop = "mailed"
	ConnectNoAddress ConnectStop = "no_address"
	ConnectNoPhone   ConnectStop = "no_phone"
)

func (c Connect) page() page {
	p := page{template: "connect", title: c.Title(), problems: c.Problems, refused: c.Stop != ""}
	if c.NoCode {
		p.back = PathConnect
	}
	return p
}

// Title gives the key of the heading.
func (c Connect) Title() string {
	if c.NoCode {
		return "connect.title_ask"
	}
	return "connect.title"
}

// Path is where the form leads.
func (c Connect) Path() string {
	if c.NoCode {
		return PathConnectAsk
	}
	return PathConnect
}

// CodeMailed says that a letter with a code is on its way.
type CodeMailed struct {
	By civil.Date // when it should be there
}

func (CodeMailed) page() page { return page{template: "codemailed", title: "codemailed.title"} }

// Connected says that coverage is connected.
type Connected struct {
	Who  Who
	More bool // there are others
}

func (Connected) page() page { return page{template: "connected", title: "connected.title"} }

// Coverages lets somebody choose among several.
type Coverages struct {
	All      []CoverageChoice
	Problems Problems
}

// CoverageChoice is one of several coverages.
type CoverageChoice struct {
	Value   string // names it in the form
	Who     Who
	Helping bool // it is somebody else's
	Chosen  bool
}

func (c Coverages) page() page {
	return page{template: "coverages", title: "coverages.title", problems: c.Problems, back: PathAccount}
}

// CoverageField is the choice among several coverages.
const CoverageField = "coverage"

// Problem keys of connecting coverage.
const (
	ProblemAccountCode      = "connect.problem.account_code"
	ProblemAccountCodeEmpty = "connect.problem.account_code_empty"
	ProblemConnectWay       = "connect.problem.way"
	ProblemCoverage         = "coverages.problem"
)

// Helper is a person who may help.
type Helper struct {
	Value string // names it in the form
	Email string // as the member typed it
	Scope string
	Until civil.Date
}

// RemovePath leads to the page that asks before the person is removed.
func (h Helper) RemovePath() string { return PathRemoveHelper + "?of=" + h.Value }

// Helpers is A16.
type Helpers struct {
	People  []Helper
	Waiting []Helper // invited; Until is the last day to accept
	Done    string   // what was done just now: "invited", "removed", "withdrawn"
}

func (Helpers) page() page { return page{template: "helpers", title: "helpers.title"} }

// Invite is A16: invite somebody.
type Invite struct {
	Email    string
	Scope    string
	Scopes   []string
	Until    string
	Dates    []civil.Date
	Problems Problems
	Stop     string // "invited", "too_many"
}

func (i Invite) page() page {
	return page{template: "invite", title: "invite.title", problems: i.Problems, refused: i.Stop != "", back: PathPeople}
}

// Invitations are those to the person: help somebody, or not.
type Invitations struct {
	All  []Invitation
	Done string // "accepted", "declined"
}

// Invitation asks the person to help somebody.
type Invitation struct {
	Value string
	From  string // "Ana T."
	Scope string
	Until civil.Date
}

func (Invitations) page() page { return page{template: "invitations", title: "invitations.title"} }

// Remove asks before something ends: a second step, or what a helper may do.
type Remove struct {
	Kind  string // "passkey", "app", "text", "helper"
	Name  string
	Value string
	Last  bool // the last second step: it can be replaced only
}

func (r Remove) page() page {
	p := page{template: "remove", title: "remove.title", back: PathSecurity}
	if r.Kind == "helper" {
		p.title, p.back = "remove.title_helper", PathPeople
	}
	return p
}

// Path is where the form leads.
func (r Remove) Path() string {
	if r.Kind == "helper" {
		return PathRemoveHelper
	}
	return PathRemoveStep
}

// Problem keys of inviting.
const (
	ProblemScope     = "invite.problem.scope"
	ProblemUntil     = "invite.problem.until"
	ProblemEmailSelf = "invite.problem.self"
)
