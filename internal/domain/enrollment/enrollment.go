// Package enrollment holds who is covered, in what plan, for which months and
// at what price. Facts come from the eligibility system; nothing here is
// computed by billing.
package enrollment

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
)

type (
	// AccountID names a billing account.
	AccountID = ident.ID[Account]
	// ID names an enrollment.
	ID = ident.ID[Enrollment]
	// MemberID names a covered person.
	MemberID = ident.ID[Member]
)

// Kind tells medical from dental coverage.
type Kind string

// The kinds, in the order in which money is applied within a month
// (architecture section 6).
const (
	KindMedical Kind = "medical"
	KindDental  Kind = "dental"
)

// Rank gives the order of application: medical before dental.
func (k Kind) Rank() int {
	if k == KindMedical {
		return 0
	}
	return 1
}

// AccountKind tells a household from an employer group.
type AccountKind string

// The account kinds.
const (
	AccountIndividual AccountKind = "individual"
	AccountGroup      AccountKind = "group"
)

// Account is the billing account of a subscriber or an employer group.
type Account struct {
	ID            AccountID
	Kind          AccountKind
	SubscriberID  ident.SubscriberID
	BillingNumber string // 9 digits, begins with 7 (MA-ID-2)
	FirstName     string
	LastName      string
	BirthDate     civil.Date // of the subscriber; encrypted at rest
	ZIP           string     // 5 digits
	Address       string     // street and town in lines, without name and ZIP; "" where nobody says. Encrypted at rest
	Language      string     // "en", "es", …
	Email         string
	Phone         string // ten digits; "" where nobody says. Encrypted at rest
	CreatedAt     civil.Instant
}

// Initial gives the first letter of the last name, all that a guest sees of it
// (R-ID-3).
func (a Account) Initial() string {
	for _, r := range a.LastName {
		return string(r)
	}
	return ""
}

// Relation is a member's relation to the subscriber.
type Relation string

// The relations that the enrollment file knows.
const (
	RelationSelf   Relation = "self"
	RelationSpouse Relation = "spouse"
	RelationChild  Relation = "child"
	RelationOther  Relation = "other"
)

// Member is a covered person.
type Member struct {
	ID        MemberID
	AccountID AccountID
	FirstName string
	LastName  string
	BirthDate civil.Date // encrypted at rest
	Relation  Relation
}

// Enrollment is one account's coverage in one plan for a benefit year.
type Enrollment struct {
	ID        ID
	AccountID AccountID
	Reference string // "RefID…", known to the member before any bill (MA-ID-3)
	PlanID    string
	CarrierID string
	Kind      Kind
	Renewal   bool        // carried over from last year: no first payment (MA-FIRST-7)
	First     civil.Month // first month as selected
	Last      civil.Month // last month as selected, at most December
	Segments  []Segment   // by month, no gaps, no overlaps
	// WindowEndsOn is the last day on which a plan may be selected (R-BIND-2);
	// zero: not known, and taken as open.
	WindowEndsOn civil.Date
	CreatedAt    civil.Instant
}

// Segment is a dated premium: From to To inclusive.
type Segment struct {
	From, To civil.Month
	Premium  Premium
}

// Premium is one month's price and who pays it. Gross = APTC + State + Member
// for every enrollment and month (R-PLAN-4).
type Premium struct {
	Gross  money.Amount // full price
	APTC   money.Amount // federal tax credit, paid to the carrier directly
	State  money.Amount // state subsidy, paid by the state through us
	Member money.Amount // what we bill
}

// Balanced tells whether the four numbers obey R-PLAN-4 and none is negative.
func (p Premium) Balanced() bool {
	return p.Gross == money.Sum(p.APTC, p.State, p.Member) &&
		!p.Gross.IsNegative() && !p.APTC.IsNegative() && !p.State.IsNegative() && !p.Member.IsNegative()
}

// Subsidised tells whether the month has APTC or state subsidy, which decides
// the past-due track (product rules section 7).
func (p Premium) Subsidised() bool { return p.APTC.IsPositive() || p.State.IsPositive() }

// PremiumFor gives the price of month m, false when m is not covered.
func (e *Enrollment) PremiumFor(m civil.Month) (Premium, bool) {
	for _, s := range e.Segments {
		if !m.Before(s.From) && !m.After(s.To) {
			return s.Premium, true
		}
	}
	return Premium{}, false
}
