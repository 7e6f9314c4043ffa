// Package simulate lives a plan year: households choose plans over the weeks
// of open enrollment, pay by their habits, move, have children, change plans
// and die; the marketplace bills, collects and decides, night after night. It
// drives the use cases under a virtual clock, with the faults that are asked
// for, and proves the books as it goes (docs/SIMULATE.md).
//
// Everything that happens follows from the seed: each household's chances are
// its own, so that the order of work does not matter, and the same year ends
// in the same fingerprint on every engine, with any number of workers.
package simulate

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"log/slog"
	"time"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/exchanging"
	"quittance.org/quittance/internal/app/verifying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/clock"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/base/money"
	"quittance.org/quittance/internal/domain/ledger"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/sandbox/bank"
	"quittance.org/quittance/sandbox/population"
)

// Config says which year to live.
type Config struct {
	Year       int // the plan year; the simulation begins on 1 November before it
	Households int
	Seed       uint64
	Faults     []Fault
	Workers    int                // households that act at the same time; 0 means one
	Database   app.DatabaseConfig // empty; its clock is set here
	Profile    *profile.Profile
	ProveDaily bool                 // prove the whole book from nothing every evening, not only what was written that day
	Census     bool                 // count how everybody stands at the end of each month, for a report
	Progress   func(done, days int) // may be nil
	Through    civil.Date           // the last day to live; zero: 31 December of the plan year
}

// Result is what the year came to.
type Result struct {
	Hash       string // of everything that was recorded
	Days       int
	Households int
	Rejected   int64 // rows of enrollment files that were refused
	SetAside   int64 // accounts that billing or review could not decide on
	Broken     []string
	Kills      int // how often the process ended in mid-step
	Seconds    float64
	Totals     []verifying.Total
	Flows      []verifying.Flow   // of money on its way
	Census     []verifying.Census // at the end of each month
	Notes      []string           // what went wrong by design, day by day
}

// Violations counts what must not be: broken invariants and accounts set
// aside.
func (r *Result) Violations() int64 { return int64(len(r.Broken)) + r.SetAside }

// Sum adds up the totals of a kind, and of a name unless it is "".
func (r *Result) Sum(kind, name string) (count int64) {
	for _, t := range r.Totals {
		if t.Kind == kind && (name == "" || t.Name == name) {
			count += t.Count
		}
	}
	return count
}

// simulation is a year under way.
type simulation struct {
	Config
	clock   *virtual.Clock
	weather weather
	people  *population.Population
	market  *market
	town    []resident
	agenda  agenda
	bank    *bank.Bank
	payIns  payIns
	today   civil.Date
	lastUp  civil.Date  // the last day on which anything ran
	planned civil.Month // the last month whose payments were planned
	closed  civil.Month // the last month that has ended
	last    civil.Date  // of the simulation
	result  Result

	cramped bool   // the disk is nearly full
	proof   *proof // of the evening before, under way

	evenings *verifying.Evenings

	// Of today. What was taken from the agenda is kept: a part of the day may
	// be run twice.
	trouble trouble
	told    []event
	answers []exchanging.Answer // of carriers
	events  []event
	counted bool
}

// Run lives the year. The error is of a simulation that could not go on; what
// is wrong in the books is in the result.
func Run(ctx context.Context, c Config) (*Result, error) {
	s, err := newSimulation(c)
	if err != nil {
		return nil, err
	}
	start := clock.Start()
	defer func() {
		_ = s.endProof() // what matters of it is known; after an error it is only waited for
		s.market.close()
	}()
	if err := s.market.open(ctx, 0); err != nil {
		return nil, err
	}
	if err := s.refuseUsed(ctx); err != nil {
		return nil, err
	}
	first, _ := span(c.Year)
	days := s.last.DaysSince(first) + 1
	for day := first; !day.After(s.last); day = day.AddDays(1) {
		if err := s.day(ctx, day); err != nil {
			return &s.result, fmt.Errorf("%s: %w", day, err)
		}
		s.result.Days++
		if c.Progress != nil {
			c.Progress(s.result.Days, days)
		}
	}
	err = s.finish(ctx)
	s.result.Seconds = clock.Elapsed(start).Seconds()
	return &s.result, err
}

// span gives the first and last day of the simulation of a plan year.
func span(year int) (first, last civil.Date) {
	return civil.NewDate(year-1, time.November, 1), civil.NewDate(year, time.December, 31)
}

func newSimulation(c Config) (*simulation, error) {
	c.Workers = max(1, c.Workers)
	people, err := population.New(c.Seed, c.Year)
	if err != nil {
		return nil, err
	}
	first, last := span(c.Year)
	if !c.Through.IsZero() {
		last = c.Through
	}
	s := &simulation{
		Config: c, people: people, town: make([]resident, c.Households), agenda: agenda{},
		weather: weather{seed: c.Seed, faults: c.Faults, last: last}, lastUp: first.AddDays(-1), closed: first.Month().Prev(), last: last,
		clock: virtual.Standing(first.In(c.Profile.Zone())), evenings: verifying.NewEvenings(),
	}
	s.result.Households = c.Households
	c.Database.Clock, c.Database.Volatile, c.Database.Written = s.clock, true, s.evenings.Written
	if s.bank, err = s.openBank(first); err != nil {
		return nil, err
	}
	s.market = &market{
		database: c.Database, profile: c.Profile, workers: c.Workers, log: slog.New(slog.DiscardHandler),
		processor: newProcessor(s.clock, func(opened civil.Instant, amount money.Amount) {
			s.payIns.add(ledger.ClearingCard, s.Profile.Today(opened), amount)
		}),
		mailbox: newMailbox(s.bank, s.clock), random: amounts(c.Seed),
	}
	for n := range c.Households {
		if err := s.plotLife(n, first); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// refuseUsed refuses a database that holds accounts: they would be in the
// fingerprint.
func (s *simulation) refuseUsed(ctx context.Context) error {
	n, err := s.market.base.CountAccounts(ctx)
	if err == nil && n > 0 {
		err = fmt.Errorf("the database holds %d accounts: a simulation begins with an empty one", n)
	}
	return err
}

// The hours at which the parts of a day begin.
const (
	hourNight   = 2
	hourFiles   = 8
	hourPeople  = 10
	hourStaff   = 15
	hourEvening = 20 // after the cut-off of AutoPay, before the bank closes
	hourJobs    = 21
	hourProof   = 23
)

func (s *simulation) at(hour int) {
	s.clock.Set(s.today.In(s.Profile.Zone()).Add(time.Duration(hour) * time.Hour))
}

// day lives one day: the business day is run in its first hours, then files
// come in, then people act; in the evening what is to go to the bank goes, and
// the books are proved.
func (s *simulation) day(ctx context.Context, today civil.Date) error {
	s.today, s.trouble = today, s.weather.on(today)
	s.told, s.answers, s.events, s.counted = nil, nil, nil, false
	if s.trouble.down {
		s.note("nothing runs")
		return nil
	}
	for _, part := range []struct {
		step step
		hour int
		run  func(context.Context) error
	}{
		{stepNight, hourNight, s.runDay},
		{stepFiles, hourFiles, s.takeFiles},
		{stepPeople, hourPeople, s.letPeopleAct},
		{stepStaff, hourStaff, s.letStaffAct},
		{stepEvening, hourEvening, s.runDay},
		{stepJobs, hourJobs, s.workJobs},
	} {
		s.at(part.hour)
		s.market.processor.day(s.trouble.silent)
		if err := s.bankDay(part.step); err != nil {
			return err
		}
		if err := s.underFaults(ctx, part.step, part.run); err != nil {
			return err
		}
	}
	s.at(hourProof)
	s.lastUp = today
	return s.prove(ctx)
}

func (s *simulation) note(text string) {
	s.result.Notes = append(s.result.Notes, s.today.String()+": "+text)
}

// finish takes the fingerprint and the totals, of books that are proved.
func (s *simulation) finish(ctx context.Context) error {
	sum := sha256.New()
	if err := s.market.app.Verifying.Extract(ctx, sum); err != nil {
		return err
	}
	if err := s.endProof(); err != nil {
		return err
	}
	s.result.Hash = hexOf(sum)
	var err error
	s.result.Totals, err = s.market.app.Verifying.Totals(ctx)
	if err != nil {
		return err
	}
	s.result.SetAside = s.result.Sum("set aside", "")
	s.result.Flows, err = s.market.app.Verifying.Flows(ctx)
	return err
}

func hexOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }
