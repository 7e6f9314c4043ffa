package store

import "quittance.org/quittance/internal/base/civil"

var qAside = stmt("aside", `
	SELECT 'bill', x.coverage_month, a.subscriber_id, x.code, x.reason, x.recorded_at FROM bill_exception x JOIN account a ON a.account_id = x.account_id
	UNION ALL
	SELECT 'review', '', a.subscriber_id, x.code, x.reason, x.recorded_at FROM review_exception x JOIN account a ON a.account_id = x.account_id
	UNION ALL
	SELECT 'letter', x.about, a.subscriber_id, x.code, x.reason, x.recorded_at FROM letter_exception x JOIN account a ON a.account_id = x.account_id
	UNION ALL
	SELECT 'bank', i.kind || ' ' || i.code, COALESCE(a.subscriber_id, ''), i.reason, i.note, i.state_at
		FROM bank_item i LEFT JOIN account a ON a.account_id = i.account_id WHERE i.state = 'set_aside'
	UNION ALL
	SELECT 'carrier', r.event || ' ' || r.coverage_month, a.subscriber_id, r.aside, r.outcome || ' by ' || r.source || ' ' || r.reason, r.recorded_at
		FROM carrier_answer r JOIN account a ON a.account_id = r.account_id WHERE r.aside IN ('undecided', 'before_told', 'contradicts')
	ORDER BY 6, 1, 3, 2 LIMIT $1`)

// Aside is something that a step of the business day could not do, and that
// waits for a person.
type Aside struct {
	Kind       string // "bill", "review", "letter", "bank" or "carrier"
	About      string // the month, letter, item or event
	Subscriber string // Subscriber ID; "" when it is of nobody
	Code       string
	Reason     string
	Since      civil.Instant
}

// Aside gives up to limit things that wait for a person, the oldest first.
func (tx *ReadTx) Aside(limit int) ([]Aside, error) {
	return collect(tx, qAside, func(row func(...any) error) (Aside, error) {
		var a Aside
		err := row(&a.Kind, &a.About, &a.Subscriber, &a.Code, &a.Reason, &a.Since)
		return a, err
	}, limit)
}
