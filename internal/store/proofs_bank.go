package store

// bankProofs say that cash moves as the bank's statements say, and in no other
// way (I6), and that an entry that came back took its payment along (I4).
var bankProofs = []Proof{
	{
		Invariant: "I6", Object: "account", Problem: "cash is not what the lines of the statements come to", Money: true, Whole: true, Summed: true,
		stmt: proveSums("prove_cash_stated",
			`SELECT NULL, 'cash.operating', 0, t.amount_cents FROM transfer t WHERE t.debit = 'cash.operating'`,
			`SELECT NULL, 'cash.operating', 0, -t.amount_cents FROM transfer t WHERE t.credit = 'cash.operating'`,
			`SELECT NULL, 'cash.operating', d.posted_cents, 0 FROM deposit d`,
			`SELECT NULL, 'cash.operating', i.amount_cents, 0 FROM bank_item i
			WHERE i.kind = 'line' AND i.state = 'posted' AND NOT `+isDeposited,
			// A line of a statement meets what carriers are paid once remittances are files.
			`SELECT NULL, 'cash.operating', -t.amount_cents, 0 FROM transfer t WHERE `+isRemittance),
	},
	{
		Invariant: "I6", Object: "line of a statement", Problem: "a line that agrees brought another amount", Money: true, Whole: true,
		stmt: proveSums("prove_line_deposited",
			`SELECT NULL, id_text(i.file_id) || ' line ' || CAST(i.line AS TEXT), i.amount_cents, 0
			FROM bank_item i WHERE i.kind = 'line' AND i.state = 'posted' AND `+isDeposited,
			`SELECT NULL, id_text(d.bank_file_id) || ' line ' || CAST(d.bank_line AS TEXT), 0, d.amount_cents FROM deposit d`),
	},
	{
		Invariant: "I6", Object: "deposit", Problem: "the items that a deposit closed do not come to it", Money: true, Whole: true, Summed: true,
		stmt: proveSums("prove_deposit_items",
			`SELECT NULL, id_text(d.deposit_id), d.posted_cents, 0 FROM deposit d WHERE d.side <> 'credits'`,
			`SELECT NULL, id_text(i.deposit_id), 0, i.amount_cents FROM clearing_item i
			WHERE i.deposit_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deposit d WHERE d.deposit_id = i.deposit_id AND d.side = 'credits')`),
	},
	{
		// Of one that failed the bank may have shown that the money left, in the
		// line of its file; it comes back in a line of its own.
		Invariant: "I4", Object: "refund", Problem: "refund.payable holds another amount for a refund than is approved and not paid", Money: true,
		stmt: proveRows("prove_refund_payable", `
			SELECT r.account_id, id_text(r.refund_id), CASE
				WHEN r.state = 'approved' THEN r.amount_cents
				WHEN r.state = 'failed' AND r.held = -r.amount_cents THEN r.held
				ELSE 0 END, r.held
			FROM (SELECT x.account_id, x.refund_id, x.state, x.amount_cents, CAST(COALESCE((
					SELECT SUM(CASE WHEN t.credit = 'refund.payable' THEN t.amount_cents ELSE -t.amount_cents END)
					FROM entry e JOIN transfer t ON t.account_id = e.account_id AND t.entry_id = e.entry_id
					WHERE e.account_id = x.account_id AND e.source_kind = 'refund' AND e.source_id = id_text(x.refund_id)
						AND (t.credit = 'refund.payable' OR t.debit = 'refund.payable')), 0) AS BIGINT) AS held
				FROM refund x WHERE `+inRange("x")+`) r`),
	},
	{
		Invariant: "I4", Object: "entry", Problem: "refund.payable moved for something that is no refund and no line of a statement",
		stmt: proveRows("prove_refund_source", `
			SELECT t.account_id, id_text(t.entry_id), 1, CASE WHEN EXISTS (SELECT 1 FROM entry e
				WHERE e.account_id = t.account_id AND e.entry_id = t.entry_id AND e.source_kind IN ('refund', 'bank_item')) THEN 1 ELSE 0 END
			FROM transfer t WHERE (t.credit = 'refund.payable' OR t.debit = 'refund.payable') AND `+inRange("t")+` AND `+fresh("t.entry_id")),
	},
	{
		// What was refunded before it came back can not be undone: staff settle it
		// with the bank.
		Invariant: "I4", Object: "ACH entry", Problem: "an entry came back and its payment did not",
		stmt: proveRows("prove_return_posted", `
			SELECT r.account_id, id_text(r.ach_entry_id), 1, CASE WHEN EXISTS (
				SELECT 1 FROM ach_entry e JOIN payment_return p ON p.account_id = e.account_id AND p.payment_id = e.payment_id
				WHERE e.account_id = r.account_id AND e.ach_entry_id = r.ach_entry_id) OR EXISTS (
				SELECT 1 FROM ach_entry e JOIN refund f ON f.account_id = e.account_id AND f.payment_id = e.payment_id
				WHERE e.account_id = r.account_id AND e.ach_entry_id = r.ach_entry_id) THEN 1 ELSE 0 END
			FROM ach_return r WHERE r.kind IN ('debit', 'retry') AND `+inRange("r")),
	},
}

// isDeposited is of items i that brought a deposit.
const isDeposited = `(i.file_id, i.line, i.seq) IN (SELECT d.bank_file_id, d.bank_line, d.bank_seq FROM deposit d)`
