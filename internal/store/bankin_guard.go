package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/ach"
)

var (
	// By batches, which are of one kind and grow with their entries (I11): of the
	// entries themselves there are more every day.
	qGuardDebits = stmt("guard_debits", `
		SELECT CAST(COALESCE(SUM(b.entries), 0) AS BIGINT) FROM ach_file f JOIN ach_batch b ON b.file_id = f.file_id
		WHERE f.settle_on > $1 AND f.settle_on <= $2 AND f.state <> 'withdrawn' AND b.kind IN ('debit', 'retry')`)
	qGuardReturns = stmt("guard_returns", `
		SELECT class, COUNT(*) FROM ach_return WHERE returned_on > $1 AND returned_on <= $2 AND kind IN ('debit', 'retry')
		GROUP BY class ORDER BY class`)
	qPutGuard = stmt("put_guard", `
		INSERT INTO ach_guard (guard_on, debits, unauthorized, administrative, returned, level, judged_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (guard_on) DO UPDATE SET debits = excluded.debits, unauthorized = excluded.unauthorized,
			administrative = excluded.administrative, returned = excluded.returned, level = excluded.level, judged_at = excluded.judged_at`)
	qInsertRelease = stmt("insert_guard_release", `
		INSERT INTO ach_guard_release (release_id, rates, actor, second, reason, released_on, released_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qLastRelease = stmt("last_guard_release", `
		SELECT rates, actor, second, reason, released_on FROM ach_guard_release ORDER BY release_id DESC LIMIT 1`)
)

// GuardCounts counts the debits that settled and the returns that came after
// one day, up to another (ACH-34).
func (tx *ReadTx) GuardCounts(after, to civil.Date) (ach.Returned, error) {
	var n ach.Returned
	var err error
	if n.Debits, err = one(tx, qGuardDebits, scalar[int64], after, to); err != nil {
		return n, err
	}
	err = each(tx, qGuardReturns, func(row func(...any) error) error {
		var class ach.Class
		var count int64
		if err := row(&class, &count); err != nil {
			return err
		}
		switch class {
		case ach.ClassUncounted:
			return nil
		case ach.ClassUnauthorized:
			n.Unauthorized = count
		case ach.ClassAdministrative:
			n.Administrative = count
		case ach.ClassOther:
		}
		n.All += count
		return nil
	}, after, to)
	return n, err
}

// PutGuard records how the return rates stood on a day.
func (tx *Tx) PutGuard(on civil.Date, n ach.Returned, level ach.Level) {
	tx.queue(qPutGuard, on, n.Debits, n.Unauthorized, n.Administrative, n.All, string(level), tx.now)
}

// GuardRelease is that two people let debits go on in spite of the rates.
type GuardRelease struct {
	Rates         string // as JSON
	Actor, Second string
	Reason        string
	On            civil.Date
}

// InsertGuardRelease records a release.
func (tx *Tx) InsertGuardRelease(r GuardRelease) {
	tx.queue(qInsertRelease, ident.ID[GuardRelease]{UUID: tx.NewID()}, r.Rates, r.Actor, r.Second, r.Reason, r.On, tx.now)
}

// LastGuardRelease gives the newest release, or fault.NotFound.
func (tx *ReadTx) LastGuardRelease() (GuardRelease, error) {
	return one(tx, qLastRelease, func(row func(...any) error) (GuardRelease, error) {
		var r GuardRelease
		err := row(&r.Rates, &r.Actor, &r.Second, &r.Reason, &r.On)
		return r, err
	})
}
