package closing_test

import (
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/closing"
	"quittance.org/quittance/internal/domain/profile"
)

// withEvening is the tests' day with two steps of the evening, of which y needs
// c of the morning.
func withEvening(w *apptest.World) *day {
	steps := append(outline[:len(outline):len(outline)],
		closing.Step{Name: "x", Evening: true}, closing.Step{Name: "y", Needs: []string{"c", "x"}, Evening: true})
	return (&day{World: w, diary: &[]string{}, outline: steps}).restart()
}

// at sets the tests' clock to a time of day in the marketplace's zone.
func (d *day) at(date string, hour, minute int) {
	d.Clock.Set(apptest.Date(date).In(d.Profile.Zone()).Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute))
}

// The cut-off of AutoPay is 20:00 (ACH-21): until then members may still stop
// a debit, so nothing is frozen or sent.
func TestEveningStepsWaitForTheirHour(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := withEvening(w)
		d.at("2026-11-20", 1, 0)
		days := d.run("2026-11-20")
		d.ran("at night", "20 a", "20 b", "20 c", "20 d", "20 e")
		apptest.Check(t, "states", states(days[0]), "half: a done, b done, c done, d done, e done, x waiting, y waiting")
		apptest.Check(t, "to do", days[0].ToDo, "")
		d.at("2026-11-20", 19, 59)
		d.catchUp()
		d.ran("a minute before the cut-off")
		d.at("2026-11-20", 20, 0)
		days = d.catchUp()
		d.ran("at the cut-off", "20 x", "20 y")
		apptest.Check(t, "states", states(days[0]), allDone+", x done, y done")
	})
}

func TestMissedEveningComesBeforeTheNextMorning(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := withEvening(w)
		d.at("2026-11-20", 1, 0)
		d.run("2026-11-20")
		*d.diary = nil
		d.at("2026-11-22", 1, 0)
		d.run("2026-11-22")
		d.ran("two days later", "20 x", "20 y", "21 a", "21 b", "21 c", "21 d", "21 e", "21 x", "21 y", "22 a", "22 b", "22 c", "22 d", "22 e")
	})
}

func TestEveningStepNeedsItsMorning(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := withEvening(w)
		d.act = failing("c")
		d.at("2026-11-20", 1, 0)
		days := d.run("2026-11-20")
		apptest.Check(t, "in the morning", states(days[0]), "incomplete: a done, b done, c failed, d blocked, e done, x waiting, y waiting")
		d.at("2026-11-20", 20, 0)
		days = d.run("2026-11-20")
		apptest.Check(t, "in the evening", states(days[0]), "incomplete: a done, b done, c failed, d blocked, e done, x done, y blocked")
		d.act = nil
		days = d.run("2026-11-20")
		apptest.Check(t, "put right", states(days[0]), allDone+", x done, y done")
	})
}

func TestNextRun(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		d := withEvening(w)
		for _, c := range []struct {
			hour, minute int
			date         string
			at           int // hour
		}{
			{0, 30, "2026-11-20", 1}, {1, 0, "2026-11-20", 20}, {19, 59, "2026-11-20", 20}, {20, 0, "2026-11-21", 1}, {23, 59, "2026-11-21", 1},
		} {
			d.at("2026-11-20", c.hour, c.minute)
			at, date := d.service.NextRun(profile.TimeOfDay{Hour: 1})
			want := apptest.Date(c.date).In(d.Profile.Zone()).Add(time.Duration(c.at) * time.Hour)
			apptest.Check(t, "date", date, apptest.Date(c.date))
			apptest.Check(t, "moment", at, want)
		}
	})
}
