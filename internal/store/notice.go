package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
)

var (
	qOweNotice = stmt("owe_notice", `
		INSERT INTO notice (account_id, notice_id, enrollment_id, kind, coverage_month, owed_on, amount_cents, pay_by, ends_month, state, state_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'owed', $6)
		ON CONFLICT (account_id, enrollment_id, kind, coverage_month) WHERE state = 'owed' DO NOTHING`)
	qNoticesOwed = stmt("notices_owed", `
		SELECT DISTINCT account_id FROM notice WHERE state = 'owed' AND account_id > $1 ORDER BY account_id LIMIT $2`)
	qNoticesOwedOf = stmt("notices_owed_of", `
		SELECT notice_id, enrollment_id, kind, coverage_month, owed_on, amount_cents, pay_by, ends_month
		FROM notice WHERE account_id = $1 AND state = 'owed' ORDER BY notice_id`)
	qSettleNotice = stmt("settle_notice", `
		UPDATE notice SET state = $3, state_on = $4, amount_cents = $5, pay_by = $6, ends_month = $7
		WHERE account_id = $1 AND notice_id = $2 AND state = 'owed'`)
	qNoticesSentIn = overAccounts("notices_sent_in", `
		SELECT account_id, enrollment_id, kind, coverage_month, state_on FROM notice
		WHERE in_range(account_id) AND state = 'sent' ORDER BY account_id, notice_id`)
)

// NoticeID names a notice.
type NoticeID = ident.ID[Notice]

// Notice is a letter that standing owes to an account.
type Notice struct {
	ID           NoticeID
	AccountID    enrollment.AccountID
	EnrollmentID enrollment.ID
	Kind         standing.NoticeKind
	Month        civil.Month
	OwedOn       civil.Date
	Amount       money.Amount
	By           civil.Date
	Ends         civil.Month
}

// NoticeState is what became of a notice.
type NoticeState string

// The states of a notice besides owed.
const (
	NoticeSent       NoticeState = "sent"
	NoticeSuppressed NoticeState = "suppressed" // it was not true any more when it was to leave
)

// OweNotice records that a letter is owed, unless it is owed already.
func (tx *Tx) OweNotice(n Notice) {
	tx.queue(qOweNotice, n.AccountID, n.ID, n.EnrollmentID, string(n.Kind), n.Month, n.OwedOn, n.Amount, n.By, n.Ends)
}

// NoticeTold records that a letter need not go out, as something else has told
// it on a day.
func (tx *Tx) NoticeTold(n Notice, on civil.Date) {
	tx.OweNotice(n)
	tx.SettleNotice(n, NoticeSent, on)
}

// NewNoticeID makes a notice's identifier.
func (tx *Tx) NewNoticeID() NoticeID { return NoticeID{UUID: tx.NewID()} }

// AccountsOwedNotices gives up to limit accounts after one that letters are
// owed to.
func (tx *ReadTx) AccountsOwedNotices(after enrollment.AccountID, limit int) ([]enrollment.AccountID, error) {
	return collect(tx, qNoticesOwed, scalar[enrollment.AccountID], orLowest(after.UUID), limit)
}

// NoticesOwed gives the letters that are owed to an account.
func (tx *ReadTx) NoticesOwed(id enrollment.AccountID) ([]Notice, error) {
	return collect(tx, qNoticesOwedOf, func(row func(...any) error) (Notice, error) {
		n := Notice{AccountID: id}
		err := row(&n.ID, &n.EnrollmentID, &n.Kind, &n.Month, &n.OwedOn, &n.Amount, &n.By, &n.Ends)
		return n, err
	}, id)
}

// SettleNotice records that an owed letter went out on a day, with the amounts
// and dates it had then, or that it did not.
func (tx *Tx) SettleNotice(n Notice, state NoticeState, on civil.Date) {
	tx.queue(qSettleNotice, n.AccountID, n.ID, string(state), on, n.Amount, n.By, n.Ends)
}

// orLowest is a key before all others for none, which no column holds.
func orLowest(id ident.UUID) string {
	if id.IsZero() {
		return lowestKey
	}
	return id.String()
}
