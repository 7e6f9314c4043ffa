package portal

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// CoverageNote is the one sentence about coverage on a bill.
type CoverageNote string

// The notes.
const (
	NotePaidThrough CoverageNote = "paid_through" // Through
	NoteNotStarted  CoverageNote = "not_started"  // Starts
	NotePastDue     CoverageNote = "past_due"     // with a timeline
	NoteHold        CoverageNote = "hold"         // the clock stands
	NotePlan        CoverageNote = "plan"         // the next payment of a payment plan
	NoteEnding      CoverageNote = "ending"       // Ended: about to end
	NoteRestart     CoverageNote = "restart"      // Ended, and can be had back
	NoteRestarting  CoverageNote = "restarting"   // Ended, and comes back
	NoteEnded       CoverageNote = "ended"        // Ended
	NoteLapsed      CoverageNote = "lapsed"       // never started
)

// Document is the HTML bill as a guest sees it: the accessible master of the
// paper bill, without names of plans and carriers (brief 16.3, R-ID-3).
type Document struct {
	Number   string
	Issued   civil.Date
	Who      Who
	Due      money.Amount
	PayBy    civil.Date
	From     civil.Month // the oldest month that it asks for; zero when that is Covers
	Covers   civil.Month
	AutoPay  Owing   // what AutoPay takes, and when: nothing is to be done; $0.00 for nothing
	OnlyIf   *Banner // instead: AutoPay takes it only if its account is confirmed in time
	Note     CoverageNote
	Now      Owing // what is to be paid, as of today
	Through  civil.Date
	Starts   civil.Date
	Ended    civil.Date
	Timeline []Timeline
	Account  []Line    // previous balance, payments, adjustments, past due, credit
	Sections []Section // a part of the bill for each plan
	Why      []Why
	Change   *Change // the difference from last month, nil for the first bill
	History  []Event // of the last three bills
	Paper    *Paper  // the same bill as a PDF file, nil when it can not be printed
	MailBy   civil.Date
	CanPay   bool

	// Within is the path of the bill in a member's own account, which names
	// plans and carriers; "" for a guest.
	Within  string
	PaidOn  civil.Date // an earlier bill that is paid
	Carried bool       // what was unpaid of it stands on a later bill

	Address      string // the bill's short address, as it is typed; "" for none
	AddressPath  string // its path on this site
	AddressUntil civil.Date
}

// PayPath leads to the paying pages.
func (d Document) PayPath() string {
	if d.Within != "" {
		return PathAccountPay
	}
	return PathAmount
}

// PaperPath leads to the bill as a file.
func (d Document) PaperPath() string {
	if d.Within != "" {
		return d.Within + ".pdf"
	}
	return PathPaper
}

func (d Document) page() page {
	if d.Within != "" {
		return page{template: "document", title: "document.title_own", back: PathBills}
	}
	return page{template: "document", title: "document.title", flow: true, back: PathAmount}
}

// Paper is a file to download.
type Paper struct{ Pages, Kilobytes int }

// Message gives the link's words: what it is and how large.
func (p Paper) Message(month civil.Month) Message {
	return Message{Key: "document.download", Args: given("month", month, "n", p.Pages, "size", p.Kilobytes)}
}

// NoteMessage gives the sentence about coverage.
func (d Document) NoteMessage() Message {
	return Message{Key: "document.note_" + string(d.Note), Args: given("through", d.Through, "starts", d.Starts, "ended", d.Ended, "by", d.Now.By, "amount", d.Now.Amount)}
}

// Section is the part of a bill for one plan: full cost, help, what is paid.
type Section struct {
	Plan  LineKind // LineHealth or LineDental
	Month civil.Month
	Lines []Line
	Total money.Amount

	Name, Carrier string // of the plan; "" for a guest
}

// Change is the difference between this month's premium and last month's.
type Change struct {
	Was, Is money.Amount
	Cause   Cause // CausePremium, CauseTaxCredit, CauseStateHelp or CauseWaiver
	On      civil.Date
}

// Message gives the sentence.
func (c Change) Message() Message {
	return Message{Key: "document.change_" + string(c.Cause), Args: given("was", c.Was, "is", c.Is, "date", c.On)}
}

// EventKind is a row of the history.
type EventKind string

// The rows of the history.
const (
	EventBill       EventKind = "bill"
	EventPayment    EventKind = "payment"
	EventReturn     EventKind = "return"
	EventRefund     EventKind = "refund"
	EventAdjustment EventKind = "adjustment"
	EventWaiver     EventKind = "waiver"
)

// Event is one row of the last months' history.
type Event struct {
	Kind    EventKind
	On      civil.Date
	Month   civil.Month
	Amount  money.Amount // payments are negative
	Balance money.Amount
}

// Message gives the row's words.
func (e Event) Message() Message {
	return Message{Key: "event." + string(e.Kind), Args: given("month", e.Month)}
}
