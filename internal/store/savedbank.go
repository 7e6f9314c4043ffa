package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
)

const (
	savedWaits    = `s.validation_method IN ('prenote', 'micro') AND s.validation_ref = ''`
	savedSelected = `s.bank_account_id, a.holder_name, a.kind, a.routing, a.last_four, s.nickname, s.saved_on, s.removed_on, s.person_id,
	s.validation_method, CASE WHEN ` + savedWaits + ` THEN 1 ELSE 0 END`
)

var (
	// Saved again after it was removed, a bank account is as new.
	qSaveBank = stmt("save_bank_account", `
		INSERT INTO saved_bank_account (account_id, bank_account_id, person_id, nickname, saved_on, validated_at, validation_method, validation_ref)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (account_id, bank_account_id, COALESCE(person_id, account_id)) DO UPDATE SET nickname = excluded.nickname,
			saved_on = excluded.saved_on, removed_on = NULL, validated_at = excluded.validated_at,
			validation_method = excluded.validation_method, validation_ref = excluded.validation_ref`)
	qSavedBanks = stmt("saved_bank_accounts", `
		SELECT `+savedSelected+` FROM saved_bank_account s
		JOIN bank_account a ON a.account_id = s.account_id AND a.bank_account_id = s.bank_account_id
		WHERE s.account_id = $1 ORDER BY s.saved_on, s.bank_account_id, COALESCE(s.person_id, s.account_id) LIMIT 100`)
	qStoredBanks = stmt("stored_bank_accounts", `
		SELECT a.bank_account_id, a.holder_name, a.kind, a.routing, a.last_four, a.validated_at, a.validation_ref,
			CASE WHEN EXISTS (SELECT 1 FROM saved_bank_account s WHERE s.account_id = a.account_id AND s.bank_account_id = a.bank_account_id
				AND s.removed_on IS NULL AND `+savedWaits+`) THEN 1 ELSE 0 END
		FROM bank_account a
		WHERE a.account_id = $1 ORDER BY a.bank_account_id LIMIT 500`)
	qRenameBank = stmt("rename_bank_account", `
		UPDATE saved_bank_account SET nickname = $3
		WHERE account_id = $1 AND bank_account_id = $2 AND removed_on IS NULL AND COALESCE(person_id, account_id) = COALESCE($4, account_id)`)
	qRemoveBank = stmt("remove_bank_account", `
		UPDATE saved_bank_account SET removed_on = $3 WHERE account_id = $1 AND bank_account_id = $2 AND removed_on IS NULL`)

	qRemoveOwnBank = stmt("remove_own_bank_account", `
		UPDATE saved_bank_account SET removed_on = $3
		WHERE account_id = $1 AND bank_account_id = $2 AND removed_on IS NULL AND COALESCE(person_id, account_id) = COALESCE($4, account_id)`)

	qVouchBank = stmt("vouch_saved_bank", `
		UPDATE saved_bank_account SET validated_at = $3, validation_ref = $4
		WHERE account_id = $1 AND bank_account_id = $2 AND validation_method IN ('prenote', 'micro') AND validation_ref = ''`)
	qAnswerPrenote = stmt("answer_prenote", `
		UPDATE saved_bank_account SET validated_at = $3, validation_ref = $4
		WHERE account_id = $1 AND bank_account_id = $2 AND validation_method = 'prenote' AND validation_ref = ''`)

	qInsertMandateLetter = stmt("insert_mandate_letter", `
		INSERT INTO mandate_letter (account_id, letter_id, mandate_id, kind, version, draft_id, owed_on) VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qMandateLetters = stmt("mandate_letters_untold", `
		SELECT account_id, letter_id, mandate_id, kind, version, draft_id, owed_on FROM mandate_letter
		WHERE told_on IS NULL AND (account_id, letter_id) > ($1, $2) ORDER BY account_id, letter_id LIMIT $3`)
	qMandateLetter = stmt("mandate_letter", `
		SELECT account_id, letter_id, mandate_id, kind, version, draft_id, owed_on FROM mandate_letter
		WHERE account_id = $1 AND letter_id = $2 AND told_on IS NULL`)
	qMandateLetterTold = stmt("mandate_letter_told", `
		UPDATE mandate_letter SET told_on = $3 WHERE account_id = $1 AND letter_id = $2 AND told_on IS NULL`)
)

// SavedBank is a bank account that a signed-in person saved. Others of the
// account may have saved the same: each has theirs.
type SavedBank struct {
	payment.BankAccount // without its number
	LastFour            string
	Nickname            string
	SavedOn             civil.Date
	RemovedOn           civil.Date // zero: it is there
	Person              ident.UUID // who saved it
	Method              string     // how it was checked, or is being
	Waits               bool       // for the answer to a prenote or to micro-entries: nothing may be debited yet
}

// How a saved bank account was checked.
const (
	ValidatedByService = "service" // a validation service says that it takes debits
	ValidatedByBank    = "bank"    // the bank itself told the number (ACH-40)
	ValidatedByPrenote = "prenote" // the bank did not object to a prenote (ACH-10)
	ValidatedByMicro   = "micro"   // the member told what micro-entries had brought (ACH-11)
)

// SaveBank keeps a stored bank account for later payments, with the proof that
// it takes debits (R-AUTO-8).
func (tx *Tx) SaveBank(account enrollment.AccountID, b SavedBank, person ident.UUID, method, ref string) {
	tx.queue(qSaveBank, account, b.ID, person, b.Nickname, b.SavedOn, tx.now, method, ref)
}

// VouchBank records that the validation service knows a bank account by now,
// for all who saved it and wait.
func (tx *Tx) VouchBank(account enrollment.AccountID, id payment.BankAccountID, ref string) {
	tx.queue(qVouchBank, account, id, tx.now, ref)
}

// AnswerPrenote records what ends the wait for the bank's answer to a prenote.
func (tx *Tx) AnswerPrenote(account enrollment.AccountID, id payment.BankAccountID, ref string) {
	tx.queue(qAnswerPrenote, account, id, tx.now, ref)
}

// SavedBanks gives the bank accounts that were saved, also those removed.
func (tx *ReadTx) SavedBanks(account enrollment.AccountID) ([]SavedBank, error) {
	return collect(tx, qSavedBanks, func(row func(...any) error) (SavedBank, error) {
		var b SavedBank
		b.AccountID = account
		var waits int64
		err := row(&b.ID, &b.HolderName, &b.Type, &b.Routing, &b.LastFour, &b.Nickname, &b.SavedOn, &b.RemovedOn, &b.Person, &b.Method, &waits)
		b.Waits = waits == 1
		return b, err
	}, account)
}

// RenameBank gives a bank account that a person saved another nickname, and
// tells whether it is there.
func (tx *Tx) RenameBank(account enrollment.AccountID, id payment.BankAccountID, person ident.UUID, nickname string) (bool, error) {
	n, err := tx.exec(qRenameBank, account, id, nickname, person)
	return n == 1, err
}

// RemoveBank forgets a saved bank account, whoever saved it, and tells whether
// it was there.
func (tx *Tx) RemoveBank(account enrollment.AccountID, id payment.BankAccountID, on civil.Date) (bool, error) {
	n, err := tx.exec(qRemoveBank, account, id, on)
	return n > 0, err
}

// RemoveOwnBank is RemoveBank for what one person saved.
func (tx *Tx) RemoveOwnBank(account enrollment.AccountID, id payment.BankAccountID, person ident.UUID, on civil.Date) (bool, error) {
	n, err := tx.exec(qRemoveOwnBank, account, id, on, person)
	return n == 1, err
}

// ReplaceMandateBank puts a bank account in the place of another in the live
// mandate of an account, and tells whether it was there.
func (tx *Tx) ReplaceMandateBank(account enrollment.AccountID, from, to payment.BankAccountID) (bool, error) {
	n, err := tx.exec(qReplaceMandateBank, account, from, to)
	return n > 0, err
}

// OweMandateLetter notes that a letter about a mandate is owed.
func (tx *Tx) OweMandateLetter(l mandate.Letter) {
	tx.queue(qInsertMandateLetter, l.AccountID, l.ID, l.Mandate, string(l.Kind), l.Version, l.Draft, l.OwedOn)
}

func scanMandateLetter(row func(...any) error) (mandate.Letter, error) {
	var l mandate.Letter
	err := row(&l.AccountID, &l.ID, &l.Mandate, &l.Kind, &l.Version, &l.Draft, &l.OwedOn)
	return l, err
}

// MandateLetters gives up to limit letters that are owed, after one.
func (tx *ReadTx) MandateLetters(after mandate.Letter, limit int) ([]mandate.Letter, error) {
	return collect(tx, qMandateLetters, scanMandateLetter, orLowest(after.AccountID.UUID), orLowest(after.ID.UUID), limit)
}

// MandateLetter gives a letter that is still owed, or fault.NotFound.
func (tx *ReadTx) MandateLetter(account enrollment.AccountID, id mandate.LetterID) (mandate.Letter, error) {
	return one(tx, qMandateLetter, scanMandateLetter, account, id)
}

// MandateLetterTold records that a letter was written.
func (tx *Tx) MandateLetterTold(l mandate.Letter, on civil.Date) {
	tx.queue(qMandateLetterTold, l.AccountID, l.ID, on)
}

// StoredBank is a bank account without its number, and how it was checked.
type StoredBank struct {
	HolderName    string
	Type          payment.AccountType
	Routing       string
	LastFour      string
	ValidatedAt   civil.Instant
	ValidationRef string
	Waits         bool // as a saved account, see SavedBank
}

// StoredBanks gives the bank accounts of an account, saved or used once.
func (tx *ReadTx) StoredBanks(account enrollment.AccountID) (map[payment.BankAccountID]StoredBank, error) {
	all := map[payment.BankAccountID]StoredBank{}
	err := each(tx, qStoredBanks, func(row func(...any) error) error {
		var id payment.BankAccountID
		var b StoredBank
		var waits int64
		err := row(&id, &b.HolderName, &b.Type, &b.Routing, &b.LastFour, &b.ValidatedAt, &b.ValidationRef, &waits)
		b.Waits = waits != 0
		all[id] = b
		return err
	}, account)
	return all, err
}
