package portal

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// AutoPayState is where AutoPay stands in the member's words.
type AutoPayState string

// The states of AutoPay.
const (
	AutoPayOff      AutoPayState = "off"      // it never was on
	AutoPayOn       AutoPayState = "on"       // Next
	AutoPayPaused   AutoPayState = "paused"   // Since: coverage ended (R-AUTO-6)
	AutoPayStopped  AutoPayState = "stopped"  // Since: by the member
	AutoPayReturned AutoPayState = "returned" // Returned payments in a row (R-AUTO-7)
	AutoPayAccount  AutoPayState = "account"  // the bank account is closed or not found
	AutoPayRefused  AutoPayState = "refused"  // the bank says that the member did not agree (ACH-33)
	// AutoPayUnverified: the member has not shown that the account is theirs.
	AutoPayUnverified AutoPayState = "unverified"
)

// AutoPay is A7: how AutoPay stands, and what can be done about it.
type AutoPay struct {
	State    AutoPayState
	Manage   bool // the reader may change it
	Since    civil.Date
	Returned int
	Keep     int // months for which a paused AutoPay is kept
	LastFour string
	Next     *AutoPayNext
	Last     civil.Date // it stops after the payment of this day; zero: it goes on
	Held     *Held
	Terms    *AutoPayTerms
	Waits    *AutoPayWaits // nil: nothing is in its way
	Rows     []AutoPayRow
	CanPay   bool           // something is due that could be paid now
	Proof    bool           // there is an authorization to read
	Before   []AutoPayProof // of mandates that are over, the newest first
	Problems Problems
}

func (a AutoPay) page() page {
	return page{template: "autopay", title: "my.autopay.title", problems: a.Problems}
}

// Headline says how AutoPay stands.
func (a AutoPay) Headline() Message {
	args := given("since", a.Since, "last_four", a.LastFour, "last", a.Last)
	key := "my.autopay." + string(a.State)
	switch {
	case a.State == AutoPayOn && !a.Last.IsZero():
		key = "my.autopay.ending"
	case a.State == AutoPayReturned:
		args["n"] = a.Returned
	case a.State == AutoPayPaused:
		args["n"] = a.Keep
	}
	return Message{Key: key, Args: args}
}

// Level gives the look of the headline.
func (a AutoPay) Level() string {
	switch a.State {
	case AutoPayOn:
		return "success"
	case AutoPayPaused, AutoPayReturned, AutoPayAccount, AutoPayRefused, AutoPayUnverified:
		return "warning"
	case AutoPayOff, AutoPayStopped:
	}
	return "info"
}

// CanTurnOn tells that the page offers to turn AutoPay on.
func (a AutoPay) CanTurnOn() bool {
	return a.Manage && a.State != AutoPayOn && a.State != AutoPayPaused
}

// CanConfirm tells that what AutoPay waits for can be told now.
func (a AutoPay) CanConfirm() bool { return a.Manage && a.Waits != nil && a.Waits.ConfirmPath() != "" }

// CanPayInstead tells that there is something to pay while AutoPay waits.
func (a AutoPay) CanPayInstead() bool { return a.CanPay && a.Waits != nil && a.Held == nil }

// AutoPayNext is the next payment.
type AutoPayNext struct {
	On      civil.Date // the day that counts
	Settles civil.Date // when the bank moves the money, if that is another day; zero if not
	Amount  money.Amount
	Known   bool // the bill is out
	Month   civil.Month
	StopBy  civil.Instant
	Sent    bool // it is with the bank: too late to stop
	Retry   bool // the last one is tried again
	// Late is when the bill is due, if this payment comes after it; else zero.
	Late civil.Date
}

// Message says what comes and when.
func (n AutoPayNext) Message(lastFour string) Message {
	key := "my.autopay.next_unknown"
	switch {
	case n.Retry:
		key = "my.autopay.next_retry"
	case n.Known:
		key = "my.autopay.next"
	}
	return Message{Key: key, Args: given("amount", n.Amount, "on", n.On, "last_four", lastFour)}
}

// HeldWhy is why AutoPay asks first (R-AUTO-3).
type HeldWhy string

// The reasons.
const (
	HeldOverCap   HeldWhy = "over_cap"    // over the member's own limit, Cap
	HeldOverLast  HeldWhy = "over_limit"  // far more than last time
	HeldNotInTime HeldWhy = "notice_late" // told too late (REG-41)
)

// Held is a payment that AutoPay does not take until the member says so.
type Held struct {
	ID     string
	Month  civil.Month
	Is     money.Amount
	Was    money.Amount // the last one; zero for none
	Cap    money.Amount
	Why    HeldWhy
	Change *Change // why the bill changed, if that is known
	On     civil.Date
	Due    civil.Date
}

// Message says what waits.
func (h Held) Message() Message {
	key := "my.held.text"
	if !h.Was.IsPositive() {
		key = "my.held.first"
	}
	return Message{Key: key, Args: given("month", h.Month, "is", h.Is, "was", h.Was)}
}

// Reason says why it waits.
func (h Held) Reason() Message {
	return Message{Key: "my.held." + string(h.Why), Args: given("cap", h.Cap)}
}

// AutoPayTerms are what the member chose.
type AutoPayTerms struct {
	Day    int
	Bank   Saved
	Cap    money.Amount // zero: none
	Always bool
	Over   money.Amount // unless Always
	Days   int          // of notice
}

// DayMessage names the day.
func (t AutoPayTerms) DayMessage() Message { return DayOfMonth(t.Day) }

// CapMessage says the safety limit.
func (t AutoPayTerms) CapMessage() Message {
	if !t.Cap.IsPositive() {
		return Message{Key: "my.terms.no_cap"}
	}
	return Message{Key: "my.terms.cap", Args: given("cap", t.Cap)}
}

// NoticeMessage says when the member is told of an amount.
func (t AutoPayTerms) NoticeMessage() Message {
	if t.Always {
		return Message{Key: "my.terms.always", Args: pairs([]any{"days", t.Days})}
	}
	return Message{Key: "my.terms.over", Args: pairs([]any{"days", t.Days, "over", t.Over})}
}

// AutoPayRow is one payment that AutoPay took, or did not take.
type AutoPayRow struct {
	On     civil.Date
	Amount money.Amount
	Status PaymentStatus
	Path   string
}

// AutoPayProof is an authorization that was given before.
type AutoPayProof struct {
	Path        string
	From, Until civil.Date
}

// Saved is a bank account that the member saved.
type Saved struct {
	ID       string
	Kind     AccountKind
	LastFour string
	Nickname string
	AutoPay  bool // AutoPay uses it
	Wait     SavedWait
	Arrives  civil.Date // of WaitComing: when the amounts are at the bank
	AnswerBy civil.Date // of WaitAmounts: the last day to enter them
}

// SavedWait is what a saved account waits for: nothing is taken from it before.
type SavedWait string

// What an account can wait for.
const (
	WaitNothing SavedWait = ""
	WaitBank    SavedWait = "bank"    // its bank's answer to a prenote (ACH-10)
	WaitComing  SavedWait = "coming"  // two small amounts are on their way (ACH-11)
	WaitAmounts SavedWait = "amounts" // the member is to enter them
)

// Waiting says what the account waits for.
func (s Saved) Waiting() Message {
	return Message{Key: "my.saved.wait_" + string(s.Wait), Args: s.args()}
}

func (s Saved) args() catalogue.Args {
	return given("arrives", s.Arrives, "by", s.AnswerBy, "last_four", s.LastFour)
}

// AutoPayWaits is a bank account that AutoPay waits for.
type AutoPayWaits struct {
	Saved
	OnlyIf *Banner // the bill that AutoPay takes only if the account is confirmed in time; nil: none is out
}

// Notice says that AutoPay waits.
func (w AutoPayWaits) Notice() Message {
	if w.OnlyIf != nil {
		return w.OnlyIf.Message()
	}
	return Message{Key: "my.autopay.wait_" + string(w.Wait), Args: w.args()}
}

// More says what for, where the notice says what it means for a bill.
func (w AutoPayWaits) More() *Message {
	if w.OnlyIf == nil {
		return nil
	}
	m := w.Waiting()
	return &m
}

// ConfirmPath leads to where the amounts are entered; "" before they are there.
func (s Saved) ConfirmPath() string {
	if s.Wait != WaitAmounts {
		return ""
	}
	return PathSavedConfirm + "?of=" + s.ID
}

// Message names the account: never the whole number.
func (s Saved) Message() Message {
	if s.Nickname != "" {
		return Message{Key: "saved.named", Args: given("nickname", s.Nickname, "last_four", s.LastFour)}
	}
	return Message{Key: "saved." + string(s.Kind), Args: given("last_four", s.LastFour)}
}
