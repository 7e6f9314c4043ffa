package store

import (
	"encoding/json"
	"strings"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
)

// What an extract says of accounts holds no key that was made by chance, no
// number that was given out in turn and no moment finer than a day: two books
// in which the same happened have the same extract, whichever engine keeps
// them and in whatever order accounts were worked on.
var (
	qExtractPage = stmt("extract_page", `
		SELECT subscriber_id FROM account WHERE subscriber_id > $1 ORDER BY subscriber_id LIMIT $2`)
	qExtractBills = stmt("extract_bills", `
		SELECT a.subscriber_id, b.document FROM account a JOIN bill b ON b.account_id = a.account_id
		WHERE a.subscriber_id > $1 AND a.subscriber_id <= $2 ORDER BY a.subscriber_id`)

	extracts = []*Stmt{
		extract("account", "", `a.kind || ' ' || a.zip || ' ' || a.language`),
		extract("enrollment", enrollmentOf("a"), `
			e.reference || ' ' || e.kind || ' ' || e.plan_id || ' ' || e.first_month || ' ' || e.last_month
				|| ' version ' || CAST(e.version AS TEXT)`),
		extract("segment", enrollmentOf("a")+`
			JOIN premium_segment s ON s.account_id = e.account_id AND s.enrollment_id = e.enrollment_id AND s.version = e.version`, `
			e.reference || ' ' || s.from_month || ' ' || s.to_month || `+cents("s", "gross", "aptc", "state", "member")),
		extract("transfer", `JOIN entry n ON n.account_id = a.account_id
			JOIN transfer t ON t.account_id = n.account_id AND t.entry_id = n.entry_id
			LEFT JOIN enrollment d ON d.account_id = t.account_id AND id_text(d.enrollment_id) = t.debit_owner
			LEFT JOIN enrollment c ON c.account_id = t.account_id AND id_text(c.enrollment_id) = t.credit_owner`, `
			n.kind || ' ' || CAST(n.effective_on AS TEXT) || ' ' || n.source_kind || ' ' || n.actor
				|| ' ' || t.debit || ' ' || COALESCE(d.reference, t.debit_owner)
				|| ' ' || t.credit || ' ' || COALESCE(c.reference, t.credit_owner) || `+cents("t", "amount")),
		extract("charge", `JOIN charge c ON c.account_id = a.account_id`+enrollmentOf("c"), `
			e.reference || ' ' || c.coverage_month || ' ' || CAST(c.generation AS TEXT) || ' ' || c.kind || ' ' || c.carrier_id
				|| `+cents("c", "gross", "aptc", "state", "member")+`
				|| ' due ' || CAST(c.due_on AS TEXT) || ' on ' || CAST(c.charged_on AS TEXT) || CASE WHEN c.binder THEN ' first' ELSE '' END
				|| CASE WHEN c.raised_cents > 0 THEN ' raised' || `+cents("c", "raised")+` || ' due ' || CAST(c.raised_due_on AS TEXT) ELSE '' END`),
		extract("payment", `JOIN payment p ON p.account_id = a.account_id`, paymentWords),
		extract("application", `JOIN application x ON x.account_id = a.account_id
			JOIN payment p ON p.account_id = x.account_id AND p.payment_id = x.payment_id
			JOIN charge c ON c.account_id = x.account_id AND c.charge_id = x.charge_id`+enrollmentOf("c"), `
			x.kind || ' ' || CAST(x.effective_on AS TEXT) || `+cents("x", "amount")+` || ' of ' || `+paymentWords+`
				|| ' to ' || e.reference || ' ' || c.coverage_month || ' ' || CAST(c.generation AS TEXT)`),
		extract("return", `JOIN payment_return r ON r.account_id = a.account_id
			JOIN payment p ON p.account_id = r.account_id AND p.payment_id = r.payment_id`, `
			r.code || ' ' || CAST(r.returned_on AS TEXT) || `+cents("r", "amount")+` || ' of ' || `+paymentWords),
		extract("clearing", `JOIN clearing_item i ON i.account_id = a.account_id`, `
			i.clearing || `+cents("i", "amount")+` || ' ' || CAST(i.opened_on AS TEXT) || ' ' || COALESCE(CAST(i.closed_on AS TEXT), '')`),
		extract("intent", `JOIN intent i ON i.account_id = a.account_id`, `i.state || ' ' || i.channel || ' ' || i.method || `+cents("i", "amount")),
		extract("decision", `JOIN decision d ON d.account_id = a.account_id`+enrollmentOf("d"), `
			e.reference || ' ' || d.kind || ' ' || d.coverage_month || ' ' || CAST(d.decided_on AS TEXT) || ' ' || CAST(d.effective_on AS TEXT)
				|| ' ' || d.rule || ' ' || d.actor`),
		extract("carrier message", `JOIN carrier_message m ON m.account_id = a.account_id`+enrollmentOf("m"), `
			e.reference || ' ' || m.event || ' ' || m.coverage_month || ' ' || COALESCE(CAST(m.told_on AS TEXT), '') || ' ' || m.outcome
				|| ' ' || COALESCE(CAST(m.answered_on AS TEXT), '') || ' ' || m.reason`),
		extract("carrier answer", `JOIN carrier_answer r ON r.account_id = a.account_id`+enrollmentOf("r"), `
			e.reference || ' ' || r.event || ' ' || r.coverage_month || ' ' || r.outcome || ' ' || CAST(r.answered_on AS TEXT) || ' ' || r.reason
				|| ' ' || r.source || ' ' || r.reference || ' ' || r.aside`),
		extract("notice", `JOIN notice n ON n.account_id = a.account_id`+enrollmentOf("n"), `
			e.reference || ' ' || n.kind || ' ' || COALESCE(n.coverage_month, '') || ' ' || CAST(n.owed_on AS TEXT) || `+cents("n", "amount")+`
				|| ' by ' || COALESCE(CAST(n.pay_by AS TEXT), '') || ' ends ' || COALESCE(n.ends_month, '') || ' ' || n.state || ' ' || CAST(n.state_on AS TEXT)`),
		extract("message", `JOIN message m ON m.account_id = a.account_id`, `m.template || ' ' || m.language || ' ' || m.state`),
		extract("hold", `JOIN hold h ON h.account_id = a.account_id`+enrollmentOf("h"), `
			e.reference || ' ' || CAST(h.from_on AS TEXT) || ' ' || COALESCE(CAST(h.to_on AS TEXT), '') || ' ' || h.actor`),
		extract("waiver", `JOIN waiver w ON w.account_id = a.account_id`+enrollmentOf("w"), `
			e.reference || ' ' || w.from_month || ' ' || w.to_month || ' ' || CAST(w.percent AS TEXT) || `+cents("w", "amount")+` || ' ' || w.criterion || ' ' || w.actor`),
		extract("waiver decision", `JOIN waiver_decision w ON w.account_id = a.account_id`+enrollmentOf("w"), `
			e.reference || ' ' || w.kind || ' ' || w.from_month || ' ' || w.to_month || ' ' || w.cause || ' ' || CAST(w.decided_on AS TEXT)
				|| ' ' || CAST(w.appeal_by AS TEXT) || ' ' || w.actor`),
		extract("arrangement", `JOIN arrangement r ON r.account_id = a.account_id
			JOIN installment i ON i.account_id = r.account_id AND i.arrangement_id = r.arrangement_id`+enrollmentOf("r"), `
			e.reference || ' ' || CAST(r.made_on AS TEXT) || ' ' || r.through_month || ' ' || CAST(i.due_on AS TEXT) || `+cents("i", "amount")),
		extract("due extension", `JOIN due_extension x ON x.account_id = a.account_id`, `CAST(x.due_on AS TEXT) || ' ' || CAST(x.until_on AS TEXT) || ' ' || x.actor`),
		extract("mandate", `JOIN mandate m ON m.account_id = a.account_id`+bankAccountOf("m"), `
			m.state || ' ' || m.reason || ' ' || CAST(m.state_on AS TEXT) || ' ' || COALESCE(CAST(m.stop_on AS TEXT), '') || ' day ' || CAST(m.day AS TEXT)
				|| ' to ' || COALESCE(CAST(m.cap_cents AS TEXT), '') || ' ' || m.notice || ' ' || CAST(m.notice_over_cents AS TEXT)
				|| ' version ' || CAST(m.version AS TEXT) || ' from ' || b.last_four`),
		extract("draft", `JOIN draft d ON d.account_id = a.account_id`, `
			d.coverage_month || ' ' || CAST(d.attempt AS TEXT) || ' ' || d.state || ' ' || d.reason || ' ' || CAST(d.debit_on AS TEXT)
				|| ' ' || CAST(d.settle_on AS TEXT) || `+cents("d", "noticed", "amount")),
		extract("ach entry", `JOIN ach_entry x ON x.account_id = a.account_id`+bankAccountOf("x"), `
			x.kind || ' ' || x.sec_code || ' ' || x.payment_type || ' ' || x.state || ' ' || CAST(x.settle_on AS TEXT) || `+cents("x", "amount")+`
				|| ' from ' || b.last_four`),
		extract("saved bank account", `JOIN saved_bank_account v ON v.account_id = a.account_id`+bankAccountOf("v"), `
			b.last_four || ' ' || CAST(v.saved_on AS TEXT) || ' ' || COALESCE(CAST(v.removed_on AS TEXT), '')`),
		extract("bill exception", `JOIN bill_exception x ON x.account_id = a.account_id`, `x.coverage_month || ' ' || x.code`),
		extract("review exception", `JOIN review_exception x ON x.account_id = a.account_id`, `x.code`),
	}
)

// paymentWords tell payments p apart without their keys.
const paymentWords = `p.channel || ' ' || p.method || ' ' || CAST(p.received_on AS TEXT) || ' ' || CAST(p.effective_on AS TEXT)
	|| ' ' || CAST(p.amount_cents AS TEXT) || ' ' || p.last_four`

// extract registers a query of one kind of fact: the accounts a from $1,
// excluded, to $2, with what their rows say in words.
func extract(kind, joins, words string) *Stmt {
	return stmt("extract_"+strings.ReplaceAll(kind, " ", "_"), `SELECT a.subscriber_id, '`+kind+` ' || `+words+` FROM account a `+joins+`
		WHERE a.subscriber_id > $1 AND a.subscriber_id <= $2`)
}

func enrollmentOf(alias string) string {
	if alias == "a" {
		return ` JOIN enrollment e ON e.account_id = a.account_id`
	}
	return ` JOIN enrollment e ON e.account_id = ` + alias + `.account_id AND e.enrollment_id = ` + alias + `.enrollment_id`
}

func bankAccountOf(alias string) string {
	return ` JOIN bank_account b ON b.account_id = ` + alias + `.account_id AND b.bank_account_id = ` + alias + `.bank_account_id`
}

// cents writes amounts of a row as words.
func cents(alias string, names ...string) string {
	text := `' '`
	for _, n := range names {
		text += ` || CAST(` + alias + `.` + n + `_cents AS TEXT) || ' '`
	}
	return text
}

// Extract is everything that was recorded of one account.
type Extract struct {
	Subscriber ident.SubscriberID
	Facts      []string // in words, in no order
	Bills      []*bill.Bill
}

// Extracts hands on the extract of every account, in the order of Subscriber
// IDs; size is how many are held in memory at a time.
func (tx *ReadTx) Extracts(size int, visit func(Extract) error) error {
	var after ident.SubscriberID
	for {
		page, err := collect(tx, qExtractPage, scalar[ident.SubscriberID], after, size)
		if err != nil || len(page) == 0 {
			return err
		}
		through := page[len(page)-1]
		all, err := tx.extracts(page, after, through)
		if err != nil {
			return err
		}
		for _, e := range all {
			if err := visit(e); err != nil {
				return err
			}
		}
		after = through
	}
}

func (tx *ReadTx) extracts(page []ident.SubscriberID, after, through ident.SubscriberID) ([]Extract, error) {
	all := make([]Extract, len(page))
	at := make(map[ident.SubscriberID]*Extract, len(page))
	for i, id := range page {
		all[i].Subscriber = id
		at[id] = &all[i]
	}
	for _, s := range extracts {
		err := each(tx, s, func(scan func(...any) error) error {
			var id ident.SubscriberID
			var fact string
			err := scan(&id, &fact)
			at[id].Facts = append(at[id].Facts, fact)
			return err
		}, after, through)
		if err != nil {
			return nil, err
		}
	}
	err := each(tx, qExtractBills, func(scan func(...any) error) error {
		var id ident.SubscriberID
		var document string
		if err := scan(&id, &document); err != nil {
			return err
		}
		b := &bill.Bill{}
		at[id].Bills = append(at[id].Bills, b)
		return json.Unmarshal([]byte(document), b)
	}, after, through)
	return all, err
}

// Total is a sum of some kind of thing in a calendar month.
type Total struct {
	Kind   string // "charge", "payment", "return", "bill", "decision", "draft", "ach", "bank", "carrier" …
	Name   string // what kind of it: a channel, a decision, a state
	Month  string // "2027-01"
	Count  int64
	Amount money.Amount
}

var qTotals = stmt("totals", `
	SELECT 'charge', c.kind, SUBSTR(CAST(c.charged_on AS TEXT), 1, 7), COUNT(*), CAST(SUM(c.member_cents) AS BIGINT) FROM charge c GROUP BY 2, 3
	UNION ALL
	SELECT 'bill', b.kind, SUBSTR(CAST(b.issued_on AS TEXT), 1, 7), COUNT(*), CAST(SUM(b.total_cents) AS BIGINT) FROM bill b GROUP BY 2, 3
	UNION ALL
	SELECT 'payment', p.channel || ' ' || p.method, SUBSTR(CAST(p.received_on AS TEXT), 1, 7), COUNT(*), CAST(SUM(p.amount_cents) AS BIGINT) FROM payment p GROUP BY 2, 3
	UNION ALL
	SELECT 'return', r.code, SUBSTR(CAST(r.returned_on AS TEXT), 1, 7), COUNT(*), CAST(SUM(r.amount_cents) AS BIGINT) FROM payment_return r GROUP BY 2, 3
	UNION ALL
	SELECT 'decision', d.kind, SUBSTR(CAST(d.decided_on AS TEXT), 1, 7), COUNT(*), 0 FROM decision d GROUP BY 2, 3
	UNION ALL
	SELECT 'notice', n.kind || ' ' || n.state, SUBSTR(CAST(n.state_on AS TEXT), 1, 7), COUNT(*), 0 FROM notice n GROUP BY 2, 3
	UNION ALL
	SELECT 'draft', d.state || ' ' || d.reason, SUBSTR(CAST(d.debit_on AS TEXT), 1, 7), COUNT(*),
		CAST(SUM(CASE d.state WHEN 'frozen' THEN d.amount_cents ELSE d.noticed_cents END) AS BIGINT) FROM draft d GROUP BY 2, 3
	UNION ALL
	SELECT 'ach', x.kind || ' ' || x.state, SUBSTR(CAST(x.settle_on AS TEXT), 1, 7), COUNT(*), CAST(SUM(x.amount_cents) AS BIGINT) FROM ach_entry x GROUP BY 2, 3
	UNION ALL
	SELECT 'bank', i.kind || ' ' || i.state || ' ' || i.reason, SUBSTR(CAST(i.item_on AS TEXT), 1, 7), COUNT(*), CAST(SUM(i.amount_cents) AS BIGINT)
		FROM bank_item i GROUP BY 2, 3
	UNION ALL
	SELECT 'carrier', m.event || ' ' || CASE WHEN m.outcome <> '' THEN m.outcome ELSE 'told' END,
		SUBSTR(CAST(m.told_on AS TEXT), 1, 7), COUNT(*), 0 FROM carrier_message m WHERE m.told_on IS NOT NULL GROUP BY 2, 3
	UNION ALL
	SELECT 'carrier', 'aside', SUBSTR(CAST(r.answered_on AS TEXT), 1, 7), COUNT(*), 0 FROM carrier_answer r
		WHERE r.aside IN ('undecided', 'before_told', 'contradicts') GROUP BY 2, 3
	UNION ALL
	SELECT 'set aside', x.code, x.coverage_month, COUNT(*), 0 FROM bill_exception x GROUP BY 2, 3
	UNION ALL
	SELECT 'set aside', x.code, '', COUNT(*), 0 FROM review_exception x GROUP BY 2
	ORDER BY 1, 2, 3`)

// Totals adds up what happened, by calendar month.
func (tx *ReadTx) Totals() ([]Total, error) {
	return collect(tx, qTotals, func(row func(...any) error) (Total, error) {
		var t Total
		err := row(&t.Kind, &t.Name, &t.Month, &t.Count, &t.Amount)
		return t, err
	})
}

// Flow is money of one channel that was on its way from one day to another.
type Flow struct {
	Clearing string
	From     civil.Date
	To       civil.Date // zero: it is still
	Items    int64
	Amount   money.Amount // below zero when it was on its way back
}

var qFlows = stmt("clearing_flows", `
	SELECT i.clearing, i.opened_on, i.closed_on, COUNT(*), CAST(SUM(i.amount_cents) AS BIGINT) FROM clearing_item i
	GROUP BY 1, 2, 3, CASE WHEN i.amount_cents < 0 THEN 1 ELSE 0 END ORDER BY 1, 2, 3, 5`)

// Flows adds up the money that was or is on its way, by its days.
func (tx *ReadTx) Flows() ([]Flow, error) {
	return collect(tx, qFlows, func(row func(...any) error) (Flow, error) {
		var f Flow
		err := row(&f.Clearing, &f.From, &f.To, &f.Items, &f.Amount)
		return f, err
	})
}
