package store

// exchangeProofs prove that carriers were told of everything that was decided and
// of nothing else, and that nothing counts as answered that was not told, or
// without an answer on record (I13, R-BIND-4).
var exchangeProofs = []Proof{
	{
		Invariant: "I13", Object: "decision", Problem: "a decision that its carrier is not to be told of",
		stmt: proveRows("prove_decision_told", `
			SELECT d.account_id, id_text(d.decision_id), 1, CASE WHEN EXISTS (SELECT 1 FROM carrier_message m
				WHERE m.account_id = d.account_id AND m.decision_id = d.decision_id AND m.enrollment_id = d.enrollment_id) THEN 1 ELSE 0 END
			FROM decision d WHERE d.kind IN (`+toldKinds+`) AND `+inRange("d")),
	},
	{
		Invariant: "I13", Object: "carrier_message", Problem: "a carrier was told of, or confirmed, what was never decided",
		stmt: proveRows("prove_message_decided", `
			SELECT m.account_id, id_text(m.decision_id), 1, CASE WHEN EXISTS (SELECT 1 FROM decision d
				WHERE d.account_id = m.account_id AND d.decision_id = m.decision_id AND d.enrollment_id = m.enrollment_id
					AND `+eventOfDecision+` = m.event) THEN 1 ELSE 0 END
			FROM carrier_message m WHERE `+inRange("m")),
	},
	{
		Invariant: "I13", Object: "carrier_message", Problem: "it counts as answered and no answer says so",
		stmt: proveRows("prove_message_answered", `
			SELECT m.account_id, id_text(m.decision_id), 1, CASE WHEN m.told_on <= m.answered_on AND EXISTS (SELECT 1 FROM carrier_answer a
				WHERE a.account_id = m.account_id AND a.enrollment_id = m.enrollment_id AND a.event = m.event AND a.coverage_month = m.coverage_month
					AND a.outcome = m.outcome AND a.answered_on = m.answered_on AND a.aside IN ('', 'repeats')) THEN 1 ELSE 0 END
			FROM carrier_message m WHERE m.outcome <> '' AND `+inRange("m")),
	},
}

// eventOfDecision is exchange.Tells in SQL, of a decision d: the proof goes
// another road than the code.
const eventOfDecision = `CASE d.kind WHEN 'effectuate' THEN 'start' WHEN 'end' THEN 'end' WHEN 'cancel' THEN 'cancel' WHEN 'undo_effectuate' THEN 'cancel'
	WHEN 'reinstate' THEN 'reinstate' WHEN 'undo_end' THEN 'reinstate' ELSE '' END`

// toldKinds are the decisions that carriers are told of.
const toldKinds = `'effectuate', 'end', 'cancel', 'undo_effectuate', 'reinstate', 'undo_end'`
