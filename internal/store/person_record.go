package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/identity"
)

var (
	qMessageLines = stmt("message_lines", `
		SELECT m.message_id, m.template, m.channel, m.stock, m.language, m.subject, m.source_id, m.state, m.created_at,
			(SELECT COUNT(*) FROM message_read r WHERE r.account_id = m.account_id AND r.message_id = m.message_id AND r.person_id = $2),
			COALESCE((SELECT b.bill_no FROM bill b WHERE b.account_id = m.account_id AND b.bill_id = m.source_id), '')
		FROM message m WHERE m.account_id = $1 AND m.message_id < $3 AND m.template <> $4 ORDER BY m.message_id DESC LIMIT $5`)
	qReadMessage = stmt("read_message", `
		INSERT INTO message_read (account_id, message_id, person_id, read_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account_id, message_id, person_id) DO NOTHING`)

	qIssuedBill = stmt("issued_bill", `SELECT bill_no, document, link_code FROM bill WHERE account_id = $1 AND bill_id = $2`)

	qPaidBy = stmt("paid_by_payment", `
		SELECT p.effective_on, p.amount_cents, COALESCE((SELECT r.amount_cents FROM payment_return r WHERE r.account_id = p.account_id AND r.payment_id = p.payment_id), 0),
			CAST(COALESCE((SELECT SUM(f.amount_cents) FROM refund f WHERE f.account_id = p.account_id AND f.payment_id = p.payment_id AND f.state IN ('approved', 'paid')), 0) AS BIGINT)
		FROM payment p WHERE p.account_id = $1 ORDER BY p.payment_id LIMIT 5000`)
	qAppliedTo = stmt("applied_to_months", `
		SELECT p.effective_on, c.coverage_month, e.kind, a.kind, a.amount_cents
		FROM application a
		JOIN payment p ON p.account_id = a.account_id AND p.payment_id = a.payment_id
		JOIN charge c ON c.account_id = a.account_id AND c.charge_id = a.charge_id
		JOIN enrollment e ON e.account_id = a.account_id AND e.enrollment_id = c.enrollment_id
		WHERE a.account_id = $1 ORDER BY a.application_id LIMIT 20000`)
)

// TemplateLinkCode names the letter with the code that connects coverage. It is
// shown to nobody who is signed in: who may see the account's letters must not
// learn it from them.
const TemplateLinkCode = "link_code"

// MessageLine is a message without its words.
type MessageLine struct {
	ID       MessageID
	Template string
	Channel  Channel
	Stock    Stock
	Language string
	Subject  string
	Source   string
	State    string
	Created  civil.Instant
	Read     bool   // by the person asked about
	Bill     string // the number of the bill it came with, or ""
}

// MessageLines gives up to limit messages to an account before one, the latest
// first; zero: from the latest.
func (tx *ReadTx) MessageLines(account enrollment.AccountID, reader identity.PersonID, before MessageID, limit int) ([]MessageLine, error) {
	last := highestKey
	if !before.IsZero() {
		last = key(before.UUID)
	}
	return collect(tx, qMessageLines, func(row func(...any) error) (m MessageLine, err error) {
		var read int64
		var source MessageID
		err = row(&m.ID, &m.Template, &m.Channel, &m.Stock, &m.Language, &m.Subject, &source, &m.State, &m.Created, &read, &m.Bill)
		m.Read, m.Source = read > 0, source.String()
		return m, err
	}, account, reader, last, TemplateLinkCode, limit)
}

// ReadMessage notes that a person has read a message.
func (tx *Tx) ReadMessage(account enrollment.AccountID, id MessageID, reader identity.PersonID) {
	tx.queue(qReadMessage, account, id, reader, tx.now)
}

// PaidBy is a payment with what became of it.
type PaidBy struct {
	On       civil.Date // that it counts
	Amount   money.Amount
	Returned money.Amount
	Refunded money.Amount
}

// PaidBy gives the payments of an account, the first first.
func (tx *ReadTx) PaidBy(account enrollment.AccountID) ([]PaidBy, error) {
	return collect(tx, qPaidBy, func(row func(...any) error) (p PaidBy, err error) {
		err = row(&p.On, &p.Amount, &p.Returned, &p.Refunded)
		return p, err
	}, account)
}

// AppliedTo is money of a payment that paid a coverage month; negative when
// that was undone.
type AppliedTo struct {
	On     civil.Date // that the payment counts
	Month  civil.Month
	Kind   enrollment.Kind
	Amount money.Amount
}

// AppliedTo gives what payments of an account paid.
func (tx *ReadTx) AppliedTo(account enrollment.AccountID) ([]AppliedTo, error) {
	return collect(tx, qAppliedTo, func(row func(...any) error) (a AppliedTo, err error) {
		var kind string
		if err := row(&a.On, &a.Month, &a.Kind, &kind, &a.Amount); err != nil {
			return a, err
		}
		if kind == "undo" {
			a.Amount = a.Amount.Neg()
		}
		return a, nil
	}, account)
}

// IssuedBill finds a bill of an account by its key, or fault.NotFound.
func (tx *ReadTx) IssuedBill(account enrollment.AccountID, id bill.ID) (IssuedBill, error) {
	return one(tx, qIssuedBill, scanIssuedBill, account, id)
}
