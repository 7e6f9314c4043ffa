package virtual_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/clock/virtual"
)

func at(t testing.TB, s string) civil.Instant {
	t.Helper()
	i, err := civil.ParseInstant(s)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

var _ clock.Clock = (*virtual.Clock)(nil)

func TestStandingClockMovesOnlyWhenTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := at(t, "2026-11-20T12:00:00Z")
		c := virtual.Standing(start)
		time.Sleep(time.Hour) // virtual: synctest's own clock
		if c.Now() != start {
			t.Errorf("it moved to %s", c.Now())
		}
		c.Advance(90 * time.Minute)
		if want := at(t, "2026-11-20T13:30:00Z"); c.Now() != want {
			t.Errorf("Advance: %s, want %s", c.Now(), want)
		}
		later := at(t, "2027-01-01T00:00:00Z")
		c.Set(later)
		if c.Now() != later {
			t.Errorf("Set: %s, want %s", c.Now(), later)
		}
	})
}

func TestRunningClockGoesOnFromWhereItWasSet(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := at(t, "2026-11-20T12:00:00Z")
		c := virtual.Running(start)
		steps := []struct {
			name string
			act  func()
			want string
		}{
			{"runs", func() { time.Sleep(time.Minute) }, "2026-11-20T12:01:00Z"},
			{"jumps ahead", func() { c.Advance(24 * time.Hour) }, "2026-11-21T12:01:00Z"},
			{"runs on", func() { time.Sleep(time.Minute) }, "2026-11-21T12:02:00Z"},
			{"is set", func() { c.Set(start) }, "2026-11-20T12:00:00Z"},
			{"runs on from there", func() { time.Sleep(time.Second) }, "2026-11-20T12:00:01Z"},
		}
		for _, s := range steps {
			s.act()
			if got := c.Now(); got != at(t, s.want) {
				t.Errorf("%s: %s, want %s", s.name, got, s.want)
			}
		}
	})
}

func TestManyMoveIt(t *testing.T) {
	t.Parallel()
	start := at(t, "2026-11-20T12:00:00Z")
	c := virtual.Standing(start)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 1_000 {
				c.Advance(time.Second)
				c.Now()
			}
		})
	}
	group.Wait()
	if got := c.Now().Sub(start); got != 8_000*time.Second {
		t.Errorf("moved %s, want 8000 s", got)
	}
}
