package store

import (
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
)

var (
	qInsertReceiptConsent = stmt("insert_receipt_text_consent", `
		INSERT INTO receipt_text_consent (account_id, intent_id, number_idx, number_enc, consent_version, text_version, language, wording, network,
			session_hash, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	// Of a payment, which is what the text is about.
	qReceiptTextWanted = stmt("receipt_text_wanted", `
		SELECT COUNT(*) FROM payment p JOIN receipt_text_consent c ON c.account_id = p.account_id AND c.intent_id = p.intent_id
		WHERE p.account_id = $1 AND p.payment_id = $2 AND c.number_idx = $3`)
	qReceiptNumberLanguage = stmt("receipt_number_language", `
		SELECT language FROM receipt_text_consent WHERE number_idx = $1 ORDER BY recorded_at DESC LIMIT 1`)
	qStopTexts    = stmt("stop_texts", `INSERT INTO text_stop (number_idx, stopped_at) VALUES ($1, $2) ON CONFLICT (number_idx) DO NOTHING`)
	qTextsStopped = stmt("texts_stopped", `SELECT COUNT(*) FROM text_stop WHERE number_idx = $1`)
	qStartTexts   = stmt("start_texts", `DELETE FROM text_stop WHERE number_idx = $1`)
)

// ReceiptConsent is what a payer agreed to who gave a number for one text.
type ReceiptConsent struct {
	Number      pii.Secret // ten digits
	Version     string     // of the terms: texting.ReceiptVersion
	TextVersion string     // of their words
	Language    string     // of the words
	Wording     string     // as they were shown
}

// InsertReceiptConsent keeps a consent for good, with the moment, the network and
// the session of the authorization it was given with: that of an intent.
func (tx *Tx) InsertReceiptConsent(i IntentRow, c ReceiptConsent) error {
	digits := c.Number.Reveal()
	sealed, err := tx.db.vault.Seal("receipt_text_consent", i.ID.String(), digits)
	if err == nil {
		tx.queue(qInsertReceiptConsent, i.AccountID, i.ID, tx.db.textIndex(digits), sealed, c.Version, c.TextVersion, c.Language, c.Wording,
			i.Authorization.Network, i.Authorization.SessionHash, i.SubmittedAt)
	}
	return err
}

// ReceiptTextWanted tells whether the payer of a payment has asked for a text to
// a number, and the number has not said STOP.
func (tx *ReadTx) ReceiptTextWanted(account enrollment.AccountID, payment ident.UUID, number pii.Secret) (bool, error) {
	index := tx.db.textIndex(number.Reveal())
	asked, err := one(tx, qReceiptTextWanted, scalar[int64], account, payment, index)
	if err != nil || asked == 0 {
		return false, err
	}
	stopped, err := one(tx, qTextsStopped, scalar[int64], index)
	return stopped == 0, err
}

// ReceiptLanguage gives the language of the last payer who gave a number, false
// if nobody has.
func (tx *ReadTx) ReceiptLanguage(digits string) (language string, given bool, err error) {
	found, err := collect(tx, qReceiptNumberLanguage, scalar[string], tx.db.textIndex(digits))
	if err != nil || len(found) == 0 {
		return "", false, err
	}
	return found[0], true, nil
}

// StopTexts notes that a number has said STOP, and says false when it had
// before.
func (tx *Tx) StopTexts(digits string) (bool, error) {
	n, err := tx.exec(qStopTexts, tx.db.textIndex(digits), tx.now)
	return n == 1, err
}

// StartTexts notes that a number wants texts again.
func (tx *Tx) StartTexts(digits string) { tx.queue(qStartTexts, tx.db.textIndex(digits)) }
