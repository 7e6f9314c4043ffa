package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/texting"
)

const textNumberColumns = `t.account_id, t.number_enc, t.person_id, t.state, t.state_at`

var (
	qPutTextNumber = stmt("put_text_number", `
		INSERT INTO text_number (account_id, number_idx, number_enc, person_id, state, state_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account_id, number_idx) DO UPDATE
		SET number_enc = excluded.number_enc, person_id = excluded.person_id, state = excluded.state, state_at = excluded.state_at`)
	qTextNumbers = stmt("text_numbers", `
		SELECT `+textNumberColumns+` FROM text_number t WHERE t.account_id = $1 ORDER BY t.state_at DESC, t.number_idx LIMIT 50`)
	// Of a phone, over all accounts. Numbers whose person is no member any more are
	// left out: nothing may start again there.
	qNumberAccounts = stmt("number_accounts", `
		SELECT `+textNumberColumns+` FROM text_number t
		JOIN coverage_link l ON l.account_id = t.account_id AND l.person_id = t.person_id AND l.role = 'member' AND l.ended_at IS NULL
		WHERE t.number_idx = $1 ORDER BY t.account_id LIMIT 200`)
	qTextTo = stmt("text_to", `
		SELECT `+textNumberColumns+` FROM text_number t
		JOIN coverage_link l ON l.account_id = t.account_id AND l.person_id = t.person_id AND l.role = 'member' AND l.ended_at IS NULL
		WHERE t.account_id = $1 AND t.state = 'on' ORDER BY t.number_idx LIMIT 20`)
	qInsertTextConsent = stmt("insert_text_consent", `
		INSERT INTO text_consent (account_id, consent_id, person_id, state, how, number_idx, number_enc, consent_version, text_version, language,
			wording, browser, network_idx, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`)
	qTextConsents = stmt("text_consents", `
		SELECT person_id, state, how, consent_id, number_enc, consent_version, text_version, language, wording, recorded_at
		FROM text_consent WHERE account_id = $1 ORDER BY consent_id LIMIT 200`)
	qHeardText = stmt("heard_text", `
		INSERT INTO text_heard (heard_id, number_idx, word, heard_at) VALUES ($1, $2, $3, $4) ON CONFLICT (heard_id) DO NOTHING`)
	qDropHeardTexts = stmt("delete_heard_texts", `DELETE FROM text_heard WHERE heard_at <= $1`)
)

// TextNumber is a number of an account that a person has agreed to texts for,
// or did.
type TextNumber struct {
	Account enrollment.AccountID
	Person  identity.PersonID
	Number  pii.Secret // ten digits
	State   texting.State
	At      civil.Instant
}

func (db *DB) textIndex(digits string) []byte { return db.vault.Index("text.number", digits) }

// PutTextNumber keeps what a number of an account is.
func (tx *Tx) PutTextNumber(n TextNumber) error {
	digits := n.Number.Reveal()
	sealed, err := tx.db.vault.Seal("text_number", n.Account.String(), digits)
	if err == nil {
		tx.queue(qPutTextNumber, n.Account, tx.db.textIndex(digits), sealed, n.Person, string(n.State), tx.now)
	}
	return err
}

func (tx *ReadTx) scanTextNumber(row func(...any) error) (n TextNumber, err error) {
	var sealed []byte
	if err := row(&n.Account, &sealed, &n.Person, &n.State, &n.At); err != nil {
		return n, err
	}
	digits, err := tx.db.vault.Unseal("text_number", n.Account.String(), sealed)
	n.Number = pii.NewSecret(digits)
	return n, err
}

// TextNumbers gives all numbers of an account, the latest change first.
func (tx *ReadTx) TextNumbers(account enrollment.AccountID) ([]TextNumber, error) {
	return collect(tx, qTextNumbers, tx.scanTextNumber, account)
}

// TextTo gives the numbers that texts about an account go to: agreed to, proven,
// and of a person who is a member still.
func (tx *ReadTx) TextTo(account enrollment.AccountID) ([]TextNumber, error) {
	return collect(tx, qTextTo, tx.scanTextNumber, account)
}

// NumberAccounts gives the accounts that a number is of, as long as its person
// is a member.
func (tx *ReadTx) NumberAccounts(digits string) ([]TextNumber, error) {
	return collect(tx, qNumberAccounts, tx.scanTextNumber, tx.db.textIndex(digits))
}

// TextConsent is an agreement to texts or the end of one, with its proof.
type TextConsent struct {
	TextNumber
	How         texting.How
	Version     string // of the terms: texting.ConsentVersion
	TextVersion string // of their words
	Language    string
	Wording     string // as it was shown; "" when nothing was
	From        identity.From
}

// RecordTextConsent records an agreement, or its end, for good, and what the
// number is from now on.
func (tx *Tx) RecordTextConsent(c TextConsent) error {
	id := tx.NewID()
	digits := c.Number.Reveal()
	sealed, err := tx.db.vault.Seal("text_consent", id.String(), digits)
	if err != nil {
		return err
	}
	tx.queue(qInsertTextConsent, c.Account, id, c.Person, string(c.State), string(c.How), tx.db.textIndex(digits), sealed, c.Version, c.TextVersion,
		c.Language, c.Wording, c.From.Browser(), tx.db.networkIndex(c.From.Network), tx.now)
	return tx.PutTextNumber(c.TextNumber)
}

// TextConsents gives the record of an account, the oldest first.
func (tx *ReadTx) TextConsents(account enrollment.AccountID) ([]TextConsent, error) {
	return collect(tx, qTextConsents, func(row func(...any) error) (c TextConsent, err error) {
		var id ident.UUID
		var sealed []byte
		c.Account = account
		if err := row(&c.Person, &c.State, &c.How, &id, &sealed, &c.Version, &c.TextVersion, &c.Language, &c.Wording, &c.At); err != nil {
			return c, err
		}
		digits, err := tx.db.vault.Unseal("text_consent", id.String(), sealed)
		c.Number = pii.NewSecret(digits)
		return c, err
	}, account)
}

// HeardText notes a message from a phone, and says false when it was noted
// before.
func (tx *Tx) HeardText(id, digits string, word texting.Word) (bool, error) {
	n, err := tx.exec(qHeardText, id, tx.db.textIndex(digits), string(word), tx.now)
	return n == 1, err
}

// DeleteHeardTexts deletes the notes of messages that came before a moment.
func (tx *Tx) DeleteHeardTexts(before civil.Instant) { tx.queue(qDropHeardTexts, before) }
