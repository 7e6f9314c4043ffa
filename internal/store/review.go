package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
)

var (
	reviewColumns = []string{"account_id", "review_id", "review_on", "reason"}
	insertReviews = insertsOf("review", reviewColumns)

	qReviewsDue = stmt("reviews_due", `
		SELECT review_on, account_id, review_id FROM review
		WHERE review_on <= $1 AND (review_on > $2 OR review_on = $2 AND account_id > $3
			OR review_on = $2 AND account_id = $3 AND review_id > $4)
		ORDER BY review_on, account_id, review_id LIMIT $5`)
	qDropIdleReviews = stmt("drop_idle_reviews", `
		DELETE FROM review WHERE review_on <= $1 AND reason = 'due'
			AND NOT EXISTS (SELECT 1 FROM open_charge o WHERE o.account_id = review.account_id)`)
	qReviewDone         = stmt("review_done", `DELETE FROM review WHERE account_id = $1 AND review_id = $2`)
	qReviewed           = stmt("reviewed", `DELETE FROM review WHERE account_id = $1 AND review_on <= $2`)
	qPutReviewException = stmt("put_review_exception", `
		INSERT INTO review_exception (account_id, code, reason, recorded_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (account_id) DO UPDATE SET code = excluded.code, reason = excluded.reason, recorded_at = excluded.recorded_at`)
	qDeleteReviewException = stmt("delete_review_exception", `DELETE FROM review_exception WHERE account_id = $1`)
	qReviewExceptions      = stmt("review_exceptions", `SELECT account_id, code, reason FROM review_exception ORDER BY account_id LIMIT $1`)
)

// ReviewReason says why an account is looked at on a day.
type ReviewReason string

// The reasons.
const (
	ReviewDue      ReviewReason = "due"      // of a bill: idle when nothing is unpaid
	ReviewStanding ReviewReason = "standing" // something is new, or a date decides
)

// PlannedReview is a day on which an account is to be looked at.
type PlannedReview struct {
	On  civil.Date
	Why ReviewReason
}

// ReviewOn asks the nightly review to look at an account on a day, or as soon
// after it as it runs.
func (tx *Tx) ReviewOn(id enrollment.AccountID, on civil.Date, why ReviewReason) {
	tx.insert(insertReviews, tx.reviewRow(id, on, why)...)
}

func (tx *Tx) reviewRow(id enrollment.AccountID, on civil.Date, why ReviewReason) []any {
	return []any{id, tx.NewID(), on, string(why)}
}

// Review is an account whose day to be looked at has come.
type Review struct {
	On      civil.Date
	Account enrollment.AccountID
	id      ident.UUID
}

// ReviewsDue gives up to limit days that have come by today, after one that
// was given before, in order. An account may have several.
func (tx *ReadTx) ReviewsDue(today civil.Date, after Review, limit int) ([]Review, error) {
	return collect(tx, qReviewsDue, func(row func(...any) error) (Review, error) {
		var r Review
		err := row(&r.On, &r.Account, &r.id)
		return r, err
	}, today, orDawn(after.On), orLowest(after.Account.UUID), orLowest(after.id), limit)
}

// orDawn is a day before all others for none, which no column can hold.
func orDawn(d civil.Date) civil.Date {
	if d.IsZero() {
		return civil.MustParseDate("0001-01-01")
	}
	return d
}

// DropIdleReviews forgets the due dates that have nothing unpaid any more, and
// tells how many: who owes nothing need not be looked at.
func (tx *Tx) DropIdleReviews(today civil.Date) (int64, error) {
	return tx.exec(qDropIdleReviews, today)
}

// ReviewDone forgets one day of an account. Days that were planned meanwhile
// stay.
func (tx *Tx) ReviewDone(r Review) { tx.queue(qReviewDone, r.Account, r.id) }

// Reviewed forgets the days of an account that have come by today.
func (tx *Tx) Reviewed(id enrollment.AccountID, today civil.Date) { tx.queue(qReviewed, id, today) }

// ReviewException is an account that a review could not decide on.
type ReviewException struct {
	AccountID enrollment.AccountID
	Code      string
	Reason    string
}

// ReviewFailed records that an account could not be decided on, and why.
func (tx *Tx) ReviewFailed(e ReviewException) {
	tx.queue(qPutReviewException, e.AccountID, e.Code, e.Reason, tx.now)
}

// ReviewWorked forgets that an account could not be decided on.
func (tx *Tx) ReviewWorked(id enrollment.AccountID) { tx.queue(qDeleteReviewException, id) }

// ReviewExceptions gives up to limit accounts that could not be decided on.
func (tx *ReadTx) ReviewExceptions(limit int) ([]ReviewException, error) {
	return collect(tx, qReviewExceptions, func(row func(...any) error) (ReviewException, error) {
		var e ReviewException
		err := row(&e.AccountID, &e.Code, &e.Reason)
		return e, err
	}, limit)
}
