package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
)

var (
	qPaymentsKeptSince = stmt("payments_kept_since", `
		SELECT `+paymentColumns+` FROM payment p WHERE p.account_id = $1 AND p.received_on >= $2
			AND NOT EXISTS (SELECT 1 FROM payment_return r WHERE r.account_id = p.account_id AND r.payment_id = p.payment_id)
		ORDER BY p.payment_id LIMIT 100`)
	qOweRepeat = stmt("owe_repeat", `
		INSERT INTO payment_repeat (account_id, second_id, first_id, state, state_on) VALUES ($1, $2, $3, 'owed', $4)`)
	qRepeatsOwed = stmt("repeats_owed", `
		SELECT account_id, second_id, first_id FROM payment_repeat WHERE state = 'owed' AND (account_id, second_id) > ($1, $2)
		ORDER BY account_id, second_id LIMIT $3`)
	qSettleRepeat = stmt("settle_repeat", `
		UPDATE payment_repeat SET state = $3, state_on = $4 WHERE account_id = $1 AND second_id = $2 AND state = 'owed'`)
)

// RepeatOwed is a letter that asks whether a payment was meant to be made
// twice.
type RepeatOwed struct {
	Account enrollment.AccountID
	Second  payment.ID
	First   payment.ID
}

// PaymentsKeptSince gives an account's payments received on or after a day that
// were not taken back, in the order in which they were posted.
func (tx *ReadTx) PaymentsKeptSince(id enrollment.AccountID, since civil.Date) ([]payment.Payment, error) {
	return collect(tx, qPaymentsKeptSince, scanPayment, id, since)
}

// OweRepeat records that the member is to be asked about a payment that is
// posted in this transaction.
func (tx *Tx) OweRepeat(r payment.Repeat, on civil.Date) {
	tx.queue(qOweRepeat, r.Second.AccountID, r.Second.ID, r.First.ID, on)
}

// RepeatsOwed gives up to limit letters that are owed, after one that was given
// before.
func (tx *ReadTx) RepeatsOwed(after RepeatOwed, limit int) ([]RepeatOwed, error) {
	return collect(tx, qRepeatsOwed, func(row func(...any) error) (r RepeatOwed, err error) {
		err = row(&r.Account, &r.Second, &r.First)
		return r, err
	}, orLowest(after.Account.UUID), orLowest(after.Second.UUID), limit)
}

// SettleRepeat records that the letter went out on a day, or that something had
// overtaken it.
func (tx *Tx) SettleRepeat(r RepeatOwed, state NoticeState, on civil.Date) {
	tx.queue(qSettleRepeat, r.Account, r.Second, string(state), on)
}
