package portal

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
)

// BannerKind is the state of a bill that G2 puts into words. The order is the
// order of priority: a handler shows the first that is true.
type BannerKind string

// The banners of G2.
const (
	BannerPaidToday    BannerKind = "paid_today"    // Amount, At, Confirmation
	BannerInProcess    BannerKind = "in_process"    // Amount, At
	BannerAutoPay      BannerKind = "autopay"       // Amount, By
	BannerAutoPayWaits BannerKind = "autopay_waits" // Amount, On, Until, By: taken only if its account is confirmed in time
	BannerAutoPayLate  BannerKind = "autopay_late"  // By: its account is confirmed too late
	BannerFirstPayment BannerKind = "first_payment" // Amount, By, Starts
	BannerHold         BannerKind = "hold"          // the clock stands (R-DUE-8)
	BannerPlan         BannerKind = "plan"          // Amount, By: the next payment of a payment plan (R-DUE-9)
	BannerPastDue      BannerKind = "past_due"      // Amount, By; with a timeline
	BannerEnding       BannerKind = "ending"        // Amount, Ended: the last day has passed, the end is not recorded
	BannerDueSoon      BannerKind = "due_soon"      // By: today or tomorrow
	BannerRestart      BannerKind = "restart"       // Amount, By, Ended; Later and Last when it will be more
	BannerRestarting   BannerKind = "restarting"    // paid: coverage comes back
	BannerEnded        BannerKind = "ended"         // Ended
	BannerLapsed       BannerKind = "lapsed"        // never started
	BannerNothingDue   BannerKind = "nothing_due"   // NextBill
	BannerCredit       BannerKind = "credit"        // Amount
	BannerEmployer     BannerKind = "employer"
	// Beside another banner: a part of the coverage ended. Amount, By, Ended.
	BannerPart       BannerKind = "part"
	BannerPartHealth BannerKind = "part_health"
	BannerPartDental BannerKind = "part_dental"
)

// Banner is the one banner of G2.
type Banner struct {
	Kind         BannerKind
	Amount       money.Amount
	At           civil.Instant
	Confirmation string
	By           civil.Date
	On           civil.Date
	Until        civil.Instant
	Starts       civil.Date
	Ended        civil.Date
	NextBill     civil.Date
	Later        money.Amount // from the day after By on, until Last
	Last         civil.Date
	Postmark     bool // a postmark by the due date is on time (mail.rule)
}

// Message gives the banner's words.
func (b Banner) Message() Message {
	key := "banner." + string(b.Kind)
	if b.Kind == BannerDueSoon && b.Postmark {
		key += "_postmark"
	}
	return Message{Key: key, Args: given(
		"amount", b.Amount, "at", b.At, "confirmation", b.Confirmation,
		"by", b.By, "on", b.On, "until", b.Until, "starts", b.Starts, "ended", b.Ended, "next_bill", b.NextBill)}
}

// LaterMessage says that the amount will be more after a day, nil if it stays.
func (b Banner) LaterMessage() *Message {
	if b.Last.IsZero() {
		return nil
	}
	return &Message{Key: "banner.later", Args: given("later", b.Later, "last", b.Last)}
}

// Level gives the look of the banner.
func (b Banner) Level() string {
	switch b.Kind {
	case BannerFirstPayment, BannerAutoPayWaits, BannerAutoPayLate, BannerPastDue, BannerEnding, BannerRestart, BannerEnded, BannerLapsed, BannerPart, BannerPartHealth, BannerPartDental:
		return "warning"
	case BannerNothingDue, BannerCredit, BannerRestarting:
		return "success"
	}
	return "info"
}

func (b Bill) banner() BannerKind {
	if b.Banner == nil {
		return ""
	}
	return b.Banner.Kind
}

// Blocked tells that this bill can not be paid online at all.
func (b Bill) Blocked() bool {
	switch b.banner() {
	case BannerEnded, BannerLapsed, BannerEmployer:
		return true
	}
	return false
}

// About gives the page that explains the state of the bill, no link for none.
func (b Bill) About() Link {
	switch b.banner() {
	case BannerFirstPayment:
		return Link{Key: "bill.about_first", Path: PathFirst}
	case BannerPastDue, BannerEnding, BannerRestart, BannerPlan, BannerHold:
		return Link{Key: "bill.about_past_due", Path: PathPastDue}
	case BannerAutoPayWaits, BannerAutoPayLate:
		if b.Own {
			return Link{Key: "my.home.autopay_see", Path: PathAutoPay}
		}
		return Link{Key: "bill.about_autopay", Path: PathAutoPay}
	}
	return Link{}
}

// MoreLink gives the link that stands in place of the form when nothing needs
// to be paid: its label's key and its path. Both are empty with the form.
func (b Bill) MoreLink() (link Link) {
	if b.Ahead || b.NoMore {
		return Link{}
	}
	switch b.banner() {
	case BannerPaidToday, BannerInProcess:
		return Link{Key: "bill.pay_more", Path: PathAgain}
	case BannerNothingDue, BannerCredit:
		return Link{Key: "bill.pay_ahead", Path: PathAmount + "?ahead=1"}
	}
	return Link{}
}

// Link is a label's key and a path.
type Link struct{ Key, Path string }

// ShowsForm tells that the payer can choose an amount.
func (b Bill) ShowsForm() bool {
	return !b.Blocked() && !b.NoMore && b.banner() != BannerRestarting && b.MoreLink() == Link{}
}

// OnlyOther tells that there is nothing to choose but an amount of one's own.
func (b Bill) OnlyOther() bool { return !b.Due.IsPositive() }

// TotalOnly tells that less than the total would do nothing (R-DUE-6).
func (b Bill) TotalOnly() bool { return b.banner() == BannerRestart }

// Secondary tells that the payer need not press the button at all.
func (b Bill) Secondary() bool { return b.banner() == BannerAutoPay }

// ShortAmount is the interruption when an amount does not keep coverage
// (R-PAY-9). It is shown once.
type ShortAmount struct {
	Op      string
	Entered money.Amount
	Keeps   money.Amount // what keeps coverage
	By      civil.Date
	Covers  civil.Month
	Starts  civil.Date // coverage that has not started starts then
	Plan    bool       // a payment plan is kept, not only coverage
}

// Message says what the amount does not do.
func (s ShortAmount) Message() Message {
	key := "less.text"
	switch {
	case !s.Starts.IsZero():
		key = "less.first"
	case s.Plan:
		key = "less.plan"
	}
	return Message{Key: key, Args: given("entered", s.Entered, "keeps", s.Keeps, "by", s.By, "month", s.Covers, "starts", s.Starts)}
}

func (ShortAmount) page() page {
	return page{template: "less", title: "less.title", flow: true, step: 2, back: PathAmount}
}

// PayAgain is the interruption when somebody paid today (R-PAY-7).
type PayAgain struct {
	Op           string
	Paid         money.Amount
	At           civil.Instant
	Confirmation string // "" when it may not be shown
	Waiting      bool   // begun at At, and nobody knows yet what became of it
	Others       int    // payments of today and under way, this one among them
}

func (PayAgain) page() page {
	return page{template: "again", title: "again.title", flow: true, step: 2, back: PathAmount}
}
