package store

import "quittance.org/quittance/internal/base/civil"

// A job is a row of River's own table. Its other columns have defaults that say
// what we want: in the default queue, from now on. River's client would take
// several round trips for it, in the middle of a payment.
var insertJobs = insertsOf("river_job", columnsOf("kind, args, max_attempts"))

// InsertJob enqueues a job with its arguments as JSON, for the job queue only.
func (tx *Tx) InsertJob(kind, args string, maxTries int) {
	tx.queue(insertJobs.few[0], kind, args, int64(maxTries))
}

// The times of a job are River's to read as well, in whose SQLite tables they
// are text: it is enough that those written here sort among themselves.
var (
	qNextJobs = stmt("next_jobs", `
		SELECT id, kind, CAST(args AS TEXT), attempt, max_attempts FROM river_job
		WHERE state = 'available' OR state = 'retryable' AND scheduled_at <= $1
		ORDER BY id LIMIT $2`)
	qEndJob    = stmt("end_job", `DELETE FROM river_job WHERE id = $1 AND state IN ('available', 'retryable')`)
	qCancelJob = stmt("cancel_job", `
		UPDATE river_job SET state = 'cancelled', attempt = attempt + 1, attempted_at = $2, finalized_at = $2
		WHERE id = $1 AND state IN ('available', 'retryable')`)
	qDiscardJob = stmt("discard_job", `
		UPDATE river_job SET state = 'discarded', attempt = attempt + 1, attempted_at = $2, finalized_at = $2
		WHERE id = $1 AND state IN ('available', 'retryable')`)
	qRetryJob = stmt("retry_job", `
		UPDATE river_job SET state = 'retryable', attempt = attempt + 1, attempted_at = $2, scheduled_at = $3
		WHERE id = $1 AND state IN ('available', 'retryable')`)
)

// JobRow is a job that waits to be worked.
type JobRow struct {
	ID       int64
	Kind     string
	Args     string
	Attempts int64 // so far
	MaxTries int64
}

// NextJobs gives up to limit jobs that are due by now, in the order in which
// they were enqueued. A new job is due at once.
func (tx *ReadTx) NextJobs(limit int) ([]JobRow, error) {
	return collect(tx, qNextJobs, func(row func(...any) error) (JobRow, error) {
		var j JobRow
		err := row(&j.ID, &j.Kind, &j.Args, &j.Attempts, &j.MaxTries)
		return j, err
	}, tx.now, limit)
}

// JobDone forgets a job that was worked, as River does a day later.
func (tx *Tx) JobDone(j JobRow) { tx.queue(qEndJob, j.ID) }

// JobCancelled records that no retry can mend a job.
func (tx *Tx) JobCancelled(j JobRow) { tx.queue(qCancelJob, j.ID, tx.now) }

// JobDiscarded records that a job failed for the last time.
func (tx *Tx) JobDiscarded(j JobRow) { tx.queue(qDiscardJob, j.ID, tx.now) }

// JobFailed records that a job failed and is due again at a moment.
func (tx *Tx) JobFailed(j JobRow, again civil.Instant) { tx.queue(qRetryJob, j.ID, tx.now, again) }
