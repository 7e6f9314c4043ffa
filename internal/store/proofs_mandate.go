package store

// mandateProofs prove that no money was taken that nobody agreed to (I14): each
// debit that was sent has a mandate that was live when it was frozen and not
// disputed when it was filed, or a one-time authorization; and where its amount
// differs from the last one, a notice in time, a range that the member chose, or
// the member's own yes (REG-40, REG-41, ACH-33).
var mandateProofs = []Proof{
	{
		Invariant: "I14", Object: "ACH entry", Problem: "a debit was sent that nobody has agreed to",
		stmt: proveRows("prove_debit_agreed", `
			SELECT e.account_id, id_text(e.ach_entry_id), 1, CASE
				WHEN e.mandate_id IS NULL AND EXISTS (SELECT 1 FROM payment p
					JOIN intent i ON i.intent_id = p.intent_id AND i.account_id = p.account_id
					WHERE p.account_id = e.account_id AND p.payment_id = e.payment_id AND i.wording <> '') THEN 1
				WHEN EXISTS (SELECT 1 FROM draft d
					JOIN mandate_authorization g ON g.account_id = d.account_id AND g.mandate_id = d.mandate_id AND g.authorized_at <= d.frozen_at
					WHERE d.account_id = e.account_id AND d.payment_id = e.payment_id AND d.mandate_id = e.mandate_id) THEN 1
				ELSE 0 END
			FROM ach_entry e WHERE e.kind IN ('debit', 'retry') AND e.file_id IS NOT NULL AND `+inRange("e")),
	},
	{
		Invariant: "I14", Object: "ACH entry", Problem: "AutoPay debited an account that waited for its member's word",
		stmt: proveRows("prove_debit_verified", `
			SELECT e.account_id, id_text(e.ach_entry_id), 1, CASE WHEN EXISTS (SELECT 1 FROM micro_verification v
				WHERE v.account_id = e.account_id AND v.bank_account_id = e.bank_account_id AND v.started_at <= f.opened_at
					AND (v.ended_at IS NULL OR v.ended_at > f.opened_at)) THEN 0 ELSE 1 END
			FROM `+filedEntry+` AND e.mandate_id IS NOT NULL AND `+inRange("e")),
	},
	{
		Invariant: "I14", Object: "draft", Problem: "a debit was taken on a mandate that was not live",
		stmt: proveRows("prove_mandate_live", `
			SELECT d.account_id, id_text(d.draft_id), 1, CASE WHEN 'active' = (SELECT v.state FROM mandate_event v
				WHERE v.account_id = d.account_id AND v.mandate_id = d.mandate_id AND v.recorded_at <= d.frozen_at
				ORDER BY v.recorded_at DESC, v.event_id DESC LIMIT 1) THEN 1 ELSE 0 END
			FROM draft d WHERE d.state = 'frozen' AND `+inRange("d")),
	},
	{
		Invariant: "I14", Object: "ACH entry", Problem: "a debit was filed after its mandate was disputed",
		stmt: proveRows("prove_mandate_undisputed", `
			SELECT e.account_id, id_text(e.ach_entry_id), 1, CASE WHEN EXISTS (SELECT 1 FROM mandate_event v
				WHERE v.account_id = e.account_id AND v.mandate_id = e.mandate_id AND v.state = 'disputed' AND v.recorded_at < f.opened_at) THEN 0 ELSE 1 END
			FROM `+filedEntry+` AND e.mandate_id IS NOT NULL AND `+inRange("e")),
	},
	{
		Invariant: "I14", Object: "draft", Problem: "another amount was taken than the last time, without a notice in time",
		stmt: proveRows("prove_debit_noticed", `
			SELECT d.account_id, id_text(d.draft_id), 1, CASE
				WHEN d.released OR d.amount_cents = d.last_cents OR d.noticed_on <= d.notice_by THEN 1
				WHEN EXISTS (SELECT 1 FROM mandate_authorization g WHERE g.account_id = d.account_id AND g.mandate_id = d.mandate_id
					AND g.notice = 'over' AND g.authorized_at <= d.frozen_at AND ABS(d.amount_cents - d.last_cents) <= g.notice_over_cents) THEN 1
				ELSE 0 END
			FROM draft d WHERE d.state = 'frozen' AND d.attempt = 0 AND `+inRange("d")),
	},
	{
		Invariant: "I14", Object: "draft", Problem: "a draft and its payment are not of one amount and day", Money: true,
		stmt: proveRows("prove_draft_paid", `
			SELECT d.account_id, id_text(d.draft_id), d.amount_cents, COALESCE((SELECT p.amount_cents FROM payment p
				WHERE p.account_id = d.account_id AND p.payment_id = d.payment_id AND p.effective_on = d.debit_on), 0)
			FROM draft d WHERE d.state = 'frozen' AND `+inRange("d")),
	},
	{
		Invariant: "I14", Object: "payment", Problem: "AutoPay made a payment without a draft",
		stmt: proveRows("prove_autopay_drafted", `
			SELECT p.account_id, id_text(p.payment_id), 1,
				CASE WHEN EXISTS (SELECT 1 FROM draft d WHERE d.account_id = p.account_id AND d.payment_id = p.payment_id) THEN 1 ELSE 0 END
			FROM payment p WHERE p.channel = 'autopay' AND `+inRange("p")),
	},
	{
		Invariant: "I14", Object: "draft", Problem: "a debit that came back was presented again for another amount", Money: true,
		stmt: proveRows("prove_retry_amount", `
			SELECT d.account_id, id_text(d.draft_id), COALESCE((SELECT x.amount_cents FROM draft x WHERE x.account_id = d.account_id
				AND x.mandate_id = d.mandate_id AND x.coverage_month = d.coverage_month AND x.attempt = 0 AND x.state = 'frozen'), 0), d.amount_cents
			FROM draft d WHERE d.state = 'frozen' AND d.attempt > 0 AND `+inRange("d")),
	},
}
