package store

// bankProofs say that cash moves as the bank's statements say, and in no other
// way (I6), and that an entry that came back took its payment along (I4).
var bankProofs = []Proof{
	{
		Invariant: "I6", Object: "account", Problem: "cash is not what the lines of the statements come to", Money: true, Whole: true,
		stmt: proveSums("prove_cash_stated",
			`SELECT NULL, 'cash.operating', 0, t.amount_cents FROM transfer t WHERE t.debit = 'cash.operating'`,
			`SELECT NULL, 'cash.operating', 0, -t.amount_cents FROM transfer t WHERE t.credit = 'cash.operating'`,
			`SELECT NULL, 'cash.operating', d.posted_cents, 0 FROM deposit d`,
			`SELECT NULL, 'cash.operating', i.amount_cents, 0 FROM bank_item i
			WHERE i.kind = 'line' AND i.state = 'posted' AND NOT EXISTS (`+depositsOf+`)`),
	},
	{
		Invariant: "I6", Object: "line of a statement", Problem: "a line that agrees brought another amount", Money: true, Whole: true,
		stmt: proveSums("prove_line_deposited",
			`SELECT NULL, CAST(i.file_id AS TEXT) || ' line ' || CAST(i.line AS TEXT), i.amount_cents, 0
			FROM bank_item i WHERE i.kind = 'line' AND i.state = 'posted' AND EXISTS (`+depositsOf+`)`,
			`SELECT NULL, CAST(d.bank_file_id AS TEXT) || ' line ' || CAST(d.bank_line AS TEXT), 0, d.amount_cents FROM deposit d`),
	},
	{
		Invariant: "I6", Object: "deposit", Problem: "the items that a deposit closed do not come to it", Money: true, Whole: true,
		stmt: proveSums("prove_deposit_items",
			`SELECT NULL, CAST(d.deposit_id AS TEXT), d.posted_cents, 0 FROM deposit d WHERE d.side <> 'credits'`,
			`SELECT NULL, CAST(i.deposit_id AS TEXT), 0, i.amount_cents FROM clearing_item i
			WHERE i.deposit_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM deposit d WHERE d.deposit_id = i.deposit_id AND d.side = 'credits')`),
	},
	{
		Invariant: "I4", Object: "ACH entry", Problem: "an entry came back and its payment did not",
		stmt: proveRows("prove_return_posted", `
			SELECT r.account_id, CAST(r.ach_entry_id AS TEXT), 1, CASE WHEN EXISTS (
				SELECT 1 FROM ach_entry e JOIN payment_return p ON p.account_id = e.account_id AND p.payment_id = e.payment_id
				WHERE e.account_id = r.account_id AND e.ach_entry_id = r.ach_entry_id) THEN 1 ELSE 0 END
			FROM ach_return r WHERE r.kind IN ('debit', 'retry') AND `+inRange("r")),
	},
}

// depositsOf are the deposits of item i.
const depositsOf = `SELECT 1 FROM deposit d WHERE d.bank_file_id = i.file_id AND d.bank_line = i.line AND d.bank_seq = i.seq`
