package identity

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/access"
)

// Scope is what a person who helps may do (A16). Each holds those before it.
type Scope string

// The scopes.
const (
	ScopeView    Scope = "view"    // amounts and dates, no plan details
	ScopePay     Scope = "pay"     // and pay
	ScopeAutoPay Scope = "autopay" // and turn AutoPay on and off
)

// Role gives the role of a person with a scope, "" for none of them.
func (s Scope) Role() access.Role {
	switch s {
	case ScopeView:
		return access.RoleDelegateView
	case ScopePay:
		return access.RoleDelegatePay
	case ScopeAutoPay:
		return access.RoleDelegateAutoPay
	}
	return ""
}

// ScopeOf gives the scope of a role, "" for roles that help nobody.
func ScopeOf(role access.Role) Scope {
	for _, s := range []Scope{ScopeView, ScopePay, ScopeAutoPay} {
		if s.Role() == role {
			return s
		}
	}
	return ""
}

// How long somebody may help, and how long an invitation waits.
const (
	DelegateMaxDays    = 366
	InvitationDays     = 14
	DelegatesPerMember = 10
)

// Codes of CheckInvitation's errors.
const (
	CodeScope     = "delegate.scope"
	CodeUntilPast = "delegate.until_past"
	CodeUntilFar  = "delegate.until_far"
)

// CheckInvitation checks what somebody may do and until when.
func CheckInvitation(scope Scope, until, today civil.Date) error {
	var wrong fault.List
	if scope.Role() == "" {
		wrong.Add("scope", CodeScope, "Choose what this person may do")
	}
	switch {
	case until.IsZero() || !until.After(today):
		wrong.Add("until", CodeUntilPast, "Choose a day after today")
	case until.After(today.AddDays(DelegateMaxDays)):
		wrong.Add("until", CodeUntilFar, "Choose a day within one year")
	}
	return wrong.Err()
}
