package population_test

import (
	"slices"
	"testing"
	"time"

	"quittance.org/quittance/internal/base/civil"
	"quittance.org/quittance/internal/format/enrollcsv"
	"quittance.org/quittance/sandbox/population"
)

// checkMonths: no month is missing or there twice, and every price balances.
func checkMonths(t *testing.T, n int, h *enrollcsv.Household) {
	t.Helper()
	for _, e := range h.Enrollments {
		next := e.First
		for _, s := range e.Segments {
			if s.From != next || s.To.Before(s.From) || !s.Premium.Balanced() {
				t.Errorf("household %d, %s: segment %s to %s of %+v", n, e.Reference, s.From, s.To, s.Premium)
			}
			next = s.To.Next()
		}
		if next != e.Last.Next() {
			t.Errorf("household %d, %s: prices to %s, coverage to %s", n, e.Reference, next.Prev(), e.Last)
		}
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	people, err := population.New(3, 2027)
	if err != nil {
		t.Fatal(err)
	}
	from := civil.NewMonth(2027, time.May)
	told := map[population.Change]int{}
	for n := range 300 {
		before, err := people.Household(n)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []population.Change{population.Newborn, population.Moved, population.NewPlan, population.Died} {
			after, err := people.Changed(n, c, from)
			if err != nil {
				t.Fatalf("household %d, %s: %v", n, c, err)
			}
			checkMonths(t, n, after)
			old, fresh := &before.Enrollments[0], &after.Enrollments[0]
			for m := old.First; m.Before(from) && !m.After(fresh.Last); m = m.Next() {
				was, _ := old.PremiumFor(m)
				if is, _ := fresh.PremiumFor(m); is != was {
					t.Errorf("household %d: %s changes the price of %s", n, c, m)
				}
			}
			if !slices.Equal(old.Segments, fresh.Segments) || before.Account != after.Account {
				told[c]++
			}
		}
	}
	for c, least := range map[population.Change]int{population.Newborn: 50, population.Moved: 200, population.NewPlan: 200, population.Died: 80} {
		if told[c] < least {
			t.Errorf("%s changed %d of 300 households", c, told[c])
		}
	}
}

func TestUntold(t *testing.T) {
	t.Parallel()
	people, err := population.New(3, 2027)
	if err != nil {
		t.Fatal(err)
	}
	july, untold := civil.NewMonth(2027, time.July), 0
	for n := range 300 {
		h, err := people.Household(n)
		if err != nil {
			t.Fatal(err)
		}
		if len(h.Enrollments[0].Segments) < 2 {
			continue
		}
		untold++
		before, _ := h.Enrollments[0].PremiumFor(july.Prev())
		population.Untold(h, july)
		checkMonths(t, n, h)
		if after, _ := h.Enrollments[0].PremiumFor(july); after != before {
			t.Errorf("household %d: July costs %v, June %v", n, after, before)
		}
	}
	if untold == 0 {
		t.Error("nobody's income changes")
	}
}
