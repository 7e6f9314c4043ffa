package store

import (
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
)

const achEntryColumns = `account_id, ach_entry_id, kind, payment_id, refund_id, mandate_id, first_entry_id, bank_account_id, sec_code, payment_type, amount_cents, settle_on`

var (
	insertACHEntries = insertsOf("ach_entry", append(columnsOf(achEntryColumns), "state"))
	// What may not be presented again, or did not come back, finds no code here, and
	// the table refuses it.
	qInsertACHRetry = stmt("insert_ach_retry", `
		INSERT INTO ach_entry (`+achEntryColumns+`, state, first_code) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, 'waiting',
			(SELECT r.code FROM ach_entry f JOIN payment_return r ON r.account_id = f.account_id AND r.payment_id = f.payment_id
			WHERE f.account_id = $1 AND f.ach_entry_id = $7
				AND (r.code = 'R01' OR r.code = 'R09' OR r.code = 'R08')))`)
	qACHEntry = stmt("ach_entry", `
		SELECT `+achEntryColumns+`, state, file_id, COALESCE(trace, '') FROM ach_entry WHERE account_id = $1 AND ach_entry_id = $2`)
	qACHEntryOfPayment = stmt("ach_entry_of_payment", `
		SELECT `+achEntryColumns+`, state, file_id, COALESCE(trace, '') FROM ach_entry
		WHERE account_id = $1 AND payment_id = $2 AND kind IN ('debit', 'retry') ORDER BY ach_entry_id LIMIT 1`)
	// From the mandates, of which few are disputed, and not from what waits.
	qDisputedEntries = stmt("disputed_ach_entries", `
		SELECT e.account_id, e.ach_entry_id, e.payment_id FROM mandate m
		JOIN ach_entry e ON e.account_id = m.account_id AND e.mandate_id = m.mandate_id
		WHERE m.state = 'disputed' AND e.state = 'waiting' AND e.kind IN ('debit', 'retry')
			AND (e.account_id, e.ach_entry_id) > ($1, $2)
		ORDER BY e.account_id, e.ach_entry_id LIMIT $3`)
	qDraftNotTaken = stmt("draft_not_taken", `
		UPDATE draft SET reason = 'unauthorized' WHERE account_id = $1 AND payment_id = $2`)
	qPresentations = stmt("ach_presentations", `
		SELECT `+achEntryColumns+`, state, file_id, COALESCE(trace, '') FROM ach_entry
		WHERE account_id = $1 AND (ach_entry_id = $2 OR first_entry_id = $2) AND kind IN ('debit', 'retry') AND state <> 'dropped'
		ORDER BY ach_entry_id LIMIT 10`)
)

// NewACHEntryID makes an entry's identifier.
func (tx *Tx) NewACHEntryID() ach.EntryID { return ach.EntryID{UUID: tx.NewID()} }

// PutACHEntry queues an entry for the first file that settles on its day or
// later. A retry whose first presentation came back for a reason that forbids
// it, or has not come back, fails the transaction (ACH-32, ACH-33).
func (tx *Tx) PutACHEntry(e ach.Entry) {
	row := []any{
		e.AccountID, e.ID, string(e.Kind), e.PaymentID, e.RefundID, e.MandateID, e.FirstID, e.Bank,
		string(e.SEC), string(e.Type), e.Amount, e.SettleOn,
	}
	if e.Kind == ach.KindRetry {
		tx.queue(qInsertACHRetry, row...)
	} else {
		tx.insert(insertACHEntries, append(row, string(ach.StateWaiting))...)
	}
}

// InsertACHEntry queues a single WEB debit (ACH-01) for the next ACH file.
func (tx *Tx) InsertACHEntry(p payment.Payment, from payment.BankAccountID) {
	tx.PutACHEntry(ach.Entry{
		ID: tx.NewACHEntryID(), AccountID: p.AccountID, Kind: ach.KindDebit, PaymentID: p.ID, Bank: from,
		SEC: ach.WEB, Type: ach.Single, Amount: p.Amount, SettleOn: p.EffectiveOn,
	})
}

func scanACHEntry(row func(...any) error) (ach.Entry, error) {
	var e ach.Entry
	err := row(&e.AccountID, &e.ID, &e.Kind, &e.PaymentID, &e.RefundID, &e.MandateID, &e.FirstID, &e.Bank, &e.SEC, &e.Type,
		&e.Amount, &e.SettleOn, &e.State, &e.FileID, &e.Trace)
	return e, err
}

// ACHEntry finds an entry, or fault.NotFound.
func (tx *ReadTx) ACHEntry(account enrollment.AccountID, id ach.EntryID) (ach.Entry, error) {
	return one(tx, qACHEntry, scanACHEntry, account, id)
}

// ACHEntryOf finds the entry that collects a payment, or fault.NotFound.
func (tx *ReadTx) ACHEntryOf(account enrollment.AccountID, id payment.ID) (ach.Entry, error) {
	return one(tx, qACHEntryOfPayment, scanACHEntry, account, id)
}

// DisputedEntries gives up to limit debits, after one, that wait and whose
// mandate is disputed: no file may hold them (ACH-33).
func (tx *ReadTx) DisputedEntries(after ach.Entry, limit int) ([]ach.Entry, error) {
	return collect(tx, qDisputedEntries, func(row func(...any) error) (ach.Entry, error) {
		var e ach.Entry
		err := row(&e.AccountID, &e.ID, &e.PaymentID)
		return e, err
	}, orLowest(after.AccountID.UUID), orLowest(after.ID.UUID), limit)
}

// DraftNotTaken records on the draft of a payment that was taken back why its
// debit was never sent.
func (tx *Tx) DraftNotTaken(account enrollment.AccountID, id payment.ID) {
	tx.queue(qDraftNotTaken, account, id)
}

// Presentations gives an entry and its retries, the first of them first.
func (tx *ReadTx) Presentations(account enrollment.AccountID, first ach.EntryID) ([]ach.Entry, error) {
	return collect(tx, qPresentations, scanACHEntry, account, first)
}

// FiledEntry is an entry of a file with what the file says of it.
type FiledEntry struct {
	Seq          int64
	Kind         ach.Kind
	SEC          ach.SEC
	Type         ach.PaymentType
	Amount       int64 // cents
	Credit       bool  // it brings money to the Receiver
	Trace        string
	SubscriberID string
	Holder       string
	AccountType  payment.AccountType
	Routing      string
	Number       pii.Secret
}

var qFiledEntries = stmt("filed_entries", `
	SELECT e.file_seq, e.kind, e.sec_code, e.payment_type, e.amount_cents, CASE WHEN `+isCredit("e.")+` THEN 1 ELSE 0 END, e.trace, a.subscriber_id,
		e.bank_account_id, b.holder_name, b.kind, b.routing, b.number_enc
	FROM ach_entry e
	JOIN account a ON a.account_id = e.account_id
	JOIN bank_account b ON b.account_id = e.account_id AND b.bank_account_id = e.bank_account_id
	WHERE e.file_id = $1 AND e.file_seq > $2 ORDER BY e.file_seq LIMIT $3`)

// FiledEntries gives up to limit entries of a file after a place, with bank
// accounts decrypted: they are for the file to the bank and nothing else.
func (tx *ReadTx) FiledEntries(file ach.FileID, after int64, limit int) ([]FiledEntry, error) {
	return collect(tx, qFiledEntries, func(row func(...any) error) (FiledEntry, error) {
		var e FiledEntry
		var bank payment.BankAccountID
		var sealed []byte
		var credit int64
		err := row(&e.Seq, &e.Kind, &e.SEC, &e.Type, &e.Amount, &credit, &e.Trace, &e.SubscriberID, &bank, &e.Holder, &e.AccountType, &e.Routing, &sealed)
		if err != nil {
			return e, err
		}
		e.Credit = credit == 1
		number, err := tx.db.vault.Unseal("bank_account.number", bank.String(), sealed)
		e.Number = pii.NewSecret(number)
		return e, err
	}, file, after, limit)
}
