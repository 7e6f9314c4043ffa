// Package identity holds the rules of who somebody is: passwords, one-time
// codes, the account code on the bill, how often may be tried, what a person
// who helps may do, and which words consent was given to (R-ACC-1, R-ACC-3,
// REG-45). It stores nothing and asks nobody.
package identity

import (
	"strings"

	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
)

type (
	// PersonID names a person who can sign in.
	PersonID = ident.ID[Person]
	// SessionID names one browser in which a person is signed in.
	SessionID = ident.ID[Session]
	// FactorID names a second step of a person.
	FactorID = ident.ID[Factor]
	// LinkID names the tie between a person and an account.
	LinkID = ident.ID[Link]
	// InvitationID names an invitation to help with an account.
	InvitationID = ident.ID[Invitation]
	// Ticket names a step that was begun and waits for its answer: a code, a
	// passkey. It is kept in the browser's session on the server and never in
	// an address.
	Ticket = ident.ID[Challenge]
)

// The types that identifiers are about.
type (
	// Person is somebody with an e-mail address and a password.
	Person struct{}
	// Session is a browser in which a person is signed in.
	Session struct{}
	// Challenge is a step that waits for its answer.
	Challenge struct{}
	// Link ties a person to an account.
	Link struct{}
	// Invitation asks somebody to help with an account.
	Invitation struct{}
)

// Who acts: a signed-in person, and what they are to the account acted on.
type Who struct {
	Person  PersonID
	Session SessionID
	Account enrollment.AccountID // zero: no account is meant
	Role    access.Role          // access.RolePerson without an account
	Method  Method               // how they signed in; "" in sessions that are older than it
}

// May checks the policy table (R-ACC-1).
func (w Who) May(op access.Operation) error {
	if w.Person.IsZero() {
		return access.Check("", op)
	}
	return access.Check(w.Role, op)
}

// Actor names the person in the audit trail: by key, not by name.
func (w Who) Actor() string { return "person:" + w.Person.String() }

// From is where a request comes from.
type From struct {
	Network string // the address; kept as a keyed hash only
	Agent   string // the browser's own description
}

// Coarse gives the network as people are shown it, without the part that
// names one machine: "203.0.113.…".
func (f From) Coarse() string {
	if i := strings.LastIndexByte(f.Network, '.'); i > 0 && strings.Count(f.Network, ".") == 3 {
		return f.Network[:i] + ".…"
	}
	parts := strings.Split(f.Network, ":")
	if len(parts) > 3 {
		return strings.Join(parts[:3], ":") + ":…"
	}
	return ""
}

// Browser gives the browser in a few words, "Firefox on Windows", or "".
func (f From) Browser() string {
	name := firstIn(f.Agent, browsers)
	system := firstIn(f.Agent, systems)
	if name == "" || system == "" {
		return name + system
	}
	return name + " on " + system
}

// The order matters: most browsers claim to be several.
var (
	browsers = [][2]string{{"Edg", "Edge"}, {"OPR/", "Opera"}, {"SamsungBrowser", "Samsung Internet"}, {"Firefox/", "Firefox"}, {"FxiOS", "Firefox"}, {"CriOS", "Chrome"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}}
	systems  = [][2]string{{"iPhone", "iPhone"}, {"iPad", "iPad"}, {"Android", "Android"}, {"Windows", "Windows"}, {"CrOS", "ChromeOS"}, {"Mac OS X", "Mac"}, {"Linux", "Linux"}}
)

func firstIn(agent string, names [][2]string) string {
	for _, n := range names {
		if strings.Contains(agent, n[0]) {
			return n[1]
		}
	}
	return ""
}
