package originating_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/originating"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/ach"
	"quittance.org/quittance/internal/store/storetest"
)

var errGone = errors.New("the process is gone")

// crash is the n-th time that a step is come by.
type crash struct {
	step string
	n    int
}

// crashes are all points of the life of a file at which a process may die:
// before and after each commit, in the building of three chunks as well.
func crashes() (all []crash) {
	for _, step := range []string{
		"begin file", "fill file", "seal file", "release file", "redate file", "send file", "file sent", "file answered", "withdraw entries", "withdraw file",
	} {
		times := 1
		switch step {
		case "fill file":
			times = 4 // 2, 2, 1 and nothing
		case "withdraw entries":
			times = 3
		}
		for n := 1; n <= times; n++ {
			all = append(all, crash{step + " written", n}, crash{step + " committed", n})
		}
	}
	return all
}

// dieAt has the process die at a point: from then on nothing is written and the
// line is dead. happened tells whether it came there.
func (b *bench) dieAt(at crash) (happened func() bool) {
	seen, dead := 0, false
	b.service.KillIn(2, func(step string) error {
		if step == at.step {
			seen++
		}
		if dead = dead || seen >= at.n; !dead {
			return nil
		}
		b.bank.fail = func(int, string) fate { return fails }
		return errGone
	})
	return func() bool { return dead }
}

// firstTuesday is followed by half a year without a holiday on Tuesday to Thursday.
const firstTuesday = "2026-12-01"

// week is one story of a crash, in a week of its own.
type week struct {
	*bench
	t       *testing.T
	tuesday civil.Date
	house   apptest.Household
	marks   map[string]bool // amounts that were paid
	first   int             // files before it
}

func (w *week) at(days int, clock string) civil.Date {
	on := w.tuesday.AddDays(days)
	w.At(on.String() + " " + clock)
	return on
}

// pays makes five payments that can be told apart.
func (w *week) pays() {
	for n := range 5 {
		amount := fmt.Sprintf("%d.%02d", n+1, w.tuesday.DaysSince(apptest.Date(firstTuesday))/7+1)
		w.pay(w.house, amount)
		w.marks[amount] = true
	}
}

// once runs a part of the story; what dies is begun anew, by a process that
// comes up then.
func (w *week) once(what string, do func(*originating.Service) error) {
	w.t.Helper()
	for range 2 {
		err := do(w.service)
		switch {
		case err == nil:
			return
		case !errors.Is(err, errGone):
			w.t.Fatalf("%s: %v", what, err)
		}
		w.bank.fail = nil
		w.restart()
		w.service.SetChunk(2)
	}
	w.t.Fatalf("%s: it died twice", what)
}

func (w *week) evening(on civil.Date) {
	w.t.Helper()
	w.once("build", func(s *originating.Service) error { _, err := s.Build(w.t.Context(), on); return err })
	w.sends(on)
}

func (w *week) sends(on civil.Date) {
	w.t.Helper()
	w.once("send", func(s *originating.Service) error { _, err := s.Send(w.t.Context(), on); return err })
}

// word has the bank say its word on every file that it has not spoken of.
func (w *week) word(yes bool) {
	for _, f := range w.files()[w.first:] {
		if w.bank.arrived[f.Name] > 0 && f.State == ach.FileSent {
			w.bank.acknowledge(f, func(a *ach.Ack) { a.Accepted, a.Reason = yes, "" })
		}
	}
}

// collected gives the amounts that the bank has got and not refused.
func (w *week) collected() (amounts []string) {
	for _, f := range w.files()[w.first:] {
		if f.State == ach.FileRefused || f.State == ach.FileWithdrawn {
			continue
		}
		_, lines := w.read(f.Name)
		for _, l := range lines {
			amounts = append(amounts, l.Amount)
		}
	}
	slices.Sort(amounts)
	return amounts
}

// The process dies at any point of the life of a file, whatever kind of life:
// each entry gets to the bank exactly once.
func TestCrashAtEveryPoint(t *testing.T) {
	t.Parallel()
	for name, live := range map[string]func(w *week){
		"built and sent": func(w *week) {
			w.pays()
			w.evening(w.at(0, "20:30:00"))
		},
		"overtaken by its day": func(w *week) { // the line was down on Tuesday
			w.pays()
			on := w.at(0, "20:30:00")
			w.once("build", func(s *originating.Service) error { _, err := s.Build(w.t.Context(), on); return err })
			w.sends(w.at(1, "09:00:00"))
		},
		"half filled, and overtaken": func(w *week) {
			w.pays()
			on := w.at(0, "20:30:00")
			tries := 0
			w.once("fill", func(s *originating.Service) error {
				if tries++; tries == 2 {
					return nil // as far as it came
				}
				return s.FillPart(w.t.Context(), on)
			})
			w.evening(w.at(1, "20:30:00"))
		},
		"held, released on another day": func(w *week) {
			w.pays()
			w.limit(func(limit *ach.Limit) { limit.Entries = 4 })
			w.service.SetChunk(2)
			on := w.at(0, "20:30:00")
			w.once("build", func(s *originating.Service) error { _, err := s.Build(w.t.Context(), on); return err })
		},
		"refused and withdrawn": func(w *week) {
			w.pays()
			w.evening(w.at(0, "20:30:00"))
			w.word(false)
			w.sends(w.at(0, "20:40:00"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bench) {
				plain := b.Profile
				all := crashes()
				houses := make([]apptest.Household, len(all))
				for i := range houses {
					houses[i] = b.household()
				}
				came := 0
				for i, at := range all {
					b.Profile = plain
					w := &week{bench: b.restart(), t: t, tuesday: apptest.Date(firstTuesday).AddDays(7 * i), house: houses[i], marks: map[string]bool{}, first: len(b.files())}
					w.At(w.tuesday.String() + " 09:00:00")
					happened := w.story(name, live, at)
					if happened {
						came++
					}
				}
				if came < 8 {
					t.Errorf("it died at %d points only", came)
				}
				b.VerifyClean()
			})
		})
	}
}

// story lives through a week in which the process dies once, and compares what
// the bank has got in the end.
func (w *week) story(name string, live func(*week), at crash) bool {
	w.t.Helper()
	happened := w.dieAt(at)
	live(w)
	for _, f := range w.files()[w.first:] { // what people do
		switch f.State {
		case ach.FileHeld:
			if !happened() {
				happened = w.dieAt(at)
			}
			w.at(2, "10:00:00")
			w.once("release", func(s *originating.Service) error {
				err := s.Release(w.t.Context(), f.Name, supervisor, "premiums")
				if fault.Is(err, originating.CodeNotHeld) {
					return nil // it was, before the process died
				}
				return err
			})
			w.sends(w.at(2, "10:00:01"))
		case ach.FileRefused:
			w.once("withdraw", func(s *originating.Service) error {
				err := s.Withdraw(w.t.Context(), originating.Withdrawal{File: f.Name, By: treasurer, Second: supervisor, Reason: "the bank has nothing"})
				if fault.Is(err, originating.CodeNotHeld) {
					return nil
				}
				return err
			})
			w.evening(w.at(2, "20:30:00"))
		}
	}
	for range 2 {
		w.word(true)
		w.sends(w.at(2, "21:00:00"))
	}
	want := make([]string, 0, len(w.marks))
	for amount := range w.marks {
		want = append(want, amount)
	}
	slices.Sort(want)
	apptest.Check(w.t, fmt.Sprintf("%s, died at %v: collected", name, at), w.collected(), want)
	for file, n := range w.bank.arrived {
		if n != 1 {
			w.t.Errorf("%s, died at %v: %s got there %d times", name, at, file, n)
		}
	}
	return happened()
}

// A file that can not be written holds up no other, and is told.
func TestBadFileHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for _, amount := range []string{"10.00", "20.00", "30.00"} {
			b.pay(b.household(), amount)
			b.build("2026-11-20")
		}
		storetest.Sabotage(t, b.DB, `UPDATE ach_entry SET amount_cents = 999900 WHERE amount_cents = 1000`)
		sent, err := b.service.Send(t.Context(), apptest.Date("2026-11-20"))
		apptest.Check(t, "sent", sent.Sent, 2)
		if !fault.Is(err, originating.CodeTampered) || !strings.Contains(err.Error(), "ACH-20261120-A.ach") {
			t.Errorf("told: %v", err)
		}
		apptest.Check(t, "arrived", fmt.Sprint(b.bank.arrived), "map[ACH-20261120-B.ach:1 ACH-20261120-C.ach:1]")
	})
}

// What a second person says yes to is what the file says: one whose rows do not
// give its totals, or that is half withdrawn, is not released.
func TestReleaseOfOtherRows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		h := b.household()
		for range 3 {
			b.pay(h, "10.00")
		}
		b.limit(func(limit *ach.Limit) { limit.Entries = 2 })
		b.build("2026-11-20")
		f := b.files()[0]
		happened := b.dieAt(crash{"withdraw entries committed", 1})
		err := b.service.Withdraw(t.Context(), originating.Withdrawal{File: f.Name, By: treasurer, Second: supervisor, Reason: "not now"})
		apptest.Check(t, "died", []bool{happened(), errors.Is(err, errGone)}, []bool{true, true})
		b.bank.fail = nil
		b.restart()
		apptest.Check(t, "released", fault.CodeOf(b.service.Release(t.Context(), f.Name, supervisor, "premiums")), originating.CodeTampered)
		apptest.Check(t, "state", b.files()[0].State, ach.FileHeld)
		err = b.service.Withdraw(t.Context(), originating.Withdrawal{File: f.Name, By: treasurer, Second: supervisor, Reason: "not now"})
		apptest.Check(t, "withdrawn", err, nil)
		b.VerifyClean()
	})
}
