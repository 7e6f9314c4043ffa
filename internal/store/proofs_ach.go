package store

// achProofs say that a file to the bank is what its entries are (I11). A file
// that is being built has no totals yet, and one that was withdrawn no entries.
var achProofs = []Proof{
	{
		Invariant: "I11", Object: "file", Problem: "a file has more or fewer entries than it says", Whole: true,
		stmt: proveSums("prove_file_entries", fileSays("f.entries"), fileHolds("1")),
	},
	{
		Invariant: "I11", Object: "file", Problem: "a file's debits are not those of its entries", Money: true, Whole: true,
		stmt: proveSums("prove_file_debits", fileSays("f.debit_cents"), fileHolds("CASE WHEN "+isCredit("e.")+" THEN 0 ELSE e.amount_cents END")),
	},
	{
		Invariant: "I11", Object: "file", Problem: "a file's credits are not those of its entries", Money: true, Whole: true,
		stmt: proveSums("prove_file_credits", fileSays("f.credit_cents"), fileHolds("CASE WHEN "+isCredit("e.")+" THEN e.amount_cents ELSE 0 END")),
	},
	{
		Invariant: "I11", Object: "batch", Problem: "a batch has other entries than the file between its ends", Whole: true,
		stmt: proveSums("prove_batch_entries",
			`SELECT NULL, id_text(b.file_id) || ' ' || b.kind || ' ' || b.sec_code, b.entries, 0
			FROM ach_batch b JOIN ach_file f ON f.file_id = b.file_id WHERE `+fileIsWhole,
			`SELECT NULL, id_text(e.file_id) || ' ' || e.kind || ' ' || e.sec_code, 0, 1
			FROM ach_entry e JOIN ach_file f ON f.file_id = e.file_id WHERE `+fileIsWhole),
	},
	{
		Invariant: "I11", Object: "place in a file", Problem: "places in a file are not counted on from 1", Whole: true,
		stmt: proveRows("prove_file_places", `
			SELECT NULL, id_text(e.file_id), COUNT(*), MAX(e.file_seq) FROM ach_entry e WHERE e.file_id IS NOT NULL AND `+inFiles("e")+` GROUP BY e.file_id`),
	},
	{
		Invariant: "I11", Object: "trace number", Problem: "a trace number stands for several entries", Whole: true,
		stmt: proveRows("prove_trace_once", `
			SELECT NULL, e.trace, 1, (SELECT COUNT(*) FROM ach_entry o WHERE o.trace = e.trace AND o.trace_round = e.trace_round)
			FROM ach_entry e WHERE e.trace IS NOT NULL AND `+inFiles("e")),
	},
	{
		Invariant: "I11", Object: "ACH entry", Problem: "an entry is in a file that does not exist, or was withdrawn",
		stmt: proveRows("prove_entry_in_file", `
			SELECT e.account_id, id_text(e.ach_entry_id), 1,
				CASE WHEN EXISTS (SELECT 1 FROM ach_file f WHERE f.file_id = e.file_id AND f.state <> 'withdrawn') THEN 1 ELSE 0 END
			FROM ach_entry e WHERE e.file_id IS NOT NULL AND `+inRange("e")),
	},
	{
		Invariant: "I11", Object: "ACH entry", Problem: "an entry was sent before its day, or settled without having been sent",
		stmt: proveRows("prove_entry_in_time", `
			SELECT e.account_id, id_text(e.ach_entry_id), 1,
				CASE WHEN e.settle_on <= f.settle_on AND (e.state = 'filed' OR f.state = 'sending' OR f.state = 'sent' OR f.state = 'acknowledged') THEN 1 ELSE 0 END
			FROM `+filedEntry+` AND `+inRange("e")),
	},
}

// filedEntry is entries with their files, looked up in this order: SQLite keeps it
// for a CROSS JOIN. Where it believes that there are few files it would go through
// all of them, with their entries, for every few accounts.
const filedEntry = `ach_entry e CROSS JOIN ach_file f WHERE f.file_id = e.file_id`

// fileIsWhole is of files whose totals are recorded and whose entries are there.
var fileIsWhole = `f.state <> 'building' AND f.state <> 'withdrawn' AND ` + inFiles("f")

func fileSays(amount string) string {
	return `SELECT NULL, f.name, ` + amount + `, 0 FROM ach_file f WHERE ` + fileIsWhole
}

func fileHolds(amount string) string {
	return `SELECT NULL, f.name, 0, ` + amount + ` FROM ach_entry e JOIN ach_file f ON f.file_id = e.file_id WHERE ` + fileIsWhole
}
