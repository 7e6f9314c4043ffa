// Package profile holds a marketplace's policy: every day count, date, method,
// amount and text that law, policy or a bank can change, read from one TOML
// file and checked as a whole before anything starts.
//
// Terms that change over time are Dated: the answer depends on the day asked
// about, so that a correction made in March still sees January's rules.
package profile

import (
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// Profile is the policy of one marketplace. It does not change once parsed.
type Profile struct {
	ID          string // the file's name: "massachusetts"
	Marketplace Marketplace
	Languages   []string // codes of the languages on offer, English among them
	Brand       Brand
	Coverage    Coverage
	Bill        Bill
	Due         Due
	Group       Group
	Retro       Retro
	Binder      Binder
	Identity    Identity
	Guest       Guest
	Session     Session
	Methods     Methods
	Payment     Payment
	Mail        Mail
	WalkIn      WalkIn
	Fees        Fees
	Threshold   Threshold
	AutoPay     AutoPay
	Bank        Bank
	ACH         ACH
	Statement   Statement
	Grace       Grace
	Terminate   Terminate
	Reinstate   Reinstate
	Cancel      Cancel
	Changes     Changes
	Waiver      Waiver
	Arrangement Arrangement
	Refund      Refund
	Remit       Remit
	Outage      Outage
	Carrier     Carrier

	zone *time.Location
}

// Marketplace is who sends the bill and how to reach them.
type Marketplace struct {
	Name                string         // in full, as on the bill
	ShortName           string         // where there is little room
	PayeeName           string         // what to write on a check
	StatementDescriptor string         // what the payer's bank shows
	SupportPhone        string         // "1-800-555-0100"
	TTY                 string         // "711"
	SupportHours        Words          // when the phone is answered
	LockboxAddress      Dated[Address] // where coupons and checks go (MA-BILL-11)
	BillPayAddress      Dated[Address] // where banks send bill-pay checks
	PublicURL           string         // "" until the portal knows its own address
	ApplicationURL      string         // where people change their application; "" by phone alone
	Demo                bool           // shows DemoBanner on every page
	DemoBanner          Words
}

// Address is the lines of a postal address.
type Address []string

// Words is a short text in several languages, English always among them.
type Words map[string]string

// In gives the text in language, else in English.
func (w Words) In(language string) string {
	if text, ok := w[language]; ok {
		return text
	}
	return w["en"]
}

// Coverage says how far ahead coverage is billed.
type Coverage struct {
	MonthsAhead int // a bill issued in month M is for coverage month M + MonthsAhead
}

// Bill is when bills go out and how months are charged.
type Bill struct {
	Day       Dated[int] // day of the month (R-CAL-1)
	Proration Dated[Proration]
}

// Due is when a bill must be paid (R-CAL-1, R-CAL-2).
type Due struct {
	Day      Dated[int]
	Roll     Dated[Roll]
	Calendar CalendarName     // the business days that Roll looks at
	Cutoff   Dated[TimeOfDay] // last second that counts as the due date
}

// Group is what differs for employers (MA-SHOP-5, MA-SHOP-8).
type Group struct {
	Roll     Dated[Roll]
	Calendar CalendarName
}

// Retro protects people from charges for the past (R-BILL-7).
type Retro struct {
	MinDaysToPay Dated[int]
}

// Binder is what happens when a first payment is missed (R-BIND-2).
type Binder struct {
	Missed   Dated[BinderMissed]
	MaxRolls Dated[int]
}

// Identity says which numbers find an account (R-ID-1, R-ID-2).
type Identity struct {
	Aliases  []Alias
	SSNLast4 bool // ask for them when linking an account, never when paying
}

// Accepts tells whether a number of kind alias may be typed for a Subscriber ID.
func (i Identity) Accepts(alias Alias) bool {
	for _, a := range i.Aliases {
		if a == alias {
			return true
		}
	}
	return false
}

// Guest is how people pay without signing in (R-ID-2).
type Guest struct {
	SecondFactor    []SecondFactor // any one of them
	SessionMinutes  int
	TriesPerID      int // wrong answers for one Subscriber ID within WindowMinutes
	TriesPerNetwork int // wrong answers from one network within WindowMinutes
	WindowMinutes   int
}

// Session is how long signed-in people stay signed in without acting.
type Session struct {
	AccountMinutes int
	StaffMinutes   int
}

// Methods says what can be paid with (R-PAY-2).
type Methods struct {
	Bank       Dated[bool]
	Card       Dated[bool]
	Wallet     Dated[bool]
	CardBrands []string
}

// Payment is the limits of one payment.
type Payment struct {
	MaxSingle   Dated[money.Amount]
	AheadMonths Dated[int]  // months past what is due that may be paid
	Partial     Dated[bool] // less than what is due may be paid (R-PAY-9)
	RepeatDays  Dated[int]  // within which the same amount once more seems to be a mistake (R-PAY-7)
}

// Mail is when a mailed check counts (R-PAY-4).
type Mail struct {
	Rule     Dated[MailRule]
	WaitDays Dated[int] // days after a deadline in which a postmarked check may arrive
	Days     Dated[int] // how long a letter is on its way at most, as payers are told
}

// WalkIn is payment in person (R-PAY-1).
type WalkIn struct {
	ClosedOn civil.Date // last day; zero: still open
}

// Open tells whether payments in person are taken on d.
func (w WalkIn) Open(d civil.Date) bool { return w.ClosedOn.IsZero() || !d.After(w.ClosedOn) }

// Fees are what lateness costs (R-PAY-10).
type Fees struct {
	Late     Dated[money.Amount]
	Returned Dated[money.Amount]
}

// Threshold is how much may be missing before a month counts as unpaid (REG-13).
type Threshold struct {
	Kind            Dated[ThresholdKind]
	BasisPoints     Dated[int]          // share that must be paid, for the percent kinds
	Amount          Dated[money.Amount] // what may be missing, for the fixed kind
	AppliesToBinder Dated[bool]
}

// AutoPay is the policy of automatic payments (product rules section 6).
type AutoPay struct {
	Days               Dated[[]int]        // days a member may choose (R-AUTO-1)
	Cutoff             Dated[TimeOfDay]    // last moment to change or stop a debit …
	CutoffBankDays     Dated[int]          // … so many bank days before it
	NoticeDays         Dated[int]          // before a debit of another amount (R-AUTO-3)
	ConfirmOverPercent Dated[int]          // of the last debit: ask first above it …
	ConfirmOverAmount  Dated[money.Amount] // … or above the last debit plus this, whichever is more
	KeepMonths         Dated[int]          // a mandate is kept after coverage ends (R-AUTO-6)
	Retries            Dated[int]          // after R01 or R09 (R-AUTO-7)
	RetryDays          Dated[int]          // within so many days
	OffAfterReturns    Dated[int]          // in a row
}

// Grace is how long an unpaid enrollment lasts, by track (product rules
// section 7): the months after the first missed due date, counted in due dates.
type Grace struct {
	ShortDueDates   Dated[int]  // without subsidy
	LongDueDates    Dated[int]  // with APTC or state subsidy
	GroupMonths     Dated[int]  // employers, after the due date
	NoticeDays      Dated[int]  // at least, from the first termination warning to the end (MA-DLQ-6)
	PaidMonthInYear Dated[bool] // long track only after one month paid in the benefit year (R-DUE-4)
}

// Terminate says who releases ends of coverage (R-DUE-5).
type Terminate struct {
	AutoRelease Dated[bool]
}

// Reinstate is how long coverage can be had back without a gap (R-DUE-6).
type Reinstate struct {
	Days Dated[int]
}

// Cancel is when a member's own cancellation takes effect (R-DUE-7).
type Cancel struct {
	Day  Dated[int] // up to and with it: end of this month
	Late Dated[CancelLate]
}

// Changes is when a change of a household, such as a marriage, takes effect
// (MA-CHG-1). Births and deaths take effect at once.
type Changes struct {
	Day Dated[int] // reported up to and with it: from the next month
}

// Waiver is relief for hardship (R-DUE-8).
type Waiver struct {
	Enabled    Dated[bool]
	MaxMonths  Dated[int]
	Criteria   []string // codes staff choose from
	AppealDays Dated[int]
}

// Arrangement is paying past-due money over several months (R-DUE-9).
type Arrangement struct {
	Enabled   Dated[bool]
	MaxMonths Dated[int]
}

// Refund is when money goes back (R-PAY-8).
type Refund struct {
	DualControl Dated[money.Amount] // above it two people
	AutoDays    Dated[int]          // after coverage ended
	AutoOver    Dated[money.Amount] // smaller credits wait for a request
}

// Remit is when carriers are paid (R-CAR-1).
type Remit struct {
	Day Dated[int]
}

// Outage moves a deadline when the portal was down before it (R-CAL-3).
type Outage struct {
	Enabled      Dated[bool]
	Minutes      Dated[int] // down for more than so long …
	WindowHours  Dated[int] // … within so many hours before the cut-off
	BusinessDays Dated[int] // moves the deadline so far
}

// Carrier is how long carriers may take (R-BIND-4).
type Carrier struct {
	AlarmDays Dated[int] // bank days that a step may take, from paid to told and from told to confirmed
}
