package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
)

// PersonMailID names a mail to a person.
type PersonMailID = ident.ID[PersonMail]

// PersonMail is a mail to a person, kept until it is sent.
type PersonMail struct {
	ID        PersonMailID
	Template  string
	Language  string
	Address   pii.Secret
	Subject   string // no personal data
	Text      pii.Secret
	HTML      pii.Secret
	WrittenAt civil.Instant
}

// LinkCode is a code that connects coverage.
type LinkCode struct{}

// LinkCodeID names a code that connects coverage.
type LinkCodeID = ident.ID[LinkCode]

// PersonEventKind is what happened to a person's sign-in.
type PersonEventKind string

// The kinds of event.
const (
	EventSignedUp        PersonEventKind = "signed_up"
	EventSignedIn        PersonEventKind = "signed_in"
	EventSignInFailed    PersonEventKind = "sign_in_failed" // the password was right, the second step was not
	EventLocked          PersonEventKind = "locked"         // too many tries
	EventSignedOut       PersonEventKind = "signed_out"     // one browser, by the person
	EventSignedOutOthers PersonEventKind = "signed_out_others"
	EventPasswordChanged PersonEventKind = "password_changed"
	EventPasswordReset   PersonEventKind = "password_reset"
	EventEmailChanged    PersonEventKind = "email_changed"
	EventFactorAdded     PersonEventKind = "factor_added"
	EventFactorRemoved   PersonEventKind = "factor_removed"
	EventBackupCodes     PersonEventKind = "backup_codes"
	EventBackupUsed      PersonEventKind = "backup_used"
	EventLinked          PersonEventKind = "linked"
	EventUnlinked        PersonEventKind = "unlinked"
	EventDelegateAdded   PersonEventKind = "delegate_added"
	EventDelegateRemoved PersonEventKind = "delegate_removed"
	EventDelivery        PersonEventKind = "delivery_changed"
	EventSettings        PersonEventKind = "settings_changed"
)
