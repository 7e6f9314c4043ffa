package portal

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// AutoPayDay is A8, step 1, and the change of the day.
type AutoPayDay struct {
	Days     []DayChoice
	Chosen   int
	Change   bool
	Problems Problems
}

// DayChoice is a day that can be chosen.
type DayChoice struct {
	Day     int
	DaysDue int // from it to the due day
	First   civil.Date
}

// Label names the day.
func (c DayChoice) Label() Message { return DayOfMonth(c.Day) }

// Hint says how the day stands to the due date.
func (c DayChoice) Hint() Message {
	if c.DaysDue == 0 {
		return Message{Key: "my.day.due", Args: given("first", c.First)}
	}
	return Message{Key: "my.day.before", Args: pairs([]any{"n", c.DaysDue, "first", c.First})}
}

func (a AutoPayDay) page() page {
	if a.Change {
		return page{template: "autopay_day", title: "my.day.title_change", back: PathAutoPay, problems: a.Problems}
	}
	return page{template: "autopay_day", title: "my.day.title", step: 1, back: PathAutoPay, problems: a.Problems}
}

// AutoPayBank is A8, step 2, and the change of the bank account: one that is
// saved, or another one.
type AutoPayBank struct {
	Saved    []Saved
	Chosen   string // Saved.ID, or ChoiceOther
	Change   bool
	Problems Problems
}

func (a AutoPayBank) page() page {
	if a.Change {
		return page{template: "autopay_bank", title: "my.bank.title_change", back: PathAutoPay, problems: a.Problems}
	}
	return page{template: "autopay_bank", title: "my.bank.title", step: 2, back: PathAutoPayDay, problems: a.Problems}
}

// NewBank asks for a bank account to keep: for AutoPay, or to pay with later.
type NewBank struct {
	ForAutoPay   bool
	Step         int // 2 when AutoPay is turned on, 0 if not
	Form         BankForm
	Nickname     string
	NotConfirmed bool // the validation service said no; we never say why
	TooOften     bool // it was checked too often
	CameBack     bool // something came back from it before
	Problems     Problems
}

// Path gives where the form goes.
func (b NewBank) Path() string {
	if b.ForAutoPay {
		return PathAutoPayNew
	}
	return PathSavedNew
}

func (b NewBank) page() page {
	p := page{template: "new_bank", title: "my.new_bank.title", back: PathSaved, step: b.Step, problems: b.Problems, refused: b.NotConfirmed || b.TooOften || b.CameBack}
	if b.ForAutoPay {
		p.back = PathAutoPayBank
	}
	return p
}

// AutoPayCheck is A8, step 3: everything is read back, the limit and the
// notice are chosen, and the member agrees.
type AutoPayCheck struct {
	Op       string
	Shown    string // names what the page says of day, bank account and amounts
	Change   bool
	Day      int
	Bank     Saved
	Number   *BankForm // of an account that was typed just now; its numbers are shown in full this once
	First    FirstDebit
	Unpaid   *Unpaid // AutoPay comes too late for it
	PayOther *Unpaid // likewise, and Bank waits: nothing can be paid from it now
	Form     AutoPayForm
	Least    money.Amount // that the limit can be
	Rules    AutoPayRules
	Waits    *AutoPayWaits // nil: nothing is in its way
	Later    civil.Date    // a change counts from this payment on; zero: from the next
	Problems Problems
}

// FirstDebit is the first payment.
type FirstDebit struct {
	On      civil.Date
	Settles civil.Date // zero: the same day
	Amount  money.Amount
	Known   bool
	Covers  civil.Month
}

// Message says what is taken first.
func (f FirstDebit) Message() Message {
	key := "my.check.first_unknown"
	if f.Known {
		key = "my.check.first_known"
	}
	return Message{Key: key, Args: given("amount", f.Amount, "on", f.On, "month", f.Covers)}
}

// Unpaid is a bill that is due before the first payment of AutoPay.
type Unpaid struct {
	Amount money.Amount
	Month  civil.Month // of coverage
	Due    civil.Date
}

// AutoPayForm is what was chosen and typed on the check page.
type AutoPayForm struct {
	Notice string // NoticeAlways or NoticeOver
	Over   string
	Cap    string
	Now    string // NowPay or NowOther; "" for none yet
}

// AutoPayRules are the numbers of the marketplace's policy in the text.
type AutoPayRules struct {
	NoticeDays int
	BankDays   int           // the cut-off comes so many business days before
	Cutoff     civil.Instant // its time of day
	Today      civil.Date
}

// The fields and values of AutoPay's forms.
const (
	FieldDay     = "day"
	FieldSaved   = "saved"
	FieldNotice  = "notice"
	FieldOver    = "over"
	FieldCap     = "cap"
	FieldNow     = "now"
	FieldWhen    = "when"
	NoticeAlways = "always"
	NoticeOver   = "over"
	NowPay       = "pay"
	NowOther     = "other"
	WhenNow      = "now"
	WhenAfter    = "after"
)

// Problem keys of AutoPay's forms.
const (
	ProblemDay         = "my.problem.day"
	ProblemSaved       = "my.problem.saved"
	ProblemNotice      = "my.problem.notice"
	ProblemOverEmpty   = "my.problem.over_empty"
	ProblemOverSyntax  = "my.problem.over_syntax"
	ProblemCapSyntax   = "my.problem.cap_syntax"
	ProblemCapLow      = "my.problem.cap_low" // least
	ProblemNow         = "my.problem.now"
	ProblemWhen        = "my.problem.when"
	ProblemNickname    = "my.problem.nickname"
	ProblemNickLength  = "my.problem.nickname_length"
	ProblemUsedAlready = "my.problem.in_use"
)

func (c AutoPayCheck) page() page {
	if c.Change {
		return page{template: "autopay_check", title: "my.check.title_change", back: PathAutoPay, problems: c.Problems}
	}
	return page{template: "autopay_check", title: "my.check.title", step: 3, back: PathAutoPayBank, problems: c.Problems}
}

// DayMessage names the day.
func (c AutoPayCheck) DayMessage() Message { return DayOfMonth(c.Day) }

// FirstMessage says what is taken first.
func (c AutoPayCheck) FirstMessage() Message {
	if c.Waits != nil && c.Waits.OnlyIf != nil && c.Waits.OnlyIf.Kind == BannerAutoPayLate {
		return Message{Key: "my.check.first_late"}
	}
	return c.First.Message()
}

// ButtonKey names the button that agrees.
func (c AutoPayCheck) ButtonKey() string {
	if c.Change {
		return "my.check.button_change"
	}
	return "my.autopay.turn_on"
}

// Authorization gives the paragraphs that the member agrees to by pressing the
// button. They are stored with the mandate, word for word, so nothing that is
// chosen on the same page may change them. They name the bank account, since the
// copy is read where this page is not seen (REG-40).
func (c AutoPayCheck) Authorization() []Message {
	day := "numbered"
	switch c.Day {
	case 15:
		day = "fifteen"
	case 23:
		day = "twenty_three"
	}
	what := "on"
	if c.Change {
		what = "change"
	}
	text := []Message{
		{Key: "my.agree." + what + "_" + day, Args: pairs([]any{"first", c.First.On, "n", c.Day, "bank", c.Bank.LastFour})},
		{Key: "my.agree.notice", Args: pairs([]any{"days", c.Rules.NoticeDays})},
		{Key: "my.agree.stop", Args: pairs([]any{"cutoff", c.Rules.Cutoff, "n", c.Rules.BankDays})},
		{Key: "my.agree.bank"},
	}
	if c.Unpaid != nil {
		text = append(text, Message{Key: "my.agree.once", Args: given("amount", c.Unpaid.Amount, "today", c.Rules.Today)})
	}
	return text
}

// DoneKind is what was just done to AutoPay.
type DoneKind string

// What can have been done.
const (
	DoneOn       DoneKind = "on"       // First, StopBy
	DoneChanged  DoneKind = "changed"  // First
	DoneStopped  DoneKind = "stopped"  // nothing is taken any more
	DoneStopping DoneKind = "stopping" // Last is still taken
	DoneReleased DoneKind = "released" // a payment that waited will be taken on Last
	DoneDeclined DoneKind = "declined" // a payment that waited will not be taken
)

// AutoPayDone is A8, step 4, and the page after each change.
type AutoPayDone struct {
	Kind   DoneKind
	First  FirstDebit
	Later  bool // this month's payment could not be changed any more
	StopBy civil.Instant
	Last   civil.Date
	Bill   *Unpaid // what is to be paid another way
	Next   civil.Date
	Paid   *PaidNow      // paid at the same time
	Email  string        // masked, where the copy goes; "" for none
	Waits  *AutoPayWaits // nil: nothing is in its way
}

// PaidNow is a payment that was made together with turning AutoPay on.
type PaidNow struct {
	Amount       money.Amount
	Confirmation string
	Path         string
	Failed       bool // it could not be made: pay it another way
}

func (d AutoPayDone) page() page {
	p := page{template: "autopay_done", title: d.Title()}
	if d.Kind == DoneOn {
		p.step = 4
	}
	return p
}

// Title is the key of what was done.
func (d AutoPayDone) Title() string {
	if d.Kind == DoneReleased && d.Waits != nil {
		return "my.done.title_answered"
	}
	return "my.done.title_" + string(d.Kind)
}

// Text says what is so from now on.
func (d AutoPayDone) Text() Message {
	key := "my.done." + string(d.Kind)
	if d.Waits != nil {
		key += "_waits"
	}
	return Message{Key: key, Args: given("last", d.Last, "first", d.First.On, "amount", d.First.Amount)}
}

// AutoPayStop is A8s.
type AutoPayStop struct {
	Next     *AutoPayNext
	LastFour string
	Now      bool // stopping now stops the next payment too
	Waits    bool // AutoPay waits for its account: nobody knows what is taken
	Bill     *Unpaid
	Chosen   string
	Problems Problems
}

func (s AutoPayStop) page() page {
	return page{template: "autopay_stop", title: "my.stop.title", back: PathAutoPay, problems: s.Problems}
}
