package autopay

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/store"
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
	Mine     bool  // saved by who asks, who alone may let it be debited (REG-40)
	InUse    bool  // by AutoPay
	Waits    bool  // it is not verified yet: nothing may be debited (ACH-06)
	Check    Check // of one that waits for micro-entries
}

// Check is how far the verification of a bank account by micro-entries is
// (ACH-11). The zero Check is of an account that waits for its bank, or for
// nothing.
type Check struct {
	ach.Wait
	Left int // answers
}

// Confirm is a member's word on what has reached a bank account.
type Confirm struct {
	Account enrollment.AccountID
	Who     Who
	Bank    payment.BankAccountID
	Amounts [2]money.Amount
}

// Confirmed is what it came to.
type Confirmed struct {
	Answer   ach.Answer
	Left     int        // answers, after a wrong one
	AnswerBy civil.Date // of the next
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
	Events         []mandate.Event
	SubscriberID   ident.SubscriberID
	FirstName      string
	LastName       string
	Banks          map[payment.BankAccountID]store.StoredBank // that the authorizations name
	Emails         map[ident.UUID]string                      // of the people who agreed, as they are today
}

// PlanCounts is what planning came to.
type PlanCounts struct {
	Planned, Held, Revised, Paused, Resumed, Stopped int
	Asked, Expired                                   int // verifications whose amounts have arrived, and that nobody answered
}

// FreezeCounts is what a cut-off came to.
type FreezeCounts struct {
	Frozen, Skipped, Canceled, SetAside int
	Amount                              money.Amount
}
