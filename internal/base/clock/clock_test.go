package clock_test

import (
	"testing"
	"testing/synctest"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
)

func TestSystemClock(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := clock.System()
		before, start := c.Now(), clock.Start()
		time.Sleep(1500 * time.Millisecond) // virtual: synctest's own clock
		if got := c.Now().Sub(before); got != 1500*time.Millisecond {
			t.Errorf("the system clock moved %s", got)
		}
		if got := clock.Elapsed(start); got != 1500*time.Millisecond {
			t.Errorf("elapsed %s", got)
		}
		if want := civil.InstantOf(time.Now()); c.Now() != want {
			t.Errorf("Now() = %s, want %s", c.Now(), want)
		}
	})
}
