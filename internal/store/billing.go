package store

import (
	"encoding/json"
	"fmt"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
)

var errNoAccount = fault.New(fault.NotFound, "store.not_found", "no such account")

var (
	chargeColumns = []string{
		"account_id", "charge_id", "enrollment_id", "coverage_month", "generation", "kind", "carrier_id",
		"gross_cents", "aptc_cents", "state_cents", "member_cents", "due_on", "binder", "charged_on", "entry_id", "raised_cents", "raised_due_on",
	}
	openChargeColumns = []string{"account_id", "charge_id", "open_cents"}
	billColumns       = []string{
		"account_id", "bill_id", "bill_no", "kind", "coverage_month", "revision", "issued_on", "due_on", "total_cents", "document", "issued_at", "link_code",
	}
	insertCharges     = insertsOf("charge", chargeColumns)
	insertOpenCharges = insertsOf("open_charge", openChargeColumns)
	insertBills       = insertsOf("bill", billColumns)
	qDeleteUnbilled   = stmt("delete_unbilled", `DELETE FROM unbilled WHERE account_id = $1 AND activity_id = $2`)
	qRevisionsIn      = stmt("bill_revisions_in", `
		SELECT account_id, MAX(revision) FROM bill
		WHERE account_id >= $1 AND account_id <= $2 AND coverage_month = $3 AND kind = $4 GROUP BY account_id`)
	qNextNumbers  = stmt("next_numbers", `UPDATE counter SET n = n + $2 WHERE name = $1 RETURNING n`)
	qStartBillRun = stmt("start_bill_run", `
		INSERT INTO bill_run (coverage_month, started_at, billed, nothing_due, set_aside) VALUES ($1, $2, 0, 0, 0)
		ON CONFLICT (coverage_month) DO UPDATE SET finished_at = NULL`)
	qFinishBillRun = stmt("finish_bill_run", `
		UPDATE bill_run SET finished_at = $2, billed = billed + $3, nothing_due = $4, set_aside = $5 WHERE coverage_month = $1`)
	qPutBillException = stmt("put_bill_exception", `
		INSERT INTO bill_exception (coverage_month, account_id, code, reason, recorded_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (coverage_month, account_id) DO UPDATE SET code = excluded.code, reason = excluded.reason, recorded_at = excluded.recorded_at`)
	qDeleteBillException = stmt("delete_bill_exception", `DELETE FROM bill_exception WHERE coverage_month = $1 AND account_id = $2`)
	qBillExceptions      = stmt("bill_exceptions", `
		SELECT account_id, code, reason FROM bill_exception WHERE coverage_month = $1 ORDER BY account_id LIMIT $2`)
	qBillExceptionCount = stmt("bill_exception_count", `SELECT COUNT(*) FROM bill_exception WHERE coverage_month = $1`)
	qBillByNumber       = stmt("bill_by_number", `SELECT document FROM bill WHERE bill_no = $1`)
)

// Billed is what billing one account for a month writes.
type Billed struct {
	Account      enrollment.AccountID
	Charges      []bill.Charge
	Entries      []ledger.Entry        // one per charge that moves money, with Source.ID its charge
	Applications []payment.Application // of credit to these charges and older ones
	Bill         *bill.Bill            // nil when nothing is owed
	Cleared      []Activity            // what the bill lists
	Reviews      []PlannedReview
}

// InsertBilled writes what billing many accounts came to. Entries must carry
// their identifiers. Applications are posted with the rest.
func (tx *Tx) InsertBilled(all []Billed, actor string) error {
	var charges, opens, bills, entries, transfers, reviews [][]any
	for _, b := range all {
		for _, r := range b.Reviews {
			reviews = append(reviews, tx.reviewRow(b.Account, r.On, r.Why))
		}
		entryOf := map[string]ledger.EntryID{}
		for _, e := range b.Entries {
			entries = append(entries, tx.entryRow(e))
			for i, t := range e.Transfers {
				transfers = append(transfers, transferRow(e, i, t))
			}
			entryOf[e.Source.ID] = e.ID
		}
		for _, c := range b.Charges {
			charges = append(charges, chargeRow(c, entryOf[c.ID.String()]))
			if c.Due().IsPositive() {
				opens = append(opens, []any{c.AccountID, c.ID, c.Due()})
			}
		}
		if b.Bill != nil {
			row, err := tx.billRow(b.Bill)
			if err != nil {
				return err
			}
			bills = append(bills, row)
		}
	}
	for _, t := range []struct {
		into *inserts
		rows [][]any
	}{
		{insertCharges, charges},
		{insertOpenCharges, opens},
		{insertEntries, entries},
		{insertTransfers, transfers},
		{insertBills, bills},
		{insertReviews, reviews},
	} {
		if err := tx.add(t.into, t.rows); err != nil {
			return err
		}
	}
	for _, b := range all {
		for _, a := range b.Cleared {
			tx.queue(qDeleteUnbilled, b.Account, a.ID)
		}
		for _, c := range b.Charges {
			tx.postWaived(c, c.Waived, Correction{On: c.ChargedOn, Actor: actor, Reason: waiverRule})
		}
		tx.applyCredits(b, actor)
	}
	return nil
}

// applyCredits pays charges from money that was left over (R-PAY-8).
func (tx *Tx) applyCredits(b Billed, actor string) {
	for _, a := range b.Applications {
		tx.Apply(b.Account, a, a.CountsOn, actor)
		tx.UseCredit(b.Account, a)
	}
}

func chargeRow(c bill.Charge, entry ledger.EntryID) []any {
	p := c.Premium
	return []any{
		c.AccountID, c.ID, c.EnrollmentID, c.Month, c.Generation, "charge", c.CarrierID,
		p.Gross, p.APTC, p.State, p.Member, c.DueOn, c.Binder, c.ChargedOn, entry, c.Raised, c.RaisedDueOn,
	}
}

func (tx *Tx) billRow(b *bill.Bill) ([]any, error) {
	document, err := json.Marshal(b)
	if err != nil {
		return nil, fmt.Errorf("seal %s: %w", b, err)
	}
	return []any{
		b.AccountID, b.ID, b.Number, string(b.Kind), b.Month, b.Revision, b.IssuedOn, b.DueOn, b.Total, string(document), tx.now,
		string(tx.db.LinkCode(b.ID)),
	}, nil
}

// Revisions gives the last revision of the accounts from first to last that
// have a bill of a kind for month.
func (tx *ReadTx) Revisions(first, last enrollment.AccountID, month civil.Month, kind bill.Kind) (map[enrollment.AccountID]int64, error) {
	revisions := map[enrollment.AccountID]int64{}
	err := each(tx, qRevisionsIn, func(scan func(...any) error) error {
		var id enrollment.AccountID
		var n int64
		err := scan(&id, &n)
		revisions[id] = n
		return err
	}, first, last, month.String(), string(kind))
	return revisions, err
}

// NextNumbers takes n numbers of a series and gives the first of them.
// Numbers taken by a transaction that fails are lost, which does no harm.
func (tx *Tx) NextNumbers(series string, n int) (int64, error) {
	last, err := one(tx.ReadTx, qNextNumbers, scalar[int64], series, int64(n))
	return last - int64(n) + 1, err
}

// StartBillRun records that a run for month has begun, or begins again.
func (tx *Tx) StartBillRun(month civil.Month) {
	tx.queue(qStartBillRun, month.String(), tx.now)
}

// FinishBillRun records what a run came to. billed counts this run's bills and
// is added to those of runs before.
func (tx *Tx) FinishBillRun(month civil.Month, billed, nothingDue, setAside int) {
	tx.queue(qFinishBillRun, month.String(), tx.now, int64(billed), int64(nothingDue), int64(setAside))
}

// SetAside records that an account could not be billed for month, and why.
func (tx *Tx) SetAside(month civil.Month, id enrollment.AccountID, code, reason string) {
	tx.queue(qPutBillException, month.String(), id, code, reason, tx.now)
}

// ClearSetAside forgets that an account could not be billed, once it is.
func (tx *Tx) ClearSetAside(month civil.Month, id enrollment.AccountID) {
	tx.queue(qDeleteBillException, month.String(), id)
}

// BillException is an account that a bill run set aside.
type BillException struct {
	AccountID enrollment.AccountID
	Code      string
	Reason    string
}

// BillExceptions gives up to limit accounts that are set aside for month.
func (tx *ReadTx) BillExceptions(month civil.Month, limit int) ([]BillException, error) {
	return collect(tx, qBillExceptions, func(scan func(...any) error) (BillException, error) {
		var e BillException
		err := scan(&e.AccountID, &e.Code, &e.Reason)
		return e, err
	}, month.String(), limit)
}

// BillExceptionCount counts the accounts that are set aside for month.
func (tx *ReadTx) BillExceptionCount(month civil.Month) (int64, error) {
	return one(tx, qBillExceptionCount, scalar[int64], month.String())
}

// BillByNumber finds a sealed bill, or fault.NotFound.
func (tx *ReadTx) BillByNumber(number string) (*bill.Bill, error) {
	document, err := one(tx, qBillByNumber, scalar[string], number)
	if err != nil {
		return nil, err
	}
	b := &bill.Bill{}
	return b, json.Unmarshal([]byte(document), b)
}

// NewEntryID makes an entry's identifier.
func (tx *Tx) NewEntryID() ledger.EntryID { return ident.Make[ledger.Entry](tx.db.ids) }

var (
	qInsertFirstBillDue = stmt("insert_first_bill_due", `
		INSERT INTO first_bill_due (account_id, since) VALUES ($1, $2) ON CONFLICT (account_id) DO NOTHING`)
	qFirstBillsDue = stmt("first_bills_due", `SELECT account_id FROM first_bill_due ORDER BY account_id LIMIT $1`)
	qFirstBillDone = stmt("first_bill_done", `DELETE FROM first_bill_due WHERE account_id = $1`)
)

// WantFirstBill asks for the first bill of a new enrollment of an account.
func (tx *Tx) WantFirstBill(id enrollment.AccountID) { tx.queue(qInsertFirstBillDue, id, tx.now) }

// FirstBillsDue gives up to limit accounts that wait for a first bill.
func (tx *ReadTx) FirstBillsDue(limit int) ([]enrollment.AccountID, error) {
	return collect(tx, qFirstBillsDue, scalar[enrollment.AccountID], limit)
}

// FirstBillDone forgets the wish, once the bill is issued or none is owed.
func (tx *Tx) FirstBillDone(id enrollment.AccountID) { tx.queue(qFirstBillDone, id) }
