package store

// decisionProofs prove that coverage changes by decision alone (I13): who
// decided, by which rule and on what evidence is on record, and no charge is
// taken back without saying why.
var decisionProofs = []Proof{
	{
		Invariant: "I13", Object: "decision", Problem: "a decision without rule, evidence or actor",
		stmt: proveRows("prove_decision_reasoned", `
			SELECT d.account_id, id_text(d.decision_id), 1, CASE WHEN d.rule <> '' AND d.evidence <> '' AND d.actor <> '' THEN 1 ELSE 0 END
			FROM decision d WHERE `+inRange("d")),
	},
	{
		Invariant: "I13", Object: "entry", Problem: "a charge was taken back without a reason",
		stmt: proveRows("prove_reversal_reasoned", `
			SELECT e.account_id, id_text(e.entry_id), 1, CASE WHEN e.reason <> '' THEN 1 ELSE 0 END
			FROM entry e WHERE e.kind = 'charge_reversal' AND `+inRange("e")+` AND `+fresh("e.entry_id")),
	},
	{
		Invariant: "I13", Object: "enrollment", Problem: "decisions on an enrollment that is not marked as decided on",
		stmt: proveRows("prove_decided_mark", `
			SELECT e.account_id, id_text(e.enrollment_id), CASE WHEN e.decided THEN 1 ELSE 0 END, 1
			FROM enrollment e WHERE EXISTS (SELECT 1 FROM decision d WHERE d.account_id = e.account_id AND d.enrollment_id = e.enrollment_id) AND `+inRange("e")),
	},
}
