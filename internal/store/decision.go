package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/standing"
)

var (
	insertDecisions = insertsOf("decision", []string{
		"account_id", "decision_id", "enrollment_id", "kind", "coverage_month", "decided_on", "effective_on", "rule", "evidence", "actor", "recorded_at", "payment_id",
	})
	qStartsBy = stmt("starts_by_payment", `
		SELECT DISTINCT coverage_month FROM decision
		WHERE account_id = $1 AND payment_id = $2 AND kind = 'effectuate' ORDER BY coverage_month LIMIT 100`)
	// Keys sort in the order of recording: what was recorded later settles it.
	qProposals = stmt("proposals", `
		SELECT p.account_id, p.enrollment_id, p.coverage_month, p.decided_on FROM decision p
		WHERE p.kind = 'propose_end' AND (p.account_id > $1 OR p.account_id = $1 AND p.enrollment_id > $2)
			AND NOT EXISTS (SELECT 1 FROM decision d WHERE d.account_id = p.account_id AND d.enrollment_id = p.enrollment_id
				AND d.decision_id > p.decision_id AND d.kind IN ('propose_end', 'withdraw_end', 'end', 'reinstate'))
		ORDER BY p.account_id, p.enrollment_id LIMIT $3`)
	qMarkDecided = stmt("mark_decided", `
		UPDATE enrollment SET decided = TRUE WHERE account_id = $1 AND enrollment_id = $2 AND NOT decided`)
	insertAudit = insertsOf("audit", columnsOf("account_id, audit_id, operation, actor, subject, summary, reason, recorded_at"))
)

// DecisionRecord is a decision as it is kept: with its rule and evidence (I13).
type DecisionRecord struct {
	AccountID    enrollment.AccountID
	EnrollmentID enrollment.ID
	Kind         standing.DecisionKind
	Month        civil.Month
	DecidedOn    civil.Date
	EffectiveOn  civil.Date
	Rule         string
	Evidence     string
	Actor        string
	PaymentID    payment.ID // that brought it about; zero if none did
}

// InsertDecision records an act on coverage for good, and that its carrier is to
// be told of it where it is (R-BIND-4).
func (tx *Tx) InsertDecision(d DecisionRecord) {
	id := tx.NewID()
	tx.insert(insertDecisions, d.AccountID, id, d.EnrollmentID, string(d.Kind), d.Month, d.DecidedOn, d.EffectiveOn, d.Rule, d.Evidence, d.Actor, tx.now, d.PaymentID)
	tx.queue(qMarkDecided, d.AccountID, d.EnrollmentID)
	tx.oweCarrier(d, id)
}

// Proposal is an end of coverage that waits for its release.
type Proposal struct {
	AccountID    enrollment.AccountID
	EnrollmentID enrollment.ID
	Month        civil.Month // last covered
	ProposedOn   civil.Date
}

// Proposals gives up to limit ends that wait for their release, after one that
// was given before, by account and enrollment.
func (tx *ReadTx) Proposals(after Proposal, limit int) ([]Proposal, error) {
	return collect(tx, qProposals, func(row func(...any) error) (Proposal, error) {
		var p Proposal
		err := row(&p.AccountID, &p.EnrollmentID, &p.Month, &p.ProposedOn)
		return p, err
	}, orLowest(after.AccountID.UUID), orLowest(after.EnrollmentID.UUID), limit)
}

// StartsBy gives the months with which a payment has started coverage.
func (tx *ReadTx) StartsBy(account enrollment.AccountID, id payment.ID) ([]civil.Month, error) {
	return collect(tx, qStartsBy, scalar[civil.Month], account, id)
}

// AuditEvent is one act by somebody, kept for good (A4).
type AuditEvent struct {
	AccountID enrollment.AccountID
	Operation string // "payment.settle"
	Actor     string
	Subject   string // what it was done to
	Summary   string // before and after, no personal data
	Reason    string
}

// Audit records an act in the same transaction that does it.
func (tx *Tx) Audit(e AuditEvent) {
	tx.queue(insertAudit.few[0], e.AccountID, tx.NewID(), e.Operation, e.Actor, e.Subject, e.Summary, e.Reason, tx.now)
}
