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
	return collect(tx, qNoticesOwedOf, noticeOf(id), id)
}

// noticeOf reads a notice of an account.
func noticeOf(id enrollment.AccountID) func(func(...any) error) (Notice, error) {
	return func(row func(...any) error) (Notice, error) {
		n := Notice{AccountID: id}
		err := row(&n.ID, &n.EnrollmentID, &n.Kind, &n.Month, &n.OwedOn, &n.Amount, &n.By, &n.Ends)
		return n, err
	}
}

// SettleNotice records that an owed letter went out on a day, with the amounts
// and dates it had then, or that it did not.
func (tx *Tx) SettleNotice(n Notice, state NoticeState, on civil.Date) {
	tx.queue(qSettleNotice, n.AccountID, n.ID, string(state), on, n.Amount, n.By, n.Ends)
}

var (
	qPaperWaiting = stmt("paper_waiting", `
		WITH waiting AS (
			SELECT account_id, message_id, source_id, template FROM message
			WHERE state = 'queued' AND channel = 'print' AND batch_no IS NULL AND stock IN ('letter', 'bill') AND created_at < $1
			UNION ALL SELECT account_id, message_id, source_id, template FROM message
			WHERE batch_no IN (SELECT batch_no FROM print_batch WHERE state = 'open') AND state = 'queued' AND created_at < $1)
		SELECT w.account_id, w.message_id, w.source_id, CASE WHEN EXISTS (SELECT 1 FROM message e WHERE e.account_id = w.account_id
			AND e.source_id = w.source_id AND e.template = w.template AND e.channel = 'email') THEN 1 ELSE 0 END
		FROM waiting w JOIN notice n ON n.account_id = w.account_id AND n.notice_id = w.source_id
		WHERE n.state = 'sent' AND (w.account_id, w.message_id) > ($2, $3) ORDER BY w.account_id, w.message_id LIMIT $4`)
	qNoticesToldWith = stmt("notices_told_with", `
		SELECT n.notice_id, n.enrollment_id, n.kind, n.coverage_month, n.owed_on, n.amount_cents, n.pay_by, n.ends_month
		FROM notice f JOIN notice n ON n.account_id = f.account_id AND n.state = f.state AND n.state_on = f.state_on AND n.kind = f.kind
			AND n.coverage_month = f.coverage_month
			AND (n.pay_by = f.pay_by OR n.pay_by IS NULL AND f.pay_by IS NULL)
			AND (n.ends_month = f.ends_month OR n.ends_month IS NULL AND f.ends_month IS NULL)
		WHERE f.account_id = $1 AND f.notice_id = $2 AND f.state = 'sent' ORDER BY n.notice_id`)
	qNoticeStayed = stmt("notice_stayed", `
		UPDATE notice SET state = 'suppressed', state_on = $3 WHERE account_id = $1 AND notice_id = $2 AND state = 'sent'`)
)

// WaitingPaper is a letter about notices that was written and not printed yet.
type WaitingPaper struct {
	Account enrollment.AccountID
	Message MessageID
	Source  NoticeID
	Emailed bool // it went by e-mail too
}

// PaperWaiting gives up to limit letters about notices that wait to be printed
// since before a moment, after one that was given before.
func (tx *ReadTx) PaperWaiting(before civil.Instant, after WaitingPaper, limit int) ([]WaitingPaper, error) {
	return collect(tx, qPaperWaiting, func(row func(...any) error) (WaitingPaper, error) {
		var p WaitingPaper
		var emailed int64
		err := row(&p.Account, &p.Message, &p.Source, &emailed)
		p.Emailed = emailed == 1
		return p, err
	}, before, orLowest(after.Account.UUID), orLowest(after.Message.UUID), limit)
}

// NoticesToldWith gives the notices that a letter has told.
func (tx *ReadTx) NoticesToldWith(p WaitingPaper) ([]Notice, error) {
	return collect(tx, qNoticesToldWith, noticeOf(p.Account), p.Account, p.Source)
}

// NoticeStayed records that the letter that told a notice never left.
func (tx *Tx) NoticeStayed(n Notice, on civil.Date) { tx.queue(qNoticeStayed, n.AccountID, n.ID, on) }

// orLowest is the place of an identifier, before all others for none, which no
// column holds.
func orLowest(id ident.UUID) key { return key(id) }
