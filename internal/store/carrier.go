package store

import (
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/ident"
	"quittance.org/quittance/internal/domain/enrollment"
	"quittance.org/quittance/internal/domain/exchange"
	"quittance.org/quittance/internal/domain/payment"
)

const carrierMessageColumns = `m.account_id, m.decision_id, m.enrollment_id, e.reference, c.name, m.event, m.coverage_month, m.owed_at, m.told_on,
	m.outcome, m.answered_on, m.reason`

const carrierMessageTables = ` FROM carrier_message m
	JOIN enrollment e ON e.account_id = m.account_id AND e.enrollment_id = m.enrollment_id
	JOIN carrier c ON c.carrier_id = e.carrier_id`

var (
	insertCarrierMessages = insertsOf("carrier_message", []string{
		"account_id", "decision_id", "enrollment_id", "event", "coverage_month", "owed_at", "outcome", "reason",
	})
	qTellCarriers      = stmt("tell_carriers", `UPDATE carrier_message SET told_on = $1 WHERE told_on IS NULL AND outcome = ''`)
	qCarrierMessagesOf = stmt("carrier_messages_of", `
		SELECT decision_id, event, coverage_month, told_on, outcome, answered_on, reason FROM carrier_message
		WHERE account_id = $1 AND enrollment_id = $2 ORDER BY decision_id LIMIT 1000`)
	qCarrierAnswersOf = stmt("carrier_answers_of", `
		SELECT event, coverage_month, outcome, reason, answered_on, source, reference, aside FROM carrier_answer
		WHERE account_id = $1 AND enrollment_id = $2 ORDER BY source, reference LIMIT 1000`)
	qEnrollmentExists = stmt("enrollment_exists", `SELECT reference FROM enrollment WHERE account_id = $1 AND enrollment_id = $2`)
	qJudgeMessage     = stmt("judge_message", `
		UPDATE carrier_message SET outcome = $3, answered_on = $4, reason = $5 WHERE account_id = $1 AND decision_id = $2`)
	qJudgeAnswer = stmt("judge_answer", `
		UPDATE carrier_answer SET aside = $5 WHERE account_id = $1 AND enrollment_id = $2 AND source = $3 AND reference = $4`)
	qMessagesTold = stmt("carrier_messages_told", `
		SELECT `+carrierMessageColumns+carrierMessageTables+`
		WHERE m.outcome = '' AND m.told_on >= $1 AND m.told_on <= $2
			AND (m.told_on > $3 OR m.told_on = $3 AND (m.account_id > $4 OR m.account_id = $4 AND m.decision_id > $5))
		ORDER BY m.told_on, m.account_id, m.decision_id LIMIT $6`)
	qMessagesUntold = stmt("carrier_messages_untold", `
		SELECT `+carrierMessageColumns+carrierMessageTables+`
		WHERE m.outcome = '' AND m.told_on IS NULL AND m.owed_at < $1 ORDER BY m.account_id, m.decision_id LIMIT $2`)
	qMessagesRefused = stmt("carrier_messages_refused", `
		SELECT `+carrierMessageColumns+carrierMessageTables+`
		WHERE m.outcome = 'refused' ORDER BY m.answered_on DESC, m.account_id, m.decision_id LIMIT $1`)
	qStartedBy = stmt("carrier_messages_by_payment", `
		SELECT `+carrierMessageColumns+carrierMessageTables+`
			JOIN decision d ON d.account_id = m.account_id AND d.decision_id = m.decision_id
		WHERE m.account_id = $1 AND d.payment_id = $2 AND m.event = 'start' ORDER BY m.decision_id LIMIT 100`)
	qCountMessages = stmt("count_carrier_messages", `
		SELECT (SELECT COUNT(*) FROM carrier_message WHERE outcome = '' AND told_on IS NULL),
			(SELECT COUNT(*) FROM carrier_message WHERE outcome = '' AND told_on IS NULL AND owed_at < $2),
			(SELECT COUNT(*) FROM carrier_message WHERE outcome = '' AND told_on IS NOT NULL),
			(SELECT COUNT(*) FROM carrier_message WHERE outcome = '' AND told_on < $1),
			(SELECT COUNT(*) FROM carrier_message WHERE outcome = 'refused'),
			(SELECT COUNT(*) FROM carrier_answer WHERE aside IN ('undecided', 'before_told', 'contradicts'))`)
	qAnswersAside = stmt("carrier_answers_aside", `
		SELECT a.account_id, a.enrollment_id, e.reference, c.name, a.event, a.coverage_month, a.outcome, a.reason, a.answered_on, a.source, a.reference, a.aside
		FROM carrier_answer a
		JOIN enrollment e ON e.account_id = a.account_id AND e.enrollment_id = a.enrollment_id
		JOIN carrier c ON c.carrier_id = e.carrier_id
		WHERE a.aside IN ('undecided', 'before_told', 'contradicts')
		ORDER BY a.account_id, a.enrollment_id, a.source, a.reference LIMIT $1`)
	qAnswersToHear = stmt("carrier_answers_to_hear", `
		SELECT DISTINCT a.account_id, a.enrollment_id FROM carrier_answer a
		JOIN carrier_message m ON m.account_id = a.account_id AND m.enrollment_id = a.enrollment_id AND m.event = a.event AND m.coverage_month = a.coverage_month
		WHERE a.aside IN ('undecided', 'before_told') AND m.told_on = $1 ORDER BY a.account_id, a.enrollment_id LIMIT 10000`)
	carrierAnswerColumns = []string{
		"account_id", "enrollment_id", "source", "reference", "event", "coverage_month", "outcome", "reason", "answered_on", "aside", "recorded_at",
	}
)

// CarrierMessage is what a carrier is told, with what its answers come to.
type CarrierMessage struct {
	AccountID    enrollment.AccountID
	Decision     ident.UUID
	EnrollmentID enrollment.ID
	Reference    string // of the enrollment
	Carrier      string // its name
	Event        exchange.Event
	Month        civil.Month
	OwedAt       civil.Instant
	ToldOn       civil.Date
	exchange.Verdict
}

// oweCarrier puts what a decision makes a carrier be told into its outbox.
func (tx *Tx) oweCarrier(d DecisionRecord, id ident.UUID) {
	if event, month, tells := exchange.Tells(d.Kind, d.Month); tells {
		tx.insert(insertCarrierMessages, d.AccountID, id, d.EnrollmentID, string(event), month, tx.now, "", "")
	}
}

// TellCarriers records that everything carriers are to be told has been told on
// a day, and tells how much there was.
func (tx *Tx) TellCarriers(on civil.Date) (int64, error) { return tx.exec(qTellCarriers, on) }

// CarrierKey names the coverage that a carrier speaks of.
type CarrierKey struct {
	AccountID    enrollment.AccountID
	EnrollmentID enrollment.ID
}

// CarrierFacts is everything said between us and a carrier about one
// enrollment.
type CarrierFacts struct {
	Known     bool // the enrollment exists
	Decisions []ident.UUID
	Messages  []exchange.Message // OwedOn is not read
	Verdicts  []exchange.Verdict // as they stand
	Answers   []exchange.Answer
	Asides    []exchange.Aside // as they stand
}

// CarrierFacts reads what is on record about enrollments, in one round trip.
// One that no carrier was to be told of is looked for in another.
func (tx *ReadTx) CarrierFacts(keys []CarrierKey) ([]CarrierFacts, error) {
	all := make([]CarrierFacts, len(keys))
	steps := make([]step, 0, 2*len(keys))
	for i, k := range keys {
		f := &all[i]
		steps = append(steps,
			step{stmt: qCarrierMessagesOf, args: []any{k.AccountID, k.EnrollmentID}, row: f.scanMessage},
			step{stmt: qCarrierAnswersOf, args: []any{k.AccountID, k.EnrollmentID}, row: f.scanAnswer})
	}
	if err := tx.run(steps...); err != nil {
		return nil, err
	}
	steps = nil
	for i, k := range keys {
		f := &all[i]
		f.Known = len(f.Messages)+len(f.Answers) > 0
		if f.Known {
			continue
		}
		steps = append(steps, step{stmt: qEnrollmentExists, args: []any{k.AccountID, k.EnrollmentID}, row: func(scan func(...any) error) error {
			var reference string
			f.Known = true
			return scan(&reference)
		}})
	}
	return all, tx.run(steps...)
}

func (f *CarrierFacts) scanMessage(scan func(...any) error) error {
	var id ident.UUID
	var m exchange.Message
	var v exchange.Verdict
	err := scan(&id, &m.Event, &m.Month, &m.ToldOn, &v.Outcome, &v.AnsweredOn, &v.Reason)
	f.Decisions, f.Messages, f.Verdicts = append(f.Decisions, id), append(f.Messages, m), append(f.Verdicts, v)
	return err
}

func (f *CarrierFacts) scanAnswer(scan func(...any) error) error {
	var a exchange.Answer
	var aside exchange.Aside
	err := scan(&a.Event, &a.Month, &a.Outcome, &a.Reason, &a.On, &a.Source, &a.Reference, &aside)
	f.Answers, f.Asides = append(f.Answers, a), append(f.Asides, aside)
	return err
}

// CarrierAnswer is an answer with the enrollment it is about.
type CarrierAnswer struct {
	CarrierKey
	exchange.Answer
	Aside exchange.Aside
}

// InsertCarrierAnswers records answers that are new.
func (tx *Tx) InsertCarrierAnswers(all []CarrierAnswer) error {
	rows := make([][]any, len(all))
	for i, a := range all {
		rows[i] = []any{
			a.AccountID, a.EnrollmentID, a.Source, a.Reference, string(a.Event), a.Month, string(a.Outcome), a.Reason, a.On, string(a.Aside), tx.now,
		}
	}
	return tx.bulk("carrier_answer", carrierAnswerColumns, rows)
}

// JudgeMessage records what the answers to a message come to.
func (tx *Tx) JudgeMessage(account enrollment.AccountID, decision ident.UUID, v exchange.Verdict) {
	tx.queue(qJudgeMessage, account, decision, string(v.Outcome), v.AnsweredOn, v.Reason)
}

// JudgeAnswer records why an answer counts for nothing, or that it counts.
func (tx *Tx) JudgeAnswer(k CarrierKey, a exchange.Answer, aside exchange.Aside) {
	tx.queue(qJudgeAnswer, k.AccountID, k.EnrollmentID, a.Source, a.Reference, string(aside))
}

func scanCarrierMessage(row func(...any) error) (CarrierMessage, error) {
	var m CarrierMessage
	err := row(&m.AccountID, &m.Decision, &m.EnrollmentID, &m.Reference, &m.Carrier, &m.Event, &m.Month, &m.OwedAt, &m.ToldOn,
		&m.Outcome, &m.AnsweredOn, &m.Reason)
	return m, err
}

// MessagesTold gives up to limit messages that were told from one day to
// another and have no answer that counts, after one that was given before.
func (tx *ReadTx) MessagesTold(from, through civil.Date, after CarrierMessage, limit int) ([]CarrierMessage, error) {
	return collect(tx, qMessagesTold, scanCarrierMessage,
		orDawn(from), through, orDawn(after.ToldOn), orLowest(after.AccountID.UUID), orLowest(after.Decision), limit)
}

// MessagesUntold gives up to limit messages that were owed before a moment and
// are not told.
func (tx *ReadTx) MessagesUntold(before civil.Instant, limit int) ([]CarrierMessage, error) {
	return collect(tx, qMessagesUntold, scanCarrierMessage, before, limit)
}

// MessagesRefused gives up to limit messages that carriers refused, the last
// first.
func (tx *ReadTx) MessagesRefused(limit int) ([]CarrierMessage, error) {
	return collect(tx, qMessagesRefused, scanCarrierMessage, limit)
}

// StartsToldBy gives what carriers were told of the starts that a payment
// brought about.
func (tx *ReadTx) StartsToldBy(account enrollment.AccountID, id payment.ID) ([]CarrierMessage, error) {
	return collect(tx, qStartedBy, scanCarrierMessage, account, id)
}

// CarrierCounts is how many messages and answers stand where.
type CarrierCounts struct {
	ToTell, LateToTell     int64
	Unanswered, LateAnswer int64
	Refused                int64
	Aside                  int64 // answers that somebody has to look at
}

// CarrierCounts counts; a message is late that was told before a day, or owed
// before a moment.
func (tx *ReadTx) CarrierCounts(toldBefore civil.Date, owedBefore civil.Instant) (CarrierCounts, error) {
	return one(tx, qCountMessages, func(row func(...any) error) (CarrierCounts, error) {
		var c CarrierCounts
		err := row(&c.ToTell, &c.LateToTell, &c.Unanswered, &c.LateAnswer, &c.Refused, &c.Aside)
		return c, err
	}, toldBefore, owedBefore)
}

// AsideAnswer is an answer of a carrier that somebody has to look at.
type AsideAnswer struct {
	CarrierAnswer
	Enrollment string // its reference
	Carrier    string
}

// AnswersAside gives up to limit answers that somebody has to look at.
func (tx *ReadTx) AnswersAside(limit int) ([]AsideAnswer, error) {
	return collect(tx, qAnswersAside, func(row func(...any) error) (AsideAnswer, error) {
		var a AsideAnswer
		err := row(&a.AccountID, &a.EnrollmentID, &a.Enrollment, &a.Carrier, &a.Event, &a.Month, &a.Outcome, &a.Reason, &a.On,
			&a.Source, &a.Reference, &a.Aside)
		return a, err
	}, limit)
}

// AnswersToHear gives the coverage about which carriers said something before
// they were told, and were told on a day.
func (tx *ReadTx) AnswersToHear(toldOn civil.Date) ([]CarrierKey, error) {
	return collect(tx, qAnswersToHear, func(row func(...any) error) (CarrierKey, error) {
		var k CarrierKey
		err := row(&k.AccountID, &k.EnrollmentID)
		return k, err
	}, toldOn)
}
