package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
	"quittance.org/quittance/internal/domain/payment"
)

var (
	// Accounts that nobody has connected cost one look at an index. Several
	// members of one account ask for the same row, which is there once.
	qNoticePayment = stmt("notice_payment", `
		INSERT INTO payment_notice (account_id, payment_id)
		SELECT l.account_id, $2 FROM coverage_link l WHERE l.account_id = $1 AND l.role = 'member' AND l.ended_at IS NULL
		ON CONFLICT (account_id, payment_id) DO NOTHING`)
	qNoticePaymentBy = stmt("notice_payment_by", `
		INSERT INTO payment_notice (account_id, payment_id, payer_id) VALUES ($1, $2, $3) ON CONFLICT (account_id, payment_id) DO NOTHING`)
	qPaymentNotices = stmt("payment_notices", `
		SELECT n.account_id, n.payment_id, n.payer_id, p.amount_cents, p.effective_on, COALESCE((SELECT i.email FROM intent i WHERE i.intent_id = p.intent_id), '')
		FROM payment_notice n JOIN payment p ON p.account_id = n.account_id AND p.payment_id = n.payment_id
		ORDER BY n.account_id, n.payment_id LIMIT $1`)
	qDeletePaymentNotice = stmt("delete_payment_notice", `DELETE FROM payment_notice WHERE account_id = $1 AND payment_id = $2`)
)

// PaymentNotice is a payment that the members of an account are to be told of
// (M19).
type PaymentNotice struct {
	Account enrollment.AccountID
	Payment payment.ID
	Payer   identity.PersonID // zero: nobody who was signed in
	Email   string            // that the receipt went to, or ""
	Amount  money.Amount
	On      civil.Date // that it counts
}

// NoticePayment asks that the members of an account be told of a payment by
// somebody who was not signed in. It needs no answer, and no round trip.
func (tx *Tx) NoticePayment(account enrollment.AccountID, id payment.ID) {
	tx.queue(qNoticePayment, account, id)
}

// NoticePaymentBy is NoticePayment for a helper who is signed in.
func (tx *Tx) NoticePaymentBy(account enrollment.AccountID, id payment.ID, payer identity.PersonID) {
	tx.queue(qNoticePaymentBy, account, id, payer)
}

// PaymentNotices gives up to limit payments that are to be told of.
func (tx *ReadTx) PaymentNotices(limit int) ([]PaymentNotice, error) {
	return collect(tx, qPaymentNotices, func(row func(...any) error) (n PaymentNotice, err error) {
		err = row(&n.Account, &n.Payment, &n.Payer, &n.Amount, &n.On, &n.Email)
		return n, err
	}, limit)
}

// PaymentTold records that a payment was told of, and says false when that was
// done before.
func (tx *Tx) PaymentTold(n PaymentNotice) (bool, error) {
	count, err := tx.exec(qDeletePaymentNotice, n.Account, n.Payment)
	return count == 1, err
}
