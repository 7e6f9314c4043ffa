package store

import (
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/standing"
)

var (
	qWaiversIn = overAccounts("waivers_in", `
		SELECT w.account_id, w.enrollment_id, w.from_month, w.to_month, w.percent, w.amount_cents, d.from_month
		FROM waiver w LEFT JOIN waiver_decision d ON d.account_id = w.account_id AND d.waiver_id = w.waiver_id AND d.kind = 'withdrawn'
		WHERE in_range(w.account_id) ORDER BY w.account_id, w.waiver_id`)
	qHoldsIn = overAccounts("holds_in", `
		SELECT account_id, enrollment_id, from_on, to_on FROM hold WHERE in_range(account_id) ORDER BY account_id, hold_id`)
	qArrangementsIn = overAccounts("arrangements_in", `
		SELECT a.account_id, a.arrangement_id, a.enrollment_id, a.made_on, a.through_month, i.due_on, i.amount_cents
		FROM arrangement a JOIN installment i ON i.account_id = a.account_id AND i.arrangement_id = a.arrangement_id
		WHERE in_range(a.account_id) ORDER BY a.account_id, a.arrangement_id, i.due_on`)
	qExtensionsIn = overAccounts("extensions_in", `
		SELECT account_id, due_on, until_on FROM due_extension WHERE in_range(account_id) ORDER BY account_id, due_on`)
	qWaivedIn = overAccounts("waived_in", `
		SELECT account_id, charge_id, CAST(SUM(CASE kind WHEN 'waive' THEN amount_cents ELSE -amount_cents END) AS BIGINT)
		FROM waived WHERE in_range(account_id) GROUP BY account_id, charge_id`)

	qMarkRelief = stmt("mark_relief", `
		UPDATE enrollment SET relief = TRUE WHERE account_id = $1 AND enrollment_id = $2 AND NOT relief`)
	qMarkReliefOfAll = stmt("mark_relief_of_all", `UPDATE enrollment SET relief = TRUE WHERE account_id = $1 AND NOT relief`)
	qInsertWaived    = stmt("insert_waived", `
		INSERT INTO waived (account_id, waived_id, charge_id, kind, amount_cents, entry_id, effective_on) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qWaiveWhole = stmt("waive_whole", `
		DELETE FROM open_charge WHERE account_id = $1 AND charge_id = $2 AND open_cents = $3`)
	qWaivePart = stmt("waive_part", `
		UPDATE open_charge SET open_cents = open_cents - $3 WHERE account_id = $1 AND charge_id = $2 AND open_cents > $3`)
	qInsertHold = stmt("insert_hold", `
		INSERT INTO hold (account_id, hold_id, enrollment_id, from_on, to_on, cause, reason, actor) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qEndHolds = stmt("end_holds", `
		UPDATE hold SET to_on = $3 WHERE account_id = $1 AND enrollment_id = $2 AND (to_on IS NULL OR to_on > $3)`)
	qInsertArrangement = stmt("insert_arrangement", `
		INSERT INTO arrangement (account_id, arrangement_id, enrollment_id, made_on, through_month, reason, actor) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qInsertInstallment = stmt("insert_installment", `
		INSERT INTO installment (account_id, arrangement_id, due_on, amount_cents) VALUES ($1, $2, $3, $4)`)
	qExtend = stmt("extend", `
		INSERT INTO due_extension (account_id, due_on, until_on, reason, actor, granted_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account_id, due_on) DO UPDATE SET until_on = excluded.until_on, reason = excluded.reason, actor = excluded.actor,
			granted_at = excluded.granted_at, told_on = NULL WHERE due_extension.until_on < excluded.until_on`)
	qDueWithout = stmt("due_without_extension", `
		SELECT d.account_id FROM (
			SELECT o.account_id FROM open_charge o JOIN charge c ON c.account_id = o.account_id AND c.charge_id = o.charge_id
			WHERE o.account_id >= $1 AND o.account_id <= $2 AND (c.due_on = $3 OR c.raised_due_on = $3)
			UNION SELECT i.account_id FROM installment i WHERE i.account_id >= $1 AND i.account_id <= $2 AND i.due_on = $3) d
		WHERE NOT EXISTS (SELECT 1 FROM due_extension x WHERE x.account_id = d.account_id AND x.due_on = $3 AND x.until_on >= $4)
		ORDER BY d.account_id LIMIT 1000`)
	qEndedWithout = stmt("ended_without_extension", `
		SELECT DISTINCT d.account_id FROM decision d
		WHERE d.account_id >= $1 AND d.account_id <= $2 AND d.kind = 'end' AND d.decided_on >= $5 AND d.decided_on <= $6
			AND NOT EXISTS (SELECT 1 FROM due_extension x WHERE x.account_id = d.account_id AND x.due_on = $3 AND x.until_on >= $4)
		ORDER BY d.account_id LIMIT 1000`)
)

// waiverRule is the rule by which a part of a charge is not owed.
const waiverRule = "R-DUE-8"

// Relief is what staff granted to an account (R-DUE-8, R-DUE-9, R-CAL-3).
type Relief struct {
	Waivers      map[enrollment.ID][]standing.Waiver
	Holds        map[enrollment.ID][]standing.Hold
	Arrangements map[enrollment.ID][]standing.Arrangement
	Extensions   []standing.Extension

	newest ident.UUID // the arrangement that is being read
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
		var withdrawn civil.Month
		err := scan(&account, &id, &w.From, &w.To, &percent, &w.Amount, &withdrawn)
		w.Percent = int(percent)
		if !withdrawn.IsZero() {
			w.To = withdrawn.Prev()
		}
		return l.grant(account, err, func(r *Relief) {
			if !w.To.Before(w.From) {
				put(&r.Waivers, id, w)
			}
		})
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
		var arrangement ident.UUID
		var id enrollment.ID
		var a standing.Arrangement
		var i standing.Installment
		err := scan(&account, &arrangement, &id, &a.MadeOn, &a.Through, &i.DueOn, &i.Amount)
		return l.grant(account, err, func(r *Relief) { r.installment(arrangement, id, a, i) })
	})
	l.each(qExtensionsIn, func(scan func(...any) error) error {
		var account enrollment.AccountID
		var x standing.Extension
		err := scan(&account, &x.Due, &x.Until)
		return l.grant(account, err, func(r *Relief) { r.Extensions = append(r.Extensions, x) })
	})
	l.each(qWaivedIn, func(scan func(...any) error) error {
		var account enrollment.AccountID
		var id bill.ChargeID
		var waived money.Amount
		if err := scan(&account, &id, &waived); err != nil {
			return err
		}
		f, err := l.of(account)
		if err != nil {
			return err
		}
		if c := f.charge(id); c != nil {
			c.Waived = waived
		}
		return nil
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
func (r *Relief) installment(arrangement ident.UUID, id enrollment.ID, a standing.Arrangement, i standing.Installment) {
	if r.newest != arrangement {
		put(&r.Arrangements, id, a)
		r.newest = arrangement
	}
	known := r.Arrangements[id]
	last := &known[len(known)-1]
	last.Payments = append(last.Payments, i)
}

// WaivedOf is what waivers take off a month's share of an enrollment.
func (f *Facts) WaivedOf(id enrollment.ID, month civil.Month, share money.Amount) money.Amount {
	return standing.Waived(f.Relief.Waivers[id], month, share)
}

// Granted is who grants relief for an enrollment, when and why.
type Granted struct {
	AccountID    enrollment.AccountID
	EnrollmentID enrollment.ID
	On           civil.Date
	Actor        string
	Reason       string
}

// WaiveCharge waives more of a live charge, at most what is unpaid of it. The
// next bill lists it.
func (tx *Tx) WaiveCharge(c bill.Open, more money.Amount, why Correction) {
	tx.postWaived(c.Charge, more, why)
	s := qWaivePart
	if more == c.Unpaid {
		s = qWaiveWhole
	}
	tx.expect(errMoneyMoved, s, c.AccountID, c.ID, more)
	tx.adjust(c.AccountID, bill.LineWaiver, more.Neg(), why.On)
}

// postWaived posts that a part of a charge is waived, if it is.
func (tx *Tx) postWaived(c bill.Charge, amount money.Amount, why Correction) {
	if amount.IsPositive() {
		tx.insertWaived(c, "waive", amount, ledger.EntryWaiver, ledger.Waive(c.EnrollmentID, c.CarrierID, amount), why)
	}
}

// undoWaived takes back what was waived of a charge, with the charge.
func (tx *Tx) undoWaived(c bill.Charge, why Correction) {
	if c.Waived.IsPositive() {
		tx.insertWaived(c, "undo", c.Waived, ledger.EntryUnwaived, ledger.Reverse(ledger.Waive(c.EnrollmentID, c.CarrierID, c.Waived)), why)
		tx.adjust(c.AccountID, bill.LineWaiver, c.Waived, why.On)
	}
}

func (tx *Tx) insertWaived(c bill.Charge, kind string, amount money.Amount, entry ledger.EntryKind, transfers []ledger.Transfer, why Correction) {
	id := tx.NewID()
	e := ledger.Entry{
		ID: tx.NewEntryID(), AccountID: c.AccountID, Kind: entry, EffectiveOn: why.On, Source: ledger.Source{Kind: "waived", ID: id.String()},
		Actor: why.Actor, Reason: why.Reason, Transfers: transfers,
	}
	tx.Post(e)
	tx.queue(qInsertWaived, c.AccountID, id, c.ID, kind, amount, e.ID, why.On)
}

// GrantHold records that the clock of an enrollment stands, and for what cause.
func (tx *Tx) GrantHold(g Granted, h standing.Hold, cause string) {
	tx.queue(qInsertHold, g.AccountID, tx.NewID(), g.EnrollmentID, h.From, h.To, cause, g.Reason, g.Actor)
	tx.queue(qMarkRelief, g.AccountID, g.EnrollmentID)
}

// EndHolds lets a day be the last one of every hold of an enrollment that goes
// on after it, and tells how many there were.
func (tx *Tx) EndHolds(account enrollment.AccountID, id enrollment.ID, last civil.Date) (int64, error) {
	return tx.exec(qEndHolds, account, id, last)
}

// MakeArrangement records an arrangement for good.
func (tx *Tx) MakeArrangement(g Granted, a standing.Arrangement) {
	id := tx.NewID()
	tx.queue(qInsertArrangement, g.AccountID, id, g.EnrollmentID, a.MadeOn, a.Through, g.Reason, g.Actor)
	for _, i := range a.Payments {
		tx.queue(qInsertInstallment, g.AccountID, id, i.DueOn, i.Amount)
	}
	tx.queue(qMarkRelief, g.AccountID, g.EnrollmentID)
}

// Extend moves a due date for an account, and tells whether it did: an
// extension is only ever replaced by a longer one. The letter about it is owed.
func (tx *Tx) Extend(account enrollment.AccountID, x standing.Extension, actor, reason string) (bool, error) {
	n, err := tx.exec(qExtend, account, x.Due, x.Until, reason, actor, tx.now)
	if err != nil || n == 0 {
		return false, err
	}
	tx.queue(qMarkReliefOfAll, account)
	return true, nil
}

// DueWithoutExtension gives the accounts from first to last with something
// unpaid, or a payment of an arrangement, that is due on a day and was not
// extended as far. There may be up to 1,000 in the range.
func (tx *ReadTx) DueWithoutExtension(first, last enrollment.AccountID, x standing.Extension) ([]enrollment.AccountID, error) {
	return collect(tx, qDueWithout, scalar[enrollment.AccountID], first, last, x.Due, x.Until)
}

// EndedWithoutExtension gives the accounts from first to last with coverage
// whose end was decided from one day to another, and a day that was not extended
// as far. There may be up to 1,000 in the range.
func (tx *ReadTx) EndedWithoutExtension(first, last enrollment.AccountID, x standing.Extension, from, to civil.Date) ([]enrollment.AccountID, error) {
	return collect(tx, qEndedWithout, scalar[enrollment.AccountID], first, last, x.Due, x.Until, from, to)
}
