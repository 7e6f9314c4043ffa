// Package clock is the only place that reads the machine's clock. Everything
// above floor 2 is handed a Clock; domain functions are handed dates.
package clock

import (
	"time"

	"quittance.org/quittance/internal/base/civil"
)

// Clock tells the present moment.
type Clock interface {
	Now() civil.Instant
}

type system struct{}

func (system) Now() civil.Instant { return civil.InstantOf(time.Now()) }

// System is the machine's clock, for production.
func System() Clock { return system{} }

// Elapsed measures real time since start, for timings in logs and throttles
// that must not follow a virtual clock.
func Elapsed(start time.Time) time.Duration { return time.Since(start) }

// Start begins a measurement for Elapsed.
func Start() time.Time { return time.Now() }
