package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
)

var qBillsOfMonth = stmt("bills_of_month", `
	SELECT bill_no, document, link_code FROM bill
	WHERE coverage_month = $1 AND (account_id, bill_id) > ($2, $3) ORDER BY account_id, bill_id LIMIT $4`)

// BillsOfMonth gives up to limit bills for a coverage month by account, those
// after one bill; the zero keys begin.
func (tx *ReadTx) BillsOfMonth(month civil.Month, account enrollment.AccountID, after bill.ID, limit int) ([]IssuedBill, error) {
	return collect(tx, qBillsOfMonth, scanIssuedBill, month, orLowest(account.UUID), orLowest(after.UUID), limit)
}
