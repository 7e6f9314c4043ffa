package portal

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/edge/web/catalogue"
)

// Bill is G2: what is due, and how much to pay.
type Bill struct {
	Op       string // operation id
	Who      Who
	Due      money.Amount // in all, now
	PayBy    civil.Date   // zero: no day is set, the clock stands
	From     civil.Month  // the oldest month that it pays; zero when that is Covers
	Covers   civil.Month
	Lines    []Line // what is in this amount; rows of $0.00 are left out
	Why      []Why  // the explanation of each cent (R-BILL-5)
	Banner   *Banner
	Part     *Banner // BannerPart…: a part of the coverage has ended and can be had back
	Timeline []Timeline
	Choices  []Choice // the total and other amounts that do something
	Ahead    bool     // nothing is due; the payer asked to pay ahead
	NoMore   bool     // no payment can be taken: nothing is due, and no month ahead costs anything
	HasBill  bool     // an issued bill can be read
	Own      bool     // the payer came from their account
	Form     AmountForm
	Problems Problems
}

func (b Bill) page() page {
	p := page{template: "bill", title: "bill.title", flow: true, step: 2, back: PathFind, problems: b.Problems}
	if b.Own {
		p.back = PathAccount
	}
	if b.Blocked() {
		p.title = "bill.title_blocked"
	}
	return p
}

// AmountForm is what was chosen and typed on G2.
type AmountForm struct {
	Choice string // a ChoiceKind, or ChoiceOther
	Other  string
}

// The choice of an amount of one's own, and the field names of G2.
const (
	ChoiceOther = "other"
	FieldChoice = "choice"
	FieldOther  = "other"
)

// Problem keys of amounts.
const (
	ProblemAmountEmpty  = "bill.problem.empty"
	ProblemAmountZero   = "bill.problem.zero"
	ProblemAmountMost   = "bill.problem.most" // most: the upper limit
	ProblemAmountSyntax = "bill.problem.syntax"
	ProblemChoice       = "bill.problem.choice"
)

// LineKind says what a row of money is.
type LineKind string

// The kinds of line. Plans and carriers are never named to a guest (R-ID-3).
const (
	LineHealth     LineKind = "health"
	LineDental     LineKind = "dental"
	LinePastDue    LineKind = "past_due"
	LineCredit     LineKind = "credit"
	LineAdjustment LineKind = "adjustment"
	LinePrevious   LineKind = "previous"
	LinePaid       LineKind = "paid"
	LineReturned   LineKind = "returned"
	LineRefunded   LineKind = "refunded"
	LineFullCost   LineKind = "full_cost"
	LineTaxCredit  LineKind = "tax_credit"
	LineStateHelp  LineKind = "state_help"
	LineWaiver     LineKind = "waiver" // relief for hardship
	LineYouPay     LineKind = "you_pay"
	LineRestart    LineKind = "restart" // months from Month on that are given back
)

// Line is one row of money. Reductions are negative.
type Line struct {
	Kind   LineKind
	Month  civil.Month // of coverage; zero where the kind needs none
	On     civil.Date  // of LinePaid, LineReturned and LineRefunded
	Amount money.Amount
}

// Message gives the row's words.
func (l Line) Message() Message {
	return Message{Key: "line." + string(l.Kind), Args: given("month", l.Month, "date", l.On)}
}

// Cause says why money is on a bill.
type Cause string

// The causes.
const (
	CausePremium   Cause = "premium"    // the price of a plan
	CauseTaxCredit Cause = "tax_credit" // APTC
	CauseStateHelp Cause = "state_help" // state subsidy
	CauseWaiver    Cause = "waiver"     // relief for hardship
	CauseCarried   Cause = "carried"    // unpaid from an earlier bill
	CauseCredit    Cause = "credit"     // money the member had
	CausePayment   Cause = "payment"    // received since the bill
	CauseRestart   Cause = "restart"    // months from Month on that are given back
)

// Why is one line of the explanation of a bill.
type Why struct {
	Cause  Cause
	Plan   LineKind    // LineHealth or LineDental, "" when the cause has none
	Month  civil.Month // of coverage, zero for none
	Amount money.Amount
}

// Message gives the line's words.
func (w Why) Message() Message {
	key := "why." + string(w.Cause)
	if w.Plan != "" {
		key += "_" + string(w.Plan)
	}
	return Message{Key: key, Args: given("month", w.Month)}
}

// given gathers arguments that are set, so that a sentence that needs one
// which the handler forgot fails in a test instead of printing a zero date.
func given(list ...any) catalogue.Args {
	args := pairs(list)
	for name, value := range args {
		switch v := value.(type) {
		case civil.Date:
			if v.IsZero() {
				delete(args, name)
			}
		case civil.Month:
			if v.IsZero() {
				delete(args, name)
			}
		case civil.Instant:
			if v.IsZero() {
				delete(args, name)
			}
		case string:
			if v == "" {
				delete(args, name)
			}
		}
	}
	return args
}
