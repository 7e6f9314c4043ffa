package app

import (
	"context"
	"errors"
	"time"

	"quittance.org/quittance/internal/base/clock"
)

// beatEvery is how often a node that serves says so.
const beatEvery = time.Minute

// beat says that this node serves, now and until ctx ends. The first time comes
// before any business day is run: it tells of the silence before the start.
func (a *App) beat(ctx context.Context) {
	node := a.db.NewID().String()
	var last time.Time // of the last time that it could be said
	try := func() {
		since, now := time.Duration(0), clock.Start()
		if !last.IsZero() {
			since = clock.Elapsed(last)
		}
		err := a.Collecting.Beat(ctx, node, since)
		if err == nil {
			last = now
		} else if !errors.Is(err, context.Canceled) {
			a.config.Log.ErrorContext(ctx, "heartbeat", "error", err)
		}
	}
	try()
	a.running.Go(func() {
		ticker := time.NewTicker(beatEvery)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
				try()
			}
		}
	})
}
