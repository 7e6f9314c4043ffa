package verifying_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"quittance.org/quittance/internal/app/verifying"
	"quittance.org/quittance/internal/base/clock/virtual"
	"quittance.org/quittance/internal/domain/enrollment"
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

// A proof of single accounts sees what is wrong with them, and nothing else.
func TestVerifyAccounts(t *testing.T) {
	t.Parallel()
	healthyBooks.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		storetest.Sabotage(t, db, `UPDATE open_charge SET open_cents = open_cents + 1 WHERE account_id = `+of("Boris"))
		byName := map[string]enrollment.AccountID{}
		err := db.Read(t.Context(), "accounts", func(tx *store.ReadTx) error {
			ids, err := tx.AccountsAfter(enrollment.AccountID{}, 100)
			for _, id := range ids {
				a, err := tx.Account(id)
				if err != nil {
					return err
				}
				byName[a.FirstName] = id
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"Ana": "", "Boris": "I2 I7", "Chen": ""} {
			report, err := service(t, db).VerifyAccounts(t.Context(), []enrollment.AccountID{byName[name]}, func() {})
			if err != nil {
				t.Fatal(err)
			}
			if got := strings.Join(report.Broken(), " "); got != want || report.Clean != (want == "") {
				t.Errorf("%s: %q is broken, want %q\n%s", name, got, want, report)
			}
			if report.Invariants[1].Checked == 0 {
				t.Errorf("%s: nothing was looked at", name)
			}
		}
	})
}

func TestRangeOf(t *testing.T) {
	t.Parallel()
	healthyBooks.Each(t, func(t *testing.T, db *store.DB, _ *virtual.Clock) {
		err := db.Read(t.Context(), "ranges", func(tx *store.ReadTx) error {
			ids, err := tx.AccountsAfter(enrollment.AccountID{}, 100)
			for _, id := range ids {
				bills := 0
				if err := tx.EachBill(store.RangeOf(id), func(b store.SealedBill) {
					bills++
					if b.Columns.AccountID != id {
						t.Errorf("the range of %s holds a bill of %s", id, b.Columns.AccountID)
					}
				}); err != nil {
					return err
				}
				if bills == 0 {
					t.Errorf("the range of %s holds no bill", id)
				}
			}
			return err
		})
		if err != nil {
			t.Error(err)
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
