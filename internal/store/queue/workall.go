package queue

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"

	"quittance.org/quittance/internal/store"
)

// jobsAtOnce is how many jobs are taken and ended together.
const jobsAtOnce = 100

// WorkAll works the jobs that are due in the order in which they were
// enqueued, until none is left, those enqueued meanwhile included; it tells how
// many ran. Letters that follow one another are worked side by side, so many at
// once; every other job alone. It takes the place of Start where what comes of
// the jobs must be the same every time and the calendar is not the machine's:
// the simulator and tests. The two must not run on one database at the same
// time.
//
// Jobs are ended some at a time, as River does: those that ran when the process
// ends run again. The table is left as River leaves it, but for jobs that went
// well: River keeps them for a day. A job that failed is due again on the
// database's clock, after River's pause without its element of chance.
func (q *Queue) WorkAll(ctx context.Context, atOnce int) (worked int, err error) {
	for {
		var jobs []store.JobRow
		err := q.db.Read(ctx, "next jobs", func(tx *store.ReadTx) (err error) {
			jobs, err = tx.NextJobs(jobsAtOnce)
			return err
		})
		if err != nil || len(jobs) == 0 {
			return worked, err
		}
		outcomes := q.workSome(ctx, jobs, atOnce)
		if err := ctx.Err(); err != nil {
			return worked, err // the jobs stay as they were
		}
		err = q.db.InTx(ctx, "end jobs", func(tx *store.Tx) error {
			for i, job := range jobs {
				end(tx, job, outcomes[i])
			}
			return nil
		})
		if err != nil {
			return worked, err
		}
		worked += len(jobs)
	}
}

// workSome works jobs and gives what came of each.
func (q *Queue) workSome(ctx context.Context, jobs []store.JobRow, atOnce int) []error {
	outcomes := make([]error, len(jobs))
	for i := 0; i < len(jobs) && ctx.Err() == nil; {
		together := 1
		for q.workers.letters[jobs[i].Kind] && i+together < len(jobs) && q.workers.letters[jobs[i+together].Kind] {
			together++
		}
		var next atomic.Int64
		var group sync.WaitGroup
		work := func() {
			for j := int(next.Add(1)) - 1; j < together; j = int(next.Add(1)) - 1 {
				outcomes[i+j] = q.work(ctx, jobs[i+j])
			}
		}
		for range min(atOnce, together) - 1 {
			group.Go(work)
		}
		work()
		group.Wait()
		i += together
	}
	return outcomes
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
