package people

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/identity"
)

// Helpers is what A16 shows to a member.
type Helpers struct {
	People      []Helper
	Invitations []Invitation // that wait
}

// Helper is a person who may help.
type Helper struct {
	Link  identity.LinkID
	Email string // in full: the member invited it
	Scope identity.Scope
	Since civil.Instant
	Until civil.Date
}

// Invitation asks a person to help.
type Invitation struct {
	ID    identity.InvitationID
	Email string // of who was invited; "" for the invited
	From  string // "Ana T.": whom to help; "" for the member
	Scope identity.Scope
	Until civil.Date // how long they may help
	Ends  civil.Date // the last day to accept
}

// Invite is what A16 asks for.
type Invite struct {
	Email string
	Scope identity.Scope
	Until civil.Date
	From  From
}

// Helpers gives who may help with an account.
func (s *Service) Helpers(ctx context.Context, who Who) (Helpers, error) { panic("soon") }

// Invite mails an invitation: whoever signs in with that address sees it under
// MyInvitations. The address of the mail's page holds no secret. Errors: at
// "email", "scope", "until" (identity.Code…), CodeInvited, CodeDelegateMany,
// CodeThrottled.
func (s *Service) Invite(ctx context.Context, who Who, in Invite) (Invitation, error) { panic("soon") }

// Withdraw takes an invitation back.
func (s *Service) Withdraw(ctx context.Context, who Who, id identity.InvitationID) error {
	panic("soon")
}

// MyInvitations gives the invitations to the address of the person.
func (s *Service) MyInvitations(ctx context.Context, who Who) ([]Invitation, error) { panic("soon") }

// Accept lets the person help. Decline does not.
func (s *Service) Accept(ctx context.Context, who Who, id identity.InvitationID, from From) (Coverage, error) {
	panic("soon")
}

// Decline says no to an invitation.
func (s *Service) Decline(ctx context.Context, who Who, id identity.InvitationID) error {
	panic("soon")
}

// RemoveHelper ends what a helper may do, at once.
func (s *Service) RemoveHelper(ctx context.Context, who Who, id identity.LinkID, from From) error {
	panic("soon")
}
