package notifying

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/format/billpdf"
	"quittance.org/quittance/internal/format/letterpdf"
	"quittance.org/quittance/internal/store"
)

// Letters puts letters into words, in the reader's language. It writes for the
// ways that the reader has, and no others. Several letters are written at the
// same time.
type Letters interface {
	Notice(Notice) (Words, error)
	Bill(Bill) (Words, error)
	Returned(Returned) (Words, error)
	Extended(Extended) (Words, error)
	Refunded(Refunded) (Words, error)
	Repeated(Repeated) (Words, error)
	WaiverDecided(WaiverDecided) (Words, error)
	Plain(Plain) (Words, error)
	Mandate(Mandate) (Words, error)
}

// Words is a letter as it goes out. What is printed has no address yet.
type Words struct {
	Template string // stable: "past_due"
	Version  int    // of the template; a change of its words makes a new one
	Language string // that the text is in
	Subject  string // no personal data: it is shown on locked screens
	Text     string // of the e-mail, complete by itself
	HTML     string
	Letter   *letterpdf.Document // on paper: one of the two
	Bill     *billpdf.Document
	Short    *Short // by text message; nil: none
}

// Short is the short form of a letter, by text message. It never goes alone.
type Short struct {
	Template string // stable: "text_bill"
	Version  int
	Words    string // no name, no amount, nothing of health
}

// Ways are the channels that a letter takes.
type Ways struct{ Email, Print, Text bool }

// Reader is who gets a letter.
type Reader struct {
	Account       enrollment.AccountID
	FirstName     string
	LastName      string // or an employer's name
	SubscriberID  ident.SubscriberID
	BillingNumber string
	AccountCode   identity.AccountCode // for paper alone (R-ACC-3): an e-mail may be read by others
	Language      string               // asked for
	Ways          Ways
}

// Notice is a letter that standing owes, about one enrollment or about several
// to which the same happens.
type Notice struct {
	Reader      Reader
	Written     civil.Date
	Kind        standing.NoticeKind
	Month       civil.Month // see standing.NoticeKind
	Amount      money.Amount
	By          civil.Date
	Ends        civil.Month
	Rule        string                        // of a decision that was undone
	Enrollments []standing.EnrollmentStanding // those it is about, one at least
	Dates       []standing.Timeline           // of all of them: one, unless their days differ
	Restart     standing.Restart              // how coverage that ended is had back
}

// Bill is the letter with a bill.
type Bill struct {
	Reader   Reader
	Written  civil.Date
	Bill     *bill.Bill
	Link     ident.Confirmation // of the bill's short address
	Standing standing.Standing  // of the day; empty unless something is past due
	Unpaid   standing.Standing  // of the day after the due date if nothing is paid, for paper; empty for e-mail alone
	Events   []Event            // of the last months
	AutoPay  *AutoPay           // nil: nobody takes it by itself
	Part     *AutoPay           // AutoPay takes what an older bill of the month asked for, and no more
}

// AutoPay is the draft that pays a bill. The bill's letter is its notice
// (REG-41).
type AutoPay struct {
	mandate.Draft
	Bank    store.StoredBank
	Wait    *mandate.Wait // it is taken only if Bank is verified in time; nil: it is
	StopBy  civil.Instant // the last moment to change or stop it
	AskOver money.Amount  // the limit above which it is held
}

// Event is what moved the balance in the last months.
type Event struct {
	On      civil.Date
	Kind    EventKind
	Month   civil.Month // that a bill is for
	Amount  money.Amount
	Balance money.Amount // after it
}

// EventKind is what an event is.
type EventKind string

// The kinds of event.
const (
	EventBill       EventKind = "bill"
	EventPayment    EventKind = "payment"
	EventReturn     EventKind = "return"
	EventRefund     EventKind = "refund"
	EventAdjustment EventKind = "adjustment"
	EventWaiver     EventKind = "waiver" // relief for hardship (R-DUE-8)
)

// Returned is the letter about a payment that the bank sent back.
type Returned struct {
	Reader   Reader
	Written  civil.Date
	Payment  payment.Payment
	Code     string // of the bank
	On       civil.Date
	Standing standing.Standing // after it
	RetryOn  civil.Date        // when AutoPay tries once more; zero: it does not
}

// Mandate is a letter about AutoPay (M13, M14), or about a bank account that is
// verified by micro-entries (ACH-11).
type Mandate struct {
	Reader   Reader
	Written  civil.Date
	Kind     mandate.LetterKind
	Mandate  mandate.Mandate
	Grant    mandate.Authorization // that the letter is a copy of
	Bank     store.StoredBank      // of Grant
	Wait     *mandate.Wait         // that Bank is verified, before the debit of NextOn is taken; nil: it is
	NextOn   civil.Date            // the next debit, where Wait is known
	Draft    mandate.Draft         // that it is about; zero: none
	Check    ach.Verification      // of Bank, where the letter is about that and no mandate
	Standing standing.Standing
}

// Extended is the letter about a due date that was moved (R-CAL-3).
type Extended struct {
	Reader   Reader
	Written  civil.Date
	Due      civil.Date
	Until    civil.Date
	Back     money.Amount // what brings coverage back by Until (R-DUE-6); zero: it is something else that is due
	Standing standing.Standing
}

// Plain is a letter about the reader's account here, on paper only: it is for
// those whom e-mail does not reach, or must not.
type Plain struct {
	Reader  Reader
	Written civil.Date
	Kind    PlainKind
	Until   civil.Date // that a code works
	Said    []string   // of PlainBounced: what the e-mail said, in lines
}

// PlainKind is what a plain letter is about.
type PlainKind string

// The kinds of plain letter.
const (
	// PlainCode brings the code that connects coverage (R-ACC-3). The words have
	// CodePlace where it stands: it is put in when the letter is laid out.
	PlainCode PlainKind = "link_code"
	// PlainBounced says that an e-mail could not be delivered and paper is back (M20).
	PlainBounced PlainKind = "email_bounced"
)

// CodePlace stands for the code of a PlainCode letter.
const CodePlace = "{account_code}"
