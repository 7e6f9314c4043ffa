package payment

import (
	"context"
	"net/http"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
)

// Checkout is what the processor's hosted page needs to know. It is built from
// the stored intent alone, so that asking again after a crash asks the same.
type Checkout struct {
	Operation   OperationID
	Amount      money.Amount
	Description string // shown on the page: the marketplace's name, no personal data
	Language    string
	SuccessURL  string
	CancelURL   string
	ExpiresAt   civil.Instant
}

// How long a hosted page may be used. The payment counts on the day the payer
// set out for it (OQ-3), so it is short; Stripe makes no page that has less
// than half an hour left, and what is over is the time in which a page whose
// opening failed can still be made.
const (
	CardPageLeast = 30 * time.Minute
	CardPageLife  = CardPageLeast + 10*time.Minute
)

// CardSession is the processor's hosted page for one checkout.
type CardSession struct {
	Ref string // the processor's name for it
	URL string // where the payer's browser goes
}

// OutcomeState is what the processor says of a checkout.
type OutcomeState string

// The outcome states.
const (
	OutcomeOpen     OutcomeState = "open"     // the page can still be used
	OutcomePending  OutcomeState = "pending"  // the bank is thinking
	OutcomePaid     OutcomeState = "paid"     // money taken
	OutcomeDeclined OutcomeState = "declined" // the page is closed, the bank said no
	OutcomeCanceled OutcomeState = "canceled" // the payer left
	OutcomeExpired  OutcomeState = "expired"  // the page ran out unused
	OutcomeMissing  OutcomeState = "missing"  // the processor knows no such checkout
)

// Decline is why a card was refused, in our words.
type Decline string

// The declines.
const (
	DeclineGeneric      Decline = "generic"
	DeclineFunds        Decline = "insufficient_funds"
	DeclineExpired      Decline = "expired_card"
	DeclineAuthenticate Decline = "authentication_failed"
)

// Outcome is the processor's answer about one checkout.
type Outcome struct {
	Operation OperationID
	State     OutcomeState
	Session   CardSession
	Charge    string       // the processor's charge, set when paid (I9)
	Amount    money.Amount // what was taken, set when paid
	Decline   Decline
	LastFour  string
	Brand     string
	PaidAt    civil.Instant
}

// CardGateway is a card processor with a hosted page. Every method may fail
// without effect or fail after its effect; callers ask again.
type CardGateway interface {
	// Name is stored with each payment: "sandbox", "stripe".
	Name() string
	// Origin is where the hosted page lives, for the form-action of our CSP.
	Origin() string
	// Open makes the hosted page, or finds the one made before: it is
	// idempotent by operation id.
	Open(ctx context.Context, c Checkout) (CardSession, error)
	// Outcome asks what became of a checkout. sessionRef is "" when the answer
	// to Open was never seen; then the processor is asked by operation id.
	Outcome(ctx context.Context, c Checkout, sessionRef string) (Outcome, error)
	// Close makes sure that the page can not be paid any more, and tells what
	// had become of it: a payment that slipped in first is OutcomePaid.
	Close(ctx context.Context, c Checkout, sessionRef string) (Outcome, error)
	// Event checks the signature of a webhook and says which checkout it is
	// about. The body is only a hint: callers ask Outcome.
	Event(header http.Header, body []byte) (Event, error)
}

// Event is a verified webhook.
type Event struct {
	ID        string // the processor's id: the same event may come twice
	Operation OperationID
	Session   string
}

// Validation is the answer about a bank account (ACH-06).
type Validation string

// The validation answers.
const (
	ValidationOK          Validation = "ok"
	ValidationRefused     Validation = "refused"     // closed, blocked or no such account: we never say which
	ValidationUnavailable Validation = "unavailable" // the service did not answer
)

// AccountValidator asks whether an account is open and takes ACH debits.
type AccountValidator interface {
	// Validate returns the answer and the service's reference for it.
	Validate(ctx context.Context, routing string, number pii.Secret, kind AccountType) (Validation, string, error)
}

// Debit is a payment that is taken from a stored bank account by ACH, with its
// authorization given before.
type Debit struct {
	Operation   OperationID
	Account     enrollment.AccountID
	Channel     Channel
	Amount      money.Amount
	ReceivedOn  civil.Date
	EffectiveOn civil.Date // the day that counts (R-AUTO-4)
	SettleOn    civil.Date // the bank day on which it moves
	Bank        BankAccountID
	Type        AccountType
	LastFour    string
	Mandate     ident.UUID // zero: authorized once
	FirstEntry  ident.UUID // the entry that is presented again (ACH-32); zero: none
	Email       string     // where the receipt goes; may be empty
	Language    string
}
