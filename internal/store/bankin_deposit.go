package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
)

// DepositID names a deposit.
type DepositID = ident.ID[Deposit]

// DepositSide says what a line of the statement moves.
type DepositSide string

// The sides.
const (
	DepositDebits   DepositSide = "debits"   // what a file of ours collected
	DepositCredits  DepositSide = "credits"  // what a file of ours paid out
	DepositReturned DepositSide = "returned" // entries that came back
	DepositItems    DepositSide = "items"    // other money on its way: card, lockbox, bill pay
)

// Deposit is a line of the statement that agrees with money on its way.
type Deposit struct {
	ID       DepositID
	Line     BankItemID
	Clearing ledger.Account
	Side     DepositSide
	File     ach.FileID   // of DepositDebits and DepositCredits
	Amount   money.Amount // below zero when money left
	Posted   money.Amount // of it, so far
	On       civil.Date
	NextSeq  int64 // entries of the file before it are done
	Done     bool
}

const depositColumns = `deposit_id, bank_file_id, bank_line, bank_seq, clearing, side, ach_file_id, amount_cents, posted_cents, deposited_on, next_seq`

var (
	qInsertDeposit = stmt("insert_deposit", `
		INSERT INTO deposit (`+depositColumns+`, done_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	qOpenDeposits   = stmt("open_deposits", `SELECT `+depositColumns+` FROM deposit WHERE done_at IS NULL ORDER BY deposit_id LIMIT 100`)
	qAdvanceDeposit = stmt("advance_deposit", `
		UPDATE deposit SET next_seq = $3, posted_cents = posted_cents + $4 WHERE deposit_id = $1 AND next_seq = $2 AND done_at IS NULL`)
	qFinishDeposit = stmt("finish_deposit", `
		UPDATE deposit SET done_at = $2 WHERE deposit_id = $1 AND posted_cents = amount_cents AND done_at IS NULL`)
	qSettlingFiles = stmt("settling_files", `
		SELECT f.file_id, f.name, f.settle_on, f.debit_cents, f.credit_cents,
			(SELECT COUNT(*) FROM deposit d WHERE d.ach_file_id = f.file_id AND d.side = 'debits'),
			(SELECT COUNT(*) FROM deposit d WHERE d.ach_file_id = f.file_id AND d.side = 'credits')
		FROM ach_file f WHERE f.settle_on >= $1 AND f.settle_on <= $2 AND f.state IN ('sending', 'sent', 'acknowledged')
		ORDER BY f.settle_on, f.modifier LIMIT 400`)
	qLastSeq = stmt("last_seq_of_chunk", `
		SELECT CAST(COALESCE(MAX(file_seq), 0) AS BIGINT) FROM (
			SELECT file_seq FROM ach_entry WHERE file_id = $1 AND file_seq > $2 ORDER BY file_seq LIMIT $3) c`)
	qSettleEntries = stmt("settle_ach_entries", `
		UPDATE ach_entry SET state = 'settled' WHERE file_id = $1 AND file_seq > $2 AND file_seq <= $3 AND state = 'filed' AND `+collects(""))
	// What a chunk of a file brings is the money on its way of its payments.
	qChunkItems = stmt("items_of_chunk", `
		SELECT CAST(COALESCE(SUM(i.amount_cents), 0) AS BIGINT) FROM ach_entry e
		JOIN clearing_item i ON i.account_id = e.account_id AND i.payment_id = COALESCE(e.payment_id, e.ach_entry_id)
		WHERE e.file_id = $1 AND e.file_seq > $2 AND e.file_seq <= $3 AND `+collects("e.")+`
			AND i.closed_on IS NULL AND i.amount_cents > 0`)
	qChunkEntries = stmt("entries_of_chunk", `
		SELECT CAST(COALESCE(SUM(e.amount_cents), 0) AS BIGINT) FROM ach_entry e
		WHERE e.file_id = $1 AND e.file_seq > $2 AND e.file_seq <= $3 AND `+collects("e."))
	qCloseChunk = stmt("close_items_of_chunk", `
		UPDATE clearing_item SET closed_on = $4, deposit_id = $5
		FROM ach_entry e
		WHERE e.file_id = $1 AND e.file_seq > $2 AND e.file_seq <= $3 AND `+collects("e.")+`
			AND clearing_item.account_id = e.account_id AND clearing_item.payment_id = COALESCE(e.payment_id, e.ach_entry_id)
			AND clearing_item.closed_on IS NULL AND clearing_item.amount_cents > 0`)
	qCreditsOfFile = stmt("credits_of_file", `
		SELECT account_id, ach_entry_id, kind, payment_id, refund_id, mandate_id, first_entry_id, bank_account_id, sec_code, payment_type,
			amount_cents, settle_on, state, file_id, trace, file_seq
		FROM ach_entry WHERE file_id = $1 AND file_seq > $2 AND `+isCredit("")+` ORDER BY file_seq LIMIT $3`)
	qCloseItem = stmt("close_clearing_item", `
		UPDATE clearing_item SET closed_on = $3, deposit_id = $4 WHERE account_id = $1 AND item_id = $2 AND closed_on IS NULL`)
)

// collects is of entries that bring money to us.
func collects(alias string) string {
	return `(` + alias + `kind IN ('debit', 'retry') OR ` + alias + `kind = 'micro' AND ` + alias + `first_entry_id IS NOT NULL)`
}

func scanDeposit(row func(...any) error) (Deposit, error) {
	var d Deposit
	err := row(&d.ID, &d.Line.File, &d.Line.Line, &d.Line.Seq, &d.Clearing, &d.Side, &d.File, &d.Amount, &d.Posted, &d.On, &d.NextSeq)
	return d, err
}

// InsertDeposit begins a deposit, or records one that is done. A second one of
// the same file and side fails the transaction.
func (tx *Tx) InsertDeposit(d Deposit) {
	var done any
	if d.Done {
		done = tx.now
	}
	tx.queue(qInsertDeposit, d.ID, d.Line.File, d.Line.Line, d.Line.Seq, string(d.Clearing), string(d.Side), d.File, d.Amount, d.Posted, d.On, d.NextSeq, done)
}

// OpenDeposits gives the deposits that are in progress.
func (tx *ReadTx) OpenDeposits() ([]Deposit, error) { return collect(tx, qOpenDeposits, scanDeposit) }

// SettlingFile is a file of ours that settles on a day, and whether the
// statement has shown its two sides.
type SettlingFile struct {
	ID                   ach.FileID
	Name                 string
	SettleOn             civil.Date
	Debits, Credits      money.Amount
	DebitsIn, CreditsOut bool
}

// SettlingFiles gives the files that settle from one day to another.
func (tx *ReadTx) SettlingFiles(from, to civil.Date) ([]SettlingFile, error) {
	return collect(tx, qSettlingFiles, func(row func(...any) error) (SettlingFile, error) {
		var f SettlingFile
		var in, out int64
		err := row(&f.ID, &f.Name, &f.SettleOn, &f.Debits, &f.Credits, &in, &out)
		f.DebitsIn, f.CreditsOut = in > 0, out > 0
		return f, err
	}, from, to)
}

var (
	errDepositElsewhere = fault.New(fault.Conflict, "deposit.elsewhere", "somebody else posts the same deposit: let one program do it")
	errDepositDiffers   = fault.New(fault.Internal, "deposit.differs", "the entries of a file do not come to what the statement says of it: look at it with quittance verify")
)

// SettleChunk closes the money on its way of up to limit debits of a deposit's
// file, in the order of the file, and gives the deposit as it is then and what
// was closed. It does not post.
func (tx *Tx) SettleChunk(d Deposit, limit int) (Deposit, money.Amount, error) {
	last, err := one(tx.ReadTx, qLastSeq, scalar[int64], d.File, d.NextSeq, limit)
	if err != nil || last == 0 {
		return d, money.Zero, err
	}
	items, err := one(tx.ReadTx, qChunkItems, scalar[money.Amount], d.File, d.NextSeq, last)
	if err != nil {
		return d, money.Zero, err
	}
	entries, err := one(tx.ReadTx, qChunkEntries, scalar[money.Amount], d.File, d.NextSeq, last)
	if err != nil {
		return d, money.Zero, err
	}
	if items != entries {
		return d, money.Zero, errDepositDiffers
	}
	tx.queue(qSettleEntries, d.File, d.NextSeq, last)
	tx.queue(qCloseChunk, d.File, d.NextSeq, last, d.On, d.ID)
	tx.AdvanceDeposit(&d, last, items)
	return d, items, nil
}

// AdvanceDeposit records how far a deposit is.
func (tx *Tx) AdvanceDeposit(d *Deposit, next int64, posted money.Amount) {
	tx.expect(errDepositElsewhere, qAdvanceDeposit, d.ID, d.NextSeq, next, posted)
	d.NextSeq, d.Posted = next, d.Posted.Add(posted)
}

// FinishDeposit records that all of a deposit is posted.
func (tx *Tx) FinishDeposit(d Deposit) { tx.expect(errDepositDiffers, qFinishDeposit, d.ID, tx.now) }

// FiledCredit is a refund, reversal or micro-credit of a file with its place.
type FiledCredit struct {
	ach.Entry
	Seq int64
}

// CreditsOfFile gives up to limit credits of a file after a place.
func (tx *ReadTx) CreditsOfFile(file ach.FileID, after int64, limit int) ([]FiledCredit, error) {
	return collect(tx, qCreditsOfFile, func(row func(...any) error) (FiledCredit, error) {
		var c FiledCredit
		e := &c.Entry
		err := row(&e.AccountID, &e.ID, &e.Kind, &e.PaymentID, &e.RefundID, &e.MandateID, &e.FirstID, &e.Bank, &e.SEC, &e.Type,
			&e.Amount, &e.SettleOn, &e.State, &e.FileID, &e.Trace, &c.Seq)
		return c, err
	}, file, after, limit)
}

// ClearingItem is money on its way, or on its way back when below zero.
type ClearingItem struct {
	AccountID enrollment.AccountID
	ID        ident.UUID
	PaymentID payment.ID
	Amount    money.Amount
	OpenedOn  civil.Date
}

const clearingItemColumns = `account_id, item_id, payment_id, amount_cents, opened_on`

var (
	qOpenItems     = stmt("open_clearing_items", openItems("clearing <> 'clearing.ach'")) // as the index says
	qOpenACHItems  = stmt("open_ach_clearing_items", openItems("clearing = 'clearing.ach'"))
	qReturnedItems = stmt("returned_clearing_items", `
		SELECT `+clearingItemColumns+` FROM clearing_item WHERE clearing = $1 AND closed_on IS NULL AND amount_cents < 0
		ORDER BY opened_on, account_id, item_id LIMIT $2`)
	qReturnedItemOf = stmt("returned_clearing_item_of", `
		SELECT `+clearingItemColumns+` FROM clearing_item WHERE account_id = $1 AND payment_id = $2 AND closed_on IS NULL AND amount_cents < 0
		ORDER BY item_id LIMIT 1`)
	qAgedClearing = stmt("aged_clearing", `
		SELECT clearing, opened_on, COUNT(*), CAST(SUM(CASE WHEN amount_cents > 0 THEN amount_cents ELSE 0 END) AS BIGINT),
			CAST(SUM(CASE WHEN amount_cents < 0 THEN amount_cents ELSE 0 END) AS BIGINT)
		FROM clearing_item WHERE closed_on IS NULL GROUP BY clearing, opened_on ORDER BY clearing, opened_on LIMIT 2000`)
)

func scanClearingItem(row func(...any) error) (ClearingItem, error) {
	var i ClearingItem
	err := row(&i.AccountID, &i.ID, &i.PaymentID, &i.Amount, &i.OpenedOn)
	return i, err
}

func openItems(which string) string {
	return `
		SELECT ` + clearingItemColumns + ` FROM clearing_item
		WHERE clearing = $1 AND ` + which + ` AND closed_on IS NULL AND opened_on >= $2 AND opened_on <= $3
		ORDER BY opened_on, account_id, item_id LIMIT $4`
}

// OpenClearing gives up to limit open items of a clearing account that were
// opened from one day to another. On PostgreSQL, and of ACH, it looks at the
// whole table: ask in Read.
func (tx *ReadTx) OpenClearing(clearing ledger.Account, from, to civil.Date, limit int) ([]ClearingItem, error) {
	s := qOpenItems
	if clearing == ledger.ClearingACH {
		s = qOpenACHItems
	}
	return collect(tx, s, scanClearingItem, string(clearing), from, to, limit)
}

// ReturnedClearing gives up to limit open items of money on its way back. It
// looks at the whole table: ask in Read.
func (tx *ReadTx) ReturnedClearing(clearing ledger.Account, limit int) ([]ClearingItem, error) {
	return collect(tx, qReturnedItems, scanClearingItem, string(clearing), limit)
}

// ReturnedClearingOf finds the open item of a payment that came back.
func (tx *ReadTx) ReturnedClearingOf(account enrollment.AccountID, id payment.ID) (ClearingItem, error) {
	return one(tx, qReturnedItemOf, scanClearingItem, account, id)
}

// CloseClearing closes an item by a deposit.
func (tx *Tx) CloseClearing(i ClearingItem, d Deposit) {
	tx.expect(errDepositElsewhere, qCloseItem, i.AccountID, i.ID, d.On, d.ID)
}

// Aged is what is open of a clearing account since a day.
type Aged struct {
	Clearing ledger.Account
	Since    civil.Date
	Items    int64
	Coming   money.Amount // above zero
	Going    money.Amount // below zero: on its way back
}

// AgedClearing gives what is open of every clearing account, by the day since
// when. It looks at the whole table.
func (tx *ReadTx) AgedClearing() ([]Aged, error) {
	return collect(tx, qAgedClearing, func(row func(...any) error) (Aged, error) {
		var a Aged
		err := row(&a.Clearing, &a.Since, &a.Items, &a.Coming, &a.Going)
		return a, err
	})
}
