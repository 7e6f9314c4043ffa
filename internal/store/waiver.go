package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/standing"
)

var (
	qInsertWaiver = stmt("insert_waiver", `
		INSERT INTO waiver (account_id, waiver_id, enrollment_id, from_month, to_month, percent, amount_cents, criterion, appeal_by, granted_on, actor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`)
	qInsertWaiverDecision = stmt("insert_waiver_decision", `
		INSERT INTO waiver_decision (account_id, waiver_decision_id, enrollment_id, waiver_id, kind, from_month, to_month, cause, appeal_by,
			decided_on, reason, actor)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	qWaivers = stmt("waivers", `
		SELECT w.enrollment_id, w.waiver_id, w.from_month, w.to_month, w.percent, w.amount_cents, w.criterion, w.granted_on, d.from_month
		FROM waiver w LEFT JOIN waiver_decision d ON d.account_id = w.account_id AND d.waiver_id = w.waiver_id AND d.kind = 'withdrawn'
		WHERE w.account_id = $1 ORDER BY w.waiver_id LIMIT 200`)
	qWaiverDecisions = stmt("waiver_decisions", `
		SELECT `+waiverDecisionColumns+` WHERE d.account_id = $1 ORDER BY d.waiver_decision_id LIMIT 200`)
	qWaiverDecisionsWithoutLetter = stmt("waiver_decisions_without_letter", `
		SELECT `+waiverDecisionColumns+`
		WHERE d.decided_on >= $1 AND (d.account_id, d.waiver_decision_id) > ($2, $3)
			AND NOT EXISTS (SELECT 1 FROM message m WHERE m.account_id = d.account_id AND m.source_id = d.waiver_decision_id)
		ORDER BY d.account_id, d.waiver_decision_id LIMIT $4`)
)

const waiverDecisionColumns = `d.account_id, d.waiver_decision_id, d.enrollment_id, d.kind, d.from_month, d.to_month, d.cause, d.appeal_by, d.decided_on,
	w.from_month, w.to_month, COALESCE(w.percent, 0), COALESCE(w.amount_cents, 0)
	FROM waiver_decision d LEFT JOIN waiver w ON w.account_id = d.account_id AND w.waiver_id = d.waiver_id`

// WaiverID names a waiver.
type WaiverID = ident.ID[GrantedWaiver]

// GrantedWaiver is a waiver as it was granted, and whether it was withdrawn.
type GrantedWaiver struct {
	ID           WaiverID
	EnrollmentID enrollment.ID
	standing.Waiver
	Criterion     string
	GrantedOn     civil.Date
	WithdrawnFrom civil.Month // first month that it takes nothing off any more; zero: it was not withdrawn
}

// WaiverDecision is what was decided on a waiver of an account.
type WaiverDecision struct {
	ID           ident.ID[WaiverDecision]
	AccountID    enrollment.AccountID
	EnrollmentID enrollment.ID
	standing.WaiverDecision
}

// GrantWaiver records a waiver for good. What it takes off charges is posted by
// WaiveCharge, MakeCharge and InsertBilled.
func (tx *Tx) GrantWaiver(g Granted, w standing.Waiver, criterion string, appealBy civil.Date) {
	id := WaiverID{UUID: tx.NewID()}
	tx.queue(qInsertWaiver, g.AccountID, id, g.EnrollmentID, w.From, w.To, int64(w.Percent), w.Amount, criterion, appealBy, g.On, g.Actor)
	tx.decideWaiver(g, id, standing.WaiverDecision{Kind: standing.WaiverGranted, From: w.From, To: w.To, AppealBy: appealBy})
	tx.queue(qMarkRelief, g.AccountID, g.EnrollmentID)
}

// DenyWaiver records that a waiver was asked for and is not granted.
func (tx *Tx) DenyWaiver(g Granted, from, to civil.Month, cause string, appealBy civil.Date) {
	tx.decideWaiver(g, WaiverID{}, standing.WaiverDecision{Kind: standing.WaiverDenied, From: from, To: to, Cause: cause, AppealBy: appealBy})
}

// WithdrawWaiver records that a waiver takes nothing off months from one on.
// None of them may be charged yet.
func (tx *Tx) WithdrawWaiver(g Granted, w GrantedWaiver, from civil.Month, cause string, appealBy civil.Date) {
	tx.decideWaiver(g, w.ID, standing.WaiverDecision{Kind: standing.WaiverWithdrawn, From: from, To: w.To, Cause: cause, AppealBy: appealBy})
}

func (tx *Tx) decideWaiver(g Granted, id WaiverID, d standing.WaiverDecision) {
	tx.queue(qInsertWaiverDecision, g.AccountID, tx.NewID(), g.EnrollmentID, id, string(d.Kind), d.From, d.To, d.Cause, d.AppealBy, g.On, g.Reason, g.Actor)
}

// Waivers gives the waivers of an account in the order in which they were granted.
func (tx *ReadTx) Waivers(account enrollment.AccountID) ([]GrantedWaiver, error) {
	return collect(tx, qWaivers, func(row func(...any) error) (GrantedWaiver, error) {
		var w GrantedWaiver
		var percent int64
		err := row(&w.EnrollmentID, &w.ID, &w.From, &w.To, &percent, &w.Amount, &w.Criterion, &w.GrantedOn, &w.WithdrawnFrom)
		w.Percent = int(percent)
		return w, err
	}, account)
}

// WaiverDecisions gives what was decided on waivers of an account, in order.
func (tx *ReadTx) WaiverDecisions(account enrollment.AccountID) ([]WaiverDecision, error) {
	return collect(tx, qWaiverDecisions, scanWaiverDecision, account)
}

// WaiverDecisionsWithoutLetter gives up to limit decisions of a day or later,
// after one that was given before, that no letter was written about.
func (tx *ReadTx) WaiverDecisionsWithoutLetter(since civil.Date, after WaiverDecision, limit int) ([]WaiverDecision, error) {
	return collect(tx, qWaiverDecisionsWithoutLetter, scanWaiverDecision, since, orLowest(after.AccountID.UUID), orLowest(after.ID.UUID), limit)
}

func scanWaiverDecision(row func(...any) error) (WaiverDecision, error) {
	var d WaiverDecision
	var percent int64
	err := row(&d.AccountID, &d.ID, &d.EnrollmentID, &d.Kind, &d.From, &d.To, &d.Cause, &d.AppealBy, &d.On,
		&d.Waiver.From, &d.Waiver.To, &percent, &d.Waiver.Amount)
	d.Waiver.Percent = int(percent)
	return d, err
}
