package queue_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/queue"
	"quittance.org/quittance/internal/store/storetest"
)

type greet struct {
	Name string `json:"name"`
}

func (greet) Kind() string { return "greet" }

func TestJobsRunIfAndOnlyIfTheirTransactionCommits(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		worked := make(chan string, 10)
		workers := queue.NewWorkers()
		queue.Handle(workers, func(_ context.Context, job greet) error {
			worked <- job.Name
			return nil
		})
		q, err := queue.New(db, workers, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		refused := errors.New("refused")
		err = db.InTx(t.Context(), "rolled back", func(tx *store.Tx) error {
			return errors.Join(q.Insert(tx, greet{"nobody"}), refused)
		})
		if !errors.Is(err, refused) {
			t.Fatalf("got %v, want %v", err, refused)
		}
		if err := db.InTx(t.Context(), "committed", func(tx *store.Tx) error { return q.Insert(tx, greet{"Ana"}) }); err != nil {
			t.Fatal(err)
		}
		if err := q.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		select {
		case name := <-worked:
			if name != "Ana" {
				t.Errorf("worked %q, want Ana", name)
			}
		case <-time.After(2 * time.Minute):
			t.Error("the job was not worked")
		}
		if err := q.Stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
		if n := len(worked); n != 0 {
			t.Errorf("%d more jobs ran than were committed", n)
		}
	})
}

// flaky fails as often as it says.
type flaky struct {
	Failures int `json:"failures"`
}

func (flaky) Kind() string { return "flaky" }

// The simulator works jobs in the order in which they were enqueued, on its own
// calendar: what failed is due again later, what no retry can mend never.
func TestWorkAllWorksInOrderOnTheDatabasesClock(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, c *virtual.Clock) {
		var worked []string
		var q *queue.Queue
		tries := 0
		workers := queue.NewWorkers()
		queue.Handle(workers, func(ctx context.Context, job greet) error {
			worked = append(worked, job.Name)
			switch job.Name {
			case "Ana": // who brings somebody along
				return db.InTx(ctx, "enqueue", func(tx *store.Tx) error { return q.Insert(tx, greet{"Ana's friend"}) })
			case "nobody":
				return queue.Cancel(errors.New("nobody is there"))
			}
			return nil
		})
		queue.Handle(workers, func(_ context.Context, job flaky) error {
			if tries++; tries <= job.Failures {
				return errors.New("not now")
			}
			worked = append(worked, "flaky")
			return nil
		})
		var err error
		if q, err = queue.New(db, workers, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		for _, job := range []queue.Job{flaky{2}, greet{"Ana"}, greet{"nobody"}, greet{"Ben"}} {
			if err := db.InTx(t.Context(), "enqueue", func(tx *store.Tx) error { return q.Insert(tx, job) }); err != nil {
				t.Fatal(err)
			}
		}
		work := func(moment string, want int, all string) {
			t.Helper()
			n, err := q.WorkAll(t.Context(), 4)
			if err != nil || n != want || strings.Join(worked, ", ") != all {
				t.Fatalf("%s: %d jobs ran, want %d, %v: %v, want %s", moment, n, want, err, worked, all)
			}
		}
		work("at first", 5, "Ana, nobody, Ben, Ana's friend")
		work("at once again", 0, "Ana, nobody, Ben, Ana's friend")
		c.Advance(time.Second)
		work("after a second", 1, "Ana, nobody, Ben, Ana's friend")
		c.Advance(15 * time.Second)
		work("too early", 0, "Ana, nobody, Ben, Ana's friend")
		c.Advance(time.Second)
		work("after sixteen more", 1, "Ana, nobody, Ben, Ana's friend, flaky")
		c.Advance(24 * time.Hour)
		work("a day later", 0, "Ana, nobody, Ben, Ana's friend, flaky")
	})
}

// A job is given up after its last try, and not before.
func TestWorkAllGivesUpAfterTheLastTry(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db *store.DB, c *virtual.Clock) {
		workers := queue.NewWorkers()
		tries := 0
		queue.Handle(workers, func(context.Context, flaky) error {
			tries++
			return errors.New("never")
		})
		q, err := queue.New(db, workers, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		if err := db.InTx(t.Context(), "enqueue", func(tx *store.Tx) error { return q.Insert(tx, flaky{}) }); err != nil {
			t.Fatal(err)
		}
		for range 20 {
			if _, err := q.WorkAll(t.Context(), 4); err != nil {
				t.Fatal(err)
			}
			c.Advance(24 * time.Hour)
		}
		if tries != 12 {
			t.Errorf("tried %d times, want 12", tries)
		}
	})
}

// Every payment enqueues a job, and PostgreSQL reads the text of each CHECK, and
// of the condition of each index, anew for each statement.
func TestPostgresChecksNothingOfAJobThatIsSaidInConstants(t *testing.T) {
	t.Parallel()
	pool := storetest.OpenPostgres(t, virtual.Standing(storetest.Noon)).PostgresPool()
	var checks, unused int
	err := pool.QueryRow(t.Context(), `
		SELECT (SELECT COUNT(*) FROM pg_constraint WHERE conrelid = 'river_job'::regclass AND contype = 'c'),
			(SELECT COUNT(*) FROM pg_indexes WHERE tablename = 'river_job' AND indexname LIKE '%unique%')`).Scan(&checks, &unused)
	if err != nil || checks != 0 || unused != 0 {
		t.Errorf("a job has %d CHECKs and %d indexes for jobs with a key (%v), want none", checks, unused, err)
	}
}

// On SQLite every index of a job is one more place to write to for each payment.
func TestSQLiteKeepsOnlyTheIndexesOfAJobThatAreAskedFor(t *testing.T) {
	t.Parallel()
	var indexes string
	err := storetest.OpenSQLite(t, virtual.Standing(storetest.Noon)).SQLiteWriter().QueryRowContext(t.Context(), `
		SELECT group_concat(name, ' ' ORDER BY name) FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'river_job'`).Scan(&indexes)
	if want := "river_job_prioritized_fetching_index river_job_state_and_finalized_at_index"; err != nil || indexes != want {
		t.Errorf("a job has the indexes %q (%v), want %q", indexes, err, want)
	}
}
