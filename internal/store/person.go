package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/identity"
)

const (
	personColumns = `person_id, email_enc, password_hash, password_at, language, created_at`
	factorColumns = `person_id, factor_id, kind, name, secret_enc, last_step, added_at, used_at`
)

var (
	qInsertPerson = stmt("insert_person", `
		INSERT INTO person (person_id, email_enc, email_idx, password_hash, password_at, language, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qPerson            = stmt("person", `SELECT `+personColumns+` FROM person WHERE person_id = $1`)
	qPersonByEmail     = stmt("person_by_email", `SELECT `+personColumns+` FROM person WHERE email_idx = $1`)
	qSetPassword       = stmt("set_password", `UPDATE person SET password_hash = $2, password_at = $3 WHERE person_id = $1`)
	qRehashPassword    = stmt("rehash_password", `UPDATE person SET password_hash = $3 WHERE person_id = $1 AND password_hash = $2`)
	qSetPersonEmail    = stmt("set_person_email", `UPDATE person SET email_enc = $2, email_idx = $3 WHERE person_id = $1`)
	qSetPersonLanguage = stmt("set_person_language", `UPDATE person SET language = $2 WHERE person_id = $1`)

	qInsertFactor = stmt("insert_person_factor", `
		INSERT INTO person_factor (person_id, factor_id, kind, name, secret_enc, credential_idx, last_step, added_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qFactors            = stmt("person_factors", `SELECT `+factorColumns+` FROM person_factor WHERE person_id = $1 ORDER BY factor_id LIMIT 50`)
	qFactorByCredential = stmt("person_factor_by_credential", `SELECT `+factorColumns+` FROM person_factor WHERE credential_idx = $1`)
	qUseFactor          = stmt("use_person_factor", `
		UPDATE person_factor SET secret_enc = $3, used_at = $4 WHERE person_id = $1 AND factor_id = $2`)
	qUseStep = stmt("use_person_factor_step", `
		UPDATE person_factor SET last_step = $3, used_at = $4 WHERE person_id = $1 AND factor_id = $2 AND last_step < $3`)
	qDeleteFactor = stmt("delete_person_factor", `DELETE FROM person_factor WHERE person_id = $1 AND factor_id = $2`)

	qInsertBackupCode  = stmt("insert_backup_code", `INSERT INTO person_backup_code (person_id, code_idx) VALUES ($1, $2)`)
	qUseBackupCode     = stmt("use_backup_code", `DELETE FROM person_backup_code WHERE person_id = $1 AND code_idx = $2`)
	qDeleteBackupCodes = stmt("delete_backup_codes", `DELETE FROM person_backup_code WHERE person_id = $1`)
	qCountBackupCodes  = stmt("count_backup_codes", `SELECT COUNT(*) FROM person_backup_code WHERE person_id = $1`)

	qInsertPersonEvent = stmt("insert_person_event", `
		INSERT INTO person_event (person_id, event_id, kind, way, browser, network, network_idx, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qPersonEvents = stmt("person_events", `
		SELECT kind, way, browser, network, recorded_at FROM person_event WHERE person_id = $1 ORDER BY event_id DESC LIMIT $2`)
)

// Person is somebody who can sign in.
type Person struct {
	ID           identity.PersonID
	Email        pii.Secret
	PasswordHash pii.Secret
	PasswordAt   civil.Instant
	Language     string // of the pages; "" not chosen
	CreatedAt    civil.Instant
}

func (db *DB) emailIndex(email string) []byte {
	return db.vault.Index("person.email", identity.EmailKey(email))
}

func (db *DB) sealEmail(id identity.PersonID, email string) ([]byte, error) {
	return db.vault.Seal("person.email", id.String(), email)
}

// InsertPerson adds a person. An address that another one has is a Conflict
// (CodeDuplicate).
func (tx *Tx) InsertPerson(p Person) error {
	sealed, err := tx.db.sealEmail(p.ID, p.Email.Reveal())
	if err != nil {
		return err
	}
	_, err = tx.exec(qInsertPerson, p.ID, sealed, tx.db.emailIndex(p.Email.Reveal()), p.PasswordHash.Reveal(), p.PasswordAt, p.Language, p.CreatedAt)
	return err
}

func (tx *ReadTx) scanPerson(row func(...any) error) (p Person, err error) {
	var sealed []byte
	var hash string
	if err := row(&p.ID, &sealed, &hash, &p.PasswordAt, &p.Language, &p.CreatedAt); err != nil {
		return p, err
	}
	email, err := tx.db.vault.Unseal("person.email", p.ID.String(), sealed)
	p.Email, p.PasswordHash = pii.NewSecret(email), pii.NewSecret(hash)
	return p, err
}

// Person finds a person by key, or fault.NotFound.
func (tx *ReadTx) Person(id identity.PersonID) (Person, error) {
	return one(tx, qPerson, tx.scanPerson, id)
}

// PersonByEmail finds a person by address, or fault.NotFound.
func (tx *ReadTx) PersonByEmail(email string) (Person, error) {
	return one(tx, qPersonByEmail, tx.scanPerson, tx.db.emailIndex(email))
}

// SetPassword replaces the hash of a password.
func (tx *Tx) SetPassword(id identity.PersonID, hash pii.Secret) {
	tx.queue(qSetPassword, id, hash.Reveal(), tx.now)
}

// RehashPassword replaces the hash of the same password, unless it was changed
// meanwhile.
func (tx *Tx) RehashPassword(id identity.PersonID, was, is pii.Secret) {
	tx.queue(qRehashPassword, id, was.Reveal(), is.Reveal())
}

// SetPersonEmail replaces the address of a person: see InsertPerson.
func (tx *Tx) SetPersonEmail(id identity.PersonID, email string) error {
	sealed, err := tx.db.sealEmail(id, email)
	if err != nil {
		return err
	}
	_, err = tx.exec(qSetPersonEmail, id, sealed, tx.db.emailIndex(email))
	return err
}

// SetPersonLanguage replaces the language of the pages.
func (tx *Tx) SetPersonLanguage(id identity.PersonID, language string) {
	tx.queue(qSetPersonLanguage, id, language)
}

// Factor is a second step of a person. Secret is what proves it: the record of
// a passkey, the seed of an app, a phone number.
type Factor struct {
	Person     identity.PersonID
	ID         identity.FactorID
	Kind       identity.FactorKind
	Name       string
	Secret     pii.Secret
	Credential []byte // of a passkey, to find it by; written, never read
	LastStep   int64  // of an app: the time step of its last code
	Added      civil.Instant
	Used       civil.Instant
}

func (db *DB) sealFactor(f Factor) ([]byte, error) {
	return db.vault.Seal("person_factor.secret", f.Person.String()+f.ID.String(), f.Secret.Reveal())
}

// InsertFactor adds a second step.
func (tx *Tx) InsertFactor(f Factor) error {
	sealed, err := tx.db.sealFactor(f)
	if err != nil {
		return err
	}
	var index []byte
	if len(f.Credential) > 0 {
		index = tx.db.vault.Index("person_factor.credential", string(f.Credential))
	}
	_, err = tx.exec(qInsertFactor, f.Person, f.ID, string(f.Kind), f.Name, sealed, index, f.LastStep, tx.now)
	return err
}

func (tx *ReadTx) scanFactor(row func(...any) error) (f Factor, err error) {
	var sealed []byte
	if err := row(&f.Person, &f.ID, &f.Kind, &f.Name, &sealed, &f.LastStep, &f.Added, &f.Used); err != nil {
		return f, err
	}
	secret, err := tx.db.vault.Unseal("person_factor.secret", f.Person.String()+f.ID.String(), sealed)
	f.Secret = pii.NewSecret(secret)
	return f, err
}

// Factors gives the second steps of a person, in the order of setting up.
func (tx *ReadTx) Factors(id identity.PersonID) ([]Factor, error) {
	return collect(tx, qFactors, tx.scanFactor, id)
}

// FactorByCredential finds a passkey by its own identifier, or fault.NotFound.
func (tx *ReadTx) FactorByCredential(credential []byte) (Factor, error) {
	return one(tx, qFactorByCredential, tx.scanFactor, tx.db.vault.Index("person_factor.credential", string(credential)))
}

// UseFactor notes that a second step was taken, and keeps what it left in its
// secret.
func (tx *Tx) UseFactor(f Factor) error {
	sealed, err := tx.db.sealFactor(f)
	if err != nil {
		return err
	}
	tx.queue(qUseFactor, f.Person, f.ID, sealed, tx.now)
	return nil
}

// UseStep notes that the code of a time step was used. False: that one or a
// later one was used before.
func (tx *Tx) UseStep(f Factor, step int64) (bool, error) {
	n, err := tx.exec(qUseStep, f.Person, f.ID, step, tx.now)
	return n == 1, err
}

// DeleteFactor removes a second step and tells whether it was there.
func (tx *Tx) DeleteFactor(person identity.PersonID, id identity.FactorID) (bool, error) {
	n, err := tx.exec(qDeleteFactor, person, id)
	return n == 1, err
}

func (db *DB) backupIndex(person identity.PersonID, code string) []byte {
	return db.vault.Index("backup_code "+person.String(), code)
}

// PutBackupCodes replaces all backup codes of a person.
func (tx *Tx) PutBackupCodes(person identity.PersonID, codes []string) {
	tx.queue(qDeleteBackupCodes, person)
	for _, code := range codes {
		tx.queue(qInsertBackupCode, person, tx.db.backupIndex(person, code))
	}
}

// UseBackupCode takes a backup code away and tells whether it was there.
func (tx *Tx) UseBackupCode(person identity.PersonID, code string) (bool, error) {
	n, err := tx.exec(qUseBackupCode, person, tx.db.backupIndex(person, code))
	return n == 1, err
}

// BackupCodes counts the backup codes that are left.
func (tx *ReadTx) BackupCodes(person identity.PersonID) (int, error) {
	n, err := one(tx, qCountBackupCodes, scalar[int64], person)
	return int(n), err
}

// PersonEvent is something that happened to a person's sign-in.
type PersonEvent struct {
	Person  identity.PersonID
	Kind    PersonEventKind
	Way     identity.FactorKind // "" none
	From    identity.From       // when it is written
	Browser string              // when it is read
	Network string
	At      civil.Instant
}

// PersonEventKind is what happened to a person's sign-in.
type PersonEventKind string

// The kinds of event.
const (
	EventSignedUp        PersonEventKind = "signed_up"
	EventSignedIn        PersonEventKind = "signed_in"
	EventSignInFailed    PersonEventKind = "sign_in_failed" // a wrong password or second step
	EventLocked          PersonEventKind = "locked"         // too many tries
	EventSignedOut       PersonEventKind = "signed_out"     // one browser, by the person
	EventSignedOutOthers PersonEventKind = "signed_out_others"
	EventPasswordChanged PersonEventKind = "password_changed"
	EventPasswordReset   PersonEventKind = "password_reset"
	EventEmailChanged    PersonEventKind = "email_changed"
	EventFactorAdded     PersonEventKind = "factor_added"
	EventFactorRemoved   PersonEventKind = "factor_removed"
	EventBackupCodes     PersonEventKind = "backup_codes"
	EventBackupUsed      PersonEventKind = "backup_used"
	EventLinked          PersonEventKind = "linked"
	EventUnlinked        PersonEventKind = "unlinked"
	EventDelegateAdded   PersonEventKind = "delegate_added"
	EventDelegateRemoved PersonEventKind = "delegate_removed"
	EventDelivery        PersonEventKind = "delivery_changed"
	EventBankAdded       PersonEventKind = "bank_added" // a saved bank account
	EventBankRemoved     PersonEventKind = "bank_removed"
	EventAutoPayEnded    PersonEventKind = "autopay_ended" // of a helper who was removed
	EventTextsOn         PersonEventKind = "texts_on"
	EventTextsOff        PersonEventKind = "texts_off"
)

// RecordPersonEvent keeps for good what happened.
func (tx *Tx) RecordPersonEvent(e PersonEvent) {
	tx.queue(qInsertPersonEvent, e.Person, tx.NewID(), string(e.Kind), string(e.Way), e.From.Browser(), e.From.Coarse(), tx.db.networkIndex(e.From.Network), tx.now)
}

// networkIndex is what is kept of a network address: with the key, an address
// in question can be compared with it.
func (db *DB) networkIndex(network string) string {
	if network == "" {
		return ""
	}
	return db.vault.IndexText("person.network", network)
}

// PersonEvents gives the last events of a person, the latest first.
func (tx *ReadTx) PersonEvents(id identity.PersonID, limit int) ([]PersonEvent, error) {
	return collect(tx, qPersonEvents, func(row func(...any) error) (PersonEvent, error) {
		e := PersonEvent{Person: id}
		err := row(&e.Kind, &e.Way, &e.Browser, &e.Network, &e.At)
		return e, err
	}, id, limit)
}
