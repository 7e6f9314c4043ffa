package app_test

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"testing"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/app/notifying"
	"quittance.org/quittance/internal/app/paying"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/domain/payment"
	"quittance.org/quittance/internal/domain/profile"
	"quittance.org/quittance/web/fonts"
)

// newApp makes the marketplace on a world's database, as a process that starts
// does.
func newApp(w *apptest.World, change func(*app.Config)) *app.App {
	w.TB.Helper()
	c := app.Config{
		Profile: w.Profile, Links: links{}, Validator: w.Validator, Courier: courier{}, Letters: letters{}, Fonts: fonts.Files(),
		PrintDir: w.TB.TempDir(), Log: slog.New(slog.DiscardHandler),
	}
	if change != nil {
		change(&c)
	}
	a, err := app.On(w.DB, c)
	if err != nil {
		w.TB.Fatal(err)
	}
	return a
}

// town is a world on the eve of a bill day, whose last business day is run:
// one household with help and one without, both owing December, and one that
// has just selected.
type town struct {
	*apptest.World
	households []apptest.Household
}

func newTown(w *apptest.World) town {
	w.At("2026-11-01")
	t := town{World: w}
	t.add(apptest.Medical("2026-12", "53.00").Renewed().Until("2027-12"))
	t.add(apptest.FullPrice("2026-12", "400.00").Renewed().Until("2027-12"))
	w.Bill("2026-12")
	w.At("2026-11-30")
	runDay(w, newApp(w, nil), "2026-11-30")
	t.add(apptest.Medical("2027-01", "103.00"))
	return t
}

// add adds a household that gets its letters on paper.
func (t *town) add(c apptest.Cover) {
	h := t.Household(c)
	t.Reach(h, "")
	t.households = append(t.households, h)
}

func runDay(w *apptest.World, a *app.App, date string) []closing.Day {
	w.TB.Helper()
	days, err := a.RunDay(w.TB.Context(), apptest.Date(date))
	if err != nil {
		w.TB.Fatal(err)
	}
	return days
}

// effects is what the night has left in the books.
func (t town) effects() []string {
	var all []string
	for _, h := range t.households {
		for _, b := range t.Bills(h) {
			all = append(all, "bill "+b.Month.String()+" "+b.Total.String()+" issued "+b.IssuedOn.String()+" due "+b.DueOn.String())
		}
		for _, e := range h.Enrollments {
			for _, d := range t.Decisions(e) {
				all = append(all, "decision "+d)
			}
		}
	}
	return slices.Concat(all,
		t.Rows(`SELECT coverage_month FROM charge ORDER BY coverage_month`),
		t.Rows(`SELECT kind || ' ' || state FROM notice ORDER BY kind, state`),
		t.Rows(`SELECT template || ' ' || channel || ' ' || state FROM message ORDER BY template, channel, state`),
		t.Rows(`SELECT stock || ' ' || letters FROM print_batch ORDER BY batch_no`))
}

// killIn makes a step of the business day the last thing that a process does:
// its effect is there, and nobody has recorded it.
func killIn(a *app.App, step string, kill func()) {
	a.ChangeSteps(func(s closing.Step) closing.Step {
		if s.Name != step {
			return s
		}
		run := s.Run
		s.Run = func(ctx context.Context, date civil.Date) (closing.Counts, error) {
			counts, err := run(ctx, date)
			kill()
			return counts, err
		}
		return s
	})
}

// The process is killed after the effect of any step, or of none: the next one
// comes to the same books, with every effect once.
func TestDayKilledAfterAnyStep(t *testing.T) {
	t.Parallel()
	for _, step := range append(app.StepNames(), "none") {
		t.Run(step, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				here := newTown(w)
				w.At("2026-12-01 20:30:00") // after the cut-off: the evening's steps run too
				a := newApp(w, nil)
				ctx, kill := context.WithCancel(t.Context())
				defer kill()
				killIn(a, step, kill)
				if _, err := a.RunDay(ctx, w.Today()); step != "none" && !errors.Is(err, context.Canceled) {
					t.Fatalf("killed: %v", err)
				}
				days := runDay(w, newApp(w, nil), "2026-12-01")
				apptest.Check(t, "state", days[0].State, closing.Complete)
				apptest.Check(t, "the books", here.effects(), []string{
					"bill 2026-12 53.00 issued 2026-11-01 due 2026-11-23", "bill 2027-01 106.00 issued 2026-12-01 due 2026-12-23",
					"decision enter_grace 2026-12 R-DUE-1",
					"bill 2026-12 400.00 issued 2026-11-01 due 2026-11-23", "bill 2027-01 800.00 issued 2026-12-01 due 2026-12-23",
					"bill 2027-01 103.00 issued 2026-12-01 due 2026-12-23", // the first bill
					"2026-12", "2026-12", "2027-01", "2027-01", "2027-01", // charges
					"past_due sent", "past_due sent", // letters that were owed
					"bill print sent", "bill print sent", "bill print sent", "past_due print sent", "past_due print sent",
					"letter 2", "bill 3", // print batches
				})
				w.VerifyClean()
			})
		})
	}
}

// A bill day that was missed is made up for under its own date (R-CAL-1), and
// no other day bills.
func TestMissedBillDay(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		here := newTown(w)
		w.At("2026-12-04 09:00:00")
		for _, d := range runDay(w, newApp(w, nil), "2026-12-04") {
			want := closing.Complete
			if d.Date == w.Today() { // its evening is to come
				want = closing.Half
			}
			apptest.Check(t, d.Date.String(), d.State, want)
		}
		bill := here.Facts(here.households[0]).LastBill
		apptest.Check(t, "the bill", []string{bill.Month.String(), bill.IssuedOn.String(), bill.DueOn.String()}, []string{"2027-01", "2026-12-01", "2026-12-23"})
		apptest.Check(t, "recorded", bill.IssuedOn.Before(w.Today()), true)
		apptest.Check(t, "bills of the household", len(here.Bills(here.households[0])), 2)
		w.VerifyClean()
	})
}

// A marketplace that runs has the business day run by itself.
func TestDayRunsByItself(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		newTown(w)
		w.At("2026-12-02 00:30:00") // before the hour: the day before is due
		told := make(chan slog.Record, 10)
		a := newApp(w, func(c *app.Config) {
			c.DayBegins, c.Log = &profile.TimeOfDay{Hour: 1}, slog.New(diary{told})
		})
		if err := a.Start(t.Context()); err != nil {
			t.Fatal(err)
		}
		for record := range told {
			if record.Message == "business day" {
				break
			}
		}
		if err := a.Stop(t.Context()); err != nil {
			t.Fatal(err)
		}
		for date, state := range map[string]closing.State{"2026-12-01": closing.Complete, "2026-12-02": closing.Waiting} {
			d, err := a.Closing.Day(t.Context(), apptest.Date(date))
			if err != nil {
				t.Fatal(err)
			}
			apptest.Check(t, date, d.State, state)
		}
	})
}

type links struct{ paying.Links } // nobody pays

type letters struct{ apptest.Letters }

func (letters) Receipt(*paying.Receipt) (notifying.Letter, error) { return notifying.Letter{}, nil }
func (letters) Unpaid(payment.Intent) (notifying.Letter, error)   { return notifying.Letter{}, nil }

type courier struct{}

func (courier) Send(context.Context, notifying.Mail) error { return nil }

// diary hands on what is logged.
type diary struct{ told chan<- slog.Record }

func (diary) Enabled(context.Context, slog.Level) bool { return true }

func (d diary) Handle(_ context.Context, r slog.Record) error {
	d.told <- r
	return nil
}

func (d diary) WithAttrs([]slog.Attr) slog.Handler { return d }

func (d diary) WithGroup(string) slog.Handler { return d }
