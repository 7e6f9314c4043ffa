// Package mandate holds the rules of AutoPay (R-AUTO-1 to R-AUTO-8): what a
// member lets the marketplace take, on which day a debit is filed, settles and
// counts, how much it takes, when it asks first, and what a return does.
package mandate

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
)

type (
	// ID names a mandate.
	ID = ident.ID[Mandate]
	// DraftID names a draft.
	DraftID = ident.ID[Draft]
)

// State is where a mandate stands. The transitions are in CanBecome;
// docs/states/mandate.md draws them.
type State string

// The states of a mandate.
const (
	Active   State = "active"
	Paused   State = "paused"   // coverage ended; it comes back with coverage (R-AUTO-6)
	Stopped  State = "stopped"  // over: by the member, or after returns
	Disputed State = "disputed" // the bank says that nobody may debit on it any more (ACH-33)
)

var transitions = map[State][]State{
	Active: {Paused, Stopped, Disputed},
	Paused: {Active, Stopped, Disputed},
	// A bank may dispute a debit of a mandate that is over: then nothing may be
	// sent on it again, not even what waits.
	Stopped: {Disputed},
}

// CanBecome tells whether a mandate may go from s to next.
func (s State) CanBecome(next State) bool { return slices.Contains(transitions[s], next) }

// Transitions gives the table, for the test that keeps its drawing true.
func Transitions() map[State][]State { return transitions }

// Live tells whether a debit may be sent on the mandate.
func (s State) Live() bool { return s == Active }

// Reason is why a mandate is in its state, or why a draft takes no money.
type Reason string

// The reasons of a mandate's state.
const (
	ReasonMember        Reason = "member"         // the member stopped it
	ReasonHelperLeft    Reason = "helper_left"    // who gave it may not help any more (A16)
	ReasonReplaced      Reason = "replaced"       // another mandate took its place
	ReasonCoverageEnded Reason = "coverage_ended" // R-AUTO-6
	ReasonKept          Reason = "kept"           // no coverage within autopay.keep_months
	ReasonReturns       Reason = "returns"        // too many in a row (R-AUTO-7)
	ReasonBankAccount   Reason = "bank_account"   // closed, unknown or not for debits
	ReasonUnverified    Reason = "unverified"     // the member has not shown that the account is theirs (R-AUTO-8)
	ReasonBankStop      Reason = "bank_stop"      // stopped at the bank (REG-42)
	ReasonUnauthorized  Reason = "unauthorized"   // the bank says that nobody agreed (ACH-33)
)

// Notice is when the member wants to be told of an amount ahead (REG-41).
type Notice string

// The choices.
const (
	NoticeAlways Notice = "always"
	NoticeOver   Notice = "over" // only where it differs by more than NoticeOver from the last debit
)

// Terms are what the member can choose.
type Terms struct {
	BankAccount payment.BankAccountID
	Day         int          // of the month: one of autopay.days
	Cap         money.Amount // ask first above it; zero: none
	Notice      Notice
	NoticeOver  money.Amount // with NoticeOver
}

// Mandate is what a member lets the marketplace take from a bank account.
type Mandate struct {
	ID        ID
	AccountID enrollment.AccountID
	Person    ident.UUID // who authorized it
	Terms
	First        money.Amount // the amount that the member was told of as the first
	State        State
	Reason       Reason
	StateOn      civil.Date
	StopOn       civil.Date    // stops after the debit of this day; zero: goes on
	LiveAt       civil.Instant // bills issued after it are for AutoPay
	AuthorizedAt civil.Instant
	Version      int64 // of the authorization; a change of terms makes a new one
}

// Authorization is what the member agreed to, word for word, and how we know
// (ACH-02, REG-40). It is kept for good.
type Authorization struct {
	Mandate     ID
	AccountID   enrollment.AccountID
	Version     int64
	TextVersion string
	Language    string
	Wording     string
	Channel     payment.Channel
	Network     string
	SessionHash string
	Method      string      // how the person had signed in: an identity.Method
	Role        access.Role // in which they agreed: a helper may; "" of those that are older than it
	Person      ident.UUID
	Terms
	At civil.Instant
}

// Event is a state that a mandate came into.
type Event struct {
	State  State
	Reason Reason
	On     civil.Date
	At     civil.Instant
	Actor  string
}

// LetterKind is what a letter about a mandate says.
type LetterKind string

// The letters about a mandate.
const (
	LetterOn        LetterKind = "on"        // M13: it is on, with a copy of the authorization
	LetterChanged   LetterKind = "changed"   // M13: other terms, with a copy
	LetterStopped   LetterKind = "stopped"   // M13: it is off, by the member's word
	LetterPaused    LetterKind = "paused"    // coverage ended (R-AUTO-6)
	LetterResumed   LetterKind = "resumed"   // coverage began again (R-AUTO-6)
	LetterCorrected LetterKind = "corrected" // its bank corrected the bank account (ACH-40)
	LetterOff       LetterKind = "off"       // M14: it is off after returns (R-AUTO-7)
	LetterNotTaken  LetterKind = "not_taken" // a debit could not be taken: its notice came too late, or its account waits
)

// The letters about a bank account that is being verified (ACH-11). Their
// Mandate names the verification.
const (
	LetterBankSent      LetterKind = "bank_sent"      // look for two amounts, and tell us
	LetterBankConfirmed LetterKind = "bank_confirmed" // it can be used
	LetterBankFailed    LetterKind = "bank_failed"    // it can not, and why
)

// LetterBankCorrected is about a bank account that is saved and that AutoPay does
// not use: its bank corrected it (ACH-40). Its Mandate names the bank account as
// it is now.
const LetterBankCorrected LetterKind = "bank_corrected"

// OfBank tells whether a letter is about a bank account, and not a mandate.
func (k LetterKind) OfBank() bool {
	return k == LetterBankSent || k == LetterBankConfirmed || k == LetterBankFailed || k == LetterBankCorrected
}

// LetterID names a letter about a mandate.
type LetterID = ident.ID[Letter]

// Letter is a letter about a mandate that is owed.
type Letter struct {
	ID        LetterID
	AccountID enrollment.AccountID
	Mandate   ID
	Kind      LetterKind
	Version   int64 // of the authorization that it is a copy of
	Draft     DraftID
	OwedOn    civil.Date
}
