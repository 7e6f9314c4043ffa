package cli

import (
	"context"
	"errors"
	"sync"
	"time"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/profile"
)

// demoDayBegins is when the demo runs the business day.
var demoDayBegins = profile.TimeOfDay{Hour: 1}

// livedClock is the demo's clock in the hands of the control page. When it is
// moved, the marketplace lives through every night and evening on the way: the
// clock stops at each and the business day is run. Whoever moves it waits for that.
type livedClock struct {
	*virtual.Clock
	days  *closing.Service
	night func(civil.Date) error // runs the business day of a date

	moving sync.Mutex
}

// Set moves the clock to at, or as far as the nights on the way can be run.
func (c *livedClock) Set(at civil.Instant) {
	c.moving.Lock()
	defer c.moving.Unlock()
	for {
		next, date := c.days.NextRun(demoDayBegins)
		if next.After(at) {
			c.Clock.Set(at)
			return
		}
		c.Clock.Set(next)
		if err := c.night(date); err != nil {
			return
		}
	}
}

// Advance moves the clock forward by d.
func (c *livedClock) Advance(d time.Duration) { c.Set(c.Now().Add(d)) }

// night runs the business day of a date, and keeps where the clock stands: a
// demo that is killed goes on from there.
func (d *demo) night(ctx context.Context, date civil.Date) error {
	days, err := d.app.RunDay(ctx, date)
	for _, day := range days {
		if day.ToDo != "" {
			d.log.ErrorContext(ctx, "business day", "date", day.Date, "state", day.State, "to_do", day.ToDo)
		}
	}
	switch {
	case fault.Is(err, closing.CodeElsewhere):
		// A demo that was killed had begun it: the next night runs it as well.
		d.log.WarnContext(ctx, "business day", "date", date, "error", err)
	case err != nil && !errors.Is(err, context.Canceled):
		d.log.ErrorContext(ctx, "business day", "date", date, "error", err)
		return err
	case err != nil:
		return err
	}
	if err := carriersAnswer(ctx, d.app, date); err != nil {
		return err
	}
	return d.keepState()
}

// commandClock is the one that a command goes by: the machine's, or in a demo's
// folder where the demo's clock last stood.
func (f databaseFlags) commandClock() (clock.Clock, error) {
	state, isDemo, err := f.demoState()
	if err != nil || !isDemo {
		return clock.System(), err
	}
	return virtual.Standing(state.Now), nil
}

// opened reads the profile and opens the database, at the moment of the
// command's clock.
func opened(ctx context.Context, f profileFlag, at databaseFlags) (*profile.Profile, *app.Database, error) {
	p, err := f.load()
	if err != nil {
		return nil, nil, err
	}
	now, err := at.commandClock()
	if err != nil {
		return nil, nil, err
	}
	d, err := at.open(ctx, now)
	return p, d, err
}
