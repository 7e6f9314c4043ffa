package portal

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// Checking is G7: the bank has not answered yet.
type Checking struct {
	Amount  money.Amount
	Late    bool // more than a minute
	Emailed bool // an e-mail address was given, so we can promise to write
}

func (Checking) page() page {
	return page{template: "checking", title: "checking.title", flow: true, refresh: 4}
}

// PaidWith is how a payment was made, as far as a receipt shows it.
type PaidWith struct {
	Method   MethodKind
	Account  AccountKind // of a bank account
	Brand    string      // of a card, "Visa"
	LastFour string      // "" once the page is only a bookmark
}

// Message gives "Bank account ending in 5678".
func (p PaidWith) Message() Message {
	key := "paid_with." + string(p.Method)
	if p.LastFour == "" {
		key += "_only"
	}
	return Message{Key: key, Args: given("brand", p.Brand, "last_four", p.LastFour)}
}

// NextKind is one of the things that happen after a payment.
type NextKind string

// What happens next.
const (
	NextCounted   NextKind = "counted"   // today
	NextStatement NextKind = "statement" // on the bank statement in 1 to 3 business days
	NextCard      NextKind = "card"      // on the card statement
	NextContinues NextKind = "continues" // coverage of Month
	NextConfirmed NextKind = "confirmed" // the plan confirms, about On
	NextIDCards   NextKind = "id_cards"  // about On
	NextStarts    NextKind = "starts"    // coverage starts On
	NextRestarts  NextKind = "restarts"  // coverage is back by On, from Month on
	NextBill      NextKind = "bill"      // about On
	NextDue       NextKind = "due"       // the next bill is due On
)

// Next is one dated line of "what happens next".
type Next struct {
	Kind  NextKind
	On    civil.Date
	Month civil.Month
}

// Message gives the line's words.
func (n Next) Message() Message {
	return Message{Key: "next." + string(n.Kind), Args: given("date", n.On, "month", n.Month)}
}

// Owing is what is left to pay.
type Owing struct {
	Amount money.Amount
	By     civil.Date
}

// Done is G8. Reached again by bookmark it has no digits of an account.
type Done struct {
	Path         string // of the page itself
	Confirmation string
	Amount       money.Amount
	At           civil.Instant
	With         PaidWith
	Next         []Next
	CaughtUp     bool   // something was past due and no longer is
	Owing        *Owing // nil when nothing is left
	Email        string // masked, "" for none
	Phone        string // masked, "" for none
	Receipt      string // path of the printable receipt
	File         string // path of the receipt as a PDF file
	Home         string // path of the payment in the payer's account, "" for a guest
	First        bool   // it starts coverage; AutoPay never takes such a payment
	Ask          bool   // the one question about paying is asked
	Thanks       bool   // it was answered
}

// FieldOpinion is the answer to the one question about paying.
const FieldOpinion = "opinion"

func (d Done) page() page {
	p := page{template: "done", title: "done.title", flow: true}
	if d.With.Method == MethodCard {
		p.title = "done.title_card"
	}
	return p
}

// Receipt is the printable proof of a payment.
type Receipt struct {
	Who           Who
	Confirmation  string
	Amount        money.Amount
	At            civil.Instant
	Counts        civil.Date // the day it counts for deadlines
	With          PaidWith
	Lines         []Line // what it paid; LineCredit is what is kept for the next bill
	Balance       money.Amount
	Authorization string // the exact text that the payer agreed to
	Back          string
	File          string // path of the receipt as a PDF file
}

func (r Receipt) page() page {
	return page{template: "receipt", title: "receipt.title", flow: true, back: r.Back}
}

// StopKind is a reason why no payment was made, or none that we know of (G9).
type StopKind string

// The reasons.
const (
	StopSession    StopKind = "session"    // a: Minutes, NotCharged
	StopPaid       StopKind = "paid"       // b: Amount, At, Confirmation, Receipt
	StopChanged    StopKind = "changed"    // c: Old, Amount, Due, Op
	StopDeclined   StopKind = "declined"   // d: Reason
	StopUnfinished StopKind = "unfinished" // e: Reference, Emailed
	StopNotTaken   StopKind = "not_taken"  // f: Reference
	StopAccount    StopKind = "account"    // g: Cards
	StopCanceled   StopKind = "canceled"   // the payer's own wish
)

// DeclineReason is why a card was refused, as far as the bank says.
type DeclineReason string

// The reasons of a decline.
const (
	DeclineGeneric DeclineReason = "generic"
	DeclineFunds   DeclineReason = "funds"
	DeclineExpired DeclineReason = "expired"
	DeclineStepUp  DeclineReason = "step_up"
)

// Key gives the message key of the reason.
func (r DeclineReason) Key() string { return "stop.declined_" + string(r) }

// Stopped is G9 and the page after Cancel. It always says what happened to
// the money and what to do.
type Stopped struct {
	Kind         StopKind
	Minutes      int
	NotCharged   bool // nothing was taken for the form that was sent
	Amount       money.Amount
	Old          money.Amount
	Due          money.Amount // what the bill asks for; Amount may be less
	At           civil.Instant
	Confirmation string
	Receipt      string
	Reference    string
	Emailed      bool
	Op           string
	Reason       DeclineReason
	Cards        bool // a card can be taken instead
}

// Choice gives what G2's form would say for Amount.
func (s Stopped) Choice() string {
	if s.Amount == s.Due {
		return string(ChoiceTotal)
	}
	return ChoiceOther
}

func (s Stopped) page() page {
	return page{template: "stopped", title: "stop." + string(s.Kind), flow: true}
}
