package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
)

var (
	qFillBatch = stmt("fill_print_batch", `
		UPDATE message SET batch_no = $1
		WHERE state = 'queued' AND channel = 'print' AND batch_no IS NULL AND stock = $2 AND (account_id, message_id) IN (
			SELECT account_id, message_id FROM message
			WHERE state = 'queued' AND channel = 'print' AND batch_no IS NULL AND stock = $2
			ORDER BY account_id, message_id LIMIT $3)`)
	qAnyToPrint = stmt("any_to_print", `
		SELECT message_id FROM message
		WHERE state = 'queued' AND channel = 'print' AND batch_no IS NULL AND stock = $1 ORDER BY account_id, message_id LIMIT 1`)
	qInsertBatch = stmt("insert_print_batch", `
		INSERT INTO print_batch (batch_no, batch_on, stock, state, letters, pages, sha256, opened_at) VALUES ($1, $2, $3, 'open', $4, 0, '', $5)`)
	qBatch = stmt("print_batch", `
		SELECT batch_no, batch_on, stock, state, letters, pages, sha256 FROM print_batch WHERE batch_no = $1`)
	qBatchUnfinished = stmt("print_batch_unfinished", `
		SELECT batch_no, batch_on, stock, state, letters, pages, sha256 FROM print_batch WHERE state <> 'out' ORDER BY batch_no LIMIT 1`)
	qMessagesInBatch = stmt("messages_in_batch", `
		SELECT `+messageColumns+` FROM message
		WHERE batch_no = $1 AND (account_id, message_id) > ($2, $3) AND state <> 'failed' ORDER BY account_id, message_id LIMIT $4`)
	qBatchMade = stmt("print_batch_made", `
		UPDATE print_batch SET state = 'made', letters = $2, pages = $3, sha256 = $4, made_at = $5 WHERE batch_no = $1 AND state = 'open'`)
	qBatchSent = stmt("print_batch_sent", `UPDATE message SET state = 'sent', sent_at = $2 WHERE batch_no = $1 AND state = 'queued'`)
	qBatchOut  = stmt("print_batch_out", `UPDATE print_batch SET state = 'out', out_at = $2 WHERE batch_no = $1 AND state = 'made'`)
)

// BatchState is how far a print batch is.
type BatchState string

// The states of a print batch.
const (
	BatchOpen BatchState = "open" // its letters are chosen
	BatchMade BatchState = "made" // its file is whole, beside the outbox
	BatchOut  BatchState = "out"  // its file is in the outbox
)

// PrintBatch is one file of printed letters.
type PrintBatch struct {
	Number  int64
	On      civil.Date
	Stock   Stock
	State   BatchState
	Letters int
	Pages   int
	SHA256  string // of the file
}

func scanBatch(row func(...any) error) (PrintBatch, error) {
	var b PrintBatch
	var letters, pages int64
	err := row(&b.Number, &b.On, &b.Stock, &b.State, &letters, &pages, &b.SHA256)
	b.Letters, b.Pages = int(letters), int(pages)
	return b, err
}

// OpenBatch chooses up to most letters of a stock that wait to be printed. It
// says false when none does.
func (tx *Tx) OpenBatch(on civil.Date, stock Stock, most int) (PrintBatch, bool, error) {
	if waiting, err := collect(tx.ReadTx, qAnyToPrint, scalar[MessageID], string(stock)); err != nil || len(waiting) == 0 {
		return PrintBatch{}, false, err
	}
	number, err := tx.NextNumbers("print_batch", 1)
	if err != nil {
		return PrintBatch{}, false, err
	}
	letters, err := tx.exec(qFillBatch, number, string(stock), most)
	if err != nil {
		return PrintBatch{}, false, err
	}
	tx.queue(qInsertBatch, number, on, string(stock), letters, tx.now)
	return PrintBatch{Number: number, On: on, Stock: stock, State: BatchOpen, Letters: int(letters)}, true, nil
}

// Batch finds a print batch, or fault.NotFound.
func (tx *ReadTx) Batch(number int64) (PrintBatch, error) { return one(tx, qBatch, scanBatch, number) }

// UnfinishedBatch gives the first batch that is not in the outbox yet.
func (tx *ReadTx) UnfinishedBatch() (PrintBatch, bool, error) {
	b, err := one(tx, qBatchUnfinished, scanBatch)
	if fault.KindOf(err) == fault.NotFound {
		return b, false, nil
	}
	return b, err == nil, err
}

// BatchMessages gives up to limit letters of a batch after one that was given
// before. Those that can not be printed are left out.
func (tx *ReadTx) BatchMessages(number int64, after Message, limit int) ([]Message, error) {
	return collect(tx, qMessagesInBatch, tx.scanMessage, number, orLowest(after.AccountID.UUID), orLowest(after.ID.UUID), limit)
}

var errBatchElsewhere = fault.New(fault.Conflict, "print.elsewhere", "somebody else is making the same print batch: let one program print")

// BatchMade records that the file of an open batch is whole: its letters are
// sent from now on.
func (tx *Tx) BatchMade(b PrintBatch) {
	tx.expect(errBatchElsewhere, qBatchMade, b.Number, int64(b.Letters), int64(b.Pages), b.SHA256, tx.now)
	tx.queue(qBatchSent, b.Number, tx.now)
}

// BatchIsOut records that the file of a batch is in the outbox.
func (tx *Tx) BatchIsOut(number int64) { tx.queue(qBatchOut, number, tx.now) }
