package store

import (
	"encoding/json"
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
)

var (
	qLastBillNumber = stmt("last_bill_number", `SELECT n FROM counter WHERE name = 'bill_no'`)
	qMarkBills      = stmt("mark_bills", `
		INSERT INTO bill_mark (marked_on, bill_no) VALUES ($1, $2) ON CONFLICT (marked_on) DO NOTHING`)
	qBillMark           = stmt("bill_mark", `SELECT COALESCE(MAX(bill_no), '') FROM bill_mark WHERE marked_on < $1`)
	qDropBillMarks      = stmt("drop_bill_marks", `DELETE FROM bill_mark WHERE bill_no < $1`)
	qBillsWithoutLetter = stmt("bills_without_letter", `
		SELECT b.bill_no, b.document, b.link_code FROM bill b
		WHERE b.bill_no > $1 AND b.due_on >= $2
			AND NOT EXISTS (SELECT 1 FROM message m WHERE m.account_id = b.account_id AND m.source_id = b.bill_id)
			AND NOT EXISTS (SELECT 1 FROM letter_exception x WHERE x.account_id = b.account_id AND x.source_id = b.bill_id)
		ORDER BY b.bill_no LIMIT $3`)
	qBillsSetAside = stmt("bills_with_letter_set_aside", `
		SELECT b.bill_no, b.document, b.link_code FROM letter_exception x
		JOIN bill b ON b.account_id = x.account_id AND b.bill_id = x.source_id
		WHERE x.about = 'bill' AND b.bill_no > $1 AND b.due_on >= $2 ORDER BY b.bill_no LIMIT $3`)
	qReturnsWithoutLetter = stmt("returns_without_letter", `
		SELECT r.returned_on, r.account_id, r.payment_id, r.code, r.amount_cents FROM payment_return r
		WHERE r.returned_on >= $1 AND r.code <> 'canceled' AND (r.returned_on > $2 OR r.returned_on = $2 AND r.account_id > $3)
			AND NOT EXISTS (SELECT 1 FROM message m WHERE m.account_id = r.account_id AND m.source_id = r.payment_id AND m.template = $4)
		ORDER BY r.returned_on, r.account_id LIMIT $5`)
	qExtensionsUntold = stmt("extensions_untold", `
		SELECT account_id, due_on, until_on FROM due_extension
		WHERE told_on IS NULL AND until_on >= $1 AND (account_id > $2 OR account_id = $2 AND due_on > $3)
		ORDER BY account_id, due_on LIMIT $4`)
	qExtensionTold = stmt("extension_told", `
		UPDATE due_extension SET told_on = $3 WHERE account_id = $1 AND due_on = $2 AND told_on IS NULL`)

	qPutAddress = stmt("put_mailing_address", `
		INSERT INTO mailing_address (account_id, lines_enc) VALUES ($1, $2)
		ON CONFLICT (account_id) DO UPDATE SET lines_enc = excluded.lines_enc`)
	qAddress = stmt("mailing_address", `SELECT lines_enc FROM mailing_address WHERE account_id = $1`)

	qPutLetterException = stmt("put_letter_exception", `
		INSERT INTO letter_exception (account_id, source_id, about, code, reason, recorded_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (account_id, source_id) DO UPDATE
		SET about = excluded.about, code = excluded.code, reason = excluded.reason, recorded_at = excluded.recorded_at`)
	qDeleteLetterException = stmt("delete_letter_exception", `DELETE FROM letter_exception WHERE account_id = $1 AND source_id = $2`)
	qLetterExceptions      = stmt("letter_exceptions", `
		SELECT account_id, source_id, about, code, reason FROM letter_exception ORDER BY account_id, source_id LIMIT $1`)
)

// IssuedBill is a bill with the code of its short address.
type IssuedBill struct {
	*bill.Bill
	Link ident.Confirmation
}

func scanIssuedBill(row func(...any) error) (IssuedBill, error) {
	b := IssuedBill{Bill: &bill.Bill{}}
	var number, document, code string
	if err := row(&number, &document, &code); err != nil {
		return b, err
	}
	b.Link = ident.Confirmation(code)
	if err := json.Unmarshal([]byte(document), b.Bill); err != nil {
		return b, fmt.Errorf("bill %s: %w", number, err)
	}
	return b, nil
}

// billMarkDays is for how long a bill number that was given out may wait for
// its bill: a run ends within hours.
const billMarkDays = 2

// MarkBills notes how far bill numbers are given out today, and gives the
// number after which a bill may be without a letter.
func (tx *Tx) MarkBills(today civil.Date) (after string, err error) {
	last, err := one(tx.ReadTx, qLastBillNumber, scalar[int64])
	if err != nil {
		return "", err
	}
	tx.queue(qMarkBills, today, fmt.Sprintf("%08d", last))
	after, err = one(tx.ReadTx, qBillMark, scalar[string], today.AddDays(1-billMarkDays))
	if err == nil {
		tx.queue(qDropBillMarks, after)
	}
	return after, err
}

// BillsWithoutLetter gives up to limit bills with a number after one, still
// payable on a day, that no letter was written for. Those set aside are left
// out.
func (tx *ReadTx) BillsWithoutLetter(after string, today civil.Date, limit int) ([]IssuedBill, error) {
	return collect(tx, qBillsWithoutLetter, scanIssuedBill, after, today, limit)
}

// BillsSetAside gives up to limit bills with a number after one, still payable
// on a day, whose letter was set aside.
func (tx *ReadTx) BillsSetAside(after string, today civil.Date, limit int) ([]IssuedBill, error) {
	return collect(tx, qBillsSetAside, scanIssuedBill, after, today, limit)
}

// ReturnedPayment is a payment that was taken back.
type ReturnedPayment struct {
	Account   enrollment.AccountID
	PaymentID payment.ID
	PaymentReturn
}

// ReturnsWithoutLetter gives up to limit payments taken back on or after a
// day, after one that was given before, that no letter of a template was
// written about.
func (tx *ReadTx) ReturnsWithoutLetter(template string, since civil.Date, after ReturnedPayment, limit int) ([]ReturnedPayment, error) {
	return collect(tx, qReturnsWithoutLetter, func(row func(...any) error) (ReturnedPayment, error) {
		var r ReturnedPayment
		err := row(&r.On, &r.Account, &r.PaymentID, &r.Code, &r.Amount)
		return r, err
	}, since, orDawn(after.On), orLowest(after.Account.UUID), template, limit)
}

// AccountExtension is a due date moved for an account.
type AccountExtension struct {
	Account enrollment.AccountID
	standing.Extension
}

// ExtensionsUntold gives up to limit extensions that are not over on a day,
// after one that was given before, that the account was not told of.
func (tx *ReadTx) ExtensionsUntold(today civil.Date, after AccountExtension, limit int) ([]AccountExtension, error) {
	return collect(tx, qExtensionsUntold, func(row func(...any) error) (AccountExtension, error) {
		var x AccountExtension
		err := row(&x.Account, &x.Due, &x.Until)
		return x, err
	}, today, orLowest(after.Account.UUID), orDawn(after.Due), limit)
}

// ExtensionTold records that an account was told of an extension, or need not
// be. It says false when that was recorded before.
func (tx *Tx) ExtensionTold(x AccountExtension, on civil.Date) (bool, error) {
	n, err := tx.exec(qExtensionTold, x.Account, x.Due, on)
	return n == 1, err
}

// putAddress stores where mail to an account goes, if it is known.
func (tx *Tx) putAddress(a enrollment.Account) error {
	if a.Address == "" {
		return nil
	}
	sealed, err := tx.sealAddress(a.ID, a.Address)
	if err != nil {
		return err
	}
	tx.queue(qPutAddress, a.ID, sealed)
	return nil
}

func (tx *Tx) sealAddress(id enrollment.AccountID, lines string) ([]byte, error) {
	return tx.db.vault.Seal("mailing_address.lines", id.String(), lines)
}

func (tx *ReadTx) unsealAddress(id enrollment.AccountID, sealed []byte) (string, error) {
	return tx.db.vault.Unseal("mailing_address.lines", id.String(), sealed)
}

// MailingAddress gives where mail to an account goes, street and town in
// lines, "" if nobody knows.
func (tx *ReadTx) MailingAddress(id enrollment.AccountID) (string, error) {
	sealed, err := one(tx, qAddress, scalar[[]byte], id)
	if fault.KindOf(err) == fault.NotFound {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return tx.unsealAddress(id, sealed)
}

// LetterAbout is what a letter is about.
type LetterAbout string

// What letters are about.
const (
	AboutNotice    LetterAbout = "notice"
	AboutBill      LetterAbout = "bill"
	AboutReturn    LetterAbout = "return"
	AboutExtension LetterAbout = "extension"
	AboutRefund    LetterAbout = "refund"
	AboutWaiver    LetterAbout = "waiver"
	AboutPrint     LetterAbout = "print" // it was written and can not be printed
)

// LetterException is a letter that could not be written or printed. Source is
// the notice, bill, payment, account, refund, decision or message.
type LetterException struct {
	Account enrollment.AccountID
	Source  ident.UUID
	About   LetterAbout
	Code    string
	Reason  string // no personal data
}

// LetterFailed records that a letter could not be written, and why.
func (tx *Tx) LetterFailed(e LetterException) {
	tx.queue(qPutLetterException, e.Account, e.Source, string(e.About), e.Code, e.Reason, tx.now)
}

// LetterWorked forgets that a letter could not be written.
func (tx *Tx) LetterWorked(account enrollment.AccountID, source ident.UUID) {
	tx.queue(qDeleteLetterException, account, source)
}

// LetterExceptions gives up to limit letters that could not be written.
func (tx *ReadTx) LetterExceptions(limit int) ([]LetterException, error) {
	return collect(tx, qLetterExceptions, func(row func(...any) error) (LetterException, error) {
		var e LetterException
		err := row(&e.Account, &e.Source, &e.About, &e.Code, &e.Reason)
		return e, err
	}, limit)
}

var qBillsBefore = stmt("bills_before", `
	SELECT bill_no, document, link_code FROM bill WHERE account_id = $1 AND bill_id < $2 ORDER BY bill_id DESC LIMIT $3`)

// BillsBefore gives up to limit bills of an account that were issued before
// one, the last first.
func (tx *ReadTx) BillsBefore(b *bill.Bill, limit int) ([]IssuedBill, error) {
	return collect(tx, qBillsBefore, scanIssuedBill, b.AccountID, b.ID, limit)
}
