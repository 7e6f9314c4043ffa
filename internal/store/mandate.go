package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/mandate"
)

// What is selected of a mandate: no cap is $0.00.
const (
	termsSelected   = `bank_account_id, day, COALESCE(cap_cents, 0), notice, notice_over_cents`
	mandateSelected = `mandate_id, account_id, person_id, ` + termsSelected + `, first_cents, state, reason, state_on, stop_on, live_at, authorized_at, version`
	grantSelected   = `mandate_id, account_id, version, person_id, ` + termsSelected + `,
		text_version, language, wording, channel, network, session_hash, method, role, authorized_at`
)

const (
	termsColumns   = `bank_account_id, day, cap_cents, notice, notice_over_cents`
	mandateColumns = `mandate_id, account_id, person_id, ` + termsColumns + `, first_cents, state, reason, state_on, stop_on, live_at, authorized_at, version`
	grantColumns   = `mandate_id, account_id, version, person_id, ` + termsColumns + `,
		text_version, language, wording, channel, network, session_hash, method, role, authorized_at`
)

var (
	qInsertMandate = stmt("insert_mandate", `
		INSERT INTO mandate (`+mandateColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)`)
	qUpdateMandate = stmt("update_mandate", `
		UPDATE mandate SET bank_account_id = $4, day = $5, cap_cents = $6, notice = $7, notice_over_cents = $8,
			state = $9, reason = $10, state_on = $11, stop_on = $12, live_at = $13, version = $14
		WHERE account_id = $1 AND mandate_id = $2 AND state = $3`)
	qMandate  = stmt("mandate", `SELECT `+mandateSelected+` FROM mandate WHERE account_id = $1 AND mandate_id = $2`)
	qMandates = stmt("mandates_of", `
		SELECT `+mandateSelected+` FROM mandate WHERE account_id = $1
		ORDER BY CASE WHEN state IN ('active', 'paused') THEN 0 ELSE 1 END, authorized_at DESC, mandate_id DESC LIMIT $2`)
	qInsertGrant = stmt("insert_mandate_authorization", `
		INSERT INTO mandate_authorization (operation_id, `+grantColumns+`)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)`)
	qGrants = stmt("mandate_authorizations", `
		SELECT `+grantSelected+` FROM mandate_authorization WHERE account_id = $1 AND mandate_id = $2 ORDER BY version LIMIT 200`)
	qGrantOf = stmt("mandate_authorization_of", `
		SELECT `+grantSelected+` FROM mandate_authorization WHERE operation_id = $1`)
	qInsertMandateEvent = stmt("insert_mandate_event", `
		INSERT INTO mandate_event (account_id, event_id, mandate_id, state, reason, state_on, actor, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`)
	qMandateEvents = stmt("mandate_events", `
		SELECT state, reason, state_on, actor, recorded_at FROM mandate_event
		WHERE account_id = $1 AND mandate_id = $2 ORDER BY event_id LIMIT 200`)
	qMandatesToStop = stmt("mandates_to_stop", `
		SELECT account_id FROM mandate WHERE stop_on < $1 AND state IN ('active', 'paused') ORDER BY account_id LIMIT $2`)
	// These two leave out most accounts about which there is nothing to ask; of
	// the others the standing decides.
	qMandatesUncovered = stmt("mandates_uncovered", `
		SELECT m.account_id FROM mandate m
		WHERE m.state = 'active' AND m.account_id > $1 AND NOT `+mayGoOn+`
		ORDER BY m.account_id LIMIT $3`)
	qMandatesPaused = stmt("mandates_paused", `
		SELECT m.account_id FROM mandate m
		WHERE m.state = 'paused' AND m.account_id > $1 AND (m.state_on < $4 OR `+mayGoOn+`)
		ORDER BY m.account_id LIMIT $3`)
	qReplaceMandateBank = stmt("replace_mandate_bank_account", `
		UPDATE mandate SET bank_account_id = $3 WHERE account_id = $1 AND bank_account_id = $2 AND state IN ('active', 'paused')`)
)

// mayGoOn tells whether the account of a mandate m may have coverage in month
// $2 or later: an enrollment that reaches so far, and of which the newest word
// on its end is not that it ends. Decisions have keys that sort as they were
// recorded. Most enrollments are marked as not decided on, which spares the look.
const mayGoOn = `EXISTS (SELECT 1 FROM enrollment e WHERE e.account_id = m.account_id AND e.last_month >= $2
			AND (NOT e.decided OR COALESCE((SELECT d.kind FROM decision d WHERE d.account_id = e.account_id AND d.enrollment_id = e.enrollment_id
				AND d.kind IN ('end', 'cancel', 'lapse', 'reinstate', 'undo_end', 'undo_lapse', 'effectuate', 'roll_start')
				ORDER BY d.decision_id DESC LIMIT 1), '') NOT IN ('end', 'cancel', 'lapse')))`

// optional stores an amount that may be none.
func optional(a money.Amount) any {
	if a.IsZero() {
		return nil
	}
	return a
}

func termsArgs(t mandate.Terms) []any {
	return []any{t.BankAccount, int64(t.Day), optional(t.Cap), string(t.Notice), t.NoticeOver}
}

// termsInto gives where to scan the terms.
func termsInto(t *mandate.Terms) []any {
	return []any{&t.BankAccount, &t.Day, &t.Cap, &t.Notice, &t.NoticeOver}
}

func mandateInto(m *mandate.Mandate) []any {
	into := append([]any{&m.ID, &m.AccountID, &m.Person}, termsInto(&m.Terms)...)
	return append(into, &m.First, &m.State, &m.Reason, &m.StateOn, &m.StopOn, &m.LiveAt, &m.AuthorizedAt, &m.Version)
}

func scanMandate(row func(...any) error) (mandate.Mandate, error) {
	var m mandate.Mandate
	err := row(mandateInto(&m)...)
	return m, err
}

// InsertMandate adds a mandate.
func (tx *Tx) InsertMandate(m mandate.Mandate, actor string) {
	args := append([]any{m.ID, m.AccountID, m.Person}, termsArgs(m.Terms)...)
	tx.queue(qInsertMandate, append(args, m.First, string(m.State), string(m.Reason), m.StateOn, m.StopOn, m.LiveAt, m.AuthorizedAt, m.Version)...)
	tx.mandateEvent(m, actor)
}

func (tx *Tx) mandateEvent(m mandate.Mandate, actor string) {
	tx.queue(qInsertMandateEvent, m.AccountID, tx.NewID(), m.ID, string(m.State), string(m.Reason), m.StateOn, actor, tx.now)
}

var errMandateChanged = fault.New(fault.Conflict, "mandate.changed", "AutoPay was changed meanwhile")

// UpdateMandate writes the terms and the state of a mandate that is in a state
// until now. A new state is recorded for good.
func (tx *Tx) UpdateMandate(m mandate.Mandate, from mandate.State, actor string) {
	args := append([]any{m.AccountID, m.ID, string(from)}, termsArgs(m.Terms)...)
	tx.expect(errMandateChanged, qUpdateMandate, append(args, string(m.State), string(m.Reason), m.StateOn, m.StopOn, m.LiveAt, m.Version)...)
	if m.State != from {
		tx.mandateEvent(m, actor)
	}
}

// Mandate finds a mandate, or fault.NotFound.
func (tx *ReadTx) Mandate(account enrollment.AccountID, id mandate.ID) (mandate.Mandate, error) {
	return one(tx, qMandate, scanMandate, account, id)
}

// NewestMandate gives the account's live mandate, else the last it had, else
// fault.NotFound.
func (tx *ReadTx) NewestMandate(account enrollment.AccountID) (mandate.Mandate, error) {
	return one(tx, qMandates, scanMandate, account, 1)
}

// mandatesMost bounds them.
const mandatesMost = 100

// Mandates gives all mandates that an account ever had: the live one, then the
// newest first.
func (tx *ReadTx) Mandates(account enrollment.AccountID) ([]mandate.Mandate, error) {
	return collect(tx, qMandates, scanMandate, account, mandatesMost)
}

// InsertGrant keeps for good what was agreed to by an operation.
func (tx *Tx) InsertGrant(operation ident.UUID, a mandate.Authorization) {
	args := append([]any{operation, a.Mandate, a.AccountID, a.Version, a.Person}, termsArgs(a.Terms)...)
	tx.queue(qInsertGrant, append(args, a.TextVersion, a.Language, a.Wording, string(a.Channel), a.Network, a.SessionHash, a.Method, string(a.Role), a.At)...)
}

func scanGrant(row func(...any) error) (mandate.Authorization, error) {
	var a mandate.Authorization
	into := append([]any{&a.Mandate, &a.AccountID, &a.Version, &a.Person}, termsInto(&a.Terms)...)
	err := row(append(into, &a.TextVersion, &a.Language, &a.Wording, &a.Channel, &a.Network, &a.SessionHash, &a.Method, &a.Role, &a.At)...)
	return a, err
}

// Grants gives what was agreed to for a mandate, the first of it first.
func (tx *ReadTx) Grants(account enrollment.AccountID, id mandate.ID) ([]mandate.Authorization, error) {
	return collect(tx, qGrants, scanGrant, account, id)
}

// GrantOf gives what an operation agreed to, or fault.NotFound.
func (tx *ReadTx) GrantOf(operation ident.UUID) (mandate.Authorization, error) {
	return one(tx, qGrantOf, scanGrant, operation)
}

// MandateEvents gives the states that a mandate came into, in order.
func (tx *ReadTx) MandateEvents(account enrollment.AccountID, id mandate.ID) ([]mandate.Event, error) {
	return collect(tx, qMandateEvents, func(row func(...any) error) (mandate.Event, error) {
		var e mandate.Event
		err := row(&e.State, &e.Reason, &e.On, &e.Actor, &e.At)
		return e, err
	}, account, id)
}

// MandatesToStop gives up to limit accounts whose mandate was to stop after a
// debit before a day.
func (tx *ReadTx) MandatesToStop(before civil.Date, limit int) ([]enrollment.AccountID, error) {
	return collect(tx, qMandatesToStop, scalar[enrollment.AccountID], before, limit)
}

// MandatesUncovered gives up to limit accounts, after one, with a live mandate
// and perhaps no coverage in a month.
func (tx *ReadTx) MandatesUncovered(after enrollment.AccountID, month civil.Month, limit int) ([]enrollment.AccountID, error) {
	return collect(tx, qMandatesUncovered, scalar[enrollment.AccountID], orLowest(after.UUID), month.String(), limit)
}

// MandatesPaused gives up to limit accounts, after one, whose mandate pauses
// and perhaps need not: there may be coverage in a month, or it has paused since
// before a day.
func (tx *ReadTx) MandatesPaused(after enrollment.AccountID, month civil.Month, since civil.Date, limit int) ([]enrollment.AccountID, error) {
	return collect(tx, qMandatesPaused, scalar[enrollment.AccountID], orLowest(after.UUID), month.String(), limit, since)
}
