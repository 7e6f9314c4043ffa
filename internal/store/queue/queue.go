// Package queue runs work after a commit: messages, look-ups at the processor,
// first bills. A job is enqueued in the same transaction as the facts that
// call for it, so it runs if and only if they are committed; it may run twice,
// and every handler is safe to. River does the work on both engines.
package queue

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivermigrate"

	"quittance.org/quittance/internal/store"
)

// Job is the arguments of one kind of job. Kind is stored; it never changes.
type Job = river.JobArgs

// Workers is the handlers by kind of job.
type Workers struct {
	workers *river.Workers
	byKind  map[string]func(ctx context.Context, args string) error // for WorkAll
	letters map[string]bool                                         // the kinds of HandleLetter
}

// NewWorkers makes an empty set of handlers.
func NewWorkers() *Workers {
	return &Workers{river.NewWorkers(), map[string]func(context.Context, string) error{}, map[string]bool{}}
}

// Handle adds the handler of one kind of job. An error means try again later,
// with growing pauses; Cancel wraps an error that no retry can mend.
func Handle[J Job](w *Workers, handler func(context.Context, J) error) {
	river.AddWorker(w.workers, river.WorkFunc(func(ctx context.Context, job *river.Job[J]) error {
		return handler(ctx, job.Args)
	}))
	var kind J
	w.byKind[kind.Kind()] = func(ctx context.Context, args string) error {
		var job J
		if err := json.Unmarshal([]byte(args), &job); err != nil {
			return Cancel(err)
		}
		return handler(ctx, job)
	}
}

// HandleLetter is Handle for jobs that write to people and change nothing that
// another job looks at: it does not matter which of them runs first.
func HandleLetter[J Job](w *Workers, handler func(context.Context, J) error) {
	Handle(w, handler)
	var kind J
	w.letters[kind.Kind()] = true
}

// Cancel marks an error as final: the job is not tried again.
func Cancel(err error) error { return river.JobCancel(err) }

// Queue enqueues jobs and, once started, works them.
type Queue struct {
	db       *store.DB
	workers  *Workers
	log      *slog.Logger
	postgres *river.Client[pgx.Tx]
	sqlite   *river.Client[*sql.Tx]
}

const (
	jobTimeout   = time.Minute
	maxTries     = 12
	pollInterval = 200 * time.Millisecond
	// fetchPause bounds how fast batches are fetched; River's own 100 ms would
	// cap it at 1,000 jobs a second.
	fetchPause = 20 * time.Millisecond
)

// New makes a queue on db. With nil workers it can only enqueue. Migrate must
// have run once.
func New(db *store.DB, workers *Workers, log *slog.Logger) (*Queue, error) {
	config := &river.Config{
		Logger: log, JobTimeout: jobTimeout, MaxAttempts: maxTries,
		FetchPollInterval: pollInterval, FetchCooldown: fetchPause, PollOnly: true,
	}
	if workers != nil {
		config.Workers = workers.workers
		config.Queues = map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 10}}
	}
	q := &Queue{db: db, workers: workers, log: log}
	var err error
	if pool := db.PostgresPool(); pool != nil {
		q.postgres, err = river.NewClient(riverpgxv5.New(pool), config)
	} else {
		config.ReindexerIndexNames = []string{"river_job_prioritized_fetching_index", "river_job_state_and_finalized_at_index"}
		q.sqlite, err = river.NewClient(riversqlite.New(db.SQLiteWriter()), config)
	}
	if err != nil {
		return nil, fmt.Errorf("job queue: %w", err)
	}
	return q, nil
}

// dropUnused drops what nobody here uses and every payment would pay for: the
// indexes that find jobs by a word in their arguments, and the one that keeps
// jobs with a key of their own apart, whose condition PostgreSQL works out anew
// for each statement. It reads the text of every CHECK anew as well: those of a
// job look at values that our one statement has as constants, and at states that
// only River sets. All of it takes four times as long as the rest of a job.
const dropUnused = `
	DROP INDEX IF EXISTS river_job_args_index, river_job_metadata_index, river_job_unique_idx;
	ALTER TABLE river_job DROP CONSTRAINT IF EXISTS finalized_or_finalized_at_null, DROP CONSTRAINT IF EXISTS kind_length,
		DROP CONSTRAINT IF EXISTS max_attempts_is_positive, DROP CONSTRAINT IF EXISTS priority_in_range, DROP CONSTRAINT IF EXISTS queue_length`

// dropUnusedSQLite drops the same on SQLite: what finds jobs by their kind, which
// is asked for by River's own pages only, and what keeps jobs with a key apart.
const dropUnusedSQLite = `DROP INDEX IF EXISTS river_job_kind; DROP INDEX IF EXISTS river_job_unique_idx`

// Migrate makes or updates the queue's own tables.
func Migrate(ctx context.Context, db *store.DB) error {
	var err error
	if pool := db.PostgresPool(); pool != nil {
		err = migrate(ctx, func() (*rivermigrate.Migrator[pgx.Tx], error) {
			return rivermigrate.New(riverpgxv5.New(pool), nil)
		})
		if err == nil {
			_, err = pool.Exec(ctx, dropUnused)
		}
	} else {
		err = migrate(ctx, func() (*rivermigrate.Migrator[*sql.Tx], error) {
			return rivermigrate.New(riversqlite.New(db.SQLiteWriter()), nil)
		})
		if err == nil {
			_, err = db.SQLiteWriter().ExecContext(ctx, dropUnusedSQLite)
		}
	}
	if err != nil {
		return fmt.Errorf("job queue tables: %w", err)
	}
	return nil
}

func migrate[TTx any](ctx context.Context, open func() (*rivermigrate.Migrator[TTx], error)) error {
	m, err := open()
	if err != nil {
		return err
	}
	_, err = m.Migrate(ctx, rivermigrate.DirectionUp, nil)
	return err
}

// Insert enqueues a job that runs if and only if tx commits.
func (q *Queue) Insert(tx *store.Tx, job Job) error {
	args, err := json.Marshal(job)
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", job.Kind(), err)
	}
	tx.InsertJob(job.Kind(), string(args), maxTries)
	return nil
}

// Start begins to work jobs; Stop ends it after those under way.
func (q *Queue) Start(ctx context.Context) error {
	if q.postgres != nil {
		return q.postgres.Start(ctx)
	}
	return q.sqlite.Start(ctx)
}

// Stop lets the jobs under way finish and stops.
func (q *Queue) Stop(ctx context.Context) error {
	if q.postgres != nil {
		return q.postgres.Stop(ctx)
	}
	return q.sqlite.Stop(ctx)
}
