package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
)

// What became of a payment, beside the payment itself: taken back, the money
// with us once the bank's statement shows it, and sent back.
const paymentLineColumns = paymentColumns + `,
	COALESCE((SELECT r.code FROM payment_return r WHERE r.account_id = payment.account_id AND r.payment_id = payment.payment_id), ''),
	(SELECT r.returned_on FROM payment_return r WHERE r.account_id = payment.account_id AND r.payment_id = payment.payment_id),
	(SELECT MAX(c.closed_on) FROM clearing_item c WHERE c.account_id = payment.account_id AND c.payment_id = payment.payment_id
		AND c.amount_cents > 0 AND c.deposit_id IS NOT NULL),
	(SELECT CAST(COALESCE(SUM(f.amount_cents), 0) AS BIGINT) FROM refund f WHERE f.account_id = payment.account_id
		AND f.payment_id = payment.payment_id AND f.state = 'paid'),
	(SELECT MAX(f.closed_on) FROM refund f WHERE f.account_id = payment.account_id AND f.payment_id = payment.payment_id AND f.state = 'paid')`

var (
	qBillsOf = stmt("bills_of", `
		SELECT bill_id, bill_no, kind, coverage_month, issued_on, due_on, total_cents FROM bill WHERE account_id = $1 ORDER BY bill_id DESC LIMIT $2`)
	qOwnBill   = stmt("own_bill", `SELECT bill_no, document, link_code FROM bill WHERE account_id = $1 AND bill_no = $2`)
	qMonthPaid = stmt("month_paid", `
		SELECT MAX(a.effective_on) FROM application a JOIN charge c ON c.account_id = a.account_id AND c.charge_id = a.charge_id
		WHERE a.account_id = $1 AND c.coverage_month = $2 AND a.kind = 'apply'`)
	qPaymentLines = stmt("payment_lines", `
		SELECT `+paymentLineColumns+` FROM payment WHERE account_id = $1 ORDER BY payment_id DESC LIMIT $2`)
	qPaymentLine = stmt("payment_line", `SELECT `+paymentLineColumns+` FROM payment WHERE account_id = $1 AND confirmation = $2`)
)

// BillLine is a bill in a list.
type BillLine struct {
	ID       bill.ID
	Number   string
	Kind     bill.Kind
	Month    civil.Month
	IssuedOn civil.Date
	DueOn    civil.Date
	Total    money.Amount
}

// BillsOf lists an account's bills, the last first.
func (tx *ReadTx) BillsOf(account enrollment.AccountID, limit int) ([]BillLine, error) {
	return collect(tx, qBillsOf, func(row func(...any) error) (BillLine, error) {
		var b BillLine
		err := row(&b.ID, &b.Number, &b.Kind, &b.Month, &b.IssuedOn, &b.DueOn, &b.Total)
		return b, err
	}, account, limit)
}

// OwnBill finds a bill of an account by its number, or fault.NotFound.
func (tx *ReadTx) OwnBill(account enrollment.AccountID, number string) (IssuedBill, error) {
	return one(tx, qOwnBill, scanIssuedBill, account, number)
}

// MonthPaidOn gives the day on which the last money for a coverage month
// counted; zero while there is none.
func (tx *ReadTx) MonthPaidOn(account enrollment.AccountID, month civil.Month) (civil.Date, error) {
	return one(tx, qMonthPaid, scalar[civil.Date], account, month.String())
}

// PaymentLine is a payment with what became of it.
type PaymentLine struct {
	payment.Payment
	ReturnCode string // "" unless it was taken back
	ReturnedOn civil.Date
	SettledOn  civil.Date // the bank's statement shows the money; zero while it is on its way
	Refunded   money.Amount
	RefundedOn civil.Date
}

func scanPaymentLine(row func(...any) error) (PaymentLine, error) {
	var l PaymentLine
	p, err := scanPayment(func(columns ...any) error {
		return row(append(columns, &l.ReturnCode, &l.ReturnedOn, &l.SettledOn, &l.Refunded, &l.RefundedOn)...)
	})
	l.Payment = p
	return l, err
}

// PaymentLines lists an account's payments, the last first.
func (tx *ReadTx) PaymentLines(account enrollment.AccountID, limit int) ([]PaymentLine, error) {
	return collect(tx, qPaymentLines, scanPaymentLine, account, limit)
}

// PaymentLine finds a payment of an account by its confirmation number, or
// fault.NotFound.
func (tx *ReadTx) PaymentLine(account enrollment.AccountID, number ident.Confirmation) (PaymentLine, error) {
	return one(tx, qPaymentLine, scanPaymentLine, account, string(number))
}
