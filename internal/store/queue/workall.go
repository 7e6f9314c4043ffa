package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/riverqueue/river"

	"quittance.org/quittance/internal/store"
)

// WorkAll works the jobs that are due, one after the other in the order in
// which they were enqueued, until none is left, those enqueued meanwhile
// included; it tells how many ran. It takes the place of Start where the order
// must be the same every time and the calendar is not the machine's: the
// simulator and tests. The two must not run on one database at the same time.
//
// The table is left as River leaves it, but for jobs that went well: River keeps
// them for a day. A job that failed is due again on the database's clock, after
// River's pause without its element of chance.
func (q *Queue) WorkAll(ctx context.Context) (worked int, err error) {
	for {
		var job store.JobRow
		var found bool
		err := q.db.Read(ctx, "next job", func(tx *store.ReadTx) (err error) {
			job, found, err = tx.NextJob()
			return err
		})
		if err != nil || !found {
			return worked, err
		}
		outcome := q.work(ctx, job)
		if err := ctx.Err(); err != nil {
			return worked, err // the job stays as it was
		}
		err = q.db.InTx(ctx, "end job", func(tx *store.Tx) error {
			end(tx, job, outcome)
			return nil
		})
		if err != nil {
			return worked, err
		}
		worked++
	}
}

func (q *Queue) work(ctx context.Context, job store.JobRow) error {
	handler := q.workers.byKind[job.Kind]
	if handler == nil {
		return fmt.Errorf("no handler for jobs of kind %q", job.Kind)
	}
	ctx, cancel := context.WithTimeout(ctx, jobTimeout)
	defer cancel()
	err := handler(ctx, job.Args)
	if err != nil {
		q.log.WarnContext(ctx, "job failed", "job", job.ID, "kind", job.Kind, "attempt", job.Attempts+1, "error", err)
	}
	return err
}

// end records what became of a job.
func end(tx *store.Tx, job store.JobRow, outcome error) {
	var final *river.JobCancelError
	switch {
	case outcome == nil:
		tx.JobDone(job)
	case errors.As(outcome, &final):
		tx.JobCancelled(job)
	case job.Attempts+1 >= job.MaxTries:
		tx.JobDiscarded(job)
	default:
		tx.JobFailed(job, tx.Now().Add(pauseAfter(job.Attempts+1)))
	}
}

// pauseAfter gives how long River waits after so many attempts: 1, 16, 81, 256
// seconds and so on.
func pauseAfter(attempts int64) time.Duration {
	return time.Duration(attempts*attempts*attempts*attempts) * time.Second
}
