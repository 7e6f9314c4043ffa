package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/store/vault"
)

var (
	qInsertChallenge = stmt("insert_challenge", `
		INSERT INTO person_challenge (ticket, purpose, person_id, account_id, payload_enc, way, code_idx, code_until, tries, codes, expires_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10)`)
	qChallenge = stmt("challenge", `
		SELECT ticket, purpose, person_id, account_id, payload_enc, way, code_idx, code_until, tries, codes, expires_at
		FROM person_challenge WHERE ticket = $1 AND expires_at > $2`)
	qSetChallengeCode = stmt("set_challenge_code", `
		UPDATE person_challenge SET way = $2, code_idx = $3, code_until = $4, tries = 0, codes = codes + 1 WHERE ticket = $1`)
	qCountChallengeTry = stmt("count_challenge_try", `UPDATE person_challenge SET tries = tries + 1 WHERE ticket = $1`)
	qDeleteChallenge   = stmt("delete_challenge", `DELETE FROM person_challenge WHERE ticket = $1`)
	qDropChallenges    = stmt("delete_old_challenges", `DELETE FROM person_challenge WHERE expires_at <= $1`)
	qDropChallengesOf  = stmt("delete_challenges_of", `DELETE FROM person_challenge WHERE person_id = $1`)
)

// Purpose is what a challenge is for.
type Purpose string

// The purposes.
const (
	PurposeSignUp        Purpose = "sign_up"
	PurposeSignIn        Purpose = "sign_in"
	PurposeReset         Purpose = "reset"
	PurposePasskeySignIn Purpose = "passkey_sign_in"
	PurposePasskeyStep   Purpose = "passkey_step"
	PurposePasskeyAdd    Purpose = "passkey_add"
	PurposeApp           Purpose = "app"
	PurposePhone         Purpose = "phone"
	PurposeEmail         Purpose = "email"
	PurposePaperless     Purpose = "paperless"
	PurposeLink          Purpose = "link"
	PurposeTexts         Purpose = "texts" // a number that bills are told to
)

// Challenge is a step that waits for its answer. Code is the one-time code as
// it goes out: it is written as a keyed hash and never read.
type Challenge struct {
	Ticket    identity.Ticket
	Purpose   Purpose
	Person    identity.PersonID
	Account   enrollment.AccountID
	Payload   string // what else the step needs; sealed
	Way       identity.FactorKind
	Code      string
	CodeUntil civil.Instant
	Tries     int // wrong answers to the present code
	Codes     int // sent so far
	Expires   civil.Instant
	codeIndex []byte
}

// NewTicket makes a ticket.
func (tx *Tx) NewTicket() identity.Ticket { return identity.Ticket{UUID: tx.NewID()} }

// challengeCode binds a code to its ticket: equal codes do not show as equal.
func (db *DB) challengeCode(t identity.Ticket, code string) []byte {
	if code == "" {
		return nil
	}
	return db.vault.Index("challenge "+t.String(), code)
}

// InsertChallenge keeps a step.
func (tx *Tx) InsertChallenge(c Challenge) error {
	sealed, err := tx.db.vault.Seal("challenge.payload", c.Ticket.String(), c.Payload)
	if err != nil {
		return err
	}
	tx.queue(qInsertChallenge, c.Ticket, string(c.Purpose), c.Person, c.Account, sealed, string(c.Way),
		tx.db.challengeCode(c.Ticket, c.Code), c.CodeUntil, int64(c.Codes), c.Expires)
	return nil
}

// Challenge finds a step that is not too old, or fault.NotFound.
func (tx *ReadTx) Challenge(t identity.Ticket, now civil.Instant) (Challenge, error) {
	return one(tx, qChallenge, func(row func(...any) error) (c Challenge, err error) {
		var sealed []byte
		var tries, codes int64
		if err := row(&c.Ticket, &c.Purpose, &c.Person, &c.Account, &sealed, &c.Way, &c.codeIndex, &c.CodeUntil, &tries, &codes, &c.Expires); err != nil {
			return c, err
		}
		c.Tries, c.Codes = int(tries), int(codes)
		c.Payload, err = tx.db.vault.Unseal("challenge.payload", c.Ticket.String(), sealed)
		return c, err
	}, t, now)
}

// CodeMatches compares a typed code with the challenge's, in constant time.
func (tx *ReadTx) CodeMatches(c Challenge, code string) bool {
	return len(c.codeIndex) > 0 && vault.Equal(c.codeIndex, tx.db.challengeCode(c.Ticket, code))
}

// SetChallengeCode replaces the code of a step, and counts it.
func (tx *Tx) SetChallengeCode(c Challenge) {
	tx.queue(qSetChallengeCode, c.Ticket, string(c.Way), tx.db.challengeCode(c.Ticket, c.Code), c.CodeUntil)
}

// CountChallengeTry counts a wrong answer.
func (tx *Tx) CountChallengeTry(t identity.Ticket) { tx.queue(qCountChallengeTry, t) }

// DeleteChallenge ends a step and tells whether it was there: of two who answer
// at the same time, one.
func (tx *Tx) DeleteChallenge(t identity.Ticket) (bool, error) {
	n, err := tx.exec(qDeleteChallenge, t)
	return n == 1, err
}

// DeleteChallengesOf ends all steps of a person.
func (tx *Tx) DeleteChallengesOf(id identity.PersonID) { tx.queue(qDropChallengesOf, id) }

// DeleteOldChallenges deletes steps that nobody answered.
func (tx *Tx) DeleteOldChallenges(now civil.Instant) { tx.queue(qDropChallenges, now) }
