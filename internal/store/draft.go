package store

import (
	"errors"
	"fmt"
	"slices"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
	"quittance.org/quittance/internal/domain/payment"
)

var draftColumns = []string{
	"draft_id", "account_id", "mandate_id", "coverage_month", "bill_no", "attempt", "debit_on", "settle_on", "noticed_cents", "noticed_on", "notice_by",
	"last_cents", "usual_cents", "amount_cents", "state", "reason", "released", "payment_id",
}

const (
	draftSelected = `d.draft_id, d.account_id, d.mandate_id, d.coverage_month, d.bill_no, d.attempt, d.debit_on, d.settle_on, d.noticed_cents, d.noticed_on, d.notice_by,
		d.last_cents, d.usual_cents, d.amount_cents, d.state, d.reason, d.released, d.payment_id`
	// The newest draft of a mandate that a later amount is compared with.
	lastDraft = `(SELECT x.draft_id FROM draft x WHERE x.account_id = m.account_id AND x.mandate_id = m.mandate_id
		AND (x.state = 'frozen' OR x.state = 'skipped' AND x.reason = 'paid') ORDER BY x.debit_on DESC, x.draft_id DESC LIMIT 1)`
	joinedTerms = `m.bank_account_id, m.day, COALESCE(m.cap_cents, 0), m.notice, m.notice_over_cents, m.first_cents`
)

var (
	insertDrafts  = insertsOf("draft", draftColumns)
	insertIntents = insertsOf("intent", columnsOf(intentColumns))
	qUpdateDraft  = stmt("update_draft", `
		UPDATE draft SET bill_no = $4, noticed_cents = $5, noticed_on = $6, last_cents = $7, usual_cents = $8,
			state = $9, reason = $10, released = $11, amount_cents = $12
		WHERE account_id = $1 AND draft_id = $2 AND state = $3`)
	// A draft's id is the operation id of its payment, so that all payments of a
	// chunk freeze their drafts in one statement.
	qFreezeDrafts = overAccounts("freeze_drafts", `
		UPDATE draft SET state = 'frozen', reason = '', amount_cents = p.amount_cents, payment_id = p.payment_id, frozen_at = $4
		FROM payment p
		WHERE in_range(draft.account_id) AND draft.state = 'planned' AND draft.settle_on <= $3
			AND p.intent_id = draft.draft_id AND p.account_id = draft.account_id`)
	qDraft    = stmt("draft", `SELECT `+draftSelected+` FROM draft d WHERE d.account_id = $1 AND d.draft_id = $2`)
	qDraftsOf = stmt("drafts_of", `
		SELECT `+draftSelected+` FROM draft d WHERE d.account_id = $1 ORDER BY d.debit_on DESC, d.draft_id DESC LIMIT $2`)
	qOpenDrafts = stmt("open_drafts", `
		SELECT `+draftSelected+` FROM draft d WHERE d.account_id = $1 AND d.state IN ('planned', 'held') ORDER BY d.settle_on, d.draft_id LIMIT 50`)
	qDraftOfPayment = stmt("draft_of_payment", `
		SELECT `+draftSelected+` FROM draft d WHERE d.account_id = $1 AND d.payment_id = $2`)
	qDraftOfBill = stmt("draft_of_bill", `
		SELECT `+draftSelected+` FROM draft d WHERE d.account_id = $1 AND d.bill_no = $2 AND d.attempt = 0 AND d.state <> 'canceled'
		ORDER BY d.draft_id DESC LIMIT 1`)
	qDraftNoticed = stmt("draft_noticed", `
		UPDATE draft SET noticed_on = $3 WHERE account_id = $1 AND draft_id = $2 AND noticed_on IS NULL`)
	qBeforeOf = stmt("before_of_mandate", `
		SELECT m.first_cents, COALESCE(l.last_cents, 0), COALESCE(l.amount_cents, 0), COALESCE(l.noticed_cents, 0), COALESCE(l.state, ''), COALESCE(l.reason, '')
		FROM mandate m LEFT JOIN draft l ON l.account_id = m.account_id AND l.draft_id = `+lastDraft+`
		WHERE m.account_id = $1 AND m.mandate_id = $2`)
	qBillsToDraft = stmt("bills_to_draft", `
		SELECT b.bill_no, b.account_id, b.coverage_month, b.total_cents, m.mandate_id, `+joinedTerms+`, m.stop_on,
			COALESCE(l.last_cents, 0), COALESCE(l.amount_cents, 0), COALESCE(l.noticed_cents, 0), COALESCE(l.state, ''), COALESCE(l.reason, ''),
			d.draft_id
		FROM bill b
		JOIN mandate m ON m.account_id = b.account_id AND m.state = 'active' AND m.live_at < b.issued_at
		LEFT JOIN draft l ON l.account_id = m.account_id AND l.draft_id = `+lastDraft+`
		LEFT JOIN draft d ON d.account_id = m.account_id AND d.mandate_id = m.mandate_id AND d.coverage_month = b.coverage_month
			AND d.attempt = 0 AND d.state <> 'canceled'
		WHERE b.bill_no > $1 AND b.bill_no <= $2 AND b.total_cents > 0
			AND (d.draft_id IS NULL OR d.bill_no < b.bill_no AND d.state IN ('planned', 'held'))
		ORDER BY b.bill_no`)
	// A page is cut before anything is joined to it: otherwise the planner may
	// join all bills for each page.
	qBillPage = stmt("bill_page", `
		SELECT COALESCE(MAX(p.bill_no), '') FROM (SELECT bill_no FROM bill WHERE bill_no > $1 ORDER BY bill_no LIMIT $2) p`)
	qAccountsToFreeze = stmt("accounts_to_freeze", `
		SELECT DISTINCT d.account_id FROM draft d
		WHERE d.state IN ('planned', 'held') AND d.account_id > $1 AND d.settle_on <= $2 ORDER BY d.account_id LIMIT $3`)
	qDraftsToFreeze = overAccounts("drafts_to_freeze", `
		SELECT `+draftSelected+`, `+joinedTerms+`, m.state, a.kind, a.last_four
		FROM draft d
		JOIN mandate m ON m.account_id = d.account_id AND m.mandate_id = d.mandate_id
		JOIN bank_account a ON a.account_id = m.account_id AND a.bank_account_id = m.bank_account_id
		WHERE d.state IN ('planned', 'held') AND in_range(d.account_id) AND d.settle_on <= $3 ORDER BY d.account_id, d.settle_on, d.draft_id`)
	qFirstEntryOf = stmt("first_entry_of_payment", `
		SELECT COALESCE(first_entry_id, ach_entry_id), settle_on FROM ach_entry WHERE account_id = $1 AND payment_id = $2 ORDER BY ach_entry_id LIMIT 1`)
	qCleared  = stmt("cleared", `SELECT COUNT(*) FROM clearing_item WHERE account_id = $1 AND payment_id = $2 AND closed_on IS NOT NULL`)
	qOutcomes = stmt("draft_outcomes", `
		SELECT d.coverage_month, COALESCE(r.code, '') FROM draft d
		LEFT JOIN payment_return r ON r.account_id = d.account_id AND r.payment_id = d.payment_id
		WHERE d.account_id = $1 AND d.mandate_id = $2 AND d.state = 'frozen'
		ORDER BY d.debit_on DESC, d.attempt DESC LIMIT 50`)
)

func draftRow(d mandate.Draft) []any {
	return []any{
		d.ID, d.AccountID, d.Mandate, d.Month.String(), d.BillNo, int64(d.Attempt), d.DebitOn, d.SettleOn, d.Noticed, d.NoticedOn, d.NoticeBy,
		d.Last, d.Usual, d.Amount, string(d.State), string(d.Reason), d.Released, d.PaymentID,
	}
}

func draftInto(d *mandate.Draft) []any {
	return []any{
		&d.ID, &d.AccountID, &d.Mandate, &d.Month, &d.BillNo, &d.Attempt, &d.DebitOn, &d.SettleOn, &d.Noticed, &d.NoticedOn, &d.NoticeBy,
		&d.Last, &d.Usual, &d.Amount, &d.State, &d.Reason, &d.Released, &d.PaymentID,
	}
}

func scanDraft(row func(...any) error) (mandate.Draft, error) {
	var d mandate.Draft
	err := row(draftInto(&d)...)
	return d, err
}

// InsertDrafts adds drafts.
func (tx *Tx) InsertDrafts(all []mandate.Draft) error {
	rows := make([][]any, len(all))
	for i, d := range all {
		rows[i] = draftRow(d)
	}
	return tx.add(insertDrafts, rows)
}

var errDraftChanged = fault.New(fault.Conflict, "draft.changed", "the AutoPay payment was changed meanwhile")

// UpdateDraft writes a draft that is in a state until now, and takes nothing:
// see FreezeDrafts.
func (tx *Tx) UpdateDraft(d mandate.Draft, from mandate.DraftState) {
	tx.expect(errDraftChanged, qUpdateDraft, d.AccountID, d.ID, string(from), d.BillNo, d.Noticed, d.NoticedOn, d.Last, d.Usual,
		string(d.State), string(d.Reason), d.Released, d.Amount)
}

// FreezeDrafts records that drafts of accounts in a row, which settle on a day or
// before, have become payments in this transaction: n of them, or it fails.
func (tx *Tx) FreezeDrafts(accounts []enrollment.AccountID, until civil.Date, n int) error {
	s, first, last := qFreezeDrafts.many, accounts[0], accounts[len(accounts)-1]
	if first == last {
		s = qFreezeDrafts.one
	}
	tx.db.written.of(s, accounts...)
	frozen, err := tx.exec(s, first, last, until, tx.now)
	if err == nil && frozen != int64(n) {
		err = errors.Join(errDraftChanged, fmt.Errorf("%w: %d of %d", errWrongRowCount, frozen, n))
	}
	return err
}

// Draft finds a draft, or fault.NotFound.
func (tx *ReadTx) Draft(account enrollment.AccountID, id mandate.DraftID) (mandate.Draft, error) {
	return one(tx, qDraft, scanDraft, account, id)
}

// DraftsOf gives up to limit drafts of an account, the newest first.
func (tx *ReadTx) DraftsOf(account enrollment.AccountID, limit int) ([]mandate.Draft, error) {
	return collect(tx, qDraftsOf, scanDraft, account, limit)
}

// OpenDrafts gives the drafts of an account that may still take money, by day.
func (tx *ReadTx) OpenDrafts(account enrollment.AccountID) ([]mandate.Draft, error) {
	return collect(tx, qOpenDrafts, scanDraft, account)
}

// DraftOfPayment finds the draft that made a payment, or fault.NotFound.
func (tx *ReadTx) DraftOfPayment(account enrollment.AccountID, id payment.ID) (mandate.Draft, error) {
	return one(tx, qDraftOfPayment, scanDraft, account, id)
}

// DraftOfBill finds the draft that pays a bill, or fault.NotFound.
func (tx *ReadTx) DraftOfBill(account enrollment.AccountID, number string) (mandate.Draft, error) {
	return one(tx, qDraftOfBill, scanDraft, account, number)
}

// DraftNoticed records when the notice of a draft's amount went out (REG-41).
func (tx *Tx) DraftNoticed(d mandate.Draft, on civil.Date) {
	tx.queue(qDraftNoticed, d.AccountID, d.ID, on)
}

// BillToDraft is a bill that AutoPay is to pay, with the mandate.
type BillToDraft struct {
	Number    string
	AccountID enrollment.AccountID
	Month     civil.Month
	Total     money.Amount
	Mandate   mandate.ID
	Terms     mandate.Terms
	StopOn    civil.Date
	Before    mandate.Before
	Draft     mandate.DraftID // that an older bill has; zero: none
}

// before scans what an amount is compared with: the last draft, or the amount
// told of as the first.
type before struct {
	first, last, amount, noticed money.Amount
	state                        mandate.DraftState
	reason                       mandate.Reason
}

func (b *before) into() []any { return []any{&b.last, &b.amount, &b.noticed, &b.state, &b.reason} }

func (b *before) get() mandate.Before {
	if b.state == "" {
		return mandate.Before{Last: b.first, Usual: b.first}
	}
	return mandate.Before{Last: b.last}.Since(mandate.Draft{State: b.state, Reason: b.reason, Amount: b.amount, Noticed: b.noticed})
}

// BeforeOf gives what the next amount of a mandate is compared with.
func (tx *ReadTx) BeforeOf(account enrollment.AccountID, id mandate.ID) (mandate.Before, error) {
	return one(tx, qBeforeOf, func(row func(...any) error) (mandate.Before, error) {
		var b before
		err := row(append([]any{&b.first}, b.into()...)...)
		return b.get(), err
	}, account, id)
}

// BillPage gives the last number of a page of bills after one; "" when there is
// none.
func (tx *ReadTx) BillPage(after string, limit int) (string, error) {
	return one(tx, qBillPage, scalar[string], after, limit)
}

// BillsToDraft gives the bills with a number after one, up to another, that
// AutoPay is to pay and that have no draft, or a draft for an older bill of the
// month.
func (tx *ReadTx) BillsToDraft(after, last string) ([]BillToDraft, error) {
	return collect(tx, qBillsToDraft, func(row func(...any) error) (BillToDraft, error) {
		var b BillToDraft
		var x before
		into := append([]any{&b.Number, &b.AccountID, &b.Month, &b.Total, &b.Mandate}, termsInto(&b.Terms)...)
		into = append(into, &x.first, &b.StopOn)
		err := row(append(append(into, x.into()...), &b.Draft)...)
		b.Before = x.get()
		return b, err
	}, after, last)
}

// AccountsToFreeze gives up to limit accounts, after one, with a draft that
// settles on a day or before.
func (tx *ReadTx) AccountsToFreeze(after enrollment.AccountID, until civil.Date, limit int) ([]enrollment.AccountID, error) {
	return collect(tx, qAccountsToFreeze, scalar[enrollment.AccountID], orLowest(after.UUID), until, limit)
}

// DueDraft is a draft whose day has come.
type DueDraft struct {
	mandate.Draft
	Terms    mandate.Terms
	First    money.Amount
	Mandated mandate.State
	Type     payment.AccountType
	LastFour string
	Waits    bool // its bank account is not verified yet: set by whoever asks
}

// DraftsToFreeze gives the drafts of the accounts from first to last that
// settle on a day or before.
func (tx *ReadTx) DraftsToFreeze(first, last enrollment.AccountID, until civil.Date) ([]DueDraft, error) {
	s := qDraftsToFreeze.many
	if first == last {
		s = qDraftsToFreeze.one
	}
	return collect(tx, s, func(row func(...any) error) (DueDraft, error) {
		var d DueDraft
		into := slices.Concat(draftInto(&d.Draft), termsInto(&d.Terms), []any{&d.First, &d.Mandated, &d.Type, &d.LastFour})
		err := row(into...)
		return d, err
	}, first, last, until)
}

// MoneyIn is MoneyOf for the accounts from first to last.
func (tx *ReadTx) MoneyIn(first, last enrollment.AccountID) ([]*Facts, error) {
	return tx.facts(accountsIn{first: first, last: last}, wantAllCharges|wantCredits, civil.Month{})
}

// InsertDebit adds the intent and the ACH entry of a debit whose authorization
// was given before. The payment itself is added by InsertPayment.
func (tx *Tx) InsertDebit(i IntentRow, p payment.Payment, d payment.Debit) {
	tx.insert(insertIntents, i.ID, i.AccountID, string(i.Channel), string(i.Method), i.Amount, string(i.State), i.InputHash,
		i.Processor, i.SessionRef, i.Reason, i.Email, i.Language, i.SubmittedAt, i.UpdatedAt, i.ExpiresAt)
	e := ach.Entry{
		ID: tx.NewACHEntryID(), AccountID: p.AccountID, Kind: ach.KindDebit, PaymentID: p.ID, MandateID: d.Mandate,
		FirstID: ach.EntryID{UUID: d.FirstEntry}, Bank: d.Bank, SEC: ach.WEB, Type: ach.Recurring, Amount: p.Amount, SettleOn: d.SettleOn,
	}
	if !d.FirstEntry.IsZero() {
		e.Kind = ach.KindRetry
	}
	tx.PutACHEntry(e)
}

// FirstEntry is the first presentation of a debit.
type FirstEntry struct {
	ID       ident.UUID
	SettleOn civil.Date
}

// FirstEntryOf gives the entry that was presented first for a payment, or
// fault.NotFound.
func (tx *ReadTx) FirstEntryOf(account enrollment.AccountID, id payment.ID) (FirstEntry, error) {
	return one(tx, qFirstEntryOf, func(row func(...any) error) (FirstEntry, error) {
		var e FirstEntry
		err := row(&e.ID, &e.SettleOn)
		return e, err
	}, account, id)
}

// Outcomes gives what became of the presentations of a mandate, the newest
// first, without those that we took back or had made wrongly: they tell nothing
// of the payer's money.
func (tx *ReadTx) Outcomes(account enrollment.AccountID, id mandate.ID) ([]mandate.Outcome, error) {
	var all []mandate.Outcome
	err := each(tx, qOutcomes, func(row func(...any) error) error {
		var o mandate.Outcome
		var code string
		err := row(&o.Month, &code)
		if o.Returned = code != ""; !o.Returned || ach.ByReceiver(code) {
			all = append(all, o)
		}
		return err
	}, account, id)
	return all, err
}

// Cleared tells whether the money of a payment has left the clearing account:
// it is in the bank, or was taken back.
func (tx *ReadTx) Cleared(account enrollment.AccountID, id payment.ID) (bool, error) {
	n, err := one(tx, qCleared, scalar[int64], account, id)
	return n > 0, err
}
