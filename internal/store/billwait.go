package store

import (
	"encoding/json"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
)

var (
	// Asked again, the last words count; who was told is not told again.
	qPutBillWait = stmt("put_bill_wait", `
		INSERT INTO bill_wait (wait_id, asked_idx, asked_enc, language, asked_at, look_at, until_at) VALUES ($1, $2, $3, $4, $5, $5, $6)
		ON CONFLICT (asked_idx) DO UPDATE SET wait_id = excluded.wait_id, asked_enc = excluded.asked_enc, language = excluded.language,
			asked_at = excluded.asked_at, look_at = excluded.look_at, until_at = excluded.until_at
		WHERE bill_wait.told_at IS NULL`)
	qBillWaits = stmt("bill_waits", `
		SELECT wait_id, asked_enc, language FROM bill_wait WHERE told_at IS NULL AND look_at <= $1 ORDER BY look_at LIMIT $2`)
	qPutOffBillWait = stmt("put_off_bill_wait", `UPDATE bill_wait SET look_at = $2 WHERE wait_id = $1`)
	qBillWaitTold   = stmt("bill_wait_told", `UPDATE bill_wait SET told_at = $2, asked_enc = $3 WHERE wait_id = $1 AND told_at IS NULL`)
	qOldBillWaits   = stmt("delete_old_bill_waits", `DELETE FROM bill_wait WHERE until_at <= $1`)
	qHasBill        = stmt("account_has_bill", `SELECT COUNT(*) FROM (SELECT 1 FROM bill WHERE account_id = $1 LIMIT 1) b`)
)

// BillWait is somebody who waits for a bill that was not there when they looked
// for it (F3).
type BillWait struct {
	ID        ident.UUID
	Kind      string // of Number: which one was typed
	Number    string
	BirthDate civil.Date // or
	ZIP       string
	Email     pii.Secret
	Language  string
}

// billWaitAsked is what is sealed of a BillWait.
type billWaitAsked struct {
	Kind      string     `json:"kind"`
	Number    string     `json:"number"`
	BirthDate civil.Date `json:"birth_date,omitzero"`
	ZIP       string     `json:"zip,omitempty"`
	Email     string     `json:"email"`
}

// PutBillWait keeps that somebody waits, until a moment. Who waits for the same
// number at the same address already waits as last said.
func (tx *Tx) PutBillWait(w BillWait, until civil.Instant) error {
	email := w.Email.Reveal()
	text, err := json.Marshal(billWaitAsked{w.Kind, w.Number, w.BirthDate, w.ZIP, email})
	if err != nil {
		return err
	}
	sealed, err := tx.db.vault.Seal("bill_wait.asked", w.ID.String(), string(text))
	if err == nil {
		index := tx.db.vault.Index("bill_wait", w.Kind+w.Number+"\n"+identity.EmailKey(email))
		tx.queue(qPutBillWait, w.ID, index, sealed, w.Language, tx.now, until)
	}
	return err
}

// BillWaits gives up to limit people whose bill is to be looked for, who waited
// longest first.
func (tx *ReadTx) BillWaits(limit int) ([]BillWait, error) {
	return collect(tx, qBillWaits, func(row func(...any) error) (w BillWait, err error) {
		var sealed []byte
		if err := row(&w.ID, &sealed, &w.Language); err != nil {
			return w, err
		}
		text, err := tx.db.vault.Unseal("bill_wait.asked", w.ID.String(), sealed)
		if err != nil {
			return w, err
		}
		var asked billWaitAsked
		err = json.Unmarshal([]byte(text), &asked)
		w.Kind, w.Number, w.BirthDate, w.ZIP, w.Email = asked.Kind, asked.Number, asked.BirthDate, asked.ZIP, pii.NewSecret(asked.Email)
		return w, err
	}, tx.now, limit)
}

// PutOffBillWait looks for a bill again at a later moment.
func (tx *Tx) PutOffBillWait(id ident.UUID, to civil.Instant) { tx.queue(qPutOffBillWait, id, to) }

// BillWaitTold records that somebody was told and empties what they typed. It
// says false when they were told before.
func (tx *Tx) BillWaitTold(id ident.UUID) (bool, error) {
	n, err := tx.exec(qBillWaitTold, id, tx.now, []byte{})
	return n == 1, err
}

// DeleteBillWaits deletes those whose time is over.
func (tx *Tx) DeleteBillWaits() { tx.queue(qOldBillWaits, tx.now) }

// HasBill tells whether an account has had a bill.
func (tx *ReadTx) HasBill(id enrollment.AccountID) (bool, error) {
	n, err := one(tx, qHasBill, scalar[int64], id)
	return n > 0, err
}
