package store

import (
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
)

const (
	dayColumns  = "business_date, state, started_at, finished_at"
	stepColumns = "business_date, step, state, tries, counts, error, started_at, finished_at"
)

var (
	qOpenDay = stmt("open_day", `
		INSERT INTO business_day (business_date, state, started_at) VALUES ($1, 'running', $2)
		ON CONFLICT (business_date) DO UPDATE SET state = 'running', finished_at = NULL`)
	qCloseDay = stmt("close_day", `UPDATE business_day SET state = $2, finished_at = $3 WHERE business_date = $1`)
	qDay      = stmt("day", `SELECT `+dayColumns+` FROM business_day WHERE business_date = $1`)
	qLastDays = stmt("last_days", `SELECT `+dayColumns+` FROM business_day ORDER BY business_date DESC LIMIT $1`)
	qFirstDay = stmt("first_day", `SELECT business_date FROM business_day ORDER BY business_date LIMIT 1`)
	qOpenDays = stmt("open_days", `SELECT `+dayColumns+` FROM business_day WHERE state <> 'complete' ORDER BY business_date LIMIT $1`)

	qPutStep = stmt("put_step", `
		INSERT INTO business_step (`+stepColumns+`) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
		ON CONFLICT (business_date, step) DO UPDATE SET state = excluded.state, tries = excluded.tries, counts = excluded.counts,
			error = excluded.error, started_at = excluded.started_at, finished_at = excluded.finished_at`)
	qStepsOf = stmt("steps_of", `SELECT `+stepColumns+` FROM business_step WHERE business_date = $1 ORDER BY step`)

	qLease     = stmt("lease", `SELECT name, holder, expires_at FROM lease WHERE name = $1`)
	qTakeLease = stmt("take_lease", `
		UPDATE lease SET holder = $2, expires_at = $3
		WHERE name = $1 AND (holder = $2 OR expires_at <= $4 OR expires_at > $5)`)
	qKeepLease = stmt("keep_lease", `UPDATE lease SET expires_at = $3 WHERE name = $1 AND holder = $2`)
	qDropLease = stmt("drop_lease", `UPDATE lease SET holder = '', expires_at = $3 WHERE name = $1 AND holder = $2`)
)

// DayRow is a business date that was begun.
type DayRow struct {
	Date       civil.Date
	State      string
	StartedAt  civil.Instant
	FinishedAt civil.Instant
}

// States of a business date.
const (
	DayRunning    = "running"
	DayHalf       = "half" // the evening's steps wait for their hour
	DayComplete   = "complete"
	DayIncomplete = "incomplete"
)

// StepRow is a step of a business date.
type StepRow struct {
	Date       civil.Date
	Step       string
	State      string
	Tries      int64
	Counts     string
	Error      string
	StartedAt  civil.Instant
	FinishedAt civil.Instant
}

// States of a step.
const (
	StepRunning = "running"
	StepDone    = "done"
	StepFailed  = "failed"
	StepBlocked = "blocked"
)

// OpenDay begins a business date, or goes on with it.
func (tx *Tx) OpenDay(date civil.Date) { tx.queue(qOpenDay, date, tx.now) }

// CloseDay ends the work on a business date for now.
func (tx *Tx) CloseDay(date civil.Date, state string) { tx.queue(qCloseDay, date, state, tx.now) }

// PutStep records how a step stands.
func (tx *Tx) PutStep(s StepRow) {
	tx.queue(qPutStep, s.Date, s.Step, s.State, s.Tries, s.Counts, s.Error, s.StartedAt, s.FinishedAt)
}

// Day gives a business date, or fault.NotFound.
func (tx *ReadTx) Day(date civil.Date) (DayRow, error) { return one(tx, qDay, scanDay, date) }

// LastDays gives up to limit business dates, the latest first.
func (tx *ReadTx) LastDays(limit int) ([]DayRow, error) {
	return collect(tx, qLastDays, scanDay, limit)
}

// FirstDay gives the first business date, or fault.NotFound.
func (tx *ReadTx) FirstDay() (civil.Date, error) { return one(tx, qFirstDay, scalar[civil.Date]) }

// OpenDays gives up to limit business dates that are not complete, the oldest
// first.
func (tx *ReadTx) OpenDays(limit int) ([]DayRow, error) {
	return collect(tx, qOpenDays, scanDay, limit)
}

// StepsOf gives the steps of a business date that were begun or held up.
func (tx *ReadTx) StepsOf(date civil.Date) ([]StepRow, error) {
	return collect(tx, qStepsOf, func(row func(...any) error) (StepRow, error) {
		var s StepRow
		err := row(&s.Date, &s.Step, &s.State, &s.Tries, &s.Counts, &s.Error, &s.StartedAt, &s.FinishedAt)
		return s, err
	}, date)
}

func scanDay(row func(...any) error) (DayRow, error) {
	var d DayRow
	err := row(&d.Date, &d.State, &d.StartedAt, &d.FinishedAt)
	return d, err
}

// LeaseRow is who may do what one node at a time does, and until when.
type LeaseRow struct {
	Name      string
	Holder    string
	ExpiresAt civil.Instant
}

// LeaseBusinessDay is the lease of the node that runs the business day.
const LeaseBusinessDay = "business_day"

// Lease gives a lease.
func (tx *ReadTx) Lease(name string) (LeaseRow, error) {
	return one(tx, qLease, func(row func(...any) error) (LeaseRow, error) {
		var l LeaseRow
		err := row(&l.Name, &l.Holder, &l.ExpiresAt)
		return l, err
	}, name)
}

// longestLease is more than any lease lasts, whichever node's clock is ahead:
// one that ends later was taken before the clock went back.
const longestLease = time.Hour

// TakeLease takes a lease for so long and tells whether it could: it was held
// already, had run out, or can not be true.
func (tx *Tx) TakeLease(name, holder string, length time.Duration) (bool, error) {
	touched, err := tx.exec(qTakeLease, name, holder, tx.now.Add(length), tx.now, tx.now.Add(longestLease))
	return touched == 1, err
}

// KeepLease lets a lease that is held last so long from now. The transaction
// fails with CodeLeaseLost when somebody else has it.
func (tx *Tx) KeepLease(name, holder string, length time.Duration) {
	tx.expect(errLeaseLost, qKeepLease, name, holder, tx.now.Add(length))
}

// CodeLeaseLost marks the error of a node that another one has taken over from.
const CodeLeaseLost = "lease.lost"

var errLeaseLost = fault.New(fault.Conflict, CodeLeaseLost, "another node has taken over")

// DropLease lets go of a lease at once.
func (tx *Tx) DropLease(name, holder string) { tx.queue(qDropLease, name, holder, tx.now) }
