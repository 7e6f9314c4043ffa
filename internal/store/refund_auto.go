package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
)

var (
	// Who has a live charge for a month or later is covered, or was until lately:
	// that is nearly everybody, who are passed over by an index alone.
	qCreditsLeft = stmt("credits_left", `
		SELECT DISTINCT o.account_id FROM open_credit o
		WHERE o.account_id > $1 AND NOT EXISTS (SELECT 1 FROM charge c
			WHERE c.account_id = o.account_id AND c.coverage_month >= $2 AND c.kind = 'charge'
				AND NOT EXISTS (SELECT 1 FROM charge r WHERE r.account_id = c.account_id AND r.enrollment_id = c.enrollment_id
					AND r.coverage_month = c.coverage_month AND r.generation = c.generation AND r.kind = 'reversal'))
		ORDER BY o.account_id LIMIT $3`)
	qRefundsWithoutLetter = stmt("refunds_without_letter", `
		SELECT `+refundColumns+` FROM refund r
		WHERE r.state IN ('approved', 'paid') AND r.decided_at >= $1 AND (r.account_id, r.refund_id) > ($2, $3)
			AND NOT EXISTS (SELECT 1 FROM message m WHERE m.account_id = r.account_id AND m.source_id = r.refund_id AND m.template = $4)
		ORDER BY r.account_id, r.refund_id LIMIT $5`)
)

// CreditsLeft gives up to limit accounts, after one, that have credit and no
// charge that stands for a month or later.
func (tx *ReadTx) CreditsLeft(after enrollment.AccountID, month civil.Month, limit int) ([]enrollment.AccountID, error) {
	return collect(tx, qCreditsLeft, scalar[enrollment.AccountID], orLowest(after.UUID), month.String(), limit)
}

// RefundsWithoutLetter gives up to limit refunds that were approved since a
// moment, after one that was given before, that no letter of a template was
// written about.
func (tx *ReadTx) RefundsWithoutLetter(template string, since civil.Instant, after payment.Refund, limit int) ([]payment.Refund, error) {
	return collect(tx, qRefundsWithoutLetter, scanRefund, since, orLowest(after.AccountID.UUID), orLowest(after.ID.UUID), template, limit)
}
