package simulate_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"quittance.org/quittance/internal/app"
	"quittance.org/quittance/internal/store/storetest"
	"quittance.org/quittance/profiles"
	"quittance.org/quittance/simulate"
)

// live simulates a year of a few households.
func live(t *testing.T, url string, change func(*simulate.Config)) *simulate.Result {
	t.Helper()
	profile, err := profiles.Open(profiles.Default)
	if err != nil {
		t.Fatal(err)
	}
	c := simulate.Config{
		Year: 2027, Households: 60, Seed: 7, Workers: 1, Profile: profile,
		Database: app.DatabaseConfig{URL: url, KeysDir: filepath.Join(t.TempDir(), "keys"), MakeKeys: true, MaxConns: 8},
	}
	if change != nil {
		change(&c)
	}
	result, err := simulate.Run(t.Context(), c)
	if broken, ok := errors.AsType[*simulate.BrokenError](err); ok {
		t.Log(broken.Report)
	}
	if err != nil {
		t.Fatalf("%v\nlive it again: %s", err, simulate.Replay(c))
	}
	if n := result.Violations(); n != 0 {
		t.Errorf("%d violations: %v, %d accounts set aside", n, result.Broken, result.SetAside)
	}
	return result
}

func sqliteURL(t *testing.T) string { return "sqlite:" + filepath.Join(t.TempDir(), "simulated.db") }

func TestTheSameYear(t *testing.T) {
	t.Parallel()
	want := live(t, sqliteURL(t), nil)
	t.Logf("%d days, %d bills, %d payments, %d decisions, %.1f s", want.Days, want.Sum("bill", ""), want.Sum("payment", ""), want.Sum("decision", ""), want.Seconds)
	if again := live(t, sqliteURL(t), func(c *simulate.Config) { c.Workers = 4 }); again.Hash != want.Hash {
		t.Errorf("with four workers the year ended otherwise: %s, want %s", again.Hash, want.Hash)
	}
	if other := live(t, sqliteURL(t), func(c *simulate.Config) { c.Seed = 8 }); other.Hash == want.Hash {
		t.Error("another seed ended in the same fingerprint")
	}
	if os.Getenv(storetest.PostgresVariable) == "" {
		return
	}
	if other := live(t, storetest.PostgresURL(t), nil); other.Hash != want.Hash {
		t.Errorf("on PostgreSQL the year ended otherwise: %s, want %s", other.Hash, want.Hash)
	}
}
