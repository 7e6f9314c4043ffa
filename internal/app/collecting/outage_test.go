package collecting_test

import (
	"slices"
	"testing"
	"time"

	"quittance.org/quittance/internal/app/apptest"
	"quittance.org/quittance/internal/app/collecting"
	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/base/fault"
	"quittance.org/quittance/internal/domain/standing"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/profiles"
)

// beat says at a moment that a node serves.
func beat(w *apptest.World, at, node string, since time.Duration) {
	w.TB.Helper()
	w.At(at)
	if err := w.Collecting.Beat(w.TB.Context(), node, since); err != nil {
		w.TB.Fatal(err)
	}
}

func outages(w *apptest.World) []string {
	return w.Rows(`SELECT service || ' ' || cause FROM outage ORDER BY began_at`)
}

func extendAfter(t *testing.T, w *apptest.World, due string) int {
	t.Helper()
	n, err := w.Collecting.ExtendAfterOutages(t.Context(), apptest.Date(due))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func extensions(w *apptest.World) []string {
	return w.Rows(`SELECT CAST(due_on AS TEXT) || ' to ' || CAST(until_on AS TEXT) || ' by ' || actor FROM due_extension ORDER BY due_on`)
}

// R-CAL-3: what is an outage, and what only looks like one.
func TestHeartbeat(t *testing.T) {
	t.Parallel()
	type at struct {
		at, node string
		since    time.Duration
	}
	for name, tc := range map[string]struct {
		beats []at
		want  []string
	}{
		"a first start":                          {[]at{{"2026-11-23 10:00:00", "a", 0}}, nil},
		"minute by minute":                       {[]at{{"2026-11-23 10:00:00", "a", 0}, {"2026-11-23 10:01:00", "a", time.Minute}}, nil},
		"a new version":                          {[]at{{"2026-11-23 10:00:00", "a", 0}, {"2026-11-23 10:04:59", "b", 0}}, nil},
		"stopped for two hours":                  {[]at{{"2026-11-23 10:00:00", "a", 0}, {"2026-11-23 12:00:00", "b", 0}}, []string{"portal silence"}},
		"the database was away for two hours":    {[]at{{"2026-11-23 10:00:00", "a", 0}, {"2026-11-23 12:00:00", "a", 2 * time.Hour}}, []string{"portal silence"}},
		"the clock jumps ahead":                  {[]at{{"2026-11-23 10:00:00", "a", 0}, {"2026-11-24 10:00:00", "a", time.Minute}}, nil},
		"the clock jumps back":                   {[]at{{"2026-11-23 10:00:00", "a", 0}, {"2026-11-22 10:00:00", "a", time.Minute}}, nil},
		"… and goes on from there":               {[]at{{"2026-11-23 10:00:00", "a", 0}, {"2026-11-22 10:00:00", "a", time.Minute}, {"2026-11-23 10:03:00", "a", time.Minute}}, nil},
		"another node's clock jumps ahead":       {[]at{{"2026-11-23 10:00:00", "a", 0}, {"2026-11-24 10:00:00", "b", time.Minute}}, nil},
		"one node went away, another serves":     {[]at{{"2026-11-23 10:00:00", "a", 0}, {"2026-11-23 10:01:00", "b", time.Minute}, {"2026-11-23 12:00:00", "b", time.Minute}}, nil},
		"not in service for months":              {[]at{{"2026-09-01 10:00:00", "a", 0}, {"2026-11-23 12:00:00", "b", 0}}, nil},
		"two outages of one night, both on file": {[]at{{"2026-11-23 10:00:00", "a", 0}, {"2026-11-23 10:31:00", "b", 0}, {"2026-11-23 11:03:00", "c", 0}}, []string{"portal silence", "portal silence"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				for _, b := range tc.beats {
					beat(w, b.at, b.node, b.since)
				}
				apptest.Check(t, "outages", outages(w), tc.want)
			})
		})
	}
}

// R-CAL-3, MA-PAIN-6: the portal was down on the due date; who has not paid is
// given a day more, once, and is on time on it.
func TestOutageOnTheDueDate(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-01")
		h := w.Household(apptest.Medical("2026-12", "103.00").Renewed())
		w.Bill("2026-12")
		beat(w, "2026-11-23 20:00:00", "a", 0)
		beat(w, "2026-11-23 21:00:01", "b", 0)
		w.At("2026-11-24 01:00:00")
		beat(w, "2026-11-24 01:00:00", "b", time.Minute) // it has served since
		apptest.Check(t, "given", extendAfter(t, w, "2026-11-23"), 1)
		apptest.Check(t, "given again", extendAfter(t, w, "2026-11-23"), 0)
		apptest.Check(t, "extensions", extensions(w), []string{"2026-11-23 to 2026-11-24 by system:outage"})
		w.Night()
		apptest.Check(t, "on the day after", w.Standing(h).PastDue.IsPositive(), false)
		beat(w, "2026-11-25 00:59:30", "b", time.Minute)
		w.At("2026-11-25 01:00:00")
		apptest.Check(t, "no outage the next day", extendAfter(t, w, "2026-11-24"), 0)
		w.Night()
		apptest.Check(t, "once that has passed too", w.Standing(h).PastDue.IsPositive(), true)
		w.VerifyClean()
	})
}

// R-CAL-3 under both readings: a first payment has the day more as well. Missed
// after that, the start moves, or by the strict reading the selection lapses
// (R-BIND-2, MA-FIRST-3); past-due coverage has its last day a day later.
func TestOutageUnderBothProfiles(t *testing.T) {
	t.Parallel()
	for name, missed := range map[string]string{profiles.Default: "roll_start 2026-12 R-BIND-2", strictly: "lapse 2026-11 R-BIND-2"} {
		for paid, want := range map[string][]string{
			"on the day more": {"effectuate 2026-11 R-BIND-1"}, "not": {missed},
		} {
			t.Run(name+", paid "+paid, func(t *testing.T) {
				t.Parallel()
				apptest.Each(t, func(t *testing.T, w *apptest.World) {
					w.Under(name)
					w.At("2026-08-31")
					late := w.Household(apptest.FullPrice("2026-10", "400.00").Renewed()) // unpaid: its last day is the one that moves
					w.Live("2026-10-01")
					h := w.Household(apptest.Medical("2026-11", "103.00"))
					w.FirstBills()
					w.Live("2026-10-22")
					beat(w, "2026-10-23 20:00:00", "a", 0)
					beat(w, "2026-10-23 21:00:01", "b", 0)
					beat(w, "2026-10-24 01:00:00", "b", time.Minute)
					apptest.Check(t, "given", extendAfter(t, w, "2026-10-23"), 2)
					w.Night()
					apptest.Check(t, "nothing is decided", w.Decisions(h.Enrollments[0]), []string(nil))
					apptest.Check(t, "past due", states(w, late), []string{"medical past_due 2026-09"})
					if paid != "not" {
						pays(w, h, "103.00")
						pays(w, late, "800.00")
					}
					w.Live("2026-10-27") // 24 October is a Saturday: the day more is Monday
					apptest.Check(t, "decided", w.Decisions(h.Enrollments[0]), want)
					apptest.Check(t, "past due afterwards", states(w, late), map[string][]string{
						"not": {"medical ending 2026-09"}, "on the day more": {"medical active"},
					}[paid])
					w.VerifyClean()
				})
			})
		}
	}
}

// Nothing moves without an outage that is long enough and near enough.
func TestNoExtensionByMistake(t *testing.T) {
	t.Parallel()
	for name, prepare := range map[string]func(*apptest.World){
		"nobody ever served":  func(*apptest.World) {},
		"served all the time": func(w *apptest.World) { beat(w, "2026-11-24 00:59:00", "a", 0) },
		"an hour to the second": func(w *apptest.World) {
			beat(w, "2026-11-23 20:00:00", "a", 0)
			beat(w, "2026-11-23 21:00:00", "b", 0)
			beat(w, "2026-11-24 00:59:00", "b", time.Minute)
		},
		"the weekend before": func(w *apptest.World) {
			beat(w, "2026-11-21 10:00:00", "a", 0)
			beat(w, "2026-11-22 20:00:00", "b", 0)
			beat(w, "2026-11-24 00:59:00", "b", time.Minute)
		},
		"after the cut-off": func(w *apptest.World) { beat(w, "2026-11-23 23:59:59", "a", 0); beat(w, "2026-11-24 00:59:59", "b", 0) },
		"a virtual clock is moved": func(w *apptest.World) {
			beat(w, "2026-11-20 10:00:00", "a", 0)
			beat(w, "2026-11-24 00:59:59", "a", time.Second)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				w.At("2026-11-01")
				w.Household(apptest.Medical("2026-12", "103.00").Renewed())
				w.Bill("2026-12")
				prepare(w)
				w.At("2026-11-24 01:00:00")
				apptest.Check(t, "given", extendAfter(t, w, "2026-11-23"), 0)
				apptest.Check(t, "extensions", extensions(w), []string(nil))
			})
		})
	}
}

// The night is run by hand while nobody serves: the silence that lasts counts.
func TestOutageThatLasts(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-01")
		w.Household(apptest.Medical("2026-12", "103.00").Renewed())
		w.Bill("2026-12")
		beat(w, "2026-11-23 22:00:00", "a", 0)
		w.At("2026-11-24 01:00:00")
		apptest.Check(t, "given", extendAfter(t, w, "2026-11-23"), 1)
	})
}

// Staff declare that cards could not be taken, the day after: what was decided
// for lack of time is undone, and who had more time already has more again.
func TestDeclaredOutage(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-01")
		h := w.Household(apptest.Medical("2026-12", "103.00").Renewed())
		w.Bill("2026-12")
		w.At("2026-11-20")
		if err := w.Collecting.ExtendDue(t.Context(), h.Account, collecting.Extension{
			Due: apptest.Date("2026-11-23"), Until: apptest.Date("2026-11-27"), Actor: "staff:a", Reason: "storm",
		}); err != nil {
			t.Fatal(err)
		}
		w.At("2026-11-28 09:00:00")
		o := collecting.Outage{Service: store.ServiceCards, Outage: between(w, "2026-11-27 08:00:00", "2026-11-27 12:00:00"), Reason: "processor was down", Actor: "staff:b"}
		for _, want := range []int{1, 0} {
			n, err := w.Collecting.DeclareOutage(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			apptest.Check(t, "given", n, want)
		}
		apptest.Check(t, "extensions", extensions(w), []string{"2026-11-23 to 2026-11-30 by system:outage"})
		w.VerifyClean()
	})
}

func TestOutagesThatAreRefused(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-24 09:00:00")
		good := collecting.Outage{Service: store.ServicePortal, Outage: between(w, "2026-11-23 08:00:00", "2026-11-23 12:00:00"), Reason: "down", Actor: "staff:a"}
		for name, change := range map[string]func(*collecting.Outage){
			"by nobody":          func(o *collecting.Outage) { o.Actor = "" },
			"for no reason":      func(o *collecting.Outage) { o.Reason = "" },
			"of what":            func(o *collecting.Outage) { o.Service = "radio" },
			"backwards":          func(o *collecting.Outage) { o.From, o.To = o.To, o.From },
			"that lasts still":   func(o *collecting.Outage) { o.Service, o.To = store.ServiceCards, o.To.Add(48*time.Hour) },
			"far ahead":          func(o *collecting.Outage) { o.From, o.To = o.From.Add(62*24*time.Hour), o.To.Add(62*24*time.Hour) },
			"longer than a week": func(o *collecting.Outage) { o.From = o.From.Add(-8 * 24 * time.Hour) },
			"that began nowhere": func(o *collecting.Outage) { o.From = civil.Instant{} },
		} {
			bad := good
			change(&bad)
			if _, err := w.Collecting.DeclareOutage(t.Context(), bad); fault.KindOf(err) != fault.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		apptest.Check(t, "on record", outages(w), []string(nil))
	})
}

// A closing is an outage that is declared ahead: on the due date it gives more
// time in the night after, and while it lasts it can be ended.
func TestClosingThePortal(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		h := w.Household(apptest.Medical("2026-12", "100.00").Renewed())
		w.Bill("2026-12")
		w.At("2026-11-20 09:00:00")
		for _, o := range []standing.Outage{
			between(w, "2026-11-21 02:00:00", "2026-11-21 04:00:00"), between(w, "2026-11-23 18:00:00", "2026-11-24 01:00:00"), between(w, "2026-12-01 02:00:00", "2026-12-01 04:00:00"),
		} {
			given, err := w.Collecting.DeclareOutage(t.Context(), collecting.Outage{Service: store.ServicePortal, Outage: o, Reason: "a new database", Actor: "staff:a"})
			if err != nil || given != 0 {
				t.Fatal(given, err)
			}
		}
		closed := func(at string) bool {
			w.At(at)
			all, err := w.Collecting.Outages(t.Context(), w.Clock.Now().Add(-time.Hour), w.Clock.Now().Add(time.Hour))
			if err != nil {
				t.Fatal(err)
			}
			return slices.ContainsFunc(all, func(o collecting.Outage) bool { return o.Closes(w.Clock.Now()) })
		}
		for at, want := range map[string]bool{
			"2026-11-21 01:59:59": false, "2026-11-21 02:00:00": true, "2026-11-21 03:59:59": true, "2026-11-21 04:00:00": false, "2026-11-23 20:00:00": true,
		} {
			if closed(at) != want {
				t.Errorf("closed at %s: %v", at, !want)
			}
		}
		w.At("2026-11-23 22:00:00")
		for _, want := range []int64{2, 0} { // the one that lasts, and that of December
			ended, err := w.Collecting.EndClosings(t.Context(), "staff:b")
			if err != nil || ended != want {
				t.Errorf("ended %d, want %d: %v", ended, want, err)
			}
		}
		if closed("2026-11-23 22:00:00") || closed("2026-12-01 03:00:00") {
			t.Error("it is closed still")
		}
		w.At("2026-11-24 02:00:00")
		apptest.Check(t, "given more time", extendAfter(t, w, "2026-11-23"), 1)
		apptest.Check(t, "owed", w.Owed(h), apptest.Amount("100.00"))
		w.VerifyClean()
	})
}

func between(w *apptest.World, from, to string) standing.Outage {
	w.TB.Helper()
	now := w.Clock.Now()
	defer w.Clock.Set(now)
	w.At(from)
	o := standing.Outage{From: w.Clock.Now()}
	w.At(to)
	o.To = w.Clock.Now()
	return o
}

// outageOn is an outage of two hours before the cut-off of a day, and the night
// after it.
func outageOn(w *apptest.World, day civil.Date) {
	next := day.AddDays(1).String()
	beat(w, day.String()+" 20:00:00", "a", 0)
	beat(w, day.String()+" 22:00:00", "b", 0)
	beat(w, next+" 00:59:30", "b", time.Minute)
	w.At(next + " 01:00:00")
}

// R-CAL-3, R-DUE-6: who could not pay on the last day to have coverage back has it
// a day longer, and again if that day is hit as well.
func TestOutageOnTheLastDayToReturn(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		gone := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		w.Live("2027-03-31")
		must(t, "release", w.Collecting.Release(t.Context(), act(gone, 0)))
		w.Live("2027-04-05")
		must(t, "release", w.Collecting.Release(t.Context(), act(h, 0)))
		w.Live("2027-04-06")
		by := w.Standing(h).Enrollments[0].Reinstate.By
		for range 2 {
			w.Live(by.String())
			outageOn(w, by)
			if extendAfter(t, w, by.String()) == 0 {
				t.Fatal("nobody was given more time")
			}
			w.Night()
			moved := w.Standing(h).Enrollments[0].Reinstate.By
			if !moved.After(by) {
				t.Fatalf("the last day is still %s", moved)
			}
			by = moved
		}
		w.At(by.String() + " 12:00:00")
		pays(w, h, w.Standing(h).Enrollments[0].Reinstate.Amount.String())
		w.Live(by.AddDays(1).String())
		apptest.Check(t, "had back", states(w, h), []string{"medical active"})
		apptest.Check(t, "the other's day had passed", states(w, gone), []string{"medical ended 2027-01"})
		w.VerifyClean()
	})
}

// R-CAL-3, R-DUE-9: an arrangement is not broken by a day on which nobody could
// pay.
func TestOutageOnADayOfAnArrangement(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.At("2026-11-30")
		h := w.Household(apptest.Medical("2027-01", "103.00").Renewed())
		w.Live("2027-02-03")
		must(t, "arrange", w.Collecting.MakeArrangement(t.Context(), act(h, 0), apptest.Month("2027-02"), installments("2027-02-15 103.00", "2027-03-15 103.00")))
		w.Live("2027-02-15")
		outageOn(w, apptest.Date("2027-02-15"))
		apptest.Check(t, "given", extendAfter(t, w, "2027-02-15"), 1)
		w.Night()
		apptest.Check(t, "the day after", w.Standing(h).Enrollments[0].Arrangement, standing.ArrangementKept)
		w.Live("2027-02-17")
		apptest.Check(t, "once that has passed too", w.Standing(h).Enrollments[0].Arrangement, standing.ArrangementBroken)
		w.VerifyClean()
	})
}
