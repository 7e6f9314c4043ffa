package store

import (
	"io"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
)

const bankItemColumns = `file_id, line, seq, kind, code, trace, amount_cents, item_on, item_key, state, reason, note, account_id, ach_entry_id, state_at, state_by`

var (
	qInsertBankItem = stmt("insert_bank_item", `
		INSERT INTO bank_item (`+bankItemColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`)
	qBankItemDone   = stmt("bank_item_done", `SELECT 1 FROM bank_item WHERE file_id = $1 AND line = $2 AND seq = $3`)
	qBankItemBefore = stmt("bank_item_before", `
		SELECT `+bankItemColumns+` FROM bank_item
		WHERE item_key = $1 AND (state IN ('posted', 'noted', 'waiting') OR state IN ('set_aside', 'resolved') AND reason = $2)
		ORDER BY file_id, line, seq LIMIT 1`)
	qBankItem     = stmt("bank_item", `SELECT `+bankItemColumns+` FROM bank_item WHERE file_id = $1 AND line = $2 AND seq = $3`)
	qMoveBankItem = stmt("move_bank_item", `
		UPDATE bank_item SET state = $5, reason = $6, note = $7, account_id = $8, ach_entry_id = $9, state_at = $10, state_by = $11
		WHERE file_id = $1 AND line = $2 AND seq = $3 AND state = $4`)
	qOpenBankItems = stmt("open_bank_items", `
		SELECT `+bankItemColumns+` FROM bank_item
		WHERE state IN ('waiting', 'set_aside') AND (item_on > $1 OR item_on = $1 AND (file_id, line, seq) > ($2, $3, $4))
		ORDER BY item_on, file_id, line, seq LIMIT $5`)
	qBankItemCounts = stmt("bank_item_counts", `
		SELECT state, COUNT(*) FROM bank_item WHERE file_id = $1 GROUP BY state ORDER BY state`)
	qOpenBankItemCounts = stmt("open_bank_item_counts", `
		SELECT state, COUNT(*) FROM bank_item WHERE state IN ('waiting', 'set_aside') GROUP BY state ORDER BY state`)
)

// BankItemState says what became of an item of a bank file.
type BankItemState string

// The states of an item.
const (
	BankItemPosted   BankItemState = "posted"    // followed in the books
	BankItemNoted    BankItemState = "noted"     // nothing follows from it
	BankItemKnown    BankItemState = "known"     // it was there before, in this or another file
	BankItemWaiting  BankItemState = "waiting"   // a line of the statement that agrees with nothing yet
	BankItemSetAside BankItemState = "set_aside" // for staff
	BankItemResolved BankItemState = "resolved"  // staff have dealt with it
)

// BankItemID names an item by its place: file, line, and number in the line.
type BankItemID struct {
	File InboundFileID
	Line int64
	Seq  int64
}

// BankItem is one thing that a bank file says.
type BankItem struct {
	BankItemID
	Kind      string
	Code      string
	Trace     string
	Amount    money.Amount // below zero when money left
	On        civil.Date   // the day that the bank speaks of
	Key       string       // what makes it the same item in another file
	State     BankItemState
	Reason    string // a code
	Note      string // what staff should know; no personal data
	AccountID enrollment.AccountID
	Entry     ach.EntryID
	At        civil.Instant // of State
	By        string
}

func scanBankItem(row func(...any) error) (BankItem, error) {
	var i BankItem
	err := row(&i.File, &i.Line, &i.Seq, &i.Kind, &i.Code, &i.Trace, &i.Amount, &i.On, &i.Key, &i.State, &i.Reason, &i.Note,
		&i.AccountID, &i.Entry, &i.At, &i.By)
	return i, err
}

// BankItemDone tells whether an item of a file was worked off before.
func (tx *ReadTx) BankItemDone(id BankItemID) (bool, error) {
	found, err := collect(tx, qBankItemDone, scalar[int64], id.File, id.Line, id.Seq)
	return len(found) > 0, err
}

// BankItem finds an item, or fault.NotFound.
func (tx *ReadTx) BankItem(id BankItemID) (BankItem, error) {
	return one(tx, qBankItem, scanBankItem, id.File, id.Line, id.Seq)
}

// BankItemBefore finds the item that is the same as another one, wherever it
// stood: one that took effect, or that was set aside for the same reason.
func (tx *ReadTx) BankItemBefore(key, reason string) (i BankItem, found bool, err error) {
	i, err = one(tx, qBankItemBefore, scanBankItem, key, reason)
	if fault.KindOf(err) == fault.NotFound {
		return BankItem{}, false, nil
	}
	return i, err == nil, err
}

// InsertBankItem records an item and what became of it.
func (tx *Tx) InsertBankItem(i BankItem) {
	tx.queue(qInsertBankItem, i.File, i.Line, i.Seq, i.Kind, i.Code, i.Trace, i.Amount, i.On, i.Key, string(i.State), i.Reason, i.Note,
		i.AccountID, i.Entry, tx.now, i.By)
}

// BankFile is the kind under which files of the bank are kept.
const BankFile = "bank"

// PutBankFileAside keeps a file of the bank that a person must look at and puts
// it into their queue as one item, unless that was done before.
func (tx *Tx) PutBankFileAside(f InboundFile, content io.Reader, i BankItem) error {
	if _, err := tx.InboundFileByHash(BankFile, f.SHA256); fault.KindOf(err) != fault.NotFound {
		return err
	}
	f.ID, f.Kind = InboundFileID{UUID: tx.NewID()}, BankFile
	if err := tx.InsertInboundFile(f, content); err != nil {
		return err
	}
	i.BankItemID, i.State = BankItemID{File: f.ID, Line: 1, Seq: 1}, BankItemSetAside
	i.Key = i.Kind + "|" + f.ID.String()
	tx.InsertBankItem(i)
	tx.FinishInboundFile(f.ID)
	return nil
}

var errItemMoved = fault.New(fault.Conflict, "bank_item.moved", "somebody else has dealt with this item meanwhile")

// MoveBankItem records what became of an item that was in another state.
func (tx *Tx) MoveBankItem(i BankItem, from BankItemState) {
	tx.expect(errItemMoved, qMoveBankItem, i.File, i.Line, i.Seq, string(from), string(i.State), i.Reason, i.Note, i.AccountID, i.Entry, tx.now, i.By)
}

// OpenBankItems gives up to limit items that wait or are set aside, the oldest
// day first: those after another one, or from the first.
func (tx *ReadTx) OpenBankItems(after BankItem, limit int) ([]BankItem, error) {
	day := after.On
	if day.IsZero() {
		day = civil.MustParseDate("0001-01-02")
	}
	return collect(tx, qOpenBankItems, scanBankItem, day, orLowest(after.File.UUID), after.Line, after.Seq, limit)
}

// BankItemCounts counts the items of a file by what became of them.
func (tx *ReadTx) BankItemCounts(id InboundFileID) (map[BankItemState]int64, error) {
	return tx.countStates(qBankItemCounts, id)
}

// OpenBankItemCounts counts the items that wait and those that are set aside.
func (tx *ReadTx) OpenBankItemCounts() (map[BankItemState]int64, error) {
	return tx.countStates(qOpenBankItemCounts)
}

func (tx *ReadTx) countStates(s *Stmt, args ...any) (map[BankItemState]int64, error) {
	counts := map[BankItemState]int64{}
	err := each(tx, s, func(row func(...any) error) error {
		var state BankItemState
		var n int64
		err := row(&state, &n)
		counts[state] = n
		return err
	}, args...)
	return counts, err
}
