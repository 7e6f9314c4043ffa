package store

import (
	"slices"

	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
)

var (
	qWaiversIn = overAccounts("waivers_in", `
		SELECT account_id, enrollment_id, from_month, to_month, percent, amount_cents FROM waiver
		WHERE in_range(account_id) ORDER BY account_id, waiver_id`)
	qHoldsIn = overAccounts("holds_in", `
		SELECT account_id, enrollment_id, from_on, to_on FROM hold WHERE in_range(account_id) ORDER BY account_id, hold_id`)
	qArrangementsIn = overAccounts("arrangements_in", `
		SELECT a.account_id, a.enrollment_id, a.made_on, a.through_month, i.due_on, i.amount_cents
		FROM arrangement a JOIN installment i ON i.account_id = a.account_id AND i.arrangement_id = a.arrangement_id
		WHERE in_range(a.account_id) ORDER BY a.account_id, a.arrangement_id, i.due_on`)
	qExtensionsIn = overAccounts("extensions_in", `
		SELECT account_id, due_on, until_on FROM due_extension WHERE in_range(account_id) ORDER BY account_id, due_on`)
)

// Relief is what staff granted to an account (R-DUE-8, R-DUE-9, R-CAL-3).
type Relief struct {
	Waivers      map[enrollment.ID][]standing.Waiver
	Holds        map[enrollment.ID][]standing.Hold
	Arrangements map[enrollment.ID][]standing.Arrangement
	Extensions   []standing.Extension
}

// relieved tells whether relief was granted: there is a mark on the
// enrollment, so that nobody looks in vain.
func (f *Facts) relieved() bool {
	return slices.ContainsFunc(f.Enrollments, func(e *EnrollmentRow) bool { return e.Relief })
}

func (l *loader) relief() {
	l.each(qWaiversIn, func(scan func(...any) error) error {
		var account enrollment.AccountID
		var id enrollment.ID
		var w standing.Waiver
		var percent int64
		err := scan(&account, &id, &w.From, &w.To, &percent, &w.Amount)
		w.Percent = int(percent)
		return l.grant(account, err, func(r *Relief) { put(&r.Waivers, id, w) })
	})
	l.each(qHoldsIn, func(scan func(...any) error) error {
		var account enrollment.AccountID
		var id enrollment.ID
		var h standing.Hold
		err := scan(&account, &id, &h.From, &h.To)
		return l.grant(account, err, func(r *Relief) { put(&r.Holds, id, h) })
	})
	l.each(qArrangementsIn, func(scan func(...any) error) error {
		var account enrollment.AccountID
		var id enrollment.ID
		var a standing.Arrangement
		var i standing.Installment
		err := scan(&account, &id, &a.MadeOn, &a.Through, &i.DueOn, &i.Amount)
		return l.grant(account, err, func(r *Relief) { r.installment(id, a, i) })
	})
	l.each(qExtensionsIn, func(scan func(...any) error) error {
		var account enrollment.AccountID
		var x standing.Extension
		err := scan(&account, &x.Due, &x.Until)
		return l.grant(account, err, func(r *Relief) { r.Extensions = append(r.Extensions, x) })
	})
}

func (l *loader) grant(account enrollment.AccountID, err error, to func(*Relief)) error {
	if err != nil {
		return err
	}
	f, err := l.of(account)
	if err == nil {
		to(&f.Relief)
	}
	return err
}

func put[T any](all *map[enrollment.ID][]T, id enrollment.ID, x T) {
	if *all == nil {
		*all = map[enrollment.ID][]T{}
	}
	(*all)[id] = append((*all)[id], x)
}

// installment adds a payment to its arrangement: rows of one come together.
func (r *Relief) installment(id enrollment.ID, a standing.Arrangement, i standing.Installment) {
	known := r.Arrangements[id]
	if n := len(known); n == 0 || known[n-1].MadeOn != a.MadeOn || known[n-1].Through != a.Through {
		put(&r.Arrangements, id, a)
		known = r.Arrangements[id]
	}
	last := &known[len(known)-1]
	last.Payments = append(last.Payments, i)
}
