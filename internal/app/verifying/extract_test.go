package verifying_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/verifying"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/store"
	"quittance.org/quittance/internal/store/storetest"
	"quittance.org/quittance/profiles"
)

func service(tb testing.TB, db *store.DB) *verifying.Service {
	tb.Helper()
	p, err := profiles.Open(profiles.Default)
	if err != nil {
		tb.Fatal(err)
	}
	return verifying.New(db, p)
}

func extract(tb testing.TB, db *store.DB) string {
	tb.Helper()
	var text strings.Builder
	if err := service(tb, db).Extract(tb.Context(), &text); err != nil {
		tb.Fatal(err)
	}
	return text.String()
}

// Two books in which the same has happened have the same extract, on any
// engine; one more fact shows.
func TestExtractIsOfWhatHappened(t *testing.T) {
	t.Parallel()
	other := storetest.OpenSQLite(t, virtual.Standing(storetest.Noon))
	healthy(t, other)
	want := extract(t, other)
	healthyBooks.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		got := extract(t, db)
		if got != want {
			t.Errorf("extracts of the same books differ:\n%s\nand\n%s", got, want)
		}
		if lines := strings.Split(strings.TrimSpace(got), "\n"); !slices.IsSorted(lines) {
			t.Error("the lines are not in order")
		}
		for _, kind := range []string{"account", "enrollment", "segment", "transfer", "charge", "payment", "application", "return", "clearing", "intent", "bill"} {
			if !regexp.MustCompile(`(?m)^\d{12} ` + kind + ` `).MatchString(got) {
				t.Errorf("no line tells of a %s", kind)
			}
		}
		if key := anyUUID.FindString(got); key != "" {
			t.Errorf("it holds a key: %s", key)
		}
		storetest.Sabotage(t, db, "UPDATE charge SET due_on = '2026-11-24' WHERE account_id = "+of("Boris"))
		if extract(t, db) == want {
			t.Error("another due date does not show")
		}
	})
}

func TestCensus(t *testing.T) {
	t.Parallel()
	healthyBooks.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		c, err := service(t, db).Census(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		people, charges := int64(0), int64(0)
		for _, n := range c.Stands {
			people += n
		}
		for _, d := range c.Debt {
			charges += d.Charges
			if d.Amount.IsNegative() || d.Charges > 0 != d.Amount.IsPositive() {
				t.Errorf("debt %+v", d)
			}
		}
		if people == 0 || charges == 0 || c.On.String() != "2026-11-20" {
			t.Errorf("got %+v", c)
		}
	})
}
