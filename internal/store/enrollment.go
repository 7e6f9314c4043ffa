package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
)

var (
	qUpsertCarrier = stmt("upsert_carrier", `
		INSERT INTO carrier (carrier_id, name) VALUES ($1, $2)
		ON CONFLICT (carrier_id) DO UPDATE SET name = excluded.name WHERE carrier.name <> excluded.name`)
	qUpsertPlan = stmt("upsert_plan", `
		INSERT INTO plan (plan_id, carrier_id, name, kind) VALUES ($1, $2, $3, $4)
		ON CONFLICT (plan_id) DO UPDATE SET name = excluded.name WHERE plan.name <> excluded.name`)
	qPlan = stmt("plan", `
		SELECT p.plan_id, p.name, p.kind, c.carrier_id, c.name FROM plan p JOIN carrier c ON c.carrier_id = p.carrier_id WHERE p.plan_id = $1`)
	qPlans = stmt("plans", `
		SELECT p.plan_id, p.name, p.kind, c.carrier_id, c.name FROM plan p JOIN carrier c ON c.carrier_id = p.carrier_id ORDER BY p.plan_id LIMIT 10000`)
	qInsertMember = stmt("insert_member", `
		INSERT INTO member (account_id, member_id, first_name, last_name, birth_date_enc, birth_date_idx, relation)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	qMembers = stmt("members", `
		SELECT account_id, member_id, first_name, last_name, relation, birth_date_enc FROM member WHERE account_id = $1 ORDER BY member_id LIMIT 100`)
	qInsertEnrollment = stmt("insert_enrollment", `
		INSERT INTO enrollment (account_id, enrollment_id, reference, plan_id, carrier_id, kind, renewal, first_month, last_month, version, created_at, window_ends_on)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`)
	qReviseEnrollment = stmt("revise_enrollment", `
		UPDATE enrollment SET first_month = $3, last_month = $4, version = $5, window_ends_on = $6
		WHERE account_id = $1 AND enrollment_id = $2 AND version = $5 - 1`)
	qInsertSegment = stmt("insert_segment", `
		INSERT INTO premium_segment (account_id, enrollment_id, version, from_month, to_month, gross_cents, aptc_cents, state_cents, member_cents)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`)
	qInsertEnrollmentMember = stmt("insert_enrollment_member", `
		INSERT INTO enrollment_member (account_id, enrollment_id, member_id) VALUES ($1, $2, $3)
		ON CONFLICT (account_id, enrollment_id, member_id) DO NOTHING`)
	qEnrollmentsIn = overAccounts("enrollments_in", `
		SELECT account_id, enrollment_id, reference, plan_id, carrier_id, kind, renewal, first_month, last_month, version, created_at,
			window_ends_on, relief
		FROM enrollment WHERE in_range(account_id) ORDER BY account_id, enrollment_id`)
	// Of all versions: the reader keeps those of the enrollment's own.
	qSegmentsIn = overAccounts("segments_in", `
		SELECT account_id, enrollment_id, version, from_month, to_month, gross_cents, aptc_cents, state_cents, member_cents
		FROM premium_segment WHERE in_range(account_id) ORDER BY account_id, enrollment_id, version, from_month`)
)

// PlanRow is a plan with its carrier.
type PlanRow struct {
	PlanID      string
	Name        string
	Kind        enrollment.Kind
	CarrierID   string
	CarrierName string
}

func scanPlan(row func(...any) error) (PlanRow, error) {
	var p PlanRow
	err := row(&p.PlanID, &p.Name, &p.Kind, &p.CarrierID, &p.CarrierName)
	return p, err
}

// Plan finds a plan, or fault.NotFound.
func (tx *ReadTx) Plan(id string) (PlanRow, error) { return one(tx, qPlan, scanPlan, id) }

// Plans gives every plan: there are hundreds, not thousands.
func (tx *ReadTx) Plans() ([]PlanRow, error) { return collect(tx, qPlans, scanPlan) }

// PutPlan adds a plan and its carrier, or corrects their names.
func (tx *Tx) PutPlan(p PlanRow) {
	tx.queue(qUpsertCarrier, p.CarrierID, p.CarrierName)
	tx.queue(qUpsertPlan, p.PlanID, p.CarrierID, p.Name, string(p.Kind))
}

// InsertMember adds a covered person.
func (tx *Tx) InsertMember(m enrollment.Member) error {
	sealed, index, err := tx.sealBirthDate("member", m.ID.String(), m.BirthDate)
	if err != nil {
		return err
	}
	tx.queue(qInsertMember, m.AccountID, m.ID, m.FirstName, m.LastName, sealed, index, string(m.Relation))
	return nil
}

// Members gives the covered people of an account.
func (tx *ReadTx) Members(id enrollment.AccountID) ([]enrollment.Member, error) {
	return collect(tx, qMembers, func(row func(...any) error) (enrollment.Member, error) {
		var m enrollment.Member
		var sealed []byte
		if err := row(&m.AccountID, &m.ID, &m.FirstName, &m.LastName, &m.Relation, &sealed); err != nil {
			return m, err
		}
		text, err := tx.db.vault.Unseal("member.birth_date", m.ID.String(), sealed)
		if err != nil {
			return m, err
		}
		m.BirthDate, err = civil.ParseDate(text)
		return m, err
	}, id)
}

// InsertEnrollment adds an enrollment with its segments and members.
func (tx *Tx) InsertEnrollment(e *enrollment.Enrollment, members []enrollment.MemberID) {
	tx.queue(qInsertEnrollment, e.AccountID, e.ID, e.Reference, e.PlanID, e.CarrierID, string(e.Kind), e.Renewal, e.First, e.Last, int64(1), e.CreatedAt, e.WindowEndsOn)
	tx.insertAlias(e.Reference, aliasReference, e.AccountID)
	tx.insertSegments(e, 1)
	for _, m := range members {
		tx.queue(qInsertEnrollmentMember, e.AccountID, e.ID, m)
	}
}

// ReviseEnrollment replaces the segments of an enrollment by a new version;
// the old ones stay readable. otherwise is the error if somebody else did so
// meanwhile.
func (tx *Tx) ReviseEnrollment(e *enrollment.Enrollment, version int64, otherwise error) {
	tx.expect(otherwise, qReviseEnrollment, e.AccountID, e.ID, e.First, e.Last, version, e.WindowEndsOn)
	tx.insertSegments(e, version)
}

func (tx *Tx) insertSegments(e *enrollment.Enrollment, version int64) {
	for _, s := range e.Segments {
		tx.queue(qInsertSegment, e.AccountID, e.ID, version, s.From, s.To, s.Premium.Gross, s.Premium.APTC, s.Premium.State, s.Premium.Member)
	}
}

// AddEnrollmentMember adds a covered person to an enrollment.
func (tx *Tx) AddEnrollmentMember(account enrollment.AccountID, id enrollment.ID, member enrollment.MemberID) {
	tx.queue(qInsertEnrollmentMember, account, id, member)
}

// EnrollmentRow is an enrollment with the version of its segments.
type EnrollmentRow struct {
	enrollment.Enrollment
	Version int64
	Relief  bool // some was granted
}

func scanEnrollment(row func(...any) error) (*EnrollmentRow, error) {
	var e EnrollmentRow
	err := row(&e.AccountID, &e.ID, &e.Reference, &e.PlanID, &e.CarrierID, &e.Kind, &e.Renewal, &e.First, &e.Last, &e.Version, &e.CreatedAt, &e.WindowEndsOn)
	return &e, err
}

// scanRelieved is scanEnrollment with whether relief was granted.
func scanRelieved(row func(...any) error) (*EnrollmentRow, error) {
	var relief bool
	e, err := scanEnrollment(func(into ...any) error { return row(append(into, &relief)...) })
	e.Relief = relief
	return e, err
}

func scanSegment(row func(...any) error) (account enrollment.AccountID, id enrollment.ID, s enrollment.Segment, err error) {
	var gross, aptc, state, member money.Amount
	err = row(&account, &id, &s.From, &s.To, &gross, &aptc, &state, &member)
	s.Premium = enrollment.Premium{Gross: gross, APTC: aptc, State: state, Member: member}
	return account, id, s, err
}
