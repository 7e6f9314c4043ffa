package store

import (
	"regexp"
	"slices"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
)

// Every loader reads a range of accounts: a payment reads the range of one,
// the bill run a few hundred at a time, with the same text.
var (
	qAccountsIn = overAccounts("accounts_in", `
		SELECT a.account_id, a.kind, a.subscriber_id, a.first_name, a.last_name, a.birth_date_idx, a.zip, a.language, a.email, a.created_at, ''
		FROM account a WHERE in_range(a.account_id) ORDER BY a.account_id /* lock */`)
	qChargesIn = overAccounts("charges_in", `
		SELECT c.account_id, c.charge_id, c.enrollment_id, c.carrier_id, c.coverage_month, c.generation, c.kind,
			c.gross_cents, c.aptc_cents, c.state_cents, c.member_cents, c.due_on, c.binder, c.charged_on, c.raised_cents, c.raised_due_on,
			COALESCE(o.open_cents, 0)
		FROM charge c
		LEFT JOIN open_charge o ON o.account_id = c.account_id AND o.charge_id = c.charge_id
		WHERE in_range(c.account_id) AND c.coverage_month >= $3
		ORDER BY c.account_id, c.charge_id`)
	// What is open of each charge comes apart: two looks at one table each take
	// half the time of a join.
	qAllChargesIn = overAccounts("all_charges_in", `
		SELECT account_id, charge_id, enrollment_id, carrier_id, coverage_month, generation, kind,
			gross_cents, aptc_cents, state_cents, member_cents, due_on, binder, charged_on, raised_cents, raised_due_on, 0
		FROM charge WHERE in_range(account_id) ORDER BY account_id, charge_id`)
	qOpenIn        = overAccounts("open_in", `SELECT account_id, charge_id, open_cents FROM open_charge WHERE in_range(account_id)`)
	qOpenChargesIn = overAccounts("open_charges_in", `
		SELECT c.account_id, c.charge_id, c.enrollment_id, c.carrier_id, c.coverage_month, c.generation, c.kind,
			c.gross_cents, c.aptc_cents, c.state_cents, c.member_cents, c.due_on, c.binder, c.charged_on, c.raised_cents, c.raised_due_on, o.open_cents
		FROM open_charge o JOIN charge c ON c.account_id = o.account_id AND c.charge_id = o.charge_id
		WHERE in_range(o.account_id) ORDER BY o.account_id, o.charge_id`)
	qReturnedIn = overAccounts("returned_in", `
		SELECT DISTINCT u.account_id, u.charge_id FROM application u
		JOIN payment_return r ON r.account_id = u.account_id AND r.payment_id = u.payment_id
		WHERE in_range(u.account_id) AND u.kind = 'undo' ORDER BY u.account_id, u.charge_id`)
	qAppliedDaysIn = overAccounts("applied_days_in", `
		SELECT a.account_id, a.charge_id, a.payment_id, a.kind, a.amount_cents, a.effective_on FROM application a WHERE in_range(a.account_id)`)
	// Whether there are any is asked first, and not joined: the planner would turn
	// a join round and look among decisions even where nothing was decided.
	qDecisionsIn = overAccounts("decisions_in", `
		SELECT d.account_id, d.enrollment_id, d.kind, d.coverage_month, d.decided_on, d.rule FROM decision d
		WHERE in_range(d.account_id) AND EXISTS (SELECT 1 FROM enrollment e WHERE in_range(e.account_id) AND e.decided)
		ORDER BY d.account_id, d.decision_id`)
	qCreditsIn = overAccounts("credits_in", `
		SELECT o.account_id, o.payment_id, o.open_cents, p.effective_on FROM open_credit o
		JOIN payment p ON p.account_id = o.account_id AND p.payment_id = o.payment_id
		WHERE in_range(o.account_id) ORDER BY o.account_id, o.payment_id`)
	// The last one issued, not that of the latest month: a selection for months
	// past is billed after newer months. Keys sort in the order of issue.
	qLastBillsIn = overAccounts("last_bills_in", `
		SELECT b.account_id, b.document FROM bill b
		WHERE in_range(b.account_id)
			AND b.bill_id = (SELECT m.bill_id FROM bill m WHERE m.account_id = b.account_id ORDER BY m.bill_id DESC LIMIT 1)
		ORDER BY b.account_id`)
	qUnbilledIn = overAccounts("unbilled_in", `
		SELECT account_id, activity_id, kind, effective_on, amount_cents FROM unbilled
		WHERE in_range(account_id) ORDER BY account_id, activity_id`)
)

// accountsStmt is a query over the accounts from $1 to $2, the same query for
// when they are one, and over a list of accounts that lie far apart. Only if the text says that it is one account do the
// planner's estimates allow a plan that is kept: otherwise each execution is
// planned anew, which costs more than the query. Of a join only the first table
// is held to the range, so that the others are looked up by key and not by a
// range for each row.
type accountsStmt struct{ many, one, list *Stmt }

var rangeMark = regexp.MustCompile(`in_range\(([a-z_.]+)\)`)

func overAccounts(name, sql string) accountsStmt {
	s := accountsStmt{
		many: stmt(name, rangeMark.ReplaceAllString(sql, "$1 >= $$1 AND $1 <= $$2")),
		one:  stmt(name+"_one", rangeMark.ReplaceAllString(sql, "$1 = $$1 AND $1 = $$2")),
	}
	if !strings.Contains(sql, "$3") {
		in := strings.ReplaceAll(placeholders(FactsTogether), "$", "$$")
		s.list = stmt(name+"_list", rangeMark.ReplaceAllString(sql, "$1 IN "+in))
	}
	return s
}

// accountsIn is the accounts that facts are read of: a range, or some that lie
// far apart.
type accountsIn struct {
	first, last enrollment.AccountID
	list        []enrollment.AccountID // at most FactsTogether
}

// FactsTogether is how many accounts that lie far apart are read together at
// most: their number is part of the statements.
const FactsTogether = 20

// step gives the step that runs a query over the accounts.
func (in accountsIn) step(s accountsStmt, row func(scan func(...any) error) error, more []any) step {
	switch {
	case in.list != nil:
		args := make([]any, FactsTogether)
		for i := range args {
			args[i] = in.list[min(i, len(in.list)-1)] // a shorter list repeats its last
		}
		return step{stmt: s.list, args: args, row: row}
	case in.first == in.last:
		return step{stmt: s.one, args: append([]any{in.first, in.last}, more...), row: row}
	}
	return step{stmt: s.many, args: append([]any{in.first, in.last}, more...), row: row}
}

// Facts is what the books say of one account.
type Facts struct {
	Account     AccountRow
	Enrollments []*EnrollmentRow
	Charges     []Charge // live ones, by month
	Decisions   []Decision
	Credits     []payment.Credit
	LastBill    *bill.Bill
	Unbilled    []Activity
	Notices     []SentNotice // nil when they were not asked for, and days decide nothing of the account
	Relief      Relief

	taken    []Charge      // charges that were reversed
	reversed []bill.Charge // what reversed them
	applied  []appliedDay  // what money did to charges
}

// Charge is a charge with what is unpaid of it. When it was paid and whether a
// payment of it was returned is read only where it can decide something: see
// plain.
type Charge struct {
	bill.Open
	PaidOn      civil.Date
	FirstPaidOn civil.Date // where a part was raised: when the rest was paid
	Returned    bool
}

// paid notes money that paid a part of the charge and counts on a day.
func (c *Charge) paid(amount money.Amount, on civil.Date) {
	before := c.Due().Sub(c.Unpaid)
	c.Unpaid = c.Unpaid.Sub(amount)
	if on.After(c.PaidOn) {
		c.PaidOn = on
	}
	if before.Less(c.DueFirst()) {
		c.FirstPaidOn = c.PaidOn
	}
}

// SentNotice is a letter that went out about an enrollment.
type SentNotice struct {
	EnrollmentID enrollment.ID
	standing.Sent
}

// Decision is a decision with the enrollment it is about.
type Decision struct {
	EnrollmentID enrollment.ID
	standing.Decision
}

// Activity is what moved the balance since the last bill.
type Activity struct {
	ID unbilledID
	bill.Activity
}

type unbilledID = payment.ID

// What a reader of facts asks for besides accounts, enrollments and decisions.
type factsWanted int

const (
	wantAllCharges factsWanted = 1 << iota // paid ones too
	wantBilling                            // last bill, what is unbilled
	wantCredits                            // money not applied yet
	wantReview                             // all that standing asks for: days of payment, returns, letters sent
)

// FactsOf gives what the books say of one account, all charges included.
func (tx *ReadTx) FactsOf(id enrollment.AccountID) (*Facts, error) {
	return tx.factsOfOne(id, wantAllCharges|wantBilling|wantCredits)
}

// MoneyOf gives what moving money of one account needs: enrollments, charges,
// decisions and credits.
func (tx *ReadTx) MoneyOf(id enrollment.AccountID) (*Facts, error) {
	return tx.factsOfOne(id, wantAllCharges|wantCredits)
}

// ReviewFacts gives all that the standing of an account and its letters depend
// on.
func (tx *ReadTx) ReviewFacts(id enrollment.AccountID) (*Facts, error) {
	return tx.factsOfOne(id, wantAllCharges|wantCredits|wantReview)
}

// ReviewFactsOf is ReviewFacts for some accounts, in their order.
func (tx *ReadTx) ReviewFactsOf(ids []enrollment.AccountID) ([]*Facts, error) {
	return tx.factsOfSome(ids, wantAllCharges|wantCredits|wantReview)
}

// MoneyOfSome is MoneyOf for some accounts, in their order.
func (tx *ReadTx) MoneyOfSome(ids []enrollment.AccountID) ([]*Facts, error) {
	return tx.factsOfSome(ids, wantAllCharges|wantCredits)
}

func (tx *ReadTx) factsOfOne(id enrollment.AccountID, want factsWanted) (*Facts, error) {
	all, err := tx.facts(accountsIn{first: id, last: id}, want, civil.Month{})
	if err != nil {
		return nil, err
	}
	if len(all) == 0 {
		return nil, errNoAccount
	}
	return all[0], nil
}

func (tx *ReadTx) factsOfSome(ids []enrollment.AccountID, want factsWanted) ([]*Facts, error) {
	byID := make(map[enrollment.AccountID]*Facts, len(ids))
	for some := range slices.Chunk(ids, FactsTogether) {
		in := accountsIn{list: some}
		if len(some) == 1 {
			in = accountsIn{first: some[0], last: some[0]}
		}
		all, err := tx.facts(in, want, civil.Month{})
		if err != nil {
			return nil, err
		}
		for _, f := range all {
			byID[f.Account.ID] = f
		}
	}
	facts := make([]*Facts, len(ids))
	for i, id := range ids {
		if facts[i] = byID[id]; facts[i] == nil {
			return nil, errNoAccount
		}
	}
	return facts, nil
}

// CreditsOf gives the money of an account that is not applied yet.
func (tx *ReadTx) CreditsOf(id enrollment.AccountID) ([]payment.Credit, error) {
	return collect(tx, qCreditsIn.one, func(row func(...any) error) (payment.Credit, error) {
		var account enrollment.AccountID
		var c payment.Credit
		err := row(&account, &c.PaymentID, &c.Open, &c.EffectiveOn)
		return c, err
	}, id, id)
}

// BillingFacts gives what billing month needs of every account from first to
// last: charges that are unpaid or of that month or later.
func (tx *ReadTx) BillingFacts(first, last enrollment.AccountID, month civil.Month) ([]*Facts, error) {
	return tx.facts(accountsIn{first: first, last: last}, wantBilling|wantCredits, month)
}

// facts reads accounts. Without wantAllCharges it reads the unpaid charges and
// those of month since or later.
func (tx *ReadTx) facts(in accountsIn, want factsWanted, since civil.Month, more ...step) ([]*Facts, error) {
	l := loader{tx: tx, in: in, byID: map[enrollment.AccountID]*Facts{}}
	l.accounts()
	l.enrollments()
	if want&wantAllCharges != 0 {
		l.charges(qAllChargesIn)
		l.open()
	} else {
		l.charges(qOpenChargesIn)
		l.charges(qChargesIn, since.String())
	}
	l.decisions()
	if want&wantCredits != 0 {
		l.credits()
	}
	if want&wantBilling != 0 {
		l.lastBills()
		l.unbilled()
	}
	if want&wantReview != 0 {
		l.evidence()
		l.notices()
	}
	if err := tx.run(append(l.steps, more...)...); err != nil {
		return l.all, err
	}
	for _, f := range l.all {
		f.markPaid()
		f.settle()
		if want&wantReview != 0 && f.Notices == nil {
			f.Notices = []SentNotice{}
		}
	}
	return l.all, l.more(want)
}

func (f *Facts) enrollment(id enrollment.ID) *EnrollmentRow {
	for _, e := range f.Enrollments {
		if e.ID == id {
			return e
		}
	}
	return nil
}

// chargeReversal is the kind of row that takes a charge back.
const chargeReversal = "reversal"

// settle puts the charges in order and leaves the live ones.
func (f *Facts) settle() {
	slices.SortStableFunc(f.Charges, func(a, b Charge) int { return a.Month.Compare(b.Month) })
	for _, r := range f.reversed {
		f.Charges = slices.DeleteFunc(f.Charges, func(c Charge) bool {
			taken := c.EnrollmentID == r.EnrollmentID && c.Month == r.Month && c.Generation == r.Generation
			if taken {
				f.taken = append(f.taken, c)
			}
			return taken
		})
	}
}

// IndexOf gives the place of an enrollment, -1 if the account has no such one.
func (f *Facts) IndexOf(id enrollment.ID) int {
	return slices.IndexFunc(f.Enrollments, func(e *EnrollmentRow) bool { return e.ID == id })
}

// charge finds a live charge, nil if there is none.
func (f *Facts) charge(id bill.ChargeID) *Charge {
	for i := range f.Charges { // which is large: none is copied to be looked at
		if c := &f.Charges[i]; c.ID == id {
			return c
		}
	}
	return nil
}

// LastCharge tells whether an enrollment has a live charge for a month, and
// the generation of the last one, live or reversed; 0 is none. Of months that
// were not asked for it knows nothing.
func (f *Facts) LastCharge(id enrollment.ID, month civil.Month) (generation int64, live bool) {
	for _, r := range f.reversed {
		if r.EnrollmentID == id && r.Month == month {
			generation = max(generation, r.Generation)
		}
	}
	for _, c := range f.Charges {
		if c.EnrollmentID == id && c.Month == month {
			return c.Generation, true
		}
	}
	return generation, false
}

// Charged tells whether an enrollment has a live charge for a month.
func (f *Facts) Charged(id enrollment.ID, month civil.Month) bool {
	return slices.ContainsFunc(f.Charges, func(c Charge) bool { return c.EnrollmentID == id && c.Month == month })
}

// Credit is all money of the account that is not applied yet.
func (f *Facts) Credit() money.Amount {
	var sum money.Amount
	for _, c := range f.Credits {
		sum = sum.Add(c.Open)
	}
	return sum
}

// Payables gives the unpaid charges, and fresh ones that are being made, as the
// order of application sees them. s is the account's standing.
func (f *Facts) Payables(s standing.Standing, fresh ...bill.Charge) []payment.Payable {
	states := map[enrollment.ID]standing.State{}
	for _, e := range s.Enrollments {
		states[e.ID] = e.State
	}
	all := make([]payment.Payable, 0, len(f.Charges)+len(fresh))
	add := func(c bill.Charge, unpaid money.Amount) {
		if !unpaid.IsPositive() {
			return
		}
		state := states[c.EnrollmentID]
		all = append(all, payment.Payable{
			Charge: c.ID, EnrollmentID: c.EnrollmentID, CarrierID: c.CarrierID, Kind: c.Kind, Month: c.Month,
			DueOn: c.DueOn, Unpaid: unpaid, Raised: c.Raised, RaisedDueOn: c.RaisedDueOn, Binder: c.Binder && state == standing.StatePending,
			OldDebt: state == standing.StateEnded || state == standing.StateLapsed,
		})
	}
	for _, c := range f.Charges {
		add(c.Charge, c.Unpaid)
	}
	for _, c := range fresh {
		add(c, c.Due())
	}
	return all
}

// TakenBack gives the charges that were taken back as a start lapsed or moved or
// coverage ended, as they would be open had that not been decided.
func (f *Facts) TakenBack() []payment.Payable {
	var all []payment.Payable
	for _, c := range f.taken {
		gaveUp := slices.ContainsFunc(f.Decisions, func(d Decision) bool {
			return d.EnrollmentID == c.EnrollmentID &&
				(d.Kind == standing.DecisionLapse || d.Kind == standing.DecisionRoll || d.Kind == standing.DecisionEnd)
		})
		if !gaveUp || f.Charged(c.EnrollmentID, c.Month) || !f.lastTaken(c) {
			continue
		}
		all = append(all, payment.Payable{
			Charge: c.ID, EnrollmentID: c.EnrollmentID, CarrierID: c.CarrierID, Kind: c.Kind, Month: c.Month, DueOn: c.DueOn,
			Unpaid: c.Due(), Raised: c.Raised, RaisedDueOn: c.RaisedDueOn, Binder: c.Binder && !f.begun(c.EnrollmentID),
		})
	}
	return all
}

// MarkPaid brings the facts up to date with an application made meanwhile.
func (f *Facts) MarkPaid(a payment.Application, on civil.Date) {
	for i := range f.Charges {
		c := &f.Charges[i]
		if c.ID == a.Charge {
			c.paid(a.Amount, on)
		}
	}
}
