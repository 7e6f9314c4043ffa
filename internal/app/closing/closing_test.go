package closing_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/internal/store"
)

// The tests' day: c needs a, d needs c, b and e stand alone.
var outline = []closing.Step{
	{Name: "a"}, {Name: "b"}, {Name: "c", Needs: []string{"a"}}, {Name: "d", Needs: []string{"c"}}, {Name: "e"},
}

// day is the tests' day on a database: what ran is on the diary, "20 a" for
// step a of 20 November.
type day struct {
	*apptest.World
	service *closing.Service
	diary   *[]string
	act     func(ctx context.Context, step string, date civil.Date) error // of a step, beside writing the diary
	outline []closing.Step
}

func newDay(w *apptest.World) *day {
	return (&day{World: w, diary: &[]string{}, outline: outline}).restart()
}

// restart makes the service anew, as the process that comes up after a crash
// or another node does.
func (d *day) restart() *day {
	next := &day{World: d.World, diary: d.diary, outline: d.outline}
	steps := slices.Clone(d.outline)
	for i := range steps {
		name := steps[i].Name
		steps[i].Run = func(ctx context.Context, date civil.Date) (closing.Counts, error) {
			*next.diary = append(*next.diary, fmt.Sprintf("%02d %s", date.Day(), name))
			counts := closing.Counts{{Name: "things", N: int64(date.Day())}}
			if next.act == nil {
				return counts, nil
			}
			return counts, next.act(ctx, name, date)
		}
	}
	next.service = closing.New(d.DB, d.Profile, steps)
	return next
}

// failing makes steps fail.
func failing(names ...string) func(context.Context, string, civil.Date) error {
	return func(_ context.Context, step string, _ civil.Date) error {
		if slices.Contains(names, step) {
			return errors.New(step + " is broken")
		}
		return nil
	}
}

func (d *day) run(date string) []closing.Day {
	d.TB.Helper()
	days, err := d.service.Run(d.TB.Context(), apptest.Date(date))
	if err != nil {
		d.TB.Fatal(err)
	}
	return days
}

func (d *day) catchUp() []closing.Day {
	d.TB.Helper()
	days, err := d.service.CatchUp(d.TB.Context(), d.Today())
	if err != nil {
		d.TB.Fatal(err)
	}
	return days
}

// ran tells what ran since it was last asked.
func (d *day) ran(what string, want ...string) {
	d.TB.Helper()
	apptest.Check(d.TB, what, strings.Join(*d.diary, ", "), strings.Join(want, ", "))
	*d.diary = nil
}

// states writes a date as "incomplete: a done, b failed, …".
func states(d closing.Day) string {
	var steps []string
	for _, s := range d.Steps {
		steps = append(steps, s.Name+" "+string(s.State))
	}
	return string(d.State) + ": " + strings.Join(steps, ", ")
}

const allDone = "complete: a done, b done, c done, d done, e done"

func TestStepsRunInOrderOnceADate(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := newDay(w)
		var watched []string
		d.service.Watch(func(date civil.Date, step string) { watched = append(watched, date.String()+" "+step) })
		days := d.run("2026-11-20")
		d.ran("the first time", "20 a", "20 b", "20 c", "20 d", "20 e")
		apptest.Check(t, "watched", watched, []string{"2026-11-20 a", "2026-11-20 b", "2026-11-20 c", "2026-11-20 d", "2026-11-20 e"})
		apptest.Check(t, "days", len(days), 1)
		apptest.Check(t, "states", states(days[0]), allDone)
		apptest.Check(t, "counts", days[0].Steps[0].Counts.String(), "things 20")
		apptest.Check(t, "to do", days[0].ToDo, "")
		again := d.run("2026-11-20")
		d.ran("again")
		apptest.Check(t, "the record", again, days)
	})
}

func TestMissedDatesRunInOrder(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := newDay(w)
		d.run("2026-11-20")
		d.ran("the first day", "20 a", "20 b", "20 c", "20 d", "20 e")
		w.At("2026-11-24 09:00:00")
		status, err := d.service.Status(t.Context(), 7)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "to do", status.ToDo, []string{"2026-11-21 to 2026-11-24 were not run: start the server, or run them in order: quittance day run"})
		days := d.run("2026-11-23")
		apptest.Check(t, "days", len(days), 3)
		d.ran("after three days", "21 a", "21 b", "21 c", "21 d", "21 e", "22 a", "22 b", "22 c", "22 d", "22 e", "23 a", "23 b", "23 c", "23 d", "23 e")
		// Each date is evaluated as of itself; when it was run is the truth.
		apptest.Check(t, "started", days[0].StartedAt, w.Clock.Now())
		if status, err = d.service.Status(t.Context(), 2); err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "days shown", []string{status.Days[0].Date.String(), status.Days[1].Date.String()}, []string{"2026-11-23", "2026-11-22"})
		apptest.Check(t, "missed", status.Missed, []civil.Date{apptest.Date("2026-11-24")})
	})
}

func TestDatesThatCanNotBeRun(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := newDay(w)
		d.run("2026-11-20")
		for date, code := range map[string]string{"2026-11-21": closing.CodeNotBegun, "2026-11-19": closing.CodeTooOld} {
			_, err := d.service.Run(t.Context(), apptest.Date(date))
			apptest.Check(t, date, fault.CodeOf(err), code)
		}
		// A date run ahead of its hour: the one before it is nobody's business.
		days, err := d.service.CatchUp(t.Context(), apptest.Date("2026-11-19"))
		if err != nil || len(days) > 0 {
			t.Errorf("catching up with the day before: %v %v", days, err)
		}
	})
}

// A step that fails holds up those that need it and no others; the next run
// does what is not done, and nothing else.
func TestFailedStep(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := newDay(w)
		d.act = failing("a")
		days := d.run("2026-11-20")
		d.ran("the first time", "20 a", "20 b", "20 e")
		apptest.Check(t, "states", states(days[0]), "incomplete: a failed, b done, c blocked, d blocked, e done")
		apptest.Check(t, "why", []string{days[0].Steps[0].Error, days[0].Steps[2].Error}, []string{"a is broken", "waits for a"})
		apptest.Check(t, "to do", days[0].ToDo, "2026-11-20: put right what made a fail, then run it again: quittance day run --date 2026-11-20")
		d.act = nil
		days = d.run("2026-11-20")
		d.ran("put right", "20 a", "20 c", "20 d")
		apptest.Check(t, "states, put right", states(days[0]), allDone)
		apptest.Check(t, "tries", days[0].Steps[0].Tries, int64(2))
		apptest.Check(t, "why, put right", days[0].Steps[2].Error, "")
	})
}

// A step goes on without one that it follows and that failed, and is run again
// when that is done.
func TestStepFollowsOneThatFailed(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := newDay(w)
		d.outline = []closing.Step{{Name: "a"}, {Name: "b"}, {Name: "c", Follows: []string{"a", "b"}}, {Name: "d"}}
		d = d.restart()
		d.act = failing("a")
		days := d.run("2026-11-20")
		d.ran("the first time", "20 a", "20 b", "20 c", "20 d")
		apptest.Check(t, "states", states(days[0]), "incomplete: a failed, b done, c done, d done")
		w.At("2026-11-20 21:00:00")
		d.run("2026-11-20")
		d.ran("still failing", "20 a")
		d.act = nil
		w.At("2026-11-20 22:00:00")
		days = d.run("2026-11-20")
		d.ran("put right", "20 a", "20 c")
		apptest.Check(t, "states, put right", states(days[0]), "complete: a done, b done, c done, d done")
		w.At("2026-11-20 23:00:00")
		d.run("2026-11-20")
		d.ran("once more")
	})
}

// A date that stays incomplete is tried again before the next one, and does not
// hold it up.
func TestIncompleteDateDoesNotHoldUpTheNext(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := newDay(w)
		d.act = failing("d")
		d.run("2026-11-20")
		*d.diary = nil
		w.At("2026-11-21 09:00:00")
		days := d.run("2026-11-21")
		d.ran("the next date", "20 d", "21 a", "21 b", "21 c", "21 d", "21 e")
		apptest.Check(t, "states", []string{states(days[0]), states(days[1])}, []string{
			"incomplete: a done, b done, c done, d failed, e done", "incomplete: a done, b done, c done, d failed, e done",
		})
		status, err := d.service.Status(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "what to do", len(status.ToDo), 2) // about the older date as well, which was not asked for
	})
}

// What a step could not do for some accounts does not fail it; it is said as
// long as the latest date has it.
func TestSetAside(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		left := int64(2)
		service := closing.New(w.DB, w.Profile, []closing.Step{{Name: "a", Run: func(context.Context, civil.Date) (closing.Counts, error) {
			return closing.Counts{{Name: closing.SetAside, N: left}}, nil
		}}})
		toDo := func() []string {
			if _, err := service.Run(t.Context(), w.Today()); err != nil {
				t.Fatal(err)
			}
			status, err := service.Status(t.Context(), 7)
			if err != nil {
				t.Fatal(err)
			}
			return status.ToDo
		}
		apptest.Check(t, "to do", toDo(), []string{"2026-11-20: a set 2 aside, each with its reason on record: a person must look"})
		left = 0
		w.At("2026-11-21")
		apptest.Check(t, "to do, the next day", toDo(), []string{})
	})
}

func TestStepThatBreaksDownHasFailed(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := newDay(w)
		d.act = func(_ context.Context, step string, _ civil.Date) error {
			if step == "b" {
				panic("no such thing")
			}
			return nil
		}
		days := d.run("2026-11-20")
		apptest.Check(t, "states", states(days[0]), "incomplete: a done, b failed, c done, d done, e done")
		apptest.Check(t, "why", days[0].Steps[1].Error, "the step broke down: no such thing [day.panic]")
	})
}

// By itself a node runs what is missed, tries what failed again after an hour,
// and leaves it to a person after the fifth time.
func TestCatchUp(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := newDay(w)
		d.act = failing("e")
		d.catchUp()
		d.ran("the first day", "20 a", "20 b", "20 c", "20 d", "20 e")
		w.Clock.Advance(59 * time.Minute)
		apptest.Check(t, "days after 59 minutes", len(d.catchUp()), 0)
		w.Clock.Advance(time.Minute)
		apptest.Check(t, "days after an hour", len(d.catchUp()), 1)
		d.ran("after an hour", "20 e")
		for range 10 {
			w.Clock.Advance(time.Hour)
			if w.Today() == apptest.Date("2026-11-20") {
				d.catchUp()
			}
		}
		d.ran("until midnight", "20 e", "20 e", "20 e")
		w.At("2026-11-21 01:00:00")
		d.act = nil
		d.catchUp()
		d.ran("the next day", "21 a", "21 b", "21 c", "21 d", "21 e")
		d.run("2026-11-21")
		d.ran("when a person asks", "20 e")
		apptest.Check(t, "nothing is left", len(d.catchUp()), 0)
	})
}

func TestDueAt(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := newDay(w)
		for moment, want := range map[string]string{
			"2026-11-24 00:59:59": "2026-11-23", "2026-11-24 01:00:00": "2026-11-24", "2026-11-24 23:59:59": "2026-11-24",
			"2026-11-01 01:00:00": "2026-11-01", "2026-03-08 03:30:00": "2026-03-08", // the clocks are set back, and forward
		} {
			w.At(moment)
			apptest.Check(t, moment, d.service.DueAt(profile.TimeOfDay{Hour: 1}).String(), want)
		}
	})
}

func TestStepsMustBeInOrder(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for name, steps := range map[string][]closing.Step{
			"needs a later one":   {{Name: "a", Needs: []string{"b"}}, {Name: "b"}},
			"follows a later one": {{Name: "a", Follows: []string{"b"}}, {Name: "b"}},
			"twice":               {{Name: "a"}, {Name: "a"}},
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s: accepted", name)
					}
				}()
				closing.New(w.DB, w.Profile, steps)
			}()
		}
	})
}

// The process is killed in any step, before or after its effect: whoever comes
// up goes on with that step and repeats none before it.
func TestKilledInAStep(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := newDay(w)
		date := w.Today()
		for i, killed := range outline {
			ctx, kill := context.WithCancel(t.Context())
			d.act = func(ctx context.Context, step string, _ civil.Date) error {
				if step == killed.Name {
					kill()
					return ctx.Err()
				}
				return nil
			}
			_, err := d.service.Run(ctx, date)
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("killed in %s: %v", killed.Name, err)
			}
			var want, rest []string
			for _, s := range outline[:i+1] {
				want = append(want, fmt.Sprintf("%02d %s", date.Day(), s.Name))
			}
			for _, s := range outline[i:] {
				rest = append(rest, fmt.Sprintf("%02d %s", date.Day(), s.Name))
			}
			d.ran("killed in "+killed.Name, want...)
			status, err := d.service.Status(t.Context(), 1)
			if err != nil {
				t.Fatal(err)
			}
			apptest.Check(t, "state", status.Days[0].State, closing.Running)
			d = d.restart()
			days := d.run(date.String())
			d.ran("up again after "+killed.Name, rest...)
			apptest.Check(t, "states", states(days[0]), allDone)
			date = date.AddDays(1)
			w.At(date.String())
		}
	})
}

// While one node is at it, another does nothing; when the first falls silent
// for longer than its lease, the other goes on with the step, and the first
// stops before its next one.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		one := newDay(w)
		two := one.restart()
		one.act = func(_ context.Context, step string, _ civil.Date) error {
			if step != "c" {
				return nil
			}
			one.ran("the first node", "20 a", "20 b", "20 c")
			_, err := two.service.Run(t.Context(), w.Today())
			apptest.Check(t, "asking the second", fault.CodeOf(err), closing.CodeElsewhere)
			apptest.Check(t, "the second by itself", len(two.catchUp()), 0)
			w.Clock.Advance(closing.LeaseLength)
			days := two.catchUp()
			two.ran("the second node", "20 c", "20 d", "20 e")
			apptest.Check(t, "states", states(days[0]), allDone)
			return nil
		}
		_, err := one.service.Run(t.Context(), w.Today())
		apptest.Check(t, "the first node ends", fault.CodeOf(err), store.CodeLeaseLost)
		one.ran("the first node, afterwards")
		done, err := two.service.Day(t.Context(), w.Today())
		if err != nil {
			t.Fatal(err)
		}
		apptest.Check(t, "states, afterwards", states(done), allDone)
	})
}

// Many nodes wake up at the same hour: each step runs once.
func TestManyNodesAtOnce(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		ran := make(chan string, 100)
		var nodes sync.WaitGroup
		for range 6 {
			service := closing.New(w.DB, w.Profile, []closing.Step{
				{Name: "a", Run: func(context.Context, civil.Date) (closing.Counts, error) { ran <- "a"; return nil, nil }},
				{Name: "b", Run: func(context.Context, civil.Date) (closing.Counts, error) { ran <- "b"; return nil, nil }},
			})
			nodes.Go(func() {
				if _, err := service.CatchUp(t.Context(), w.Today()); err != nil {
					t.Error(err)
				}
			})
		}
		nodes.Wait()
		close(ran)
		var all []string
		for step := range ran {
			all = append(all, step)
		}
		apptest.Check(t, "ran", all, []string{"a", "b"})
	})
}

// A step that takes longer than the lease keeps it; when it is lost all the
// same, the step is told to stop.
func TestLeaseIsRenewedWhileAStepRuns(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := newDay(w)
		d.service.RenewEvery(time.Millisecond)
		d.act = func(ctx context.Context, step string, _ civil.Date) error {
			switch step {
			case "b":
				w.Clock.Advance(closing.LeaseLength - time.Second)
				want := w.Clock.Now().Add(closing.LeaseLength)
				for lease(w).ExpiresAt != want && ctx.Err() == nil {
				}
			case "c":
				w.InTx(func(tx *store.Tx) error {
					tx.DropLease(store.LeaseBusinessDay, lease(w).Holder)
					return nil
				})
				<-ctx.Done()
				return ctx.Err()
			}
			return nil
		}
		_, err := d.service.Run(t.Context(), w.Today())
		apptest.Check(t, "ends", fault.CodeOf(err), store.CodeLeaseLost)
		d.ran("until then", "20 a", "20 b", "20 c")
	})
}

func lease(w *apptest.World) (l store.LeaseRow) {
	w.TB.Helper()
	err := w.DB.Read(w.TB.Context(), "lease", func(tx *store.ReadTx) (err error) {
		l, err = tx.Lease(store.LeaseBusinessDay)
		return err
	})
	if err != nil {
		w.TB.Fatal(err)
	}
	return l
}

// A lease taken before the clock went back by days does not last for days.
func TestLeaseFromTheFuture(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.InTx(func(tx *store.Tx) error {
			_, err := tx.TakeLease(store.LeaseBusinessDay, "a demo that was killed", 30*24*time.Hour)
			return err
		})
		d := newDay(w)
		apptest.Check(t, "states", states(d.run("2026-11-20")[0]), allDone)
	})
}

// What is not a step, and must not run beside one, waits for no day and holds
// none up for long.
func TestAlone(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		first := newDay(w)
		second := first.restart()
		nothing := func(context.Context) error { return nil }
		first.act = func(ctx context.Context, _ string, _ civil.Date) error {
			for name, s := range map[string]*closing.Service{"the same node": first.service, "another": second.service} {
				apptest.Check(t, name, fault.CodeOf(s.Alone(ctx, nothing)), closing.CodeElsewhere)
			}
			return nil
		}
		first.run("2026-11-20")
		err := second.service.Alone(t.Context(), func(ctx context.Context) error {
			_, err := first.service.Run(ctx, first.Today())
			apptest.Check(t, "a day beside it", fault.CodeOf(err), closing.CodeElsewhere)
			return errors.New("broken")
		})
		apptest.Check(t, "error", fmt.Sprint(err), "broken")
		apptest.Check(t, "afterwards", first.service.Alone(t.Context(), nothing), nil)
	})
}
