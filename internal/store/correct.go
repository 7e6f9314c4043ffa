package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/bill"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/payment"
)

var (
	qApplicationsOn = stmt("applications_on", `
		SELECT a.application_id, a.payment_id, a.amount_cents FROM application a
		WHERE a.account_id = $1 AND a.charge_id = $2 AND a.kind = 'apply'
			AND NOT EXISTS (SELECT 1 FROM application u WHERE u.account_id = a.account_id AND u.payment_id = a.payment_id
				AND u.charge_id = a.charge_id AND u.kind = 'undo')
		ORDER BY a.application_id LIMIT 500`)
	qEntryOfCharge = stmt("entry_of_charge", `
		SELECT entry_id FROM charge WHERE account_id = $1 AND charge_id = $2`)
	qGiveBackCredit = stmt("give_back_credit", `
		INSERT INTO open_credit (account_id, payment_id, open_cents) VALUES ($1, $2, $3)
		ON CONFLICT (account_id, payment_id) DO UPDATE SET open_cents = open_credit.open_cents + excluded.open_cents`)
	qInsertReversal = stmt("insert_reversal", `
		INSERT INTO charge (account_id, charge_id, enrollment_id, coverage_month, generation, kind, carrier_id,
			gross_cents, aptc_cents, state_cents, member_cents, due_on, binder, charged_on, entry_id, raised_cents, raised_due_on)
		VALUES ($1, $2, $3, $4, $5, 'reversal', $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`)
)

// Correction is who takes a charge back or makes one outside a bill, when and
// why. The next bill lists it as an adjustment (R-BILL-4).
type Correction struct {
	On     civil.Date
	Actor  string
	Reason string
}

// ReverseCharge takes a charge back. Money that had paid it is un-applied
// first and lies on the account as credit (architecture section 5); what was
// waived of it is waived no more.
func (tx *Tx) ReverseCharge(c bill.Charge, why Correction) error {
	applied, err := collect(tx.ReadTx, qApplicationsOn, func(row func(...any) error) (payment.Application, error) {
		a := payment.Application{Charge: c.ID, EnrollmentID: c.EnrollmentID, CarrierID: c.CarrierID}
		err := row(&a.ID, &a.PaymentID, &a.Amount)
		return a, err
	}, c.AccountID, c.ID)
	if err != nil {
		return err
	}
	for _, a := range applied {
		tx.UndoApplication(c.AccountID, a, why.On, why.Actor)
		tx.queue(qGiveBackCredit, c.AccountID, a.PaymentID, a.Amount)
	}
	tx.undoWaived(c, why)
	made, err := one(tx.ReadTx, qEntryOfCharge, scalar[ledger.EntryID], c.AccountID, c.ID)
	if err != nil {
		return err
	}
	id := bill.ChargeID{UUID: tx.NewID()}
	entry := tx.postCorrection(ledger.Entry{
		AccountID: c.AccountID, Kind: ledger.EntryReversal, EffectiveOn: why.On, Source: ledger.Source{Kind: "charge", ID: id.String()},
		Actor: why.Actor, Reason: why.Reason, Reverses: made, Transfers: ledger.Reverse(ledger.Charge(c.EnrollmentID, c.CarrierID, c.Premium)),
	})
	p := c.Premium
	tx.queue(qInsertReversal, c.AccountID, id, c.EnrollmentID, c.Month, c.Generation, c.CarrierID,
		p.Gross, p.APTC, p.State, p.Member, c.DueOn, c.Binder, why.On, entry, c.Raised, c.RaisedDueOn)
	tx.queue(qCloseCharge, c.AccountID, c.ID)
	tx.adjust(c.AccountID, bill.LineAdjustment, p.Member.Neg(), why.On)
	return nil
}

// MakeCharge charges a month outside a bill.
func (tx *Tx) MakeCharge(c bill.Charge, why Correction) {
	entry := tx.postCorrection(ledger.Entry{
		AccountID: c.AccountID, Kind: ledger.EntryCharge, EffectiveOn: why.On, Source: ledger.Source{Kind: "charge", ID: c.ID.String()},
		Actor: why.Actor, Reason: why.Reason, Transfers: ledger.Charge(c.EnrollmentID, c.CarrierID, c.Premium),
	})
	tx.pending = append(tx.pending, insertCharges.steps([][]any{chargeRow(c, entry)})...)
	if c.Due().IsPositive() {
		tx.pending = append(tx.pending, insertOpenCharges.steps([][]any{{c.AccountID, c.ID, c.Due()}})...)
	}
	tx.adjust(c.AccountID, bill.LineAdjustment, c.Premium.Member, why.On)
	tx.postWaived(c, c.Waived, why)
	tx.adjust(c.AccountID, bill.LineWaiver, c.Waived.Neg(), why.On)
}

// postCorrection posts an entry, unless it moves nothing: then there is none.
func (tx *Tx) postCorrection(e ledger.Entry) ledger.EntryID {
	if len(e.Transfers) == 0 {
		return ledger.EntryID{}
	}
	e.ID = tx.NewEntryID()
	tx.Post(e)
	return e.ID
}

func (tx *Tx) adjust(account enrollment.AccountID, kind bill.LineKind, amount money.Amount, on civil.Date) {
	if !amount.IsZero() {
		tx.insert(insertUnbilled, account, tx.NewID(), string(kind), on, amount)
	}
}
