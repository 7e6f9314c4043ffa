package portal

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// HomeState is what the first block of the account's home says.
type HomeState string

// The states of the home.
const (
	HomeOwes HomeState = "owes"
	HomePaid HomeState = "paid" // nothing is due; NextBill
	HomeNew  HomeState = "new"  // no bill yet; FirstBy
	HomeDown HomeState = "down" // bills can not be read just now
)

// AccountHome is A6: what is due, how it gets paid, where coverage stands,
// what happened last and what is to be done.
type AccountHome struct {
	State    HomeState
	Who      Who
	Due      money.Amount
	PayBy    civil.Date
	From     civil.Month
	Covers   civil.Month
	NextBill civil.Date
	FirstBy  civil.Date
	Banner   *Banner
	Part     *Banner // BannerPart…
	CanPay   bool
	Theirs   bool // it is somebody else's account: amounts, no plan
	AutoPay  *AutoPayLine
	Coverage *Coverage
	Timeline []Timeline
	Recent   []Recent
	ToDo     []ToDo
	Others   bool // there are more accounts to choose from
}

func (h AccountHome) page() page {
	if h.Theirs {
		return page{template: "account_home", title: "my.home.title_theirs"}
	}
	return page{template: "account_home", title: "my.home.title"}
}

// Secondary tells that nobody needs to press the button: nothing is due, or
// AutoPay takes it.
func (h AccountHome) Secondary() bool {
	taken := h.AutoPay != nil && h.AutoPay.State == AutoPayOn && h.AutoPay.Held == nil && h.AutoPay.Next != nil && h.AutoPay.Next.Known &&
		h.AutoPay.Next.Late.IsZero()
	return h.State != HomeOwes || taken && h.AutoPay.Waits == nil
}

// AutoPayLine is what the home says about AutoPay.
type AutoPayLine struct {
	State  AutoPayState
	Next   *AutoPayNext
	Held   *Held
	Manage bool          // may turn it on
	Waits  *AutoPayWaits // nil: nothing is in its way
}

// Message gives the line's words.
func (l AutoPayLine) Message() Message {
	switch {
	case l.Held != nil:
		return Message{Key: "my.home.autopay_held", Args: given("month", l.Held.Month, "amount", l.Held.Is)}
	case l.State == AutoPayOn && l.Waits != nil:
		return l.Waits.Notice()
	case l.State == AutoPayUnverified:
		return Message{Key: "my.home.autopay_unverified"}
	case l.State == AutoPayOn && l.Next == nil:
		return Message{Key: "my.home.autopay_idle"}
	case l.State == AutoPayOn && !l.Next.Late.IsZero():
		return Message{Key: "my.home.autopay_late", Args: given("amount", l.Next.Amount, "on", l.Next.On, "by", l.Next.Late)}
	case l.State == AutoPayOn && l.Next.Known:
		return Message{Key: "my.home.autopay_on", Args: given("amount", l.Next.Amount, "on", l.Next.On)}
	case l.State == AutoPayOn:
		return Message{Key: "my.home.autopay_soon", Args: given("on", l.Next.On)}
	case l.State == AutoPayPaused:
		return Message{Key: "my.home.autopay_paused"}
	case l.State == AutoPayReturned || l.State == AutoPayRefused || l.State == AutoPayAccount:
		return Message{Key: "my.home.autopay_bank"}
	}
	return Message{Key: "my.home.autopay_off"}
}

// More says what AutoPay waits for, if the line does not.
func (l AutoPayLine) More() *Message {
	if l.Held != nil || l.State != AutoPayOn || l.Waits == nil {
		return nil
	}
	return l.Waits.More()
}

// Warns tells that the line asks for something.
func (l AutoPayLine) Warns() bool {
	switch l.State {
	case AutoPayReturned, AutoPayRefused, AutoPayAccount, AutoPayPaused, AutoPayUnverified:
		return true
	case AutoPayOn, AutoPayOff, AutoPayStopped:
	}
	return l.Held != nil || l.Waits != nil || l.Next != nil && !l.Next.Late.IsZero()
}

// Link gives where the line leads.
func (l AutoPayLine) Link() Link {
	if l.Manage && (l.State == AutoPayOff || l.State == AutoPayStopped) {
		return Link{Key: "my.autopay.turn_on", Path: PathAutoPayDay}
	}
	return Link{Key: "my.home.autopay_see", Path: PathAutoPay}
}

// CoverageState is where coverage stands in the member's words (brief 6.4).
type CoverageState string

// The states of coverage.
const (
	CoverageNotStarted CoverageState = "not_started" // Amount, By, Starts
	CoverageActive     CoverageState = "active"      // Through
	CoveragePastDue    CoverageState = "past_due"    // Amount, By
	CoverageAtRisk     CoverageState = "at_risk"     // Amount, By, Ended: what it would go back to
	CoverageHold       CoverageState = "hold"
	CoveragePlan       CoverageState = "plan"       // Amount, By
	CoverageRestart    CoverageState = "restart"    // Amount, By, Ended
	CoverageRestarting CoverageState = "restarting" // Ended
	CoverageEnded      CoverageState = "ended"      // Ended
	CoverageLapsed     CoverageState = "lapsed"
	CoverageEmployer   CoverageState = "employer"
)

// Coverage is the status of coverage with the line under it.
type Coverage struct {
	State   CoverageState
	Amount  money.Amount
	By      civil.Date
	Through civil.Date
	Starts  civil.Date
	Ended   civil.Date
}

// Word gives the key of the status word.
func (c Coverage) Word() string { return "my.coverage." + string(c.State) }

// Message gives the line under it.
func (c Coverage) Message() Message {
	return Message{Key: "my.coverage." + string(c.State) + "_line", Args: given(
		"amount", c.Amount, "by", c.By, "through", c.Through, "starts", c.Starts, "ended", c.Ended)}
}

// Icon gives the icon beside the word.
func (c Coverage) Icon() string {
	switch c.State {
	case CoverageActive, CoverageRestarting, CoverageEmployer:
		return "check"
	case CoverageEnded, CoverageLapsed:
		return "dash"
	case CoverageNotStarted, CoverageHold, CoveragePlan:
		return "clock"
	case CoveragePastDue, CoverageAtRisk, CoverageRestart:
	}
	return "warning"
}

// Look gives the class of the tag.
func (c Coverage) Look() string {
	switch c.Icon() {
	case "check":
		return "pp-status--good"
	case "warning":
		return "pp-status--warn"
	case "dash":
		return "pp-status--off"
	}
	return ""
}

// Recent is a line of what happened last, with where it is told in full.
type Recent struct {
	Event
	Path string // "" for none
}

// ToDoKind is something that waits for the member.
type ToDoKind string

// What can wait.
const (
	ToDoMessages ToDoKind = "messages" // N letters that were not opened
	ToDoReturned ToDoKind = "returned" // the bank sent a payment back
	ToDoBounced  ToDoKind = "bounced"  // e-mail did not arrive, paper is on
	ToDoConfirm  ToDoKind = "confirm"  // a bank account waits for two amounts
	ToDoGuest    ToDoKind = "delegate" // an invitation waits
	ToDoLanguage ToDoKind = "language" // the site is read in another language than bills are sent in (F16)
)

// ToDo is one line of what waits.
type ToDo struct {
	Kind ToDoKind
	N    int
	On   civil.Date
	Name string // of a language
	Path string
}

// Message gives the link's words.
func (d ToDo) Message() Message {
	args := given("date", d.On, "language", d.Name)
	args["n"] = d.N
	return Message{Key: "my.todo." + string(d.Kind), Args: args}
}
