package store

import (
	"strings"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/base/pii"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
)

const intentColumns = `intent_id, account_id, channel, method, amount_cents, state, input_hash, processor, session_ref, reason, email, language, submitted_at, updated_at, expires_at`

// An intent has what all have, a number for a text, which few have, and what its
// payer agreed to, where somebody was asked.
const (
	intentWritten = intentColumns + `, number_enc, text_version, wording, network, session_hash`
	intentRead    = intentColumns + `, number_enc, COALESCE(text_version, ''), COALESCE(wording, ''), COALESCE(network, ''), COALESCE(session_hash, '')`
)

const paymentColumns = `account_id, payment_id, intent_id, channel, method, amount_cents, confirmation, processor, processor_ref, last_four, brand, submitted_at, received_on, effective_on, posted_at`

var (
	qInsertIntent = stmt("insert_intent", `
		INSERT INTO intent (`+intentWritten+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) ON CONFLICT (intent_id) DO NOTHING RETURNING intent_id`)
	qIntent       = stmt("intent", `SELECT `+intentRead+` FROM intent WHERE intent_id = $1`)
	qUpdateIntent = stmt("update_intent", `
		UPDATE intent SET state = $3, session_ref = $4, reason = $5, updated_at = $6 WHERE intent_id = $1 AND state = $2`)
	qUnsettled = stmt("unsettled_intents", `
		SELECT `+intentRead+` FROM intent WHERE state IN ('created', 'pending', 'unknown')
			AND (updated_at, intent_id) > ($1, $2) AND updated_at <= $3
		ORDER BY updated_at, intent_id LIMIT $4`)
	qUnsettledOf = stmt("unsettled_intents_of", `
		SELECT `+intentRead+` FROM intent WHERE account_id = $1 AND state IN ('created', 'pending', 'unknown')
		ORDER BY submitted_at LIMIT 50`)
	insertPayments         = insertsOf("payment", columnsOf(paymentColumns))
	qPaymentByIntent       = stmt("payment_by_intent", `SELECT `+paymentColumns+` FROM payment WHERE intent_id = $1`)
	qPaymentByConfirmation = stmt("payment_by_confirmation", `SELECT `+paymentColumns+` FROM payment WHERE confirmation = $1`)
	qPaymentsSince         = stmt("payments_since", `
		SELECT `+paymentColumns+` FROM payment WHERE account_id = $1 AND received_on >= $2 ORDER BY payment_id LIMIT 100`)
	// An application names a charge that is open by as much, or no charge, which
	// the table refuses. So it needs no answer, and no round trip for it.
	qPayPart = stmt("insert_application_of_part", `
		INSERT INTO application (account_id, application_id, payment_id, charge_id, kind, amount_cents, entry_id, effective_on)
		VALUES ($1, $2, $3, (SELECT charge_id FROM open_charge WHERE account_id = $1 AND charge_id = $4 AND open_cents > $5), 'apply', $5, $6, $7)`)
	qPayWhole = stmt("insert_application_of_whole", `
		INSERT INTO application (account_id, application_id, payment_id, charge_id, kind, amount_cents, entry_id, effective_on)
		VALUES ($1, $2, $3, (SELECT charge_id FROM open_charge WHERE account_id = $1 AND charge_id = $4 AND open_cents = $5), 'apply', $5, $6, $7)`)
	qUndoApplication = stmt("insert_undone_application", `
		INSERT INTO application (account_id, application_id, payment_id, charge_id, kind, amount_cents, entry_id, effective_on)
		VALUES ($1, $2, $3, $4, 'undo', $5, $6, $7)`)
	qPayCharge         = stmt("pay_charge", `UPDATE open_charge SET open_cents = open_cents - $3 WHERE account_id = $1 AND charge_id = $2`)
	qCloseCharge       = stmt("close_charge", `DELETE FROM open_charge WHERE account_id = $1 AND charge_id = $2`)
	qPayOpenCharge     = stmt("pay_open_charge", `UPDATE open_charge SET open_cents = open_cents - $3 WHERE account_id = $1 AND charge_id = $2 AND open_cents > $3`)
	qCloseOpenCharge   = stmt("close_open_charge", `DELETE FROM open_charge WHERE account_id = $1 AND charge_id = $2 AND open_cents = $3`)
	insertApplications = insertsOf("application", []string{"account_id", "application_id", "payment_id", "charge_id", "kind", "amount_cents", "entry_id", "effective_on"})
	qInsertCredit      = stmt("insert_credit", `INSERT INTO open_credit (account_id, payment_id, open_cents) VALUES ($1, $2, $3)`)
	qUseCredit         = stmt("use_credit", `UPDATE open_credit SET open_cents = open_cents - $3 WHERE account_id = $1 AND payment_id = $2 AND open_cents > $3`)
	qCloseCredit       = stmt("close_credit", `DELETE FROM open_credit WHERE account_id = $1 AND payment_id = $2 AND open_cents = $3`)
	insertUnbilled     = insertsOf("unbilled", []string{"account_id", "activity_id", "kind", "effective_on", "amount_cents"})
	insertBankAccounts = insertsOnce("bank_account", columnsOf(
		"account_id, bank_account_id, holder_name, kind, routing, number_enc, number_idx, last_four, validated_at, validation_ref"),
		" ON CONFLICT (account_id, bank_account_id) DO NOTHING")
	qBankAccountNumber = stmt("bank_account_number", `
		SELECT holder_name, kind, routing, number_enc FROM bank_account WHERE account_id = $1 AND bank_account_id = $2`)
	insertClearing = insertsOf("clearing_item", []string{"account_id", "item_id", "clearing", "payment_id", "amount_cents", "opened_on"})
	qInsertWebhook = stmt("insert_webhook", `
		INSERT INTO webhook_event (processor, event_id, intent_id, received_at) VALUES ($1, $2, $3, $4)
		ON CONFLICT (processor, event_id) DO NOTHING`)
)

// IntentRow is an intent with the processor it was opened at.
type IntentRow struct {
	payment.Intent
	Processor string

	number []byte // sealed
}

// Texted tells whether the receipt goes by text too.
func (i IntentRow) Texted() bool { return len(i.number) > 0 }

// TextReceipt notes on an intent that is not stored yet the number that its
// receipt goes to.
func (tx *Tx) TextReceipt(i *IntentRow, number pii.Secret) (err error) {
	i.number, err = tx.db.vault.Seal("intent.number", i.ID.String(), number.Reveal())
	return err
}

// ReceiptNumber gives the number that the receipt of an intent goes to, zero for
// none.
func (tx *ReadTx) ReceiptNumber(i IntentRow) (pii.Secret, error) {
	if !i.Texted() {
		return pii.Secret{}, nil
	}
	digits, err := tx.db.vault.Unseal("intent.number", i.ID.String(), i.number)
	return pii.NewSecret(digits), err
}

func scanIntent(row func(...any) error) (IntentRow, error) {
	var i IntentRow
	a := &i.Authorization
	err := row(&i.ID, &i.AccountID, &i.Channel, &i.Method, &i.Amount, &i.State, &i.InputHash, &i.Processor,
		&i.SessionRef, &i.Reason, &i.Email, &i.Language, &i.SubmittedAt, &i.UpdatedAt, &i.ExpiresAt, &i.number,
		&a.Version, &a.Wording, &a.Network, &a.SessionHash)
	return i, err
}

// OpenIntent stores an intent and reads what posting its payment needs, which
// is all but credits, in one round trip. It tells whether the intent is new: if not, the operation id is
// already known, and nothing was written.
//
// Storing it comes before looking for it, because looking for a key at the end
// of an index would collide with everybody else's new key (SERIALIZABLE).
func (tx *Tx) OpenIntent(i IntentRow) (isNew bool, f *Facts, err error) {
	insert := step{stmt: qInsertIntent, args: append([]any{
		i.ID, i.AccountID, string(i.Channel), string(i.Method), i.Amount, string(i.State), i.InputHash,
		i.Processor, i.SessionRef, i.Reason, i.Email, i.Language, i.SubmittedAt, i.UpdatedAt, i.ExpiresAt, noneIfEmpty(i.number),
	}, agreed(i.Authorization)...), row: func(func(...any) error) error { isNew = true; return nil }, presumed: true}
	all, err := tx.facts(accountsIn{first: i.AccountID, last: i.AccountID}, wantAllCharges, civil.Month{}, insert)
	if err != nil {
		return false, nil, err
	}
	if len(all) == 0 {
		return false, nil, errNoAccount
	}
	return isNew, all[0], nil
}

// agreed gives the columns of an authorization, all NULL where nobody was asked.
func agreed(a payment.Authorization) []any {
	if a == (payment.Authorization{}) {
		return []any{nil, nil, nil, nil}
	}
	return []any{a.Version, a.Wording, a.Network, a.SessionHash}
}

// noneIfEmpty keeps nothing as NULL.
func noneIfEmpty(sealed []byte) any {
	if len(sealed) == 0 {
		return nil
	}
	return sealed
}

// Intent finds an intent by operation id, or fault.NotFound.
func (tx *ReadTx) Intent(id payment.OperationID) (IntentRow, error) {
	return one(tx, qIntent, scanIntent, id)
}

// UpdateIntent moves an intent on from a state; if it is in another one by
// now, the transaction fails with otherwise.
func (tx *Tx) UpdateIntent(i IntentRow, from payment.IntentState, otherwise error) {
	tx.db.written.of(qUpdateIntent, i.AccountID)
	tx.expect(otherwise, qUpdateIntent, i.ID, string(from), string(i.State), i.SessionRef, i.Reason, tx.now)
}

// Unsettled gives up to limit intents whose outcome is not known and that were
// last touched at or before a moment, in the order in which they were touched:
// those that come after another one, or from the first if that is zero.
func (tx *ReadTx) Unsettled(after IntentRow, before civil.Instant, limit int) ([]IntentRow, error) {
	from := after.UpdatedAt
	if from.IsZero() {
		from = civil.InstantOf(time.Unix(1, 0)) // before every intent; the zero instant is no moment
	}
	return collect(tx, qUnsettled, scanIntent, from, after.ID, before, limit)
}

// UnsettledOf gives the intents of an account whose outcome is not known.
func (tx *ReadTx) UnsettledOf(id enrollment.AccountID) ([]IntentRow, error) {
	return collect(tx, qUnsettledOf, scanIntent, id)
}

func scanPayment(row func(...any) error) (payment.Payment, error) {
	var p payment.Payment
	err := row(&p.AccountID, &p.ID, &p.IntentID, &p.Channel, &p.Method, &p.Amount, &p.Confirmation, &p.Processor, &p.ProcessorRef,
		&p.LastFour, &p.Brand, &p.SubmittedAt, &p.ReceivedOn, &p.EffectiveOn, &p.PostedAt)
	return p, err
}

// InsertPayment adds a payment and lists it for the next bill.
func (tx *Tx) InsertPayment(p payment.Payment) {
	tx.insert(insertPayments, p.AccountID, p.ID, p.IntentID, string(p.Channel), string(p.Method), p.Amount, string(p.Confirmation),
		p.Processor, p.ProcessorRef, p.LastFour, p.Brand, p.SubmittedAt, p.ReceivedOn, p.EffectiveOn, tx.now)
	tx.insert(insertUnbilled, p.AccountID, p.ID, string(bill.LinePayment), p.EffectiveOn, p.Amount.Neg())
}

// PaymentByIntent finds the payment of an operation, or fault.NotFound.
func (tx *ReadTx) PaymentByIntent(id payment.OperationID) (payment.Payment, error) {
	return one(tx, qPaymentByIntent, scanPayment, id)
}

// PaymentByConfirmation finds a payment, or fault.NotFound.
func (tx *ReadTx) PaymentByConfirmation(c ident.Confirmation) (payment.Payment, error) {
	return one(tx, qPaymentByConfirmation, scanPayment, string(c))
}

// PaymentsSince gives an account's payments received on or after a day.
func (tx *ReadTx) PaymentsSince(id enrollment.AccountID, since civil.Date) ([]payment.Payment, error) {
	return collect(tx, qPaymentsSince, scanPayment, id, since)
}

var errMoneyMoved = fault.New(fault.Conflict, "payment.money_moved", "the amount owed changed meanwhile")

// Apply posts that money of a payment pays a charge (or part of it), and
// closes the charge once it is paid. effective is the day that counts.
func (tx *Tx) Apply(account enrollment.AccountID, a payment.Application, effective civil.Date, actor string) {
	entry := ledger.Entry{
		ID: tx.NewEntryID(), AccountID: account, Kind: ledger.EntryApplication, EffectiveOn: effective,
		Source: ledger.Source{Kind: "application", ID: a.ID.String()}, Actor: actor,
		Transfers: ledger.Apply(a.EnrollmentID, a.CarrierID, a.Amount),
	}
	tx.Post(entry)
	row := []any{account, a.ID, a.PaymentID, a.Charge, a.Amount, entry.ID, effective}
	switch {
	case tx.many:
		tx.applyOneOfMany(account, a, entry.ID, effective)
	case a.Closes:
		tx.queue(qPayWhole, row...)
		tx.queue(qCloseCharge, account, a.Charge)
	default:
		tx.queue(qPayPart, row...)
		tx.queue(qPayCharge, account, a.Charge, a.Amount)
	}
}

// applyOneOfMany is Apply where the rows of many accounts go together, and the
// guard is on the charge instead: it is open by just as much, or by more.
func (tx *Tx) applyOneOfMany(account enrollment.AccountID, a payment.Application, entry ledger.EntryID, effective civil.Date) {
	tx.gather(insertApplications, []any{account, a.ID, a.PaymentID, a.Charge, "apply", a.Amount, entry, effective})
	guarded := qPayOpenCharge
	if a.Closes {
		guarded = qCloseOpenCharge
	}
	tx.expect(errMoneyMoved, guarded, account, a.Charge, a.Amount)
}

// AddCredit keeps what is left of a payment for the next bill.
func (tx *Tx) AddCredit(account enrollment.AccountID, id payment.ID, left money.Amount) {
	if left.IsPositive() {
		tx.queue(qInsertCredit, account, id, left)
	}
}

// UseCredit takes part or all of what was left of a payment.
func (tx *Tx) UseCredit(account enrollment.AccountID, a payment.Application) {
	if a.EmptiesCredit {
		tx.expect(errMoneyMoved, qCloseCredit, account, a.PaymentID, a.Amount)
	} else {
		tx.expect(errMoneyMoved, qUseCredit, account, a.PaymentID, a.Amount)
	}
}

// InsertClearing opens an item of money on its way.
func (tx *Tx) InsertClearing(clearing ledger.Account, p payment.Payment) {
	tx.insert(insertClearing, p.AccountID, tx.NewID(), string(clearing), p.ID, p.Amount, p.ReceivedOn)
}

// PutBankAccount stores a bank account encrypted, unless the same one is stored
// already, and gives its key. The key is made of the account itself, so that
// nobody has to look first.
func (tx *Tx) PutBankAccount(b payment.BankAccount, validationRef string) (payment.BankAccountID, error) {
	number := b.Number.Reveal()
	whole := strings.Join([]string{b.AccountID.String(), b.Routing, string(b.Type), number}, " ")
	id := payment.BankAccountID{UUID: ident.Named(tx.db.vault.Index("bank_account.id", whole))}
	sealed, err := tx.db.vault.Seal("bank_account.number", id.String(), number)
	if err != nil {
		return id, err
	}
	tx.queue(insertBankAccounts.few[0], b.AccountID, id, b.HolderName, string(b.Type), b.Routing, sealed,
		tx.db.vault.Index("bank_account.number", number), b.Number.LastFour(), tx.now, validationRef)
	return id, nil
}

// BankAccount decrypts a stored bank account, for a file to the bank.
func (tx *ReadTx) BankAccount(account enrollment.AccountID, id payment.BankAccountID) (payment.BankAccount, error) {
	return one(tx, qBankAccountNumber, func(row func(...any) error) (payment.BankAccount, error) {
		b := payment.BankAccount{ID: id, AccountID: account}
		var sealed []byte
		if err := row(&b.HolderName, &b.Type, &b.Routing, &sealed); err != nil {
			return b, err
		}
		number, err := tx.db.vault.Unseal("bank_account.number", id.String(), sealed)
		b.Number = pii.NewSecret(number)
		return b, err
	}, account, id)
}

// InsertWebhook notes a processor's event and tells whether it is new.
func (tx *Tx) InsertWebhook(processor, event string, operation payment.OperationID) (bool, error) {
	n, err := tx.exec(qInsertWebhook, processor, event, operation, tx.now)
	return n == 1, err
}

var qApplicationsOf = stmt("applications_of", `
	SELECT a.application_id, a.charge_id, a.amount_cents FROM application a
	WHERE a.account_id = $1 AND a.payment_id = $2 AND a.kind = 'apply'
		AND NOT EXISTS (SELECT 1 FROM application u WHERE u.account_id = a.account_id AND u.payment_id = a.payment_id
			AND u.charge_id = a.charge_id AND u.kind = 'undo')
	ORDER BY a.application_id LIMIT 500`)

// ApplicationsOf gives what a payment has paid and still pays.
func (tx *ReadTx) ApplicationsOf(account enrollment.AccountID, id payment.ID) ([]payment.Application, error) {
	return collect(tx, qApplicationsOf, func(row func(...any) error) (payment.Application, error) {
		a := payment.Application{PaymentID: id}
		err := row(&a.ID, &a.Charge, &a.Amount)
		return a, err
	}, account, id)
}
