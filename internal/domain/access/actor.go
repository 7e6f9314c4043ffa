package access

import (
	"strings"

	"quittance.org/quittance/internal/base/fault"
)

// Actor is who does something.
type Actor struct {
	Name string // "staff:…"
	Role Role
}

// Codes of acts that lack something besides a role.
const (
	CodeTwoPeople = "act.two_people" // a second person must do it
	CodeNoReason  = "act.no_reason"
)

// Check refuses an actor who may not do op, or does not say who they are and
// why: both are kept.
func (a Actor) Check(op Operation, reason string) error {
	if err := Check(a.Role, op); err != nil {
		return err
	}
	if strings.TrimSpace(a.Name) == "" || strings.TrimSpace(reason) == "" {
		return fault.At("reason", CodeNoReason, "this needs who does it and why: it is kept")
	}
	return nil
}

// CheckTwo refuses two people of whom one may not do op, or who are one
// (R-ACC-2).
func CheckTwo(a, second Actor, op Operation, reason string) error {
	if err := a.Check(op, reason); err != nil {
		return err
	}
	if strings.TrimSpace(second.Name) == "" || strings.EqualFold(strings.TrimSpace(second.Name), strings.TrimSpace(a.Name)) {
		return fault.At("second", CodeTwoPeople, "a second person must agree: not the one who asks")
	}
	return Check(second.Role, op)
}
