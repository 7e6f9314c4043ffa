package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
)

// ACHFile is a file to the bank with all that its text says beside the entries,
// and what became of it.
type ACHFile struct {
	ach.BankFile
	BankRouting, BankName  string
	Origin, OriginName     string
	CompanyName, CompanyID string
	Description            string // of debits
	BuiltBy                string
	OpenedAt               civil.Instant
	HeldFor                string // the limits that it is over
	ReleasedBy             string
	SentAt, AnsweredAt     civil.Instant
	Answer                 string // the bank's reason, when refused
}

const achFileColumns = `file_id, bank_on, modifier, settle_on, name, state, bank_routing, bank_name, origin, origin_name, company_name,
	company_id, description, entries, debit_cents, credit_cents, bytes, sha256, built_by, opened_at, built_at, held_for, released_by,
	sent_at, answered_at, answer`

var (
	qInsertACHFile = stmt("insert_ach_file", `
		INSERT INTO ach_file (`+achFileColumns+`) VALUES ($1, $2, $3, $4, $5, 'building', $6, $7, $8, $9, $10, $11, $12, 0, 0, 0, 0, '', $13, $14, NULL, '', '', NULL, NULL, '')`)
	qACHFile       = stmt("ach_file", `SELECT `+achFileColumns+` FROM ach_file WHERE file_id = $1`)
	qACHFileByName = stmt("ach_file_by_name", `SELECT `+achFileColumns+` FROM ach_file WHERE name = $1`)
	qACHFilesOn    = stmt("ach_files_on", `SELECT `+achFileColumns+` FROM ach_file WHERE bank_on = $1 ORDER BY opened_at, modifier LIMIT 40`)
	qOpenACHFiles  = stmt("open_ach_files", `
		SELECT `+achFileColumns+` FROM ach_file WHERE state <> 'acknowledged' AND state <> 'withdrawn' ORDER BY bank_on, modifier LIMIT $1`)
	qUnfinishedACHFiles = stmt("unfinished_ach_files", `SELECT `+achFileColumns+` FROM ach_file WHERE state = 'building' ORDER BY bank_on, modifier LIMIT 2`)
	qRedateACHFile      = stmt("redate_ach_file", `
		UPDATE ach_file SET bank_on = $2, modifier = $3, settle_on = $4, name = $5 WHERE file_id = $1 AND state = 'building'`)
	qRedateBuiltACHFile = stmt("redate_built_ach_file", `
		UPDATE ach_file SET bank_on = $2, modifier = $3, settle_on = $4, name = $5, bytes = $6, sha256 = $7
		WHERE file_id = $1 AND state = 'built' AND sha256 = $8`)
	qLastACHFiles = stmt("last_ach_files", `
		SELECT `+achFileColumns+` FROM ach_file ORDER BY bank_on DESC, opened_at DESC, modifier DESC LIMIT $1`)
	qDropACHFile  = stmt("drop_ach_file", `DELETE FROM ach_file WHERE file_id = $1 AND state = 'building' AND entries = 0`)
	qBuiltACHFile = stmt("built_ach_file", `
		UPDATE ach_file SET state = $2, entries = $3, debit_cents = $4, credit_cents = $5, bytes = $6, sha256 = $7, held_for = $8, built_at = $9
		WHERE file_id = $1 AND state = 'building'`)
	qReleaseACHFile = stmt("release_ach_file", `
		UPDATE ach_file SET state = 'built', released_by = $2, released_at = $3 WHERE file_id = $1 AND state = 'held'`)
	qHoldACHFile = stmt("hold_ach_file", `
		UPDATE ach_file SET state = 'held', held_for = $2 WHERE file_id = $1 AND state = 'built'`)
	qSendACHFile   = stmt("send_ach_file", `UPDATE ach_file SET state = 'sending' WHERE file_id = $1 AND state = 'built'`)
	qSentACHFile   = stmt("sent_ach_file", `UPDATE ach_file SET state = 'sent', sent_at = $2 WHERE file_id = $1 AND state = 'sending'`)
	qAnswerACHFile = stmt("answer_ach_file", `
		UPDATE ach_file SET state = $2, answer = $3, answered_at = $4, sent_at = COALESCE(sent_at, $4) WHERE file_id = $1 AND state IN ('sending', 'sent', 'acknowledged', 'refused') AND state <> $2`)

	qACHBatches   = stmt("ach_batches", `SELECT batch_no, kind, sec_code, entries, debit_cents, credit_cents FROM ach_batch WHERE file_id = $1 ORDER BY batch_no`)
	qGrowACHBatch = stmt("grow_ach_batch", `
		INSERT INTO ach_batch (file_id, batch_no, kind, sec_code, entries, debit_cents, credit_cents) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (file_id, batch_no) DO UPDATE SET entries = ach_batch.entries + excluded.entries,
			debit_cents = ach_batch.debit_cents + excluded.debit_cents, credit_cents = ach_batch.credit_cents + excluded.credit_cents`)
)

func scanACHFile(row func(...any) error) (ACHFile, error) {
	var f ACHFile
	var entries int64
	err := row(&f.ID, &f.BankOn, &f.Modifier, &f.SettleOn, &f.Name, &f.State, &f.BankRouting, &f.BankName, &f.Origin, &f.OriginName,
		&f.CompanyName, &f.CompanyID, &f.Description, &entries, &f.Debits, &f.Credits, &f.Bytes, &f.SHA256, &f.BuiltBy, &f.OpenedAt,
		&f.BuiltAt, &f.HeldFor, &f.ReleasedBy, &f.SentAt, &f.AnsweredAt, &f.Answer)
	f.Entries = int(entries)
	return f, err
}

// OpenACHFile begins a file. One of the same bank day and modifier, or of the
// same name, fails the transaction.
func (tx *Tx) OpenACHFile(f ACHFile) {
	tx.queue(qInsertACHFile, f.ID, f.BankOn, f.Modifier, f.SettleOn, f.Name, f.BankRouting, f.BankName, f.Origin, f.OriginName,
		f.CompanyName, f.CompanyID, f.Description, f.BuiltBy, tx.now)
}

// ACHFile finds a file, or fault.NotFound.
func (tx *ReadTx) ACHFile(id ach.FileID) (ACHFile, error) { return one(tx, qACHFile, scanACHFile, id) }

// ACHFileByName finds a file by its name, or fault.NotFound.
func (tx *ReadTx) ACHFileByName(name string) (ACHFile, error) {
	return one(tx, qACHFileByName, scanACHFile, name)
}

// ACHFilesOn gives the files of a bank day in the order they were begun.
func (tx *ReadTx) ACHFilesOn(bankOn civil.Date) ([]ACHFile, error) {
	return collect(tx, qACHFilesOn, scanACHFile, bankOn)
}

// OpenACHFiles gives up to limit files that the bank has not taken yet, as far
// as we know, the oldest first.
func (tx *ReadTx) OpenACHFiles(limit int) ([]ACHFile, error) {
	return collect(tx, qOpenACHFiles, scanACHFile, limit)
}

// UnfinishedACHFiles gives the files that were begun and are not whole, the
// oldest first.
func (tx *ReadTx) UnfinishedACHFiles() ([]ACHFile, error) {
	return collect(tx, qUnfinishedACHFiles, scanACHFile)
}

// RedateACHFile gives a file that is not whole another bank day, with the name
// and the date of settlement that go with it.
func (tx *Tx) RedateACHFile(f ACHFile) {
	tx.expect(errFileElsewhere, qRedateACHFile, f.ID, f.BankOn, f.Modifier, f.SettleOn, f.Name)
}

// RedateBuiltACHFile gives a file that is whole and did not leave another bank
// day, with all that its text changes by: before is the sum that it had.
func (tx *Tx) RedateBuiltACHFile(f ACHFile, before string) {
	tx.expect(errFileElsewhere, qRedateBuiltACHFile, f.ID, f.BankOn, f.Modifier, f.SettleOn, f.Name, f.Bytes, f.SHA256, before)
}

// LastACHFiles gives the newest files, the newest first.
func (tx *ReadTx) LastACHFiles(limit int) ([]ACHFile, error) {
	return collect(tx, qLastACHFiles, scanACHFile, limit)
}

// DropACHFile forgets a file that was begun and in which there is nothing.
func (tx *Tx) DropACHFile(id ach.FileID) { tx.queue(qDropACHFile, id) }

var errFileElsewhere = fault.New(fault.Conflict, "ach.elsewhere", "somebody else works on the same file to the bank: let one program do it")

// ACHFileBuilt records that a file is whole: f has its totals and sum, and its
// state, held or built.
func (tx *Tx) ACHFileBuilt(f ACHFile) {
	tx.expect(errFileElsewhere, qBuiltACHFile, f.ID, string(f.State), int64(f.Entries), f.Debits, f.Credits, f.Bytes, f.SHA256, f.HeldFor, tx.now)
}

// ReleaseACHFile lets a held file leave.
func (tx *Tx) ReleaseACHFile(id ach.FileID, by string) {
	tx.expect(errFileElsewhere, qReleaseACHFile, id, by, tx.now)
}

// HoldACHFile keeps a file here that was about to leave.
func (tx *Tx) HoldACHFile(id ach.FileID, why string) {
	tx.expect(errFileElsewhere, qHoldACHFile, id, why)
}

// SendACHFile records that a file may be with the bank from now on.
func (tx *Tx) SendACHFile(id ach.FileID) { tx.expect(errFileElsewhere, qSendACHFile, id) }

// ACHFileSent records that a file is with the bank.
func (tx *Tx) ACHFileSent(id ach.FileID) { tx.expect(errFileElsewhere, qSentACHFile, id, tx.now) }

// ACHFileAnswered records the bank's word on a file, which also proves that it
// got there.
func (tx *Tx) ACHFileAnswered(id ach.FileID, state ach.FileState, reason string) {
	tx.expect(errFileElsewhere, qAnswerACHFile, id, string(state), reason, tx.now)
}

// ACHBatch is neighbouring entries of a file of one kind and class.
type ACHBatch struct {
	Number int
	Kind   ach.Kind
	SEC    ach.SEC
	ach.Totals
}

// ACHBatches gives the batches of a file in order.
func (tx *ReadTx) ACHBatches(file ach.FileID) ([]ACHBatch, error) {
	return collect(tx, qACHBatches, func(row func(...any) error) (ACHBatch, error) {
		var b ACHBatch
		var number, entries int64
		err := row(&number, &b.Kind, &b.SEC, &entries, &b.Debits, &b.Credits)
		b.Number, b.Entries = int(number), int(entries)
		return b, err
	}, file)
}

// GrowACHBatch adds entries to a batch, which is made if need be.
func (tx *Tx) GrowACHBatch(file ach.FileID, b ACHBatch) {
	tx.queue(qGrowACHBatch, file, int64(b.Number), string(b.Kind), string(b.SEC), int64(b.Entries), b.Debits, b.Credits)
}

var (
	qAnyACHWaiting = stmt("any_ach_waiting", `
		SELECT kind, sec_code FROM ach_entry WHERE state = 'waiting' AND kind = $1 AND sec_code = $2 AND settle_on <= $3`+undisputed+`
		ORDER BY settle_on, account_id, ach_entry_id LIMIT 1`)
	// The whole chunk is filed by one statement: places and traces are counted on.
	// What is disputed is left out, so that the others go; if it were not, the table
	// would refuse it: live_mandate_id finds only a mandate that is not (ACH-33).
	qFileEntries = stmt("file_ach_entries", `
		UPDATE ach_entry SET state = 'filed', file_id = $1, file_seq = CAST($2 AS BIGINT) + r.n,
			trace = CAST($3 AS TEXT) || SUBSTR(CAST(10000000 + CAST($4 AS BIGINT) + r.n AS TEXT), 2), trace_round = $5,
			live_mandate_id = (SELECT m.mandate_id FROM mandate m
				WHERE m.account_id = ach_entry.account_id AND m.mandate_id = ach_entry.mandate_id AND m.state <> 'disputed')
		FROM (SELECT account_id, ach_entry_id, ROW_NUMBER() OVER (ORDER BY settle_on, account_id, ach_entry_id) AS n
			FROM ach_entry WHERE state = 'waiting' AND kind = $6 AND sec_code = $7 AND settle_on <= $8
				AND (settle_on, account_id, ach_entry_id) > ($10, $11, $12)`+undisputed+`
			ORDER BY settle_on, account_id, ach_entry_id LIMIT $9) r
		WHERE ach_entry.account_id = r.account_id AND ach_entry.ach_entry_id = r.ach_entry_id`)
	qRefusedEntries = stmt("refused_ach_entries", `
		SELECT COUNT(*) FROM ach_entry e JOIN mandate m ON m.account_id = e.account_id AND m.mandate_id = e.mandate_id
		WHERE e.state = 'waiting' AND m.state = 'disputed'`)
	qFiledCents = stmt("filed_cents", `
		SELECT CAST(COALESCE(SUM(CASE WHEN `+isCredit("")+` THEN 0 ELSE amount_cents END), 0) AS BIGINT),
			CAST(COALESCE(SUM(CASE WHEN `+isCredit("")+` THEN amount_cents ELSE 0 END), 0) AS BIGINT)
		FROM ach_entry WHERE file_id = $1 AND file_seq > $2`)
	qFiledLast = stmt("filed_last", `
		SELECT settle_on, account_id, ach_entry_id FROM ach_entry WHERE file_id = $1 AND file_seq = $2`)
	qEnsureCounter = stmt("ensure_counter", `INSERT INTO counter (name, n) VALUES ($1, 0) ON CONFLICT (name) DO NOTHING`)
	qCounter       = stmt("counter", `SELECT n FROM counter WHERE name = $1`)
	qMoveCounter   = stmt("move_counter", `UPDATE counter SET n = n + $2 WHERE name = $1 AND n = $3`)
	// What stood under the same traces the round before.
	qTracesBefore = stmt("traces_before", `
		SELECT f.settle_on FROM ach_entry e JOIN ach_file f ON f.file_id = e.file_id
		WHERE e.trace >= $1 AND e.trace <= $2 AND e.trace_round = $3 ORDER BY f.settle_on DESC LIMIT 1`)
)

// isCredit is of entries that bring money to the Receiver, see ach.Entry.
func isCredit(alias string) string {
	return `(` + alias + `kind IN ('refund', 'reversal') OR ` + alias + `kind = 'micro' AND ` + alias + `first_entry_id IS NULL)`
}

// undisputed leaves out the entries of a mandate on which nothing may be sent.
const undisputed = ` AND (mandate_id IS NULL OR NOT EXISTS (SELECT 1 FROM mandate m
	WHERE m.account_id = ach_entry.account_id AND m.mandate_id = ach_entry.mandate_id AND m.state = 'disputed'))`

// AnyACHWaiting tells whether an entry of a kind and class waits that may
// settle on a day.
func (tx *ReadTx) AnyACHWaiting(kind ach.Kind, class ach.SEC, settleOn civil.Date) (bool, error) {
	some, err := collect(tx, qAnyACHWaiting, func(row func(...any) error) (bool, error) {
		var k, c string
		return true, row(&k, &c)
	}, string(kind), string(class), settleOn)
	return len(some) > 0, err
}

// RefusedEntries counts the entries that wait and that no file may hold.
func (tx *ReadTx) RefusedEntries() (int, error) {
	n, err := one(tx, qRefusedEntries, scalar[int64])
	return int(n), err
}

// FileChunk says which entries to put into a file.
type FileChunk struct {
	File  ACHFile
	Kind  ach.Kind
	SEC   ach.SEC
	After int64 // the last place that is taken in the file …
	Goes  bool  // … by an entry of this kind and class: the batch goes on
	Most  int
}

// Filed is what was put into a file.
type Filed struct {
	ach.Totals
	NewRound bool // the traces begin again at the lowest: they do not ascend from those before
}

// FileEntries puts waiting entries into a file, in the order of the day they
// settle and of accounts, and gives each its place and trace. It goes on after
// the last of their kind in the file: to begin at the front each time would mean
// to pass over all that no longer wait.
func (tx *Tx) FileEntries(c FileChunk) (Filed, error) {
	odfi := c.File.BankRouting[:8]
	counter := "ach_trace:" + odfi
	if _, err := tx.exec(qEnsureCounter, counter); err != nil {
		return Filed{}, err
	}
	taken, err := one(tx.ReadTx, qCounter, scalar[int64], counter)
	if err != nil {
		return Filed{}, err
	}
	block, skipped := ach.TracesAfter(taken, c.Most), int64(0)
	if c.Kind == ach.KindMicro && block.N < c.Most { // a batch ends with its round, and may not end between a credit and its debit
		skipped = int64(block.N)
		block = ach.TracesAfter(taken+skipped, c.Most)
	}
	if err := tx.checkTraces(odfi, block, c.File.SettleOn); err != nil {
		return Filed{}, err
	}
	last, err := tx.lastFiled(c)
	if err != nil {
		return Filed{}, err
	}
	n, err := tx.exec(qFileEntries, c.File.ID, c.After, odfi, block.First-1, block.Round, string(c.Kind), string(c.SEC), c.File.SettleOn, block.N,
		last.SettleOn, orLowest(last.AccountID.UUID), orLowest(last.ID.UUID))
	if err != nil || n == 0 {
		return Filed{}, err
	}
	tx.expect(errFileElsewhere, qMoveCounter, counter, n+skipped, taken)
	sum, err := one(tx.ReadTx, qFiledCents, func(row func(...any) error) (ach.Totals, error) {
		t := ach.Totals{Entries: int(n)}
		return t, row(&t.Debits, &t.Credits)
	}, c.File.ID, c.After)
	return Filed{Totals: sum, NewRound: block.First == 0}, err
}

// lastFiled gives the entry to go on after, as far as it has a place in the
// order; one before all others when a batch begins.
func (tx *Tx) lastFiled(c FileChunk) (ach.Entry, error) {
	first := ach.Entry{SettleOn: civil.NewDate(1970, 1, 1)}
	if !c.Goes {
		return first, nil
	}
	last, err := collect(tx.ReadTx, qFiledLast, func(row func(...any) error) (ach.Entry, error) {
		var e ach.Entry
		return e, row(&e.SettleOn, &e.AccountID, &e.ID)
	}, c.File.ID, c.After)
	if err != nil || len(last) == 0 {
		return first, err
	}
	return last[0], nil
}

// checkTraces refuses traces that a bank could still name for another entry
// (ACH-25).
func (tx *Tx) checkTraces(odfi string, b ach.Traces, settleOn civil.Date) error {
	if b.Round == 0 {
		return nil
	}
	before, err := collect(tx.ReadTx, qTracesBefore, scalar[civil.Date], ach.Trace(odfi, b.First), ach.Trace(odfi, b.First+int64(b.N)-1), b.Round-1)
	if err != nil || len(before) == 0 {
		return err
	}
	if !before[0].Before(settleOn.AddDays(-ach.TraceRestDays)) {
		return fault.New(fault.Conflict, "ach.traces_used_up",
			"the trace numbers of %s have come round within %d days: ask the bank for a second routing number", odfi, ach.TraceRestDays)
	}
	return nil
}

var (
	qACHWaiting = stmt("ach_waiting", `
		SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN `+isCredit("")+` THEN 0 ELSE amount_cents END), 0) AS BIGINT),
			CAST(COALESCE(SUM(CASE WHEN `+isCredit("")+` THEN amount_cents ELSE 0 END), 0) AS BIGINT)
		FROM ach_entry WHERE state = 'waiting'`)
	qUnfile = stmt("unfile_ach_entries", `
		UPDATE ach_entry SET state = 'waiting', file_id = NULL, file_seq = NULL, trace = NULL, trace_round = NULL, live_mandate_id = NULL
		WHERE file_id = $1 AND file_seq <= $2 AND state = 'filed'`)
	qWithdrawACHFile = stmt("withdraw_ach_file", `
		UPDATE ach_file SET state = 'withdrawn' WHERE file_id = $1 AND (state = 'held' OR state = 'refused')
			AND NOT EXISTS (SELECT 1 FROM ach_entry e WHERE e.file_id = $1)`)
)

// ACHWaiting adds up the entries that are in no file yet.
func (tx *ReadTx) ACHWaiting() (ach.Totals, error) {
	return one(tx, qACHWaiting, func(row func(...any) error) (ach.Totals, error) {
		var t ach.Totals
		var entries int64
		err := row(&entries, &t.Debits, &t.Credits)
		t.Entries = int(entries)
		return t, err
	})
}

// Unfile takes entries up to a place out of a file, so that they wait again.
func (tx *Tx) Unfile(id ach.FileID, through int64) { tx.queue(qUnfile, id, through) }

// WithdrawACHFile records that nobody has a file and nothing is in it any more.
func (tx *Tx) WithdrawACHFile(id ach.FileID) { tx.expect(errFileElsewhere, qWithdrawACHFile, id) }
