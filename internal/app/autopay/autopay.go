// Package autopay takes what a member has let the marketplace take: mandates
// and their authorizations, drafts planned with the bill and frozen when the
// file of their day is built, and what a return does (R-AUTO-1 to R-AUTO-8).
//
// A draft is planned after the bill run, so that the bill's letter is the
// notice of its amount (REG-41), and is worked out anew at the cut-off: what is
// paid meanwhile is not taken.
package autopay

import (
	"context"
	"log/slog"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/access"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Actor is who does what follows by itself, in entries and the audit trail.
const Actor = "system:autopay"

// Poster posts payments in a transaction of the caller, by the rules that all
// payments share.
type Poster interface {
	PostDebit(tx *store.Tx, d payment.Debit, facts *store.Facts) (payment.Payment, error)
}

// Banks checks a bank account before it is used for the first time (ACH-06),
// and gives the service's reference for the answer.
type Banks interface {
	CheckBank(ctx context.Context, b payment.BankAccount) (string, error)
}

// Config is what the service works with.
type Config struct {
	DB      *store.DB
	Profile *profile.Profile
	Poster  Poster
	Banks   Banks
	Log     *slog.Logger
}

// Service is AutoPay. It is safe for concurrent use.
type Service struct {
	db      *store.DB
	profile *profile.Profile
	poster  Poster
	banks   Banks
	log     *slog.Logger
}

// New makes the service.
func New(c Config) *Service {
	if c.DB == nil || c.Profile == nil || c.Poster == nil || c.Banks == nil || c.Log == nil {
		panic("autopay: New needs all of its Config")
	}
	return &Service{c.DB, c.Profile, c.Poster, c.Banks, c.Log}
}

// Who is the person who acts, and what they are to the account.
type Who struct {
	Person ident.UUID
	Role   access.Role
}

// Given is how an authorization was given (ACH-02, REG-40). The wording is
// what the page showed, filled in.
type Given struct {
	Channel     payment.Channel // ChannelWebAccount, ChannelAgent
	Language    string
	TextVersion string
	Wording     string
	Network     string
	SessionHash string
	Method      string // how the person had signed in: "password+passkey"
}

// Codes of what can stand in the way.
const (
	CodeDay           = "autopay.day"            // not one of the days to choose
	CodeCapLow        = "autopay.cap_low"        // field "cap": below the first amount
	CodeNoticeOver    = "autopay.notice_over"    // field "notice_over": not more than $0
	CodeNotSaved      = "autopay.bank_not_saved" // field "bank_account"
	CodeOn            = "autopay.on"             // there is a mandate already: change it
	CodeOff           = "autopay.off"            // there is none to change or stop
	CodeTooLate       = "autopay.too_late"       // the payment is with the bank: stop after it
	CodeNothingHeld   = "autopay.nothing_held"   // nothing waits for an answer
	CodeAmountChanged = "autopay.amount_changed" // another amount waits than was shown
	CodeOther         = "autopay.other"          // the operation id was used for something else
	CodeInUse         = "autopay.bank_in_use"    // AutoPay uses this bank account: choose another first
	CodeNoCoverage    = "autopay.no_coverage"    // nobody is covered: there is nothing to pay
)

// Offer is what turning AutoPay on would mean (brief A8).
type Offer struct {
	Days       []DayOffer
	DefaultCap money.Amount // the safety limit proposed
	LeastCap   money.Amount // and the lowest that can be chosen: the first amount
	Saved      []SavedAccount
	KeepMonths int
}

// DayOffer is what one day would mean.
type DayOffer struct {
	Day     int
	DaysDue int           // days from it to the due day: 8, or 0
	First   civil.Date    // of the first debit
	Settles civil.Date    // when the bank moves it
	StopBy  civil.Instant // the last moment to stop it
	Amount  money.Amount  // of the first debit: of the bill, or what the next bill will ask as far as is known
	Month   civil.Month   // that it covers
	Known   bool          // the bill is out
	Unpaid  *UnpaidBill   // what is due before the first debit and not covered by it
}

// UnpaidBill is a bill that AutoPay comes too late for.
type UnpaidBill struct {
	Month  civil.Month // of coverage
	Amount money.Amount
	DueOn  civil.Date
}

// TurnOn is what the member chose on the check page.
type TurnOn struct {
	Operation ident.UUID // made with the form: the same one again changes nothing
	Account   enrollment.AccountID
	Who       Who
	Terms     mandate.Terms
	Given     Given
}

// Change is another day, bank account, cap or notice. It is authorized anew.
type Change struct {
	Operation ident.UUID
	Account   enrollment.AccountID
	Who       Who
	Terms     mandate.Terms // all of them, as they are to be
	Given     Given
}

// Changed tells from when a change counts.
type Changed struct {
	Mandate mandate.Mandate
	First   civil.Date // the first debit on the new terms
	Later   bool       // this month's debit could not be changed any more
}

// StopWhen says when AutoPay is to end.
type StopWhen string

// The ways to stop.
const (
	StopNow       StopWhen = "now"
	StopAfterNext StopWhen = "after_next"
)

// Stop is the member's word that AutoPay is to end.
type Stop struct {
	Account  enrollment.AccountID
	Who      Who
	When     StopWhen
	Language string
}

// Stopped is what stopping came to.
type Stopped struct {
	Last civil.Date // the debit that is still taken; zero: none
}

// Status is what A7 shows.
type Status struct {
	Mandate  *mandate.Mandate // the newest; nil: AutoPay was never on
	On       bool
	Bank     SavedAccount
	Next     *Next
	Held     *mandate.Draft // waits for the member's answer
	Usual    money.Amount   // what Held is compared with
	Debits   []Debit        // the last six, the newest first
	StopBy   civil.Instant  // the last moment to change or stop the next debit
	StopNow  bool           // stopping now would stop the next debit too
	Returned int            // returns in a row
}

// Next is the next debit.
type Next struct {
	On      civil.Date
	Settles civil.Date
	Amount  money.Amount // as far as is known
	Known   bool         // the bill is out
	Month   civil.Month
	Retry   bool // the last one is presented again
	Sent    bool // it is with the bank: too late to stop
}

// Debit is one payment that AutoPay took.
type Debit struct {
	mandate.Draft
	Confirmation ident.Confirmation
	Returned     string // the bank's code; "" if not
	Settled      bool
}

// Answer is what the member says to a draft that is held.
type Answer struct {
	Account enrollment.AccountID
	Who     Who
	Draft   mandate.DraftID
	Amount  money.Amount // as it was shown
}

// SavedAccount is a bank account that a signed-in person saved.
type SavedAccount struct {
	ID       payment.BankAccountID
	Holder   string
	Type     payment.AccountType
	Routing  string
	LastFour string
	Nickname string
	SavedOn  civil.Date
	InUse    bool // by AutoPay
}

// Save is a bank account as typed.
type Save struct {
	Account  enrollment.AccountID
	Who      Who
	Bank     payment.BankAccount
	Nickname string
}

// Proof is everything that shows an authorization (ACH-04, REG-40).
type Proof struct {
	Mandate        mandate.Mandate
	Authorizations []mandate.Authorization // the first, and one for each change
	Events         []Event
	SubscriberID   ident.SubscriberID
	FirstName      string
	LastName       string
	Banks          map[payment.BankAccountID]SavedAccount
}

// Event is a change of a mandate's state.
type Event struct {
	State  mandate.State
	Reason mandate.Reason
	On     civil.Date
	At     civil.Instant
	Actor  string
}

// PlanCounts is what planning came to.
type PlanCounts struct{ Planned, Held, Revised, Paused, Resumed, Stopped, SetAside int }

// FreezeCounts is what a cut-off came to.
type FreezeCounts struct {
	Frozen, Skipped, Held, Canceled, SetAside int
	Amount                                    money.Amount
}
