package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/identity"
)

const sessionColumns = `session_id, person_id, web_hash, browser, network, created_at, seen_at, confirmed_at, method`

var (
	qInsertPersonSession = stmt("insert_person_session", `
		INSERT INTO person_session (`+sessionColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	qPersonSession      = stmt("person_session", `SELECT `+sessionColumns+` FROM person_session WHERE session_id = $1`)
	qPersonSessions     = stmt("person_sessions", `SELECT `+sessionColumns+` FROM person_session WHERE person_id = $1 ORDER BY seen_at DESC LIMIT 50`)
	qTouchSession       = stmt("touch_person_session", `UPDATE person_session SET seen_at = $2 WHERE session_id = $1`)
	qBindSession        = stmt("bind_person_session", `UPDATE person_session SET web_hash = $2 WHERE session_id = $1`)
	qConfirmSession     = stmt("confirm_person_session", `UPDATE person_session SET confirmed_at = $2 WHERE session_id = $1`)
	qDeleteWebOfSession = stmt("delete_web_session_of", `
		DELETE FROM web_session WHERE token_hash IN (SELECT web_hash FROM person_session WHERE person_id = $1 AND session_id = $2)`)
	qDeletePersonSession = stmt("delete_person_session", `DELETE FROM person_session WHERE person_id = $1 AND session_id = $2`)
	qDeleteWebOfOthers   = stmt("delete_web_sessions_of_others", `
		DELETE FROM web_session WHERE token_hash IN (SELECT web_hash FROM person_session WHERE person_id = $1 AND session_id <> $2)`)
	qDeleteOtherSessions = stmt("delete_other_person_sessions", `DELETE FROM person_session WHERE person_id = $1 AND session_id <> $2`)
	qDropIdleSessions    = stmt("delete_idle_person_sessions", `DELETE FROM person_session WHERE seen_at <= $1`)

	qPutDevice = stmt("put_person_device", `
		INSERT INTO person_device (device_idx, person_id, until_at) VALUES ($1, $2, $3) ON CONFLICT (device_idx) DO NOTHING`)
	qDevice        = stmt("person_device", `SELECT COUNT(*) FROM person_device WHERE device_idx = $1 AND person_id = $2 AND until_at > $3`)
	qDeleteDevices = stmt("delete_person_devices", `DELETE FROM person_device WHERE person_id = $1`)
	qDropDevices   = stmt("delete_old_person_devices", `DELETE FROM person_device WHERE until_at <= $1`)
)

// PersonSession is a browser in which a person is signed in. Its moments are
// those of the machine's clock.
type PersonSession struct {
	ID        identity.SessionID
	Person    identity.PersonID
	Web       string // the hash under which the pages keep theirs; "" until it is bound
	Browser   string
	Network   string
	Created   civil.Instant
	Seen      civil.Instant
	Confirmed civil.Instant   // when the password was typed last
	Method    identity.Method // "" of sessions that are older than it
}

// InsertPersonSession keeps a session.
func (tx *Tx) InsertPersonSession(s PersonSession) {
	tx.queue(qInsertPersonSession, s.ID, s.Person, s.Web, s.Browser, s.Network, s.Created, s.Seen, s.Confirmed, string(s.Method))
}

func scanSession(row func(...any) error) (s PersonSession, err error) {
	err = row(&s.ID, &s.Person, &s.Web, &s.Browser, &s.Network, &s.Created, &s.Seen, &s.Confirmed, &s.Method)
	return s, err
}

// PersonSession finds a session, or fault.NotFound.
func (tx *ReadTx) PersonSession(id identity.SessionID) (PersonSession, error) {
	return one(tx, qPersonSession, scanSession, id)
}

// PersonSessions gives the sessions of a person, the last used first.
func (tx *ReadTx) PersonSessions(id identity.PersonID) ([]PersonSession, error) {
	return collect(tx, qPersonSessions, scanSession, id)
}

// TouchPersonSession notes that the person was here.
func (tx *Tx) TouchPersonSession(id identity.SessionID, now civil.Instant) {
	tx.queue(qTouchSession, id, now)
}

// BindPersonSession ties a session to that of the pages.
func (tx *Tx) BindPersonSession(id identity.SessionID, web string) { tx.queue(qBindSession, id, web) }

// ConfirmPersonSession notes that the password was typed.
func (tx *Tx) ConfirmPersonSession(id identity.SessionID, now civil.Instant) {
	tx.queue(qConfirmSession, id, now)
}

// EndPersonSession ends a session of a person and that of the pages with it. It
// tells whether it was there.
func (tx *Tx) EndPersonSession(person identity.PersonID, id identity.SessionID) (bool, error) {
	tx.queue(qDeleteWebOfSession, person, id)
	n, err := tx.exec(qDeletePersonSession, person, id)
	return n == 1, err
}

// EndPersonSessions ends all sessions of a person but one.
func (tx *Tx) EndPersonSessions(person identity.PersonID, but identity.SessionID) {
	tx.queue(qDeleteWebOfOthers, person, orLowest(but.UUID))
	tx.queue(qDeleteOtherSessions, person, orLowest(but.UUID))
}

// DeleteIdleSessions deletes sessions that nobody has used since a moment.
func (tx *Tx) DeleteIdleSessions(before civil.Instant) { tx.queue(qDropIdleSessions, before) }

func (db *DB) deviceIndex(token string) []byte { return db.vault.Index("person.device", token) }

// RememberDevice keeps the token of a device until a moment.
func (tx *Tx) RememberDevice(person identity.PersonID, token string, until civil.Instant) {
	tx.queue(qPutDevice, tx.db.deviceIndex(token), person, until)
}

// DeviceKnown tells whether a token is that of a device which the person asked
// to remember.
func (tx *ReadTx) DeviceKnown(person identity.PersonID, token string, now civil.Instant) (bool, error) {
	n, err := one(tx, qDevice, scalar[int64], tx.db.deviceIndex(token), person, now)
	return n == 1 && token != "", err
}

// ForgetDevices forgets all devices of a person.
func (tx *Tx) ForgetDevices(person identity.PersonID) { tx.queue(qDeleteDevices, person) }

// DeleteOldDevices forgets devices whose time is over.
func (tx *Tx) DeleteOldDevices(now civil.Instant) { tx.queue(qDropDevices, now) }
