package people

import (
	"context"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
)

// Coverage is an account that a person has connected, or may help with. A
// delegate is shown the first name and initial only.
type Coverage struct {
	Link         identity.LinkID
	Account      enrollment.AccountID
	Role         access.Role
	FirstName    string
	LastName     string // an initial, for delegates
	SubscriberID ident.SubscriberID
	Group        bool
	Since        civil.Instant
	Until        civil.Date // zero: no end
}

// LinkCoverage is what A5 asks for. Code is the account code of the bill, the
// code of a letter, or the code sent to the phone on file.
type LinkCoverage struct {
	SubscriberID string
	BirthDate    civil.Date
	Code         string
	From         From
}

// Codes of errors of connecting coverage.
const (
	CodeLinkNoMatch  = "link.no_match"     // NotFound; never says which part was wrong
	CodeAccountCode  = "account_code"      // at "code": must be 8 letters and numbers
	CodeLinked       = "link.linked"       // Conflict: connected already
	CodeMailed       = "link.mailed"       // Conflict: a letter is on its way
	CodeNoAddress    = "link.no_address"   // Conflict: nobody knows where to mail it; call
	CodeNoPhone      = "link.no_phone"     // Conflict: no phone on file; call
	CodeBirthDate    = "birth_date.empty"  // at "birth_date"
	CodeLastMember   = "link.last_member"  // Conflict: AutoPay or helpers depend on it
	CodeDelegateSelf = "delegate.self"     // at "email": the member's own
	CodeDelegateMany = "delegate.too_many" // Conflict
	CodeInvited      = "delegate.invited"  // Conflict: invited already
)

// Link connects coverage (R-ACC-3, F7.4). Errors: at "subscriber_id" (as
// paying.CheckNumber), "birth_date", "code"; CodeLinkNoMatch, CodeLinked,
// CodeThrottled.
func (s *Service) Link(ctx context.Context, who Who, in LinkCoverage) (Coverage, error) {
	panic("soon")
}

// Mailed says when a letter with a code goes out and should be there.
type Mailed struct {
	On civil.Date
	By civil.Date
}

// MailCode mails a code to the address on file; in.Code is not looked at.
func (s *Service) MailCode(ctx context.Context, who Who, in LinkCoverage) (Mailed, error) {
	panic("soon")
}

// TextCode sends a code to the phone on file; in.Code is not looked at. Errors
// besides Link's: CodeTextsOff, CodeNoPhone.
func (s *Service) TextCode(ctx context.Context, who Who, in LinkCoverage) (Sent, error) {
	panic("soon")
}

// Unlink disconnects the account that who acts on from the person.
func (s *Service) Unlink(ctx context.Context, who Who, from From) error { panic("soon") }
