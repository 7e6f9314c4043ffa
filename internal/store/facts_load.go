package store

import (
	"encoding/json"
	"fmt"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
)

// loader collects queries, one kind of fact each, and runs them in one round
// trip. Rows of accounts come before rows that need theirs.
type loader struct {
	tx    *ReadTx
	in    accountsIn
	all   []*Facts
	byID  map[enrollment.AccountID]*Facts
	steps []step
}

// each adds a query over the accounts. Where there are many rows they are all
// read into one place, since what is scanned into is garbage otherwise.
func (l *loader) each(s accountsStmt, row func(scan func(...any) error) error, more ...any) {
	l.steps = append(l.steps, l.in.step(s, row, more))
}

// of gives the facts of an account; a row of none is a broken foreign key.
func (l *loader) of(id enrollment.AccountID) (*Facts, error) {
	if f := l.byID[id]; f != nil {
		return f, nil
	}
	return nil, fmt.Errorf("rows of account %s without an account", id)
}

func (l *loader) accounts() {
	l.each(qAccountsIn, func(scan func(...any) error) error {
		a, err := scanAccount(scan)
		f := &Facts{Account: a}
		l.all = append(l.all, f)
		l.byID[a.ID] = f
		return err
	})
}

// enrollments reads them and, apart, their segments: two looks at one table
// each are cheaper than a join.
func (l *loader) enrollments() {
	l.each(qEnrollmentsIn, func(scan func(...any) error) error {
		e, err := scanRelieved(scan)
		if err != nil {
			return err
		}
		f, err := l.of(e.AccountID)
		if err == nil {
			f.Enrollments = append(f.Enrollments, e)
		}
		return err
	})
	var account enrollment.AccountID
	var id enrollment.ID
	var version int64
	var s enrollment.Segment
	p := &s.Premium
	l.each(qSegmentsIn, func(scan func(...any) error) error {
		if err := scan(&account, &id, &version, &s.From, &s.To, &p.Gross, &p.APTC, &p.State, &p.Member); err != nil {
			return err
		}
		f, err := l.of(account)
		if err != nil {
			return err
		}
		if e := f.enrollment(id); e != nil && e.Version == version {
			e.Segments = append(e.Segments, s)
		}
		return nil
	})
}

func (l *loader) charges(s accountsStmt, args ...any) {
	var c Charge
	var kind string
	p := &c.Premium
	l.each(s, func(scan func(...any) error) error {
		c = Charge{}
		if err := scan(&c.AccountID, &c.ID, &c.EnrollmentID, &c.CarrierID, &c.Month, &c.Generation, &kind,
			&p.Gross, &p.APTC, &p.State, &p.Member, &c.DueOn, &c.Binder, &c.ChargedOn, &c.Raised, &c.RaisedDueOn, &c.Unpaid); err != nil {
			return err
		}
		f, err := l.of(c.AccountID)
		if err != nil {
			return err
		}
		e := f.enrollment(c.EnrollmentID)
		if e == nil {
			return fmt.Errorf("the charge for %s of account %s is for enrollment %s, which does not exist", c.Month, c.AccountID, c.EnrollmentID)
		}
		c.Kind = e.Kind
		if kind == chargeReversal {
			f.reversed = append(f.reversed, c.Charge)
			return nil
		}
		if f.charge(c.ID) == nil { // an unpaid one of that month or later comes twice
			f.Charges = append(f.Charges, c)
		}
		return nil
	}, args...)
}

// open adds what is unpaid of the charges read before.
func (l *loader) open() {
	var account enrollment.AccountID
	var id bill.ChargeID
	var open money.Amount
	l.each(qOpenIn, func(scan func(...any) error) error {
		if err := scan(&account, &id, &open); err != nil {
			return err
		}
		f, err := l.of(account)
		if err != nil {
			return err
		}
		if c := f.charge(id); c != nil {
			c.Unpaid = open
		}
		return nil
	})
}

// more reads what only some accounts need, now that the rest is known: a
// second round trip that most accounts are spared.
func (l *loader) more(want factsWanted) error {
	l.steps = nil
	unsettled := func(f *Facts) bool { return !f.plain(l.tx.now) || f.dueToday(l.tx.now) }
	if want&wantAllCharges != 0 && want&wantReview == 0 && slices.ContainsFunc(l.all, unsettled) {
		l.evidence()
		l.notices()
	}
	if slices.ContainsFunc(l.all, (*Facts).relieved) {
		l.relief()
	}
	if len(l.steps) == 0 {
		return nil
	}
	err := l.tx.run(l.steps...)
	for _, f := range l.all {
		f.markPaid()
		if f.Notices == nil && unsettled(f) {
			f.Notices = []SentNotice{}
		}
	}
	return err
}

// evidence is when charges were paid, and which payments were returned.
func (l *loader) evidence() {
	l.paidOn()
	l.returned()
}

// appliedDay is what the money of a payment did to a charge: it paid it, or was
// taken back from it.
type appliedDay struct {
	charge  bill.ChargeID
	payment payment.ID
	undone  bool
	amount  money.Amount
	on      civil.Date
}

// undoneApplication is the kind of row that takes an application back.
const undoneApplication = "undo"

// paidOn reads the days on which money was applied.
func (l *loader) paidOn() {
	var account enrollment.AccountID
	var a appliedDay
	var kind string
	l.each(qAppliedDaysIn, func(scan func(...any) error) error {
		if err := scan(&account, &a.charge, &a.payment, &kind, &a.amount, &a.on); err != nil {
			return err
		}
		a.undone = kind == undoneApplication
		f, err := l.of(account)
		if err == nil {
			f.applied = append(f.applied, a)
		}
		return err
	})
}

// markPaid gives each charge the day on which the last money for it counts that
// was not taken back.
func (f *Facts) markPaid() {
	for _, a := range f.applied {
		if c := f.charge(a.charge); c != nil && !f.takenBack(a) && a.on.After(c.PaidOn) {
			c.PaidOn = a.on
		}
	}
	for i := range f.Charges {
		if c := &f.Charges[i]; c.Raised.IsPositive() {
			c.FirstPaidOn = f.firstPaidOn(c)
		}
	}
}

func (f *Facts) takenBack(a appliedDay) bool {
	return a.undone || slices.ContainsFunc(f.applied, func(x appliedDay) bool {
		return x.undone && x.charge == a.charge && x.payment == a.payment
	})
}

// firstPaidOn gives the day by which as much money had come for a charge as was
// asked of it first, or that of the last money if there is less.
func (f *Facts) firstPaidOn(c *Charge) civil.Date {
	var paid []appliedDay
	for _, a := range f.applied {
		if a.charge == c.ID && !f.takenBack(a) {
			paid = append(paid, a)
		}
	}
	slices.SortFunc(paid, func(a, b appliedDay) int { return a.on.Compare(b.on) })
	var on civil.Date
	sum := money.Zero
	for _, a := range paid {
		if sum.Less(c.DueFirst()) {
			sum, on = sum.Add(a.amount), a.on
		}
	}
	return on
}

// returned marks the charges that a payment paid and was taken back from.
func (l *loader) returned() {
	l.each(qReturnedIn, func(scan func(...any) error) error {
		var account enrollment.AccountID
		var id bill.ChargeID
		if err := scan(&account, &id); err != nil {
			return err
		}
		f, err := l.of(account)
		if err != nil {
			return err
		}
		if c := f.charge(id); c != nil {
			c.Returned = true
		}
		return nil
	})
}

// notices tells which letters went out.
func (l *loader) notices() {
	var account enrollment.AccountID
	var n SentNotice
	l.each(qNoticesSentIn, func(scan func(...any) error) error {
		if err := scan(&account, &n.EnrollmentID, &n.Kind, &n.Month, &n.On); err != nil {
			return err
		}
		f, err := l.of(account)
		if err == nil {
			f.Notices = append(f.Notices, n)
		}
		return err
	})
}

func (l *loader) decisions() {
	var account enrollment.AccountID
	var d Decision
	l.each(qDecisionsIn, func(scan func(...any) error) error {
		if err := scan(&account, &d.EnrollmentID, &d.Kind, &d.Month, &d.On, &d.Rule); err != nil {
			return err
		}
		f, err := l.of(account)
		if err == nil {
			f.Decisions = append(f.Decisions, d)
		}
		return err
	})
}

func (l *loader) credits() {
	l.each(qCreditsIn, func(scan func(...any) error) error {
		var account enrollment.AccountID
		var c payment.Credit
		if err := scan(&account, &c.PaymentID, &c.Open, &c.EffectiveOn); err != nil {
			return err
		}
		f, err := l.of(account)
		if err == nil {
			f.Credits = append(f.Credits, c)
		}
		return err
	})
}

func (l *loader) lastBills() {
	l.each(qLastBillsIn, func(scan func(...any) error) error {
		var account enrollment.AccountID
		var document string
		if err := scan(&account, &document); err != nil {
			return err
		}
		f, err := l.of(account)
		if err != nil {
			return err
		}
		f.LastBill = &bill.Bill{}
		if err := json.Unmarshal([]byte(document), f.LastBill); err != nil {
			return fmt.Errorf("bill of account %s: %w", account, err)
		}
		return nil
	})
}

func (l *loader) unbilled() {
	l.each(qUnbilledIn, func(scan func(...any) error) error {
		var account enrollment.AccountID
		var a Activity
		if err := scan(&account, &a.ID, &a.Kind, &a.On, &a.Amount); err != nil {
			return err
		}
		f, err := l.of(account)
		if err == nil {
			f.Unbilled = append(f.Unbilled, a)
		}
		return err
	})
}
