// Package closing runs the business day (architecture section 7): for each
// business date a list of steps, in order. How each step went is recorded, so
// that a date can be gone on with after a crash, a failed step run again
// without the others, and a date that was missed run later, in its turn.
//
// The steps are given to it: it knows nothing of what they do, only that each
// may be cut off at any moment and repeated.
package closing

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// Step is a part of the business day.
type Step struct {
	Name  string   // stored; it never changes
	Needs []string // steps before it that must be done
	// Follows are steps before it that it goes on without, but not from: when one
	// of them is done only afterwards, it is run again.
	Follows []string
	// Evening makes the step wait until the cut-off hour of AutoPay on its date
	// (ACH-21): what members may change until then is not acted on before.
	Evening bool
	// Run does the work as of a date, which may be past. It is safe to repeat.
	Run func(ctx context.Context, date civil.Date) (Counts, error)
}

// Count is one number that a step came to.
type Count struct {
	Name string `json:"name"`
	N    int64  `json:"n"`
}

// SetAside is the name of the count of what a step could not do and a person
// must look at. The step is done all the same.
const SetAside = "set aside"

// Counts are what a step came to, in the order they are shown.
type Counts []Count

// String gives "bills 200, set aside 3".
func (c Counts) String() string {
	parts := make([]string, len(c))
	for i, count := range c {
		parts[i] = fmt.Sprintf("%s %d", count.Name, count.N)
	}
	return strings.Join(parts, ", ")
}

// Service runs business days on one node. It is safe for concurrent use: days
// are run by one caller at a time.
type Service struct {
	db      *store.DB
	profile *profile.Profile
	steps   []Step
	node    string        // the name in the lease
	renew   time.Duration // how often the lease is renewed while a step runs
	turn    chan struct{}
	watch   func(date civil.Date, step string)
}

// New makes the service. It panics on steps that need or follow one which does
// not stand before them, and on one of the morning after one of the evening.
func New(db *store.DB, p *profile.Profile, steps []Step) *Service {
	var names []string
	evening := false
	for _, s := range steps {
		if evening && !s.Evening {
			panic("closing: the morning's step " + s.Name + " stands after one of the evening")
		}
		evening = s.Evening
		for _, before := range slices.Concat(s.Needs, s.Follows) {
			if !slices.Contains(names, before) {
				panic(fmt.Sprintf("closing: step %s comes after %s, which does not stand before it", s.Name, before))
			}
		}
		if slices.Contains(names, s.Name) {
			panic("closing: two steps are named " + s.Name)
		}
		names = append(names, s.Name)
	}
	return &Service{
		db: db, profile: p, steps: steps, node: db.NewID().String(), renew: renewEvery, turn: make(chan struct{}, 1),
		watch: func(civil.Date, string) {},
	}
}

// Watch has f told of each step that begins. It is called before anything runs.
func (s *Service) Watch(f func(date civil.Date, step string)) { s.watch = f }

// Today is the business date now.
func (s *Service) Today() civil.Date { return s.profile.Today(s.db.Now()) }

// BeginOf gives the moment at which the business day of a date is run, when
// each one's run begins at a time of day.
func (s *Service) BeginOf(date civil.Date, begins profile.TimeOfDay) civil.Instant {
	return civil.InstantOf(time.Date(date.Year(), date.MonthOfYear(), date.Day(), begins.Hour, begins.Minute, begins.Second, 0, s.profile.Zone()))
}

// EveningOf gives the moment from which the evening's steps of a date are run:
// when nothing can be changed any more of what they act on.
func (s *Service) EveningOf(date civil.Date) civil.Instant {
	return s.BeginOf(date, s.profile.AutoPay.Cutoff.On(date))
}

// NextRun gives the next moment after now at which there is something to run,
// and its date: a date's beginning, or its evening.
func (s *Service) NextRun(begins profile.TimeOfDay) (civil.Instant, civil.Date) {
	now := s.db.Now()
	today := s.profile.Today(now)
	for _, at := range []civil.Instant{s.BeginOf(today, begins), s.EveningOf(today)} {
		if now.Before(at) {
			return at, today
		}
	}
	return s.BeginOf(today.AddDays(1), begins), today.AddDays(1)
}

// DueAt gives the newest business date whose run should have begun by now.
func (s *Service) DueAt(begins profile.TimeOfDay) civil.Date {
	now := s.db.Now()
	today := s.profile.Today(now)
	if now.Before(s.BeginOf(today, begins)) {
		return today.AddDays(-1)
	}
	return today
}
