package portal

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// BillStatus is where a bill stands in the list.
type BillStatus string

// The statuses.
const (
	BillDue     BillStatus = "due"
	BillPastDue BillStatus = "past_due"
	BillPaid    BillStatus = "paid"
	BillNothing BillStatus = "nothing" // nothing was asked for
	BillCarried BillStatus = "carried" // what was unpaid stands on a later bill
)

// Icon gives the icon beside the word.
func (s BillStatus) Icon() string {
	switch s {
	case BillPaid, BillNothing:
		return "check"
	case BillPastDue:
		return "warning"
	case BillCarried:
		return "dash"
	case BillDue:
	}
	return "clock"
}

// Look gives the class of the tag.
func (s BillStatus) Look() string {
	switch s {
	case BillPaid, BillNothing:
		return "pp-status--good"
	case BillPastDue:
		return "pp-status--warn"
	case BillCarried:
		return "pp-status--off"
	case BillDue:
	}
	return ""
}

// BillRow is one bill of the list.
type BillRow struct {
	Number string
	Covers civil.Month
	Amount money.Amount
	Due    civil.Date
	Status BillStatus
}

// Path leads to the bill.
func (r BillRow) Path() string { return PathBills + "/" + r.Number }

// Bills is A9.
type Bills struct {
	Years []int
	Year  int // chosen; 0: all
	Rows  []BillRow
}

// Base is the list without a year.
func (Bills) Base() string { return PathBills }

func (Bills) page() page { return page{template: "bills", title: "my.bills.title"} }

// PaymentRow is one payment of the list.
type PaymentRow struct {
	On           civil.Date
	Amount       money.Amount
	With         Channel
	LastFour     string
	Status       PaymentStatus
	Confirmation string
	Path         string
}

// Channel is how money came, in the member's words.
type Channel string

// The ways in which money comes.
const (
	ChannelBank    Channel = "bank"
	ChannelCard    Channel = "card"
	ChannelAutoPay Channel = "autopay"
	ChannelCheck   Channel = "check"
	ChannelBillPay Channel = "billpay"
	ChannelPhone   Channel = "phone"
	ChannelOther   Channel = "some"
)

// Key gives the key of the channel's name.
func (c Channel) Key() string { return "my.how." + string(c) }

// How names the way, with the end of the account number where there is one.
func (r PaymentRow) How() Message {
	if r.LastFour == "" {
		return Message{Key: r.With.Key()}
	}
	return Message{Key: r.With.Key() + "_ending", Args: given("last_four", r.LastFour)}
}

// Payments is A11.
type Payments struct {
	Search   string
	Years    []int
	Year     int
	Rows     []PaymentRow
	More     string // path of the next page, "" for none
	Filtered bool   // rows were left out by search or year
}

// FieldSearch is the search box of A11.
const FieldSearch = "q"

// Base is the list without a year.
func (Payments) Base() string { return PathPayments }

func (Payments) page() page { return page{template: "payments", title: "my.payments.title"} }

// PaymentStep is one thing that happened to a payment, or will.
type PaymentStep string

// The steps of a payment.
const (
	StepReceived  PaymentStep = "received"
	StepAsked     PaymentStep = "asked"     // AutoPay's payment went to the bank; it counts on Counts
	StepConfirmed PaymentStep = "confirmed" // the bank moved the money
	StepReturned  PaymentStep = "returned"
	StepNotTaken  PaymentStep = "not_taken"
	StepCanceled  PaymentStep = "canceled"
	StepRefunded  PaymentStep = "refunded"
	StepWaiting   PaymentStep = "waiting" // the bank has not answered yet
	// Of a payment that starts coverage: what the carrier was told (R-BIND-4).
	StepTold        PaymentStep = "told"
	StepAgreed      PaymentStep = "agreed"       // the carrier confirmed
	StepQueried     PaymentStep = "queried"      // … refused: for staff
	StepUnconfirmed PaymentStep = "unconfirmed"  // … has not answered yet
	StepLateTelling PaymentStep = "late_telling" // the carrier was not told in time
	StepLateAnswer  PaymentStep = "late_answer"  // … has not answered in time
)

// Happened is a step with its day.
type Happened struct {
	Step    PaymentStep
	On      civil.Date
	Amount  money.Amount
	Reason  ReturnReason
	Counts  civil.Date
	Carrier string // its name; "" for who may not see it (R-ID-3)
}

// Message gives the step's words.
func (h Happened) Message() Message {
	switch h.Step {
	case StepTold, StepAgreed, StepQueried, StepUnconfirmed, StepLateTelling, StepLateAnswer:
		if h.Carrier == "" {
			return Message{Key: "my.step.plain." + string(h.Step)}
		}
		return Message{Key: "my.step." + string(h.Step), Args: given("carrier", h.Carrier)}
	case StepReceived, StepAsked, StepConfirmed, StepReturned, StepRefunded, StepWaiting:
	}
	return Message{Key: "my.step." + string(h.Step), Args: given("amount", h.Amount, "counts", h.Counts)}
}

// ReturnReason is why a payment was sent back: the words of ach.ReasonOf, which
// knows every code, or that no bank gave one.
type ReturnReason string

// The reasons that this package has something else to say about.
const (
	returnFunds    ReturnReason = "funds"     // of ach.ReasonOf: the account will do another time
	returnNotTaken ReturnReason = "not_taken" // no bank sent it back: its debit was never sent
)

// ReasonOf gives the words for a return code (ACH-30 to ACH-33).
func ReasonOf(code string) ReturnReason {
	if code == ach.CodeDisputed {
		return returnNotTaken
	}
	return ReturnReason(ach.ReasonOf(code).Words)
}

// Key gives the key of the sentence.
func (r ReturnReason) Key() string { return "my.returned." + string(r) }

// Choose gives the key of what can be done about it.
func (r ReturnReason) Choose() string {
	if r == returnFunds {
		return "my.payment.choose"
	}
	return "my.payment.choose_other"
}

// Payment is A12: one payment, what became of it, and its proofs.
type Payment struct {
	Confirmation string
	Amount       money.Amount
	At           civil.Instant
	AutoPay      bool // nobody paid it by hand: At is when the bank was asked
	Counts       civil.Date
	How          Message
	Status       PaymentStatus
	Reason       ReturnReason // of a returned one
	Due          money.Amount // what is due now, of a returned one
	By           civil.Date
	Steps        []Happened
	Lines        []Line // what it paid
	Agreed       string // the text that the payer agreed to
	Receipt      string // path of the receipt as a file
	ReceiptFile  Paper
	Letter       string // path of the proof-of-payment letter; "" for none
	LetterFile   Paper
	CanPay       bool
	CancelBy     civil.Instant // until when it can be canceled; zero: it can not
	Cancel       string        // where that goes
	TooLate      bool          // it was just tried, and the payment was with the bank
}

func (Payment) page() page {
	return page{template: "payment", title: "my.payment.title", back: PathPayments}
}

// SavedAccounts is A13.
type SavedAccounts struct {
	Rows  []Saved
	Added bool // one was just added
	Waits bool // and it is still to be checked
	Gone  bool // one was just removed
	Ready bool // one was just confirmed
	Lost  bool // one could not be confirmed, and was removed
}

func (SavedAccounts) page() page { return page{template: "saved", title: "my.saved.title"} }

// ConfirmBank asks for the two small amounts that were sent to a saved account
// (ACH-11). They are shown nowhere.
type ConfirmBank struct {
	Account  Saved
	First    string // as typed
	Second   string
	Left     int // answers
	Problems Problems
}

// LeftMessage says how many answers are left.
func (c ConfirmBank) LeftMessage() Message {
	return Message{Key: "my.confirm.left", Args: pairs([]any{"n", c.Left})}
}

func (c ConfirmBank) page() page {
	return page{template: "saved_confirm", title: "my.confirm.title", back: PathSaved, problems: c.Problems}
}

// The fields of ConfirmBank, and what can be wrong with them.
const (
	FieldFirst  = "first"
	FieldSecond = "second"

	ProblemFirstAmount  = "my.problem.first_amount"
	ProblemSecondAmount = "my.problem.second_amount"
	ProblemSameAmounts  = "my.problem.same_amounts"
	ProblemWrongAmounts = "my.problem.wrong_amounts" // n are left
)

// RenameSaved gives a saved account a name.
type RenameSaved struct {
	Account  Saved
	Nickname string
	Problems Problems
}

func (r RenameSaved) page() page {
	return page{template: "saved_rename", title: "my.rename.title", back: PathSaved, problems: r.Problems}
}

// FieldNickname is the name of a saved account.
const FieldNickname = "nickname"

// RemoveSaved asks before a saved account is forgotten. The one that AutoPay
// uses stays until AutoPay has another.
type RemoveSaved struct{ Account Saved }

func (RemoveSaved) page() page {
	return page{template: "saved_remove", title: "my.remove.title", back: PathSaved}
}

// YearTotal is what was paid in a year.
type YearTotal struct {
	Year  int
	Count int
	Paid  money.Amount
}

// Years is A17.
type Years struct{ Rows []YearTotal }

func (Years) page() page { return page{template: "years", title: "my.years.title"} }

// Letter is one message of the list.
type Letter struct {
	ID     string
	On     civil.Date
	Name   string         // its subject, which holds no personal facts
	Lang   catalogue.Lang // that it was written in
	Unread bool
	Paper  bool // it was mailed, and not e-mailed
	File   bool // there is a file of what was printed
}

// Path leads to the letter.
func (l Letter) Path() string { return PathMessages + "/" + l.ID }

// Letters is A18, the list.
type Letters struct {
	Rows []Letter
	More string
}

func (Letters) page() page { return page{template: "letters", title: "my.letters.title"} }

// ReadLetter is A18, one message. Its words are those that were sent.
type ReadLetter struct {
	Letter
	Heading    string
	Paragraphs []string
	Facts      []Fact
	Sections   []LetterSection
	PDF        bool
	Texts      []TextSent // what went out by text message beside it
}

// TextSent is a text message that was sent beside a letter.
type TextSent struct {
	Words string
	To    string // masked
	On    civil.Date
	Fate  string // the key of what became of it
}

// LetterSection is a heading of a letter with what stands under it.
type LetterSection struct {
	Heading    string
	Paragraphs []string
	Points     []string
}

// Fact is a name and its value on a letter.
type Fact struct{ Name, Value string }

func (ReadLetter) page() page {
	return page{template: "letter", title: "my.letter.title", back: PathMessages}
}
