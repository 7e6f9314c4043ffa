package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
)

var (
	qHeartbeat = stmt("heartbeat", `SELECT beat_at FROM heartbeat WHERE name = 'portal'`)
	// A clock that goes back, or that of a node that is behind, moves nothing.
	qBeat = stmt("beat", `
		INSERT INTO heartbeat (name, node, beat_at) VALUES ('portal', $1, $2)
		ON CONFLICT (name) DO UPDATE SET node = excluded.node, beat_at = excluded.beat_at WHERE heartbeat.beat_at < excluded.beat_at`)
	qInsertOutage = stmt("insert_outage", `
		INSERT INTO outage (outage_id, service, began_at, ended_at, cause, reason, actor, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qOutages = stmt("outages", `
		SELECT service, began_at, ended_at, cause, reason, actor FROM outage
		WHERE ended_at > $1 AND began_at < $2 ORDER BY began_at, outage_id LIMIT 10000`)
	qEndClosing = stmt("end_closing", `
		UPDATE outage SET ended_at = $1, reason = reason || '; opened by ' || $2 WHERE service = 'portal' AND cause = 'declared' AND began_at < $1 AND ended_at > $1`)
	qDropClosings = stmt("drop_closings", `
		DELETE FROM outage WHERE service = 'portal' AND cause = 'declared' AND began_at >= $1`)
	qExtendedTo = stmt("extended_to", `
		SELECT x.account_id, x.due_on FROM due_extension x
		WHERE x.until_on = $1 AND (x.account_id > $2 OR x.account_id = $2 AND x.due_on > $3)
			AND (EXISTS (SELECT 1 FROM charge c JOIN open_charge o ON o.account_id = c.account_id AND o.charge_id = c.charge_id
					WHERE c.account_id = x.account_id AND (c.due_on = x.due_on OR c.raised_due_on = x.due_on))
				OR NOT EXISTS (SELECT 1 FROM charge c WHERE c.account_id = x.account_id AND (c.due_on = x.due_on OR c.raised_due_on = x.due_on)))
		ORDER BY x.account_id, x.due_on LIMIT $4`)
)

// Service is what people could not use in an outage.
type Service string

// The services.
const (
	ServicePortal Service = "portal"
	ServiceCards  Service = "cards"
	ServiceBank   Service = "bank" // payments from bank accounts
)

// OutageCause is how we know of an outage.
type OutageCause string

// The causes.
const (
	OutageSilence  OutageCause = "silence"  // no node said that it serves
	OutageDeclared OutageCause = "declared" // staff say so
)

// Outage is a time in which people could not pay as they are used to.
type Outage struct {
	Service Service
	standing.Outage
	Cause  OutageCause
	Reason string
	Actor  string
}

// Closes tells whether the portal is closed at a moment, because that was
// declared ahead.
func (o Outage) Closes(at civil.Instant) bool {
	return o.Service == ServicePortal && o.Cause == OutageDeclared && !at.Before(o.From) && at.Before(o.To)
}

// EndClosings opens the portal again now, and forgets the closings that have not
// begun. It gives how many there were.
func (tx *Tx) EndClosings(by string) (int64, error) {
	ended, err := tx.exec(qEndClosing, tx.now, by)
	if err != nil {
		return 0, err
	}
	dropped, err := tx.exec(qDropClosings, tx.now)
	return ended + dropped, err
}

// Heartbeat gives when a node last said that it serves, or fault.NotFound.
func (tx *ReadTx) Heartbeat() (civil.Instant, error) {
	return one(tx, qHeartbeat, scalar[civil.Instant])
}

// Beat records that a node serves now.
func (tx *Tx) Beat(node string) { tx.queue(qBeat, node, tx.now) }

// InsertOutage records an outage.
func (tx *Tx) InsertOutage(o Outage) {
	tx.queue(qInsertOutage, tx.NewID(), string(o.Service), o.From, o.To, string(o.Cause), o.Reason, o.Actor, tx.now)
}

// Outages gives the outages that overlap a time, the oldest first.
func (tx *ReadTx) Outages(from, to civil.Instant) ([]Outage, error) {
	return collect(tx, qOutages, func(row func(...any) error) (Outage, error) {
		var o Outage
		err := row(&o.Service, &o.From, &o.To, &o.Cause, &o.Reason, &o.Actor)
		return o, err
	}, from, to)
}

// ExtendedTo gives up to limit extensions that end on a day, of accounts that
// have not paid what was due or had something else to pay by it, after one that
// was given before.
func (tx *ReadTx) ExtendedTo(until civil.Date, after AccountExtension, limit int) ([]AccountExtension, error) {
	return collect(tx, qExtendedTo, func(row func(...any) error) (AccountExtension, error) {
		x := AccountExtension{Extension: standing.Extension{Until: until}}
		err := row(&x.Account, &x.Due)
		return x, err
	}, until, orLowest(after.Account.UUID), orDawn(after.Due), limit)
}

// AccountsOf names the accounts of extensions with one due date.
func AccountsOf(all []AccountExtension, due civil.Date) []enrollment.AccountID {
	var ids []enrollment.AccountID
	for _, x := range all {
		if x.Due == due {
			ids = append(ids, x.Account)
		}
	}
	return ids
}
