// Package virtual is a clock that the demo, the simulator and tests can set.
// The import test keeps it out of everything that runs in production.
package virtual

import (
	"sync"
	"time"

	"quittance.org/quittance/internal/base/civil"
)

// Clock starts at a chosen moment and either stands still or runs at the
// machine's pace; it can be moved at any time. It is safe for concurrent use.
type Clock struct {
	mu      sync.Mutex
	now     civil.Instant
	started time.Time // zero while standing still
}

// Standing makes a clock that moves only by Set and Advance.
func Standing(at civil.Instant) *Clock { return &Clock{now: at} }

// Running makes a clock that goes on from at at the machine's pace.
func Running(at civil.Instant) *Clock { return &Clock{now: at, started: time.Now()} }

// Now tells the virtual moment.
func (c *Clock) Now() civil.Instant {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.read()
}

func (c *Clock) read() civil.Instant {
	if c.started.IsZero() {
		return c.now
	}
	return c.now.Add(time.Since(c.started))
}

// Run moves the clock to at and lets it go on from there at the machine's
// pace.
func (c *Clock) Run(at civil.Instant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now, c.started = at, time.Now()
}

// Set moves the clock to at.
func (c *Clock) Set(at civil.Instant) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = at
	if !c.started.IsZero() {
		c.started = time.Now()
	}
}

// Advance moves the clock forward by d.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.read().Add(d)
	if !c.started.IsZero() {
		c.started = time.Now()
	}
}
