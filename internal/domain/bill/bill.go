package bill

import (
	"cmp"
	"fmt"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
)

// ID names a bill.
type ID = ident.ID[Bill]

// Kind tells the first bill of an enrollment from the monthly one.
type Kind string

// The kinds of bill.
const (
	KindEnrollment Kind = "enrollment" // at once on plan selection (R-BIND-1)
	KindMonthly    Kind = "monthly"    // on the 1st (R-CAL-1)
)

// Bill is what is sent for one account and coverage month, sealed when issued
// (R-BILL-4). Its texts are made by the edges from the codes here, in any
// language, from the same numbers.
type Bill struct {
	ID        ID                   `json:"id"`
	AccountID enrollment.AccountID `json:"account_id"`
	Number    string               `json:"number"` // 8 digits
	Kind      Kind                 `json:"kind"`
	Month     civil.Month          `json:"coverage_month"`
	Revision  int64                `json:"revision"`
	IssuedOn  civil.Date           `json:"issued_on"`
	DueOn     civil.Date           `json:"due_on"`
	Sections  []Section            `json:"sections"`
	Lines     []Line               `json:"lines"`
	Reasons   []Reason             `json:"reasons"`
	Changes   []Change             `json:"changes,omitempty"`
	Total     money.Amount         `json:"total"` // negative: money to use on the next bill
}

// Section is the part of a bill about one enrollment: the four amounts of
// R-BILL-2 for the month billed.
type Section struct {
	EnrollmentID enrollment.ID   `json:"enrollment_id"`
	Kind         enrollment.Kind `json:"kind"`
	Plan         string          `json:"plan"`
	Carrier      string          `json:"carrier"`
	Gross        money.Amount    `json:"gross"`
	APTC         money.Amount    `json:"aptc"`
	State        money.Amount    `json:"state"`
	Member       money.Amount    `json:"member"`
	Waived       money.Amount    `json:"waived,omitzero"` // of Member (R-DUE-8)
}

// Due is what the month asks of the member: the share less what is waived.
func (s Section) Due() money.Amount { return s.Member.Sub(s.Waived) }

// LineKind says what a line of the statement is (R-BILL-3).
type LineKind string

// The kinds of line.
const (
	LinePrevious   LineKind = "previous_balance"
	LinePayment    LineKind = "payment"
	LineReturn     LineKind = "payment_returned"
	LineRefund     LineKind = "refund"
	LineAdjustment LineKind = "adjustment"
	LineWaiver     LineKind = "waiver" // of months billed before; LineCharge is less what is waived
	LineCharge     LineKind = "charge"
)

// Line is one row of the statement: what the last bill said, what happened
// since, what is new. The lines add up to the total.
type Line struct {
	Kind           LineKind        `json:"kind"`
	EnrollmentKind enrollment.Kind `json:"enrollment_kind,omitempty"`
	Month          civil.Month     `json:"month,omitzero"`
	On             civil.Date      `json:"on,omitzero"`
	Amount         money.Amount    `json:"amount"`
}

// ReasonKind says why money is owed (R-BILL-5).
type ReasonKind string

// The kinds of reason.
const (
	ReasonGross   ReasonKind = "gross_premium"
	ReasonAPTC    ReasonKind = "tax_credit"
	ReasonState   ReasonKind = "state_help"
	ReasonWaiver  ReasonKind = "waiver"
	ReasonPastDue ReasonKind = "unpaid_month"
	ReasonCredit  ReasonKind = "credit"
)

// Reason explains some cents of the total: its cause in words is made from the
// code, Rule cites where it comes from. The reasons add up to the total, by
// another road than the lines do.
type Reason struct {
	Kind           ReasonKind      `json:"kind"`
	EnrollmentKind enrollment.Kind `json:"enrollment_kind,omitempty"`
	Month          civil.Month     `json:"month,omitzero"`
	Rule           string          `json:"rule"`
	Amount         money.Amount    `json:"amount"`
}

// Change is a difference from the last bill's month in one component.
type Change struct {
	Kind           ReasonKind      `json:"kind"`
	EnrollmentKind enrollment.Kind `json:"enrollment_kind"`
	Before         money.Amount    `json:"before"`
	After          money.Amount    `json:"after"`
}

// AmountDue is what is asked for: the total, or $0.00 if there is credit.
func (b *Bill) AmountDue() money.Amount { return money.Max(b.Total, money.Zero) }

// Activity is something that moved an account's balance and is not on a bill
// yet. Amount is signed: a payment is negative.
type Activity struct {
	Kind   LineKind
	On     civil.Date
	Amount money.Amount
}

// Plan is what a bill says of an enrollment's plan.
type Plan struct {
	Name    string
	Carrier string
}

// Input is everything that a bill is made from.
type Input struct {
	ID       ID
	Account  enrollment.Account
	Number   string
	Kind     Kind
	Month    civil.Month
	Revision int64
	IssuedOn civil.Date
	New      []Charge     // the month's charges, made with this bill
	Open     []Open       // older charges not fully paid
	Credit   money.Amount // money not applied to any charge, before New
	Plans    map[enrollment.ID]Plan
	Previous *Bill // the last bill, nil for the first
	Activity []Activity
}

// CodeUnbalanced marks a bill whose statement and explanation disagree: the
// account is set aside for staff, never billed a guess (I8).
const CodeUnbalanced = "bill.unbalanced"

// Make makes the bill. It fails with CodeUnbalanced when what happened since
// the last bill does not explain what is owed now.
func Make(in Input) (*Bill, error) {
	b := &Bill{
		ID: in.ID, AccountID: in.Account.ID, Number: in.Number, Kind: in.Kind, Month: in.Month,
		Revision: in.Revision, IssuedOn: in.IssuedOn,
	}
	slices.SortFunc(in.New, func(x, y Charge) int { return cmp.Compare(x.Kind.Rank(), y.Kind.Rank()) })
	slices.SortFunc(in.Open, func(x, y Open) int {
		return cmp.Or(x.Month.Compare(y.Month), cmp.Compare(x.Kind.Rank(), y.Kind.Rank()))
	})
	for _, c := range in.New {
		plan := in.Plans[c.EnrollmentID]
		b.Sections = append(b.Sections, Section{
			c.EnrollmentID, c.Kind, plan.Name, plan.Carrier, c.Premium.Gross, c.Premium.APTC, c.Premium.State, c.Premium.Member, c.Waived,
		})
		if b.DueOn.IsZero() || c.DueOn.Before(b.DueOn) {
			b.DueOn = c.DueOn
		}
	}
	b.Lines = statement(in)
	b.Reasons = explain(in)
	b.Changes = changes(in.Previous, b.Sections)
	b.Total = b.SumLines()
	if explained := b.SumReasons(); explained != b.Total {
		return nil, fault.New(fault.Internal, CodeUnbalanced,
			"the statement comes to %s and the explanation to %s", b.Total, explained)
	}
	return b, nil
}

// SumLines adds the statement up.
func (b *Bill) SumLines() money.Amount {
	var sum money.Amount
	for _, l := range b.Lines {
		sum = sum.Add(l.Amount)
	}
	return sum
}

// SumReasons adds the explanation up.
func (b *Bill) SumReasons() money.Amount {
	var sum money.Amount
	for _, r := range b.Reasons {
		sum = sum.Add(r.Amount)
	}
	return sum
}

// statement goes from the last bill to this one.
func statement(in Input) []Line {
	var lines []Line
	if in.Previous != nil && !in.Previous.Total.IsZero() {
		lines = append(lines, Line{Kind: LinePrevious, On: in.Previous.IssuedOn, Month: in.Previous.Month, Amount: in.Previous.Total})
	}
	for _, a := range in.Activity {
		lines = append(lines, Line{Kind: a.Kind, On: a.On, Amount: a.Amount})
	}
	for _, c := range in.New {
		lines = append(lines, Line{Kind: LineCharge, EnrollmentKind: c.Kind, Month: c.Month, Amount: c.Due()})
	}
	return lines
}

// explain says what is owed now: the new month component by component, the
// unpaid months, less money not used yet.
func explain(in Input) []Reason {
	var reasons []Reason
	add := func(r Reason) {
		if !r.Amount.IsZero() {
			reasons = append(reasons, r)
		}
	}
	for _, c := range in.New {
		add(Reason{ReasonGross, c.Kind, c.Month, "R-BILL-2", c.Premium.Gross})
		add(Reason{ReasonAPTC, c.Kind, c.Month, "REG-02", c.Premium.APTC.Neg()})
		add(Reason{ReasonState, c.Kind, c.Month, "R-PLAN-3", c.Premium.State.Neg()})
		add(Reason{ReasonWaiver, c.Kind, c.Month, "R-DUE-8", c.Waived.Neg()})
	}
	for _, o := range in.Open {
		add(Reason{ReasonPastDue, o.Kind, o.Month, "R-BILL-3", o.Unpaid})
	}
	add(Reason{Kind: ReasonCredit, Rule: "R-PAY-8", Amount: in.Credit.Neg()})
	return reasons
}

// changes compares each kind of coverage with the last bill's month.
func changes(previous *Bill, now []Section) []Change {
	if previous == nil {
		return nil
	}
	var all []Change
	for _, s := range now {
		i := slices.IndexFunc(previous.Sections, func(p Section) bool { return p.EnrollmentID == s.EnrollmentID })
		if i < 0 {
			continue
		}
		before := previous.Sections[i]
		for _, c := range []Change{
			{ReasonGross, s.Kind, before.Gross, s.Gross},
			{ReasonAPTC, s.Kind, before.APTC, s.APTC},
			{ReasonState, s.Kind, before.State, s.State},
			{ReasonWaiver, s.Kind, before.Waived, s.Waived},
		} {
			if c.Before != c.After {
				all = append(all, c)
			}
		}
	}
	return all
}

// String names the bill for logs.
func (b *Bill) String() string { return fmt.Sprintf("bill %s for %s", b.Number, b.Month) }
