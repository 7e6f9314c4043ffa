package closing

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/store"
)

// State is how a business date or a step of it stands.
type State string

// The states. A date is running, half, complete or incomplete.
const (
	Waiting    State = "waiting" // not begun
	Running    State = "running" // under way, or cut off
	Half       State = "half"    // the morning's steps are done, the evening's wait for their hour
	Done       State = "done"
	Failed     State = "failed"
	Blocked    State = "blocked" // a step that it needs is not done
	Complete   State = "complete"
	Incomplete State = "incomplete"
)

// Day is a business date and how far it is run.
type Day struct {
	Date       civil.Date    `json:"date"`
	State      State         `json:"state"`
	StartedAt  civil.Instant `json:"started_at,omitzero"`
	FinishedAt civil.Instant `json:"finished_at,omitzero"`
	Steps      []StepResult  `json:"steps"` // all of them, in order
	ToDo       string        `json:"to_do,omitempty"`
}

// StepResult is how a step of a date went the last time.
type StepResult struct {
	Name       string        `json:"name"`
	State      State         `json:"state"`
	Tries      int64         `json:"tries"`
	Counts     Counts        `json:"counts,omitempty"`
	Error      string        `json:"error,omitempty"`
	StartedAt  civil.Instant `json:"started_at,omitzero"`
	FinishedAt civil.Instant `json:"finished_at,omitzero"`
}

// Failed gives the names of the steps that failed.
func (d Day) Failed() []string {
	var names []string
	for _, r := range d.Steps {
		if r.State == Failed {
			names = append(names, r.Name)
		}
	}
	return names
}

// toDo says what a person does about a date that is not complete, "" if
// nothing.
func (d Day) toDo() string {
	failed := d.Failed()
	again := "run it again: quittance day run --date " + d.Date.String()
	switch {
	case d.State == Complete, d.State == Half:
		return ""
	case len(failed) > 0:
		return fmt.Sprintf("%s: put right what made %s fail, then %s", d.Date, strings.Join(failed, " and "), again)
	case d.State == Running:
		return fmt.Sprintf("%s is under way; if no server is running, %s", d.Date, again)
	}
	return fmt.Sprintf("%s: %s", d.Date, again)
}

// setAside says which steps have left something to a person.
func (d Day) setAside() []string {
	var list []string
	for _, r := range d.Steps {
		for _, c := range r.Counts {
			if c.Name == SetAside && c.N > 0 {
				list = append(list, fmt.Sprintf("%s: %s set %d aside, each with its reason on record: a person must look", d.Date, r.Name, c.N))
			}
		}
	}
	return list
}

// step finds a step's result by name.
func (d Day) step(name string) *StepResult {
	i := slices.IndexFunc(d.Steps, func(r StepResult) bool { return r.Name == name })
	return &d.Steps[i]
}

// lacking gives the steps that one needs and that are not done.
func (d Day) lacking(s Step) []string {
	var names []string
	for _, need := range s.Needs {
		if d.step(need).State != Done {
			names = append(names, need)
		}
	}
	return names
}

// overtaken tells whether a step that is done began before one that it follows
// was done.
func (d Day) overtaken(s Step) bool {
	began := d.step(s.Name).StartedAt
	return slices.ContainsFunc(s.Follows, func(name string) bool {
		before := d.step(name)
		return before.State == Done && began.Before(before.FinishedAt)
	})
}

// A step that failed is tried again by itself, after a pause and so many times
// in all. After that it needs a person.
const (
	maxTries   = 5
	retryAfter = time.Hour
)

// ready tells whether a step is to be run now. Someone who asks for the date
// has every failed step tried again.
func (s *Service) ready(d Day, step Step, asked bool) bool {
	r := d.step(step.Name)
	switch {
	case r.State == Done && !d.overtaken(step) || len(d.lacking(step)) > 0 || s.tooEarly(d, step):
		return false
	case r.State == Failed && !asked:
		return r.Tries < maxTries && !s.db.Now().Before(r.FinishedAt.Add(retryAfter))
	}
	return true
}

// tooEarly tells whether the hour of an evening's step has not come.
func (s *Service) tooEarly(d Day, step Step) bool {
	return step.Evening && s.db.Now().Before(s.EveningOf(d.Date))
}

func (s *Service) anyReady(d Day, asked bool) bool {
	return slices.ContainsFunc(s.steps, func(step Step) bool { return s.ready(d, step, asked) })
}

// run runs what is not done yet of a date. A step that fails holds up only
// those that need it. An error means that the work could not go on or be
// recorded; a failed step is in the day.
func (s *Service) run(ctx context.Context, d *Day, asked bool) error {
	if !s.anyReady(*d, asked) {
		return nil
	}
	if err := s.record(ctx, "open business day", func(tx *store.Tx) { tx.OpenDay(d.Date) }); err != nil {
		return err
	}
	for _, step := range s.steps {
		if !s.ready(*d, step, asked) {
			continue
		}
		if err := s.runStep(ctx, d, step); err != nil {
			return err
		}
	}
	return s.close(ctx, d)
}

// close records that nothing more can be run of the date for now.
func (s *Service) close(ctx context.Context, d *Day) error {
	state := Complete
	for _, step := range s.steps {
		r := d.step(step.Name)
		switch {
		case r.State == Done:
			continue
		case s.tooEarly(*d, step):
			if state == Complete {
				state = Half
			}
			continue
		}
		state = Incomplete
		if lacking := d.lacking(step); len(lacking) > 0 {
			r.State, r.Error = Blocked, "waits for "+strings.Join(lacking, ", ")
		}
	}
	err := s.record(ctx, "close business day", func(tx *store.Tx) {
		for _, r := range d.Steps {
			if r.State == Blocked {
				tx.PutStep(rowOf(d.Date, r))
			}
		}
		tx.CloseDay(d.Date, string(state))
	})
	if err != nil {
		return err
	}
	closed, err := s.Day(ctx, d.Date)
	*d = closed
	return err
}

// runStep runs one step and records how it went. When the process is told to
// stop meanwhile, the step stays "running", and is run again by whoever goes on.
func (s *Service) runStep(ctx context.Context, d *Day, step Step) error {
	s.watch(d.Date, step.Name)
	r := d.step(step.Name)
	*r = StepResult{Name: step.Name, State: Running, Tries: r.Tries + 1, StartedAt: s.db.Now()}
	put := func(tx *store.Tx) { tx.PutStep(rowOf(d.Date, *r)) }
	if err := s.record(ctx, "begin step "+step.Name, put); err != nil {
		return err
	}
	held, release := s.hold(ctx)
	counts, failure := protect(held, step, d.Date)
	release()
	if lost := context.Cause(held); fault.Is(lost, store.CodeLeaseLost) {
		return lost
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r.State, r.Counts, r.FinishedAt = Done, counts, s.db.Now()
	if failure != nil {
		r.State, r.Error = Failed, failure.Error()
	}
	return s.record(ctx, "end step "+step.Name, put)
}

// protect runs a step. One that panics has failed: the day, and the server it
// is run in, go on.
func protect(ctx context.Context, step Step, date civil.Date) (counts Counts, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fault.New(fault.Internal, "day.panic", "the step broke down: %v", r)
		}
	}()
	return step.Run(ctx, date)
}

// Day tells how far a date is run; one that was not begun is waiting.
func (s *Service) Day(ctx context.Context, date civil.Date) (d Day, err error) {
	err = s.db.Read(ctx, "business day", func(tx *store.ReadTx) error {
		d, err = s.dayOf(tx, date)
		return err
	})
	return d, err
}

func (s *Service) dayOf(tx *store.ReadTx, date civil.Date) (Day, error) {
	d := Day{Date: date, State: Waiting}
	row, err := tx.Day(date)
	if err == nil {
		d.State, d.StartedAt, d.FinishedAt = State(row.State), row.StartedAt, row.FinishedAt
	} else if fault.KindOf(err) != fault.NotFound {
		return d, err
	}
	rows, err := tx.StepsOf(date)
	if err != nil {
		return d, err
	}
	for _, step := range s.steps {
		d.Steps = append(d.Steps, resultOf(step.Name, rows))
	}
	// Another program on this database may have more steps, such as one that has a
	// line to the bank: what is on record is shown.
	for _, r := range rows {
		if !slices.ContainsFunc(s.steps, func(step Step) bool { return step.Name == r.Step }) {
			d.Steps = append(d.Steps, resultOf(r.Step, rows))
		}
	}
	d.ToDo = d.toDo()
	return d, nil
}

func resultOf(name string, rows []store.StepRow) StepResult {
	i := slices.IndexFunc(rows, func(r store.StepRow) bool { return r.Step == name })
	if i < 0 {
		return StepResult{Name: name, State: Waiting}
	}
	r := rows[i]
	result := StepResult{Name: name, State: State(r.State), Tries: r.Tries, Error: r.Error, StartedAt: r.StartedAt, FinishedAt: r.FinishedAt}
	if err := json.Unmarshal([]byte(r.Counts), &result.Counts); err != nil {
		result.Error = errors.Join(errors.New(r.Error), err).Error()
	}
	return result
}

func rowOf(date civil.Date, r StepResult) store.StepRow {
	counts, err := json.Marshal(r.Counts)
	if err != nil {
		panic(err) // words and numbers can always be written
	}
	return store.StepRow{
		Date: date, Step: r.Name, State: string(r.State), Tries: r.Tries, Counts: string(counts), Error: r.Error,
		StartedAt: r.StartedAt, FinishedAt: r.FinishedAt,
	}
}
