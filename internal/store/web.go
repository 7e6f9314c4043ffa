package store

import (
	"time"

	"quittance.org/quittance/internal/base/civil"
)

var (
	qPutSession = stmt("put_session", `
		INSERT INTO web_session (token_hash, data_enc, expires_at) VALUES ($1, $2, $3)
		ON CONFLICT (token_hash) DO UPDATE SET data_enc = excluded.data_enc, expires_at = excluded.expires_at`)
	qSession       = stmt("session", `SELECT data_enc FROM web_session WHERE token_hash = $1 AND expires_at > $2`)
	qDeleteSession = stmt("delete_session", `DELETE FROM web_session WHERE token_hash = $1`)
	qOldSessions   = stmt("delete_old_sessions", `DELETE FROM web_session WHERE expires_at <= $1`)

	qCountTry = stmt("count_try", `
		INSERT INTO throttle (throttle_key, window_start, tries) VALUES ($1, $2, 1)
		ON CONFLICT (throttle_key, window_start) DO UPDATE SET tries = throttle.tries + 1`)
	qTries       = stmt("tries", `SELECT CAST(COALESCE(SUM(tries), 0) AS BIGINT) FROM throttle WHERE throttle_key = $1 AND window_start > $2`)
	qOldTries    = stmt("delete_old_tries", `DELETE FROM throttle WHERE window_start <= $1`)
	qForgetTries = stmt("forget_tries", `DELETE FROM throttle WHERE throttle_key = $1`)
)

// PutSession keeps a browser session, encrypted, until it expires.
func (tx *Tx) PutSession(tokenHash string, data []byte, expires civil.Instant) error {
	sealed, err := tx.db.vault.Seal("web_session.data", tokenHash, string(data))
	if err != nil {
		return err
	}
	tx.queue(qPutSession, tokenHash, sealed, expires)
	return nil
}

// Session reads a session that has not expired at now; false if there is none.
func (tx *ReadTx) Session(tokenHash string, now civil.Instant) ([]byte, bool, error) {
	found, err := collect(tx, qSession, scalar[[]byte], tokenHash, now)
	if err != nil || len(found) == 0 {
		return nil, false, err
	}
	data, err := tx.db.vault.Unseal("web_session.data", tokenHash, found[0])
	return []byte(data), err == nil, err
}

// DeleteSession ends a session.
func (tx *Tx) DeleteSession(tokenHash string) { tx.queue(qDeleteSession, tokenHash) }

// throttleStep is how finely tries are counted within a window.
const throttleStep = time.Minute

// CountTry counts one try under a key.
func (tx *Tx) CountTry(key string) {
	tx.queue(qCountTry, key, civil.InstantOf(tx.now.Time().Truncate(throttleStep)))
}

// Tries counts the tries under a key within the last window.
func (tx *ReadTx) Tries(key string, window time.Duration) (int64, error) {
	return one(tx, qTries, scalar[int64], key, tx.now.Add(-window))
}

// ForgetTries sets a key's count back, after a success.
func (tx *Tx) ForgetTries(key string) { tx.queue(qForgetTries, key) }

// DeleteSessions deletes sessions that have expired at now.
func (tx *Tx) DeleteSessions(now civil.Instant) { tx.queue(qOldSessions, now) }

// DeleteTries deletes tries that are older than a window.
func (tx *Tx) DeleteTries(window time.Duration) { tx.queue(qOldTries, tx.now.Add(-window)) }
