package queue_test

import (
	"context"
	"errors"
	"log/slog"
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
		case <-time.After(20 * time.Second):
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
